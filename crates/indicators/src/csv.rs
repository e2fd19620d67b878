//! Our own format of lists: CSV (RFC 4180) whose header names the columns in any order.
//!
//! `indicator,kind,family,source,confidence,from,until,comment`. A row is one line, so that a quote left open spoils that
//! line and not the rest; lines that begin with `#` are comments.

use std::borrow::Cow;
use std::fmt::Write as _;

use event::time;

use crate::finding::Reason;
use crate::indicator::Indicator;

/// The columns, in the order in which they are written.
pub(crate) const COLUMNS: [&str; 8] =
    ["indicator", "kind", "family", "source", "confidence", "from", "until", "comment"];

/// A row's cells in the order of [`COLUMNS`]; a column that is not in the file is empty.
pub(crate) type Row<'t> = [Cow<'t, str>; COLUMNS.len()];

/// Where each column stands in the file.
#[derive(Debug, Clone)]
pub(crate) struct Header {
    width: usize,
    places: [Option<usize>; COLUMNS.len()],
}

impl Header {
    /// Reads the header line; the names that are no columns of ours are given too.
    pub(crate) fn read(line: &str) -> Result<(Self, Vec<String>), Reason> {
        let names = split(line).ok_or(Reason::Header)?;
        let mut header = Self { width: names.len(), places: [None; COLUMNS.len()] };
        let mut unknown = Vec::new();
        for (place, name) in names.iter().enumerate() {
            match COLUMNS.iter().position(|column| column == name) {
                None => unknown.push(name.clone().into_owned()),
                Some(column) if header.places[column].is_none() => header.places[column] = Some(place),
                Some(_) => return Err(Reason::Header),
            }
        }
        if header.places[0].is_some() { Ok((header, unknown)) } else { Err(Reason::Header) }
    }

    /// The cells of a row.
    pub(crate) fn row<'t>(&self, line: &'t str) -> Result<Row<'t>, Reason> {
        let mut cells = split(line).filter(|cells| cells.len() == self.width).ok_or(Reason::Cells)?;
        Ok(self.places.map(|place| place.map_or(Cow::Borrowed(""), |place| std::mem::take(&mut cells[place]))))
    }
}

/// A cell and what follows its comma.
type Cell<'t> = (Cow<'t, str>, Option<&'t str>);

/// The cells of a line, blanks around them cut off; `None` when quotes do not close.
fn split(line: &str) -> Option<Vec<Cow<'_, str>>> {
    let mut cells = Vec::with_capacity(COLUMNS.len());
    let mut rest = Some(line);
    while let Some(line) = rest {
        let (cell, after) = match line.trim_start().strip_prefix('"') {
            Some(quoted) => quoted_cell(quoted)?,
            None => plain_cell(line),
        };
        cells.push(cell);
        rest = after;
    }
    Some(cells)
}

fn plain_cell(line: &str) -> Cell<'_> {
    let (cell, after) = line.split_once(',').map_or((line, None), |(cell, after)| (cell, Some(after)));
    (Cow::Borrowed(cell.trim()), after)
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

/// Appends the header line.
pub(crate) fn write_header(out: &mut String) {
    out.push_str(&COLUMNS.join(","));
    out.push('\n');
}

/// Appends one row.
pub(crate) fn write_row(indicator: &Indicator<'_>, out: &mut String) {
    write_cell(&indicator.text, out);
    let _ = write!(out, ",{},", indicator.kind.name());
    write_cell(&indicator.family, out);
    out.push(',');
    write_cell(&indicator.source, out);
    out.push(',');
    if let Some(confidence) = indicator.confidence {
        let _ = write!(out, "{confidence}");
    }
    for instant in [indicator.from, indicator.until] {
        out.push(',');
        if let Some(instant) = instant {
            time::write(instant, out);
        }
    }
    out.push(',');
    write_cell(&indicator.comment, out);
    out.push('\n');
}

/// A cell in quotes where it needs them; a row being one line, an end of line becomes a blank.
fn write_cell(text: &str, out: &mut String) {
    let needs_quotes = text.contains([',', '"']) || text.trim() != text;
    let quote = if needs_quotes { "\"" } else { "" };
    out.push_str(quote);
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\"\""),
            '\n' | '\r' => out.push(' '),
            letter => out.push(letter),
        }
    }
    out.push_str(quote);
}
