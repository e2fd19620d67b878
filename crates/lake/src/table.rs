//! A Delta table in a local folder.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use arrow_schema::Schema;
use deltalake_core::checkpoints::{cleanup_expired_logs_for, create_checkpoint};
use deltalake_core::kernel::engine::arrow_conversion::TryIntoKernel as _;
use deltalake_core::kernel::transaction::CommitData;
use deltalake_core::kernel::{Action, Add, Remove, StructType, Transaction};
use deltalake_core::logstore::CommitOrBytes;
use deltalake_core::operations::create::CreateBuilder;
use deltalake_core::protocol::{DeltaOperation, SaveMode};
use deltalake_core::{DeltaTable, DeltaTableBuilder, DeltaTableError, TableProperty};
use disk::Disk;
use serde_json::Value;
use url::Url;
use uuid::Uuid;

use crate::LakeError;
use crate::damage::damaged_log;
use crate::schema::{DAY, plain};
use crate::store::durable;

/// The application id under which reports are committed; the transaction's version is the report's number.
pub const APPLICATION: &str = "haidang.reports";
/// The property that says which program version made the table's columns.
const FORM_PROPERTY: &str = "haidang.form";
/// The form of the columns this program writes.
pub const FORM: i64 = 1;
/// Log entries between two checkpoints: bounds what a reader has to replay.
const CHECKPOINT_EVERY: u64 = 50;
/// Times that a log is read until what is wrong with it is believed: a listing of its folder may miss an entry that is written
/// meanwhile, and have the next one.
const LOG_READS: u32 = 5;
/// How long old versions are kept: long enough to undo a mistake, no longer, as they hold personal data.
const HISTORY: &str = "interval 7 days";

/// A table, opened at its newest version.
#[derive(Debug)]
pub struct Table {
    root: PathBuf,
    table: DeltaTable,
    /// The newest version, which may be ahead of what is read.
    last: u64,
    /// The folder of the log when the table was opened.
    log: Place,
}

/// A folder, whatever it is called: its device and its number there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Place(u64, u64);

impl Place {
    fn of_log(root: &Path) -> Result<Self, LakeError> {
        let folder = fs::metadata(root.join("_delta_log"))?;
        Ok(Self(folder.dev(), folder.ino()))
    }
}

/// What one commit does.
#[derive(Debug, Default)]
pub struct Change {
    /// Files that join.
    pub adds: Vec<Add>,
    /// Files that leave.
    pub removes: Vec<Remove>,
    /// The report's number, if it commits one.
    pub seq: Option<i64>,
    /// Notes kept in the log.
    pub notes: Vec<(String, Value)>,
}

impl Table {
    /// Opens the table at `root`, or makes it.
    ///
    /// # Errors
    /// [`LakeError::Newer`] for a table of a newer program.
    pub(crate) async fn open(root: &Path, schema: &Schema, disk: &Disk) -> Result<Self, LakeError> {
        disk.create_folder(root)?;
        // Told before the log is read: it may be replaced meanwhile.
        let log = Place::of_log(root).ok();
        let url = Url::from_directory_path(root)
            .map_err(|()| std::io::Error::other(format!("{} is not an absolute path", root.display())))?;
        let mut table = DeltaTableBuilder::from_url(url.clone())?.with_storage_backend(durable(disk), url).build()?;
        if table.verify_deltatable_existence().await? {
            read_log(root, &mut table).await?;
        } else {
            table = create(&table, schema).await?;
        }
        let log = log.map_or_else(|| Place::of_log(root), Ok)?;
        let table = Self { root: root.to_owned(), last: table.version().unwrap_or(0), log, table };
        table.check_form()?;
        Ok(table)
    }

    fn check_form(&self) -> Result<(), LakeError> {
        let metadata = self.table.snapshot()?.metadata();
        let found = metadata.configuration().get(FORM_PROPERTY).and_then(|form| form.parse().ok()).unwrap_or(FORM);
        if found > FORM { Err(LakeError::Newer { found, known: FORM }) } else { Ok(()) }
    }

    /// Its folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The Delta version it stands at.
    pub fn version(&self) -> u64 {
        self.last
    }

    /// The Delta library's table, for readers.
    pub(crate) fn delta(&self) -> &DeltaTable {
        &self.table
    }

    /// Goes to the newest version.
    ///
    /// # Errors
    /// [`LakeError::Replaced`] when another table lies in its place: of that, what is read here is no earlier version.
    pub(crate) async fn refresh(&mut self) -> Result<(), LakeError> {
        let read = read_log(&self.root, &mut self.table).await;
        match Place::of_log(&self.root) {
            Ok(log) if log == self.log => read?,
            Err(LakeError::Disk(error)) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
            // It is on its way to another place, or another lies there.
            _ => return Err(LakeError::Replaced(self.root.clone())),
        }
        self.last = self.table.version().unwrap_or(0);
        Ok(())
    }

    /// The highest report number committed.
    pub(crate) async fn committed(&self) -> Result<Option<i64>, LakeError> {
        let log = self.table.log_store();
        Ok(self.table.snapshot()?.transaction_version(log.as_ref(), APPLICATION).await?)
    }

    /// Every file of the table.
    #[expect(deprecated, reason = "chores take files out of the table one by one, as actions")]
    pub(crate) fn files(&self) -> Result<Vec<Add>, LakeError> {
        Ok(self.table.snapshot()?.log_data().iter().map(|file| file.add_action()).collect())
    }

    /// The names of all its files.
    pub(crate) fn paths(&self) -> Result<BTreeSet<String>, LakeError> {
        Ok(self.table.snapshot()?.log_data().iter().map(|file| file.path().into_owned()).collect())
    }

    /// Commits a change as the next version; on return it is on the disk. What is read stays as it was until
    /// [`Table::refresh`]: the library would go through all files of the table again after every commit.
    ///
    /// # Errors
    /// The disk's, or that another writer was quicker. What failed may be only what comes after the commit (a checkpoint).
    pub(crate) async fn commit(&mut self, change: Change) -> Result<u64, LakeError> {
        let version = self.last + 1;
        let operation =
            DeltaOperation::Write { mode: SaveMode::Append, partition_by: Some(vec![DAY.to_owned()]), predicate: None };
        let actions = change.removes.into_iter().map(Action::Remove).chain(change.adds.into_iter().map(Action::Add));
        let transaction = change.seq.map(|seq| Transaction::new(APPLICATION, seq));
        let notes = change.notes.into_iter().collect();
        let data = CommitData::new(actions.collect(), operation, notes, transaction.into_iter().collect());
        let bytes = CommitOrBytes::LogBytes(data.get_bytes()?);
        self.table.log_store().write_commit_entry(version, bytes, Uuid::nil()).await?;
        self.last = version;
        if version.is_multiple_of(CHECKPOINT_EVERY) {
            self.refresh().await?;
            create_checkpoint(&self.table, None).await?;
        }
        Ok(version)
    }

    /// Deletes log entries from before `cutoff`, milliseconds since 1970, but for what the versions since then need.
    pub(crate) async fn forget_log(&mut self, cutoff: i64) -> Result<(), LakeError> {
        create_checkpoint(&self.table, None).await?;
        cleanup_expired_logs_for(self.last, self.table.log_store().as_ref(), cutoff, None).await?;
        // What is open still reads from the entries that have gone.
        Ok(self.table.load().await?)
    }
}

/// Reads what is new in a table's log.
async fn read_log(root: &Path, table: &mut DeltaTable) -> Result<(), LakeError> {
    for _ in 1..LOG_READS {
        if table.update_state().await.is_ok() {
            return Ok(());
        }
    }
    table.update_state().await.map_err(|error| log_error(root, error))
}

/// The error of a log that cannot be read, with the entry that is to blame.
fn log_error(root: &Path, error: DeltaTableError) -> LakeError {
    damaged_log(root).map_or(LakeError::Table(error), |(path, why)| LakeError::Log { path, why })
}

async fn create(table: &DeltaTable, schema: &Schema) -> Result<DeltaTable, LakeError> {
    let columns: StructType = (&plain(schema)).try_into_kernel()?;
    let table = CreateBuilder::new()
        .with_log_store(table.log_store())
        .with_columns(columns.fields().cloned())
        .with_partition_columns([DAY])
        .with_configuration_property(TableProperty::CheckpointInterval, Some(CHECKPOINT_EVERY.to_string()))
        .with_configuration_property(TableProperty::LogRetentionDuration, Some(HISTORY))
        .with_configuration_property(TableProperty::DeletedFileRetentionDuration, Some(HISTORY))
        .with_configuration([(FORM_PROPERTY.to_owned(), Some(FORM.to_string()))])
        .with_raise_if_key_not_exists(false)
        .await?;
    Ok(table)
}
