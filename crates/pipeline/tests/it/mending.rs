//! What is mended is as it was; what cannot be mended takes nothing sound with it.

use std::fs;

use pipeline::mend::mend;

use crate::house::{House, SINKHOLE, TELNET, clock, sinkhole, telnet};
use crate::picture;

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
