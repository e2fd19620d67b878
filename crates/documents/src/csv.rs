//! An owner's list as CSV: for machines, and for lists too long for a workbook.
//!
//! [RFC 4180](https://www.rfc-editor.org/rfc/rfc4180): CRLF ends a line, a cell with a comma, quote or line break is
//! quoted. A byte order mark stands first, because Excel reads Vietnamese letters wrongly without it. Column names and
//! status words are fixed English, so that a script keeps working; times are ISO 8601 with the reporting zone's offset.

use std::io::Write;

use event::time::Zone;

use crate::{
    error::Error,
    list::{COLUMNS, ListRow},
    local::Local,
};

/// How a cell must not begin, or a spreadsheet takes it for a formula
/// ([OWASP, CSV injection](https://owasp.org/www-community/attacks/CSV_Injection)); the last four are their full-width forms.
const FORMULA_STARTS: [char; 10] = ['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'];

/// A list being written as CSV.
#[derive(Debug)]
pub struct ListCsv<W: Write> {
    out: W,
    line: Line,
}

/// A row as a line.
#[derive(Debug)]
struct Line {
    local: Local,
    text: String,
}

impl<W: Write> ListCsv<W> {
    /// Begins a list: byte order mark and column names.
    pub fn new(mut out: W, zone: &Zone) -> Result<Self, Error> {
        out.write_all("\u{feff}".as_bytes())?;
        out.write_all(COLUMNS.join(",").as_bytes())?;
        out.write_all(b"\r\n")?;
        Ok(Self { out, line: Line { local: Local::of(zone), text: String::new() } })
    }

    /// Writes one row.
    pub fn push(&mut self, row: &ListRow) -> Result<(), Error> {
        self.out.write_all(self.line.of(row).as_bytes())?;
        Ok(())
    }

    /// Ends the list and gives back what it was written to, flushed.
    pub fn finish(mut self) -> Result<W, Error> {
        self.out.flush()?;
        Ok(self.out)
    }
}

impl Line {
    fn of(&mut self, row: &ListRow) -> &str {
        let port = row.port.map(|port| port.to_string()).unwrap_or_default();
        let [first, last] = [row.first, row.last].map(|at| self.local.with_offset(at));
        let [count, days] = [row.count, row.days].map(|number| number.to_string());
        let cells: [&str; COLUMNS.len()] = [
            row.status.name(),
            &row.subject,
            &port,
            &row.family,
            &row.kind,
            &row.service,
            &first,
            &last,
            &count,
            &days,
            &row.isp,
            &row.organisation,
            &row.place,
            &row.feeds,
            &row.samples,
        ];
        self.text.clear();
        for (position, cell) in cells.into_iter().enumerate() {
            if position > 0 {
                self.text.push(',');
            }
            write_cell(cell, &mut self.text);
        }
        self.text.push_str("\r\n");
        &self.text
    }
}

/// A text as one cell.
pub fn cell(text: &str) -> String {
    let mut line = String::with_capacity(text.len() + 2);
    write_cell(text, &mut line);
    line
}

fn write_cell(cell: &str, line: &mut String) {
    let guard = cell.starts_with(FORMULA_STARTS);
    let quote = cell.bytes().any(|byte| matches!(byte, b'"' | b',' | b'\r' | b'\n'));
    if quote {
        line.push('"');
    }
    if guard {
        line.push('\'');
    }
    if quote {
        line.push_str(&cell.replace('"', "\"\""));
        line.push('"');
    } else {
        line.push_str(cell);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(cell: &str) -> String {
        let mut line = String::new();
        write_cell(cell, &mut line);
        line
    }

    #[test]
    fn a_cell_never_begins_a_formula() {
        for start in FORMULA_STARTS {
            let line = written(&format!("{start}cmd|' /C calc'!A0"));
            assert!(line.trim_start_matches('"').starts_with('\''), "{line}");
        }
        assert_eq!(written("@SUM(1,2)"), "\"'@SUM(1,2)\"");
    }

    #[test]
    fn quotes_commas_and_line_breaks_are_quoted() {
        assert_eq!(written("Sở TT&TT"), "Sở TT&TT");
        assert_eq!(written("a,b"), "\"a,b\"");
        assert_eq!(written("say \"no\"\n"), "\"say \"\"no\"\"\n\"");
    }
}
