//! Cases found by walking a folder: each folder is one, with an input, what it maps to, and what is rejected.
//!
//! `GOLDEN_WRITE=1` writes what comes out in place of what was expected; look at the difference before committing.

use std::fs;
use std::path::{Path, PathBuf};

use event::rows::{EventRows, Limits};
use feeds::format::{Rejected, Sink};

/// The latest time in the samples is before this instant, 2030-01-01.
const NOW: i64 = 1_893_456_000_000_000;

/// A new place for rows.
pub(crate) fn sink() -> Sink {
    Sink { events: EventRows::new(Limits::at(NOW)), rejected: Vec::new() }
}

/// What became of a file: events as JSON lines, and the rows that are none.
#[derive(Debug, PartialEq)]
pub(crate) struct Read {
    /// Events.
    pub(crate) events: String,
    /// The others.
    pub(crate) rejected: Vec<Rejected>,
}

/// Drives a parser over pieces of these sizes, again and again, as a reader of a file would.
pub(crate) fn drive(mut parse: impl FnMut(&[u8], bool, &mut Sink) -> usize, bytes: &[u8], sizes: &[usize]) -> Read {
    let (mut sink, mut held, mut rest) = (sink(), Vec::new(), bytes);
    for size in sizes.iter().cycle() {
        let (next, after) = rest.split_at((*size).min(rest.len()));
        rest = after;
        held.extend_from_slice(next);
        let used = parse(&held, rest.is_empty(), &mut sink);
        held.drain(..used);
        if rest.is_empty() {
            break;
        }
    }
    assert!(held.iter().all(|b| b.is_ascii_whitespace() || *b == 0), "left: {:?}", String::from_utf8_lossy(&held));
    let mut events = String::new();
    event::json::write_lines(&sink.events.finish(), &mut events);
    Read { events, rejected: sink.rejected }
}

/// Every case of a folder of `testdata`.
pub(crate) fn cases(format: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata").join(format);
    let mut cases: Vec<_> = fs::read_dir(folder).expect("testdata").map(|entry| entry.expect("entry").path()).collect();
    cases.sort();
    assert!(!cases.is_empty());
    cases
}

/// The input of a case: the file that is nothing else.
pub(crate) fn input(case: &Path) -> (String, Vec<u8>) {
    let others = ["mapping.toml", "feed.toml", "counts.txt", "expected.jsonl", "rejected.jsonl"];
    let names =
        fs::read_dir(case).expect("case").map(|entry| entry.expect("entry").file_name().into_string().expect("name"));
    let name = names.into_iter().find(|name| !others.contains(&name.as_str())).expect("input");
    let bytes = fs::read(case.join(&name)).expect("input");
    (name, bytes)
}

/// Compares with what is expected, or writes it.
pub(crate) fn compare(case: &Path, read: &Read) {
    let rejected: String = read.rejected.iter().map(rejected_line).collect();
    for (name, text) in [("expected.jsonl", &read.events), ("rejected.jsonl", &rejected)] {
        compare_text(&case.join(name), text);
    }
}

/// Compares one file with what is expected, or writes it.
pub(crate) fn compare_text(path: &Path, text: &str) {
    let is_needless = text.is_empty() && path.ends_with("rejected.jsonl");
    if std::env::var_os("GOLDEN_WRITE").is_some() && !is_needless {
        fs::write(path, text).expect("written");
    }
    assert_eq!(text, fs::read_to_string(path).unwrap_or_default(), "{}", path.display());
}

fn rejected_line(rejected: &Rejected) -> String {
    let problem = &rejected.problem;
    let line = serde_json::json!({"row": rejected.row, "reason": problem.reason.code(), "column": problem.column, "value": problem.value});
    format!("{line}\n")
}
