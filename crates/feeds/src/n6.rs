//! Events of [n6](https://n6.readthedocs.io/), the platform of CERT Polska: JSON, as an array or one object per line (the
//! stream), and CSV. Which it is, the first character says.
//!
//! The fields are those of `n6sdk.data_spec.DataSpec`. An event with several addresses becomes as many events of one row,
//! for each is a machine of its own; [`Parser::rows`] counts each. `data/n6-categories.csv` says what a category is,
//! `data/n6-restrictions.csv` how far an event may be passed on. A field without a name in the event format is kept as
//! `extra.<field>`, and so is a value that its name does not take; a time, an address, and a name or URL that the event is
//! about cannot be kept so and reject the row.

use self::event::Event;
use crate::format::Sink;
use crate::json;
use crate::name;

mod csv;
mod event;
mod tables;

/// Most addresses of one event. n6 itself merges no more than a handful.
pub const ADDRESSES_MAX: usize = 1000;

/// A file of events being read.
#[derive(Debug)]
pub struct Parser {
    reader: Option<Reader>,
    date: Option<i32>,
    rows: u64,
}

#[derive(Debug)]
enum Reader {
    Json(json::Records),
    Csv(csv::Reader),
}

impl Parser {
    /// For a file of this name.
    pub fn new(file_name: &str) -> Self {
        Self { reader: None, date: name::date(file_name), rows: 0 }
    }

    /// Reads the whole records of `bytes` into `sink`; with `last`, the end of the file ends a record.
    /// Returns the bytes used: what is left comes again, with more behind it.
    pub fn parse(&mut self, bytes: &[u8], last: bool, sink: &mut Sink) -> usize {
        let start = match self.reader {
            None => bytes.iter().take_while(|byte| says_nothing(**byte)).count(),
            Some(_) => 0,
        };
        let Some(first) = bytes.get(start) else { return start };
        let reader = self.reader.get_or_insert_with(|| match first {
            b'{' | b'[' => Reader::Json(json::Records::default()),
            _ => Reader::Csv(csv::Reader::default()),
        });
        let before = sink.events.len() + sink.rejected.len();
        let used = match reader {
            Reader::Json(records) => records
                .read_any(&bytes[start..], last, sink, |text, row, events| Event::of_json(text)?.put(row, events)),
            Reader::Csv(csv) => csv.read(&bytes[start..], last, sink),
        };
        self.rows += (sink.events.len() + sink.rejected.len() - before) as u64;
        start + used
    }

    /// Rows so far, accepted or not, one with several addresses counted as often.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// The report type: such a file has none.
    pub fn report(&self) -> &'static str {
        ""
    }

    /// The date of the file's name, in days since 1970-01-01.
    pub fn date(&self) -> Option<i32> {
        self.date
    }
}

/// What may stand before the first record: blanks, NULs, the bytes of a byte order mark.
fn says_nothing(byte: u8) -> bool {
    byte.is_ascii_whitespace() || matches!(byte, 0 | 0xef | 0xbb | 0xbf)
}
