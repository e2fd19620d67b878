//! Two programs on one data folder: one writes, the other hands its files over.

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use crate::desk::{Desk, number, start, text, wait_until};

/// Rows of the file that keeps the first writer busy while the second comes and goes.
const MANY: u64 = 500_000;
/// Compactions that may end before this test has the folder: the machine is not its own.
const TRIES: u64 = 5;

fn sinkhole(desk: &Desk, name: &str, rows: u64, seed: u64) -> std::path::PathBuf {
    let mut bytes = Vec::new();
    country::sinkhole_csv(rows, seed, &mut bytes).expect("memory");
    desk.write(&format!("2026-09-30-event4_sinkhole-{name}-geo.csv"), bytes)
}

/// Takes the lock of a data folder as another writer would.
fn hold(desk: &Desk) -> File {
    let path = desk.data().join("lock");
    let lock = File::options().write(true).create(true).truncate(false).open(path).expect("the lock");
    lock.lock().expect("the lock");
    lock
}

#[test]
fn a_second_ingest_hands_its_file_to_the_running_one() {
    let desk = Desk::new();
    let (large, small) = (sinkhole(&desk, "large", MANY, 1), sinkhole(&desk, "small", 1_000, 2));
    let mut first = start(&mut desk.command(&["ingest"], &[large]));
    let holder = format!("process {}", first.id());
    wait_until("the first to hold the lock", || {
        fs::read_to_string(desk.data().join("lock")).is_ok_and(|text| text == holder).then_some(())
    });
    let second = desk.run_on(&["ingest", "--json"], &[small]).well().last();
    assert_eq!((text(&second["handed_over_to"]), number(&second["files"])), (holder.as_str(), 0), "{second}");
    assert!(first.try_wait().expect("a child").is_none(), "the first ended too early for this test");
    let ended = wait_until("the first to end", || first.try_wait().expect("a child"));
    assert!(ended.success());
    let reports = desk.reports();
    let rows: Vec<i64> = reports.values().map(|report| number(&report["rows"]["events"])).collect();
    assert_eq!(rows, [MANY as i64, 1_000]);
    desk.run(&["doctor"]).well();
}

#[test]
fn what_was_handed_to_nobody_who_ingests_is_taken_in_by_the_next() {
    let desk = Desk::new();
    desk.ingest(&[sinkhole(&desk, "zeroth", 10, 3)]);
    let (first, second) = (sinkhole(&desk, "first", 100, 1), sinkhole(&desk, "second", 200, 2));
    let lock = hold(&desk);
    let said = desk.run_on(&["--lang", "en", "ingest"], std::slice::from_ref(&first)).well();
    assert!(said.out.contains("Another process is writing"), "{}", said.out);
    let doctor = desk.run(&["doctor"]).ended(7);
    assert!(doctor.out.contains("sinkhole-first"), "{}", doctor.out);
    drop(lock);
    let outcomes = desk.ingest(&[second]);
    assert_eq!((number(&outcomes[""]["files"]), number(&outcomes[""]["rows"])), (2, 300));
    desk.run(&["doctor"]).well();
}

#[test]
fn what_several_reports_saw_of_an_address_is_one_line_before_and_after_compaction() {
    let desk = Desk::new();
    for name in ["a", "b"] {
        let rows = format!(
            "timestamp,src_ip,infection\n2026-09-30 01:02:03,203.0.113.5,mirai\n2026-09-30 02:02:03,203.0.113.5,{name}\n"
        );
        desk.ingest(&[desk.write(&format!("2026-09-30-event4_sinkhole-{name}-geo.csv"), rows)]);
    }
    let seen = || {
        let answer = desk.ask(&["whois", "203.0.113.5"]).remove(0);
        let rows = answer["sightings"].as_array().expect("a list").clone();
        rows.iter().map(|row| (text(&row["family"]).to_owned(), number(&row["count"]))).collect::<Vec<_>>()
    };
    let wanted = [("a".to_owned(), 1), ("b".to_owned(), 1), ("mirai".to_owned(), 2)];
    assert_eq!(seen(), wanted);
    desk.run(&["lake", "compact", "--files", "1"]).well();
    assert_eq!(seen(), wanted);
}

#[test]
fn who_needs_the_lock_is_told_who_holds_it() {
    let desk = Desk::new();
    desk.ingest(&[sinkhole(&desk, "one", 10, 1)]);
    let _lock = hold(&desk);
    fs::write(desk.data().join("lock"), "process 7").expect("the lock");
    let owners = desk.write("owners/organisations.csv", "code,name,name_en,kind\nA,A,A,other\n");
    let folder = owners.parent().expect("a folder").to_owned();
    for (words, files) in [
        (&["lake", "compact"][..], vec![]),
        (&["lake", "vacuum"], vec![]),
        (&["lake", "forget", "--keep-days", "30"], vec![]),
        (&["quarantine", "replay", "1"], vec![]),
        (&["reattribute", "--since", "2026-09-01"], vec![]),
        (&["constituency", "import"], vec![folder]),
    ] {
        let said = desk.run_on(words, &files).ended(4);
        assert!(said.err.contains("held by process 7"), "{words:?}: {}", said.err);
    }
    for words in [&["doctor"][..], &["stats"], &["events"], &["feeds"], &["reports"]] {
        desk.run(words).well();
    }
}

#[test]
fn a_compaction_waits_for_who_began_to_write_meanwhile_and_says_so() {
    let desk = Desk::new();
    let told = (0..TRIES).find_map(|turn| told_by_a_compaction(&desk, turn)).expect("every compaction was too quick");
    assert!(told.contains("Waiting for process"), "{told}");
    desk.run(&["doctor"]).well();
}

/// What a compaction says when another takes the folder while it works; none if it ended before.
fn told_by_a_compaction(desk: &Desk, turn: u64) -> Option<String> {
    desk.ingest(&[0, 1].map(|file| sinkhole(desk, &format!("{turn}-{file}"), 50_000, 2 * turn + file)));
    let mut compaction = desk.command(&["--lang", "en", "lake", "compact"], &[]);
    let compaction = compaction.stdout(Stdio::null()).stderr(Stdio::piped());
    let mut compaction = compaction.spawn().expect("the program starts");
    let (holder, lock) = (format!("process {}", compaction.id()), desk.data().join("lock"));
    wait_until("the compaction to have begun", || {
        let has_begun = fs::read_to_string(&lock).is_ok_and(|text| text == holder);
        (has_begun || compaction.try_wait().expect("a child").is_some()).then_some(())
    });
    let lock = hold(desk);
    let mut told = String::new();
    BufReader::new(compaction.stderr.take().expect("piped")).read_line(&mut told).expect("told");
    let waits = compaction.try_wait().expect("a child").is_none();
    drop(lock);
    assert!(wait_until("the compaction to end", || compaction.try_wait().expect("a child")).success());
    (waits && !told.is_empty()).then_some(told)
}
