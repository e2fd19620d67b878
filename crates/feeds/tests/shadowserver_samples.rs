//! Small reports of our own, found by walking `testdata/shadowserver`: `own/` goes by our mapping, `made/` by a
//! schema made for tests. Beside each `.csv` lie the events (`.jsonl`) and the rejected rows (`.rejected`, one
//! per line: row, reason, column, value).

#![expect(clippy::expect_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};

use event::json;
use event::rows::{EventRows, Limits};
use feeds::format::{Rejected, Sink};
use feeds::shadowserver::Schema;
use serde_json::{Map, Value};

fn testdata() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/shadowserver")
}

fn reports(folder: &str) -> Vec<PathBuf> {
    let files = fs::read_dir(testdata().join(folder)).expect("folder").map(|file| file.expect("file").path());
    files.filter(|file| file.extension().is_some_and(|ending| ending == "csv")).collect()
}

fn objects(lines: &str) -> Vec<Map<String, Value>> {
    lines
        .lines()
        .map(|line| {
            let mut object: Map<String, Value> = serde_json::from_str(line).expect(line);
            object.remove("row");
            object
        })
        .collect()
}

fn line(rejected: &Rejected) -> String {
    let problem = &rejected.problem;
    format!("{} {} {} {}\n", rejected.row, problem.reason.code(), problem.column, problem.value)
}

fn check(schema: &Schema, report: &Path) {
    let mut parser = schema.open(&report.to_string_lossy()).expect("report");
    let mut sink = Sink { events: EventRows::new(Limits::at(2_000_000_000_000_000)), rejected: Vec::new() };
    let bytes = fs::read(report).expect("report");
    assert_eq!(parser.parse(&bytes, true, &mut sink), bytes.len());
    assert_eq!(parser.date(), event::time::parse_day("2021-03-05"));
    assert_eq!(parser.rows(), (sink.events.len() + sink.rejected.len()) as u64);
    let mut lines = String::new();
    json::write_lines(&sink.events.finish(), &mut lines);
    let beside = |ending: &str| fs::read_to_string(report.with_extension(ending)).expect(ending);
    assert_eq!(objects(&lines), objects(&beside("jsonl")), "{}", report.display());
    let rejected: String = sink.rejected.iter().map(line).collect();
    assert_eq!(rejected, beside("rejected"), "{}", report.display());
}

#[test]
fn our_own_mapping_reads_the_families() {
    let schema = Schema::own();
    assert_eq!(schema.unknown_words().collect::<Vec<_>>(), []);
    reports("own").iter().for_each(|report| check(&schema, report));
}

#[test]
fn a_made_schema_uses_every_function() {
    let schema = Schema::parse(&fs::read_to_string(testdata().join("made.json")).expect("schema")).expect("schema");
    reports("made").iter().for_each(|report| check(&schema, report));
}
