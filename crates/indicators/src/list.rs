//! Lists of indicators, read line by line in bounded memory, and written again in one normalised form.
//!
//! * **Text**: one indicator a line – a domain, an address, `address:port`, a URL, a bare path –, `#` (or `;`) comments,
//!   also behind an entry. A comment `# Aliases: a, b` names the family otherwise. So are the lists of malware hosts that
//!   [maltrail](https://github.com/stamparm/maltrail) keeps, and most others.
//! * **CSV**: a header that names the columns in any order, of `indicator,kind,family,source,confidence,from,until,comment`;
//!   all but the first may be missing. `from` and `until` are days of the reporting zone or instants (RFC 3339); the
//!   indicator counts in `[from, until)`, an empty one is open.
//!
//! UTF-8, with or without a byte order mark; a line that is not is taken as Latin-1. Ends of lines are LF or CR LF.

use std::borrow::Cow;

use event::time::{self, Zone};

use crate::csv::{self, Header, Row};
use crate::entry;
use crate::finding::{FINDINGS_MAX, Finding, Reason};
use crate::indicator::Indicator;
use crate::watch::Kind;

pub use crate::entry::{ALLOWED_V4_MIN, ALLOWED_V6_MIN, DOMAIN_MIN, PATH_MIN};

/// Most indicators of one list.
pub const INDICATORS_MAX: u64 = 10_000_000;
/// Longest line, in bytes: a written row of the longest texts, every letter a quote, is shorter.
pub const LINE_MAX: usize = 8192;
/// Longest canonical indicator, in bytes: what browsers and proxies take for a URL.
pub const TEXT_MAX: usize = 2048;
/// Longest family, in bytes; what is beyond is cut off.
pub const FAMILY_MAX: usize = 100;
/// Longest source and longest comment, in bytes; what is beyond is cut off.
pub const COMMENT_MAX: usize = 400;
/// Most other names of the family that are kept of one list.
pub const ALIASES_MAX: usize = 100;
/// The years 0 to 9999, within which an instant is written as it is read.
const WRITABLE: std::ops::Range<i64> = -62_167_219_200 * time::SECOND..253_402_207_200 * time::SECOND;

/// How a list is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// One indicator a line.
    Text,
    /// Our CSV.
    Csv,
}

/// What a list is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Known malware hosts.
    Indicators,
    /// What is never one. It may have networks, addresses of private space and registry suffixes of two labels or more,
    /// and needs no family.
    Allowed,
}

/// What counts for every line that does not say otherwise.
#[derive(Debug, Clone, Default)]
pub struct Defaults {
    /// The family: of a text list the stem of its file's name.
    pub family: String,
    /// The source: who keeps the list.
    pub source: String,
    /// How sure the source is, per cent.
    pub confidence: Option<u8>,
    /// From when, microseconds since 1970.
    pub from: Option<i64>,
    /// Until when, not included.
    pub until: Option<i64>,
}

/// How one list is to be read.
#[derive(Debug, Clone)]
pub struct Reading<'z> {
    /// How it is written.
    pub format: Format,
    /// What it is for.
    pub purpose: Purpose,
    /// What its lines need not say.
    pub defaults: Defaults,
    /// The zone in which its days are cut.
    pub zone: &'z Zone,
    /// Most indicators taken; [`INDICATORS_MAX`] unless there is a reason.
    pub most: u64,
}

/// What came of a list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Indicators taken.
    pub accepted: u64,
    /// Lines refused; blank lines and comments are neither.
    pub refused: u64,
    /// Why, of the first [`FINDINGS_MAX`] of them, in the order of the lines.
    pub findings: Vec<Finding>,
    /// Other names of the family, lower case, as the list gives them.
    pub aliases: Vec<String>,
    is_over: bool,
}

/// Takes one list in pieces and gives its indicators one by one.
#[derive(Debug)]
pub struct Reader<'z> {
    reading: Reading<'z>,
    report: Report,
    header: Option<Header>,
    line: u64,
    /// The beginning of a line whose end has not come yet; of one that is too long only its beginning.
    carry: Vec<u8>,
}

/// Reads a whole list.
pub fn read(bytes: &[u8], reading: Reading<'_>, mut take: impl FnMut(Indicator<'_>)) -> Report {
    let mut reader = Reader::new(reading);
    reader.feed(bytes, &mut take);
    reader.finish(&mut take)
}

/// The indicators as one CSV that [`read`] reads as the same indicators, whatever the defaults' dates and confidence
/// were when they were first read.
pub fn write_csv(indicators: &[Indicator<'_>]) -> String {
    let mut out = String::new();
    write_header(&mut out);
    for indicator in indicators {
        write_row(indicator, &mut out);
    }
    out
}

/// Appends the header of a CSV.
pub fn write_header(out: &mut String) {
    csv::write_header(out);
}

/// Appends one row of a CSV. Ends of lines inside a text become blanks.
pub fn write_row(indicator: &Indicator<'_>, out: &mut String) {
    csv::write_row(indicator, out);
}

impl<'z> Reader<'z> {
    /// Begins a list.
    pub fn new(reading: Reading<'z>) -> Self {
        Self { reading, report: Report::default(), header: None, line: 0, carry: Vec::new() }
    }

    /// Takes the next piece of the list, wherever it was cut.
    pub fn feed(&mut self, bytes: &[u8], mut take: impl FnMut(Indicator<'_>)) {
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            match (piece.strip_suffix(b"\n"), self.carry.is_empty()) {
                (Some(line), true) => self.line(line, &mut take),
                (Some(rest), false) => {
                    self.keep(rest);
                    self.carried(&mut take);
                }
                (None, _) => self.keep(piece),
            }
        }
    }

    /// Takes the last line, if the list does not end with its end, and tells what came of all.
    pub fn finish(mut self, mut take: impl FnMut(Indicator<'_>)) -> Report {
        if !self.carry.is_empty() {
            self.carried(&mut take);
        }
        self.report
    }

    /// One byte more than a line may have is enough to know that it is too long.
    fn keep(&mut self, bytes: &[u8]) {
        let room = (LINE_MAX + 1).saturating_sub(self.carry.len());
        self.carry.extend_from_slice(&bytes[..bytes.len().min(room)]);
    }

    fn carried(&mut self, take: &mut impl FnMut(Indicator<'_>)) {
        let line = std::mem::take(&mut self.carry);
        self.line(&line, take);
        self.carry = line;
        self.carry.clear();
    }

    fn line(&mut self, line: &[u8], take: &mut impl FnMut(Indicator<'_>)) {
        self.line += 1;
        let is_too_long = line.len() > LINE_MAX;
        let text = decode(&line[..line.len().min(LINE_MAX)]);
        let text = entry::strip(&text);
        if let Some(comment) = comment(text) {
            return self.report.aliases(comment);
        }
        if text.is_empty() || (self.reading.format == Format::Csv && text.bytes().all(|b| b == b',')) {
            return;
        }
        if self.report.is_over {
            self.report.refused += 1;
            return;
        }
        let read = if is_too_long { Err(Reason::TooLong) } else { self.read(text) };
        match read {
            Ok(None) => {}
            Err(reason) => self.report.refuse(self.line, text, reason),
            Ok(Some(_)) if self.report.accepted == self.reading.most => {
                self.report.is_over = true;
                self.report.refuse(self.line, text, Reason::TooMany);
            }
            Ok(Some(indicator)) => {
                self.report.accepted += 1;
                take(indicator.into_indicator(&self.reading.defaults));
            }
        }
    }

    /// What a line says; nothing, if it is the header of a CSV.
    fn read<'t>(&mut self, text: &'t str) -> Result<Option<Line<'t>>, Reason> {
        match (self.reading.format, &self.header) {
            (Format::Text, _) => text_line(text, &self.reading).map(Some),
            (Format::Csv, Some(header)) => csv_line(&header.row(text)?, &self.reading).map(Some),
            (Format::Csv, None) => self.read_header(text).map(|()| None),
        }
    }

    fn read_header(&mut self, text: &str) -> Result<(), Reason> {
        let (header, unknown) = Header::read(text).inspect_err(|_| self.report.is_over = true)?;
        for name in unknown {
            self.report.note(self.line, &name, Reason::Column);
        }
        self.header = Some(header);
        Ok(())
    }
}

impl Report {
    fn refuse(&mut self, line: u64, text: &str, reason: Reason) {
        self.refused += 1;
        self.note(line, text, reason);
    }

    fn note(&mut self, line: u64, text: &str, reason: Reason) {
        if self.findings.len() < FINDINGS_MAX {
            self.findings.push(Finding::new(line, text, reason));
        }
    }

    fn aliases(&mut self, comment: &str) {
        let Some((key, names)) = comment.split_once(':') else { return };
        if !key.trim().eq_ignore_ascii_case("aliases") {
            return;
        }
        for name in names.split(',').map(|name| cut(name, FAMILY_MAX).to_lowercase()) {
            if !name.is_empty() && self.aliases.len() < ALIASES_MAX && !self.aliases.contains(&name) {
                self.aliases.push(name);
            }
        }
    }
}

/// What one line says; an empty text is not said.
#[derive(Debug)]
struct Line<'t> {
    kind: Kind,
    text: String,
    family: Cow<'t, str>,
    source: Cow<'t, str>,
    confidence: Option<u8>,
    from: Option<i64>,
    until: Option<i64>,
    comment: Cow<'t, str>,
}

impl<'t> Line<'t> {
    fn into_indicator(self, defaults: &'t Defaults) -> Indicator<'t> {
        let or = |said: Cow<'t, str>, default: &'t str| if said.is_empty() { Cow::Borrowed(default) } else { said };
        Indicator {
            kind: self.kind,
            text: Cow::Owned(self.text),
            family: or(self.family, cut(&defaults.family, FAMILY_MAX)),
            source: or(self.source, cut(&defaults.source, COMMENT_MAX)),
            confidence: self.confidence,
            from: self.from,
            until: self.until,
            comment: self.comment,
        }
    }
}

fn text_line<'t>(text: &'t str, reading: &Reading<'_>) -> Result<Line<'t>, Reason> {
    let (written, comment) = split_comment(text);
    let (kind, text) = entry::read(written, reading.purpose, false)?;
    let line = Line {
        kind,
        text,
        family: Cow::Borrowed(""),
        source: Cow::Borrowed(""),
        confidence: reading.defaults.confidence,
        from: reading.defaults.from,
        until: reading.defaults.until,
        comment: Cow::Borrowed(cut(comment, COMMENT_MAX)),
    };
    checked(line, reading)
}

fn csv_line<'t>(row: &Row<'t>, reading: &Reading<'_>) -> Result<Line<'t>, Reason> {
    let [written, said, family, source, confidence, from, until, comment] = row;
    let said = if said.is_empty() { None } else { Some(Kind::parse(said).ok_or(Reason::Kind)?) };
    let (kind, text) = entry::read(written, reading.purpose, said == Some(Kind::Url))?;
    if said.is_some_and(|said| said != kind) {
        return Err(Reason::Kind);
    }
    let defaults = &reading.defaults;
    let line = Line {
        kind,
        text,
        family: shortened(family, FAMILY_MAX),
        source: shortened(source, COMMENT_MAX),
        confidence: parse_confidence(confidence)?.or(defaults.confidence),
        from: parse_instant(from, reading.zone)?.or(defaults.from),
        until: parse_instant(until, reading.zone)?.or(defaults.until),
        comment: shortened(comment, COMMENT_MAX),
    };
    checked(line, reading)
}

/// A line that has a family and counts at some time.
fn checked<'t>(line: Line<'t>, reading: &Reading<'_>) -> Result<Line<'t>, Reason> {
    if line.family.is_empty() && reading.defaults.family.is_empty() && reading.purpose == Purpose::Indicators {
        return Err(Reason::Family);
    }
    let never = line.from.zip(line.until).is_some_and(|(from, until)| from >= until);
    if never { Err(Reason::Never) } else { Ok(line) }
}

fn parse_confidence(text: &str) -> Result<Option<u8>, Reason> {
    match text {
        "" => Ok(None),
        text => text.parse().ok().filter(|n| *n <= 100).map(Some).ok_or(Reason::Confidence),
    }
}

/// A day of the reporting zone (its beginning) or an instant.
fn parse_instant(text: &str, zone: &Zone) -> Result<Option<i64>, Reason> {
    const DAY: usize = "YYYY-MM-DD".len();
    if text.is_empty() {
        return Ok(None);
    }
    let instant = match text.len() {
        DAY => time::parse_day(text).and_then(|day| zone.day_start(day)),
        _ if is_instant(text) => time::parse(text),
        _ => None,
    };
    instant.filter(|instant| WRITABLE.contains(instant)).map(Some).ok_or(Reason::Time)
}

/// Whether a text has the form of RFC 3339: without its offset an instant would be hours off.
fn is_instant(text: &str) -> bool {
    const SHORTEST: usize = "YYYY-MM-DDTHH:MMZ".len();
    const OFFSET: usize = "+07:00".len();
    let bytes = text.as_bytes();
    let has_offset = text.ends_with(['Z', 'z']) || matches!(bytes.iter().nth_back(OFFSET - 1), Some(b'+' | b'-'));
    bytes.len() >= SHORTEST && matches!(bytes[10], b'T' | b't' | b' ') && has_offset
}

/// The comment that a line is.
fn comment(text: &str) -> Option<&str> {
    text.strip_prefix(['#', ';'])
}

/// An entry and the comment behind it. A `#` ends an entry in any case: a fragment of a URL is never sent.
fn split_comment(text: &str) -> (&str, &str) {
    let semicolon = text.find(" ;").or_else(|| text.find("\t;")).map(|at| at + 1);
    let end = [text.find('#'), semicolon].into_iter().flatten().min().unwrap_or(text.len());
    (&text[..end], text[end..].trim_start_matches(['#', ';']))
}

/// UTF-8, or else every byte a letter of Latin-1.
fn decode(line: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(line) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(line.iter().map(|byte| char::from(*byte)).collect()),
    }
}

/// At most so many bytes of a text, no blanks around it.
fn cut(text: &str, most: usize) -> &str {
    let text = entry::strip(text);
    entry::strip(&text[..text.floor_char_boundary(most)])
}

fn shortened<'t>(text: &Cow<'t, str>, most: usize) -> Cow<'t, str> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(cut(text, most)),
        Cow::Owned(text) => Cow::Owned(cut(text, most).to_owned()),
    }
}
