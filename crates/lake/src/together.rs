//! Files of crowded days put together: prepared beside whoever writes, named by the log in one short commit.
//!
//! Files never change once they are named, so that reading them needs no lock. What was made of them takes their place only
//! where all of them still stand: then it has the same rows, whatever joined the day meanwhile. Sightings that add up are
//! added up; what a later report adds is another file.

use std::collections::BTreeSet;

use deltalake_core::kernel::Add;

use crate::care::{Done, change, files_by_day, number};
use crate::damage::wrong;
use crate::merge::DayFiles;
use crate::table::Table;
use crate::{Lake, LakeError};

/// Files of a day of one table that had better be one.
#[derive(Debug)]
pub struct Crowd {
    is_of_events: bool,
    day: String,
    files: Vec<Add>,
}

/// What was made of a crowd: on the disk, not yet named by the log.
#[derive(Debug)]
pub struct Together(Vec<Add>);

/// How many of a day's files are put together, by their sizes, smallest first: so many that what comes of it is at least twice
/// as large as the largest of them, which is then rewritten seldom; those left out double in size from one to the next. So
/// a row is written about log2(day / report) times, and so many files are left. More are put together where `files_max`
/// would be exceeded.
fn together(sizes: &[i64], files_max: usize) -> usize {
    if sizes.len() <= files_max {
        return 0;
    }
    let (mut smaller, mut tier) = (0, 0);
    for (at, size) in sizes.iter().enumerate() {
        if *size <= smaller {
            tier = at + 1;
        }
        smaller += size;
    }
    tier.max(sizes.len() - files_max.saturating_sub(1)).min(sizes.len())
}

fn crowds_of(table: &Table, is_of_events: bool, files_max: usize) -> Result<Vec<Crowd>, LakeError> {
    let mut crowds = Vec::new();
    for (day, mut files) in files_by_day(table)? {
        files.sort_unstable_by(|a, b| (a.size, &a.path).cmp(&(b.size, &b.path)));
        let sizes: Vec<i64> = files.iter().map(|file| file.size).collect();
        files.truncate(together(&sizes, files_max));
        if !files.is_empty() {
            crowds.push(Crowd { is_of_events, day, files });
        }
    }
    Ok(crowds)
}

impl Lake {
    fn table(&self, is_of_events: bool) -> &Table {
        if is_of_events { &self.events } else { &self.sightings }
    }

    /// What is to be put together of every day that has more than `files_max` files of `events` or of `sightings`, so that at
    /// most so many are left: small files, unless only large ones are too many.
    ///
    /// # Errors
    /// The table's.
    pub fn crowds(&self, files_max: usize) -> Result<Vec<Crowd>, LakeError> {
        let mut crowds = crowds_of(&self.events, true, files_max)?;
        crowds.extend(crowds_of(&self.sightings, false, files_max)?);
        Ok(crowds)
    }

    /// Makes one sorted file of a crowd, on the disk; partial sightings are added up. Nobody need be kept from writing meanwhile.
    ///
    /// # Errors
    /// A damaged file, by name: what is made of it would look sound. The disk's: also when a file went meanwhile, see
    /// [`stands`](Self::stands).
    pub fn put_together(&self, crowd: &Crowd, now: i64) -> Result<Together, LakeError> {
        let table = self.table(crowd.is_of_events);
        for file in &crowd.files {
            let path = table.root().join(&file.path);
            if let Some(why) = wrong(&path, file) {
                return Err(LakeError::Damaged(format!("{}: {why}", path.display())));
            }
        }
        let (day, name) = (number(&crowd.day)?, format!("c-{}", table.version() + 1));
        let writer = if crowd.is_of_events {
            let mut writer = self.events_writer(name, now)?;
            DayFiles::of_events(self, day, &crowd.files)?.sorted(|events| writer.write(&events))?;
            writer
        } else {
            let mut writer = self.sightings_writer(name, now)?;
            DayFiles::of_sightings(self, day, &crowd.files)?.merged(|sightings| writer.write(&sightings))?;
            writer
        };
        writer.finish().map(Together)
    }

    /// The files that the table has of a crowd's day.
    fn named(&self, crowd: &Crowd) -> Result<BTreeSet<String>, LakeError> {
        let files = files_by_day(self.table(crowd.is_of_events))?.remove(&crowd.day).unwrap_or_default();
        Ok(files.into_iter().map(|file| file.path).collect())
    }

    /// Whether the table still has every file of a crowd.
    ///
    /// # Errors
    /// The table's.
    pub fn stands(&self, crowd: &Crowd) -> Result<bool, LakeError> {
        let named = self.named(crowd)?;
        Ok(crowd.files.iter().all(|file| named.contains(&file.path)))
    }

    /// Puts what was made of a crowd in its place, in one commit. `None`, and what was made is removed, when a file of the
    /// crowd has left the table, or a vacuum took what was made. Only for the writer, in a lake opened since he is.
    ///
    /// # Errors
    /// The disk's or the table's.
    pub fn replace(&mut self, crowd: &Crowd, together: Together, now: i64) -> Result<Option<Done>, LakeError> {
        let Together(adds) = together;
        let root = self.table(crowd.is_of_events).root();
        if !self.stands(crowd)? || !adds.iter().all(|file| root.join(&file.path).exists()) {
            // Whoever made the same of the same files may have been quicker.
            let named = self.named(crowd)?;
            let mut unnamed = adds.iter().filter(|file| !named.contains(&file.path));
            unnamed.try_for_each(|file| self.disk.remove(&root.join(&file.path)))?;
            return Ok(None);
        }
        let mut done = Done::default();
        done.add(crowd.files.len(), adds.len());
        let change = change(&crowd.files, adds, !crowd.is_of_events, now, "compact", self.events.version());
        let table = if crowd.is_of_events { &mut self.events } else { &mut self.sightings };
        self.runtime.block_on(table.commit(change))?;
        Ok(Some(done))
    }

    /// Puts the files of all crowded days together, as the writer: see [`crowds`](Self::crowds).
    ///
    /// # Errors
    /// The disk's or the table's; days done stay done.
    pub fn compact(&mut self, files_max: usize, now: i64) -> Result<Done, LakeError> {
        self.refresh()?;
        let mut done = Done::default();
        for crowd in self.crowds(files_max)? {
            let together = self.put_together(&crowd, now)?;
            done += self.replace(&crowd, together, now)?.unwrap_or_default();
        }
        Ok(done)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_large_file_is_left_alone_until_the_small_ones_are_as_much() {
        assert_eq!(together(&[1, 1, 1, 1], 3), 4);
        assert_eq!(together(&[1, 1, 1, 100], 3), 3);
        assert_eq!(together(&[30, 30, 41, 100], 3), 4, "the small ones are as much");
        assert_eq!(together(&[1, 2, 4, 8, 16], 4), 2, "none is dominated by smaller ones, but there are too many");
        assert_eq!(together(&[1, 2, 4, 8, 16], 5), 0);
        assert_eq!((together(&[1, 2, 4], 1), together(&[1, 2, 4], 0), together(&[7], 0)), (3, 3, 1));
        assert_eq!((together(&[], 0), together(&[7], 1)), (0, 0));
    }

    proptest! {
        #[test]
        fn files_stay_few_and_rows_are_rewritten_seldom(
            reports in prop::collection::vec(1i64..1_000, 1..400),
            files_max in 24usize..60,
        ) {
            let whole: i64 = reports.iter().sum();
            let (mut day, mut written) = (Vec::new(), 0);
            for report in reports {
                day.push(report);
                day.sort_unstable();
                let count = together(&day, files_max);
                if count > 0 {
                    let made: i64 = day.drain(..count).sum();
                    written += made;
                    let mut smaller = made;
                    for left in &day {
                        prop_assert!(*left > smaller, "{left} is left after {smaller}");
                        smaller += left;
                    }
                    day.insert(0, made);
                }
                prop_assert!(day.len() <= files_max);
            }
            // A row is rewritten only into a file at least twice as large as the one it was in.
            let times = i64::from(64 - whole.leading_zeros());
            prop_assert!(written <= whole * times, "{written} written of {whole}");
            prop_assert_eq!(day.iter().sum::<i64>(), whole);
        }
    }
}
