//! The block above the rows: whose list, which month, how many, counted how, from which versions.

use rust_xlsxwriter::{Format, Worksheet, XlsxError};

use super::{Setting, table};
use crate::{list::Status, message::Lang};

/// The last column the block spans: as far as what is printed.
const LAST: u16 = table::PRINTED - 1;
/// Characters of small text that fit across the block.
const ACROSS: usize = 230;

/// The title of the list, for its first row and the file's properties.
pub(super) fn list_title(setting: &Setting) -> String {
    dated("list.title", setting)
}

/// Writes the block of the list; gives the row its table begins at.
pub(super) fn write_list(sheet: &mut Worksheet, setting: &Setting) -> Result<u32, XlsxError> {
    sheet.set_name(setting.words.say("sheet.list"))?;
    write_who(sheet, &list_title(setting), setting)?;
    write_counts(sheet, 2, setting)?;
    let small = &setting.look.small;
    let definition = definition(setting);
    sheet.set_row_height(3, 6)?;
    write_line(sheet, 4, &definition, small)?;
    table::set_lines(sheet, 4, table::lines_of(&definition, ACROSS))?;
    write_line(sheet, 5, &made(setting), small)?;
    write_line(sheet, 6, &setting.words.say("list.care"), small)?;
    Ok(8)
}

/// Writes the block of those gone; gives the row its table begins at.
pub(super) fn write_gone(sheet: &mut Worksheet, setting: &Setting) -> Result<u32, XlsxError> {
    sheet.set_name(setting.words.say("sheet.gone"))?;
    write_who(sheet, &dated("list.gone_title", setting), setting)?;
    write_line(sheet, 2, &setting.words.say("list.gone_about"), &setting.look.small)?;
    write_line(sheet, 3, &made(setting), &setting.look.small)?;
    Ok(5)
}

/// What a row is: as the caller defines it, or the house's own words.
pub(super) fn definition(setting: &Setting) -> String {
    let own = &setting.head.definition;
    if own.is_empty() { setting.words.say("list.definition") } else { own.clone() }
}

/// When it was made, and from which versions.
pub(super) fn made(setting: &Setting) -> String {
    let Setting { head, local, words, .. } = setting;
    let form = if words.lang() == Lang::Vi { "%H:%M ngày %d/%m/%Y" } else { "%Y-%m-%d %H:%M" };
    let (data, attribution) = (head.data_version.to_string(), head.attribution_version.to_string());
    let at = local.format(head.made_at, form);
    let values = [("at", at.as_str()), ("zone", local.name()), ("data", &data), ("attribution", &attribution)];
    words.fill("list.made", &values)
}

fn dated(key: &str, setting: &Setting) -> String {
    let (year, month) = setting.head.month.split_once('-').unwrap_or((&setting.head.month, "?"));
    setting.words.fill(key, &[("year", year), ("month", month)])
}

fn write_who(sheet: &mut Worksheet, title: &str, setting: &Setting) -> Result<(), XlsxError> {
    let Setting { head, words, look, .. } = setting;
    write_line(sheet, 0, title, &look.title)?;
    sheet.set_row_height(0, 24)?;
    let owner = words.fill("list.owner", &[("name", &head.owner_name), ("code", &head.owner_code)]);
    write_line(sheet, 1, &owner, &look.subtitle)?;
    sheet.set_row_height(1, 18)?;
    Ok(())
}

fn write_counts(sheet: &mut Worksheet, row: u32, setting: &Setting) -> Result<(), XlsxError> {
    // Pairs of columns wide enough for a word and its number, side by side.
    let boxes = [(0, 1), (2, 4), (5, 6), (7, 8)];
    for (status, (from, to)) in Status::ALL.into_iter().zip(boxes) {
        let word = setting.words.say(&format!("status.{}", status.name()));
        let text = format!("{word}: {}", setting.head.counts.of(status));
        sheet.merge_range(row, from, row, to, &text, &setting.look.status_box(status))?;
    }
    sheet.set_row_height(row, 18)?;
    Ok(())
}

fn write_line(sheet: &mut Worksheet, row: u32, text: &str, format: &Format) -> Result<(), XlsxError> {
    sheet.merge_range(row, 0, row, LAST, text, format)?;
    Ok(())
}
