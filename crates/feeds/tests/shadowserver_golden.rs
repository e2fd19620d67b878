//! Every sample report of the shared data becomes the events IntelMQ 3.5.0 makes of it.

#![expect(clippy::expect_used, clippy::print_stdout, reason = "a test fails by panicking, and says why it was skipped")]

use std::fs;
use std::path::{Path, PathBuf};

use event::json;
use event::rows::{EventRows, Limits};
use feeds::format::Sink;
use feeds::shadowserver::Schema;
use serde_json::{Map, Value};

/// Report types that lack a required column in the samples: every row is rejected.
const WITHOUT_PORT: [&str; 2] = ["malware_url", "sandbox_url"];

fn shared() -> Option<PathBuf> {
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/shadowserver");
    if shared.is_dir() {
        return Some(shared);
    }
    println!("no shared samples here: skipped");
    None
}

fn schema(shared: &Path) -> Schema {
    Schema::parse(&fs::read_to_string(shared.join("schema/intelmq.json")).expect("schema")).expect("schema")
}

/// The lines of JSON as sorted texts with sorted keys, without what is not the feed's.
fn objects(lines: &str) -> Vec<String> {
    let mut objects: Vec<String> = lines
        .lines()
        .map(|line| {
            let object: Map<String, Value> = serde_json::from_str(line).expect(line);
            let kept = object.into_iter().filter(|(name, _)| !is_ours(name));
            serde_json::to_string(&kept.collect::<std::collections::BTreeMap<_, _>>()).expect("json")
        })
        .collect();
    objects.sort();
    objects
}

fn is_ours(name: &str) -> bool {
    name.starts_with("haidang.") || name.starts_with("feed.") || ["raw", "row", "time.observation"].contains(&name)
}

#[test]
fn every_sample_becomes_the_expected_events() {
    let Some(shared) = shared() else { return };
    let schema = schema(&shared);
    let mut samples = 0;
    for sample in fs::read_dir(shared.join("samples")).expect("samples") {
        let sample = sample.expect("sample").path();
        let mut parser = schema.open(&sample.to_string_lossy()).expect("report");
        let mut sink = Sink { events: EventRows::new(Limits::at(i64::MAX)), rejected: Vec::new() };
        let bytes = fs::read(&sample).expect("sample");
        assert_eq!(parser.parse(&bytes, true, &mut sink), bytes.len());
        let report = parser.report().to_owned();
        let mut lines = String::new();
        json::write_lines(&sink.events.finish(), &mut lines);
        let expected = fs::read_to_string(shared.join("expected").join(format!("{report}.jsonl"))).expect("expected");
        for (found, wanted) in objects(&lines).iter().zip(objects(&expected)) {
            assert_eq!(*found, wanted, "{report}");
        }
        assert_eq!(lines.lines().count(), expected.lines().count(), "{report}: {:?}", sink.rejected);
        assert_eq!(sink.rejected.is_empty(), !WITHOUT_PORT.contains(&&*report), "{report}: {:?}", sink.rejected);
        samples += 1;
    }
    assert_eq!(samples, 59);
}

#[test]
fn every_entry_of_the_schema_is_understood() {
    let Some(shared) = shared() else { return };
    let schema = schema(&shared);
    assert_eq!(schema.unknown_words().collect::<Vec<_>>(), []);
    assert_eq!(schema.types().count(), 170);
}
