//! What can go wrong with the lake, by what the caller must do.

use deltalake_core::DeltaTableError;
use deltalake_core::datafusion::error::DataFusionError;
use deltalake_core::kernel::transaction::TransactionError;

/// An error of the lake.
#[derive(Debug, thiserror::Error)]
pub enum LakeError {
    /// The disk said no: full, read-only, broken. Nothing was committed; free it and run again.
    #[error("write the lake: {0}")]
    Disk(#[from] std::io::Error),
    /// The table's log or a data file cannot be read or written.
    #[error("use the Delta table: {0}")]
    Table(#[from] DeltaTableError),
    /// The next entry of the table's log cannot be written.
    #[error("commit to the Delta table: {0}")]
    Commit(#[from] TransactionError),
    /// A question could not be answered.
    #[error("query the lake: {0}")]
    Query(#[from] DataFusionError),
    /// A Parquet file could not be written.
    #[error("write a Parquet file: {0}")]
    Parquet(#[from] parquet::errors::ParquetError),
    /// Columns are not what they should be: a bug.
    #[error("build columns: {0}")]
    Columns(#[from] arrow_schema::ArrowError),
    /// Files that an answer needs are damaged; they are named. What needs none of them is answered.
    #[error("read what the answer needs, because files are damaged: {0}; `haidang lake mend` makes them anew")]
    Damaged(String),
    /// The log of a table is damaged; the entry is named.
    #[error("read the log of a table: {path}: {why}; `haidang lake mend` makes the lake anew from the raw reports")]
    Log {
        /// The entry.
        path: std::path::PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// Another table was put in the place of one that is open, as mending does: open the lake anew.
    #[error("go on reading {0}: it was made anew; open it again")]
    Replaced(std::path::PathBuf),
    /// The lake was made by a newer program.
    #[error("open the lake: its version is {found}, this program knows up to {known}; use the newer program")]
    Newer {
        /// Version of the lake.
        found: i64,
        /// Newest version known here.
        known: i64,
    },
}
