//! The index on the disk: one Parquet file beside the tables, its sum in its name. Whatever is wrong with it, it is counted
//! anew.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{ArrayRef, Int64Array, RecordBatch};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use event::address;
use event::time::{day_text, parse_day};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::schema::types::ColumnPath;
use serde_json::{Map, Value, json};

use super::days::Days;
use super::{Names, Trace, Traces};
use crate::sum::{self, Summed};
use crate::{Lake, LakeError};

/// What its name begins with.
const NAME: &str = "seen";
/// Where it tells what it is made of.
const MADE_OF: &str = "haidang.seen";
/// The form of the file that this program writes; others are not read.
const FORM: i64 = 1;
/// How hard pages are compressed.
const ZSTD_LEVEL: i32 = 1;
/// Rows of a batch.
const BATCH_ROWS: usize = 64 * 1024;
/// The columns: the stored halves of an address, the number of the line, and the days' bits.
const COLUMNS: [&str; 6] = ["ip_hi", "ip_lo", "line", "days_0", "days_1", "days_2"];

static SCHEMA: LazyLock<SchemaRef> = LazyLock::new(|| {
    let fields: Vec<Field> = COLUMNS.iter().map(|name| Field::new(*name, DataType::Int64, false)).collect();
    Arc::new(Schema::new(fields))
});

impl Traces {
    /// What was kept of a lake; nothing if nothing was, or if it is damaged.
    pub fn kept(lake: &Lake) -> Self {
        let kept = files(lake.root()).unwrap_or_default();
        kept.iter().find_map(|path| read(path).ok().flatten()).unwrap_or_default()
    }

    /// Keeps the index for the next start, unless it is kept already.
    ///
    /// # Errors
    /// The disk's.
    pub fn keep(&mut self, lake: &Lake) -> Result<(), LakeError> {
        if !self.has_changed {
            return Ok(());
        }
        let old = files(lake.root())?;
        let path = lake.root().join(format!("{NAME}.parquet"));
        let mut file = ArrowWriter::try_new(Summed::new(lake.disk.create(&path)?), Arc::clone(&SCHEMA), Some(form()?))?;
        file.append_key_value_metadata(KeyValue::new(MADE_OF.to_owned(), self.made_of().to_string()));
        for traces in self.traces.chunks(BATCH_ROWS) {
            file.write(&batch(traces)?)?;
        }
        let name = file.into_inner()?.publish()?;
        for path in old.iter().filter(|path| !path.ends_with(&name)) {
            lake.disk.remove(path)?;
        }
        self.has_changed = false;
        Ok(())
    }

    fn made_of(&self) -> Value {
        let files: Map<String, Value> = self.files.iter().map(|(day, names)| (day_text(*day), json!(names))).collect();
        json!({ "form": FORM, "since": day_text(self.since), "files": files, "lines": self.lines })
    }

    fn of(made_of: &Value) -> Option<Self> {
        let lines = made_of["lines"].as_array()?.iter().map(|line| Some(line.as_str()?.to_owned()));
        let files = made_of["files"].as_object()?.iter().map(|(day, names)| {
            let names = names.as_array()?.iter().map(|name| Some(name.as_str()?.to_owned()));
            Some((parse_day(day)?, names.collect::<Option<_>>()?))
        });
        let (lines, files) = (lines.collect::<Option<_>>()?, files.collect::<Option<Names>>()?);
        let since = parse_day(made_of["since"].as_str()?)?;
        (made_of["form"] == FORM).then(|| Self { since, files, lines, ..Self::default() })
    }
}

impl Lake {
    /// Deletes the index that is kept: addresses that are to be forgotten are in it.
    ///
    /// # Errors
    /// The disk's.
    pub(crate) fn forget_kept(&self) -> Result<(), LakeError> {
        files(&self.root)?.iter().try_for_each(|path| Ok(self.disk.remove(path)?))
    }
}

/// The files with such an index: one, unless a process died or two were at work.
fn files(root: &Path) -> io::Result<Vec<PathBuf>> {
    let paths: Vec<PathBuf> = fs::read_dir(root)?.map(|entry| Ok(entry?.path())).collect::<io::Result<_>>()?;
    let is_it = |path: &PathBuf| {
        let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
        stem.starts_with(NAME) && sum::told(path).is_some()
    };
    Ok(paths.into_iter().filter(is_it).collect())
}

fn form() -> Result<WriterProperties, LakeError> {
    let mut form = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(ZSTD_LEVEL)?))
        .set_statistics_enabled(EnabledStatistics::None)
        .set_created_by("hai-dang".into());
    // Of a machine that is seen on many days, hardly two have the same days.
    for name in ["ip_lo", "days_0", "days_1", "days_2"] {
        form = form.set_column_dictionary_enabled(ColumnPath::from(name), false);
    }
    Ok(form.set_column_encoding(ColumnPath::from("ip_lo"), Encoding::DELTA_BINARY_PACKED).build())
}

fn batch(traces: &[Trace]) -> Result<RecordBatch, LakeError> {
    let column = |value: &dyn Fn(&Trace) -> i64| -> ArrayRef {
        Arc::new(traces.iter().map(value).collect::<Vec<i64>>().into_iter().collect::<Int64Array>())
    };
    let days = |word: usize| column(&move |trace| trace.days.0[word].cast_signed());
    let halves = |trace: &Trace| address::halves(trace.bits);
    let columns = vec![
        column(&|trace| halves(trace).0),
        column(&|trace| halves(trace).1),
        column(&|trace| trace.line.into()),
        days(0),
        days(1),
        days(2),
    ];
    Ok(RecordBatch::try_new(Arc::clone(&SCHEMA), columns)?)
}

/// The index in a file; `None` if it is of another form.
fn read(path: &Path) -> Result<Option<Traces>, LakeError> {
    if Some(sum::of(path)?.as_str()) != sum::told(path) {
        return Ok(None);
    }
    let file = ParquetRecordBatchReaderBuilder::try_new(File::open(path)?)?;
    let told = file.metadata().file_metadata().key_value_metadata();
    let made_of = told.and_then(|told| told.iter().find(|pair| pair.key == MADE_OF)?.value.as_deref());
    let made_of = made_of.and_then(|text| serde_json::from_str(text).ok()).unwrap_or(Value::Null);
    let Some(mut traces) = Traces::of(&made_of).filter(|_| file.schema().fields() == SCHEMA.fields()) else {
        return Ok(None);
    };
    traces.traces.reserve(usize::try_from(file.metadata().file_metadata().num_rows()).unwrap_or_default());
    for batch in file.with_batch_size(BATCH_ROWS).build()? {
        let batch = batch?;
        let [high, low, line, a, b, c] =
            std::array::from_fn(|column| batch.column(column).as_primitive::<Int64Type>().values());
        traces.traces.extend((0..batch.num_rows()).map(|row| Trace {
            bits: address::join(high[row], low[row]),
            line: line[row] as u32,
            days: Days([a[row], b[row], c[row]].map(i64::cast_unsigned)),
        }));
    }
    Ok(Some(traces))
}
