//! Records of cells: CSV rows, and lines split into fields.

use event::rows::{Problem, Reason};

use super::field::Target;
use super::mapping::{Csv, Mapping, Text};
use crate::format::{Rejected, Sink};
use crate::json::Value;
use crate::record::{Found, Records, Row};

/// Reads such records; holds what must be remembered between two pieces of a file.
#[derive(Debug)]
pub(super) struct Reader {
    records: Records,
    split: Split,
    comment: Option<String>,
    /// `None` until the header was read.
    columns: Option<Columns>,
    rows: u64,
}

/// Where the cells of a record come from.
#[derive(Debug)]
enum Split {
    /// It has them.
    Done,
    /// One line, up to so many fields with this between them (blanks if nothing).
    Line(Option<String>, usize),
}

/// Where each column goes.
#[derive(Debug)]
struct Columns {
    /// By field of the mapping: its cell, if there is such a column.
    of_field: Vec<Option<usize>>,
    /// By cell: its name, if nothing is mapped from it.
    unmapped: Vec<Option<String>>,
    /// What is wrong with the header, and so with every record.
    problem: Option<Problem>,
}

impl Columns {
    fn new(names: &[String], mapping: &Mapping) -> Self {
        let place = |column: &str| names.iter().position(|name| name == column);
        let of_field: Vec<_> = mapping.fields.iter().map(|field| place(&field.column)).collect();
        let is_mapped = |name: &String| mapping.fields.iter().any(|field| field.column == *name);
        Self {
            problem: header_problem(names, mapping, &of_field),
            unmapped: names.iter().map(|name| (!is_mapped(name)).then(|| name.clone())).collect(),
            of_field,
        }
    }

    /// Of a header that cannot be read.
    fn unread(problem: Problem) -> Self {
        Self { of_field: Vec::new(), unmapped: Vec::new(), problem: Some(problem) }
    }
}

fn header_problem(names: &[String], mapping: &Mapping, of_field: &[Option<usize>]) -> Option<Problem> {
    let mut sorted: Vec<_> = names.iter().collect();
    sorted.sort();
    if let Some(twice) = sorted.windows(2).find(|pair| pair[0] == pair[1]) {
        return Some(Problem::new(twice[0], "", Reason::DuplicateColumn));
    }
    let missing = mapping.fields.iter().zip(of_field).find(|(field, cell)| field.is_strict && cell.is_none());
    missing.map(|(field, _)| Problem::new(&field.column, "", Reason::MissingColumn))
}

impl Reader {
    pub(super) fn csv(csv: &Csv, mapping: &Mapping) -> Self {
        Self {
            records: Records::csv(csv.delimiter, csv.quote),
            split: Split::Done,
            comment: csv.comment.clone(),
            columns: csv.columns.as_ref().map(|names| Columns::new(names, mapping)),
            rows: 0,
        }
    }

    pub(super) fn text(text: &Text, mapping: &Mapping) -> Self {
        Self {
            records: text.separator.as_deref().map_or_else(Records::lines, Records::lines_cut_by),
            split: Split::Line(text.separator.clone(), text.columns.len()),
            comment: text.comment.clone(),
            columns: Some(Columns::new(&text.columns, mapping)),
            rows: 0,
        }
    }

    pub(super) fn rows(&self) -> u64 {
        self.rows
    }

    pub(super) fn read(
        &mut self,
        mapping: &Mapping,
        time: Option<&str>,
        bytes: &[u8],
        last: bool,
        sink: &mut Sink,
    ) -> usize {
        let mut chunk = self.records.chunk(bytes, last);
        while let Some(found) = chunk.next_record() {
            let (read, text) = match found {
                Found::TooLong(text) => {
                    let is_comment = self.comment.as_ref().is_some_and(|comment| is_comment(&text, comment));
                    if self.columns.is_none() && !is_comment {
                        self.columns = Some(Columns::unread(Problem::new("", &text, Reason::TooLong)));
                    }
                    (Err(Problem::new("", "", Reason::TooLong)), text.into())
                }
                Found::Row(row) if is_passed_over(&row, self.comment.as_deref()) => continue,
                Found::Row(row) => {
                    let cells = self.split.cells(&row);
                    let Some(columns) = &self.columns else {
                        self.columns = Some(Columns::new(&names(&cells), mapping));
                        continue;
                    };
                    (set_event(columns, &cells, &mut Target::new(mapping, time, &mut sink.events)), row.text())
                }
            };
            self.rows += 1;
            if let Err(problem) = read.and_then(|()| sink.events.accept(self.rows)) {
                sink.events.reject();
                sink.rejected.push(Rejected { row: self.rows, problem, text: text.into_owned() });
            }
        }
        chunk.used()
    }
}

/// A comment, or a line of blanks.
fn is_passed_over(row: &Row<'_>, comment: Option<&str>) -> bool {
    let is_blank = row.len() == 1 && row.get(0).is_some_and(|cell| cell.trim().is_empty());
    is_blank || comment.is_some_and(|comment| is_comment(&row.text(), comment))
}

fn is_comment(text: &str, comment: &str) -> bool {
    text.trim_start().starts_with(comment)
}

fn names(cells: &[&str]) -> Vec<String> {
    let name = |(at, cell): (usize, &&str)| match cell.trim() {
        "" => numbered(at),
        name => name.to_owned(),
    };
    cells.iter().enumerate().map(name).collect()
}

fn numbered(cell: usize) -> String {
    format!("column_{}", cell + 1)
}

impl Split {
    fn cells<'r>(&self, row: &Row<'r>) -> Vec<&'r str> {
        match self {
            Self::Done => (0..row.len()).filter_map(|cell| row.get(cell)).collect(),
            Self::Line(separator, most) => fields(row.get(0).unwrap_or_default(), separator.as_deref(), *most),
        }
    }
}

/// At most so many fields of a line; the last one takes what is left. A separator that was named cuts also where it is a
/// blank and nothing stands before it.
fn fields<'l>(line: &'l str, separator: Option<&str>, most: usize) -> Vec<&'l str> {
    let mut rest = line;
    let mut fields = Vec::with_capacity(most);
    while fields.len() + 1 < most {
        let cut = match separator {
            Some(separator) => rest.split_once(separator),
            None => rest.trim().split_once(char::is_whitespace),
        };
        let Some((field, after)) = cut else { break };
        fields.push(field.trim());
        rest = after;
    }
    fields.push(rest.trim());
    fields
}

fn set_event<'t>(columns: &Columns, cells: &[&'t str], target: &mut Target<'_, '_, 't>) -> Result<(), Problem> {
    if let Some(problem) = &columns.problem {
        return Err(problem.clone());
    }
    for (at, cell) in cells.iter().enumerate().filter(|(_, cell)| !cell.trim().is_empty()) {
        match columns.unmapped.get(at) {
            Some(Some(name)) => target.keep(name, Value::text(*cell)),
            Some(None) => {}
            None => target.keep(&numbered(at), Value::text(*cell)),
        }
    }
    target.fill(columns.of_field.iter().map(|cell| Some(value(cells.get((*cell)?).copied()))))
}

fn value(cell: Option<&str>) -> Value<'_> {
    cell.filter(|cell| !cell.trim().is_empty()).map_or(Value::Nothing, Value::text)
}
