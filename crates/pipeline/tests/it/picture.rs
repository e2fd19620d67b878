//! All that a data folder holds, in a form in which two folders can be compared: numbers may differ, nothing else.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Int32Type, Int64Type, TimestampMicrosecondType};
use arrow_array::{Array, RecordBatch};
use constituency::Attributor;
use disk::Disk;
use event::json::text_at;
use lake::ask::Filter;
use lake::fold::Merger;
use lake::{Lake, LakeError};
use pipeline::journal::{Journal, Rows, State};
use pipeline::{DataFolder, quarantine};
use serde_json::{Map, Value};

/// What is in a data folder.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Picture {
    /// Reports in the lake: name, attempt, where the rows went.
    pub(crate) reports: Vec<(String, u32, Rows)>,
    /// Names and reasons of files refused.
    pub(crate) refused: Vec<(String, String)>,
    /// Events as lines of JSON, `haidang.file` being the report's name and attempt.
    pub(crate) events: Vec<String>,
    /// Sightings, merged.
    pub(crate) sightings: Vec<String>,
    /// Rows kept aside, by the report's name and attempt.
    pub(crate) quarantine: BTreeMap<String, Vec<quarantine::Row>>,
    /// Names of what waits in the spool, or was left there.
    pub(crate) spool: Vec<String>,
}

impl Picture {
    /// Compares part by part; of many lines only those that differ are told.
    #[track_caller]
    pub(crate) fn assert_is(&self, wanted: &Self, when: &str) {
        for (part, got, wanted) in
            [("events", &self.events, &wanted.events), ("sightings", &self.sightings, &wanted.sightings)]
        {
            let missing: Vec<_> = wanted.iter().filter(|line| !got.contains(line)).collect();
            let beyond: Vec<_> = got.iter().filter(|line| !wanted.contains(line)).collect();
            assert!(missing.is_empty() && beyond.is_empty(), "{when}: {part} missing {missing:#?}, beyond {beyond:#?}");
            assert_eq!(got.len(), wanted.len(), "{when}: {part} doubled");
        }
        assert_eq!(self.reports, wanted.reports, "{when}");
        assert_eq!(self.refused, wanted.refused, "{when}");
        assert_eq!(self.quarantine, wanted.quarantine, "{when}");
        assert_eq!(self.spool, wanted.spool, "{when}");
    }
}

/// Looks at a data folder; what must always hold is checked on the way.
pub(crate) fn of(data: &DataFolder) -> Picture {
    let journal = Journal::open(data).expect("journal");
    let lake = Lake::open(&data.path("lake"), &Disk::default()).expect("lake");
    let standing = lake.standing().expect("standing");
    assert_eq!(standing.folded, standing.committed, "every report is folded");
    let mut picture = Picture { spool: names(&data.path("spool")), ..Picture::default() };
    picture.refused = journal.refused().iter().map(|file| (file.name.clone(), file.why.clone())).collect();
    let stored: BTreeMap<i64, i64> = lake.events_per_report(0).expect("reports").into_iter().collect();
    let mut told = BTreeMap::new();
    let mut files = BTreeMap::new();
    for report in journal.reports() {
        match &report.state {
            State::Done => {}
            State::Failed(_) => continue,
            state => panic!("report {} is left {state:?}", report.seq),
        }
        let rows = report.rows;
        assert_eq!(rows.rows, rows.events + rows.quarantined + rows.passed, "{}", report.name);
        assert!(data.raw(&report.identity.hash).exists(), "{} is kept", report.name);
        if rows.events > 0 {
            told.insert(report.seq, rows.events as i64);
        }
        let name = format!("{} {}", report.name, report.attempt);
        files.insert(report.seq, name.clone());
        picture.reports.push((report.name.clone(), report.attempt, rows));
        let kept = kept(data, report.seq);
        assert_eq!(kept.len() as u64, rows.quarantined, "{}", report.name);
        if !kept.is_empty() {
            picture.quarantine.insert(name, kept);
        }
    }
    assert_eq!(stored, told, "the journal tells the events of the lake");
    picture.events = events(&lake, &files);
    picture.sightings = sightings(&lake);
    picture
}

/// Rows in quarantine of a report.
pub(crate) fn kept(data: &DataFolder, seq: i64) -> Vec<quarantine::Row> {
    let mut rows = Vec::new();
    quarantine::read(data, seq, |row| {
        rows.push(row);
        Ok(())
    })
    .expect("quarantine");
    rows
}

/// Names in a folder, sorted; none if there is no such folder.
pub(crate) fn names(folder: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut names: Vec<String> =
        entries.map(|entry| entry.expect("entry").file_name().to_string_lossy().into_owned()).collect();
    names.sort_unstable();
    names
}

/// Events of a filter, in the order of the lake.
pub(crate) fn json(lake: &Lake, filter: &Filter) -> Vec<Map<String, Value>> {
    let mut lines = String::new();
    lake.events(&Arc::new(Attributor::empty()), filter, |batch| {
        event::json::write_lines(&batch, &mut lines);
        Ok::<_, LakeError>(())
    })
    .expect("events");
    lines.lines().map(|line| serde_json::from_str(line).expect("json")).collect()
}

fn events(lake: &Lake, files: &BTreeMap<i64, String>) -> Vec<String> {
    let named = |mut event: Map<String, Value>| {
        let seq = event["haidang.file"].as_i64().expect("number");
        event.insert("haidang.file".to_owned(), files[&seq].clone().into());
        Value::Object(event).to_string()
    };
    let mut events: Vec<String> = json(lake, &Filter::default()).into_iter().map(named).collect();
    events.sort_unstable();
    events
}

fn sightings(lake: &Lake) -> Vec<String> {
    let mut merger = Merger::default();
    let stored = lake.sightings(&Arc::new(Attributor::empty()), &Filter::default()).expect("sightings");
    stored.iter().for_each(|batch| merger.push(batch).expect("push"));
    let batch = merger.finish().expect("finish");
    (0..batch.num_rows()).map(|row| row_text(&batch, row)).collect()
}

fn row_text(batch: &RecordBatch, row: usize) -> String {
    let schema = batch.schema();
    let cells = schema.fields().iter().zip(batch.columns());
    let texts = cells.map(|(field, column)| format!("{}={}", field.name(), cell(column.as_ref(), row)));
    texts.collect::<Vec<_>>().join(" ")
}

fn cell(column: &dyn Array, row: usize) -> String {
    if column.is_null(row) {
        return "-".to_owned();
    }
    if let Some(text) = text_at(column, row) {
        return text.to_owned();
    }
    if let Some(list) = column.as_list_opt::<i32>() {
        return samples(list.value(row).as_ref());
    }
    let whole = column.as_primitive_opt::<Int64Type>().map(|column| column.value(row));
    let instant = || column.as_primitive_opt::<TimestampMicrosecondType>().map(|column| column.value(row));
    let short = || column.as_primitive_opt::<Int32Type>().map(|column| column.value(row).into());
    let day = || column.as_primitive_opt::<Date32Type>().map(|column| column.value(row).into());
    whole.or_else(instant).or_else(short).or_else(day).expect("a number").to_string()
}

fn samples(list: &dyn Array) -> String {
    let fields = list.as_struct();
    let sample = |at| format!("{}/{}", cell(fields.column(0).as_ref(), at), cell(fields.column(1).as_ref(), at));
    (0..list.len()).map(sample).collect::<Vec<_>>().join(",")
}
