//! JSON objects of a report (RFC 8259), told apart piece by piece and read member by member.
//!
//! Objects come one per line, commas after them tolerated, or as the elements of an array that may span
//! lines. Values that are kept are kept as they were written: a number never becomes another number.

use std::borrow::Cow;

use event::rows::{EventRows, Problem, Reason, Rest};
use memchr::{memchr, memchr3};
use serde::Deserialize;
use serde::de::{Deserializer as _, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::format::{RECORD_MAX, Rejected, Sink};
use crate::record::KEPT_MAX;

/// Deepest nesting of a kept value; whoever reads the event later must not be the one to stumble.
const DEPTH_MAX: usize = 64;

/// Tells records apart; holds what must be remembered between two pieces of a file.
#[derive(Debug, Clone, Default)]
pub(crate) struct Records {
    in_array: bool,
    skip: Skip,
    rows: u64,
}

/// What of a record that was too long is still to be passed over.
#[derive(Debug, Clone, Copy, Default)]
enum Skip {
    #[default]
    Nothing,
    Text,
    Object(Scan),
}

/// A record, or what stands where one should, with the reason why it is none.
pub(crate) struct Piece<'b> {
    pub(crate) bytes: &'b [u8],
    /// Why it is none.
    pub(crate) wrong: Option<Reason>,
}

impl Records {
    /// Records so far.
    pub(crate) fn rows(&self) -> u64 {
        self.rows
    }

    /// Reads the whole records of `bytes` into `sink`, one event each; the number of bytes used.
    pub(crate) fn read(
        &mut self,
        bytes: &[u8],
        last: bool,
        sink: &mut Sink,
        mut event: impl FnMut(&str, &mut EventRows) -> Result<(), Problem>,
    ) -> usize {
        self.read_any(bytes, last, sink, |text, row, events| event(text, events).and_then(|()| events.accept(row)))
    }

    /// As [`read`](Self::read), `events` being told the number of each record and accepting as many as it likes, or none
    /// with a problem.
    pub(crate) fn read_any(
        &mut self,
        bytes: &[u8],
        last: bool,
        sink: &mut Sink,
        mut events: impl FnMut(&str, u64, &mut EventRows) -> Result<(), Problem>,
    ) -> usize {
        let mut used = 0;
        while let Some(piece) = self.next(bytes, &mut used, last) {
            self.rows += 1;
            let text = str::from_utf8(piece.bytes).map_err(|_| Reason::Malformed);
            let read = match (piece.wrong, text) {
                (None, Ok(text)) => events(text, self.rows, &mut sink.events),
                (Some(reason), _) | (None, Err(reason)) => Err(Problem::new("", "", reason)),
            };
            if let Err(problem) = read {
                sink.events.reject();
                sink.rejected.push(Rejected { row: self.rows, problem, text: text_of(piece.bytes).into_owned() });
            }
        }
        used
    }

    /// The next record that is whole; `used` moves past it.
    pub(crate) fn next<'b>(&mut self, bytes: &'b [u8], used: &mut usize, last: bool) -> Option<Piece<'b>> {
        self.pass_over(bytes, used);
        loop {
            pass_blanks(bytes, used);
            match (self.in_array, bytes.get(*used)?) {
                (false, b'[') => self.in_array = true,
                (true, b']') => self.in_array = false,
                (true, b'{') => return self.object(bytes, used, last),
                _ => return self.text(bytes, used, last),
            }
            *used += 1;
        }
    }

    /// Passes over the rest of a record that was too long.
    fn pass_over(&mut self, bytes: &[u8], used: &mut usize) {
        let end = match &mut self.skip {
            Skip::Nothing => return,
            Skip::Text => self.text_end(&bytes[*used..]),
            Skip::Object(scan) => scan.run(&bytes[*used..]).map(|(length, _)| length),
        };
        *used += end.unwrap_or(bytes.len() - *used);
        if end.is_some() {
            self.skip = Skip::Nothing;
        }
    }

    /// A line, or an element of an array that is no object: malformed there, judged by its reader here.
    fn text<'b>(&mut self, bytes: &'b [u8], used: &mut usize, last: bool) -> Option<Piece<'b>> {
        let window = window(bytes, *used);
        let length = match self.text_end(window) {
            Some(length) => length,
            None if window.len() == RECORD_MAX => return Some(self.too_long(window, used, Skip::Text)),
            None if last => window.len(),
            None => return None,
        };
        *used += length;
        let line = window[..length].trim_ascii_end();
        let line = line.strip_suffix(b",").unwrap_or(line);
        Some(Piece { bytes: line, wrong: self.in_array.then_some(Reason::Malformed) })
    }

    /// Where what is no object ends: with its line, in an array of one line before the next element.
    fn text_end(&self, bytes: &[u8]) -> Option<usize> {
        if self.in_array { memchr3(b',', b'\n', b']', bytes) } else { memchr(b'\n', bytes) }
    }

    fn object<'b>(&mut self, bytes: &'b [u8], used: &mut usize, last: bool) -> Option<Piece<'b>> {
        let window = window(bytes, *used);
        let mut scan = Scan::default();
        let (length, whole) = match scan.run(window) {
            Some(found) => found,
            None if window.len() == RECORD_MAX => return Some(self.too_long(window, used, Skip::Object(scan))),
            None if last => (window.len(), false),
            None => return None,
        };
        *used += length;
        Some(Piece { bytes: &window[..length], wrong: (!whole).then_some(Reason::Malformed) })
    }

    fn too_long<'b>(&mut self, window: &'b [u8], used: &mut usize, skip: Skip) -> Piece<'b> {
        *used += window.len();
        self.skip = skip;
        // Not in the middle of a character of UTF-8.
        let end = (KEPT_MAX - 3..=KEPT_MAX).rev().find(|&at| window[at] & 0xc0 != 0x80).unwrap_or(KEPT_MAX);
        Piece { bytes: &window[..end], wrong: Some(Reason::TooLong) }
    }
}

/// Where a record that begins here must end.
fn window(bytes: &[u8], used: usize) -> &[u8] {
    &bytes[used..bytes.len().min(used + RECORD_MAX)]
}

/// Passes what says nothing before a record: blanks, commas, byte order marks.
fn pass_blanks(bytes: &[u8], used: &mut usize) {
    const MARK: &[u8] = "\u{feff}".as_bytes();
    while let Some(&b) = bytes.get(*used) {
        let rest = &bytes[*used..];
        match b {
            b',' => *used += 1,
            _ if b.is_ascii_whitespace() => *used += 1,
            _ if rest.starts_with(MARK) => *used += MARK.len(),
            _ => return,
        }
    }
}

/// Finds the end of an object, piece by piece.
#[derive(Debug, Clone, Copy, Default)]
struct Scan {
    depth: usize,
    in_string: bool,
    escaped: bool,
}

impl Scan {
    /// The length up to the end of the object, and whether it is whole: a line end inside a string is damage,
    /// and the record ends with it, so that the next one is found.
    fn run(&mut self, bytes: &[u8]) -> Option<(usize, bool)> {
        for (at, &b) in bytes.iter().enumerate() {
            if self.in_string {
                match b {
                    b'\n' => return Some((at, false)),
                    _ if self.escaped => self.escaped = false,
                    b'\\' => self.escaped = true,
                    b'"' => self.in_string = false,
                    _ => {}
                }
                continue;
            }
            match b {
                b'"' => self.in_string = true,
                b'{' => self.depth += 1,
                b'}' => self.depth -= 1,
                _ => continue,
            }
            if self.depth == 0 {
                return Some((at + 1, true));
            }
        }
        None
    }
}

/// Bytes as text; what is not UTF-8 is read as Latin-1.
fn text_of(bytes: &[u8]) -> Cow<'_, str> {
    match str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(bytes.iter().map(|&b| char::from(b)).collect()),
    }
}

/// The members of an object, in their order; `None` when the text is no object.
pub(crate) fn members(text: &str) -> Option<Vec<(Cow<'_, str>, &RawValue)>> {
    let mut reader = serde_json::Deserializer::from_str(text);
    let members = reader.deserialize_map(Members).ok()?;
    reader.end().ok()?;
    Some(members)
}

/// A member's name, without a copy where it can be had.
#[derive(Deserialize)]
pub(crate) struct Name<'t>(#[serde(borrow)] pub(crate) Cow<'t, str>);

struct Members;

impl<'t> Visitor<'t> for Members {
    type Value = Vec<(Cow<'t, str>, &'t RawValue)>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'t>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::with_capacity(64);
        while let Some((Name(name), value)) = map.next_entry()? {
            members.push((name, value));
        }
        Ok(members)
    }
}

/// The elements of an array; `None` when the text is none.
pub(crate) fn elements(text: &str) -> Option<Vec<&RawValue>> {
    serde_json::from_str(text).ok()
}

/// A JSON value as the formats look at it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Value<'t> {
    /// `null`.
    Nothing,
    /// A string.
    Text(Cow<'t, str>),
    /// A number, `true` or `false`, as written.
    Literal(Cow<'t, str>),
    /// An object or array, as written but for blanks.
    Tree(Cow<'t, str>),
}

impl<'t> Value<'t> {
    /// A string.
    pub(crate) fn text(text: impl Into<Cow<'t, str>>) -> Self {
        Self::Text(text.into())
    }

    /// What was written; `None` when others could not read it: half a surrogate pair, a number beyond 64-bit
    /// floating point, more than [`DEPTH_MAX`] levels.
    pub(crate) fn of(raw: &'t RawValue) -> Option<Self> {
        let json = raw.get();
        match json.as_bytes().first()? {
            b'n' => Some(Self::Nothing),
            b't' | b'f' => Some(Self::Literal(Cow::Borrowed(json))),
            b'"' if memchr(b'\\', json.as_bytes()).is_none() => Some(Self::text(&json[1..json.len() - 1])),
            b'"' => serde_json::from_str(json).ok().map(|text: String| Self::text(text)),
            b'{' | b'[' => tree(json).map(Self::Tree),
            _ => json.parse().is_ok_and(f64::is_finite).then_some(Self::Literal(Cow::Borrowed(json))),
        }
    }

    /// For the rest of a row.
    pub(crate) fn as_rest(&self) -> Rest<'_> {
        match self {
            Self::Nothing => Rest::Json("null"),
            Self::Text(text) => Rest::Text(text),
            Self::Literal(json) | Self::Tree(json) => Rest::Json(json),
        }
    }

    /// What a person would read.
    pub(crate) fn as_text(&self) -> &str {
        match self {
            Self::Nothing => "",
            Self::Text(text) | Self::Literal(text) | Self::Tree(text) => text,
        }
    }
}

fn tree(json: &str) -> Option<Cow<'_, str>> {
    let readable: serde_json::Value = serde_json::from_str(json).ok()?;
    if depth(&readable) > DEPTH_MAX {
        return None;
    }
    Some(if json.bytes().any(|b| b.is_ascii_whitespace()) { Cow::Owned(compact(json)) } else { Cow::Borrowed(json) })
}

fn depth(value: &serde_json::Value) -> usize {
    match value {
        serde_json::Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        serde_json::Value::Object(items) => 1 + items.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}

/// Without the blanks between tokens: an event is one line.
fn compact(json: &str) -> String {
    let (mut in_string, mut escaped) = (false, false);
    let keep = |c: &char| {
        let blank = !in_string && c.is_ascii_whitespace();
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => in_string = !in_string,
            _ => {}
        }
        !blank
    };
    json.chars().filter(keep).collect()
}

/// Names without a rule of their own, gathered before they go into the rest of a row. Of a name that comes twice the last value counts.
#[derive(Debug, Default)]
pub(crate) struct Others<'t> {
    named: Vec<(Cow<'t, str>, Value<'t>)>,
}

impl<'t> Others<'t> {
    /// Adds a name.
    pub(crate) fn push(&mut self, name: impl Into<Cow<'t, str>>, value: Value<'t>) {
        self.named.push((name.into(), value));
    }

    /// Puts them into the current row, sorted by name, after its known keys.
    pub(crate) fn put(mut self, events: &mut EventRows) {
        last_of_each(&mut self.named);
        for (name, value) in &self.named {
            events.push_rest(name, value.as_rest());
        }
    }
}

/// Sorts by name and keeps of each name the last.
pub(crate) fn last_of_each<V>(named: &mut Vec<(Cow<'_, str>, V)>) {
    named.sort_by(|a, b| a.0.cmp(&b.0));
    named.dedup_by(|later, kept| {
        let same = later.0 == kept.0;
        if same {
            std::mem::swap(later, kept);
        }
        same
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(text: &str) -> Vec<(String, bool)> {
        let (mut records, mut used, mut found) = (Records::default(), 0, Vec::new());
        while let Some(piece) = records.next(text.as_bytes(), &mut used, true) {
            found.push((text_of(piece.bytes).into_owned(), piece.wrong.is_none()));
        }
        found
    }

    fn good(texts: &[&str]) -> Vec<(String, bool)> {
        texts.iter().map(|text| ((*text).to_owned(), true)).collect()
    }

    #[test]
    fn lines_and_arrays_hold_the_same_records() {
        let wanted = good(&[r#"{"a":1}"#, r#"{"b":"}{"}"#]);
        for text in [
            "{\"a\":1}\n{\"b\":\"}{\"}\n",
            "\u{feff}{\"a\":1},\r\n\n{\"b\":\"}{\"}",
            "[{\"a\":1},{\"b\":\"}{\"}]",
            "[\n{\"a\":1},\n{\"b\":\"}{\"}\n]\n",
            "[{\"a\":1}]\n[{\"b\":\"}{\"}]",
        ] {
            assert_eq!(pieces(text), wanted, "{text}");
        }
    }

    #[test]
    fn damage_ends_with_its_line() {
        let found = pieces("[1,{\"a\":\"broken\n},{\"b\":2}, {\"c\"");
        let wanted: Vec<_> = found.iter().map(|(text, whole)| (text.as_str(), *whole)).collect();
        assert_eq!(
            wanted,
            [("1", false), ("{\"a\":\"broken", false), ("}", false), ("{\"b\":2}", true), ("{\"c\"", false)]
        );
    }

    #[test]
    fn too_long_is_passed_over() {
        let long = "x".repeat(RECORD_MAX);
        for text in [
            format!("{long}xx\n{{}}\n"),
            format!("[{{\"a\":\"{long}\"}},{{}}]"),
            format!("[{long}xx,{{}}]"),
            format!("[{long}]{{}}"),
        ] {
            let found = pieces(&text);
            assert_eq!(found.len(), 2);
            assert_eq!((found[0].0.len(), &found[1]), (KEPT_MAX, &("{}".to_owned(), true)));
        }
    }

    #[test]
    fn values_stay_as_written() {
        let members = members(r#"{"a": 1.10, "b": [ 1, "x y\" " ], "c": 12345678901234567890123, "d": "\ud800"}"#)
            .expect("object");
        let values: Vec<_> = members.iter().map(|(_, raw)| Value::of(raw)).collect();
        assert_eq!(values[0], Some(Value::Literal("1.10".into())));
        assert_eq!(values[1], Some(Value::Tree(r#"[1,"x y\" "]"#.into())));
        assert_eq!(values[2], Some(Value::Literal("12345678901234567890123".into())));
        assert_eq!(values[3], None);
    }
}
