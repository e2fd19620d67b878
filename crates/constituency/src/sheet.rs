//! One table as CSV text (RFC 4180): a header that names the columns in any order, `#` comments, blank lines.
//!
//! A row is one line, so that a quote left open spoils that line and not the rest of the file.

use std::borrow::Cow;

use memchr::memchr;

use crate::finding::{At, Code, Findings};

/// Most rows of one table.
pub(crate) const ROWS_MAX: usize = 2_000_000;

/// One row, its cells in the order the table's reader asked for; a column that is not in the file is empty.
#[derive(Debug)]
pub(crate) struct Row<'t, const N: usize> {
    pub(crate) line: u32,
    pub(crate) cells: [Cow<'t, str>; N],
}

/// What columns a table has.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Columns<const N: usize> {
    pub(crate) names: [&'static str; N],
    /// How many of the first names the file cannot do without.
    pub(crate) needed: usize,
}

/// A table being read: its rows that have the cells they should have.
#[derive(Debug)]
pub(crate) struct Sheet<'t, const N: usize> {
    file: &'t str,
    text: &'t str,
    /// The line that was read last.
    line: u32,
    /// Cells of a row, and the places of those that are asked for; `None` when the header is wrong.
    header: Option<(usize, [Option<usize>; N])>,
    rows: usize,
    cells: Vec<Cow<'t, str>>,
}

impl<'t, const N: usize> Sheet<'t, N> {
    /// Reads the header.
    pub(crate) fn open(file: &'t str, text: &'t str, columns: Columns<N>, findings: &mut Findings) -> Self {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut sheet = Self { file, text, line: 0, header: None, rows: 0, cells: Vec::new() };
        let Some(header) = sheet.next_line() else {
            findings.add(At { file, line: 0 }, "", "", Code::NoHeader, "the file has no header");
            return sheet;
        };
        if split(header, &mut sheet.cells).is_none() {
            sheet.cells.clear();
        }
        let places = places(At { file, line: sheet.line }, &sheet.cells, columns, findings);
        sheet.header = places.map(|places| (sheet.cells.len(), places));
        sheet
    }

    /// The next row; `None` at the end.
    pub(crate) fn next_row(&mut self, findings: &mut Findings) -> Option<Row<'t, N>> {
        let (width, places) = self.header?;
        while let Some(written) = self.next_line() {
            let at = At { file: self.file, line: self.line };
            if self.rows == ROWS_MAX {
                let message = format!("the rows after the first {ROWS_MAX} are not read");
                findings.add(at, "", "", Code::TooManyRows, message);
                return None;
            }
            if self.split_row(at, written, width, findings) {
                self.rows += 1;
                let mut cell = |place: Option<usize>| place.map(|place| std::mem::take(&mut self.cells[place]));
                let cells = places.map(|place| cell(place).unwrap_or_default());
                return Some(Row { line: self.line, cells });
            }
        }
        None
    }

    fn split_row(&mut self, at: At<'_>, written: &'t str, width: usize, findings: &mut Findings) -> bool {
        if split(written, &mut self.cells).is_none() {
            findings.add(at, "", written, Code::BadRow, "quotes do not close on the line");
            return false;
        }
        let is_whole = self.cells.len() == width;
        if !is_whole {
            let message = format!("{} cells under a header of {width}", self.cells.len());
            findings.add(at, "", written, Code::BadRow, message);
        }
        is_whole
    }

    /// The next line that says something, without its end.
    fn next_line(&mut self) -> Option<&'t str> {
        while !self.text.is_empty() {
            let (line, rest) = split_at_byte(self.text, b'\n').unwrap_or((self.text, ""));
            self.text = rest;
            self.line += 1;
            let line = line.strip_suffix('\r').unwrap_or(line);
            if !is_skipped(line) {
                return Some(line);
            }
        }
        None
    }
}

/// What stands before and behind the first of an ASCII byte.
pub(crate) fn split_at_byte(text: &str, byte: u8) -> Option<(&str, &str)> {
    let at = memchr(byte, text.as_bytes())?;
    Some((&text[..at], &text[at + 1..]))
}

/// Cuts off blanks at the start, where there mostly are none.
fn start(text: &str) -> &str {
    if text.as_bytes().first().is_none_or(u8::is_ascii_graphic) { text } else { text.trim_start() }
}

/// Cuts off blanks at both ends.
fn trim(text: &str) -> &str {
    let text = start(text);
    if text.as_bytes().last().is_none_or(u8::is_ascii_graphic) { text } else { text.trim_end() }
}

fn is_skipped(line: &str) -> bool {
    let start = start(line);
    start.starts_with('#') || start.bytes().all(|b| matches!(b, b',' | b' ' | b'\t'))
}

/// For each column the reader asks for, its place in the file.
fn places<const N: usize>(
    at: At<'_>,
    header: &[Cow<'_, str>],
    columns: Columns<N>,
    findings: &mut Findings,
) -> Option<[Option<usize>; N]> {
    let mut places = [None; N];
    let mut sound = true;
    for (place, name) in header.iter().enumerate() {
        match columns.names.iter().position(|known| known == name) {
            None => findings.add(at, name, name, Code::UnknownColumn, "the table has no such column; it is not read"),
            Some(column) if places[column].is_none() => places[column] = Some(place),
            Some(_) => {
                findings.add(at, name, name, Code::RepeatedColumn, "the column is there twice; the file is not read");
                sound = false;
            }
        }
    }
    for (name, place) in columns.names.iter().zip(places).take(columns.needed) {
        if place.is_none() {
            findings.add(at, name, "", Code::MissingColumn, "the column is missing; the file is not read");
            sound = false;
        }
    }
    sound.then_some(places)
}

/// A cell and what follows its comma.
type Cell<'t> = (Cow<'t, str>, Option<&'t str>);

/// The cells of a line, blanks around them cut off; `None` when quotes do not close.
fn split<'t>(line: &'t str, cells: &mut Vec<Cow<'t, str>>) -> Option<()> {
    cells.clear();
    if !line.contains('"') {
        split_plain(line, cells);
        return Some(());
    }
    let mut rest = Some(line);
    while let Some(line) = rest {
        let (cell, after) = match start(line).strip_prefix('"') {
            Some(quoted) => quoted_cell(quoted)?,
            None => plain_cell(line),
        };
        cells.push(cell);
        rest = after;
    }
    Some(())
}

/// The cells of a line without quotes.
fn split_plain<'t>(line: &'t str, cells: &mut Vec<Cow<'t, str>>) {
    let mut start = 0;
    for comma in line.bytes().enumerate().filter(|(_, byte)| *byte == b',').map(|(at, _)| at) {
        cells.push(Cow::Borrowed(trim(&line[start..comma])));
        start = comma + 1;
    }
    cells.push(Cow::Borrowed(trim(&line[start..])));
}

fn plain_cell(line: &str) -> Cell<'_> {
    let (cell, after) = split_at_byte(line, b',').map_or((line, None), |(cell, after)| (cell, Some(after)));
    (Cow::Borrowed(trim(cell)), after)
}

/// A cell whose opening quote is already read.
fn quoted_cell(line: &str) -> Option<Cell<'_>> {
    let mut close = line.find('"')?;
    let mut doubled = false;
    while line[close + 1..].starts_with('"') {
        doubled = true;
        close += 2 + line[close + 2..].find('"')?;
    }
    let (inside, after) = (line[..close].trim(), line[close + 1..].trim_start());
    let inside = if doubled { Cow::Owned(inside.replace("\"\"", "\"")) } else { Cow::Borrowed(inside) };
    match after.strip_prefix(',') {
        Some(after) => Some((inside, Some(after))),
        None => after.is_empty().then_some((inside, None)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: Columns<3> = Columns { names: ["a", "b", "c"], needed: 1 };

    fn rows(text: &str) -> (Vec<(u32, [String; 3])>, Vec<Code>) {
        let mut findings = Findings::default();
        let mut sheet = Sheet::open("x.csv", text, COLUMNS, &mut findings);
        let rows = std::iter::from_fn(|| sheet.next_row(&mut findings));
        let rows = rows.map(|row| (row.line, row.cells.map(Cow::into_owned))).collect();
        (rows, findings.finish().into_iter().map(|finding| finding.code).collect())
    }

    #[test]
    fn columns_come_in_any_order_and_lines_keep_their_number() {
        let (rows, findings) = rows("\u{feff}# a comment, \"\r\n\r\nb, a\r\n \r\n,\r\ny ,x\r\n\"p \"\"q\"\", r\",z");
        assert_eq!(findings, []);
        assert_eq!(rows[0], (6, ["x", "y", ""].map(str::to_owned)));
        assert_eq!(rows[1], (7, ["z", "p \"q\", r", ""].map(str::to_owned)));
        assert_eq!(rows.len(), 2);
    }

    #[test]
    fn a_bad_line_spoils_no_other() {
        let (rows, findings) = rows("a,b\n\"open,1\n1,2,3\n1\n\"x\"y,1\nlast,1\n");
        assert_eq!(findings, [Code::BadRow; 4]);
        assert_eq!(rows, [(6, ["last", "1", ""].map(str::to_owned))]);
    }

    #[test]
    fn a_header_that_is_wrong_is_said() {
        assert_eq!(rows("# nothing\n").1, [Code::NoHeader]);
        assert_eq!(rows("b,c\n1,2\n"), (vec![], vec![Code::MissingColumn]));
        assert_eq!(rows("a,a\n1,2\n"), (vec![], vec![Code::RepeatedColumn]));
        let (rows, findings) = rows("a,valid_form\n1,2\n");
        assert_eq!((rows.len(), findings), (1, vec![Code::UnknownColumn]));
    }
}
