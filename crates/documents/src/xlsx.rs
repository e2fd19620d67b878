//! An owner's list as a workbook that a province's only IT person is glad to open.
//!
//! Three sheets: the list with its title block, the notes, and those gone. Rows are written as they come (the library's
//! constant-memory mode), so a full workbook costs no more memory than an empty one. Every cell of text is a string
//! cell: nothing a feed says becomes a formula.

mod look;
mod notes;
mod table;
mod title;

use std::io::{Seek, Write};

use event::time::Zone;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook, XlsxError};

use crate::{
    error::Error,
    list::{ListHead, ListRow, Status},
    local::Local,
    message::{Lang, Messages},
};
use look::Look;
use table::Table;

/// Rows a workbook takes, all sheets together: above it a spreadsheet is slow to open and a script is the better reader.
pub const ROWS_MAX: u32 = 100_000;

/// What every sheet needs to be written.
struct Setting {
    head: ListHead,
    local: Local,
    words: Messages,
    look: Look,
}

/// A list being written as a workbook.
pub struct ListBook {
    book: Workbook,
    setting: Setting,
    seen: Table,
    gone: Table,
}

impl ListBook {
    /// Begins a workbook: title blocks, column heads and notes.
    pub fn new(head: ListHead, zone: &Zone, lang: Lang) -> Result<Self, Error> {
        let setting = Setting { head, local: Local::of(zone), words: Messages::of(lang), look: Look::new(lang) };
        let mut book = Workbook::new();
        book.set_properties(&properties(&setting)?);
        let sheet = book.add_worksheet_with_constant_memory()?;
        let below = title::write_list(sheet, &setting)?;
        let seen = Table::begin(sheet, 0, below, &setting)?;
        notes::write(book.add_worksheet_with_constant_memory()?, &setting)?;
        let sheet = book.add_worksheet_with_constant_memory()?;
        let below = title::write_gone(sheet, &setting)?;
        let gone = Table::begin(sheet, 2, below, &setting)?;
        Ok(Self { book, setting, seen, gone })
    }

    /// Adds one row, to the list or to those gone; above [`ROWS_MAX`] it is refused with [`Error::TooManyRows`].
    pub fn push(&mut self, row: &ListRow) -> Result<(), Error> {
        if self.seen.rows() + self.gone.rows() == ROWS_MAX {
            return Err(Error::TooManyRows { max: ROWS_MAX });
        }
        let table = if row.status == Status::Gone { &mut self.gone } else { &mut self.seen };
        Ok(table.push(&mut self.book, row, &self.setting)?)
    }

    /// Ends the workbook and writes it out.
    pub fn finish(mut self, out: impl Write + Seek + Send) -> Result<(), Error> {
        self.seen.end(&mut self.book, "list.empty", &self.setting)?;
        self.gone.end(&mut self.book, "list.gone_empty", &self.setting)?;
        Ok(self.book.save_to_writer(out)?)
    }
}

fn properties(setting: &Setting) -> Result<DocProperties, XlsxError> {
    let properties = DocProperties::new().set_title(title::list_title(setting));
    let made = ExcelDateTime::from_timestamp(setting.head.made_at.div_euclid(event::time::SECOND))?;
    Ok(properties.set_creation_datetime(&made))
}
