//! What is damaged in the tables, told by name, and files made anew in its place.
//!
//! A file is sound when its bytes add up to what its name tells ([`crate::sum`]); one whose name tells nothing, when it can
//! be read to its end. The log is sound when every entry since its last checkpoint is there and can be read.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::fs::{self, File};
use std::io::{self, BufRead as _, BufReader};
use std::path::{Path, PathBuf};

use arrow_array::RecordBatch;
use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Int32Type, Int64Type};
use arrow_select::filter::filter_record_batch;
use bytes::Bytes;
use deltalake_core::kernel::Add;
use event::time::{day_text, parse_day};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::file::reader::ChunkReader;
use serde_json::Value;

use crate::care::{Done, change, files_by_day};
use crate::fold::Folded;
use crate::schema::{DAY, position};
use crate::sum;
use crate::table::{Change, Table};
use crate::writer::DayWriter;
use crate::{Lake, LakeError};

/// Damaged files that a message names; of more it tells the number.
const NAMED_MAX: usize = 5;

/// A damaged file of a table.
#[derive(Debug, Clone)]
pub struct Damaged {
    /// Where it lies.
    pub path: PathBuf,
    /// The day whose rows it has.
    pub day: i32,
    /// What is wrong with it.
    pub why: String,
    /// First and last number of the reports it may have rows of.
    pub reports: (i64, i64),
    /// Rows it had, as far as the log tells.
    pub rows: Option<u64>,
    is_of_events: bool,
    file: Add,
}

impl Damaged {
    /// Whether it is of `events`: then its rows come from raw reports, else from `events`.
    pub fn is_of_events(&self) -> bool {
        self.is_of_events
    }
}

impl fmt::Display for Damaged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path.display(), self.why)
    }
}

/// Damaged files in one line.
pub(crate) fn named(damaged: &[Damaged]) -> String {
    let names: Vec<String> = damaged.iter().take(NAMED_MAX).map(ToString::to_string).collect();
    let more = damaged.len().saturating_sub(NAMED_MAX);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{more}", names.join("; "))
}

/// What is wrong with a file; `None` for a sound one.
pub(crate) fn wrong(path: &Path, file: &Add) -> Option<String> {
    let differs = || differs(path, || sum::of(path), || read_through(File::open(path)?));
    other_size(path, file).or_else(differs)
}

/// The bytes of a sound file, read once; or what is wrong with it.
pub(crate) fn sound(path: &Path, file: &Add) -> Result<Bytes, String> {
    other_size(path, file).map_or(Ok(()), Err)?;
    let bytes = Bytes::from(fs::read(path).map_err(|error| error.to_string())?);
    differs(path, || Ok(sum::of_bytes(&bytes)), || read_through(bytes.clone())).map_or(Ok(bytes.clone()), Err)
}

fn other_size(path: &Path, file: &Add) -> Option<String> {
    match fs::metadata(path).map(|metadata| metadata.len()) {
        Ok(size) if i64::try_from(size) == Ok(file.size) => None,
        Ok(size) => Some(format!("has {size} bytes where {} were written", file.size)),
        Err(error) => Some(error.to_string()),
    }
}

/// Whether the bytes are others than the name tells, or, where it tells nothing, cannot be read through.
fn differs(
    path: &Path,
    sum: impl FnOnce() -> io::Result<String>,
    through: impl FnOnce() -> Result<(), LakeError>,
) -> Option<String> {
    match sum::told(path) {
        Some(told) => match sum() {
            Ok(found) => (found != told).then(|| "has other bytes than were written".to_owned()),
            Err(error) => Some(error.to_string()),
        },
        None => through().err().map(|error| error.to_string()),
    }
}

fn read_through(file: impl ChunkReader + 'static) -> Result<(), LakeError> {
    for batch in ParquetRecordBatchReaderBuilder::try_new(file)?.build()? {
        batch?;
    }
    Ok(())
}

fn damaged_of(table: &Table, is_of_events: bool) -> Result<Vec<Damaged>, LakeError> {
    let mut damaged = Vec::new();
    for (day, files) in files_by_day(table)? {
        for file in files {
            let path = table.root().join(&file.path);
            let Some(why) = wrong(&path, &file) else { continue };
            let stats: Value = file.stats.as_ref().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
            let reports = (
                stats["minValues"]["seq"].as_i64().unwrap_or(0),
                stats["maxValues"]["seq"].as_i64().unwrap_or(i64::MAX),
            );
            let (day, rows) = (parse_day(&day).unwrap_or_default(), stats["numRecords"].as_u64());
            damaged.push(Damaged { path, day, why, reports, rows, is_of_events, file });
        }
    }
    Ok(damaged)
}

/// The numbers of the reports that a file of `events` has rows of.
fn reports_of(path: &Path) -> Result<BTreeSet<i64>, LakeError> {
    let file = ParquetRecordBatchReaderBuilder::try_new(File::open(path)?)?;
    let seq = ProjectionMask::columns(file.parquet_schema(), ["seq"]);
    let mut reports = BTreeSet::new();
    for batch in file.with_projection(seq).build()? {
        let batch = batch?;
        // Rows of a report seldom stand alone.
        let seqs = batch.column(0).as_primitive::<Int64Type>().values();
        reports.extend(seqs.chunk_by(|a, b| a == b).map(|same| same[0]));
    }
    Ok(reports)
}

/// The first entry of a table's log that is missing or cannot be read, and why.
pub fn damaged_log(table: &Path) -> Option<(PathBuf, String)> {
    let folder = table.join("_delta_log");
    let mut entries = BTreeSet::new();
    let mut checkpoint = None;
    for path in fs::read_dir(&folder).ok()?.filter_map(|entry| Some(entry.ok()?.path())) {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let Some(version) = name.get(..20).and_then(|digits| digits.parse::<u64>().ok()) else { continue };
        match &name[20..] {
            ".json" => drop(entries.insert(version)),
            ending if ending.starts_with(".checkpoint") => checkpoint = checkpoint.max(Some((version, path))),
            _ => {}
        }
    }
    let first = checkpoint.as_ref().map_or(0, |(version, _)| version + 1);
    if let Some(wrong) = checkpoint.and_then(|(_, path)| Some((checkpoint_error(&path)?, path))) {
        return Some((wrong.1, wrong.0));
    }
    let last = entries.last().copied().unwrap_or(first);
    (first..=last).find_map(|version| {
        // A listing may miss what is written meanwhile.
        let path = folder.join(format!("{version:020}.json"));
        match entries.contains(&version) || path.exists() {
            // Right after a checkpoint there may be nothing.
            false if version == last => None,
            false => Some((path, "is missing".to_owned())),
            true => wrong_entry(&path).map(|why| (path, why)),
        }
    })
}

/// What commits of a table noted under a name, oldest first, as far as its log is kept.
///
/// # Errors
/// The disk's; an entry that is no JSON is passed over: [`damaged_log`] names it.
pub fn noted(table: &Path, name: &str) -> Result<Vec<Value>, LakeError> {
    let entries = fs::read_dir(table.join("_delta_log"))?.map(|entry| Ok(entry?.path()));
    let mut entries: Vec<PathBuf> = entries.collect::<io::Result<_>>()?;
    entries.retain(|path| path.extension().is_some_and(|ending| ending == "json"));
    entries.sort();
    let mut notes = Vec::new();
    for path in entries {
        for line in BufReader::new(File::open(path)?).lines() {
            let line = line?;
            // Most lines tell of files.
            let action = if line.contains(name) { serde_json::from_str::<Value>(&line).ok() } else { None };
            notes.extend(action.and_then(|mut action| Some(action.get_mut("commitInfo")?.get_mut(name)?.take())));
        }
    }
    Ok(notes)
}

fn checkpoint_error(path: &Path) -> Option<String> {
    let file = File::open(path).map_err(LakeError::from);
    file.and_then(read_through).err().map(|error| error.to_string())
}

fn wrong_entry(path: &Path) -> Option<String> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) => return Some(error.to_string()),
    };
    let wrong = |line: io::Result<String>| match line {
        Ok(line) => serde_json::from_str::<Value>(&line).err().map(|error| error.to_string()),
        Err(error) => Some(error.to_string()),
    };
    let mut lines = BufReader::new(file).lines().zip(1..).peekable();
    if lines.peek().is_none() {
        return Some("is empty".to_owned());
    }
    lines.find_map(|(line, number)| wrong(line).map(|why| format!("line {number}: {why}")))
}

/// Files of `events` that are made anew, not yet in place of the damaged ones.
#[derive(Debug)]
pub struct Again {
    writer: DayWriter,
}

impl Again {
    /// Adds the events of a sorted batch that are of some days; how many there were of each.
    ///
    /// # Errors
    /// The disk's.
    pub fn write(&mut self, folded: &Folded, wanted: &BTreeSet<i32>) -> Result<BTreeMap<i32, u64>, LakeError> {
        let batch = of_days(&folded.events, wanted)?;
        let mut written = BTreeMap::new();
        let days = batch.column(position(batch.schema_ref(), DAY)).as_primitive::<Date32Type>();
        days.values().iter().for_each(|day| *written.entry(*day).or_default() += 1);
        if batch.num_rows() > 0 {
            self.writer.write(&batch)?;
        }
        Ok(written)
    }
}

fn of_days(batch: &RecordBatch, wanted: &BTreeSet<i32>) -> Result<RecordBatch, LakeError> {
    let days = batch.column(position(batch.schema_ref(), DAY)).as_primitive::<Date32Type>().values();
    let wanted = days.iter().map(|day| Some(wanted.contains(day))).collect();
    Ok(filter_record_batch(batch, &wanted)?)
}

impl Lake {
    /// Reads every file that the tables name, and tells those that are damaged.
    ///
    /// # Errors
    /// The log's.
    pub fn damaged(&self) -> Result<Vec<Damaged>, LakeError> {
        let mut damaged = damaged_of(&self.events, true)?;
        damaged.extend(damaged_of(&self.sightings, false)?);
        Ok(damaged)
    }

    /// The days that `events` has.
    ///
    /// # Errors
    /// The log's.
    pub fn days(&self) -> Result<BTreeSet<i32>, LakeError> {
        Ok(files_by_day(&self.events)?.keys().filter_map(|day| parse_day(day)).collect())
    }

    /// The reports of which sound files of `events` have rows, for every day of which a file is damaged: all rows that a
    /// report has of a day are in one file, so these are not in the damaged one.
    ///
    /// # Errors
    /// The log's, or the disk's.
    pub fn sound_reports(&self, damaged: &[Damaged]) -> Result<BTreeMap<i32, BTreeSet<i64>>, LakeError> {
        let files = files_by_day(&self.events)?;
        let is_sound = |file: &&Add| damaged.iter().all(|one| one.file.path != file.path);
        let days: BTreeSet<i32> = damaged.iter().filter(|one| one.is_of_events).map(|one| one.day).collect();
        let mut sound = BTreeMap::new();
        for day in days {
            let mut reports = BTreeSet::new();
            for file in files.get(&day_text(day)).into_iter().flatten().filter(is_sound) {
                reports.append(&mut reports_of(&self.events.root().join(&file.path))?);
            }
            sound.insert(day, reports);
        }
        Ok(sound)
    }

    /// What is wrong with the logs of the tables, entry by entry; readers pass over some of it.
    pub fn damaged_logs(&self) -> Vec<String> {
        let logs = [&self.events, &self.sightings].into_iter().filter_map(|table| damaged_log(table.root()));
        logs.map(|(path, why)| format!("{}: {why}", path.display())).collect()
    }

    /// Days whose sightings do not add up to their events.
    ///
    /// # Errors
    /// The query's.
    pub fn unfolded(&self) -> Result<BTreeSet<i32>, LakeError> {
        let sums = |sql: &str| -> Result<BTreeMap<i32, i64>, LakeError> {
            let mut sums = BTreeMap::new();
            for batch in self.query(None, sql)? {
                let (days, counts) =
                    (batch.column(0).as_primitive::<Int32Type>(), batch.column(1).as_primitive::<Int64Type>());
                sums.extend(days.values().iter().copied().zip(counts.values().iter().copied()));
            }
            Ok(sums)
        };
        // What has no subject is no sighting.
        let events = sums(
            "SELECT CAST(day AS INT), count(subject_kind) FROM events GROUP BY day HAVING count(subject_kind) > 0",
        )?;
        let sightings = sums("SELECT CAST(day AS INT), sum(count) FROM sightings GROUP BY day")?;
        let differs = |day: &i32| events.get(day) != sightings.get(day);
        Ok(events.keys().chain(sightings.keys()).copied().filter(differs).collect())
    }

    /// The error of a question; if files are damaged, they are its cause and named.
    pub(crate) fn blamed(&self, error: LakeError) -> LakeError {
        match self.damaged() {
            Ok(damaged) if !damaged.is_empty() => LakeError::Damaged(named(&damaged)),
            _ => error,
        }
    }

    /// Begins files of `events` in place of damaged ones; `now` in microseconds since 1970.
    ///
    /// # Errors
    /// Never in practice.
    pub fn begin_again(&self, now: i64) -> Result<Again, LakeError> {
        Ok(Again { writer: self.events_writer(format!("m-{}", self.events.version() + 1), now)? })
    }

    /// Puts the files made anew in place of the damaged ones of `events`, all in one commit.
    ///
    /// # Errors
    /// The disk's or the table's: nothing has changed then.
    pub fn put_in_place(&mut self, damaged: &[Damaged], again: Again, now: i64) -> Result<(), LakeError> {
        let adds = again.writer.finish()?;
        let removed: Vec<Add> = damaged.iter().filter(|one| one.is_of_events).map(|one| one.file.clone()).collect();
        let change = change(&removed, adds, true, now, "mend", self.events.version());
        self.runtime.block_on(self.events.commit(change))?;
        self.refresh()
    }

    /// Folds the events of some days again and puts the result in place of the stored sightings of those days, damaged or not,
    /// all in one commit. These must be all days of which anything is not folded yet.
    ///
    /// # Errors
    /// The disk's or the table's: nothing has changed then.
    pub fn fold_again(&mut self, days: &BTreeSet<i32>, now: i64) -> Result<Done, LakeError> {
        self.refresh()?;
        let (mut done, mut removed, mut added) = (Done::default(), Vec::new(), Vec::new());
        let mut old = files_by_day(&self.sightings)?;
        for day in days.iter().map(|day| day_text(*day)) {
            // A file that is open for every day would be too many.
            let mut writer = self.sightings_writer(format!("m-{}", self.sightings.version() + 1), now)?;
            self.fold_where(&format!("day = DATE '{day}'"), |sightings| writer.write(&sightings))?;
            added.extend(writer.finish()?);
            let files = old.remove(&day).unwrap_or_default();
            done.add(files.len(), 1);
            removed.extend(files);
        }
        let committed = self.standing()?.committed;
        let change = change(&removed, added, true, now, "mend", self.events.version());
        self.runtime.block_on(self.sightings.commit(Change { seq: Some(committed), ..change }))?;
        self.refresh()?;
        Ok(done)
    }
}
