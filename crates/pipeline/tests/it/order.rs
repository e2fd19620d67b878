//! What is on the disk before what: nothing is named before it is synced, nothing counts before what it rests on.

use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use disk::{Disk, Step};
use pipeline::Writer;
use serde_json::Value;
use tempfile::TempDir;

use crate::house::{self, NOW, SINKHOLE, TELNET, clock, sinkhole, telnet};

/// A step, and the line of the journal it is about.
type Seen = (Step, Option<String>);

/// Every step of a life of the program.
struct Steps {
    folder: TempDir,
    seen: Vec<Seen>,
}

/// The last line of the journal, which lies there when it is about to be synced.
fn line(step: &Step) -> Option<String> {
    match step {
        Step::SyncFile(path) if path.ends_with("journal.jsonl") => {
            let text = fs::read_to_string(path).expect("journal");
            text.lines().last().map(str::to_owned)
        }
        _ => None,
    }
}

fn recorded() -> Steps {
    let folder = house::folder();
    let seen: Arc<Mutex<Vec<Seen>>> = Arc::default();
    let notes = Arc::clone(&seen);
    let disk = Disk::watched(Arc::new(move |step| {
        let line = line(step);
        notes.lock().expect("lock").push((step.clone(), line));
        Ok(())
    }));
    let data = house::open(folder.path(), &disk).expect("open");
    house::accept(&data, SINKHOLE, &sinkhole(), NOW).expect("accept");
    house::accept(&data, TELNET, &telnet(), NOW).expect("accept");
    Writer::open(data, clock(NOW)).expect("writer").drain(|_| {}).expect("drain");
    let seen = std::mem::take(&mut *seen.lock().expect("lock"));
    Steps { folder, seen }
}

impl Steps {
    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Where a step is, within a range.
    #[track_caller]
    fn find(&self, within: Range<usize>, step: &Step) -> usize {
        let from = within.start;
        let found = self.seen[within].iter().position(|(seen, _)| seen == step);
        from + found.unwrap_or_else(|| panic!("{step:?} is missing"))
    }

    #[track_caller]
    fn after(&self, start: usize, step: &Step) -> usize {
        self.find(start..self.seen.len(), step)
    }

    /// A file is synced, named and its folder synced, in this order, before a step; where its name is given.
    #[track_caller]
    fn published(&self, path: &Path, named: fn(PathBuf) -> Step, before: usize) -> usize {
        let synced = self.find(0..before, &Step::SyncFile(path.to_owned()));
        let named = self.find(synced..before, &named(path.to_owned()));
        self.find(named..before, &Step::SyncFolder(path.parent().expect("folder").to_owned()));
        named
    }

    /// Where a line of the journal is synced.
    #[track_caller]
    fn journal(&self, what: &str, seq: i64) -> usize {
        let is_it = |line: &String| {
            let line: Value = serde_json::from_str(line).expect("line");
            line["what"] == what && line["seq"] == seq
        };
        self.seen.iter().position(|(_, line)| line.as_ref().is_some_and(is_it)).expect("line of the journal")
    }

    /// The log entries of a table, and where each is named.
    fn log(&self, table: &str) -> Vec<(PathBuf, usize)> {
        let log = self.path(&format!("lake/{table}/_delta_log"));
        let entry = |(at, (step, _)): (usize, &Seen)| match step {
            Step::Link(path) if path.starts_with(&log) && path.extension().is_some_and(|ending| ending == "json") => {
                Some((path.clone(), at))
            }
            _ => None,
        };
        self.seen.iter().enumerate().filter_map(entry).collect()
    }

    /// The log entry of a table that commits a report: where it is named, and the files it adds.
    fn commit(&self, table: &str, seq: i64) -> (PathBuf, usize, Vec<PathBuf>) {
        let of_report = |(path, at): (PathBuf, usize)| {
            let text = fs::read_to_string(&path).expect("log entry");
            let actions: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).expect("action")).collect();
            actions.iter().find(|action| action["txn"]["version"] == seq)?;
            let added = actions.iter().filter_map(|action| action["add"]["path"].as_str());
            let added = added.map(|path| self.path(&format!("lake/{table}/{}", path.replace("%3D", "="))));
            Some((path, at, added.collect()))
        };
        self.log(table).into_iter().find_map(of_report).expect("commit")
    }
}

#[test]
fn a_log_entry_names_only_files_that_are_on_the_disk() {
    let steps = recorded();
    for table in ["events", "sightings"] {
        assert_eq!(steps.log(table).len(), 3, "the table is made, and has two reports");
        for (seq, days) in [(1, 2), (2, 1)] {
            let (entry, at, added) = steps.commit(table, seq);
            assert_eq!(added.len(), days);
            for file in &added {
                assert!(file.exists(), "{}", file.display());
                steps.published(file, Step::Rename, at);
                // The folder of the day is new and has a name of its own to be synced.
                let day = file.parent().expect("day");
                steps.find(0..at, &Step::SyncFolder(day.parent().expect("table").to_owned()));
            }
            let next = steps.after(at, &Step::SyncFolder(entry.parent().expect("log").to_owned()));
            assert_eq!(steps.published(&entry, Step::Link, next + 1), at);
        }
    }
}

#[test]
fn a_report_goes_from_spool_to_lake_in_one_order() {
    let steps = recorded();
    let log = |table: &str| Step::SyncFolder(steps.path(&format!("lake/{table}/_delta_log")));
    for seq in [1, 2] {
        let accepted = steps.journal("accepted", seq);
        let prepared = steps.journal("prepared", seq);
        let done = steps.journal("done", seq);
        let (_, events, _) = steps.commit("events", seq);
        let (_, sightings, _) = steps.commit("sightings", seq);
        assert!(accepted < prepared && prepared < events, "{accepted} {prepared} {events}");
        let synced = steps.after(events, &log("events"));
        assert!(synced < sightings, "the truth is on the disk before what is derived of it");
        let synced = steps.after(sightings, &log("sightings"));
        assert!(synced < done);
    }
    let quarantine = steps.path("quarantine/1.jsonl.zst");
    steps.published(&quarantine, Step::Rename, steps.journal("prepared", 1));
}

#[test]
fn a_delivery_is_whole_before_its_slip_and_leaves_the_spool_last() {
    let steps = recorded();
    let is_slip =
        |path: &Path| path.extension().is_some_and(|ending| ending == "json") && path.starts_with(steps.path("spool"));
    let slips: Vec<(PathBuf, usize)> = steps
        .seen
        .iter()
        .enumerate()
        .filter_map(|(at, (step, _))| match step {
            Step::Link(path) if is_slip(path) => Some((path.clone(), at)),
            _ => None,
        })
        .collect();
    assert_eq!(slips.len(), 2);
    for ((slip, named), seq) in slips.iter().zip(1..) {
        steps.published(&slip.with_extension("zst"), Step::Link, *named);
        steps.published(slip, Step::Link, steps.journal("accepted", seq));
        assert!(steps.after(0, &Step::Remove(slip.clone())) > steps.journal("done", seq));
    }
}

#[test]
fn the_line_of_the_journal_is_synced_with_the_folder_of_a_new_journal() {
    let steps = recorded();
    let first = steps.journal("accepted", 1);
    let root = steps.folder.path().to_owned();
    let synced = steps.after(first, &Step::SyncFolder(root));
    assert!(synced < steps.journal("prepared", 1));
}
