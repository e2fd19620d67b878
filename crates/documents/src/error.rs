//! Why a document was not made.

use thiserror::Error;

/// What the caller decides on when a document cannot be made.
#[derive(Debug, Error)]
pub enum Error {
    /// The workbook is full: give up on it and hand out the CSV alone.
    #[error("a workbook holds at most {max} rows: use the CSV")]
    TooManyRows {
        /// How many rows it may hold.
        max: u32,
    },
    /// The workbook could not be built or written, as its library says.
    #[error("write workbook: {0}")]
    Workbook(#[from] rust_xlsxwriter::XlsxError),
    /// The text could not be written, usually a full disk.
    #[error("write list: {0}")]
    Write(#[from] std::io::Error),
}
