//! One CSV row as Shadowserver writes it: texts quoted, numbers bare, nothing for nothing.

use std::fmt::Write as _;

/// A row being written.
#[derive(Debug, Default)]
pub(crate) struct Line(String);

impl Line {
    /// A quoted cell; empty text is an empty cell.
    pub(crate) fn text(&mut self, text: &str) -> &mut Self {
        if !text.is_empty() {
            // Writing to a String cannot fail.
            let _ = write!(self.0, "\"{}\"", text.replace('"', "\"\""));
        }
        self.end()
    }

    /// A bare number.
    pub(crate) fn number(&mut self, number: impl Into<u64>) -> &mut Self {
        let _ = write!(self.0, "{}", number.into());
        self.end()
    }

    /// So many empty cells.
    pub(crate) fn empty(&mut self, cells: usize) -> &mut Self {
        self.0.extend(std::iter::repeat_n(',', cells));
        self
    }

    fn end(&mut self) -> &mut Self {
        self.0.push(',');
        self
    }

    /// The row, without line end.
    pub(crate) fn finish(&mut self) -> String {
        self.0.pop();
        std::mem::take(&mut self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_as_reports_do() {
        let mut line = Line::default();
        let row = line.text("a\"b").number(7u32).empty(2).text("").text("ü").finish();
        assert_eq!(row, "\"a\"\"b\",7,,,,\"ü\"");
    }
}
