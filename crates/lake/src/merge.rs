//! A day's files put together: its rows in the order of the table, a stretch of addresses after the other, so that no day
//! is too large for the memory at hand.

use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{Array, ArrayRef, BooleanArray, Date32Array, Int64Array, RecordBatch, UInt32Array};
use arrow_ord::sort::{LexicographicalComparator, SortColumn};
use arrow_schema::{Schema, SchemaRef};
use arrow_select::concat::concat_batches;
use arrow_select::filter::filter_record_batch;
use arrow_select::take::take_record_batch;
use bytes::Bytes;
use deltalake_core::kernel::Add;
use event::address;
use event::subject::KINDS;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder};
use parquet::file::metadata::PageIndexPolicy;
use parquet::file::reader::ChunkReader;

use crate::fold::{KEY, Merger, sort_and_fold};
use crate::order::sort;
use crate::parts::{Part, in_turn};
use crate::scan::skip::{self, AddressColumns, OF_EVENTS, OF_SIGHTINGS, Sought};
use crate::schema::{DAY, EVENTS, SIGHTINGS, position};
use crate::table::Table;
use crate::{Lake, LakeError};

/// A file of a day.
pub(crate) enum DayFile {
    /// On the disk: it is opened again for every stretch.
    Lies(PathBuf),
    /// Its bytes.
    Held(Bytes),
}

impl DayFile {
    /// Files of a table where they lie.
    pub(crate) fn lying(table: &Table, files: &[Add]) -> Vec<Self> {
        files.iter().map(|file| Self::Lies(table.root().join(&file.path))).collect()
    }

    fn ends(&self, options: ArrowReaderOptions) -> Result<ArrowReaderMetadata, LakeError> {
        Ok(match self {
            Self::Lies(path) => ArrowReaderMetadata::load(&File::open(path)?, options)?,
            Self::Held(bytes) => ArrowReaderMetadata::load(bytes, options)?,
        })
    }
}

/// The files of a day of one table.
pub(crate) struct DayFiles {
    day: i32,
    files: Vec<(DayFile, ArrowReaderMetadata)>,
    schema: SchemaRef,
    columns: AddressColumns,
    part_rows: usize,
}

impl DayFiles {
    /// Those of `events`.
    ///
    /// # Errors
    /// The disk's.
    pub(crate) fn of_events(lake: &Lake, day: i32, files: Vec<DayFile>) -> Result<Self, LakeError> {
        Self::open(lake.part_rows, day, files, Arc::clone(&EVENTS), OF_EVENTS)
    }

    /// Those of `sightings`.
    ///
    /// # Errors
    /// The disk's.
    pub(crate) fn of_sightings(lake: &Lake, day: i32, files: Vec<DayFile>) -> Result<Self, LakeError> {
        Self::open(lake.part_rows, day, files, Arc::clone(&SIGHTINGS), OF_SIGHTINGS)
    }

    fn open(
        part_rows: usize,
        day: i32,
        files: Vec<DayFile>,
        schema: SchemaRef,
        columns: AddressColumns,
    ) -> Result<Self, LakeError> {
        let in_file: Vec<_> = schema.fields().iter().filter(|field| field.name() != DAY).cloned().collect();
        let options = ArrowReaderOptions::new().with_schema(Arc::new(Schema::new(in_file)));
        let options = options.with_page_index_policy(PageIndexPolicy::Optional);
        let with_ends = |file: DayFile| file.ends(options.clone()).map(|ends| (file, ends));
        let files = files.into_iter().map(with_ends).collect::<Result<_, _>>()?;
        Ok(Self { day, files, schema, columns, part_rows })
    }

    /// All events, sorted.
    ///
    /// # Errors
    /// The disk's, or that of `each`.
    pub(crate) fn sorted(&self, each: impl FnMut(RecordBatch) -> Result<(), LakeError>) -> Result<(), LakeError> {
        self.in_order(sort, each)
    }

    /// All events, folded.
    ///
    /// # Errors
    /// The disk's, or that of `each`.
    pub(crate) fn folded(&self, each: impl FnMut(RecordBatch) -> Result<(), LakeError>) -> Result<(), LakeError> {
        self.in_order(|events| Ok(sort_and_fold(events)?.sightings), each)
    }

    /// All sightings, those that add up added up.
    ///
    /// # Errors
    /// The disk's, or that of `each`.
    pub(crate) fn merged(&self, each: impl FnMut(RecordBatch) -> Result<(), LakeError>) -> Result<(), LakeError> {
        let merge = |sightings: &RecordBatch| {
            let mut merger = Merger::default();
            merger.push(&sorted_sightings(sightings)?)?;
            merger.finish()
        };
        self.in_order(merge, each)
    }

    /// Equal subjects are in one part, so that a part is worked on by itself.
    fn in_order(
        &self,
        work: impl Fn(&RecordBatch) -> Result<RecordBatch, LakeError> + Sync,
        mut each: impl FnMut(RecordBatch) -> Result<(), LakeError>,
    ) -> Result<(), LakeError> {
        let all = Sought::all();
        let pages =
            self.files.iter().flat_map(|(_, ends)| skip::samples(ends.metadata(), &all, self.columns)).collect();
        in_turn(
            Part::of(all, pages).cut(self.part_rows),
            |part| work(&self.read(&part.sought)?),
            |made, _| {
                if made.num_rows() > 0 {
                    each(made)?;
                }
                Ok(Vec::new())
            },
        )
    }

    /// The rows of a part, in no order.
    fn read(&self, sought: &Sought) -> Result<RecordBatch, LakeError> {
        let mut batches = Vec::new();
        for (file, ends) in &self.files {
            match file {
                // Of its own: copies of a handle share the place at which they read, and threads do not.
                DayFile::Lies(path) => {
                    let file = File::open(path)?;
                    self.read_file(|| Ok(file.try_clone()?), ends, sought, &mut batches)?;
                }
                DayFile::Held(bytes) => self.read_file(|| Ok(bytes.clone()), ends, sought, &mut batches)?,
            }
        }
        Ok(concat_batches(&self.schema, &batches)?)
    }

    fn read_file<R: ChunkReader + 'static>(
        &self,
        file: impl Fn() -> Result<R, LakeError>,
        ends: &ArrowReaderMetadata,
        sought: &Sought,
        batches: &mut Vec<RecordBatch>,
    ) -> Result<(), LakeError> {
        for (group, rows) in sought.rows(ends.metadata(), self.columns) {
            let reader = ParquetRecordBatchReaderBuilder::new_with_metadata(file()?, ends.clone());
            let reader = reader.with_batch_size(self.part_rows).with_row_groups(vec![group]).with_row_selection(rows);
            for batch in reader.build()? {
                let batch = self.with_day(&batch?)?;
                batches.push(filter_record_batch(&batch, &is_sought(&batch, self.columns, sought))?);
            }
        }
        Ok(())
    }

    fn with_day(&self, batch: &RecordBatch) -> Result<RecordBatch, LakeError> {
        let days: ArrayRef = Arc::new(Date32Array::from(vec![self.day; batch.num_rows()]));
        let columns = std::iter::once(days).chain(batch.columns().iter().cloned()).collect();
        Ok(RecordBatch::try_new(Arc::clone(&self.schema), columns)?)
    }
}

fn halves(batch: &RecordBatch, columns: AddressColumns) -> [&Int64Array; 2] {
    columns.map(|column| batch.column(position(batch.schema_ref(), column)).as_primitive::<Int64Type>())
}

fn bits([high, low]: [&Int64Array; 2], row: usize) -> Option<u128> {
    (high.is_valid(row) && low.is_valid(row)).then(|| address::join(high.value(row), low.value(row)))
}

fn is_sought(batch: &RecordBatch, columns: AddressColumns, sought: &Sought) -> BooleanArray {
    let halves = halves(batch, columns);
    (0..batch.num_rows()).map(|row| sought.has(bits(halves, row))).collect::<Vec<bool>>().into()
}

/// Sightings in the order of [`KEY`], addresses first.
fn sorted_sightings(batch: &RecordBatch) -> Result<RecordBatch, LakeError> {
    let column = |name: &&str| batch.column(position(batch.schema_ref(), name));
    let halves = halves(batch, OF_SIGHTINGS);
    let class = |row: usize| {
        let kind = event::json::text_at(column(&"subject_kind").as_ref(), row);
        kind.and_then(|kind| KINDS.iter().position(|known| *known == kind)).unwrap_or(KINDS.len())
    };
    let mut places: Vec<(usize, u128, u32)> =
        (0..batch.num_rows()).map(|row| (class(row), bits(halves, row).unwrap_or_default(), row as u32)).collect();
    let rest = KEY.iter().filter(|name| ![DAY, "subject_kind"].contains(name) && !OF_SIGHTINGS.contains(name));
    let rest: Vec<_> = rest.map(|name| SortColumn { values: Arc::clone(column(name)), options: None }).collect();
    let rest = LexicographicalComparator::try_new(&rest)?;
    places.sort_unstable_by(|a, b| {
        (a.0, a.1).cmp(&(b.0, b.1)).then_with(|| rest.compare(a.2 as usize, b.2 as usize)).then(a.2.cmp(&b.2))
    });
    Ok(take_record_batch(batch, &UInt32Array::from_iter_values(places.iter().map(|place| place.2)))?)
}
