//! The closed list of report formats, and the one way to drive any of them.

use event::rows::{EventRows, Problem};

/// Longest record (CSV row or line), in bytes. The longest row seen in real reports is about 20 kB.
pub const RECORD_MAX: usize = 1 << 20;

/// A row that did not become an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejected {
    /// Its number in the file, from 1, the header not counted.
    pub row: u64,
    /// What is wrong with it.
    pub problem: Problem,
    /// The record as it came, without its line end, at most [`RECORD_MAX`] bytes, bytes that are not UTF-8 read as Latin-1.
    pub text: String,
}

/// Why a whole report cannot be read. The file is kept and the operator told.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// The file name says no report type.
    #[error("the file name {0:?} does not say a report type (wanted: YYYY-MM-DD-type-….csv)")]
    NoType(String),
    /// The schema has no such report type.
    #[error("unknown report type {0:?}: not in the schema; get a newer schema, or map it (see `feeds.toml`)")]
    UnknownType(String),
    /// The schema maps the report type with a key or function that this version does not know.
    #[error("the schema maps {report:?} with {word:?}, which is not known here: get a newer version of this program")]
    UnknownWord {
        /// The report type.
        report: String,
        /// The key or function.
        word: String,
    },
}

/// Where rows go: events to columns, the rest aside.
#[derive(Debug)]
pub struct Sink {
    /// Accepted rows.
    pub events: EventRows,
    /// Rows that are none.
    pub rejected: Vec<Rejected>,
}
