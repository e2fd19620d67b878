//! Tables for people: aligned columns, numbers to the right, a rule under the head.

use std::fmt::Write as _;

/// A table being filled.
#[derive(Debug, Default)]
pub(crate) struct Table {
    head: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table with these heads.
    pub(crate) fn new(head: impl IntoIterator<Item = String>) -> Self {
        Self { head: head.into_iter().collect(), rows: Vec::new() }
    }

    /// Adds a row.
    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().map(|cell| tame(&cell)).collect());
    }

    /// Whether it has no row.
    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// As text, `bold` marking the head for a terminal.
    pub(crate) fn text(&self, bold: bool) -> String {
        let widths: Vec<usize> = (0..self.head.len()).map(|at| self.width(at)).collect();
        let right: Vec<bool> = (0..self.head.len()).map(|at| self.is_number(at)).collect();
        let mut out = String::new();
        if bold {
            out.push_str("\x1b[1m");
        }
        push_line(&mut out, &self.head, &widths, &right);
        if bold {
            out.push_str("\x1b[0m");
        }
        let rule: Vec<String> = widths.iter().map(|width| "─".repeat(*width)).collect();
        push_line(&mut out, &rule, &widths, &right);
        self.rows.iter().for_each(|row| push_line(&mut out, row, &widths, &right));
        out
    }

    fn width(&self, at: usize) -> usize {
        let cell = |row: &Vec<String>| row.get(at).map_or(0, |cell| cell.chars().count());
        self.rows.iter().map(cell).chain([self.head[at].chars().count()]).max().unwrap_or(0)
    }

    fn is_number(&self, at: usize) -> bool {
        let mut cells = self.rows.iter().filter_map(|row| row.get(at)).filter(|cell| !cell.is_empty()).peekable();
        cells.peek().is_some() && cells.all(|cell| is_number(cell))
    }
}

/// Whether a text is a number as [`grouped`] writes it, perhaps with a decimal; an address is none.
fn is_number(text: &str) -> bool {
    let mut groups = text.strip_prefix('-').unwrap_or(text).split(['.', ',']);
    let digits = |group: &str| !group.is_empty() && group.bytes().all(|b| b.is_ascii_digit());
    let first = groups.next().unwrap_or("");
    let rest: Vec<&str> = groups.collect();
    let decimal = |at: usize, group: &str| at + 1 == rest.len() && group.len() == 1;
    digits(first)
        && rest.iter().enumerate().all(|(at, group)| digits(group) && (group.len() == 3 || decimal(at, group)))
}

/// A text cut to a length, so that a table stays readable.
pub(crate) fn shorter(text: &str, longest: usize) -> String {
    let mut short: String = text.chars().take(longest).collect();
    if text.chars().nth(longest).is_some() {
        short.push('…');
    }
    short
}

/// A text that a terminal shows and does not obey: feeds and file names are anybody's.
pub(crate) fn tame(text: &str) -> String {
    let commands = |c: char| c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    text.chars().map(|c| if commands(c) { '·' } else { c }).collect()
}

fn push_line(out: &mut String, cells: &[String], widths: &[usize], right: &[bool]) {
    let mut line = String::new();
    for ((cell, width), right) in cells.iter().zip(widths).zip(right) {
        let blanks = " ".repeat(width.saturating_sub(cell.chars().count()));
        // Writing to a String cannot fail.
        let _ = if *right { write!(line, "{blanks}{cell}  ") } else { write!(line, "{cell}{blanks}  ") };
    }
    out.push_str(line.trim_end());
    out.push('\n');
}

/// A number with its thousands apart, as the language writes them.
pub(crate) fn grouped(number: i64, mark: char) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(mark);
        }
        out.push(digit);
    }
    if number < 0 { format!("-{out}") } else { out }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stand_to_the_right_and_words_to_the_left() {
        let mut table = Table::new(["tỉnh".to_owned(), "số".to_owned()]);
        table.row(["Hà Nội".to_owned(), "1.200".to_owned()]);
        table.row(["Huế".to_owned(), "7".to_owned()]);
        assert_eq!(table.text(false), "tỉnh       số\n──────  ─────\nHà Nội  1.200\nHuế         7\n");
    }

    #[test]
    fn days_are_words_and_long_texts_are_cut() {
        let mut table = Table::new(["ngày".to_owned(), "x".to_owned()]);
        table.row(["2026-09-30".to_owned(), shorter("abcdef", 3)]);
        assert_eq!(table.text(false), "ngày        x\n──────────  ────\n2026-09-30  abc…\n");
        assert_eq!(shorter("abc", 3), "abc");
    }

    #[test]
    fn a_number_is_told_from_a_day_and_an_address() {
        assert!(["0", "41234", "-7", "1.234", "1,234,567", "122,8", "1.234,5"].iter().all(|text| is_number(text)));
        assert!(["", "2026-09-30", "10.0.39.34", "64512 AS", "1.23"].iter().all(|text| !is_number(text)));
    }

    #[test]
    fn thousands_are_apart() {
        assert_eq!(grouped(1_234_567, '.'), "1.234.567");
        assert_eq!(grouped(-999, ','), "-999");
    }
}
