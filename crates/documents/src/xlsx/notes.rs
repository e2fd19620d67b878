//! The second sheet: what the words and colours mean, how it was counted, what to do.

use rust_xlsxwriter::{Worksheet, XlsxError};

use super::{Setting, table, title};
use crate::list::{COLUMNS, Status};

/// Characters of the two columns: a name and its explanation.
const WIDTHS: [u16; 2] = [30, 105];
/// Steps of what to do, `notes.step1` and on.
const STEPS: u32 = 5;
/// Characters of text that fit a line of the second column: text is narrower than the digits widths are told in.
const ACROSS: usize = 120;

/// Writes the notes.
pub(super) fn write(sheet: &mut Worksheet, setting: &Setting) -> Result<(), XlsxError> {
    let Setting { words, look, .. } = setting;
    sheet.set_name(words.say("sheet.notes"))?;
    sheet.set_screen_gridlines(false);
    for (column, width) in (0u16..).zip(WIDTHS) {
        sheet.set_column_width(column, width)?;
    }
    sheet.write_string_with_format(0, 0, words.say("notes.title"), &look.title)?;
    sheet.set_row_height(0, 24)?;
    let row = write_statuses(sheet, 2, setting)?;
    let row = write_steps(sheet, row + 1, setting)?;
    let row = write_figures(sheet, row + 1, setting)?;
    write_columns(sheet, row + 1, setting)?;
    table::set_paper(sheet, setting);
    sheet.set_print_fit_to_pages(1, 1);
    Ok(())
}

fn write_statuses(sheet: &mut Worksheet, row: u32, setting: &Setting) -> Result<u32, XlsxError> {
    let mut row = write_section(sheet, row, "notes.status", setting)?;
    for status in Status::ALL {
        let word = setting.words.say(&format!("status.{}", status.name()));
        let about = setting.words.say(&format!("status_about.{}", status.name()));
        sheet.write_string_with_format(row, 0, word, setting.look.status(status))?;
        sheet.write_string_with_format(row, 1, &about, &setting.look.text)?;
        table::set_lines(sheet, row, table::lines_of(&about, ACROSS))?;
        row += 1;
    }
    Ok(row)
}

fn write_steps(sheet: &mut Worksheet, row: u32, setting: &Setting) -> Result<u32, XlsxError> {
    let row = write_section(sheet, row, "notes.steps", setting)?;
    for step in 1..=STEPS {
        let text = setting.words.say(&format!("notes.step{step}"));
        write_pair(sheet, row + step - 1, &step.to_string(), &text, setting)?;
    }
    Ok(row + STEPS)
}

fn write_figures(sheet: &mut Worksheet, row: u32, setting: &Setting) -> Result<u32, XlsxError> {
    let row = write_section(sheet, row, "notes.figures", setting)?;
    write_pair(sheet, row, &setting.words.say("notes.definition"), &title::definition(setting), setting)?;
    write_pair(sheet, row + 1, &setting.words.say("notes.versions"), &title::made(setting), setting)?;
    Ok(row + 2)
}

fn write_columns(sheet: &mut Worksheet, row: u32, setting: &Setting) -> Result<u32, XlsxError> {
    let mut row = write_section(sheet, row, "notes.columns", setting)?;
    for name in COLUMNS {
        let word = setting.words.say(&format!("column.{name}"));
        write_pair(sheet, row, &word, &setting.words.say(&format!("column_about.{name}")), setting)?;
        row += 1;
    }
    Ok(row)
}

fn write_section(sheet: &mut Worksheet, row: u32, key: &str, setting: &Setting) -> Result<u32, XlsxError> {
    sheet.write_string_with_format(row, 0, setting.words.say(key), &setting.look.section)?;
    sheet.set_row_height(row, 18)?;
    Ok(row + 1)
}

fn write_pair(sheet: &mut Worksheet, row: u32, name: &str, text: &str, setting: &Setting) -> Result<(), XlsxError> {
    sheet.write_string_with_format(row, 0, name, &setting.look.strong)?;
    sheet.write_string_with_format(row, 1, text, &setting.look.text)?;
    table::set_lines(sheet, row, table::lines_of(text, ACROSS))
}
