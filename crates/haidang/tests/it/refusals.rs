//! What cannot be done is said so, with a code that a script can tell apart.

use std::fs;

use crate::desk::{Desk, number, text};

fn sinkhole(rows: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    country::sinkhole_csv(rows, 1, &mut bytes).expect("memory");
    bytes
}

#[test]
fn a_report_of_unknown_type_is_kept_and_told() {
    let desk = Desk::new();
    let unknown = desk.write("2026-09-30-event9_mystery-a-geo.csv", "timestamp,ip\n");
    let nobodys = desk.write("notes.docx", "hello");
    let good = desk.write("2026-09-30-event4_sinkhole-a-geo.csv", sinkhole(10));
    let said = desk.run_on(&["ingest", "--json"], &[unknown, nobodys, good]).ended(3);
    let total = said.last();
    assert_eq!((number(&total["refused"]), number(&total["events"])), (2, 10), "{total}");
    let refused = desk.ask(&["reports", "--refused"]).remove(0);
    let whys: Vec<&str> = refused.as_array().expect("a list").iter().map(|file| text(&file["why"])).collect();
    assert!(whys.iter().any(|why| why.contains("unknown report type \"event9_mystery\"")), "{whys:?}");
    assert!(whys.iter().any(|why| why.contains("notes.docx") && why.contains("--feed")), "{whys:?}");
    let kept = refused.as_array().expect("a list").iter().map(|file| text(&file["hash"]).to_owned());
    for hash in kept {
        assert!(desk.data().join(format!("raw/{}/{hash}.zst", &hash[..2])).exists(), "{hash}");
    }
    desk.run(&["doctor"]).well();
}

#[test]
fn a_file_that_is_not_there_is_named_and_the_others_are_taken() {
    let desk = Desk::new();
    let good = desk.write("2026-09-30-event4_sinkhole-a-geo.csv", sinkhole(10));
    let said = desk.run_on(&["--lang", "en", "ingest"], &[desk.path("nowhere.csv"), good]).ended(3);
    assert!(said.out.contains("nowhere.csv") && said.out.contains("10 events"), "{}", said.out);
}

#[test]
fn a_question_makes_no_folder() {
    let desk = Desk::new();
    for words in [&["doctor"][..], &["stats"], &["events"], &["feeds"], &["lake", "compact"]] {
        let said = desk.run(words).ended(1);
        assert!(said.err.contains("haidang ingest"), "{words:?}: {}", said.err);
    }
    assert!(!desk.data().exists());
}

#[test]
fn a_folder_of_a_newer_program_is_left_alone() {
    let desk = Desk::new();
    desk.write("data/haidang.json", r#"{"form": 2, "zone": "Asia/Ho_Chi_Minh", "country": "VN", "new": true}"#);
    for words in [&["doctor"][..], &["stats"], &["reports"]] {
        let said = desk.run(words).ended(6);
        assert!(said.err.contains("its form is 2, this program knows up to 1"), "{}", said.err);
    }
    let said = desk.run(&["stats", "--json"]).ended(6);
    let error: serde_json::Value = serde_json::from_str(&said.err).expect("JSON");
    assert_eq!(number(&error["code"]), 6);
    let there: Vec<_> = fs::read_dir(desk.data()).expect("a folder").collect();
    assert_eq!(there.len(), 1, "something was made in it");
}

#[test]
fn wrong_usage_is_told_apart() {
    let desk = Desk::new();
    for words in [
        &[][..],
        &["no-such-command"],
        &["ingest"],
        &["list", "--month", "2026-09"],
        &["list", "--org", "A", "--all", "--month", "2026-09"],
        &["stats", "--by", "colour"],
        &["stats", "--since", "2026-13-01"],
        &["stats", "--since", "yesterday"],
        &["--now", "soon", "stats"],
        &["quarantine", "show"],
        &["lake", "forget"],
    ] {
        let said = desk.run(words).ended(2);
        assert!(said.out.is_empty() && !said.err.is_empty(), "{words:?}");
    }
}

#[test]
fn what_cannot_be_found_is_an_error_that_says_where_to_look() {
    let desk = Desk::empty();
    for (words, part) in [
        (&["list", "--org", "NOBODY", "--month", "2026-09"][..], "\"NOBODY\""),
        (&["list", "--all", "--month", "2026-9x"], "\"2026-9x\""),
        (&["events", "--ip", "not an address"], "\"not an address\""),
        (&["whois", "192.0.2.1", "--at", "someday"], "\"someday\""),
        (&["quarantine", "show", "77"], "77"),
        (&["quarantine", "replay", "77"], "77"),
        (&["stats", "--attribution", "9"], "attribution version 9"),
        (&["stats", "--publish", "../escape"], "\"../escape\""),
        (&["lake", "forget", "--keep-days", "0"], "at least one day"),
        (&["--zone", "Mars/Olympus", "reports"], "Asia/Ho_Chi_Minh"),
        (&["constituency", "import", "nowhere"], "organisations.csv"),
    ] {
        let said = desk.run(words).ended(1);
        assert!(said.err.contains(part), "{words:?}: {}", said.err);
    }
}

#[test]
fn a_folder_keeps_the_zone_it_was_made_with() {
    let desk = Desk::new();
    desk.run(&["--zone", "Asia/Vientiane", "constituency", "versions"]).well();
    desk.run(&["reports"]).well();
    let said = desk.run(&["--zone", "UTC", "reports"]).ended(1);
    assert!(said.err.contains("cut in Asia/Vientiane, not in UTC"), "{}", said.err);
}

#[test]
fn a_doctor_finds_what_is_gone() {
    let desk = Desk::new();
    let outcomes = desk.ingest(&[desk.write("2026-09-30-event4_sinkhole-a-geo.csv", sinkhole(10))]);
    desk.run(&["doctor"]).well();
    let hash = text(&desk.reports()[&1]["identity"]["hash"]).to_owned();
    fs::remove_file(desk.data().join(format!("raw/{}/{hash}.zst", &hash[..2]))).expect("the raw report");
    let said = desk.run(&["doctor", "--json"]).ended(7);
    assert_eq!(said.last()["sound"], false, "{outcomes:?}");
}

#[test]
fn what_was_published_is_not_overwritten() {
    let desk = Desk::new();
    desk.ingest(&[desk.write("2026-09-30-event4_sinkhole-a-geo.csv", sinkhole(10))]);
    let words = ["stats", "--publish", "2026-q3"];
    desk.run(&words).well();
    let before = fs::read(desk.data().join("published/2026-q3.json")).expect("the figures");
    desk.run(&words).ended(1);
    assert_eq!(fs::read(desk.data().join("published/2026-q3.json")).expect("the figures"), before);
}
