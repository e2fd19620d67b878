//! The closed list of report formats, and the one way to drive any of them.

use std::sync::Arc;

use event::rows::{EventRows, Problem};

use crate::{generic, intelmq, leak, logs, n6, shadowserver};

/// Longest record (CSV row or line), in bytes. The longest row seen in real reports is about 20 kB.
pub const RECORD_MAX: usize = 1 << 20;

/// A format, with what it needs to know of its feed.
#[derive(Debug, Clone)]
pub enum Format {
    /// Reports of the Shadowserver Foundation.
    Shadowserver(Arc<shadowserver::Schema>),
    /// Events in the IntelMQ data format.
    IntelMq,
    /// A list of the operator's own, described by a mapping.
    Generic(Arc<generic::Mapping>),
    /// Events of n6.
    N6,
    /// A log of connections, held against known malware hosts.
    Log(logs::Log),
    /// A list of leaked accounts, scrubbed by [`leak::Scrub`] before it was kept.
    Leak,
}

impl Format {
    /// A parser for a file of this name.
    ///
    /// # Errors
    /// The format needs to know from the name what the file is, and cannot; a log that there is nothing to be held
    /// against. See [`Unreadable`].
    pub fn open(&self, file_name: &str) -> Result<Parser, Unreadable> {
        Ok(match self {
            Self::Shadowserver(schema) => Parser::Shadowserver(schema.open(file_name)?),
            Self::IntelMq => Parser::IntelMq(intelmq::Parser::new(file_name)),
            Self::Generic(mapping) => Parser::Generic(generic::Parser::new(mapping.clone(), file_name)),
            Self::N6 => Parser::N6(n6::Parser::new(file_name)),
            Self::Log(log) => Parser::Log(log.open(file_name)?),
            Self::Leak => Parser::Leak(leak::Parser::new(file_name)),
        })
    }
}

/// A file being read. Made by [`Format::open`].
#[derive(Debug)]
pub enum Parser {
    /// A report of the Shadowserver Foundation.
    Shadowserver(shadowserver::Parser),
    /// Events in the IntelMQ data format.
    IntelMq(intelmq::Parser),
    /// A list described by a mapping.
    Generic(generic::Parser),
    /// Events of n6.
    N6(n6::Parser),
    /// A log of connections.
    Log(logs::Parser),
    /// A scrubbed list of leaked accounts.
    Leak(leak::Parser),
}

impl Parser {
    /// Says when the file was delivered, in microseconds since 1970: the time of events of a format that has none of its
    /// own, if the file's name has no date. Of the other formats nothing changes.
    pub fn delivered_at(&mut self, micros: i64) {
        if let Self::Leak(parser) = self {
            parser.delivered_at(micros);
        }
    }

    /// Reads the whole records of `bytes` into `sink`; with `last`, the end of the file ends a record.
    ///
    /// Returns the bytes used: what is left comes again, with more behind it. Of [`RECORD_MAX`] bytes some are always used.
    pub fn parse(&mut self, bytes: &[u8], last: bool, sink: &mut Sink) -> usize {
        match self {
            Self::Shadowserver(parser) => parser.parse(bytes, last, sink),
            Self::IntelMq(parser) => parser.parse(bytes, last, sink),
            Self::Generic(parser) => parser.parse(bytes, last, sink),
            Self::N6(parser) => parser.parse(bytes, last, sink),
            Self::Log(parser) => parser.parse(bytes, last, sink),
            Self::Leak(parser) => parser.parse(bytes, last, sink),
        }
    }

    /// Rows so far: events, rejected rows and those that [`passed`](Self::passed); a header is none.
    pub fn rows(&self) -> u64 {
        match self {
            Self::Shadowserver(parser) => parser.rows(),
            Self::IntelMq(parser) => parser.rows(),
            Self::Generic(parser) => parser.rows(),
            Self::N6(parser) => parser.rows(),
            Self::Log(parser) => parser.rows(),
            Self::Leak(parser) => parser.rows(),
        }
    }

    /// Rows so far that are counted and not kept: those of a log that touched nothing we watch for.
    pub fn passed(&self) -> u64 {
        match self {
            Self::Log(parser) => parser.passed(),
            Self::Shadowserver(_) | Self::IntelMq(_) | Self::Generic(_) | Self::N6(_) | Self::Leak(_) => 0,
        }
    }

    /// The report type, empty where the format has none.
    pub fn report(&self) -> &str {
        match self {
            Self::Shadowserver(parser) => parser.report(),
            Self::IntelMq(parser) => parser.report(),
            Self::Generic(parser) => parser.report(),
            Self::N6(parser) => parser.report(),
            Self::Log(parser) => parser.report(),
            Self::Leak(parser) => parser.report(),
        }
    }

    /// The date that the file's name begins with, in days since 1970-01-01.
    pub fn date(&self) -> Option<i32> {
        match self {
            Self::Shadowserver(parser) => parser.date(),
            Self::IntelMq(parser) => parser.date(),
            Self::Generic(parser) => parser.date(),
            Self::N6(parser) => parser.date(),
            Self::Log(parser) => parser.date(),
            Self::Leak(parser) => parser.date(),
        }
    }
}

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
    /// There is nothing to hold a log against.
    #[error("no indicators are imported: matching would find nothing; import some with `haidang indicators import`")]
    NothingWatched,
}

/// Where rows go: events to columns, the rest aside.
#[derive(Debug)]
pub struct Sink {
    /// Accepted rows.
    pub events: EventRows,
    /// Rows that are none.
    pub rejected: Vec<Rejected>,
}
