//! Which snapshot of the tables counts on which day.
//!
//! Owners change, and tables are put right after the fact, but a figure once published must stay what it was.
//! So every import and every decision to count past days anew makes a numbered *attribution version*, and a
//! version never changes: a figure that names its version can be computed again.

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// `from_day` of the first rule of every version: before every day.
pub const ALL_DAYS: i32 = i32::MIN;

/// Why there is no such version, or no new one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum AttributionError {
    /// Nothing has been imported yet.
    #[error("count days anew: no snapshot has been imported")]
    NothingImported,
    /// The numbers are used up.
    #[error("number a new attribution version: the numbers are used up")]
    NumbersUsedUp,
    /// What was stored is not what this code stores.
    #[error("read attribution version {0}: versions are not numbered from 1, or the days of its rules do not rise")]
    Damaged(u32),
}

/// From a day on, the owners of a snapshot count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayRule {
    /// First day, in days since 1970-01-01 of the reporting zone; [`ALL_DAYS`] in the first rule.
    pub from_day: i32,
    /// The snapshot, by its number.
    pub snapshot: u32,
}

/// One version: every day has its snapshot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttributionVersion {
    /// Its number, from 1.
    pub version: u32,
    /// When it was made, in microseconds since 1970 UTC.
    pub made_at: i64,
    /// By rising day; the first is for [`ALL_DAYS`].
    pub from_day_rules: Vec<DayRule>,
}

impl AttributionVersion {
    /// The snapshot whose owners count on a day.
    pub fn snapshot_for(&self, day: i32) -> Option<u32> {
        let next = self.from_day_rules.partition_point(|rule| rule.from_day <= day);
        self.from_day_rules.get(next.checked_sub(1)?).map(|rule| rule.snapshot)
    }

    /// The newest snapshot it uses.
    pub fn latest(&self) -> Option<u32> {
        self.from_day_rules.last().map(|rule| rule.snapshot)
    }

    /// Every snapshot it uses, in order of first use.
    pub fn snapshots(&self) -> Vec<u32> {
        let mut seen = Vec::new();
        for rule in &self.from_day_rules {
            if !seen.contains(&rule.snapshot) {
                seen.push(rule.snapshot);
            }
        }
        seen
    }

    fn is_sound(&self) -> bool {
        self.from_day_rules.first().is_some_and(|rule| rule.from_day == ALL_DAYS)
            && self.from_day_rules.is_sorted_by(|a, b| a.from_day < b.from_day)
    }
}

/// Every version ever made, oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(try_from = "Stored")]
pub struct Attribution {
    versions: Vec<AttributionVersion>,
}

/// An [`Attribution`] as it was stored, not yet believed.
#[derive(Deserialize)]
struct Stored {
    versions: Vec<AttributionVersion>,
}

impl TryFrom<Stored> for Attribution {
    type Error = AttributionError;

    fn try_from(stored: Stored) -> Result<Self, AttributionError> {
        for (version, number) in stored.versions.iter().zip(1..) {
            if version.version != number || !version.is_sound() {
                return Err(AttributionError::Damaged(number));
            }
        }
        Ok(Self { versions: stored.versions })
    }
}

impl Attribution {
    /// Every version, oldest first.
    pub fn versions(&self) -> &[AttributionVersion] {
        &self.versions
    }

    /// A version by its number.
    pub fn version(&self, number: u32) -> Option<&AttributionVersion> {
        self.versions.get(usize::try_from(number).ok()?.checked_sub(1)?)
    }

    /// The newest version; `None` before the first import.
    pub fn current(&self) -> Option<&AttributionVersion> {
        self.versions.last()
    }

    /// The snapshot whose owners count on a day, in a version.
    pub fn snapshot_for(&self, version: u32, day: i32) -> Option<u32> {
        self.version(version)?.snapshot_for(day)
    }

    /// A new version in which a new snapshot counts from today on; the very first counts on all days.
    /// `today` is a day of the reporting zone, `made_at` microseconds since 1970 UTC. Its number.
    ///
    /// # Errors
    /// [`AttributionError::NumbersUsedUp`].
    pub fn import(&mut self, snapshot: u32, today: i32, made_at: i64) -> Result<u32, AttributionError> {
        let from_day = if self.versions.is_empty() { ALL_DAYS } else { today };
        self.push(DayRule { from_day, snapshot }, made_at)
    }

    /// A new version in which the newest snapshot counts from a past day on: a table was put right. Its number.
    ///
    /// # Errors
    /// [`AttributionError::NothingImported`] before the first import, [`AttributionError::NumbersUsedUp`].
    pub fn reattribute(&mut self, since_day: i32, made_at: i64) -> Result<u32, AttributionError> {
        let latest = self.current().and_then(AttributionVersion::latest).ok_or(AttributionError::NothingImported)?;
        self.push(DayRule { from_day: since_day, snapshot: latest }, made_at)
    }

    /// The newest version's rules with everything from the new rule's day on replaced by it.
    fn push(&mut self, rule: DayRule, made_at: i64) -> Result<u32, AttributionError> {
        let version = u32::try_from(self.versions.len() + 1).map_err(|_| AttributionError::NumbersUsedUp)?;
        let mut rules = self.current().map_or_else(Vec::new, |newest| newest.from_day_rules.clone());
        rules.retain(|old| old.from_day < rule.from_day);
        if rules.last().is_none_or(|before| before.snapshot != rule.snapshot) {
            rules.push(rule);
        }
        self.versions.push(AttributionVersion { version, made_at, from_day_rules: rules });
        Ok(version)
    }
}
