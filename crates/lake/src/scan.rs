//! Sightings read straight from their files by two threads, a day after the other: words stay numbers of a file's own
//! dictionary, and nothing is sorted. For questions that go through many days; those about few rows are SQL.

use std::fs::File;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::thread;

use arrow_array::cast::AsArray;
use arrow_array::types::{Int32Type, Int64Type};
use arrow_array::{Array, Int32Array, Int64Array, RecordBatch, StringArray};
use arrow_schema::{Schema, SchemaRef};
use event::time::parse_day;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowReaderOptions, ParquetRecordBatchReaderBuilder};
use rustc_hash::FxHashMap;

use crate::care::files_by_day;
use crate::lake::THREADS;
use crate::schema::{DAY, SIGHTINGS};
use crate::{Lake, LakeError};

/// Rows of a batch: what is at hand of a column stays in a processor's cache.
const BATCH_ROWS: usize = 16 * 1024;

/// The columns of a file: the day is in its path.
static FILE_SCHEMA: LazyLock<SchemaRef> = LazyLock::new(|| {
    let fields: Vec<_> = SIGHTINGS.fields().iter().filter(|field| field.name() != DAY).cloned().collect();
    Arc::new(Schema::new(fields))
});

impl Lake {
    /// Gives every batch of the sightings of some days to `step` with the day, and answers what each thread made of its
    /// own. All of a day goes to one thread, and to each thread its days in order.
    ///
    /// # Errors
    /// The disk's, or that of `step`.
    pub(crate) fn scan<T: Default + Send>(
        &self,
        days: &Range<i32>,
        columns: &[&str],
        step: impl Fn(&mut T, i32, &Rows<'_>) -> Result<(), LakeError> + Sync,
    ) -> Result<Vec<T>, LakeError> {
        let (days, next) = (self.sighting_files(days)?, AtomicUsize::new(0));
        let work = || {
            let mut made = T::default();
            while let Some((day, files)) = days.get(next.fetch_add(1, Ordering::Relaxed)) {
                for file in files {
                    read(file, columns, |batch| step(&mut made, *day, &Rows::of(batch)))?;
                }
            }
            Ok(made)
        };
        thread::scope(|scope| {
            let threads: Vec<_> = (0..THREADS).map(|_| scope.spawn(work)).collect();
            let broken = |_| std::io::Error::other("a thread that reads sightings broke off");
            threads.into_iter().map(|thread| thread.join().map_err(broken)?).collect()
        })
    }

    fn sighting_files(&self, days: &Range<i32>) -> Result<Vec<(i32, Vec<PathBuf>)>, LakeError> {
        let path = |file: &deltalake_core::kernel::Add| self.sightings.root().join(&file.path);
        let files = files_by_day(&self.sightings)?.into_iter();
        let files = files.filter_map(|(day, files)| Some((parse_day(&day)?, files.iter().map(path).collect())));
        Ok(files.filter(|(day, _)| days.contains(day)).collect())
    }
}

fn read(
    path: &Path,
    columns: &[&str],
    mut each: impl FnMut(&RecordBatch) -> Result<(), LakeError>,
) -> Result<(), LakeError> {
    let options = ArrowReaderOptions::new().with_schema(Arc::clone(&FILE_SCHEMA));
    let file = ParquetRecordBatchReaderBuilder::try_new_with_options(File::open(path)?, options)?;
    let wanted = ProjectionMask::columns(file.parquet_schema(), columns.iter().copied());
    for batch in file.with_projection(wanted).with_batch_size(BATCH_ROWS).build()? {
        each(&batch?)?;
    }
    Ok(())
}

/// Rows of sightings as they come from a file; a column that was not asked for, or that a file lacks, has no values.
pub(crate) struct Rows<'b>(&'b RecordBatch);

impl<'b> Rows<'b> {
    fn of(batch: &'b RecordBatch) -> Self {
        Self(batch)
    }

    /// How many.
    pub(crate) fn len(&self) -> usize {
        self.0.num_rows()
    }

    /// A column of words.
    pub(crate) fn words(&self, name: &str) -> Coded<'b> {
        let column = self.0.column_by_name(name).and_then(|column| column.as_dictionary_opt::<Int32Type>());
        Coded(column.and_then(|column| Some((column.keys(), column.values().as_string_opt::<i32>()?))))
    }

    /// A column of whole numbers.
    pub(crate) fn whole(&self, name: &str) -> Whole<'b> {
        Whole(self.0.column_by_name(name).and_then(|column| column.as_primitive_opt::<Int64Type>()))
    }

    /// The texts of subjects that are no addresses.
    pub(crate) fn subject(&self) -> Option<&'b StringArray> {
        self.0.column_by_name("subject").and_then(|column| column.as_string_opt::<i32>())
    }
}

/// Whole numbers that may be absent.
#[derive(Clone, Copy)]
pub(crate) struct Whole<'b>(Option<&'b Int64Array>);

impl Whole<'_> {
    pub(crate) fn get(self, row: usize) -> Option<i64> {
        self.0.filter(|column| column.is_valid(row)).map(|column| column.value(row))
    }
}

/// Words as numbers of a dictionary.
#[derive(Clone, Copy)]
pub(crate) struct Coded<'b>(Option<(&'b Int32Array, &'b StringArray)>);

impl<'b> Coded<'b> {
    /// The number of a row's word; `None` if it has none.
    pub(crate) fn code(self, row: usize) -> Option<usize> {
        self.0.filter(|(keys, _)| keys.is_valid(row)).map(|(keys, _)| keys.value(row) as usize)
    }

    /// The word of a row.
    pub(crate) fn get(self, row: usize) -> Option<&'b str> {
        self.code(row).zip(self.0).map(|(code, (_, words))| words.value(code))
    }

    /// Something of every word, by its number.
    pub(crate) fn each<T>(self, of: impl Fn(&str) -> T) -> Vec<T> {
        self.0.map_or_else(Vec::new, |(_, words)| (0..words.len()).map(|code| of(words.value(code))).collect())
    }
}

/// Texts as numbers, the same in all threads.
#[derive(Debug, Default)]
pub(crate) struct Numbered(Mutex<FxHashMap<String, u32>>);

impl Numbered {
    /// The number of a text, from 0.
    pub(crate) fn number(&self, text: &str) -> u32 {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(number) = known.get(text) {
            return *number;
        }
        let number = known.len() as u32;
        known.insert(text.to_owned(), number);
        number
    }

    /// The texts by their numbers.
    pub(crate) fn texts(&self) -> Vec<String> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut texts = vec![String::new(); known.len()];
        known.iter().for_each(|(text, number)| texts[*number as usize].clone_from(text));
        texts
    }
}
