//! What is old is forgotten everywhere, and nothing else is.

use std::fs;

use disk::{Disk, Step};
use event::time;
use lake::ask::Filter;
use pipeline::journal::State;
use pipeline::quarantine;
use pipeline::writer::Outcome;

use crate::house::{House, NOW, SINKHOLE, clock, csv, day, open, sinkhole};
use crate::picture;

const OLD: &str = "2026-01-05-event4_sinkhole-made.csv";
const BOTH: &str = "2026-01-06-event4_sinkhole-made.csv";
const NOISE: &str = "2026-01-06-event9_unheard_of-made.csv";

fn report(times: &[&str]) -> Vec<u8> {
    let lines: Vec<String> = times.iter().map(|at| format!("{at},192.0.2.1,sality")).collect();
    csv("timestamp,src_ip,infection", &lines.iter().map(String::as_str).collect::<Vec<_>>())
}

/// January: an old report, one that comes again in March, and one nobody can read. March: a new one. Two rows are bad.
fn house() -> House {
    let mut house = House::new();
    house.now = time::parse("2026-01-07 00:00:00").expect("time");
    house.ingest(OLD, &report(&["2026-01-04 01:00:00", "2026-01-05 01:00:00", "bad"]));
    house.ingest(BOTH, &report(&["2026-01-06 01:00:00"]));
    assert!(matches!(house.deliver(NOISE, b"noise"), Outcome::Refused { .. }));
    house.now = NOW;
    assert!(matches!(house.deliver(BOTH, &report(&["2026-01-06 01:00:00"])), Outcome::Again { .. }));
    house.ingest(SINKHOLE, &sinkhole());
    house
}

#[test]
fn old_days_leave_the_lake_the_raw_reports_and_the_quarantine() {
    let house = house();
    fs::create_dir(house.data.path("published")).expect("folder");
    fs::write(house.data.path("published/2026-01.json"), "{}").expect("published");
    let hash = |seq: i64| house.journal().report(seq).expect("report").identity.hash.clone();
    let noise = house.journal().refused()[0].hash.clone();
    let done = house.writer().forget(day("2026-03-01")).expect("forget");
    assert_eq!(done.files, 3, "two raw reports and one quarantine");
    assert!(!house.data.raw(&hash(1)).exists() && !house.data.raw(&noise).exists());
    assert!(house.data.raw(&hash(2)).exists(), "it was delivered again in March");
    assert!(house.data.raw(&hash(3)).exists());
    assert!(!quarantine::path(&house.data, 1).exists());
    assert_eq!(picture::kept(&house.data, 3).len(), 1);
    assert!(house.data.path("published/2026-01.json").exists());
    let lake = house.lake();
    assert_eq!(lake.events_per_report(0).expect("reports"), [(3, 5)]);
    assert_eq!(picture::json(&lake, &Filter { until: Some(day("2026-03-01")), ..Filter::default() }).len(), 0);
    let days = lake.feed_days(0).expect("days");
    assert!(!days.is_empty() && days.iter().all(|feed| feed.day >= day("2026-03-01")));
    let note = fs::read_to_string(house.data.path("forgotten.json")).expect("note");
    assert!(note.contains("2026-03-01"), "{note}");
}

#[test]
fn what_was_forgotten_does_not_come_back() {
    let house = house();
    house.writer().forget(day("2026-03-01")).expect("forget");
    let standing = house.lake().standing().expect("standing");
    let again = house.deliver(OLD, &report(&["2026-01-04 01:00:00", "2026-01-05 01:00:00", "bad"]));
    assert!(matches!(again, Outcome::Again { seq: 1, .. }), "{again:?}");
    house.writer().replay(1).expect_err("its rows are forgotten");
    let mut writer = house.writer();
    writer.lake().rebuild(NOW).expect("rebuild");
    writer.lake().compact(0, NOW).expect("compact");
    writer.forget(day("2026-03-01")).expect("a second time");
    drop(writer);
    let lake = house.lake();
    assert_eq!(lake.events_per_report(0).expect("reports"), [(3, 5)]);
    assert_eq!(lake.standing().expect("standing").committed, standing.committed);
    let journal = house.journal();
    assert!(journal.reports().iter().all(|report| report.state == State::Done), "the journal keeps who came");
    house.ingest("2026-03-10-event4_sinkhole-made.csv", &sinkhole());
    assert_eq!(house.lake().events_per_report(0).expect("reports"), [(3, 5), (4, 5)]);
}

/// Cuts the first entry of the events' log, and has the lake made anew; the days that have events then.
fn made_anew(house: &House) -> Vec<i32> {
    fs::write(house.data.path("lake/events/_delta_log/00000000000000000001.json"), "{").expect("entry");
    let mended = pipeline::mend::mend(house.data.clone(), clock(house.now)).expect("mended");
    assert!(mended.anew.is_some(), "{mended:?}");
    house.lake().days().expect("days").into_iter().collect()
}

#[test]
fn what_was_forgotten_once_stays_so_when_more_is_to_be_kept() {
    let house = house();
    house.writer().forget(day("2026-03-09")).expect("forget");
    house.writer().forget(day("2026-01-05")).expect("forget less");
    assert_eq!(made_anew(&house), [day("2026-03-09")], "March 8 is in a report whose raw copy is kept");
}

#[test]
fn what_a_crash_left_of_forgetting_does_not_come_back() {
    let house = house();
    let index = || picture::names(&house.data.path("lake")).iter().filter(|name| name.starts_with("seen-")).count();
    let mut traces = lake::seen::Traces::default();
    traces.update(&house.lake(), day("2026-01-01")).expect("traces");
    traces.keep(&house.lake()).expect("kept");
    assert_eq!(index(), 1);
    let commits = std::sync::atomic::AtomicUsize::new(0);
    // Dies when both tables have forgotten.
    let disk = Disk::watched(std::sync::Arc::new(move |step| {
        let is_commit = matches!(step, Step::Link(path) if path.to_string_lossy().contains("_delta_log"));
        let commits = commits.fetch_add(usize::from(is_commit), std::sync::atomic::Ordering::SeqCst);
        if commits >= 2 { Err(std::io::ErrorKind::Other.into()) } else { Ok(()) }
    }));
    let data = open(house.data.root(), &disk).expect("open");
    let mut writer = pipeline::Writer::open(data, clock(house.now)).expect("writer");
    writer.forget(day("2026-03-09")).expect_err("it died");
    drop(writer);
    assert_eq!(index(), 0, "it has addresses that are to be forgotten");
    assert_eq!(made_anew(&house), [day("2026-03-09")]);
    house.writer().forget(day("2026-03-09")).expect("the same again");
}
