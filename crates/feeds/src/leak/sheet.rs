//! Lists as CSV with a header, in any order and with any of four delimiters.
//!
//! A row is one line. A quote left open makes that line and those after it unreadable until it is closed: where cells
//! are not what they seem, a password could stand in another column.

use std::borrow::Cow;

use event::rows::Reason;

use super::canonical::{self, Kept, UNREADABLE};
use super::columns::{self, Column};

/// What may stand between cells.
const DELIMITERS: [char; 4] = [',', ';', '\t', '|'];
/// A quote left open for more lines than this was none.
const OPEN_LINES_MAX: u32 = 32;

/// A list whose header was read.
#[derive(Debug)]
pub(super) struct Sheet {
    delimiter: char,
    cells: usize,
    /// The cells that are kept, by rank.
    kept: Vec<(usize, Column)>,
    /// What is wrong with the header, and so with every row.
    problem: Option<Reason>,
    /// For how many lines a quote has been open.
    open: u32,
}

impl Sheet {
    /// The list whose header a line is: it names an account, or two more columns that are known.
    pub(super) fn of(line: &str) -> Option<Self> {
        let read = |delimiter| Some((delimiter, split(line, delimiter).ok()?));
        let candidates = DELIMITERS.into_iter().filter_map(read).map(|(delimiter, names)| Self::new(delimiter, &names));
        // Of those that know as many names, the first.
        candidates.filter(Self::is_plausible).rev().max_by_key(|sheet| sheet.kept.len())
    }

    fn is_plausible(&self) -> bool {
        self.kept.len() > 1 || self.kept.iter().any(|(_, column)| *column == Column::Account)
    }

    fn new(delimiter: char, names: &[Cow<'_, str>]) -> Self {
        let known = names.iter().enumerate().filter_map(|(cell, name)| Some((cell, columns::find(name)?)));
        let mut known: Vec<_> = known.collect();
        known.sort_by_key(|(_, known)| known.rank);
        let is_repeated = known.windows(2).any(|pair| pair[0].1.rank == pair[1].1.rank);
        let has_account = known.iter().any(|(_, known)| known.column == Column::Account);
        let problem = match (is_repeated, has_account) {
            (true, _) => Some(Reason::DuplicateColumn),
            (false, false) => Some(Reason::MissingColumn),
            (false, true) => None,
        };
        let kept = known.into_iter().map(|(cell, known)| (cell, known.column)).collect();
        Self { delimiter, cells: names.len(), kept, problem, open: 0 }
    }

    /// What is kept of a line.
    pub(super) fn row(&mut self, line: &str) -> Result<Kept, Reason> {
        if self.open > 0 {
            let closes = line.matches('"').count() % 2 == 1;
            self.open = if closes || self.open == OPEN_LINES_MAX { 0 } else { self.open + 1 };
            return Err(Reason::Malformed);
        }
        let cells = split(line, self.delimiter).map_err(|quote| {
            self.open = u32::from(quote == Quote::Open);
            Reason::Malformed
        })?;
        if let Some(problem) = self.problem {
            return Err(problem);
        }
        match &cells[..] {
            cells if cells.len() != self.cells => Err(Reason::Malformed),
            [mark, _, code, ..] if mark == UNREADABLE => Err(canonical::reason(code)),
            cells => columns::keep(self.kept.iter().map(|(cell, column)| (*column, &*cells[*cell]))),
        }
    }
}

/// Why a line has no cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Quote {
    /// It is not closed on the line.
    Open,
    /// Something follows the closing one.
    Followed,
}

/// The cells of a line. A quote counts at the start of a cell only.
fn split(line: &str, delimiter: char) -> Result<Vec<Cow<'_, str>>, Quote> {
    let mut cells = Vec::new();
    let mut rest = Some(line);
    while let Some(line) = rest {
        let (cell, after) = match line.trim_start_matches(' ').strip_prefix('"') {
            Some(quoted) => quoted_cell(quoted, delimiter)?,
            None => {
                line.split_once(delimiter).map_or((line.into(), None), |(cell, after)| (Cow::from(cell), Some(after)))
            }
        };
        cells.push(cell);
        rest = after;
    }
    Ok(cells)
}

/// A cell whose opening quote is already read, and what follows its delimiter.
fn quoted_cell(line: &str, delimiter: char) -> Result<(Cow<'_, str>, Option<&str>), Quote> {
    let mut close = line.find('"').ok_or(Quote::Open)?;
    let mut is_doubled = false;
    while line[close + 1..].starts_with('"') {
        is_doubled = true;
        close += 2 + line[close + 2..].find('"').ok_or(Quote::Open)?;
    }
    let (inside, after) = (&line[..close], line[close + 1..].trim_start_matches(' '));
    let inside = if is_doubled { Cow::from(inside.replace("\"\"", "\"")) } else { Cow::from(inside) };
    match after.strip_prefix(delimiter) {
        Some(after) => Ok((inside, Some(after))),
        None if after.is_empty() => Ok((inside, None)),
        None => Err(Quote::Followed),
    }
}
