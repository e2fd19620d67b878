//! The rows of a sheet under their frozen heads, and how they are printed.

use rust_xlsxwriter::{Format, Workbook, Worksheet, XlsxError};

use super::Setting;
use crate::list::{COLUMNS, ListRow};

/// Widths of [`COLUMNS`], in characters.
const WIDTHS: [u16; COLUMNS.len()] = [11, 18, 7, 13, 14, 10, 17, 17, 9, 9, 18, 29, 13, 17, 60];
/// How many of the columns go on paper: all but the samples, which are for a provider's machine.
pub(super) const PRINTED: u16 = COLUMNS.len() as u16 - 1;
/// The last column.
const LAST: u16 = COLUMNS.len() as u16 - 1;
/// Characters a cell may hold ([Excel specifications and limits](https://support.microsoft.com/en-us/office/1672b34d-7043-467e-8e27-269d656771c3)).
const CELL_MAX: usize = 32_767;
/// Points of one line of a row's text, and around it.
const LINE_POINTS: u32 = 13;
/// Lines a row grows to: one record must not fill the screen.
const LINES_MAX: usize = 6;
/// ISO A4 by its number in the file format.
const A4: u8 = 9;

/// A table being filled.
pub(super) struct Table {
    sheet: usize,
    head: u32,
    next: u32,
}

impl Table {
    /// Sets a sheet up and writes the column heads at a row.
    pub(super) fn begin(sheet: &mut Worksheet, number: usize, head: u32, setting: &Setting) -> Result<Self, XlsxError> {
        for (column, name) in (0u16..).zip(COLUMNS) {
            sheet.set_column_width(column, WIDTHS[usize::from(column)])?;
            let text = setting.words.say(&format!("column.{name}"));
            sheet.write_string_with_format(head, column, text, &setting.look.head)?;
        }
        sheet.set_row_height(head, 30)?;
        sheet.set_freeze_panes(head + 1, 2)?;
        sheet.set_repeat_rows(head, head)?;
        set_paper(sheet, setting);
        Ok(Self { sheet: number, head, next: head + 1 })
    }

    /// How many rows it has.
    pub(super) fn rows(&self) -> u32 {
        self.next - self.head - 1
    }

    /// Writes a row below the last.
    pub(super) fn push(&mut self, book: &mut Workbook, row: &ListRow, setting: &Setting) -> Result<(), XlsxError> {
        let sheet = book.worksheet_from_index(self.sheet)?;
        write_row(sheet, self.next, row, setting)?;
        self.next += 1;
        Ok(())
    }

    /// Puts the filter and the print area on, or says that there is no row.
    pub(super) fn end(&self, book: &mut Workbook, empty: &str, setting: &Setting) -> Result<(), XlsxError> {
        let sheet = book.worksheet_from_index(self.sheet)?;
        if self.rows() == 0 {
            let (text, row) = (setting.words.say(empty), self.next);
            sheet.merge_range(row, 0, row, PRINTED - 1, &text, &setting.look.subtitle)?;
            sheet.set_print_area(0, 0, row, PRINTED - 1)?;
            return Ok(());
        }
        sheet.autofilter(self.head, 0, self.next - 1, LAST)?;
        sheet.set_print_area(0, 0, self.next - 1, PRINTED - 1)?;
        Ok(())
    }
}

/// A4 on its side, one page wide, the page's number at the foot.
pub(super) fn set_paper(sheet: &mut Worksheet, setting: &Setting) {
    let foot =
        format!("&L{} · {}&R{}", plain(&setting.head.owner_code), setting.head.month, setting.words.say("list.page"));
    sheet.set_paper_size(A4).set_landscape().set_print_fit_to_pages(1, 0);
    sheet.set_margins(0.4, 0.4, 0.5, 0.6, 0.3, 0.3);
    sheet.set_footer(foot);
}

/// In a footer `&` begins a command, `&&` is the sign itself.
fn plain(text: &str) -> String {
    text.replace('&', "&&")
}

/// Makes a row as high as its text needs; not every spreadsheet does so by itself.
pub(super) fn set_lines(sheet: &mut Worksheet, row: u32, lines: usize) -> Result<(), XlsxError> {
    sheet.set_row_height(row, LINE_POINTS * lines.clamp(1, LINES_MAX) as u32 + 3)?;
    Ok(())
}

/// How many lines a text takes in a column of so many characters, words kept whole where they fit.
pub(super) fn lines_of(text: &str, width: usize) -> usize {
    let (mut lines, mut used) = (1, 0);
    for word in text.split_whitespace().map(|word| word.chars().count()) {
        if used > 0 && used + 1 + word > width {
            lines += 1;
            used = 0;
        }
        used += word + usize::from(used > 0);
        lines += (used - 1) / width;
        used = (used - 1) % width + 1;
    }
    lines
}

/// Lines of the printed part of a row; the samples may run on.
fn lines_of_row(row: &ListRow) -> usize {
    let texts = [(1, &row.subject), (3, &row.family), (5, &row.service), (10, &row.isp), (11, &row.organisation)];
    let more = [(12, &row.place), (13, &row.feeds)];
    texts.into_iter().chain(more).map(|(column, text)| lines_of(text, WIDTHS[column].into())).max().unwrap_or(1)
}

fn write_row(sheet: &mut Worksheet, at: u32, row: &ListRow, setting: &Setting) -> Result<(), XlsxError> {
    let Setting { look, words, .. } = setting;
    let status = words.say(&format!("status.{}", row.status.name()));
    sheet.write_string_with_format(at, 0, status, look.status(row.status))?;
    write_text(sheet, at, 1, &row.subject, &look.text)?;
    match row.port {
        Some(port) => sheet.write_number_with_format(at, 2, port, &look.port)?,
        None => sheet.write_blank(at, 2, &look.text)?,
    };
    write_text(sheet, at, 3, &row.family, &look.text)?;
    write_text(sheet, at, 4, &words.say_or_name("kind", &row.kind), &look.text)?;
    write_text(sheet, at, 5, &row.service, &look.text)?;
    write_time(sheet, at, 6, row.first, setting)?;
    write_time(sheet, at, 7, row.last, setting)?;
    // A spreadsheet's numbers are 64-bit floats: exact up to 2^53.
    sheet.write_number_with_format(at, 8, row.count as f64, &look.number)?;
    sheet.write_number_with_format(at, 9, row.days as f64, &look.number)?;
    for (column, text) in (10u16..).zip([&row.isp, &row.organisation, &row.place, &row.feeds, &row.samples]) {
        write_text(sheet, at, column, text, &look.text)?;
    }
    set_lines(sheet, at, lines_of_row(row))
}

fn write_text(sheet: &mut Worksheet, row: u32, column: u16, text: &str, format: &Format) -> Result<(), XlsxError> {
    if text.chars().nth(CELL_MAX).is_none() {
        sheet.write_string_with_format(row, column, text, format)?;
        return Ok(());
    }
    let mut cut: String = text.chars().take(CELL_MAX - 1).collect();
    cut.push('…');
    sheet.write_string_with_format(row, column, cut, format)?;
    Ok(())
}

fn write_time(sheet: &mut Worksheet, row: u32, column: u16, micros: i64, setting: &Setting) -> Result<(), XlsxError> {
    // A spreadsheet's calendar begins in 1900; what it cannot show as a date stays readable as text.
    match setting.local.civil(micros) {
        Some(at) if at.year() >= 1900 => {
            sheet.write_datetime_with_format(row, column, at, &setting.look.time)?;
        }
        _ => write_text(sheet, row, column, &micros.to_string(), &setting.look.text)?,
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_counted_as_a_spreadsheet_breaks_them() {
        assert_eq!(lines_of("", 10), 1);
        assert_eq!(lines_of("1234567890", 10), 1);
        assert_eq!(lines_of("12345678901", 10), 2);
        assert_eq!(lines_of("Sở Khoa học và Công nghệ", 12), 2);
        assert_eq!(lines_of("a 12345678901234567890123", 10), 4);
    }
}
