//! The journal: one line of JSON for everything that happened to a report, synced before it counts.
//!
//! A report's identity is its feed, type, date and the hash of its content. Its number (*seq*) is given
//! once, in order, and is the version under which the lake commits it. Lines are only added.
//!
//! A line begins with the sum of its bytes, so that one that was changed is noticed even where it can still be read.
//! The line that ends a report tells again what the lines before said of it, so that no single line is missed when it is
//! damaged: readers go on with the others, the writer waits for [`crate::mend`].

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use disk::{Disk, Taken};
use rustc_hash::{FxHashMap, FxHashSet};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::error::At as _;
use crate::folder::bounded;
use crate::spool::hex;
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
        /// The attribution version by which its events have their owners; 0 before the first import.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        attribution: Option<u32>,
    },
    /// It is in the lake.
    Done {
        /// Its number.
        seq: i64,
        /// When.
        at: i64,
        /// What the lines before told of it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        of: Option<Box<Told>>,
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

impl Line {
    /// The number of the report that it can be the first line of.
    fn begun(&self) -> Option<i64> {
        match self {
            Self::Accepted { seq, .. } | Self::Done { seq, of: Some(_), .. } => Some(*seq),
            _ => None,
        }
    }
}

/// A report as its last line tells it again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// Who it is.
    pub identity: Identity,
    /// The file's name as delivered.
    pub name: String,
    /// Bytes, unpacked.
    pub bytes: u64,
    /// 1, or more.
    pub attempt: u32,
    /// When it was accepted.
    pub accepted: i64,
    /// Where its rows are.
    pub rows: Rows,
    /// The attribution version.
    pub attribution: Option<u32>,
}

/// A line that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unread {
    /// Its number, from 1.
    pub line: u64,
    /// What is wrong with it.
    pub why: String,
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
    /// When it was read into the lake; 0 before.
    #[serde(skip)]
    pub read: i64,
    /// The attribution version by which its events have their owners, if it was noted.
    #[serde(skip)]
    pub attribution: Option<u32>,
}

impl Report {
    /// Whether the journal tells that the lake has it, or may have.
    pub(crate) fn is_known_to_be_written(&self) -> bool {
        matches!(self.state, State::Prepared | State::Done)
    }
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

/// What stands before and behind a line's sum.
const SUM_BEGINS: &[u8] = b"{\"sum\":\"";
const SUM_ENDS: &[u8] = b"\",";
/// Digits of a line's sum: one in four billion changes goes unnoticed.
const SUM_DIGITS: usize = 8;

fn sum(fields: &[u8]) -> String {
    let mut sum = hex(&Sha256::digest(fields));
    sum.truncate(SUM_DIGITS);
    sum
}

/// Reads a line; one of a program that wrote no sums is believed.
fn read_line(text: &[u8]) -> Result<Line, String> {
    let text = text.strip_suffix(b"\n").unwrap_or(text);
    if let Some((told, rest)) = text.strip_prefix(SUM_BEGINS).and_then(|rest| rest.split_at_checked(SUM_DIGITS)) {
        let fields = rest.strip_prefix(SUM_ENDS).unwrap_or_default();
        if sum(fields).as_bytes() != told {
            return Err("its bytes are not those that were written".to_owned());
        }
    }
    serde_json::from_slice(text).map_err(|error| error.to_string())
}

/// Gives every whole line of a journal to `each`; none if there is no such file.
fn each_line(path: &Path, mut each: impl FnMut(Result<Line, Unread>)) -> Result<(), PipelineError> {
    if !path.exists() {
        return Ok(());
    }
    let mut file = BufReader::new(File::open(path).at(path)?);
    let mut text = Vec::new();
    for number in 1.. {
        text.clear();
        if file.read_until(b'\n', &mut text).at(path)? == 0 || text.last() != Some(&b'\n') {
            break;
        }
        each(read_line(&text).map_err(|why| Unread { line: number, why }));
    }
    Ok(())
}

/// The journal, read and ready to be added to.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    disk: Disk,
    reports: Vec<Report>,
    newest: FxHashMap<Identity, usize>,
    refused: Vec<Refused>,
    unread: Vec<Unread>,
}

impl Journal {
    /// Reads the journal. A torn last line (a crash in the middle of an append) is left out; so are lines that are none of
    /// ours: see [`Journal::damaged`].
    ///
    /// # Errors
    /// The disk's.
    pub fn open(folder: &DataFolder) -> Result<Self, PipelineError> {
        let path = folder.path("journal.jsonl");
        let mut journal = Self {
            path: path.clone(),
            disk: folder.disk.clone(),
            reports: Vec::new(),
            newest: FxHashMap::default(),
            refused: Vec::new(),
            unread: Vec::new(),
        };
        each_line(&path, |line| match line {
            Ok(line) => journal.apply(line),
            Err(unread) => journal.unread.push(unread),
        })?;
        Ok(journal)
    }

    /// Lines that cannot be read.
    pub fn damaged(&self) -> &[Unread] {
        &self.unread
    }

    /// That every line can be read: whoever writes rests on all of them.
    ///
    /// # Errors
    /// [`PipelineError::Form`] naming the first that cannot.
    pub fn is_whole(&self) -> Result<(), PipelineError> {
        self.unread.first().map_or(Ok(()), |Unread { line, why }| {
            let wrong = format!("line {line}: {why}; `haidang lake mend` tells it anew");
            Err(PipelineError::Form { path: self.path.clone(), wrong })
        })
    }

    /// The line that ends a report which is in the lake.
    pub fn end_of(&self, seq: i64, at: i64) -> Line {
        let told = |report: &Report| Told {
            identity: report.identity.clone(),
            name: report.name.clone(),
            bytes: report.bytes,
            attempt: report.attempt,
            accepted: report.at,
            rows: report.rows,
            attribution: report.attribution,
        };
        Line::Done { seq, at, of: self.report(seq).map(told).map(Box::new) }
    }

    /// Writes the journal anew when lines of it cannot be read; the old one is kept beside it. What the lost lines said is
    /// taken from those that tell it again, and from the order of things: nothing is begun before what was begun is ended,
    /// and what did not reach the lake is tried again under a later number. Only the writer may. How many lines could not
    /// be read, and how many reports were told anew.
    ///
    /// # Errors
    /// The disk's.
    pub(crate) fn mend(folder: &DataFolder) -> Result<(u64, u64), PipelineError> {
        let mut journal = Self::open(folder)?;
        let lost = journal.unread.len() as u64;
        if lost == 0 {
            return Ok((0, 0));
        }
        journal.write_anew(&journal.tell_anew()?, folder)?;
        let before = journal.reports.iter().filter(|report| report.state == State::Done).count() as u64;
        journal = Self::open(folder)?;
        let after = journal.reports.iter().filter(|report| report.state == State::Done).count() as u64;
        Ok((lost, after.saturating_sub(before)))
    }

    /// Tells anew of reports that the lake has and the journal does not, by the lines that their commits noted; how many.
    /// Only the writer may.
    ///
    /// # Errors
    /// The disk's.
    pub(crate) fn tell_committed(folder: &DataFolder, noted: Vec<Line>) -> Result<u64, PipelineError> {
        let journal = Self::open(folder)?;
        let mut lines = Vec::new();
        each_line(&journal.path, |line| lines.extend(line.ok()))?;
        let mut told = 0;
        for line in noted {
            let Some(seq) = line.begun() else { continue };
            // One that is about to be committed is ended by the writer.
            if journal.report(seq).is_some_and(Report::is_known_to_be_written) {
                continue;
            }
            // Numbers stand in order; one that the journal gave has its place.
            let is_later = |line: &Line| line.begun().is_some_and(|begun| begun > seq);
            let at = if journal.report(seq).is_some() { None } else { lines.iter().position(is_later) };
            lines.insert(at.unwrap_or(lines.len()), line);
            told += 1;
        }
        if told > 0 {
            journal.write_anew(&lines, folder)?;
        }
        Ok(told)
    }

    /// Other lines in the place of these, which are kept beside them.
    fn write_anew(&self, lines: &[Line], folder: &DataFolder) -> Result<(), PipelineError> {
        let mut text = Vec::new();
        for line in lines {
            text.extend(self.summed(line)?);
        }
        let kept = crate::mend::free(folder, "journal.damaged");
        let old = bounded(File::open(&self.path).at(&self.path)?, u64::MAX).at(&self.path)?;
        self.disk.write(&kept, &old, Taken::Refuse).at(&kept)?;
        self.disk.write(&self.path, &text, Taken::Replace).at(&self.path)
    }

    /// The lines that can be read, and an end for each report that must have had one.
    fn tell_anew(&self) -> Result<Vec<Line>, PipelineError> {
        let mut lines = Vec::new();
        each_line(&self.path, |line| lines.extend(line.ok()))?;
        let is_later =
            |report: &Report| self.reports.iter().any(|r| r.seq > report.seq && r.identity == report.identity);
        let newest = self.reports.last().map(|report| report.seq);
        let has_lost_its_end =
            |report: &&Report| report.state == State::Prepared && Some(report.seq) != newest && !is_later(report);
        let ended = self.reports.iter().filter(has_lost_its_end);
        lines.extend(ended.map(|report| self.end_of(report.seq, report.at)));
        Ok(lines)
    }

    /// Cuts off what a crash left of a last line. Only the writer may.
    ///
    /// # Errors
    /// The disk's.
    pub fn cut(&self) -> Result<(), PipelineError> {
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
        let text = self.summed(&line)?;
        self.disk.append(&self.path, &text).at(&self.path)?;
        self.apply(line);
        Ok(())
    }

    /// A line as it is written.
    fn summed(&self, line: &Line) -> Result<Vec<u8>, PipelineError> {
        let text = serde_json::to_vec(line)
            .map_err(|e| PipelineError::Form { path: self.path.clone(), wrong: e.to_string() })?;
        let fields = text.strip_prefix(b"{").unwrap_or(&text);
        Ok([SUM_BEGINS, sum(fields).as_bytes(), SUM_ENDS, fields, b"\n"].concat())
    }

    fn apply(&mut self, line: Line) {
        match line {
            Line::Accepted { seq, at, identity, name, bytes, attempt } => {
                let (rows, attribution) = (Rows::default(), None);
                self.accepted(seq, Told { identity, name, bytes, attempt, accepted: at, rows, attribution });
            }
            Line::Prepared { seq, rows, attribution } => self.change(seq, |report| {
                report.rows = rows;
                report.attribution = attribution;
                report.state = State::Prepared;
            }),
            Line::Done { seq, at, of } => self.done(seq, at, of),
            Line::Failed { seq, why, .. } => self.change(seq, |report| report.state = State::Failed(why)),
            Line::Again { seq, at, .. } => self.change(seq, |report| {
                report.deliveries += 1;
                report.delivered = at;
            }),
            Line::Refused { at, name, feed, hash, why } => self.refused.push(Refused { at, name, feed, hash, why }),
        }
    }

    fn accepted(&mut self, seq: i64, told: Told) {
        // A further attempt is the report only once it is in the lake.
        if self.find(&told.identity).is_none_or(|report| report.state != State::Done) {
            self.newest.insert(told.identity.clone(), self.reports.len());
        }
        let Told { identity, name, bytes, attempt, accepted: at, rows, attribution } = told;
        let (state, deliveries, delivered, read) = (State::Accepted, 1, at, 0);
        self.reports.push(Report {
            seq,
            identity,
            name,
            bytes,
            attempt,
            at,
            rows,
            state,
            deliveries,
            delivered,
            read,
            attribution,
        });
    }

    fn done(&mut self, seq: i64, at: i64, of: Option<Box<Told>>) {
        if let Some(told) = of {
            // Its first line is damaged.
            if self.reports.last().is_none_or(|report| report.seq < seq) {
                self.accepted(seq, (*told).clone());
            }
            self.change(seq, |report| (report.rows, report.attribution) = (told.rows, told.attribution));
        }
        if let Ok(found) = self.reports.binary_search_by_key(&seq, |report| report.seq) {
            self.reports[found].state = State::Done;
            self.reports[found].read = at;
            self.newest.insert(self.reports[found].identity.clone(), found);
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

    /// The number of the newest report that is in the lake; 0 if none is.
    pub fn last_done(&self) -> i64 {
        self.reports.iter().rev().find(|report| report.state == State::Done).map_or(0, |report| report.seq)
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
