//! What others say of addresses and autonomous systems: routing tables, registries, geographic databases.
//!
//! They stand below the tables: what a network's row or the feed says is never overruled. A file counts from its own day
//! on, until the next of its series. In the order the data flows:
//!
//! * [`Source::read`] – one file, of one of the [`Kind`]s, as rows of one shape; pure, with a finding for every bad row;
//! * [`Background`] – such files as sorted stretches of addresses, which an owner is filled from.
//!
//! Inside one file the longest prefix that says something wins, for each thing by itself. Of several kinds the first
//! that says something wins: see [`Kind::FOR_ORIGIN`] and [`Kind::FOR_HOLDER`]. Two origins of one prefix, two names of
//! one network are a conflict: it is kept as *not known*, and nothing below settles it.

mod background;
mod delegated;
mod mmdb;
mod pfx2as;
mod whois;

use std::borrow::Cow;

use event::time;

use crate::block::Block;
use crate::finding::{At, Code, Finding, Findings};
use crate::owner::PlaceId;
use crate::places::Places;

pub use background::{Background, Known};

/// Most rows taken of one file: a world's geographic database has about five million.
pub const ROWS_MAX: usize = 8_000_000;

/// What form a file has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// Prefixes with their origin as seen in routing:
    /// [CAIDA RouteViews pfx2as](https://www.caida.org/catalog/datasets/routeviews-prefix2as/) text.
    Pfx2as,
    /// A database of autonomous systems or of places in the
    /// [MaxMind DB format](https://maxmind.github.io/MaxMind-DB/).
    Mmdb,
    /// Objects of a registry in the [RPSL](https://www.rfc-editor.org/rfc/rfc2622), as dumps and whois servers give them.
    Whois,
    /// A regional registry's *delegated* or *delegated-extended*
    /// [statistics file](https://www.apnic.net/about-apnic/corporate-documents/documents/resource-guidelines/rir-statistics-exchange-format/).
    Delegated,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Pfx2as, Self::Mmdb, Self::Whois, Self::Delegated];
    /// Whose word counts first on the origin of an address: what is announced before what was registered.
    pub const FOR_ORIGIN: [Self; 4] = Self::ALL;
    /// Whose word counts first on name, holder, country and place: registries before databases made of them.
    pub const FOR_HOLDER: [Self; 4] = [Self::Whois, Self::Delegated, Self::Mmdb, Self::Pfx2as];

    /// The word used in settings: `pfx2as`, `mmdb`, `whois`, `delegated`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pfx2as => "pfx2as",
            Self::Mmdb => "mmdb",
            Self::Whois => "whois",
            Self::Delegated => "delegated",
        }
    }

    /// The kind of a word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == word)
    }
}

/// Two letters (ISO 3166-1 alpha-2), upper case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Country([u8; 2]);

impl Country {
    /// The country of a code of two letters, in any case.
    pub fn parse(code: &str) -> Option<Self> {
        let [a, b] = *code.as_bytes() else { return None };
        let is_code = a.is_ascii_alphabetic() && b.is_ascii_alphabetic();
        is_code.then_some(Self([a.to_ascii_uppercase(), b.to_ascii_uppercase()]))
    }

    /// Its code.
    pub fn code(&self) -> &str {
        // Letters of ASCII are UTF-8.
        str::from_utf8(&self.0).unwrap_or_default()
    }
}

/// The country whose provinces are known, for databases that name provinces of any.
#[derive(Debug, Clone, Copy)]
pub struct Home<'p> {
    /// The country.
    pub country: Country,
    /// Its provinces.
    pub places: &'p Places,
}

/// What a row is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Of {
    /// Addresses from the first to the last, both in 128 bits, IPv4 in `::ffff:0:0/96`.
    Addresses(u128, u128),
    /// Autonomous systems from the first to the last.
    Systems(u32, u32),
}

/// The autonomous system that announces addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// One.
    One(u32),
    /// Several (MOAS, or a set): nobody knows whose an address is.
    Several,
}

/// What a source says of addresses or autonomous systems; what it does not say is `None`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// What it is about.
    pub of: Of,
    /// The origin of the addresses.
    pub origin: Option<Origin>,
    /// The registered name: netname or as-name.
    pub name: Option<Box<str>>,
    /// Who holds it, in words; of a registry's object without a description its `org` handle.
    pub holder: Option<Box<str>>,
    /// The country of the holder, or where the addresses are.
    pub country: Option<Country>,
    /// The province in which the addresses are.
    pub place: Option<PlaceId>,
}

impl Row {
    fn of(of: Of) -> Self {
        Self { of, origin: None, name: None, holder: None, country: None, place: None }
    }

    fn addresses(block: Block) -> Self {
        Self::of(Of::Addresses(block.first, block.last))
    }
}

/// One file, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// What form it has.
    pub kind: Kind,
    /// Which files it replaces and is replaced by: those of the same kind and series with another day. Files of one
    /// series and day are one (IPv4 and IPv6, for example).
    pub series: String,
    /// The day from which on it counts, in days since 1970-01-01: as the content says, else as the file's name does.
    /// `None` if neither says it: then the caller must, or it counts on every day.
    pub day: Option<i32>,
    /// What it says.
    pub rows: Vec<Row>,
}

/// Rows being gathered, and what is wrong with others.
struct Reading<'f> {
    file: &'f str,
    rows: Vec<Row>,
    findings: Findings,
}

impl Reading<'_> {
    /// Keeps a row; `false` if there are too many.
    fn push(&mut self, line: u32, row: Row) -> bool {
        let fits = self.rows.len() < ROWS_MAX;
        if fits {
            self.rows.push(row);
        } else {
            let message = format!("the rows after the first {ROWS_MAX} are not read");
            self.wrong(line, "", "", Code::TooManyRows, message);
        }
        fits
    }

    /// As [`Reading::push`]; addresses that follow those of the last row and are the same are one with them. Only for
    /// files whose networks do not nest: of a world's places few differ once the cities abroad are left out.
    fn push_joined(&mut self, line: u32, row: Row) -> bool {
        if let Some(last) = self.rows.last_mut()
            && let (Of::Addresses(first, end), Of::Addresses(next, new_end)) = (last.of, row.of)
            && end.checked_add(1) == Some(next)
            && (Row { of: row.of, ..last.clone() }) == row
        {
            last.of = Of::Addresses(first, new_end);
            return true;
        }
        self.push(line, row)
    }

    fn wrong(&mut self, line: u32, column: &str, value: &str, code: Code, message: impl Into<String>) {
        self.findings.add(At { file: self.file, line }, column, value, code, message);
    }
}

impl Source {
    /// Reads a file of a kind. A row that is wrong is a finding with its line and not used; text that is not UTF-8 is
    /// read as Latin-1. Give the file's base name: its date may be needed.
    pub fn read(kind: Kind, series: &str, file: &str, bytes: &[u8], home: Home<'_>) -> (Self, Vec<Finding>) {
        let mut reading = Reading { file, rows: Vec::new(), findings: Findings::default() };
        let own = match kind {
            Kind::Pfx2as => pfx2as::read(&text(bytes), &mut reading),
            Kind::Mmdb => mmdb::read(bytes, home, &mut reading),
            Kind::Whois => whois::read(&text(bytes), &mut reading),
            Kind::Delegated => delegated::read(&text(bytes), &mut reading),
        };
        let day = own.or_else(|| day_in_name(file));
        (Self { kind, series: series.to_owned(), day, rows: reading.rows }, reading.findings.finish())
    }
}

fn text(bytes: &[u8]) -> Cow<'_, str> {
    match str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(bytes.iter().map(|byte| char::from(*byte)).collect()),
    }
}

/// The first date `YYYY-MM-DD` or `YYYYMMDD` in a file's name.
fn day_in_name(name: &str) -> Option<i32> {
    let plain = |at: usize| {
        let digits = name.get(at..at + 8).filter(|text| text.bytes().all(|b| b.is_ascii_digit()))?;
        compact_day(digits)
    };
    (0..name.len()).find_map(|at| {
        let written = name.get(at..at + 10).and_then(crate::validity::parse_day);
        written.or_else(|| plain(at))
    })
}

/// A day written `YYYYMMDD`.
fn compact_day(digits: &str) -> Option<i32> {
    let (year, rest) = digits.split_at_checked(4)?;
    let (month, day) = rest.split_at_checked(2)?;
    time::parse_day(&format!("{year}-{month}-{day}"))
}

/// An autonomous system's number, `AS` allowed before it; 0 is none (RFC 7607).
fn asn(text: &str) -> Option<u32> {
    let digits = text.get(..2).filter(|head| head.eq_ignore_ascii_case("AS")).map_or(text, |_| &text[2..]);
    let is_plain = digits.bytes().all(|b| b.is_ascii_digit());
    digits.parse().ok().filter(|number| is_plain && *number > 0)
}

/// Text that says something.
fn said(text: &str) -> Option<Box<str>> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_its_day() {
        for (name, wanted) in [
            ("routeviews-rv2-19700103-1200.pfx2as", Some(2)),
            ("delegated-1970-01-03.txt", Some(2)),
            ("delegated-apnic-extended-latest", None),
            ("x-99999999.txt", None),
            ("ngày-19700103", Some(2)),
        ] {
            assert_eq!(day_in_name(name), wanted, "{name}");
        }
    }

    #[test]
    fn a_number_of_an_autonomous_system() {
        assert_eq!(["64500", "AS64500", "as1"].map(asn), [Some(64500), Some(64500), Some(1)]);
        assert_eq!(["0", "AS", "+1", "4294967296", "", "é1"].map(asn), [None; 6]);
    }
}
