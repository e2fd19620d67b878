//! The journal: one line of JSON for everything that happened to a report, synced before it counts.
//!
//! A report's identity is its feed, type, date and the hash of its content. Its number (*seq*) is given
//! once, in order, and is the version under which the lake commits it. Lines are only added.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;

use disk::Disk;
use rustc_hash::{FxHashMap, FxHashSet};
use serde::{Deserialize, Serialize};

use crate::error::At as _;
use crate::{DataFolder, PipelineError};

/// Who a report is.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Identity {
    /// Name of the feed.
    pub feed: String,
    /// Report type; empty for feeds without types.
    pub report: String,
    /// Day of the report as its file name says, `YYYY-MM-DD`; empty if it does not.
    pub date: String,
    /// SHA-256 of the unpacked content, in hexadecimal.
    pub hash: String,
}

/// How many rows went where. Rows = events + quarantined + passed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rows {
    /// Data rows read.
    pub rows: u64,
    /// Rows that became events.
    pub events: u64,
    /// Rows kept aside.
    pub quarantined: u64,
    /// Rows of a log that touched nothing we watch for: counted, not kept.
    #[serde(default)]
    pub passed: u64,
    /// Days of the reporting zone that have events.
    pub days: u64,
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "kebab-case")]
pub enum Line {
    /// A report got its number; its raw bytes are kept.
    Accepted {
        /// Its number.
        seq: i64,
        /// When, microseconds since 1970.
        at: i64,
        /// Who it is.
        identity: Identity,
        /// The file's name as delivered.
        name: String,
        /// Bytes, unpacked.
        bytes: u64,
        /// 1, or more when quarantined rows are tried again.
        attempt: u32,
    },
    /// Its quarantine is written and its files are on the disk: the commit comes next.
    Prepared {
        /// Its number.
        seq: i64,
        /// Where its rows go.
        rows: Rows,
    },
    /// It is in the lake.
    Done {
        /// Its number.
        seq: i64,
        /// When.
        at: i64,
    },
    /// It could not be read to its end, or was interrupted before its commit; the number stays unused, the raw bytes are kept.
    Failed {
        /// Its number.
        seq: i64,
        /// When.
        at: i64,
        /// Why.
        why: String,
    },
    /// The same report came again: evidence that the feed lives.
    Again {
        /// The number it has.
        seq: i64,
        /// When.
        at: i64,
        /// The file's name.
        name: String,
    },
    /// Nobody knows how to read it; the raw bytes are kept.
    Refused {
        /// When.
        at: i64,
        /// The file's name.
        name: String,
        /// The feed it was delivered for, if the sender said.
        #[serde(default)]
        feed: Option<String>,
        /// SHA-256 of the unpacked content.
        hash: String,
        /// Why.
        why: String,
    },
}

/// How far a report is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// Accepted, not in the lake.
    Accepted,
    /// About to be committed, or committed without our knowing.
    Prepared,
    /// In the lake.
    Done,
    /// Could not be read, or was interrupted.
    Failed(String),
}

/// A report as the journal knows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Its number.
    pub seq: i64,
    /// Who it is.
    pub identity: Identity,
    /// The file's name.
    pub name: String,
    /// Bytes, unpacked.
    pub bytes: u64,
    /// 1, or more.
    pub attempt: u32,
    /// When it was accepted.
    pub at: i64,
    /// Where its rows went, once known.
    pub rows: Rows,
    /// How far it is.
    pub state: State,
    /// How often it was delivered, and when last.
    pub deliveries: u32,
    /// The last delivery.
    pub delivered: i64,
}

/// A refused file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Refused {
    /// When.
    pub at: i64,
    /// The file's name.
    pub name: String,
    /// The feed it was delivered for, if the sender said.
    pub feed: Option<String>,
    /// Its hash, by which its raw bytes are found.
    pub hash: String,
    /// Why.
    pub why: String,
}

/// The journal, read and ready to be added to.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    disk: Disk,
    reports: Vec<Report>,
    newest: FxHashMap<Identity, usize>,
    refused: Vec<Refused>,
}

impl Journal {
    /// Reads the journal. A torn last line (a crash in the middle of an append) is left out.
    ///
    /// # Errors
    /// The disk's; a line in the middle that is none of ours.
    pub fn open(folder: &DataFolder) -> Result<Self, PipelineError> {
        let path = folder.path("journal.jsonl");
        let mut journal = Self {
            path: path.clone(),
            disk: folder.disk.clone(),
            reports: Vec::new(),
            newest: FxHashMap::default(),
            refused: Vec::new(),
        };
        if path.exists() {
            journal.read(BufReader::new(File::open(&path).at(&path)?))?;
        }
        Ok(journal)
    }

    fn read(&mut self, mut lines: impl BufRead) -> Result<(), PipelineError> {
        let mut text = Vec::new();
        let mut number = 0;
        loop {
            text.clear();
            number += 1;
            if lines.read_until(b'\n', &mut text).at(&self.path)? == 0 || text.last() != Some(&b'\n') {
                return Ok(());
            }
            let line = serde_json::from_slice(&text)
                .map_err(|e| PipelineError::Form { path: self.path.clone(), wrong: format!("line {number}: {e}") })?;
            self.apply(line);
        }
    }

    /// Cuts off what a crash left of a last line. Only the writer may.
    ///
    /// # Errors
    /// The disk's.
    pub fn mend(&self) -> Result<(), PipelineError> {
        if !self.path.exists() {
            return Ok(());
        }
        let file = File::options().read(true).write(true).open(&self.path).at(&self.path)?;
        let mut whole = 0;
        let mut line = Vec::new();
        let mut reader = BufReader::new(&file);
        while reader.read_until(b'\n', &mut line).at(&self.path)? > 0 {
            if line.last() == Some(&b'\n') {
                whole += line.len() as u64;
            }
            line.clear();
        }
        if whole < file.metadata().at(&self.path)?.len() {
            file.set_len(whole).at(&self.path)?;
            file.sync_all().at(&self.path)?;
        }
        Ok(())
    }

    /// Adds a line; on return it is on the disk.
    ///
    /// # Errors
    /// The disk's; the journal is as before then.
    pub fn add(&mut self, line: Line) -> Result<(), PipelineError> {
        let mut text = serde_json::to_vec(&line)
            .map_err(|e| PipelineError::Form { path: self.path.clone(), wrong: e.to_string() })?;
        text.push(b'\n');
        self.disk.append(&self.path, &text).at(&self.path)?;
        self.apply(line);
        Ok(())
    }

    fn apply(&mut self, line: Line) {
        match line {
            Line::Accepted { seq, at, identity, name, bytes, attempt } => {
                // A further attempt is the report only once it is in the lake.
                if self.find(&identity).is_none_or(|report| report.state != State::Done) {
                    self.newest.insert(identity.clone(), self.reports.len());
                }
                let (rows, state) = (Rows::default(), State::Accepted);
                let report =
                    Report { seq, identity, name, bytes, attempt, at, rows, state, deliveries: 1, delivered: at };
                self.reports.push(report);
            }
            Line::Prepared { seq, rows } => self.change(seq, |report| {
                report.rows = rows;
                report.state = State::Prepared;
            }),
            Line::Done { seq, .. } => self.done(seq),
            Line::Failed { seq, why, .. } => self.change(seq, |report| report.state = State::Failed(why)),
            Line::Again { seq, at, .. } => self.change(seq, |report| {
                report.deliveries += 1;
                report.delivered = at;
            }),
            Line::Refused { at, name, feed, hash, why } => self.refused.push(Refused { at, name, feed, hash, why }),
        }
    }

    fn done(&mut self, seq: i64) {
        if let Ok(at) = self.reports.binary_search_by_key(&seq, |report| report.seq) {
            self.reports[at].state = State::Done;
            self.newest.insert(self.reports[at].identity.clone(), at);
        }
    }

    fn change(&mut self, seq: i64, change: impl FnOnce(&mut Report)) {
        // Numbers are given in order, so the report is found by halving.
        if let Ok(at) = self.reports.binary_search_by_key(&seq, |report| report.seq) {
            change(&mut self.reports[at]);
        }
    }

    /// Every report, by number.
    pub fn reports(&self) -> &[Report] {
        &self.reports
    }

    /// Every refused file, oldest first.
    pub fn refused(&self) -> &[Refused] {
        &self.refused
    }

    /// Refused files that nobody has been able to read since, each by its last delivery, oldest first.
    pub fn unread(&self) -> Vec<&Refused> {
        let done = |report: &&Report| report.state == State::Done;
        let read: FxHashSet<&str> = self.reports.iter().filter(done).map(|r| r.identity.hash.as_str()).collect();
        let mut seen = FxHashSet::default();
        let newest = self.refused.iter().rev().filter(|file| seen.insert((file.name.as_str(), file.hash.as_str())));
        let mut unread: Vec<&Refused> = newest.filter(|file| !read.contains(file.hash.as_str())).collect();
        unread.reverse();
        unread
    }

    /// The newest attempt at a report that is in the lake; before there is one, the newest.
    pub fn find(&self, identity: &Identity) -> Option<&Report> {
        self.newest.get(identity).map(|at| &self.reports[*at])
    }

    /// A report by its number.
    pub fn report(&self, seq: i64) -> Option<&Report> {
        self.reports.binary_search_by_key(&seq, |report| report.seq).ok().map(|at| &self.reports[at])
    }

    /// The number the next report gets.
    pub fn next(&self) -> i64 {
        self.reports.last().map_or(1, |report| report.seq + 1)
    }
}
