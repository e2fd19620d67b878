//! Files of crowded days put together, in rounds of few files: prepared beside whoever writes, named by the log in one short
//! commit.
//!
//! Files never change once they are named, so that reading them needs no lock. What was made of them takes their place only
//! where all of them still stand: then it has the same rows, whatever joined the day meanwhile. Sightings that add up are
//! added up; what a later report adds is another file. A round that was committed stays done when a later one is killed.

mod tiers;

use std::collections::BTreeSet;

use deltalake_core::kernel::Add;

use crate::care::{Done, change, files_by_day, number};
use crate::damage::{sound, wrong};
use crate::merge::{DayFile, DayFiles};
use crate::table::Table;
use crate::{Lake, LakeError};
use tiers::{FILES_AT_ONCE, round, together};

/// Crowds that are put together between two commits, and bytes of their files after which there is one: a kill loses what was
/// not committed, and to open the lake for less takes longer than the work.
const CROWDS_AT_ONCE: usize = 32;
const BYTES_AT_ONCE: i64 = 64 << 20;

/// Largest file that is held while it is put together with others, in bytes: at most 128 MiB of a crowd.
const HELD_MAX: i64 = 1 << 20;

/// A day of one table.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct TableDay {
    is_of_events: bool,
    day: String,
}

/// Few files of a day that become one.
#[derive(Debug)]
struct Crowd {
    of: TableDay,
    files: Vec<Add>,
    /// Whether more of the day are to be put together.
    is_part: bool,
}

impl Crowd {
    fn bytes(&self) -> i64 {
        self.files.iter().map(|file| file.size).sum()
    }
}

/// What was put together, and what was not.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Compacted {
    /// In the lake.
    pub done: Done,
    /// Days whose files went while they were put together – forgotten, rebuilt, mended –: they are as others left them.
    pub dropped: u64,
}

/// The files of all days that have too many of `events` or of `sightings` on their way together: small files first, unless only
/// large ones are too many.
#[derive(Debug)]
pub struct Compaction {
    files_max: usize,
    /// What is to be made of the days as they were looked at last.
    crowds: Vec<Crowd>,
    /// Days of which there is more to do then.
    unfinished: BTreeSet<TableDay>,
    /// Files made so far, by number: two of one day may have the same rows.
    number: u64,
    days: BTreeSet<TableDay>,
    dropped: BTreeSet<TableDay>,
    /// Files that were put together, but for those made here; and files made that still stand.
    before: u64,
    made: BTreeSet<String>,
}

/// What was made of some crowds: on the disk, not yet named by the log. A file that is not put in its place goes with a later
/// vacuum.
#[derive(Debug)]
pub struct Made(Vec<(Crowd, Result<Vec<Add>, LakeError>)>);

fn crowds_of(table: &Table, is_of_events: bool, files_max: usize) -> Result<Vec<Crowd>, LakeError> {
    let mut crowds = Vec::new();
    for (day, mut files) in files_by_day(table)? {
        files.sort_unstable_by(|a, b| (a.size, &a.path).cmp(&(b.size, &b.path)));
        let sizes: Vec<i64> = files.iter().map(|file| file.size).collect();
        let count = together(&sizes, files_max);
        let of = TableDay { is_of_events, day };
        crowds.extend(round(&sizes[..count], FILES_AT_ONCE).into_iter().map(|group| Crowd {
            of: of.clone(),
            files: files[group].to_vec(),
            is_part: count > FILES_AT_ONCE,
        }));
    }
    Ok(crowds)
}

/// A file that is what was written; a small one is read once, for this and for its rows.
fn sound_file(table: &Table, file: &Add) -> Result<DayFile, LakeError> {
    let path = table.root().join(&file.path);
    let found = if file.size <= HELD_MAX {
        sound(&path, file).map(DayFile::Held)
    } else {
        wrong(&path, file).map_or(Ok(DayFile::Lies(path.clone())), Err)
    };
    found.map_err(|why| LakeError::Damaged(format!("{}: {why}", path.display())))
}

impl Compaction {
    /// Looks which days have more than `files_max` files of a table, so that at most so many are left of those there are now.
    ///
    /// # Errors
    /// The table's.
    pub fn of(lake: &Lake, files_max: usize) -> Result<Self, LakeError> {
        let mut compaction = Self {
            files_max,
            crowds: Vec::new(),
            unfinished: BTreeSet::new(),
            number: 0,
            days: BTreeSet::new(),
            dropped: BTreeSet::new(),
            before: 0,
            made: BTreeSet::new(),
        };
        compaction.look(lake, |_| true)?;
        Ok(compaction)
    }

    fn look(&mut self, lake: &Lake, is_on: impl Fn(&TableDay) -> bool) -> Result<(), LakeError> {
        let mut crowds = crowds_of(&lake.events, true, self.files_max)?;
        crowds.extend(crowds_of(&lake.sightings, false, self.files_max)?);
        crowds.retain(|crowd| is_on(&crowd.of));
        self.unfinished = crowds.iter().filter(|crowd| crowd.is_part).map(|crowd| crowd.of.clone()).collect();
        // From the last.
        crowds.reverse();
        self.crowds = crowds;
        Ok(())
    }

    /// Makes one sorted file of each of some crowds, on the disk; partial sightings are added up. Nobody need be kept from
    /// writing meanwhile. `None` when nothing is left to do: days that were finished are not looked at again, or who takes in
    /// reports all the time would keep this going.
    ///
    /// # Errors
    /// The table's. What is wrong with a crowd is told by [`put_in_place`](Self::put_in_place).
    pub fn make(&mut self, lake: &mut Lake, now: i64) -> Result<Option<Made>, LakeError> {
        if self.crowds.is_empty() && !self.unfinished.is_empty() {
            lake.refresh()?;
            let unfinished = std::mem::take(&mut self.unfinished);
            self.look(lake, |day| unfinished.contains(day))?;
        }
        let (mut made, mut bytes) = (Vec::new(), 0);
        while made.len() < CROWDS_AT_ONCE && bytes < BYTES_AT_ONCE {
            let Some(crowd) = self.crowds.pop() else { break };
            self.number += 1;
            bytes += crowd.bytes();
            let files = lake.put_together(&crowd, self.number, now);
            made.push((crowd, files));
        }
        Ok((!made.is_empty()).then_some(Made(made)))
    }

    /// Puts what was made of crowds in their place, in one commit for each table. What was made of a crowd is removed when one
    /// of its files has left the table, or a vacuum took what was made. Only for the writer, in a lake opened since he is.
    ///
    /// # Errors
    /// A damaged file, by name: what is made of it would look sound. The disk's or the table's. Crowds put in place stay so.
    pub fn put_in_place(&mut self, lake: &mut Lake, Made(made): Made, now: i64) -> Result<(), LakeError> {
        let (events, sightings): (Vec<_>, Vec<_>) = made.into_iter().partition(|(crowd, _)| crowd.of.is_of_events);
        let events = self.put_in_table(lake, true, events, now);
        events.and(self.put_in_table(lake, false, sightings, now))
    }

    fn put_in_table(
        &mut self,
        lake: &mut Lake,
        is_of_events: bool,
        made: Vec<(Crowd, Result<Vec<Add>, LakeError>)>,
        now: i64,
    ) -> Result<(), LakeError> {
        let named = lake.table(is_of_events).paths()?;
        let root = lake.table(is_of_events).root().to_owned();
        let (mut removed, mut added, mut trouble) = (Vec::new(), Vec::new(), Ok(()));
        for (crowd, files) in made {
            let stands = crowd.files.iter().all(|file| named.contains(&file.path));
            match files {
                Ok(files) if stands && files.iter().all(|file| root.join(&file.path).exists()) => {
                    self.count(crowd.of, &crowd.files, &files);
                    removed.extend(crowd.files);
                    added.extend(files);
                }
                Err(error) if stands => trouble = Err(error),
                files => {
                    // Whoever made the same of the same files may have been quicker. What cannot be read any more went.
                    let mut unnamed = files.iter().flatten().filter(|file| !named.contains(&file.path));
                    unnamed.try_for_each(|file| lake.disk.remove(&root.join(&file.path)))?;
                    self.dropped.insert(crowd.of);
                }
            }
        }
        if !removed.is_empty() {
            let change = change(&removed, added, !is_of_events, now, "compact", lake.events.version());
            let table = if is_of_events { &mut lake.events } else { &mut lake.sightings };
            lake.runtime.block_on(table.commit(change))?;
        }
        trouble
    }

    fn count(&mut self, day: TableDay, removed: &[Add], added: &[Add]) {
        self.days.insert(day);
        self.before += removed.iter().filter(|file| !self.made.remove(&file.path)).count() as u64;
        self.made.extend(added.iter().map(|file| file.path.clone()));
    }

    /// What was put in its place so far.
    pub fn done(&self) -> Compacted {
        let (days, files_after) = (self.days.len() as u64, self.made.len() as u64);
        let done = Done { days, files_before: self.before, files_after };
        Compacted { done, dropped: self.dropped.len() as u64 }
    }
}

impl Lake {
    fn table(&self, is_of_events: bool) -> &Table {
        if is_of_events { &self.events } else { &self.sightings }
    }

    /// Whether a day has more than `files_max` files of `events` or of `sightings`.
    ///
    /// # Errors
    /// The table's.
    pub fn is_crowded(&self, files_max: usize) -> Result<bool, LakeError> {
        let days = [files_by_day(&self.events)?, files_by_day(&self.sightings)?];
        Ok(days.iter().flat_map(|days| days.values()).any(|files| files.len() > files_max))
    }

    fn put_together(&self, crowd: &Crowd, number_of_file: u64, now: i64) -> Result<Vec<Add>, LakeError> {
        let table = self.table(crowd.of.is_of_events);
        let files = crowd.files.iter().map(|file| sound_file(table, file)).collect::<Result<_, _>>()?;
        let (day, name) = (number(&crowd.of.day)?, format!("c-{}-{number_of_file}", table.version() + 1));
        let writer = if crowd.of.is_of_events {
            let mut writer = self.events_writer(name, now)?;
            DayFiles::of_events(self, day, files)?.sorted(|events| writer.write(&events))?;
            writer
        } else {
            let mut writer = self.sightings_writer(name, now)?;
            DayFiles::of_sightings(self, day, files)?.merged(|sightings| writer.write(&sightings))?;
            writer
        };
        writer.finish()
    }

    /// Puts the files of all crowded days together, as the writer, so that at most `files_max` are left of each.
    ///
    /// # Errors
    /// The disk's or the table's; what was put together stays so.
    pub fn compact(&mut self, files_max: usize, now: i64) -> Result<Compacted, LakeError> {
        self.refresh()?;
        let mut compaction = Compaction::of(self, files_max)?;
        while let Some(made) = compaction.make(self, now)? {
            compaction.put_in_place(self, made, now)?;
        }
        Ok(compaction.done())
    }
}
