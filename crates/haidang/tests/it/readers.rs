//! Any reader of Delta tables understands the lake: here one from another house, in Python.

use std::net::IpAddr;
use std::process::Command;

use serde_json::Value;

use crate::desk::{Desk, number, text};

/// Reads both tables; prints their counts and the rows of one address.
const READER: &str = r"
import json, sys
from deltalake import DeltaTable
import pyarrow.compute as pc
lake, high, low = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
events = DeltaTable(lake + '/events').to_pyarrow_table()
sightings = DeltaTable(lake + '/sightings').to_pyarrow_table()
mine = events.filter((pc.field('source_ip_hi') == high) & (pc.field('source_ip_lo') == low))
seen = sightings.filter((pc.field('ip_hi') == high) & (pc.field('ip_lo') == low))
rows = [[str(day), int(time.timestamp()), port, family] for day, time, port, family in zip(
    mine['day'].to_pylist(), mine['time_source'].to_pylist(), mine['source_port'].to_pylist(), mine['family'].to_pylist())]
print(json.dumps({'events': events.num_rows, 'counted': pc.sum(sightings['count']).as_py(), 'rows': sorted(rows),
    'seen': pc.sum(seen['count']).as_py(), 'samples': sum(len(s) for s in seen['samples'].to_pylist())}))
";

/// What the other reader finds, or nothing if there is none.
fn read(desk: &Desk, address: &str) -> Option<Value> {
    let Some(python) = std::env::var_os("HAIDANG_TEST_PYTHON") else {
        println!(
            "skipped: HAIDANG_TEST_PYTHON names no Python with deltalake and pyarrow (cargo xtask test makes one)"
        );
        return None;
    };
    let address: IpAddr = address.parse().expect("an address");
    let (high, low) = event::address::halves(event::address::to_bits(address));
    let mut command = Command::new(python);
    command.args(["-c", READER]).arg(desk.data().join("lake")).args([high.to_string(), low.to_string()]);
    let output = command.output().expect("Python starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(serde_json::from_slice(&output.stdout).expect("JSON"))
}

/// The rows of an address as our own answer has them, in the reader's form.
fn ours(desk: &Desk, address: &str) -> Vec<Value> {
    let events = desk.run(&["events", "--ip", address, "--format", "intelmq"]).well().json();
    let row = |event: &Value| {
        let time = event::time::parse(text(&event["time.source"])).expect("a time") / event::time::SECOND;
        serde_json::json!([event["haidang.day"], time, event["source.port"], event["haidang.family"]])
    };
    let mut rows: Vec<Value> = events.iter().map(row).collect();
    rows.sort_by_key(Value::to_string);
    rows
}

fn fill(desk: &Desk) -> i64 {
    let mut files = Vec::new();
    for (day, seed) in [("29", 1), ("30", 2)] {
        let mut bytes = Vec::new();
        country::sinkhole_csv(5_000, seed, &mut bytes).expect("memory");
        files.push(desk.write(&format!("2026-09-{day}-event4_sinkhole-{seed}-geo.csv"), bytes));
    }
    number(&desk.ingest(&files)[""]["events"])
}

/// The address with the most events.
fn busiest(desk: &Desk) -> String {
    let mut counts = std::collections::BTreeMap::<String, u64>::new();
    for event in desk.run(&["events", "--format", "intelmq"]).well().json() {
        *counts.entry(text(&event["source.ip"]).to_owned()).or_default() += 1;
    }
    counts.into_iter().max_by_key(|(_, count)| *count).expect("an address").0
}

#[test]
fn another_reader_finds_the_same_rows_before_and_after_compaction() {
    let desk = Desk::new();
    let events = fill(&desk);
    let address = busiest(&desk);
    let wanted = ours(&desk, &address);
    assert!(wanted.len() > 1, "an address with several events");
    for care in [None, Some("compact"), Some("rebuild")] {
        if let Some(care) = care {
            desk.run(&["lake", care]).well();
        }
        let Some(found) = read(&desk, &address) else { return };
        assert_eq!((number(&found["events"]), number(&found["counted"])), (events, events), "{care:?}");
        let mut rows = found["rows"].as_array().expect("rows").clone();
        rows.sort_by_key(Value::to_string);
        assert_eq!(rows, wanted, "{care:?}");
        assert_eq!(number(&found["seen"]), wanted.len() as i64, "{care:?}");
        assert!(number(&found["samples"]) > 0, "{care:?}");
        assert_eq!(ours(&desk, &address), wanted, "{care:?}");
    }
}
