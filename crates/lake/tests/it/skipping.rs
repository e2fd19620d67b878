//! The statistics in the log are right: files are skipped by them, and no row is ever lost.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use arrow_array::RecordBatch;
use event::address::{halves, to_bits};
use event::subject::Subject;
use event::time;
use lake::ask::Filter;
use serde_json::Value;

use crate::made::{self, Report, Seen, address, day};

/// Twelve reports of one day, each of a /28 of its own, times down to the microsecond; one without addresses.
fn reports() -> Vec<Report> {
    let start = time::parse("2026-03-10 02:00:00").expect("time");
    let report = |part: i64| {
        let event = |n: i64| Seen {
            at: start + part * 600 * time::SECOND + n * 1_000_001,
            ..Seen::infected(&format!("198.51.100.{}", part * 16 + n), "2026-03-10")
        };
        Report::of("one", (0..5).map(event).collect())
    };
    let mut reports: Vec<Report> = (0..12).map(report).collect();
    reports.push(Report::of("one", vec![Seen::infected("name.example.org", "2026-03-10 02:00:00")]));
    reports.push(Report::of("one", vec![Seen::infected("2001:db8::5", "2026-03-09 17:00:00")]));
    reports
}

/// The statistics of every file that the log of a table adds.
fn added(table: &Path) -> BTreeMap<String, Value> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(table.join("_delta_log")).expect("log").map(|entry| entry.expect("entry").path()) {
        if entry.extension().is_none_or(|ending| ending != "json") {
            continue;
        }
        for line in fs::read_to_string(&entry).expect("entry").lines() {
            let action: Value = serde_json::from_str(line).expect("action");
            if let Some(add) = action.get("add") {
                let stats = add["stats"].as_str().expect("stats");
                let path = add["path"].as_str().expect("path").replace("%3D", "=");
                files.insert(path, serde_json::from_str(stats).expect("stats"));
            }
        }
    }
    files
}

fn at(value: &Value) -> i64 {
    time::parse(value.as_str().expect("instant")).expect("instant")
}

#[test]
fn the_log_tells_smallest_and_largest_address_and_time_of_every_file() {
    let reports = reports();
    let (folder, _lake) = made::lake(&reports);
    for (table, first, last) in [("events", "time_source", "time_source"), ("sightings", "first", "last")] {
        let files = added(&folder.path().join(table));
        assert_eq!(files.len(), reports.len());
        for (report, seq) in reports.iter().zip(1..) {
            let of_report = |(path, _): &(&String, &Value)| path.contains(&format!("/r-{seq}-"));
            let (_, stats) = files.iter().find(of_report).expect("file");
            let (smallest, largest) = (&stats["minValues"], &stats["maxValues"]);
            assert_eq!(stats["numRecords"], report.events().count());
            let times = || report.events().map(|event| event.at);
            let (low, high) = (times().min().expect("time"), times().max().expect("time"));
            assert!(at(&smallest[first]) <= low && low - at(&smallest[first]) < 1000, "{table} {stats}");
            assert!(at(&largest[last]) >= high && at(&largest[last]) - high <= 1000, "{table} {stats}");
            let prefix = if table == "events" { "source_ip" } else { "ip" };
            let (high, low) = (format!("{prefix}_hi"), format!("{prefix}_lo"));
            let mut ips = report.events().filter_map(|event| match &event.subject {
                Some(Subject::Address(ip)) => Some(halves(to_bits(*ip))),
                _ => None,
            });
            let Some((first_high, first_low)) = ips.next() else {
                assert_eq!((&smallest[&high], &stats["nullCount"][&low]), (&Value::Null, &1.into()));
                continue;
            };
            assert_eq!((&smallest[&high], &smallest[&low]), (&first_high.into(), &first_low.into()));
            let last_low = ips.last().map_or(first_low, |(_, low)| low);
            assert_eq!((&largest[&low], &stats["nullCount"][&low]), (&last_low.into(), &0.into()));
        }
    }
}

#[test]
fn a_filtered_answer_is_the_whole_answer_filtered() {
    let (_folder, lake) = made::lake(&reports());
    let nobody = made::nobody();
    let all = made::events(&lake, &nobody, &Filter::default());
    assert_eq!(all.len(), 62);
    for event in reports().iter().flat_map(Report::events) {
        let subject = event.subject.clone().expect("subject");
        let text = format!(":\"{subject}\"");
        let wanted: Vec<&String> = all.iter().filter(|line| line.contains(&text)).collect();
        let found = made::events(&lake, &nobody, &Filter { subject: Some(subject.clone()), ..Filter::default() });
        assert_eq!(found.iter().collect::<Vec<_>>(), wanted, "{subject}");
        assert_eq!(found.len(), 1);
    }
    for (since, until, wanted) in [("2026-03-09", "2026-03-11", 62), ("2026-03-11", "2026-03-12", 0)] {
        let filter = Filter { since: Some(day(since)), until: Some(day(until)), ..Filter::default() };
        assert_eq!(made::events(&lake, &nobody, &filter).len(), wanted);
    }
}

#[test]
fn one_address_is_answered_without_opening_the_files_of_others() {
    let (folder, lake) = made::lake(&reports());
    let needed = |path: &str| path.contains("/r-4-") || path.contains("/r-13-");
    for table in ["events", "sightings"] {
        for (path, _) in added(&folder.path().join(table)).into_iter().filter(|(path, _)| !needed(path)) {
            fs::remove_file(folder.path().join(table).join(path)).expect("remove");
        }
    }
    let (nobody, subject) = (made::nobody(), Some(address("198.51.100.50")));
    let one = Filter { subject, ..Filter::default() };
    assert_eq!(made::events(&lake, &nobody, &one).len(), 1);
    assert_eq!(rows(&lake.sightings(&nobody, &one).expect("sightings")), 1);
    // A range leaves subjects in that are no addresses: report 13 has one.
    let ranges = vec![(to_bits([198, 51, 100, 48].into()), to_bits([198, 51, 100, 63].into()))];
    let network = Filter { ranges, ..Filter::default() };
    assert_eq!(made::events(&lake, &nobody, &network).len(), 6);
    assert_eq!(rows(&lake.sightings(&nobody, &network).expect("sightings")), 6);
}

fn rows(batches: &[RecordBatch]) -> usize {
    batches.iter().map(RecordBatch::num_rows).sum()
}
