//! Rows that are no events: kept with their reason, countable, and tried again on request.
//!
//! One compressed file of JSON lines per report, written and synced before the report is committed.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::path::PathBuf;

use disk::{NewFile, Taken};
use feeds::format::Rejected;
use serde::{Deserialize, Serialize};

use crate::error::At as _;
use crate::{DataFolder, PipelineError};

/// Level of compression.
const LEVEL: i32 = 3;

/// A row kept aside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// Its number in the file, from 1.
    pub row: u64,
    /// The column or key that is wrong; empty if the whole record is.
    pub column: String,
    /// The value, cut.
    pub value: String,
    /// Why: a code of [`event::rows::Reason`].
    pub reason: String,
    /// The record as it came.
    pub text: String,
}

/// Where the quarantine of a report lies.
pub fn path(folder: &DataFolder, seq: i64) -> PathBuf {
    folder.path(&format!("quarantine/{seq}.jsonl.zst"))
}

/// The quarantine of one report being written. No file is made for a report without bad rows.
pub struct Keeper {
    folder: DataFolder,
    seq: i64,
    file: Option<zstd::Encoder<'static, NewFile>>,
    kept: u64,
}

impl std::fmt::Debug for Keeper {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Keeper").field("seq", &self.seq).field("kept", &self.kept).finish()
    }
}

impl Keeper {
    /// The keeper of a report.
    pub fn new(folder: &DataFolder, seq: i64) -> Self {
        Self { folder: folder.clone(), seq, file: None, kept: 0 }
    }

    /// Keeps a row.
    ///
    /// # Errors
    /// The disk's.
    pub fn keep(&mut self, rejected: &Rejected) -> Result<(), PipelineError> {
        let path = path(&self.folder, self.seq);
        let row = Row {
            row: rejected.row,
            column: rejected.problem.column.clone(),
            value: rejected.problem.value.clone(),
            reason: rejected.problem.reason.code().to_owned(),
            text: rejected.text.clone(),
        };
        self.write(&row).at(&path)?;
        self.kept += 1;
        Ok(())
    }

    fn write(&mut self, row: &Row) -> io::Result<()> {
        let file = match &mut self.file {
            Some(file) => file,
            None => {
                let file = self.folder.disk.create(&path(&self.folder, self.seq))?;
                self.file.insert(zstd::Encoder::new(file, LEVEL)?)
            }
        };
        serde_json::to_writer(&mut *file, row)?;
        file.write_all(b"\n")
    }

    /// Rows kept so far.
    pub fn kept(&self) -> u64 {
        self.kept
    }

    /// Ends the file, synced.
    ///
    /// # Errors
    /// The disk's.
    pub fn finish(mut self) -> Result<u64, PipelineError> {
        let path = path(&self.folder, self.seq);
        if let Some(file) = self.file.take() {
            file.finish().and_then(|mut file| file.publish(Taken::Replace)).at(&path)?;
        }
        Ok(self.kept)
    }
}

/// Gives every row kept of a report to `each`, in order.
///
/// # Errors
/// The disk's; a file that is none of ours; that of `each`.
pub fn read(
    folder: &DataFolder,
    seq: i64,
    mut each: impl FnMut(Row) -> Result<(), PipelineError>,
) -> Result<(), PipelineError> {
    let path = path(folder, seq);
    if !path.exists() {
        return Ok(());
    }
    let lines = BufReader::new(zstd::Decoder::new(File::open(&path).at(&path)?).at(&path)?).lines();
    for line in lines {
        let row = serde_json::from_str(&line.at(&path)?)
            .map_err(|e| PipelineError::Form { path: path.clone(), wrong: e.to_string() })?;
        each(row)?;
    }
    Ok(())
}
