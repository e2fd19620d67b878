//! The list an owner gets for a month: what was seen on its addresses, and how that changed.

use std::fmt::Write as _;

use crate::local::Local;

/// What stands above the rows, the same for every row.
#[derive(Debug, Clone)]
pub struct ListHead {
    /// The owner's code in the constituency.
    pub owner_code: String,
    /// The owner's name as it signs.
    pub owner_name: String,
    /// The month of the reporting zone, `YYYY-MM`.
    pub month: String,
    /// Version of the table that says whose each address was.
    pub attribution_version: u64,
    /// Version of the events the list was counted from.
    pub data_version: u64,
    /// When the list was made, microseconds since 1970 UTC.
    pub made_at: i64,
    /// How many rows of each status follow.
    pub counts: Counts,
    /// What a row is and how it was counted; empty for the house's own definition.
    pub definition: String,
}

/// How many rows have each [`Status`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Rows that are [`Status::New`].
    pub new: u64,
    /// Rows that are [`Status::Still`].
    pub still: u64,
    /// Rows that are [`Status::Back`].
    pub back: u64,
    /// Rows that are [`Status::Gone`].
    pub gone: u64,
}

impl Counts {
    /// Counts one more row.
    pub fn add(&mut self, status: Status) {
        match status {
            Status::New => self.new += 1,
            Status::Still => self.still += 1,
            Status::Back => self.back += 1,
            Status::Gone => self.gone += 1,
        }
    }

    /// The number of rows of one status.
    pub fn of(self, status: Status) -> u64 {
        match status {
            Status::New => self.new,
            Status::Still => self.still,
            Status::Back => self.back,
            Status::Gone => self.gone,
        }
    }
}

/// One subject with one finding, over the month.
#[derive(Debug, Clone)]
pub struct ListRow {
    /// The address, domain, URL or account.
    pub subject: String,
    /// The port of an exposed service.
    pub port: Option<i32>,
    /// The malware family or botnet, empty if there is none.
    pub family: String,
    /// The kind of finding: `botnet`, `exposed`, `abuse`, `victim` or `none`.
    pub kind: String,
    /// The service or identifier that was found, empty if there is none.
    pub service: String,
    /// First seen, microseconds since 1970 UTC.
    pub first: i64,
    /// Last seen, microseconds since 1970 UTC.
    pub last: i64,
    /// Events in the month.
    pub count: i64,
    /// Days of the month with an event.
    pub days: i64,
    /// Against the month before.
    pub status: Status,
    /// The provider's name or code, empty if unknown.
    pub isp: String,
    /// The organisation's name or code, empty if unknown.
    pub organisation: String,
    /// The province's name, empty if unknown.
    pub place: String,
    /// The feeds that saw it, separated by `, `.
    pub feeds: String,
    /// Times and source ports, as [`samples_text`] writes them.
    pub samples: String,
}

/// A row against the month before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Never seen before this month.
    New,
    /// Seen in the month before and in this one.
    Still,
    /// Seen earlier, not in the month before, and again in this one.
    Back,
    /// Seen in the month before and not in this one.
    Gone,
}

impl Status {
    /// Every status, in the order a list shows them.
    pub const ALL: [Self; 4] = [Self::New, Self::Still, Self::Back, Self::Gone];

    /// Its name for machines.
    pub fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Still => "still",
            Self::Back => "back",
            Self::Gone => "gone",
        }
    }
}

/// The columns of a list, in order, by their names for machines.
pub const COLUMNS: [&str; 15] = [
    "status",
    "address",
    "port",
    "family",
    "kind",
    "service",
    "first",
    "last",
    "count",
    "days",
    "isp",
    "organisation",
    "place",
    "feeds",
    "samples",
];

/// Samples of one row: each time with its offset and the source port, `2026-11-20T23:59:04+07:00 51234; …`.
pub fn samples_text(samples: &[(i64, Option<i32>)], local: &Local) -> String {
    let mut text = String::new();
    for (at, port) in samples {
        if !text.is_empty() {
            text.push_str("; ");
        }
        local.write_with_offset(*at, &mut text);
        if let Some(port) = port {
            // Writing to a String cannot fail.
            let _ = write!(text, " {port}");
        }
    }
    text
}
