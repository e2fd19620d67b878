//! What runs beside the portal, as an officer or a timer would start it: lists and compactions.

use std::{thread, time::Duration};

use super::{LOOK, Shared, held, house::Ended};

/// Between two lists, and two compactions.
const EVERY: Duration = Duration::from_secs(5);

/// What came of the lists.
#[derive(Debug, Default, Clone, PartialEq)]
pub(super) struct Lists {
    /// Lists with rows.
    pub(super) made: u64,
    /// Lists without, though what belongs on them was surely in the lake.
    pub(super) empty: u64,
    pub(super) failed: u64,
    /// The most memory of one, megabytes.
    pub(super) peak_mb: f64,
}

/// What came of the compactions.
#[derive(Debug, Default, Clone, PartialEq)]
pub(super) struct Compactions {
    pub(super) done: u64,
    /// Kept off by another writer.
    pub(super) held: u64,
    pub(super) killed: u64,
    pub(super) failed: u64,
    /// The most memory of one, megabytes.
    pub(super) peak_mb: f64,
}

impl Lists {
    /// Counts one more, of so many rows if it did not fail.
    fn count(&mut self, rows: Option<u64>, is_due: bool) {
        match rows {
            None => self.failed += 1,
            Some(0) => self.empty += u64::from(is_due),
            Some(_) => self.made += 1,
        }
    }
}

/// Makes the list of who has all the addresses, again and again.
pub(super) fn list(shared: &Shared) {
    while !shared.ends() {
        let is_due = shared.is_all_surely_in();
        let made = shared.house.list();
        let mut lists = held(&shared.lists);
        lists.peak_mb = made.as_ref().map_or(lists.peak_mb, |(_, peak)| lists.peak_mb.max(*peak));
        lists.count(made.ok().map(|(rows, _)| rows), is_due);
        drop(lists);
        thread::park_timeout(EVERY);
    }
}

/// Puts files together as often as the folder is free; half of the kills meet it, too.
pub(super) fn compact(shared: &Shared) {
    while !shared.ends() {
        let ended = shared.house.compact(|| shared.is_chore_to_be_killed());
        let mut compactions = held(&shared.compactions);
        compactions.peak_mb = ended.as_ref().map_or(compactions.peak_mb, |(_, peak)| compactions.peak_mb.max(*peak));
        let ended = ended.map(|(ended, _)| ended);
        let is_held = matches!(ended, Ok(Ended::Held));
        *match ended {
            Ok(Ended::Done) => &mut compactions.done,
            Ok(Ended::Held) => &mut compactions.held,
            Ok(Ended::Killed) => &mut compactions.killed,
            Err(_) => &mut compactions.failed,
        } += 1;
        drop(compactions);
        thread::park_timeout(if is_held { LOOK } else { EVERY });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_without_rows_counts_only_when_there_must_be_some() {
        let mut lists = Lists::default();
        [(Some(0), false), (Some(0), true), (Some(3), true), (Some(3), false), (None, false)]
            .into_iter()
            .for_each(|(rows, is_due)| lists.count(rows, is_due));
        assert_eq!((lists.made, lists.empty, lists.failed), (2, 1, 1));
    }
}
