//! What is mended is as it was; what cannot be mended takes nothing sound with it.

use std::fs;
use std::path::Path;

use pipeline::mend::{Mended, mend};
use pipeline::writer::Outcome;
use pipeline::{PipelineError, Writer};

use crate::house::{House, SINKHOLE, TELNET, clock, day, sinkhole, telnet};
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

/// The folder's writer, which must not be.
fn refused(house: &House) -> PipelineError {
    Writer::open(house.data.clone(), clock(house.now)).expect_err("no writer")
}

fn mended(house: &House) -> Mended {
    mend(house.data.clone(), clock(house.now)).expect("mended")
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("folder");
    for entry in fs::read_dir(from).expect("folder") {
        let path = entry.expect("entry").path();
        let to = to.join(path.file_name().expect("name"));
        if path.is_dir() {
            copy(&path, &to);
        } else {
            fs::copy(&path, &to).expect("copy");
        }
    }
}

#[test]
fn nobody_is_answered_from_sightings_that_lack_reports_and_the_writer_folds_them_again() {
    let house = two_reports();
    let wanted = picture::of(&house.data);
    let lacks = |folded: i64| match house.data.lake().expect_err("sightings lack reports") {
        PipelineError::Behind { table: "sightings", committed, told: 2 } if committed == folded => {}
        other => panic!("{other}"),
    };
    let sightings = house.data.path("lake/sightings");
    // An older copy: as after the first report.
    let older = House::new();
    older.ingest(SINKHOLE, &sinkhole());
    fs::remove_dir_all(&sightings).expect("sightings");
    lacks(0);
    assert!(!sightings.exists(), "what is missing is not hidden by something empty");
    copy(&older.data.path("lake/sightings"), &sightings);
    lacks(1);
    drop(house.writer());
    picture::of(&house.data).assert_is(&wanted, "folded again");
    fs::remove_dir_all(&sightings).expect("sightings");
    assert!(mended(&house).is_whole());
    picture::of(&house.data).assert_is(&wanted, "mended");
}

#[test]
fn no_number_is_given_twice_when_the_journal_is_older_than_the_lake() {
    let house = two_reports();
    let wanted = picture::of(&house.data);
    let journal = house.data.path("journal.jsonl");
    let text = fs::read_to_string(&journal).expect("journal");
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 6, "three of each report");
    // Without all of the second report, with its first line only, and with nothing at all.
    for kept in [3, 4, 0] {
        fs::write(&journal, lines[..kept].iter().map(|line| format!("{line}\n")).collect::<String>()).expect("journal");
        let error = refused(&house);
        assert!(matches!(error, PipelineError::Ahead { committed: 2 }), "{kept} lines: {error}");
        let mended = mended(&house);
        assert!(
            mended.is_whole() && mended.anew.is_none() && mended.ended == if kept == 0 { 2 } else { 1 },
            "{mended:?}"
        );
        assert!(matches!(house.deliver(TELNET, &telnet()), Outcome::Again { seq: 2, .. }), "{kept} lines");
        picture::of(&house.data).assert_is(&wanted, "told anew");
    }
}

#[test]
fn a_report_whose_lines_are_all_damaged_is_told_by_the_lake_in_its_place() {
    let house = two_reports();
    house.ingest(THIRD, &sinkhole());
    let wanted = picture::of(&house.data);
    let journal = house.data.path("journal.jsonl");
    let text = fs::read_to_string(&journal).expect("journal");
    let damaged =
        |(number, line): (usize, &str)| if (3..6).contains(&number) { "?\n".to_owned() } else { format!("{line}\n") };
    fs::write(&journal, text.lines().enumerate().map(damaged).collect::<String>()).expect("journal");
    let mended = mended(&house);
    assert!(mended.is_whole() && (mended.lines, mended.anew.is_none()) == (3, true), "{mended:?}");
    assert_eq!(house.journal().reports().iter().map(|report| report.seq).collect::<Vec<_>>(), [1, 2, 3]);
    picture::of(&house.data).assert_is(&wanted, "told anew");
}

#[test]
fn events_of_which_nothing_tells_are_named() {
    let house = two_reports();
    let journal = house.data.path("journal.jsonl");
    let text = fs::read_to_string(&journal).expect("journal");
    house.ingest(THIRD, &sinkhole());
    // As of a program that noted nothing: the log does not know either.
    let log = house.data.path("lake/events/_delta_log");
    let last = picture::names(&log).into_iter().rfind(|name| name.ends_with(".json")).expect("an entry");
    let entry = fs::read_to_string(log.join(&last)).expect("entry");
    fs::write(log.join(&last), entry.replace("\"haidang.report\":", "\"another\":")).expect("entry");
    fs::write(&journal, text).expect("journal");
    assert!(matches!(mend(house.data.clone(), clock(house.now)), Err(PipelineError::Ahead { committed: 3 })));
    assert!(refused(&house).to_string().contains("put back the journal"));
}

#[test]
fn an_older_copy_of_the_lake_gets_what_it_lacks_and_keeps_what_only_it_has() {
    let house = House::new();
    house.ingest(SINKHOLE, &sinkhole());
    let (lake, older) = (house.data.path("lake"), house.data.path("older"));
    copy(&lake, &older);
    house.ingest(TELNET, &telnet());
    let wanted = picture::of(&house.data);
    let (raw, away) =
        (house.data.raw(&house.journal().report(1).expect("report").identity.hash), house.data.path("away"));
    fs::rename(&raw, &away).expect("raw copy");
    fs::remove_dir_all(&lake).expect("lake");
    fs::rename(&older, &lake).expect("an older copy");
    assert!(matches!(refused(&house), PipelineError::Behind { table: "events", committed: 1, told: 2 }));
    let mended = mended(&house);
    assert!(mended.is_whole() && (mended.missing, mended.anew.is_none()) == (1, true), "{mended:?}");
    fs::rename(&away, &raw).expect("raw copy");
    picture::of(&house.data).assert_is(&wanted, "caught up");
}

#[test]
fn what_was_forgotten_on_purpose_is_not_told_as_lost_when_the_lake_is_made_anew() {
    let mut house = House::new();
    house.now -= 60 * event::time::DAY;
    house.ingest(
        "2026-01-08-event4_sinkhole-made.csv",
        b"timestamp,src_ip,infection\n2026-01-07 01:00:00,192.0.2.1,sality\n",
    );
    house.now += 60 * event::time::DAY;
    house.ingest(SINKHOLE, &sinkhole());
    house.writer().forget(day("2026-03-01")).expect("forgotten");
    fs::remove_dir_all(house.data.path("lake")).expect("lake");
    let mended = mended(&house);
    assert!(mended.is_whole() && mended.anew.is_some(), "{mended:?}");
    assert_eq!(house.lake().events_per_report(0).expect("reports"), [(2, 5)]);
}
