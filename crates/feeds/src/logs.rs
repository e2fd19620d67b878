//! Logs of connections, held against known malware hosts while they are read.
//!
//! A row that touched one becomes an event: an infected machine on our side. All others are counted and not kept, so
//! that a day's log of a network leaves behind what somebody has to clean. A row whose time or addresses cannot be read
//! is rejected: holding it against anything would be a guess.
//!
//! In the order the data flows:
//!
//! * `zeek`, `eve`, `nfdump`, `dns`, `squid` – what a line of each log tells;
//! * `members` – a few members of a JSON object;
//! * `clock` – times as logs write them; `place` – hosts and URLs;
//! * `line` – what a row tells, and the event it becomes.

use std::sync::Arc;

use event::rows::{Problem, Reason};
use indicators::watch::Watch;
use jiff::tz::TimeZone;

use crate::format::{Rejected, Sink, Unreadable};
use crate::name;
use crate::record::{Found, Records};
use clock::Clock;
use line::{Line, Told};

mod clock;
mod dns;
mod eve;
mod line;
mod members;
mod nfdump;
mod place;
mod squid;
mod zeek;

/// Which log it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Zeek's logs, as TSV or JSON.
    Zeek,
    /// EVE JSON of Suricata.
    Suricata,
    /// Flows of nfdump as CSV.
    Nfdump,
    /// Query logs of BIND, dnsmasq and unbound.
    Dns,
    /// `access.log` of Squid.
    Squid,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 5] = [Self::Zeek, Self::Suricata, Self::Nfdump, Self::Dns, Self::Squid];

    /// The word of `feeds.toml`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Zeek => "zeek",
            Self::Suricata => "suricata",
            Self::Nfdump => "nfdump",
            Self::Dns => "dns-log",
            Self::Squid => "squid",
        }
    }

    /// The kind of a word.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == text)
    }

    /// The kind of a log that begins so, by its first line that says something.
    pub fn of_head(head: &[u8]) -> Option<Self> {
        let text = String::from_utf8_lossy(head);
        let line = text.trim_start_matches('\u{feff}').lines().find(|line| !line.trim().is_empty())?.trim();
        let is_epoch = |word: &str| word.len() >= 10 && word.bytes().all(|b| b.is_ascii_digit() || b == b'.');
        Some(match line {
            _ if line.starts_with(['{', '[']) && line.contains("\"event_type\"") => Self::Suricata,
            _ if line.starts_with(['{', '[', '#']) => Self::Zeek,
            _ if line.starts_with("ts,te,") => Self::Nfdump,
            _ if line.contains('\t') && line.split('\t').next().is_some_and(is_epoch) => Self::Zeek,
            // A time, then how long it took: `1790726400.123    345 192.0.2.7 TCP_MISS/200 …`.
            _ if line.split(' ').next().is_some_and(|word| is_epoch(word) && word.contains('.'))
                && line.split_whitespace().nth(1).is_some_and(|word| word.bytes().all(|b| b.is_ascii_digit())) =>
            {
                Self::Squid
            }
            _ => Self::Dns,
        })
    }
}

/// A feed of logs: which they are, and what they are held against.
#[derive(Debug, Clone)]
pub struct Log {
    /// Which log.
    pub kind: Kind,
    /// The zone of times that say none.
    pub zone: TimeZone,
    /// The indicators.
    pub watch: Arc<Watch>,
}

impl Log {
    /// A parser for a file of this name; its date gives times their year that have none.
    ///
    /// # Errors
    /// [`Unreadable::NothingWatched`]: there are no indicators.
    pub fn open(&self, file_name: &str) -> Result<Parser, Unreadable> {
        if self.watch.is_empty() {
            return Err(Unreadable::NothingWatched);
        }
        let date = name::date(file_name);
        let reader = match self.kind {
            Kind::Zeek => Reader::Zeek(zeek::Reader::default()),
            Kind::Suricata => Reader::Eve,
            Kind::Nfdump => Reader::Nfdump(nfdump::Reader::default()),
            Kind::Dns => Reader::Dns,
            Kind::Squid => Reader::Squid,
        };
        Ok(Parser {
            watch: Arc::clone(&self.watch),
            clock: Clock::new(self.zone.clone(), date),
            date,
            reader,
            records: Records::lines(),
            rows: 0,
            passed: 0,
        })
    }
}

/// A log being read. Made by [`Log::open`].
#[derive(Debug)]
pub struct Parser {
    watch: Arc<Watch>,
    clock: Clock,
    date: Option<i32>,
    reader: Reader,
    records: Records,
    rows: u64,
    passed: u64,
}

#[derive(Debug)]
enum Reader {
    Zeek(zeek::Reader),
    Eve,
    Nfdump(nfdump::Reader),
    Dns,
    Squid,
}

impl Reader {
    fn read<'r>(&mut self, text: &'r str, clock: &mut Clock) -> Result<Told<'r>, Problem> {
        match self {
            Self::Zeek(zeek) => zeek.read(text, clock),
            Self::Eve => eve::read(text, clock),
            Self::Nfdump(nfdump) => nfdump.read(text, clock),
            Self::Dns => dns::read(text, clock),
            Self::Squid => squid::read(text, clock),
        }
    }
}

impl Parser {
    /// Reads the whole rows of `bytes` into `sink`; with `last`, the end of the file ends a row.
    /// Returns the bytes used: what is left comes again, with more behind it.
    pub fn parse(&mut self, bytes: &[u8], last: bool, sink: &mut Sink) -> usize {
        let Self { watch, clock, reader, records, rows, passed, .. } = self;
        let mut chunk = records.chunk(bytes, last);
        while let Some(found) = chunk.next_record() {
            let told = match &found {
                Found::TooLong(_) => Err(Problem::new("", "", Reason::TooLong)),
                Found::Row(row) => match row.get(0) {
                    None | Some("") => continue,
                    Some(text) if text.starts_with(' ') && text.trim().is_empty() => continue,
                    Some(text) => reader.read(text, clock),
                },
            };
            let held = match told {
                Ok(Told::NoRow) => continue,
                Ok(Told::Nothing) => Ok(false),
                Ok(Told::Line(line)) => hold(&line, watch, *rows + 1, sink),
                Err(problem) => Err(problem),
            };
            *rows += 1;
            match held {
                Ok(is_hit) => *passed += u64::from(!is_hit),
                Err(problem) => reject(*rows, problem, found, sink),
            }
        }
        chunk.used()
    }

    /// Rows so far, whatever became of them; headers and summaries are none.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Rows so far that touched nothing we watch for.
    pub fn passed(&self) -> u64 {
        self.passed
    }

    /// The report type: a log has none.
    pub fn report(&self) -> &'static str {
        ""
    }

    /// The date of the file's name, in days since 1970-01-01.
    pub fn date(&self) -> Option<i32> {
        self.date
    }
}

/// Whether a connection touched a known malware host; it is an event then.
#[inline]
fn hold(line: &Line<'_>, watch: &Watch, row: u64, sink: &mut Sink) -> Result<bool, Problem> {
    let Some(hit) = watch.find(&line.contact()) else { return Ok(false) };
    line.put(&hit, &mut sink.events)?;
    sink.events.accept(row)?;
    Ok(true)
}

#[cold]
fn reject(row: u64, problem: Problem, found: Found<'_>, sink: &mut Sink) {
    let text = match found {
        Found::TooLong(text) => text,
        Found::Row(row) => row.text().into_owned(),
    };
    sink.events.reject();
    sink.rejected.push(Rejected { row, problem, text });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_is_known_by_how_it_begins() {
        for (head, kind) in [
            ("#separator \\x09\n", Kind::Zeek),
            ("{\"ts\":1790726400.1,\"id.orig_h\":\"192.0.2.1\"}\n", Kind::Zeek),
            ("1790726400.123456\tCabc\t192.0.2.1\n", Kind::Zeek),
            ("\n{\"timestamp\":\"2026-09-30T00:00:00Z\",\"event_type\":\"dns\"}\n", Kind::Suricata),
            ("ts,te,td,sa,da\n", Kind::Nfdump),
            ("1790726400.123    345 192.0.2.7 TCP_MISS/200 10 GET http://a.example/ - DIRECT/- -\n", Kind::Squid),
            ("1790726400 client 192.0.2.7#51234: query: example.org IN A +\n", Kind::Dns),
            ("30-Sep-2026 08:00:00.000 client @0x7f 192.0.2.7#5 (example.org): query: example.org IN A\n", Kind::Dns),
            ("Sep 30 08:00:00 host dnsmasq[1]: query[A] example.org from 192.0.2.7\n", Kind::Dns),
        ] {
            assert_eq!(Kind::of_head(head.as_bytes()), Some(kind), "{head}");
        }
        assert_eq!(Kind::of_head(b"\n \n"), None);
    }
}
