//! One table as CSV text (RFC 4180): a header that names the columns in any order, `#` comments, blank lines.
//!
//! A row is one line, so that a quote left open spoils that line and not the rest of the file.

use std::borrow::Cow;

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

/// The rows of a text that have the cells they should have.
pub(crate) fn read<'t, const N: usize>(
    file: &str,
    text: &'t str,
    columns: Columns<N>,
    findings: &mut Findings,
) -> Vec<Row<'t, N>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut lines = (1..).zip(text.lines()).filter(|(_, line)| !is_skipped(line));
    let Some((line, header)) = lines.next() else {
        findings.add(At { file, line: 0 }, "", "", Code::NoHeader, "the file has no header");
        return Vec::new();
    };
    let header = split(header).unwrap_or_default();
    let Some(places) = places(At { file, line }, &header, columns, findings) else { return Vec::new() };
    let mut rows = Vec::new();
    for (line, written) in lines {
        let at = At { file, line };
        if rows.len() == ROWS_MAX {
            findings.add(at, "", "", Code::TooManyRows, format!("the rows after the first {ROWS_MAX} are not read"));
            break;
        }
        rows.extend(row(at, written, &header, places, findings));
    }
    rows
}

fn is_skipped(line: &str) -> bool {
    let start = line.trim_start();
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

fn row<'t, const N: usize>(
    at: At<'_>,
    written: &'t str,
    header: &[Cow<'_, str>],
    places: [Option<usize>; N],
    findings: &mut Findings,
) -> Option<Row<'t, N>> {
    let Some(mut cells) = split(written) else {
        findings.add(at, "", written, Code::BadRow, "quotes do not close on the line");
        return None;
    };
    if cells.len() != header.len() {
        let message = format!("{} cells under a header of {}", cells.len(), header.len());
        findings.add(at, "", written, Code::BadRow, message);
        return None;
    }
    let cells = places.map(|place| place.map_or(Cow::Borrowed(""), |place| std::mem::take(&mut cells[place])));
    Some(Row { line: at.line, cells })
}

/// A cell and what follows its comma.
type Cell<'t> = (Cow<'t, str>, Option<&'t str>);

/// The cells of a line, blanks around them cut off; `None` when quotes do not close.
fn split(line: &str) -> Option<Vec<Cow<'_, str>>> {
    let mut cells = Vec::with_capacity(10);
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

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: Columns<3> = Columns { names: ["a", "b", "c"], needed: 1 };

    fn rows(text: &str) -> (Vec<(u32, [String; 3])>, Vec<Code>) {
        let mut findings = Findings::default();
        let rows = read("x.csv", text, COLUMNS, &mut findings);
        let rows = rows.into_iter().map(|row| (row.line, row.cells.map(Cow::into_owned))).collect();
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
