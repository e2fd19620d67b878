//! Batches → Parquet files, one per day, ready to be committed.
//!
//! The files lie in the table's folder, synced, before any log entry names them. Each carries the
//! statistics of the columns that files are skipped by.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_array::cast::AsArray;
use arrow_array::types::Date32Type;
use arrow_schema::{Schema, SchemaRef};
use deltalake_core::kernel::Add;
use disk::Disk;
use event::time::day_text;
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::file::metadata::ParquetMetaData;
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterPropertiesPtr, WriterVersion};
use parquet::file::statistics::Statistics;
use parquet::schema::types::ColumnPath;
use serde_json::{Map, Value, json};

use crate::LakeError;
use crate::file::TableFile;
use crate::schema::{DAY, position};
use crate::words::PAGE_ROWS;

/// How hard pages are compressed: more costs time and gains little.
const ZSTD_LEVEL: i32 = 1;
/// Rows written to a column between two looks at the size of its page.
const WRITE_ROWS: usize = 4096;
/// Bytes that all open files of one writer may hold in memory before the largest is flushed.
const BUFFERED_MAX: usize = 128 << 20;

/// What a table wants of its files.
#[derive(Debug)]
pub struct FileForm {
    /// Numbers by which files are skipped: they get statistics for files, row groups and pages.
    pub skipped_by: &'static [&'static str],
    /// Numbers that grow, are sorted or do not repeat: stored as differences, each in as few bits as it needs, which
    /// leaves little to compress. Inside of lists by their path.
    pub deltas: &'static [&'static str],
    /// Texts that do not repeat: stored as they are.
    pub unique: &'static [&'static str],
}

/// The form of `events`.
pub static EVENTS_FORM: FileForm = FileForm {
    skipped_by: &["seq", "source_ip_hi", "source_ip_lo", "time_source"],
    deltas: &["row", "source_ip_lo", "time_source", "source_port"],
    unique: &["source_reverse_dns", "source_url"],
};

/// The form of `sightings`.
pub static SIGHTINGS_FORM: FileForm = FileForm {
    skipped_by: &["ip_hi", "ip_lo", "first", "last"],
    // Samples hardly repeat: a dictionary of them is as large as they are, and is read whole for the sake of one row.
    deltas: &["ip_lo", "first", "last", "samples.list.element.time", "samples.list.element.port"],
    unique: &[],
};

fn properties(form: &FileForm) -> Result<WriterProperties, LakeError> {
    let mut properties = WriterProperties::builder()
        .set_writer_version(WriterVersion::PARQUET_1_0)
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(ZSTD_LEVEL)?))
        .set_write_batch_size(WRITE_ROWS)
        .set_data_page_row_count_limit(PAGE_ROWS)
        .set_statistics_enabled(EnabledStatistics::None)
        .set_created_by("hai-dang".into());
    for name in form.skipped_by {
        properties = properties.set_column_statistics_enabled(ColumnPath::from(*name), EnabledStatistics::Page);
    }
    for name in form.deltas {
        let column = ColumnPath::new(name.split('.').map(str::to_owned).collect());
        properties = properties
            .set_column_dictionary_enabled(column.clone(), false)
            .set_column_compression(column.clone(), Compression::UNCOMPRESSED)
            .set_column_encoding(column, Encoding::DELTA_BINARY_PACKED);
    }
    for name in form.unique {
        properties = properties.set_column_dictionary_enabled(ColumnPath::from(*name), false);
    }
    Ok(properties.build())
}

/// Writes batches of one table into files by day.
pub struct DayWriter {
    disk: Disk,
    root: PathBuf,
    name: String,
    form: &'static FileForm,
    properties: WriterPropertiesPtr,
    file_schema: SchemaRef,
    modified: i64,
    open: BTreeMap<i32, TableFile>,
}

impl std::fmt::Debug for DayWriter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DayWriter").field("root", &self.root).field("days", &self.open.len()).finish()
    }
}

impl DayWriter {
    /// A writer into the table at `root`. Files are called `<name>-<sum of their bytes>.parquet` in their day's folder; `now` is
    /// their modification time, microseconds since 1970.
    ///
    /// # Errors
    /// Never for the forms of this module.
    pub fn new(
        disk: &Disk,
        root: &Path,
        name: String,
        schema: &Schema,
        form: &'static FileForm,
        now: i64,
    ) -> Result<Self, LakeError> {
        let fields: Vec<_> = schema.fields().iter().filter(|field| field.name() != DAY).cloned().collect();
        Ok(Self {
            disk: disk.clone(),
            root: root.to_owned(),
            name,
            form,
            properties: Arc::new(properties(form)?),
            file_schema: Arc::new(Schema::new(fields)),
            modified: now / 1000,
            open: BTreeMap::new(),
        })
    }

    /// Days that have a file so far.
    pub fn days(&self) -> usize {
        self.open.len()
    }

    /// Writes a batch whose rows are sorted by day.
    ///
    /// # Errors
    /// The disk's, or columns that do not fit.
    pub fn write(&mut self, batch: &RecordBatch) -> Result<(), LakeError> {
        let at = position(batch.schema_ref(), DAY);
        let days = batch.column(at).as_primitive::<Date32Type>().values();
        let mut columns = batch.columns().to_vec();
        columns.remove(at);
        let rows = RecordBatch::try_new(self.file_schema.clone(), columns)?;
        let mut start = 0;
        for day in days.chunk_by(|a, b| a == b) {
            self.open_day(day[0])?;
            let rows = rows.slice(start, day.len());
            self.open.get_mut(&day[0]).map_or(Ok(()), |file| file.write(&rows))?;
            start += day.len();
        }
        self.flush_if_full()
    }

    fn open_day(&mut self, day: i32) -> Result<(), LakeError> {
        if !self.open.contains_key(&day) {
            let file = self.disk.create(&self.root.join(folder(day)).join(format!("{}.parquet", self.name)))?;
            let file = TableFile::new(file, Arc::clone(&self.file_schema), Arc::clone(&self.properties))?;
            self.open.insert(day, file);
        }
        Ok(())
    }

    fn flush_if_full(&mut self) -> Result<(), LakeError> {
        let held: usize = self.open.values().map(TableFile::memory_size).sum();
        if held <= BUFFERED_MAX {
            return Ok(());
        }
        let largest = self.open.values_mut().max_by_key(|file| file.memory_size());
        largest.map_or(Ok(()), TableFile::end_group)
    }

    /// Ends every file, each synced and in its place, and tells what to commit.
    ///
    /// # Errors
    /// The disk's.
    pub fn finish(mut self) -> Result<Vec<Add>, LakeError> {
        let open = std::mem::take(&mut self.open);
        open.into_iter().map(|(day, file)| self.finish_file(day, file)).collect()
    }

    fn finish_file(&mut self, day: i32, file: TableFile) -> Result<Add, LakeError> {
        let (metadata, size, name) = file.finish()?;
        Ok(Add {
            path: format!("{}/{name}", folder(day)),
            size: size as i64,
            partition_values: HashMap::from([(DAY.to_owned(), Some(day_text(day)))]),
            modification_time: self.modified,
            data_change: true,
            stats: Some(stats(&metadata, self.form).to_string()),
            tags: None,
            deletion_vector: None,
            base_row_id: None,
            default_row_commit_version: None,
            clustering_provider: None,
        })
    }
}

/// A day's folder in a table.
fn folder(day: i32) -> String {
    format!("{DAY}={}", day_text(day))
}

/// The statistics of a file as the Delta protocol writes them (*Per-file Statistics*).
fn stats(metadata: &ParquetMetaData, form: &FileForm) -> Value {
    let (mut smallest, mut largest, mut nulls) = (Map::new(), Map::new(), Map::new());
    for name in form.skipped_by {
        let Some(range) = column_range(metadata, name) else { continue };
        nulls.insert((*name).to_owned(), json!(range.nulls));
        if let Some((low, high)) = range.bounds {
            smallest.insert((*name).to_owned(), stat_value(name, low, false));
            largest.insert((*name).to_owned(), stat_value(name, high, true));
        }
    }
    json!({
        "numRecords": metadata.file_metadata().num_rows(),
        "minValues": smallest,
        "maxValues": largest,
        "nullCount": nulls,
    })
}

/// An instant in the statistics is text in milliseconds; the upper bound is rounded up so that nothing is skipped wrongly.
fn stat_value(name: &str, value: i64, upper: bool) -> Value {
    if !matches!(name, "time_source" | "first" | "last") {
        return json!(value);
    }
    let millis = if upper { value.div_euclid(1000) + 1 } else { value.div_euclid(1000) };
    let text = event::time::to_text(millis * 1000);
    let (date, fraction) = text.trim_end_matches("+00:00").split_once('.').map_or_else(
        || (text.trim_end_matches("+00:00").to_owned(), "000".to_owned()),
        |(date, fraction)| (date.to_owned(), fraction[..3].to_owned()),
    );
    json!(format!("{date}.{fraction}Z"))
}

struct Range {
    bounds: Option<(i64, i64)>,
    nulls: u64,
}

fn column_range(metadata: &ParquetMetaData, name: &str) -> Option<Range> {
    let columns = metadata.file_metadata().schema_descr();
    let at = columns.columns().iter().position(|column| column.path().string() == name)?;
    let mut range = Range { bounds: None, nulls: 0 };
    for group in metadata.row_groups() {
        let Statistics::Int64(stats) = group.column(at).statistics()? else { return None };
        range.nulls += stats.null_count_opt()?;
        if let (Some(&low), Some(&high)) = (stats.min_opt(), stats.max_opt()) {
            let (a, b) = range.bounds.unwrap_or((low, high));
            range.bounds = Some((a.min(low), b.max(high)));
        }
    }
    Some(range)
}
