//! The one writer of a data folder: recovers, drains the spool, tries quarantined rows again.

use std::fs;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use constituency::{Attributor, Places};
use disk::Taken;
use feeds::format::Parser;
use lake::Lake;
use rustc_hash::{FxHashMap, FxHashSet};
use serde::Serialize;
use serde_json::json;

use crate::catalogue::Feeds;
use crate::enrich::Context;
use crate::error::{At as _, is_of_machine};
use crate::folder::Lock;
use crate::ingest::{Progress, Source, ingest};
use crate::journal::{Identity, Journal, Line, Report, Rows, State};
use crate::spool::{self, Slip, Waiting};
use crate::{DataFolder, PipelineError, delivery, mend, owners, quarantine};

/// The clock: microseconds since 1970.
pub type Clock = Arc<dyn Fn() -> i64 + Send + Sync>;

/// What became of one delivered file.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "outcome", rename_all = "kebab-case")]
pub enum Outcome {
    /// It is in the lake.
    Ingested {
        /// The file's name.
        name: String,
        /// Its feed.
        feed: String,
        /// Its type.
        report: String,
        /// Its number.
        seq: i64,
        /// Where its rows went.
        rows: Rows,
    },
    /// It was there already.
    Again {
        /// The file's name.
        name: String,
        /// Its feed.
        feed: String,
        /// The number it has.
        seq: i64,
    },
    /// Nobody knows how to read it; it is kept.
    Refused {
        /// The file's name.
        name: String,
        /// Why.
        why: String,
    },
    /// Its raw bytes cannot be read; they are kept.
    Failed {
        /// The file's name.
        name: String,
        /// Why.
        why: String,
    },
}

/// The writer: holds the lock as long as it lives.
pub struct Writer {
    pub(crate) folder: DataFolder,
    pub(crate) lock: Lock,
    pub(crate) journal: Journal,
    pub(crate) lake: Lake,
    pub(crate) feeds: Feeds,
    pub(crate) places: Places,
    pub(crate) owners: Arc<Attributor>,
    pub(crate) clock: Clock,
    pub(crate) progress: Progress,
}

impl std::fmt::Debug for Writer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Writer").field("folder", &self.folder.root()).finish()
    }
}

/// A feed's name and mark, and the reader of its file.
pub(crate) type Reader = ((String, event::tlp::Tlp), Parser);

/// What was forgotten.
#[derive(Debug, Clone, Copy)]
pub struct Forgotten {
    /// In the lake.
    pub lake: lake::care::Done,
    /// Raw reports and quarantine files deleted.
    pub files: u64,
}

/// The note of a commit: the line that ends the report in the journal, so that the lake can tell it when the journal is lost.
pub(crate) const NOTE: &str = "haidang.report";

/// A report ready to be read.
struct Job {
    seq: i64,
    identity: Identity,
    raw: PathBuf,
    bytes: u64,
    parser: Parser,
    feed: String,
    tlp: event::tlp::Tlp,
    observed: i64,
    only: Option<FxHashSet<u64>>,
}

impl Writer {
    /// Becomes the writer of a folder and puts right what a crash left.
    ///
    /// # Errors
    /// [`PipelineError::Held`] if there is one; [`PipelineError::Behind`]; [`PipelineError::Ahead`]; the disk's.
    pub fn open(folder: DataFolder, clock: Clock) -> Result<Self, PipelineError> {
        let lock = folder.lock()?;
        spool::sweep(&folder, clock())?;
        folder.settle_lake(&lock)?;
        let mut writer = Self::unsettled(folder, lock, clock)?;
        writer.settle()?;
        Ok(writer)
    }

    /// The writer as it is before it has settled what a crash left.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub(crate) fn unsettled(folder: DataFolder, lock: Lock, clock: Clock) -> Result<Self, PipelineError> {
        let journal = Journal::open(&folder)?;
        let lake = folder.lake_with(&journal)?;
        Self::with_lake(folder, lock, clock, journal, lake)
    }

    /// The same with a lake that need not be the folder's.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub(crate) fn with_lake(
        folder: DataFolder,
        lock: Lock,
        clock: Clock,
        journal: Journal,
        lake: Lake,
    ) -> Result<Self, PipelineError> {
        journal.is_whole()?;
        journal.cut()?;
        let committed = lake.standing()?.committed;
        if committed > 0 && !journal.report(committed).is_some_and(Report::is_known_to_be_written) {
            return Err(PipelineError::Ahead { committed });
        }
        let feeds = Feeds::open(&folder)?;
        let owners = owners::attributor(&folder, None)?;
        let (places, progress): (_, Progress) = (Places::shipped(), Arc::new(|_| {}));
        Ok(Self { folder, lock, journal, lake, feeds, places, owners, clock, progress })
    }

    /// Lets somebody know how far the reading is.
    #[must_use]
    pub fn with_progress(self, progress: Progress) -> Self {
        Self { progress, ..self }
    }

    /// The lake.
    pub fn lake(&mut self) -> &mut Lake {
        &mut self.lake
    }

    /// The folder.
    pub fn folder(&self) -> &DataFolder {
        &self.folder
    }

    /// The proof that nobody else writes.
    pub fn lock(&self) -> &Lock {
        &self.lock
    }

    /// Says of every report that was under way when something went wrong whether it is in the lake. One that is
    /// not gives its number up: numbers are committed in order and used once, and its bytes are still in the spool.
    pub(crate) fn settle(&mut self) -> Result<(), PipelineError> {
        let at = (self.clock)();
        self.lake.refresh()?;
        self.lake.recover(at)?;
        let committed = self.lake.standing()?.committed;
        let under_way = |report: &&Report| matches!(report.state, State::Accepted | State::Prepared);
        let is_in = |report: &Report| report.state == State::Prepared && report.seq == committed;
        let reports: Vec<(i64, bool)> =
            self.journal.reports().iter().filter(under_way).map(|report| (report.seq, is_in(report))).collect();
        for (seq, is_in) in reports {
            let why = || "interrupted before its commit; tried again under a new number".to_owned();
            let end = if is_in { self.journal.end_of(seq, at) } else { Line::Failed { seq, at, why: why() } };
            self.journal.add(end)?;
        }
        Ok(())
    }

    /// Takes everything that waits in the spool into the lake, in order, and tells each outcome.
    ///
    /// # Errors
    /// The disk's: nothing is lost, the next run goes on.
    pub fn drain(&mut self, each: impl FnMut(&Outcome)) -> Result<(), PipelineError> {
        self.drain_until(|| false, each)
    }

    /// The same, until it is to end: the file under way is finished, the others wait for the next run.
    ///
    /// # Errors
    /// As [`drain`](Self::drain).
    pub fn drain_until(
        &mut self,
        ends: impl Fn() -> bool,
        mut each: impl FnMut(&Outcome),
    ) -> Result<(), PipelineError> {
        self.settle()?;
        loop {
            let waiting = spool::waiting(&self.folder)?;
            if waiting.is_empty() {
                return Ok(());
            }
            for file in waiting {
                if ends() {
                    return Ok(());
                }
                let outcome = self.take(&file)?;
                self.folder.disk.remove(&file.path).at(&file.path)?;
                if file.bytes_path().exists() {
                    self.folder.disk.remove(&file.bytes_path()).at(&file.path)?;
                }
                each(&outcome);
            }
        }
    }

    fn take(&mut self, file: &Waiting) -> Result<Outcome, PipelineError> {
        let slip = &file.slip;
        // Before the journal is told anything, and of a report it knows too: its bytes heal a copy that was damaged since.
        let raw = self.keep_raw(file)?;
        match fs::File::open(&raw) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return self.refuse(file, "its bytes are neither in spool nor in raw; deliver it again".to_owned());
            }
            opened => drop(opened.at(&raw)?),
        }
        let (feed, parser) = match self.reader(slip.feed.as_deref(), &slip.name, slip.at)? {
            Ok(reader) => reader,
            Err(why) => return self.refuse(file, why),
        };
        let identity = Identity {
            feed: feed.0.clone(),
            report: parser.report().to_owned(),
            date: parser.date().map(event::time::day_text).unwrap_or_default(),
            hash: slip.hash.clone(),
        };
        let seq = match self.journal.find(&identity) {
            Some(report) if report.state == State::Done => {
                let seq = report.seq;
                let name = slip.name.clone();
                self.journal.add(Line::Again { seq, at: slip.at, name: name.clone() })?;
                return Ok(Outcome::Again { name, feed: identity.feed, seq });
            }
            _ => self.number(file, &identity, 1)?,
        };
        let (bytes, observed) = (slip.bytes, slip.at);
        let job = Job { seq, identity, raw, bytes, parser, feed: feed.0, tlp: feed.1, observed, only: None };
        self.run(job, &slip.name)
    }

    /// The feed (name and mark) and parser of a file, or why there is none.
    ///
    /// # Errors
    /// The disk's, when lists of indicators are read.
    pub(crate) fn reader(
        &self,
        feed: Option<&str>,
        name: &str,
        delivered: i64,
    ) -> Result<Result<Reader, String>, PipelineError> {
        let Some((found, format)) = self.feeds.of(feed, name, &self.owners)? else {
            return Ok(Err(match feed {
                Some(feed) => format!("no feed {feed:?} in feeds.toml"),
                None => format!("no feed in feeds.toml has files called like {name:?}; name one with --feed"),
            }));
        };
        let opened = format.open(name).map_err(|e| e.to_string());
        Ok(opened.map(|mut parser| {
            parser.delivered_at(delivered);
            ((found.name.clone(), found.tlp), parser)
        }))
    }

    fn refuse(&mut self, file: &Waiting, why: String) -> Result<Outcome, PipelineError> {
        let Slip { name, feed, hash, at, .. } = file.slip.clone();
        self.journal.add(Line::Refused { at, name: name.clone(), feed, hash, why: why.clone() })?;
        Ok(Outcome::Refused { name, why })
    }

    fn number(&mut self, file: &Waiting, identity: &Identity, attempt: u32) -> Result<i64, PipelineError> {
        let seq = self.journal.next();
        self.journal.add(Line::Accepted {
            seq,
            at: file.slip.at,
            identity: identity.clone(),
            name: file.slip.name.clone(),
            bytes: file.slip.bytes,
            attempt,
        })?;
        Ok(seq)
    }

    /// Moves the bytes from the spool to where raw reports are kept.
    fn keep_raw(&self, file: &Waiting) -> Result<PathBuf, PipelineError> {
        let (bytes, raw) = (file.bytes_path(), self.folder.raw(&file.slip.hash));
        // The same hash is the same content.
        if bytes.exists() {
            self.folder.disk.rename(&bytes, &raw).at(&raw)?;
        }
        Ok(raw)
    }

    fn run(&mut self, job: Job, name: &str) -> Result<Outcome, PipelineError> {
        let now = (self.clock)();
        let report = job.identity.report.clone();
        let context = Context {
            seq: job.seq,
            feed: &job.feed,
            report: &report,
            tlp: job.tlp,
            observed: job.observed,
            zone: self.folder.zone(),
            country: self.folder.country(),
            rules: self.feeds.rules(),
            places: &self.places,
            owners: &self.owners,
        };
        let source = Source {
            parser: job.parser,
            raw: &job.raw,
            bytes: job.bytes,
            only: job.only.as_ref(),
            aside: None,
            progress: Arc::clone(&self.progress),
        };
        let written = match ingest(&self.folder, &self.lake, &context, source, now) {
            Ok(written) => written,
            Err(PipelineError::File { path, source }) if path == job.raw && !is_of_machine(&source) => {
                return self.fail(job.seq, name, format!("raw bytes of {name} are damaged: {source}"));
            }
            Err(error) if error.is_of_report() => return self.fail(job.seq, name, error.to_string()),
            Err(error) => return Err(error),
        };
        let attribution = Some(self.owners.version());
        self.journal.add(Line::Prepared { seq: job.seq, rows: written.rows, attribution })?;
        let end = self.journal.end_of(job.seq, now);
        self.lake.commit(written.finished, vec![(NOTE.to_owned(), json!(end))])?;
        self.journal.add(end)?;
        Ok(Outcome::Ingested { name: name.to_owned(), feed: job.feed, report, seq: job.seq, rows: written.rows })
    }

    fn fail(&mut self, seq: i64, name: &str, why: String) -> Result<Outcome, PipelineError> {
        self.journal.add(Line::Failed { seq, at: (self.clock)(), why: why.clone() })?;
        Ok(Outcome::Failed { name: name.to_owned(), why })
    }

    /// Tries the quarantined rows of a report again, with the schema and mappings of today. Rows that are
    /// events now join the lake under a new number; the others stay in quarantine under it.
    ///
    /// # Errors
    /// No such report, or an older attempt of one; the disk's.
    pub fn replay(&mut self, seq: i64) -> Result<Outcome, PipelineError> {
        self.settle()?;
        let report =
            self.journal.report(seq).cloned().ok_or_else(|| PipelineError::Missing(format!("report {seq}")))?;
        let newest = self.journal.find(&report.identity).map_or(seq, |report| report.seq);
        if newest != seq {
            return Err(PipelineError::Missing(format!(
                "rows of report {seq}: they were tried again as report {newest}"
            )));
        }
        let mut only = FxHashSet::default();
        quarantine::read(&self.folder, seq, |row| {
            only.insert(row.row);
            Ok(())
        })?;
        let raw = self.folder.raw(&report.identity.hash);
        if report.state != State::Done || only.is_empty() || !raw.exists() {
            return Err(PipelineError::Missing(format!("quarantined rows of report {seq} and its raw bytes")));
        }
        let (feed, parser) =
            self.reader(Some(&report.identity.feed), &report.name, report.at)?.map_err(PipelineError::Missing)?;
        let next = self.journal.next();
        self.journal.add(Line::Accepted {
            seq: next,
            at: (self.clock)(),
            identity: report.identity.clone(),
            name: report.name.clone(),
            bytes: report.bytes,
            attempt: report.attempt + 1,
        })?;
        let job = Job {
            seq: next,
            raw,
            bytes: report.bytes,
            identity: report.identity,
            parser,
            feed: feed.0,
            tlp: feed.1,
            observed: report.at,
            only: Some(only),
        };
        self.run(job, &report.name)
    }

    /// Puts the files that were refused, and have not been read since, into the spool again: the next
    /// [`drain`](Self::drain) tries them with the feeds of today. With `hash`, only those whose hash begins so.
    /// Returns how many there were; one whose raw bytes are forgotten stays refused.
    ///
    /// # Errors
    /// The disk's.
    pub fn retry(&mut self, hash: &str) -> Result<u64, PipelineError> {
        let mut files = 0;
        for refused in self.journal.unread().into_iter().filter(|file| file.hash.starts_with(hash)) {
            let raw = self.folder.raw(&refused.hash);
            if raw.exists() {
                let slip = spool::again(&self.folder, refused, &raw)?;
                // A list that turned out to be one of leaked accounts was scrubbed now: what was kept of it goes.
                if slip.hash != refused.hash {
                    self.folder.disk.remove(&raw).at(&raw)?;
                }
                files += 1;
            }
        }
        Ok(files)
    }

    /// Forgets everything before a day: its partitions of the lake, and raw reports and quarantine delivered
    /// before it. What was published stays.
    ///
    /// # Errors
    /// The disk's: what is left goes when it is tried again.
    pub fn forget(&mut self, first_kept: i32) -> Result<Forgotten, PipelineError> {
        let now = (self.clock)();
        self.note_forgotten(first_kept, now)?;
        let lake = self.lake.forget_before(first_kept, now)?;
        let bound = self.folder.zone().day_start(first_kept).unwrap_or(i64::MIN);
        // The same bytes may have come again later, or under another name: the newest delivery decides.
        let mut newest: FxHashMap<&str, i64> = FxHashMap::default();
        for report in self.journal.reports() {
            let at = newest.entry(&report.identity.hash).or_insert(i64::MIN);
            *at = report.delivered.max(*at);
        }
        for refused in self.journal.refused() {
            let at = newest.entry(&refused.hash).or_insert(i64::MIN);
            *at = refused.at.max(*at);
        }
        let mut old: Vec<PathBuf> =
            newest.iter().filter(|(_, at)| **at < bound).map(|(hash, _)| self.folder.raw(hash)).collect();
        let reports = self.journal.reports().iter().filter(|report| report.delivered < bound);
        old.extend(reports.map(|report| quarantine::path(&self.folder, report.seq)));
        old.retain(|path| path.exists());
        old.extend(delivery::before(&self.folder, bound)?);
        old.iter().try_for_each(|path| self.folder.disk.remove(path).at(path))?;
        Ok(Forgotten { lake, files: old.len() as u64 })
    }

    /// Notes which days are forgotten, before the first of them is: or mending would bring back what was forgotten when a
    /// crash came. What was forgotten once stays so, also when more is to be kept from now on.
    fn note_forgotten(&self, first_kept: i32, now: i64) -> Result<(), PipelineError> {
        let before = first_kept.max(mend::first_kept(&self.folder)?);
        let note = self.folder.path("forgotten.json");
        let text = json!({ "before": event::time::day_text(before), "at": event::time::to_text(now) }).to_string();
        self.folder.disk.write(&note, text.as_bytes(), Taken::Replace).at(&note)
    }

    /// Puts a Shadowserver schema in the data folder, for all feeds that name none of their own.
    ///
    /// # Errors
    /// A file that is no schema; the disk's.
    pub fn use_schema(&mut self, path: &std::path::Path) -> Result<(), PipelineError> {
        crate::catalogue::read_schema(path)?;
        let text = crate::folder::read_text(path)?;
        let stored = self.folder.path(crate::catalogue::SCHEMA);
        if !stored.exists() || crate::folder::read_text(&stored)? != text {
            self.folder.disk.write(&stored, text.as_bytes(), Taken::Replace).at(&stored)?;
            self.feeds = Feeds::open(&self.folder)?;
        }
        Ok(())
    }
}
