//! Rows that are no events today may be events tomorrow, once each.

use std::path::PathBuf;

use lake::ask::Filter;
use pipeline::PipelineError;
use pipeline::journal::Rows;
use pipeline::writer::Outcome;
use serde_json::json;

use crate::house::{House, csv};
use crate::picture;

pub(crate) const VERSIONS: &str = "2026-03-09-scan_version-made.csv";

/// Six rows: three whose version is no number, one of them without a time, too.
pub(crate) fn versions() -> Vec<u8> {
    let rows = [
        "2026-03-09 01:00:00,192.0.2.1,7",
        "2026-03-09 02:00:00,192.0.2.2,v7",
        "2026-03-09 03:00:00,192.0.2.3,8",
        "never,192.0.2.4,v8",
        "2026-03-09 05:00:00,192.0.2.5,v9",
        "2026-03-09 06:00:00,192.0.2.6,9",
    ];
    csv("timestamp,ip,version", &rows)
}

/// A schema in which a version is a number, or any text.
pub(crate) fn schema(house: &House, version_is_number: bool) -> PathBuf {
    let version =
        if version_is_number { json!(["extra.", "version", "convert_int"]) } else { json!(["extra.", "version"]) };
    let schema = json!({ "scan_version": {
        "file_name": "scan_version",
        "constant_fields": { "classification.type": "vulnerable-system", "classification.identifier": "open-version" },
        "required_fields": [["time.source", "timestamp", "add_UTC_to_timestamp"], ["source.ip", "ip", "validate_ip"], version],
    }});
    house.write(&format!("schema-{version_is_number}.json"), schema.to_string())
}

/// A house with the report, taken in when a version was a number.
pub(crate) fn before() -> House {
    let house = House::new();
    house.writer().use_schema(&schema(&house, true)).expect("schema");
    assert_eq!(
        house.ingest(VERSIONS, &versions()),
        (1, Rows { rows: 6, events: 3, quarantined: 3, passed: 0, days: 1 })
    );
    house
}

#[test]
fn a_better_schema_makes_events_of_quarantined_rows() {
    let house = before();
    let mut writer = house.writer();
    writer.use_schema(&schema(&house, false)).expect("schema");
    let outcome = writer.replay(1).expect("replay");
    let Outcome::Ingested { seq, rows, .. } = &outcome else { panic!("{outcome:?}") };
    assert_eq!((*seq, *rows), (2, Rows { rows: 3, events: 2, quarantined: 1, passed: 0, days: 1 }));
    drop(writer);
    let events = picture::json(&house.lake(), &Filter::default());
    let rows_of = |seq: i64| {
        let rows = events.iter().filter(|event| event["haidang.file"] == seq).map(|event| {
            (event["haidang.row"].as_i64().expect("row"), event["source.ip"].as_str().expect("address").to_owned())
        });
        rows.collect::<Vec<_>>()
    };
    let row = |row: i64| (row, format!("192.0.2.{row}"));
    assert_eq!((rows_of(1), rows_of(2)), (vec![row(1), row(3), row(6)], vec![row(2), row(5)]));
    let still: Vec<_> = picture::kept(&house.data, 2).into_iter().map(|kept| (kept.row, kept.reason)).collect();
    assert_eq!(still, [(4, "invalid-value".to_owned())]);
    let picture = picture::of(&house.data);
    let events: u64 = picture.reports.iter().map(|(_, _, rows)| rows.events).sum();
    assert_eq!(events + still.len() as u64, 6, "rows in = events of all attempts + still quarantined");
    assert_eq!(picture.reports.iter().map(|(_, attempt, _)| *attempt).collect::<Vec<_>>(), [1, 2]);
}

#[test]
fn an_old_attempt_is_not_tried_again() {
    let house = before();
    let mut writer = house.writer();
    writer.use_schema(&schema(&house, false)).expect("schema");
    writer.replay(1).expect("replay");
    for (seq, says) in [(1, "again as report 2"), (7, "report 7")] {
        let error = writer.replay(seq).expect_err("refused");
        assert!(matches!(&error, PipelineError::Missing(what) if what.contains(says)), "{error}");
    }
    let again = writer.replay(2).expect("the newest may be");
    assert!(matches!(
        again,
        Outcome::Ingested { seq: 3, rows: Rows { rows: 1, events: 0, quarantined: 1, passed: 0, .. }, .. }
    ));
    drop(writer);
    assert!(matches!(house.deliver(VERSIONS, &versions()), Outcome::Again { seq: 3, .. }));
    assert_eq!(picture::of(&house.data).events.len(), 5);
}

#[test]
fn a_report_without_quarantine_has_nothing_to_try() {
    let house = House::new();
    house.writer().use_schema(&schema(&house, false)).expect("schema");
    house.ingest(VERSIONS, &csv("timestamp,ip,version", &["2026-03-09 01:00:00,192.0.2.1,7"]));
    let error = house.writer().replay(1).expect_err("nothing");
    assert!(matches!(error, PipelineError::Missing(_)), "{error}");
    assert_eq!(house.journal().reports().len(), 1);
}

#[test]
fn a_schema_that_is_none_is_told_and_the_old_one_stays() {
    let house = before();
    let mut writer = house.writer();
    let bad = house.write("bad.json", "{");
    let error = writer.use_schema(&bad).expect_err("no schema");
    assert!(matches!(&error, PipelineError::Form { path, .. } if *path == bad), "{error}");
    drop(writer);
    let stored = std::fs::read(house.data.path(pipeline::catalogue::SCHEMA)).expect("schema");
    assert_eq!(stored, std::fs::read(schema(&house, true)).expect("schema"));
}
