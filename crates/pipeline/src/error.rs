//! What can go wrong on the way, by what the caller must do.

use std::error::Error;
use std::io;
use std::path::PathBuf;

/// An error of the pipeline.
#[derive(Debug, thiserror::Error)]
pub enum PipelineError {
    /// A file of the data folder cannot be used. Nothing is lost: what was accepted is tried again at the next run.
    #[error("use {path}: {source}")]
    File {
        /// Which one.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// The lake.
    #[error(transparent)]
    Lake(#[from] lake::LakeError),
    /// The data folder was made by a newer program.
    #[error("open the data folder: its form is {found}, this program knows up to {known}; use the newer program")]
    Newer {
        /// Form of the folder.
        found: u32,
        /// Newest form known here.
        known: u32,
    },
    /// The folder has another reporting zone than was asked for; the zone is fixed when the folder is made.
    #[error("open the data folder: its days are cut in {has}, not in {asked}")]
    OtherZone {
        /// The folder's zone.
        has: String,
        /// The zone asked for.
        asked: String,
    },
    /// A file of settings is not of its form.
    #[error("read {path}: {wrong}")]
    Form {
        /// Which one.
        path: PathBuf,
        /// What is wrong, and where.
        wrong: String,
    },
    /// Another process writes; it is named.
    #[error("write the data folder: it is held by {holder}")]
    Held {
        /// What the holder wrote about itself.
        holder: String,
    },
    /// A delivered file cannot be unpacked; it is not accepted.
    #[error("unpack {name}: {wrong}")]
    Packed {
        /// Its name.
        name: String,
        /// What is wrong.
        wrong: String,
    },
    /// A delivered file cannot be read for now; it is not accepted.
    #[error("read {name}: {source}")]
    Unread {
        /// Its name.
        name: String,
        /// What the operating system said.
        source: io::Error,
    },
    /// The lake lacks reports that the journal has in it: it is not mounted, was removed, or is an older copy.
    #[error(
        "open the lake: its {table} end with report {committed}, the journal with {told}; put back the lake that belongs to the journal, or run `haidang lake mend`, which makes anew what is missing"
    )]
    Behind {
        /// Which of its tables.
        table: &'static str,
        /// The table's newest report.
        committed: i64,
        /// The journal's newest one that is in the lake.
        told: i64,
    },
    /// The lake has reports of which the journal does not tell: the journal is an older copy, or lost its end. Numbers would be
    /// given twice.
    #[error(
        "open the lake: its events end with report {committed}, of which the journal does not tell; put back the journal that belongs to the lake, or run `haidang lake mend`, which tells it anew as far as the lake's log knows"
    )]
    Ahead {
        /// The lake's newest report.
        committed: i64,
    },
    /// A bug of this program; the report is put aside so that it stops no other.
    #[error("read the report: {0}; please report this with the file")]
    Bug(String),
    /// Something that was asked for is not there.
    #[error("find {0}")]
    Missing(String),
}

impl PipelineError {
    /// Whether the report itself is to blame, so that trying it again would end the same way.
    pub(crate) fn is_of_report(&self) -> bool {
        matches!(self, Self::Bug(_) | Self::Lake(lake::LakeError::Columns(_)))
    }

    /// Whether the disk is full: the work stops, and goes on where it stood once there is room.
    pub fn disk_full(&self) -> bool {
        let is_full = |error: &(dyn Error + 'static)| {
            error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::StorageFull)
        };
        let mut cause: Option<&(dyn Error + 'static)> = Some(self);
        while let Some(error) = cause.filter(|error| !is_full(*error)) {
            cause = error.source();
        }
        cause.is_some()
    }
}

/// What a system says of bytes that it has and cannot read any more (`EIO`).
const BYTES_LOST: i32 = 5;

/// Whether an error is of the machine and may be over soon; else the bytes are to blame.
pub(crate) fn is_of_machine(error: &io::Error) -> bool {
    error.raw_os_error().is_some_and(|code| code != BYTES_LOST)
}

/// Names the file in an operating system's error.
pub(crate) trait At<T> {
    /// The error at `path`.
    fn at(self, path: &std::path::Path) -> Result<T, PipelineError>;
}

impl<T> At<T> for io::Result<T> {
    fn at(self, path: &std::path::Path) -> Result<T, PipelineError> {
        self.map_err(|source| PipelineError::File { path: path.to_owned(), source })
    }
}
