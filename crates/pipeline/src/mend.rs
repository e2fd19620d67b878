//! What was damaged, made anew: lines of the journal from those that tell the same, sightings from events, events from the
//! raw reports that are kept.
//!
//! A report is read again as it was read first: by the attribution version and the clock of that time, without the rows that
//! went to quarantine. Feeds, mappings and lists of indicators are those of today; where they give other numbers of events
//! than were written, that is told. What takes a damaged file's place is committed at once with the file's removal; a lake
//! whose log is damaged is made anew beside it, and put in its place when it is whole.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use constituency::Attributor;
use event::time::{day_text, parse_day};
use lake::damage::{Damaged, damaged_log, noted};
use lake::fold::Folded;
use lake::lake::{ReportFiles, Standing};
use lake::{Lake, LakeError};
use rustc_hash::FxHashSet;
use serde::Serialize;
use serde_json::{Value, json};

use crate::enrich::Context;
use crate::error::{At as _, is_of_machine};
use crate::folder::{Lock, read_text};
use crate::ingest::{self, Source};
use crate::journal::{Journal, Report, Rows, State};
use crate::writer::{Clock, NOTE};
use crate::{DataFolder, PipelineError, Writer, owners, quarantine, spool};

/// The lake that is being made anew.
pub(crate) const MENDING: &str = "lake.mending";

/// Why a report cannot be read again, most often.
const GONE: &str = "its raw copy is not kept any more";

/// What was mended, and what could not be.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Mended {
    /// Lines of the journal that could not be read.
    pub lines: u64,
    /// Reports whose end the journal tells again.
    pub ended: u64,
    /// Damaged files that have others in their place, each with what was wrong.
    pub files: Vec<String>,
    /// Reports that the lake lacked, as an older copy does.
    pub missing: u64,
    /// Why the whole lake was made anew, if it was.
    pub anew: Option<String>,
    /// Reports that were read again.
    pub reports: u64,
    /// Events that were written again.
    pub events: u64,
    /// Days whose sightings were folded again.
    pub days: u64,
    /// Reports whose events are lost, each with why it cannot be read again.
    pub lost: Vec<String>,
    /// Where other numbers of events came out than were written before.
    pub differ: Vec<String>,
}

impl Mended {
    /// Whether everything is as it was.
    pub fn is_whole(&self) -> bool {
        self.lost.is_empty() && self.differ.is_empty()
    }
}

/// A path in the data folder that nothing has: `<name>-1` or the next.
pub(crate) fn free(folder: &DataFolder, name: &str) -> PathBuf {
    let path = |number: usize| folder.path(&format!("{name}-{number}"));
    (1..).map(path).find(|path| !path.exists()).unwrap_or_else(|| path(0))
}

/// Looks for damage in journal and lake and mends what it finds, as the one writer. What is replaced is kept: damaged files
/// until the next vacuum, a damaged journal or lake beside the other.
///
/// # Errors
/// [`PipelineError::Held`], by a writer, or by who puts files together where the whole lake is to be made anew; the disk's.
/// What is mended stays so, and the next try goes on.
pub fn mend(folder: DataFolder, clock: Clock) -> Result<Mended, PipelineError> {
    let lock = folder.lock()?;
    spool::sweep(&folder, clock())?;
    folder.settle_lake(&lock)?;
    let (lines, ended) = Journal::mend(&folder)?;
    let ended = ended + tell_committed(&folder)?;
    let mut mended = Mended { lines, ended, ..Mended::default() };
    let (lock, folder, clock) = match log_trouble(&folder)? {
        Some(why) => anew(folder, lock, clock, &why, None, &mut mended)?,
        None => (lock, folder, clock),
    };
    sightings_log(&folder)?;
    let (journal, lake) = (Journal::open(&folder)?, Lake::open(&folder.path("lake"), &folder.disk)?);
    let mut writer = Writer::with_lake(folder, lock, clock, journal, lake)?;
    writer.end_committed()?;
    writer.mend_files(&mut mended)?;
    writer.catch_up(&mut mended)?;
    writer.settle()?;
    if mended.anew.is_none() && mended.is_whole() {
        let missed = writer.missed()?;
        mended.lost = missed.lost;
        if let Some(why) = missed.kept {
            let Writer { folder, lock, clock, .. } = writer;
            let (lock, folder, clock) = anew(folder, lock, clock, &why, Some(&missed.stored), &mut mended)?;
            Writer::unsettled(folder, lock, clock)?.settle()?;
        }
    }
    Ok(mended)
}

/// What only the lake tells of its reports goes into the journal; how many reports.
fn tell_committed(folder: &DataFolder) -> Result<u64, PipelineError> {
    let events = folder.path("lake/events");
    if !events.join("_delta_log").exists() {
        return Ok(0);
    }
    let noted = noted(&events, NOTE)?;
    // A program before this one noted less.
    Journal::tell_committed(folder, noted.into_iter().filter_map(|note| serde_json::from_value(note).ok()).collect())
}

/// Events of each report that has any in a lake, by its number.
type Stored = BTreeMap<i64, i64>;

/// Reports of which the lake has other numbers of events than the journal tells, though no file is damaged.
#[derive(Debug, Default)]
struct Missed {
    /// What the lake has.
    stored: Stored,
    /// The first whose raw copy is kept: the lake made anew may have it.
    kept: Option<String>,
    /// Those with fewer events and no raw copy.
    lost: Vec<String>,
}

/// What is wrong with the log of `events`, so that the lake has to be made anew; an error that is not of its bytes is none.
/// One that only lacks the last reports is none either, as long as `sightings` have no more.
fn log_trouble(folder: &DataFolder) -> Result<Option<String>, PipelineError> {
    let events = folder.path("lake/events");
    if let Some((path, why)) = damaged_log(&events) {
        return Ok(Some(format!("{}: {why}", path.display())));
    }
    let (log, last) = (events.join("_delta_log"), Journal::open(folder)?.last_done());
    if !log.exists() {
        return Ok((last > 0).then(|| format!("{}: ends with report 0 of {last}", log.display())));
    }
    match Lake::open(&folder.path("lake"), &folder.disk).and_then(|lake| lake.standing()) {
        Ok(Standing { committed, folded, .. }) if folded > committed => {
            Ok(Some(format!("{}: ends with report {committed}, the sightings with {folded}", log.display())))
        }
        // That of `sightings`.
        Ok(_) | Err(LakeError::Log { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// A damaged log of `sightings` goes out of the way with its table: it is folded again from `events`.
fn sightings_log(folder: &DataFolder) -> Result<(), PipelineError> {
    let sightings = folder.path("lake/sightings");
    if damaged_log(&sightings).is_none() {
        return Ok(());
    }
    let kept = free(folder, "sightings.damaged");
    folder.disk.rename(&sightings, &kept).at(&kept)
}

/// The whole lake from the raw reports that are kept, put in the place of the damaged one. One that can be read is told by what
/// it has `stored`: it stays where the other would not be better.
fn anew(
    folder: DataFolder,
    lock: Lock,
    clock: Clock,
    why: &str,
    stored: Option<&Stored>,
    mended: &mut Mended,
) -> Result<(Lock, DataFolder, Clock), PipelineError> {
    let _stays = folder.lock_lake()?;
    let made = folder.path(MENDING);
    if made.exists() {
        fs::remove_dir_all(&made).at(&made)?;
    }
    let first_kept = first_kept(&folder)?;
    let lake = Lake::open(&made, &folder.disk)?;
    let journal = Journal::open(&folder)?;
    let mut writer = Writer::with_lake(folder, lock, clock, journal, lake)?;
    let reports = writer.done();
    let mut told = Mended { lost: Vec::new(), anew: Some(why.to_owned()), ..mended.clone() };
    for report in &reports {
        writer.commit_again(report, first_kept, &mut told)?;
    }
    let objection = stored.map_or(Ok(None), |stored| writer.objection(&reports, stored))?;
    let Writer { folder, lock, clock, lake, .. } = writer;
    drop(lake);
    if let Some(objection) = objection {
        fs::remove_dir_all(&made).at(&made)?;
        mended.lost.push(format!("{why}; {objection}"));
        return Ok((lock, folder, clock));
    }
    *mended = told;
    let lake = folder.path("lake");
    if lake.exists() {
        let kept = free(&folder, "lake.damaged");
        folder.disk.rename(&lake, &kept).at(&kept)?;
    }
    folder.settle_lake(&lock)?;
    Ok((lock, folder, clock))
}

/// The first day that was not forgotten on purpose.
pub fn first_kept(folder: &DataFolder) -> Result<i32, PipelineError> {
    let note = folder.path("forgotten.json");
    if !note.exists() {
        return Ok(i32::MIN);
    }
    let told: Value = serde_json::from_str(&read_text(&note)?)
        .map_err(|error| PipelineError::Form { path: note, wrong: error.to_string() })?;
    Ok(told["before"].as_str().and_then(parse_day).unwrap_or(i32::MIN))
}

/// Rows of a report's quarantine, as far as it can be read.
fn aside(folder: &DataFolder, seq: i64) -> FxHashSet<u64> {
    let mut rows = FxHashSet::default();
    // What cannot be read is refused again by the reader of the format.
    let _ = quarantine::read(folder, seq, |row| {
        rows.insert(row.row);
        Ok(())
    });
    rows
}

impl Writer {
    /// Reports that are in the lake, by number.
    fn done(&self) -> Vec<Report> {
        self.journal.reports().iter().filter(|report| report.state == State::Done).cloned().collect()
    }

    /// Ends the report that was committed when the process died before it could say so: its events are read again as those
    /// of others.
    fn end_committed(&mut self) -> Result<(), PipelineError> {
        let (at, committed) = ((self.clock)(), self.lake.standing()?.committed);
        match self.journal.report(committed) {
            Some(report) if report.state == State::Prepared => self.journal.add(self.journal.end_of(committed, at)),
            _ => Ok(()),
        }
    }

    /// Reads the reports again that an older copy of the lake has not.
    fn catch_up(&mut self, mended: &mut Mended) -> Result<(), PipelineError> {
        let (committed, first) = (self.lake.standing()?.committed, first_kept(&self.folder)?);
        for report in self.done().iter().filter(|report| report.seq > committed) {
            self.commit_again(report, first, mended)?;
            mended.missing += 1;
        }
        Ok(())
    }

    /// Puts others in the place of damaged files.
    fn mend_files(&mut self, mended: &mut Mended) -> Result<(), PipelineError> {
        let damaged = self.lake.damaged()?;
        if damaged.iter().any(Damaged::is_of_events) {
            self.mend_events(&damaged, mended)?;
        }
        mended.files.extend(damaged.iter().map(ToString::to_string));
        let mut days: BTreeSet<i32> = damaged.iter().map(|file| file.day).collect();
        let standing = self.lake.standing()?;
        if standing.folded < standing.committed {
            days.extend(self.lake.days()?);
        }
        self.fold_again(&days, mended)?;
        let rest = self.lake.unfolded()?;
        self.fold_again(&rest, mended)
    }

    fn fold_again(&mut self, days: &BTreeSet<i32>, mended: &mut Mended) -> Result<(), PipelineError> {
        if !days.is_empty() {
            mended.days += self.lake.fold_again(days, (self.clock)())?.days;
        }
        Ok(())
    }

    fn mend_events(&mut self, damaged: &[Damaged], mended: &mut Mended) -> Result<(), PipelineError> {
        let now = (self.clock)();
        let sound = self.lake.sound_reports(damaged)?;
        let mut again = self.lake.begin_again(now)?;
        let mut written = BTreeMap::<i32, u64>::new();
        for report in self.done() {
            // Files that were put together have reports of others' ranges between their own.
            let is_sound = |day: i32| sound.get(&day).is_some_and(|reports| reports.contains(&report.seq));
            let has = |file: &&Damaged| file.is_of_events() && (file.reports.0..=file.reports.1).contains(&report.seq);
            let days = damaged.iter().filter(has).map(|file| file.day);
            let wanted: BTreeSet<i32> = days.filter(|day| !is_sound(*day)).collect();
            if wanted.is_empty() {
                continue;
            }
            self.read_again(&report, mended, |batch| {
                for (day, events) in again.write(&batch, &wanted)? {
                    *written.entry(day).or_default() += events;
                }
                Ok(())
            })?;
        }
        let mut told = BTreeMap::<i32, u64>::new();
        for file in damaged.iter().filter(|file| file.is_of_events()) {
            *told.entry(file.day).or_default() += file.rows.unwrap_or_default();
        }
        for (day, told) in told {
            let found = written.get(&day).copied().unwrap_or_default();
            if found != told {
                mended.differ.push(format!("{}: {found} events where {told} were", day_text(day)));
            }
        }
        mended.events += written.values().sum::<u64>();
        Ok(self.lake.put_in_place(damaged, again, now)?)
    }

    /// Commits a report to a lake that is made anew, under the number it has.
    fn commit_again(&mut self, report: &Report, first: i32, mended: &mut Mended) -> Result<(), PipelineError> {
        let now = (self.clock)();
        let mut files = self.lake.begin(report.seq, now)?;
        let is_forgotten = self.folder.zone().day_start(first).is_some_and(|start| report.delivered < start);
        if is_forgotten && !self.folder.raw(&report.identity.hash).exists() {
            return self.commit_noted(report, files);
        }
        let events = self.read_again(report, mended, |batch| Ok(files.write(&batch.since(first)?)?))?;
        if events != Some(report.rows.events) && events.is_some() {
            let (name, found, told) = (&report.name, events.unwrap_or_default(), report.rows.events);
            mended.differ.push(format!("{name}: {found} events where {told} were"));
        }
        mended.events += events.unwrap_or_default();
        self.commit_noted(report, files)
    }

    fn commit_noted(&mut self, report: &Report, files: ReportFiles) -> Result<(), PipelineError> {
        let finished = Lake::finish(files)?;
        Ok(self.lake.commit(finished, vec![(NOTE.to_owned(), json!(self.journal.end_of(report.seq, report.read)))])?)
    }

    /// Reads a report again as it was read first; how many events it has, `None` if it cannot be read any more.
    fn read_again(
        &mut self,
        report: &Report,
        mended: &mut Mended,
        write: impl FnMut(Folded) -> Result<(), PipelineError>,
    ) -> Result<Option<u64>, PipelineError> {
        let raw = self.folder.raw(&report.identity.hash);
        let mut lost = |why: &str| {
            // Without events nothing is lost.
            if report.rows.events > 0 {
                mended.lost.push(format!("{}: {why}", report.name));
            }
            Ok(None)
        };
        if !raw.exists() {
            return lost(GONE);
        }
        let first = if report.attempt > 1 { self.attempt_before(report) } else { Some(report) }.cloned();
        let Some(first) = first else { return lost("the attempt before it is not in the journal") };
        self.owners = self.owners_of(report)?;
        let (feed, parser) = match self.reader(Some(&report.identity.feed), &report.name, first.at)? {
            Ok(reader) => reader,
            Err(why) => return lost(&why),
        };
        let only = (report.attempt > 1).then(|| aside(&self.folder, first.seq));
        let aside = aside(&self.folder, report.seq);
        let context = Context {
            seq: report.seq,
            feed: &feed.0,
            report: &report.identity.report,
            tlp: feed.1,
            observed: first.at,
            zone: self.folder.zone(),
            country: self.folder.country(),
            rules: self.feeds.rules(),
            places: &self.places,
            owners: &self.owners,
        };
        let (only, aside, progress) = (only.as_ref(), Some(&aside), Arc::clone(&self.progress));
        let source = Source { parser, raw: &raw, bytes: report.bytes, only, aside, progress };
        let now = if report.read > 0 { report.read } else { (self.clock)() };
        match ingest::read(&self.folder, &context, source, now, write) {
            Ok(Rows { events, .. }) => {
                mended.reports += 1;
                Ok(Some(events))
            }
            Err(PipelineError::File { path, source }) if path == raw && !is_of_machine(&source) => {
                lost(&format!("its raw copy is damaged: {source}"))
            }
            Err(error) if error.is_of_report() => lost(&error.to_string()),
            Err(error) => Err(error),
        }
    }

    /// The report whose quarantined rows a further attempt read.
    fn attempt_before(&self, report: &Report) -> Option<&Report> {
        let is_it = |other: &&Report| {
            other.identity == report.identity && other.attempt + 1 == report.attempt && other.state == State::Done
        };
        self.journal.reports().iter().rev().find(is_it)
    }

    /// Who owned what when a report was read: by the version noted, else by the newest of that time.
    fn owners_of(&self, report: &Report) -> Result<Arc<Attributor>, PipelineError> {
        let versions = owners::attribution(&self.folder)?;
        let of_then = || versions.versions().iter().rev().find(|version| version.made_at <= report.read);
        let number = report.attribution.unwrap_or_else(|| of_then().map_or(0, |version| version.version));
        match number {
            number if number == self.owners.version() => Ok(Arc::clone(&self.owners)),
            0 => Ok(Arc::new(Attributor::empty())),
            number => owners::attributor(&self.folder, Some(number)),
        }
    }

    fn stored(&self) -> Result<Stored, PipelineError> {
        Ok(self.lake.events_per_report(0)?.into_iter().collect())
    }

    /// Why this lake, made anew, is not to take the place of one that has other events `stored`: it would lose some that were
    /// not too many, or be the same.
    fn objection(&mut self, reports: &[Report], stored: &Stored) -> Result<Option<String>, PipelineError> {
        self.lake.refresh()?;
        let made = self.stored()?;
        let told: Stored = reports.iter().map(|report| (report.seq, report.rows.events as i64)).collect();
        let found = |seq: &i64| made.get(seq).copied().unwrap_or(0);
        let right = |seq: &i64, events: i64| told.get(seq).map_or(events, |told| events.min(*told));
        let fewer = stored.iter().find(|&(seq, events)| found(seq) < right(seq, *events));
        let fewer =
            fewer.map(|(seq, events)| format!("of report {seq} it would have {} events of {events}", found(seq)));
        let objection = fewer.or_else(|| (made == *stored).then(|| "it would have the same".to_owned()));
        Ok(objection.map(|objection| format!("the lake is not made anew: {objection}")))
    }

    fn missed(&self) -> Result<Missed, PipelineError> {
        if first_kept(&self.folder)? > i32::MIN {
            // Of reports that were partly forgotten nobody knows how many are left.
            return Ok(Missed::default());
        }
        let mut missed = Missed { stored: self.stored()?, ..Missed::default() };
        for report in self.done() {
            let (found, told) = (missed.stored.get(&report.seq).map_or(0, |found| *found as u64), report.rows.events);
            if found != told && self.folder.raw(&report.identity.hash).exists() {
                missed.kept.get_or_insert_with(|| format!("{}: {found} events of {told}", report.name));
            } else if found != told {
                missed.lost.push(format!("{}: {found} events of {told}; {GONE}", report.name));
            }
        }
        let is_untold = |seq: &&i64| !self.journal.report(**seq).is_some_and(|report| report.state == State::Done);
        let untold = missed.stored.keys().filter(is_untold);
        missed
            .lost
            .extend(untold.map(|seq| format!("report {seq}: its events are there, the journal does not tell of it")));
        Ok(missed)
    }
}
