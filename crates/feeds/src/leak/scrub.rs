//! From a delivered list to the canonical CSV, piece by piece.

use std::borrow::Cow;

use event::rows::Reason;
use memchr::memchr;

use super::canonical::{self, Kept, UNREADABLE};
use super::columns;
use super::combo;
use super::sheet::Sheet;
use crate::format::RECORD_MAX;
use crate::json::{self, Value};

/// Bytes taken in at a time: with [`RECORD_MAX`] what a list may hold of memory.
const PIECE: usize = 64 << 10;

/// Byte order marks: of UTF-8, and of UTF-16, whose NULs are dropped (then ASCII is left, and the rest is unreadable).
const MARKS: [&[u8]; 3] = [b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff"];

/// A list being scrubbed: what goes in may hold passwords, what comes out does not. See [`crate::leak`].
///
/// Holds at most [`RECORD_MAX`] bytes and a piece, however long a line is.
#[derive(Debug, Default)]
pub struct Scrub {
    form: Form,
    held: Vec<u8>,
    is_begun: bool,
    rows: u64,
}

/// The form of a list, told by how it begins.
#[derive(Debug, Default)]
enum Form {
    /// The mark at the start is not passed yet.
    #[default]
    Marked,
    /// Nothing but blank lines and comments yet.
    Unknown,
    Lines(Lines),
    Json(json::Records),
}

/// A list of lines.
#[derive(Debug, Default)]
struct Lines {
    /// `None`: a combo list.
    sheet: Option<Sheet>,
    /// The line at hand is too long, and is passed over.
    is_skipping: bool,
}

impl Scrub {
    /// For one file.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the next bytes of the list, `last` if no more follow, and appends to `out` what is kept of them.
    ///
    /// Any cutting of a list gives the same output. After `last` nothing may come.
    pub fn push(&mut self, bytes: &[u8], last: bool, out: &mut Vec<u8>) {
        if !self.is_begun {
            self.is_begun = true;
            canonical::write_header(out);
        }
        for piece in bytes.chunks(PIECE) {
            self.held.extend(piece.iter().filter(|byte| **byte != 0));
            self.read(false, out);
        }
        if last {
            self.read(true, out);
        }
    }

    /// Rows so far, understood or not.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    fn read(&mut self, last: bool, out: &mut Vec<u8>) {
        let mut held = std::mem::take(&mut self.held);
        let mut used = 0;
        while let Some(form) = self.form.told(&held, last, &mut used) {
            self.form = form;
        }
        match &mut self.form {
            Form::Marked | Form::Unknown => {}
            Form::Lines(lines) => {
                while let Some(row) = lines.next(&held, last, &mut used) {
                    self.rows += 1;
                    canonical::write_row(self.rows, &row, out);
                }
            }
            Form::Json(records) => {
                while let Some(piece) = records.next(&held, &mut used, last) {
                    self.rows += 1;
                    canonical::write_row(self.rows, &piece.wrong.map_or_else(|| object(piece.bytes), Err), out);
                }
            }
        }
        held.drain(..used);
        self.held = held;
    }
}

impl Form {
    /// The form that is known now; `None` if it was before, or needs more bytes.
    fn told(&self, held: &[u8], last: bool, used: &mut usize) -> Option<Self> {
        match self {
            Self::Marked => {
                let is_cut = held.len() < 3 && !last && MARKS.iter().any(|mark| mark.starts_with(held));
                *used += MARKS.iter().find(|mark| held.starts_with(mark)).map_or(0, |mark| mark.len());
                (!is_cut).then_some(Self::Unknown)
            }
            Self::Unknown => Self::by_start(held, last, used),
            Self::Lines(_) | Self::Json(_) => None,
        }
    }

    fn by_start(held: &[u8], last: bool, used: &mut usize) -> Option<Self> {
        loop {
            let rest = &held[*used..];
            match is_json(rest) {
                Some(true) => return Some(Self::Json(json::Records::default())),
                None if !last && rest.len() < RECORD_MAX => return None,
                _ => {}
            }
            let Some((line, length)) = line(rest, last) else {
                // A line without end is no header.
                return (rest.len() >= RECORD_MAX).then(|| Self::Lines(Lines::default()));
            };
            let line = text(line);
            let is_comment = line.trim_start().starts_with('#') && !line.starts_with(UNREADABLE);
            if !line.trim().is_empty() && !is_comment {
                let sheet = Sheet::of(&line);
                *used += if sheet.is_some() || is_head_of_combos(&line) { length } else { 0 };
                return Some(Self::Lines(Lines { sheet, is_skipping: false }));
            }
            *used += length;
        }
    }
}

/// Whether JSON begins here; a list of lines may well begin with a bracket. `None` if that needs more bytes.
fn is_json(bytes: &[u8]) -> Option<bool> {
    let mut signs = bytes.iter().filter(|byte| !byte.is_ascii_whitespace());
    let follows: &[u8] = match signs.next()? {
        b'{' => b"\"}",
        b'[' => b"{]",
        _ => return Some(false),
    };
    signs.next().map(|sign| follows.contains(sign))
}

/// `email:password`: a first line that names its fields.
fn is_head_of_combos(line: &str) -> bool {
    line.split_once(':').is_some_and(|(first, _)| columns::find(first).is_some())
}

impl Lines {
    /// The next row, blank lines being none.
    fn next(&mut self, held: &[u8], last: bool, used: &mut usize) -> Option<Result<Kept, Reason>> {
        loop {
            let rest = &held[*used..];
            if self.is_skipping {
                let end = memchr(b'\n', rest);
                *used += end.map_or(rest.len(), |end| end + 1);
                self.is_skipping = end.is_none();
                end?;
                continue;
            }
            let Some((line, length)) = line(rest, last) else {
                self.is_skipping = rest.len() >= RECORD_MAX;
                return self.is_skipping.then_some(Err(Reason::TooLong));
            };
            *used += length;
            let text = text(line);
            if !text.trim().is_empty() {
                return Some(self.row(&text));
            }
        }
    }

    fn row(&mut self, line: &str) -> Result<Kept, Reason> {
        match &mut self.sheet {
            Some(sheet) => sheet.row(line),
            None => combo::row(line),
        }
    }
}

/// The first line without and its length with its end; `None` if it does not end or is too long.
fn line(bytes: &[u8], last: bool) -> Option<(&[u8], usize)> {
    match memchr(b'\n', &bytes[..bytes.len().min(RECORD_MAX)]) {
        Some(end) => Some((bytes[..end].strip_suffix(b"\r").unwrap_or(&bytes[..end]), end + 1)),
        None if last && !bytes.is_empty() && bytes.len() < RECORD_MAX => Some((bytes, bytes.len())),
        None => None,
    }
}

/// Bytes that are not UTF-8 are read as Latin-1.
fn text(bytes: &[u8]) -> Cow<'_, str> {
    match str::from_utf8(bytes) {
        Ok(text) => text.into(),
        Err(_) => bytes.iter().map(|byte| char::from(*byte)).collect::<String>().into(),
    }
}

/// What is kept of a JSON object.
fn object(bytes: &[u8]) -> Result<Kept, Reason> {
    let text = text(bytes);
    let members = json::members(&text).ok_or(Reason::Malformed)?;
    let mut known = Vec::new();
    for (name, raw) in &members {
        let Some(column) = columns::find(name) else { continue };
        known.push((column, Value::of(raw).ok_or(Reason::Malformed)?));
    }
    known.sort_by_key(|(known, _)| known.rank);
    if known.windows(2).any(|pair| pair[0].0.rank == pair[1].0.rank) {
        return Err(Reason::DuplicateColumn);
    }
    let plain = known.iter().filter(|(_, value)| !matches!(value, Value::Tree(_)));
    columns::keep(plain.map(|(known, value)| (known.column, value.as_text())))
}
