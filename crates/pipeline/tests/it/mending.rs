//! What is mended is as it was; what cannot be mended takes nothing sound with it.

use std::fs;

use pipeline::mend::mend;

use crate::house::{House, SINKHOLE, TELNET, clock, sinkhole, telnet};
use crate::picture;

/// The bytes of the first report again, under another name.
const THIRD: &str = "2026-03-10-event4_sinkhole-made.csv";

/// Cuts the files of `events` that a report was written to.
fn cut_events(house: &House, seq: i64) {
    for day in picture::names(&house.data.path("lake/events")) {
        let folder = house.data.path("lake/events").join(day);
        for name in picture::names(&folder).into_iter().filter(|name| name.starts_with(&format!("r-{seq}-"))) {
            let bytes = fs::read(folder.join(&name)).expect("file");
            fs::write(folder.join(&name), &bytes[..bytes.len() / 2]).expect("file");
        }
    }
}

fn two_reports() -> House {
    let house = House::new();
    house.ingest(SINKHOLE, &sinkhole());
    house.ingest(TELNET, &telnet());
    house
}

#[test]
fn a_report_that_was_committed_and_not_ended_is_read_again_as_others() {
    let house = two_reports();
    let wanted = picture::of(&house.data);
    // Killed before the line that ends the second report.
    let journal = house.data.path("journal.jsonl");
    let text = fs::read_to_string(&journal).expect("journal");
    let last = text.trim_end().rfind('\n').map_or(0, |at| at + 1);
    assert!(text[last..].contains("\"done\""), "{}", &text[last..]);
    fs::write(&journal, &text[..last]).expect("journal");
    cut_events(&house, 2);
    let mended = mend(house.data.clone(), clock(house.now)).expect("mended");
    assert!(mended.is_whole() && mended.anew.is_none(), "{mended:?}");
    picture::of(&house.data).assert_is(&wanted, "mended");
}

#[test]
fn mending_again_drops_no_sound_events_of_reports_whose_raw_copies_are_gone() {
    let house = two_reports();
    house.ingest(THIRD, &sinkhole());
    let hash = |seq: i64| house.journal().report(seq).expect("report").identity.hash.clone();
    // The first and the third have the same bytes.
    for seq in [1, 2] {
        fs::remove_file(house.data.raw(&hash(seq))).expect("raw copy");
    }
    cut_events(&house, 2);
    let names = |lost: &[String]| lost.iter().filter(|line| line.contains(TELNET)).count();
    for _ in 0..2 {
        let mended = mend(house.data.clone(), clock(house.now)).expect("mended");
        assert_eq!((names(&mended.lost), mended.lost.len(), &mended.anew), (1, 1, &None), "{mended:?}");
        assert_eq!(house.lake().events_per_report(0).expect("reports"), [(1, 5), (3, 5)]);
    }
}

#[test]
fn a_lake_that_would_lose_sound_events_is_not_made_anew() {
    let house = two_reports();
    let hash = |seq: i64| house.journal().report(seq).expect("report").identity.hash.clone();
    fs::remove_file(house.data.raw(&hash(1))).expect("raw copy");
    let raw = house.data.raw(&hash(2));
    let kept = fs::read(&raw).expect("raw copy");
    fs::write(&raw, "no report").expect("raw copy");
    cut_events(&house, 2);
    assert!(!mend(house.data.clone(), clock(house.now)).expect("mended").is_whole(), "its raw copy is damaged");
    let lost = || {
        let mended = mend(house.data.clone(), clock(house.now)).expect("mended");
        assert_eq!((mended.lost.len(), &mended.anew), (1, &None), "{mended:?}");
        assert_eq!(house.lake().events_per_report(0).expect("reports"), [(1, 5)]);
        assert!(!house.data.path("lake.mending").exists());
        mended.lost[0].clone()
    };
    assert!(lost().contains(TELNET));
    // What came again can be read, and the first report could not.
    fs::write(&raw, &kept).expect("raw copy");
    assert!(lost().contains("of report 1 it would have 0 events of 5"));
}

#[test]
fn a_report_that_no_file_has_any_more_is_read_again_when_its_raw_copy_is_back() {
    let house = two_reports();
    let wanted = picture::of(&house.data);
    let raw = house.data.raw(&house.journal().report(2).expect("report").identity.hash);
    let kept = fs::read(&raw).expect("raw copy");
    fs::remove_file(&raw).expect("raw copy");
    cut_events(&house, 2);
    assert!(!mend(house.data.clone(), clock(house.now)).expect("mended").is_whole());
    fs::write(&raw, &kept).expect("raw copy");
    let mended = mend(house.data.clone(), clock(house.now)).expect("mended");
    assert!(mended.is_whole() && mended.anew.is_some(), "{mended:?}");
    picture::of(&house.data).assert_is(&wanted, "made anew");
}
