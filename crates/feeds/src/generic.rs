//! Lists described by a small TOML mapping, so that a new source needs no code.
//!
//! ```toml
//! format = "csv"            # or "jsonl" (JSON objects, one per line or in an array), or "text" (lines)
//! delimiter = ";"           # csv: one ASCII character, "," if not said
//! quote = "'"               # csv: one ASCII character, "\"" if not said, "" for none
//! header = true             # csv: the first row names the columns (if not said: true without `columns`)
//! columns = ["seen", "ip"]  # csv without a header; text: names of the fields of a line, the last one takes what is
//!                           # left of it; text without `columns`: the whole line is the column `value`
//! separator = "|"           # text: between fields, blanks if not said
//! comment = "#"             # csv, text: records that begin so are none
//! time = "name"             # a record without a time has the date of the file's name, 00:00 UTC
//! rest = "extra"            # columns not named below become `extra.<column>` (if not said), or "drop"
//!
//! [fields]                  # name of the event format = column; jsonl: a dotted path, `hosts.0.ip`
//! subject = "ip"            # an address, URL, account or domain name, whatever it is
//! "extra.note" = "remark"
//! "malware.name" = { column = "family", lower = true, map = { "m-1" = "made-up" } }
//! "time.source" = { column = "seen", time_format = "%d/%m/%Y %H:%M", time_zone = "Asia/Ho_Chi_Minh" }
//! "source.port" = { column = "port", required = true }
//!
//! [constants]
//! "classification.type" = "blacklist"
//! ```
//!
//! `time_format` is that of `strptime` (`%s` for seconds since 1970); times without a zone are read in
//! `time_zone`, else as UTC. `map` replaces whole values. A value that is not what its key asks for is kept as
//! `extra.<column>`; in a `required` column it rejects the record, as does a missing column and an empty cell.
//! The time and the columns of the subject (`subject`, `source.ip`, `.fqdn`, `.url`, `.account`) are never
//! kept so: an invalid one rejects the record. So does a record in which no column of the subject has a value.
//!
//! Columns without a name are called `column_<number>`, from 1. Where a name below `extra` is taken by the
//! mapping, an unmapped column of that name becomes `extra.column.<column>`.

mod cells;
mod field;
mod mapping;
mod paths;

use std::sync::Arc;

use event::time;

use crate::format::Sink;
use crate::json;
use crate::name;

pub(crate) use mapping::Spec;
pub use mapping::{Mapping, MappingError};

/// A list being read.
#[derive(Debug)]
pub struct Parser {
    mapping: Arc<Mapping>,
    date: Option<i32>,
    /// The time of records that have none, as text.
    time: Option<String>,
    reader: Reader,
}

#[derive(Debug)]
enum Reader {
    Cells(cells::Reader),
    Json(json::Records),
}

impl Parser {
    /// For a file of this name.
    pub fn new(mapping: Arc<Mapping>, file_name: &str) -> Self {
        let date = name::date(file_name);
        let time = date.filter(|_| mapping.time_from_name).map(|day| time::to_text(i64::from(day) * time::DAY));
        let reader = match &mapping.shape {
            mapping::Shape::Csv(csv) => Reader::Cells(cells::Reader::csv(csv, &mapping)),
            mapping::Shape::Text(text) => Reader::Cells(cells::Reader::text(text, &mapping)),
            mapping::Shape::Jsonl(_) => Reader::Json(json::Records::default()),
        };
        Self { mapping, date, time, reader }
    }

    /// Reads the whole records of `bytes` into `sink`; with `last`, the end of the file ends a record.
    /// Returns the bytes used: what is left comes again, with more behind it.
    pub fn parse(&mut self, bytes: &[u8], last: bool, sink: &mut Sink) -> usize {
        let (mapping, time) = (&*self.mapping, self.time.as_deref());
        match (&mut self.reader, &mapping.shape) {
            (Reader::Json(records), mapping::Shape::Jsonl(paths)) => records.read(bytes, last, sink, |text, events| {
                paths::set_event(paths, text, &mut field::Target::new(mapping, time, events))
            }),
            (Reader::Cells(cells), _) => cells.read(mapping, time, bytes, last, sink),
            // Not to be had: the reader was made for the shape.
            (Reader::Json(_), _) => bytes.len(),
        }
    }

    /// Records so far, accepted or not.
    pub fn rows(&self) -> u64 {
        match &self.reader {
            Reader::Cells(cells) => cells.rows(),
            Reader::Json(records) => records.rows(),
        }
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
