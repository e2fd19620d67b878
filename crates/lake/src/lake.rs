//! Both tables together: one report committed at a time, exactly once.

use std::path::{Path, PathBuf};
use std::thread;

use deltalake_core::kernel::Add;
use disk::Disk;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::LakeError;
use crate::fold::Folded;
use crate::scan::Ends;
use crate::schema::{EVENTS, SIGHTINGS};
use crate::session::Sessions;
use crate::table::{Change, Table};
use crate::writer::{DayWriter, EVENTS_FORM, SIGHTINGS_FORM};

/// Threads that read and write files for the Delta library and run queries.
pub(crate) const THREADS: usize = 2;

/// Rows that are held and sorted at once, by each thread: some 100 MB of events.
const PART_ROWS: usize = 256 * 1024;

/// The tables `events` and `sightings` of a data folder.
#[derive(Debug)]
pub struct Lake {
    pub(crate) runtime: Runtime,
    pub(crate) disk: Disk,
    pub(crate) root: PathBuf,
    pub(crate) events: Table,
    pub(crate) sightings: Table,
    pub(crate) sessions: Sessions,
    pub(crate) ends: Ends,
    /// Rows that are held and sorted at once, by each thread.
    pub(crate) part_rows: usize,
}

/// The files of one report being written, not yet committed.
#[derive(Debug)]
pub struct ReportFiles {
    seq: i64,
    events: DayWriter,
    sightings: DayWriter,
}

impl ReportFiles {
    /// Adds a sorted batch of events and its sightings.
    ///
    /// # Errors
    /// The disk's.
    pub fn write(&mut self, folded: &Folded) -> Result<(), LakeError> {
        self.events.write(&folded.events)?;
        self.sightings.write(&folded.sightings)
    }

    /// Days that have events so far.
    pub fn days(&self) -> usize {
        self.events.days()
    }
}

/// Finished files of a report, on the disk, not yet named by the log.
#[derive(Debug)]
pub struct Finished {
    seq: i64,
    events: Vec<Add>,
    sightings: Vec<Add>,
}

/// How far the tables are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Delta version of `events`.
    pub events: u64,
    /// Delta version of `sightings`.
    pub sightings: u64,
    /// Highest report number in `events`; 0 when there is none.
    pub committed: i64,
    /// Highest report number folded into `sightings`.
    pub folded: i64,
}

impl Lake {
    /// Opens the lake in a folder, or makes it.
    ///
    /// # Errors
    /// [`LakeError::Newer`] for the lake of a newer program; the disk's.
    pub fn open(root: &Path, disk: &Disk) -> Result<Self, LakeError> {
        let root = std::path::absolute(root)?;
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(THREADS).enable_all().build()?;
        let (events, sightings) = runtime.block_on(async {
            let events = Table::open(&root.join("events"), &EVENTS, disk).await?;
            let sightings = Table::open(&root.join("sightings"), &SIGHTINGS, disk).await?;
            Ok::<_, LakeError>((events, sightings))
        })?;
        Ok(Self {
            runtime,
            disk: disk.clone(),
            root,
            events,
            sightings,
            sessions: Sessions::default(),
            ends: Ends::default(),
            part_rows: PART_ROWS,
        })
    }

    /// Its folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Chores and lists hold about so many rows at once, and not what is usual: for a machine with less memory.
    pub fn hold_rows(&mut self, rows: usize) {
        self.part_rows = rows.max(1);
    }

    /// Goes to what others have committed.
    ///
    /// # Errors
    /// [`LakeError::Replaced`] when a table was made anew since this was opened; the disk's.
    pub fn refresh(&mut self) -> Result<(), LakeError> {
        self.runtime.block_on(async {
            self.events.refresh().await?;
            self.sightings.refresh().await
        })
    }

    /// The versions of `events` and `sightings` that answers are given from: another pair, other answers.
    pub fn versions(&self) -> (u64, u64) {
        (self.events.version(), self.sightings.version())
    }

    /// How far the tables are.
    ///
    /// # Errors
    /// The disk's.
    pub fn standing(&self) -> Result<Standing, LakeError> {
        let (committed, folded) = self.runtime.block_on(async {
            Ok::<_, LakeError>((self.events.committed().await?, self.sightings.committed().await?))
        })?;
        Ok(Standing {
            events: self.events.version(),
            sightings: self.sightings.version(),
            committed: committed.unwrap_or(0),
            folded: folded.unwrap_or(0),
        })
    }

    /// Begins the files of report number `seq`; `now` in microseconds since 1970.
    ///
    /// # Errors
    /// Never in practice.
    pub fn begin(&self, seq: i64, now: i64) -> Result<ReportFiles, LakeError> {
        Ok(ReportFiles {
            seq,
            events: self.events_writer(format!("r-{seq}"), now)?,
            sightings: self.sightings_writer(format!("r-{seq}"), now)?,
        })
    }

    pub(crate) fn events_writer(&self, name: String, now: i64) -> Result<DayWriter, LakeError> {
        DayWriter::new(&self.disk, self.events.root(), name, &EVENTS, &EVENTS_FORM, now)
    }

    pub(crate) fn sightings_writer(&self, name: String, now: i64) -> Result<DayWriter, LakeError> {
        DayWriter::new(&self.disk, self.sightings.root(), name, &SIGHTINGS, &SIGHTINGS_FORM, now)
    }

    /// Ends the files: all their bytes and names are on the disk.
    ///
    /// # Errors
    /// The disk's.
    pub fn finish(files: ReportFiles) -> Result<Finished, LakeError> {
        let ReportFiles { seq, events, sightings } = files;
        thread::scope(|scope| {
            let sightings = scope.spawn(|| sightings.finish());
            let events = events.finish();
            let sightings = sightings.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            Ok(Finished { seq, events: events?, sightings: sightings? })
        })
    }

    /// Commits a report: first `events`, the truth, then `sightings`. Between the two a crash may fall;
    /// [`Lake::recover`] folds what is missing.
    ///
    /// # Errors
    /// The disk's or the table's. The report may be committed all the same: [`Lake::standing`] tells after a
    /// [`Lake::refresh`].
    pub fn commit(&mut self, finished: Finished, notes: Vec<(String, Value)>) -> Result<(), LakeError> {
        let seq = finished.seq;
        self.runtime.block_on(async {
            let change = Change { adds: finished.events, seq: Some(seq), notes, ..Change::default() };
            let folded_from = self.events.commit(change).await?;
            let notes = vec![("haidang.events_version".to_owned(), json!(folded_from))];
            let change = Change { adds: finished.sightings, seq: Some(seq), notes, ..Change::default() };
            self.sightings.commit(change).await.map(drop)
        })
    }

    /// Folds reports that `events` has and `sightings` has not. Returns how many there were.
    ///
    /// # Errors
    /// The disk's or the table's.
    pub fn recover(&mut self, now: i64) -> Result<u64, LakeError> {
        let standing = self.standing()?;
        if standing.folded >= standing.committed {
            return Ok(0);
        }
        let mut unfolded: Vec<i64> = self.events_per_report(standing.folded)?.into_iter().map(|(seq, _)| seq).collect();
        // A report without events is committed too, and says how far the folding is.
        unfolded.push(standing.committed);
        unfolded.dedup();
        let mut folded = 0;
        for seq in unfolded {
            let mut writer = self.sightings_writer(format!("r-{seq}"), now)?;
            self.fold_where(&format!("seq = {seq}"), |sightings| writer.write(&sightings))?;
            let adds = writer.finish()?;
            let notes = vec![("haidang.events_version".to_owned(), json!(self.events.version()))];
            let change = Change { adds, seq: Some(seq), notes, ..Change::default() };
            self.runtime.block_on(self.sightings.commit(change))?;
            folded += 1;
        }
        Ok(folded)
    }
}
