//! The seam to the officers' pages: feeds, reports, quarantine, conflicts.
//!
//! Calls may block; the portal makes them outside its event loop.

use crate::desk::Report;

/// Rows of one page.
pub const PAGE_ROWS: usize = 50;
/// The last page that can be asked for: what lies beyond is for the command line.
pub const PAGES_MAX: usize = 1000;

/// A question that could not be answered; the reason is for the log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unanswered(pub String);

/// What officers look at.
pub trait Watch: Send + Sync {
    /// How the feeds live, in the catalogue's order.
    ///
    /// # Errors
    /// What went wrong.
    fn feeds(&self) -> Result<Vec<FeedRow>, Unanswered>;

    /// What came in, newest first.
    ///
    /// # Errors
    /// What went wrong.
    fn reports(&self, ask: &ReportsAsk) -> Result<Paged<Report>, Unanswered>;

    /// Rows that wait, newest report first.
    ///
    /// # Errors
    /// What went wrong.
    fn quarantine(&self, ask: &QuarantineAsk) -> Result<Paged<BadRow>, Unanswered>;

    /// One row that waits.
    ///
    /// # Errors
    /// What went wrong.
    fn bad_row(&self, report: i64, row: u64) -> Result<Option<BadRow>, Unanswered>;

    /// Tries the rows of a report again.
    ///
    /// # Errors
    /// What went wrong.
    fn replay(&self, report: i64) -> Result<Replayed, Unanswered>;

    /// Networks, numbers and names that two owners claim.
    ///
    /// # Errors
    /// What went wrong.
    fn conflicts(&self) -> Result<Vec<Conflict>, Unanswered>;
}

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paged<T> {
    /// At most [`PAGE_ROWS`].
    pub rows: Vec<T>,
    /// Whether there is another page.
    pub more: bool,
}

/// One feed, as it lives.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FeedRow {
    /// Its name.
    pub feed: String,
    /// What people call it, in Vietnamese and in English.
    pub title: [String; 2],
    /// Its last delivery, microseconds since 1970 UTC.
    pub delivered: Option<i64>,
    /// Reports taken in.
    pub reports: u64,
    /// Rows that wait.
    pub quarantined: u64,
    /// Events of the last whole day.
    pub last_day: i64,
    /// Usual events of a day.
    pub usual: i64,
    /// Events per day, oldest first; for the picture.
    pub days: Vec<i64>,
    /// Whether a delivery is overdue.
    pub late: bool,
    /// Whether the last day is far off the usual.
    pub off: bool,
    /// Families it no longer sees.
    pub silent: Vec<String>,
}

/// Which reports.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ReportsAsk {
    /// Of this feed only.
    pub feed: Option<String>,
    /// Received since this day of the reporting zone (number since 1970).
    pub since: Option<i32>,
    /// Page, from 0.
    pub page: usize,
}

/// Which rows that wait.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct QuarantineAsk {
    /// Of this feed only.
    pub feed: Option<String>,
    /// Of this report only.
    pub report: Option<i64>,
    /// For this reason only: a code of `event::rows::Reason`.
    pub reason: Option<String>,
    /// Page, from 0.
    pub page: usize,
}

/// A row kept aside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadRow {
    /// The report's number.
    pub report: i64,
    /// Its feed.
    pub feed: String,
    /// The file's name.
    pub file: String,
    /// Row of the file, from 1.
    pub row: u64,
    /// The column that is wrong; empty if the whole record is.
    pub column: String,
    /// The value, cut.
    pub value: String,
    /// Why: a code.
    pub reason: String,
    /// The record as it came.
    pub text: String,
}

/// What came of a second look at the rows of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Replayed {
    /// Rows that are events now.
    pub events: u64,
    /// Rows that still wait.
    pub quarantined: u64,
}

/// Two owners of one thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// The network, number or name.
    pub subject: String,
    /// Who claims it.
    pub owners: Vec<String>,
    /// Where it is written: file and line of the tables.
    pub place: String,
}
