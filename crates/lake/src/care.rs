//! Keeping the lake young and right: retention, vacuum, rebuilding. It is kept small by [`crate::together`].
//!
//! None of these can lose what is not yet folded: folding goes by report number, which every event
//! carries, and not by file.

use std::collections::BTreeMap;
use std::ops::AddAssign;
use std::sync::Arc;

use deltalake_core::kernel::Add;
use deltalake_core::operations::vacuum::{Clock, VacuumMode};
use event::time::{day_text, parse_day};
use serde_json::json;

use crate::merge::{DayFile, DayFiles};
use crate::schema::DAY;
use crate::table::{Change, Table};
use crate::{Lake, LakeError};

/// What a chore did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Done {
    /// Days touched.
    pub days: u64,
    /// Files before.
    pub files_before: u64,
    /// Files after.
    pub files_after: u64,
}

impl AddAssign for Done {
    fn add_assign(&mut self, other: Self) {
        self.days += other.days;
        self.files_before += other.files_before;
        self.files_after += other.files_after;
    }
}

impl Done {
    pub(crate) fn add(&mut self, before: usize, after: usize) {
        self.days += 1;
        self.files_before += before as u64;
        self.files_after += after as u64;
    }
}

/// Files of a table by day.
pub(crate) fn files_by_day(table: &Table) -> Result<BTreeMap<String, Vec<Add>>, LakeError> {
    let mut days: BTreeMap<String, Vec<Add>> = BTreeMap::new();
    for file in table.files()? {
        let day = file.partition_values.get(DAY).cloned().flatten().unwrap_or_default();
        days.entry(day).or_default().push(file);
    }
    Ok(days)
}

/// The order of a rewritten day: as [`crate::order`] has it, so that neighbours fold and addresses can be skipped.
pub(crate) const EVENTS_ORDER: &str = "subject_kind, source_ip_hi, source_ip_lo, source_account, source_url, source_fqdn, kind, family, time_source, seq, row";

/// The number of a day that a file's path names.
pub(crate) fn number(day: &str) -> Result<i32, LakeError> {
    parse_day(day).ok_or_else(|| std::io::Error::other(format!("{day:?} is no day of a table")).into())
}

/// A chore's change; `events_version` is what sightings are made from.
pub(crate) fn change(
    removed: &[Add],
    adds: Vec<Add>,
    data_change: bool,
    now: i64,
    what: &str,
    events_version: u64,
) -> Change {
    let removes = removed.iter().map(|file| remove(file, data_change, now)).collect();
    let adds = adds.into_iter().map(|add| Add { data_change, ..add }).collect();
    let notes =
        vec![("haidang.chore".to_owned(), json!(what)), ("haidang.events_version".to_owned(), json!(events_version))];
    Change { adds, removes, seq: None, notes }
}

fn remove(file: &Add, data_change: bool, now: i64) -> deltalake_core::kernel::Remove {
    deltalake_core::kernel::Remove {
        path: file.path.clone(),
        data_change,
        deletion_timestamp: Some(now / 1000),
        extended_file_metadata: Some(true),
        partition_values: Some(file.partition_values.clone()),
        size: Some(file.size),
        tags: None,
        deletion_vector: None,
        base_row_id: None,
        default_row_commit_version: None,
    }
}

impl Lake {
    /// Folds every day of `events` again and puts the result in place of the stored sightings of those days.
    /// Days that `events` no longer has keep theirs.
    ///
    /// # Errors
    /// The disk's or the table's; days done stay done.
    pub fn rebuild(&mut self, now: i64) -> Result<Done, LakeError> {
        self.refresh()?;
        let mut done = Done::default();
        let old = files_by_day(&self.sightings)?;
        for (day, files) in &files_by_day(&self.events)? {
            let mut writer = self.sightings_writer(format!("b-{}", self.sightings.version() + 1), now)?;
            let files = DayFile::lying(&self.events, files);
            DayFiles::of_events(self, number(day)?, files)?.folded(|sightings| writer.write(&sightings))?;
            let adds = writer.finish()?;
            let removed = old.get(day).map_or(&[][..], Vec::as_slice);
            done.add(removed.len(), adds.len());
            let change = change(removed, adds, true, now, "rebuild", self.events.version());
            self.runtime.block_on(self.sightings.commit(change))?;
        }
        Ok(done)
    }

    /// Takes every day before `first_kept` out of both tables, and deletes the index that is kept of them. The files go with
    /// the next vacuum.
    ///
    /// # Errors
    /// The disk's or the table's.
    pub fn forget_before(&mut self, first_kept: i32, now: i64) -> Result<Done, LakeError> {
        self.refresh()?;
        // First: whoever tries again after a crash finds no old day any more.
        self.forget_kept()?;
        let mut done = Done::default();
        let (bound, events_version) = (day_text(first_kept), self.events.version());
        for table in [&mut self.events, &mut self.sightings] {
            let old: Vec<(String, Vec<Add>)> =
                files_by_day(table)?.into_iter().filter(|(day, _)| *day < bound).collect();
            let files: Vec<Add> = old.iter().flat_map(|(_, files)| files.clone()).collect();
            if files.is_empty() {
                continue;
            }
            done.days += old.len() as u64;
            done.files_before += files.len() as u64;
            let change = change(&files, Vec::new(), true, now, "forget", events_version);
            self.runtime.block_on(table.commit(change))?;
        }
        // Whoever answers from the tables may have kept it again.
        self.forget_kept()?;
        Ok(done)
    }

    /// Deletes data files that no version within `keep_days` needs, and log entries older than that: statistics in
    /// them are addresses, too. Returns how many data files went.
    ///
    /// # Errors
    /// The disk's or the table's.
    pub fn vacuum(&mut self, keep_days: u32, now: i64) -> Result<u64, LakeError> {
        self.refresh()?;
        let mut deleted = 0;
        for table in [&mut self.events, &mut self.sightings] {
            deleted += self.runtime.block_on(table.vacuum(keep_days, now))?;
        }
        Ok(deleted)
    }
}

/// The injected clock, as the library wants it.
#[derive(Debug)]
struct At(i64);

impl Clock for At {
    fn current_timestamp_millis(&self) -> i64 {
        self.0
    }
}

impl Table {
    async fn vacuum(&mut self, keep_days: u32, now: i64) -> Result<u64, LakeError> {
        let (kept, now) = (chrono::Duration::days(keep_days.into()), now / 1000);
        let (_, metrics) = self
            .delta()
            .clone()
            .vacuum()
            .with_retention_period(kept)
            .with_enforce_retention_duration(false)
            .with_mode(VacuumMode::Full)
            .with_clock(Arc::new(At(now)))
            .await?;
        self.refresh().await?;
        self.forget_log(now - kept.num_milliseconds()).await?;
        Ok(metrics.files_deleted.len() as u64)
    }
}
