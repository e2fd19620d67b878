//! From the canonical CSV to events.

use event::key::{self, Key, TIME_SOURCE};
use event::rows::{EventRows, Outcome, Problem, Reason, Rest};
use event::time;

use super::canonical::{self, COLUMNS, UNREADABLE};
use super::shape;
use crate::format::{Rejected, Sink};
use crate::name;
use crate::record::{Found, Records, Row};

/// What every such event is (RSIT); `event/data/kinds.csv` makes it *victim*.
const TYPE: &str = "data-leak";

/// A scrubbed list being read.
///
/// An event is of the day in the file's name, 00:00 UTC, else of the moment of delivery: when an account leaked is
/// often unknown and stands under `extra.leak_date`. A file that is not canonical is rejected row by row, without its
/// content.
#[derive(Debug)]
pub struct Parser {
    records: Records,
    date: Option<i32>,
    /// The time of every event, as text.
    time: Option<String>,
    /// Whether the header is the canonical one; `None` until it was read.
    is_canonical: Option<bool>,
    rows: u64,
}

impl Parser {
    /// For a file of this name.
    pub fn new(file_name: &str) -> Self {
        let date = name::date(file_name);
        Self {
            records: Records::csv(b',', Some(b'"')),
            date,
            time: date.map(|day| time::to_text(i64::from(day) * time::DAY)),
            is_canonical: None,
            rows: 0,
        }
    }

    /// Says when the file was delivered, in microseconds since 1970: the time of its events if its name has no date.
    pub fn delivered_at(&mut self, micros: i64) {
        if self.date.is_none() {
            self.time = Some(time::to_text(micros));
        }
    }

    /// Reads the whole records of `bytes` into `sink`; with `last`, the end of the file ends a record.
    /// Returns the bytes used: what is left comes again, with more behind it.
    pub fn parse(&mut self, bytes: &[u8], last: bool, sink: &mut Sink) -> usize {
        let mut chunk = self.records.chunk(bytes, last);
        while let Some(found) = chunk.next_record() {
            let Some(is_canonical) = self.is_canonical else {
                self.is_canonical = Some(is_header(&found));
                continue;
            };
            self.rows += 1;
            let (read, text) = match &found {
                Found::Row(row) if is_canonical => {
                    (put(row, self.time.as_deref(), &mut sink.events), row.text().into_owned())
                }
                Found::Row(_) => (Err(Problem::new(COLUMNS[0], "", Reason::MissingColumn)), String::new()),
                Found::TooLong(_) => (Err(Problem::new("", "", Reason::TooLong)), String::new()),
            };
            if let Err(problem) = read.and_then(|()| sink.events.accept(self.rows)) {
                sink.events.reject();
                sink.rejected.push(Rejected { row: self.rows, problem, text });
            }
        }
        chunk.used()
    }

    /// Rows so far, accepted or not.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// The report type: such a list has none.
    pub fn report(&self) -> &'static str {
        ""
    }

    /// The date of the file's name, in days since 1970-01-01.
    pub fn date(&self) -> Option<i32> {
        self.date
    }
}

fn is_header(found: &Found<'_>) -> bool {
    let Found::Row(row) = found else { return false };
    row.len() == COLUMNS.len() && COLUMNS.iter().enumerate().all(|(at, name)| row.get(at) == Some(name))
}

fn put(row: &Row<'_>, time: Option<&str>, events: &mut EventRows) -> Result<(), Problem> {
    let cell = |at: usize| row.get(at).unwrap_or_default();
    if row.len() != COLUMNS.len() {
        return Err(Problem::new("", "", Reason::Malformed));
    }
    if cell(0) == UNREADABLE {
        return Err(Problem::new("", "", canonical::reason(cell(2))));
    }
    let (column, value) = if cell(0).is_empty() { (4, shape::name(cell(4))) } else { (0, shape::account(cell(0))) };
    let value = value.ok_or_else(|| Problem::new(COLUMNS[column], cell(column), Reason::InvalidValue))?;
    set(if column == 0 { "source.account" } else { "source.fqdn" }, &value, events);
    set("classification.type", TYPE, events);
    if let Some(time) = time {
        events.set(TIME_SOURCE, time);
    }
    // Sorted by name.
    for (name, at) in [("extra.leak_date", 2), ("extra.leak_host", 4), ("extra.leak_kind", 3), ("extra.leak_source", 1)]
    {
        if !cell(at).is_empty() {
            events.push_rest(name, Rest::Text(cell(at)));
        }
    }
    Ok(())
}

fn set(name: &str, value: &str, events: &mut EventRows) {
    let outcome = key::find(name).map(|key: Key| events.set(key, value));
    debug_assert_eq!(outcome, Some(Outcome::Stored), "{name}");
}
