//! Telling records apart: CSV rows ([RFC 4180](https://www.rfc-editor.org/rfc/rfc4180), read as leniently as Python's
//! `csv` module does) and lines.
//!
//! [`Records`] is given a report chunk by chunk; the caller carries what was not used over to the next chunk.
//! NUL characters are dropped, as are a byte order mark and blanks at the start, blanks at the end, and empty
//! lines. Lines end in LF or CR LF. Cells point into the chunk; only a cell with doubled quotes, NULs or bytes
//! that are not UTF-8 (read as Latin-1) is copied.

use std::borrow::Cow;

use crate::format::RECORD_MAX;
use search::{find, find_either};
use text::{kept, latin1, plain_text, push_text, unquote};

mod blocks;
mod search;
#[cfg(test)]
mod tests;
mod text;

/// Bytes kept of a record that is too long: enough to recognise it.
pub const KEPT_MAX: usize = 4096;

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// What was found in a chunk.
#[derive(Debug)]
pub enum Found<'r> {
    /// A whole record.
    Row(Row<'r>),
    /// A record of [`RECORD_MAX`] bytes or more, its line end counted: its first [`KEPT_MAX`] bytes. The rest is skipped.
    TooLong(String),
}

/// One record: its cells, in order. A record of a line format has one cell.
#[derive(Debug, Clone, Copy)]
pub struct Row<'r> {
    raw: &'r [u8],
    text: &'r str,
    copied: &'r str,
    cells: &'r [Cell],
}

impl<'r> Row<'r> {
    /// The text of a cell; `None` behind the last one.
    #[inline]
    pub fn get(&self, cell: usize) -> Option<&'r str> {
        let cell = self.cells.get(cell)?;
        let source = if cell.copied { self.copied } else { self.text };
        source.get(cell.start as usize..cell.end as usize)
    }

    /// Whether a cell is there and has no text. Asked without a look at the text.
    #[inline]
    pub fn is_blank(&self, cell: usize) -> bool {
        self.cells.get(cell).is_some_and(|cell| cell.start == cell.end)
    }

    /// The number of cells.
    pub fn len(&self) -> usize {
        self.cells.len()
    }

    /// Whether there is no cell; never so in a row that was [`Found`].
    pub fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    /// The record as it came, without its line end.
    pub fn text(&self) -> Cow<'r, str> {
        match std::str::from_utf8(self.raw) {
            Ok(text) => Cow::Borrowed(text),
            Err(_) => Cow::Owned(latin1(self.raw)),
        }
    }
}

/// Where a cell's text lies: in the record, or among the copied ones.
#[derive(Debug, Clone, Copy)]
struct Cell {
    start: u32,
    end: u32,
    copied: bool,
}

/// A cell as it was told apart from its neighbours.
struct Span {
    start: usize,
    end: usize,
    /// It still has its quotes, and needs [`unquote`].
    quoted: bool,
    /// The delimiter or line end after it, or the end of what is there.
    stop: usize,
}

/// The reader of one report; holds what has to be known between chunks.
#[derive(Debug)]
pub struct Records {
    delimiter: u8,
    /// NUL if there is none: a NUL is never content.
    quote: u8,
    /// The blank that is not trimmed: what cells are cut by.
    cut: u8,
    limit: usize,
    start: Start,
    skipping: Option<Inside>,
    cells: Vec<Cell>,
    copied: String,
}

/// How far the start of the report is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Start {
    Mark,
    Blanks,
    Passed,
}

/// Where in a record a byte stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Inside {
    CellStart,
    Bare,
    Quoted,
    QuoteSeen,
}

impl Records {
    /// CSV rows with this delimiter and quote, both ASCII.
    pub fn csv(delimiter: u8, quote: Option<u8>) -> Self {
        Self {
            delimiter,
            quote: quote.unwrap_or(0),
            cut: delimiter,
            limit: RECORD_MAX,
            start: Start::Mark,
            skipping: None,
            cells: Vec::new(),
            copied: String::new(),
        }
    }

    /// Lines.
    pub fn lines() -> Self {
        // The line end comes first, so it never delimits.
        Self::csv(b'\n', None)
    }

    /// Lines that the caller cuts into cells by this.
    pub fn lines_cut_by(separator: &str) -> Self {
        Self { cut: separator.bytes().next().unwrap_or(b'\n'), ..Self::lines() }
    }

    /// Reads the next bytes, the unused ones of the last chunk in front of them; `last` says that no more follow.
    ///
    /// At least one byte of a chunk of [`RECORD_MAX`] bytes is used.
    pub fn chunk<'c>(&'c mut self, bytes: &'c [u8], last: bool) -> Chunk<'c> {
        let trimmed = bytes.iter().rposition(|byte| !self.is_blank(*byte)).map_or(0, |last| last + 1);
        Chunk { records: self, bytes, text: plain_text(bytes), last, at: 0, trimmed }
    }

    /// What is trimmed from a report: the white space of Python's `str.strip` in ASCII, NUL, but not what cells are cut by.
    fn is_blank(&self, byte: u8) -> bool {
        matches!(byte, 0 | b'\t'..=b'\r' | 0x1c..=b' ') && (byte != self.cut || byte == b'\n')
    }

    /// Fills the cells with the record at the start of the window; its length without and with its line end.
    fn scan(&mut self, window: &[u8], at_end: bool) -> Option<(usize, usize)> {
        self.copied.clear();
        let is_table = self.delimiter != b'\n';
        is_table.then(|| self.scan_blocks(window)).flatten().or_else(|| self.scan_cells(window, at_end))
    }

    /// As [`scan`](Self::scan), cell by cell.
    fn scan_cells(&mut self, window: &[u8], at_end: bool) -> Option<(usize, usize)> {
        self.cells.clear();
        let mut at = 0;
        loop {
            let span = self.span(window, at);
            match window.get(span.stop) {
                Some(b'\n') => {
                    self.push(window, &span);
                    return Some((span.stop, span.stop + 1));
                }
                Some(_) => {
                    self.push(window, &span);
                    at = span.stop + 1;
                }
                None if at_end => {
                    self.push(window, &span);
                    return Some((span.stop, span.stop));
                }
                None => return None,
            }
        }
    }

    #[inline]
    fn push(&mut self, window: &[u8], span: &Span) {
        if span.quoted {
            self.push_unquoted(&window[span.start..span.end]);
        } else {
            self.cells.push(Cell { start: span.start as u32, end: span.end as u32, copied: false });
        }
    }

    #[cold]
    fn push_unquoted(&mut self, cell: &[u8]) {
        let start = self.copied.len() as u32;
        push_text(&unquote(cell, self.quote), &mut self.copied);
        self.cells.push(Cell { start, end: self.copied.len() as u32, copied: true });
    }

    #[inline]
    fn span(&self, window: &[u8], at: usize) -> Span {
        let start = at + nuls(&window[at..]);
        if self.quote != 0 && window.get(start) == Some(&self.quote) {
            return self.quoted_span(window, start);
        }
        self.bare_span(window, start, start, false)
    }

    #[inline]
    fn bare_span(&self, window: &[u8], start: usize, from: usize, quoted: bool) -> Span {
        let stop = find_either(self.delimiter, b'\n', window, from);
        let mut end = stop;
        if window.get(stop) != Some(&self.delimiter) || self.delimiter == b'\n' {
            while end > from && matches!(window[end - 1], b'\r' | 0) {
                end -= 1;
            }
        }
        Span { start, end, quoted, stop }
    }

    #[inline]
    fn quoted_span(&self, window: &[u8], start: usize) -> Span {
        if let Some(end) = find(self.quote, window, start + 1)
            && let Some(byte) = window.get(end + 1)
            && (*byte == self.delimiter || *byte == b'\n')
        {
            return Span { start: start + 1, end, quoted: false, stop: end + 1 };
        }
        self.odd_span(window, start)
    }

    /// A cell in quotes that has more quotes in it, or does not simply end with its quote.
    #[inline(never)]
    fn odd_span(&self, window: &[u8], start: usize) -> Span {
        let mut from = start + 1;
        let mut quoted = false;
        while let Some(quote) = find(self.quote, window, from) {
            let after = quote + 1 + nuls(&window[quote + 1..]);
            match window.get(after) {
                Some(&byte) if byte == self.quote => {
                    quoted = true;
                    from = after + 1;
                }
                Some(&byte) if byte != self.delimiter && byte != b'\n' => {
                    return self.tail(window, start, quote, quoted);
                }
                _ if quoted => return Span { start, end: quote + 1, quoted, stop: after },
                _ => return Span { start: start + 1, end: quote, quoted, stop: after },
            }
        }
        Span { start, end: window.len(), quoted: true, stop: window.len() }
    }

    /// What follows a closing quote other than a delimiter: the CR of the line end, or more text, which is taken as it is.
    fn tail(&self, window: &[u8], start: usize, quote: usize, quoted: bool) -> Span {
        let span = self.bare_span(window, start, quote + 1, true);
        match span.end == quote + 1 && !quoted {
            true => Span { start: start + 1, end: quote, quoted, stop: span.stop },
            false => span,
        }
    }

    /// Makes the cells readable as text, which the record may be known to be; what cannot stay in its place is copied.
    fn row<'r>(&'r mut self, raw: &'r [u8], text: Option<&'r str>) -> Row<'r> {
        let text = text.or_else(|| Some(plain_text(raw)).filter(|text| text.len() == raw.len()));
        if text.is_none() {
            self.copy_cells(raw);
        }
        Row { raw, text: text.unwrap_or_default(), copied: &self.copied, cells: &self.cells }
    }

    fn copy_cells(&mut self, raw: &[u8]) {
        for cell in self.cells.iter_mut().filter(|cell| !cell.copied) {
            let bytes: Vec<u8> =
                raw[cell.start as usize..cell.end as usize].iter().copied().filter(|b| *b != 0).collect();
            cell.start = self.copied.len() as u32;
            push_text(&bytes, &mut self.copied);
            cell.end = self.copied.len() as u32;
            cell.copied = true;
        }
    }

    /// Goes on to the end of a record that is too long; the bytes passed, its line end with them.
    fn skip(&mut self, bytes: &[u8]) -> usize {
        let Some(mut inside) = self.skipping else { return 0 };
        for (at, &byte) in bytes.iter().enumerate() {
            if byte == b'\n' && inside != Inside::Quoted {
                self.skipping = None;
                return at + 1;
            }
            inside = self.step(inside, byte);
        }
        self.skipping = Some(inside);
        bytes.len()
    }

    fn step(&self, inside: Inside, byte: u8) -> Inside {
        let is_quote = byte == self.quote && self.quote != 0;
        match inside {
            _ if byte == 0 => inside,
            Inside::CellStart | Inside::QuoteSeen if is_quote => Inside::Quoted,
            Inside::Quoted if is_quote => Inside::QuoteSeen,
            Inside::Quoted => Inside::Quoted,
            _ if byte == self.delimiter => Inside::CellStart,
            _ => Inside::Bare,
        }
    }
}

/// A chunk being read; see [`Records::chunk`].
#[derive(Debug)]
pub struct Chunk<'c> {
    records: &'c mut Records,
    bytes: &'c [u8],
    /// What the bytes begin with, as far as it is text that needs no care: looked at once, not record by record.
    text: &'c str,
    last: bool,
    at: usize,
    trimmed: usize,
}

impl<'c> Chunk<'c> {
    /// Bytes of whole records so far; the others belong in front of the next chunk.
    pub fn used(&self) -> usize {
        self.at
    }

    /// The next record; `None` if no other is whole.
    pub fn next_record(&mut self) -> Option<Found<'_>> {
        if !self.pass_start() {
            return None;
        }
        self.at += self.records.skip(&self.bytes[self.at..]);
        loop {
            let (window, is_end) = self.window()?;
            match self.records.scan(window, is_end) {
                Some((_, next)) if is_empty_line(&window[..next]) => self.at += next,
                Some((length, next)) => {
                    let text = self.text.get(self.at..self.at + length);
                    self.at += next;
                    return Some(Found::Row(self.records.row(&window[..length], text)));
                }
                None if window.len() == self.records.limit => return Some(self.too_long(window)),
                None => return None,
            }
        }
    }

    /// Where the next record may lie, and whether the report ends there.
    ///
    /// Blanks at the end may be the end of the report, which is trimmed: they wait for what comes after them, but
    /// not for longer than a record may be.
    fn window(&mut self) -> Option<(&'c [u8], bool)> {
        let (bytes, limit) = (self.bytes, self.records.limit);
        if bytes.len() - self.at >= limit {
            return Some((&bytes[self.at..self.at + limit], false));
        }
        if self.at < self.trimmed {
            return Some((&bytes[self.at..self.trimmed], self.last));
        }
        if self.last {
            self.at = bytes.len();
        }
        None
    }

    fn too_long(&mut self, window: &[u8]) -> Found<'static> {
        self.records.skipping = Some(Inside::CellStart);
        self.at += self.records.skip(&self.bytes[self.at..]);
        Found::TooLong(kept(&window[..window.len().min(KEPT_MAX)]))
    }

    /// Passes the byte order mark and blanks in front of the first record; `false` if that needs more bytes.
    fn pass_start(&mut self) -> bool {
        if self.records.start == Start::Mark {
            let is_cut = self.bytes.len() < BYTE_ORDER_MARK.len() && BYTE_ORDER_MARK.starts_with(self.bytes);
            if is_cut && !self.last {
                return false;
            }
            self.at += if self.bytes.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len() } else { 0 };
            self.records.start = Start::Blanks;
        }
        if self.records.start == Start::Blanks {
            let blanks = self.bytes[self.at..].iter().take_while(|b| self.records.is_blank(**b)).count();
            self.at += blanks;
            if self.at == self.bytes.len() {
                return false;
            }
            self.records.start = Start::Passed;
        }
        true
    }
}

/// How many NULs stand here.
#[inline]
fn nuls(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|byte| **byte == 0).count()
}

fn is_empty_line(line: &[u8]) -> bool {
    line.iter().all(|byte| matches!(byte, b'\r' | b'\n' | 0))
}
