//! Sightings read straight from their files by two threads, a day after the other: words stay numbers of a file's own
//! dictionary, and nothing is sorted. For questions that go through many days; those about few rows are SQL.

pub(crate) mod skip;
pub(crate) mod wanted;

use std::collections::BTreeSet;
use std::fs::File;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::thread;

use arrow_array::cast::AsArray;
use arrow_array::types::{Int32Type, Int64Type, TimestampMicrosecondType};
use arrow_array::{Array, ArrayRef, Date32Array, Int32Array, Int64Array, RecordBatch, StringArray};
use arrow_schema::{Schema, SchemaRef};
use deltalake_core::kernel::Add;
use event::time::parse_day;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowPredicate, ArrowPredicateFn, ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder,
    RowFilter,
};
use parquet::file::metadata::PageIndexPolicy;
use parquet::schema::types::SchemaDescriptor;
use rustc_hash::FxHashMap;

use crate::care::files_by_day;
use crate::lake::THREADS;
use crate::schema::{DAY, SIGHTINGS};
use crate::sighting::Sample;
use crate::{Lake, LakeError};
use skip::Sought;

/// Files whose ends are kept, some 20 KB each; with more, all are read again.
const ENDS_MAX: usize = 4_096;
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
        let dealt = self.scan_rest(days, columns, step)?;
        dealt.failed.into_iter().next().map_or(Ok(dealt.made), |(_, error)| Err(self.blamed(error)))
    }

    /// The same of what can be read; days of damaged files are told beside it.
    pub(crate) fn scan_rest<T: Default + Send>(
        &self,
        days: &Range<i32>,
        columns: &[&str],
        step: impl Fn(&mut T, i32, &Rows<'_>) -> Result<(), LakeError> + Sync,
    ) -> Result<Dealt<T>, LakeError> {
        self.deal(&self.sighting_files(days, |_| true)?, |made, day, file| {
            read(file, columns, |rows| step(made, day, rows))
        })
    }

    /// Gives the rows of a file of sightings in which there may be what is sought to `step`, others among them, a row group
    /// after the other.
    ///
    /// # Errors
    /// The disk's, or that of `step`.
    pub(crate) fn read_sought(
        &self,
        path: &Path,
        columns: &[&str],
        sought: &Sought,
        mut step: impl FnMut(&Rows<'_>) -> Result<(), LakeError>,
    ) -> Result<(), LakeError> {
        let file = File::open(path)?;
        let ends = self.ends.of(path, &file)?;
        for (group, rows) in sought.rows(ends.metadata(), skip::OF_SIGHTINGS) {
            let reader = ParquetRecordBatchReaderBuilder::new_with_metadata(file.try_clone()?, ends.clone());
            read_columns(reader.with_row_groups(vec![group]).with_row_selection(rows), columns, &mut step)?;
        }
        Ok(())
    }

    /// How the addresses of a file lie: see [`skip::samples`].
    ///
    /// # Errors
    /// The disk's.
    pub(crate) fn address_samples(&self, path: &Path, sought: &Sought) -> Result<Vec<(u128, usize)>, LakeError> {
        let ends = self.ends.of(path, &File::open(path)?)?;
        Ok(skip::samples(ends.metadata(), sought, skip::OF_SIGHTINGS))
    }

    /// Every sighting of an address in some days that can be read, in the columns of the table, and the days of damaged
    /// files that may have it.
    ///
    /// # Errors
    /// The disk's.
    pub(crate) fn find(&self, bits: u128, days: &Range<i32>) -> Result<(Vec<RecordBatch>, Gaps), LakeError> {
        let sought = Sought::address(bits);
        let files = self.sighting_files(days, |file| sought.may_be_in(file))?;
        let found = self.deal(&files, |found: &mut Vec<RecordBatch>, day, path| {
            let file = File::open(path)?;
            let ends = self.ends.of(path, &file)?;
            for (group, rows) in sought.rows(ends.metadata(), skip::OF_SIGHTINGS) {
                let reader = ParquetRecordBatchReaderBuilder::new_with_metadata(file.try_clone()?, ends.clone());
                let is_it = is_address(reader.parquet_schema(), event::address::halves(bits));
                let reader = reader.with_row_filter(RowFilter::new(vec![Box::new(is_it)]));
                for batch in reader.with_row_groups(vec![group]).with_row_selection(rows).build()? {
                    found.push(with_day(&batch?, day)?);
                }
            }
            Ok(())
        })?;
        let gaps = found.gaps();
        Ok((found.made.into_iter().flatten().collect(), gaps))
    }

    fn deal<T: Default + Send>(
        &self,
        days: &[(i32, Vec<PathBuf>)],
        step: impl Fn(&mut T, i32, &Path) -> Result<(), LakeError> + Sync,
    ) -> Result<Dealt<T>, LakeError> {
        let next = AtomicUsize::new(0);
        let work = || {
            let (mut made, mut failed) = (T::default(), Vec::new());
            while let Some((day, files)) = days.get(next.fetch_add(1, Ordering::Relaxed)) {
                for file in files {
                    match step(&mut made, *day, file) {
                        Err(error) if is_of_file(&error) => failed.push((*day, error)),
                        done => done?,
                    }
                }
            }
            Ok::<_, LakeError>((made, failed))
        };
        thread::scope(|scope| {
            let threads: Vec<_> = (0..THREADS).map(|_| scope.spawn(work)).collect();
            let broken = |_| std::io::Error::other("a thread that reads sightings broke off");
            let mut dealt = Dealt { made: Vec::new(), failed: Vec::new() };
            for thread in threads {
                let (made, failed) = thread.join().map_err(broken)??;
                dealt.made.push(made);
                dealt.failed.extend(failed);
            }
            Ok(dealt)
        })
    }

    /// The files of some days that are wanted.
    pub(crate) fn sighting_files(
        &self,
        days: &Range<i32>,
        wanted: impl Fn(&Add) -> bool,
    ) -> Result<Vec<(i32, Vec<PathBuf>)>, LakeError> {
        let path = |file: &Add| wanted(file).then(|| self.sightings.root().join(&file.path));
        let files = files_by_day(&self.sightings)?.into_iter();
        let files = files.filter_map(|(day, files)| Some((parse_day(&day)?, files.iter().filter_map(path).collect())));
        Ok(files.filter(|(day, _)| days.contains(day)).collect())
    }
}

/// Days of which a file cannot be read.
pub type Gaps = BTreeSet<i32>;

/// What each thread made of its days, and what could not be read.
pub(crate) struct Dealt<T> {
    pub(crate) made: Vec<T>,
    /// Days of damaged files, each with its error.
    failed: Vec<(i32, LakeError)>,
}

impl<T> Dealt<T> {
    pub(crate) fn gaps(&self) -> Gaps {
        self.failed.iter().map(|(day, _)| *day).collect()
    }
}

/// Whether a file's bytes are to blame, or that it is not there; anything else is a trouble of the machine.
pub(crate) fn is_of_file(error: &LakeError) -> bool {
    match error {
        LakeError::Parquet(_) | LakeError::Columns(_) => true,
        LakeError::Disk(error) => error.kind() == std::io::ErrorKind::NotFound,
        _ => false,
    }
}

/// The ends of files that were asked for one address: they say where every column and page lies.
#[derive(Debug, Default)]
pub(crate) struct Ends(Mutex<FxHashMap<PathBuf, ArrowReaderMetadata>>);

impl Ends {
    fn of(&self, path: &Path, file: &File) -> Result<ArrowReaderMetadata, LakeError> {
        let known = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(ends) = known().get(path) {
            return Ok(ends.clone());
        }
        let options = ArrowReaderOptions::new().with_schema(Arc::clone(&FILE_SCHEMA));
        let ends = ArrowReaderMetadata::load(file, options.with_page_index_policy(PageIndexPolicy::Optional))?;
        let mut known = known();
        if known.len() >= ENDS_MAX {
            known.clear();
        }
        known.insert(path.to_owned(), ends.clone());
        Ok(ends)
    }
}

fn is_address(schema: &SchemaDescriptor, (high, low): (i64, i64)) -> impl ArrowPredicate + use<> {
    let halves = ProjectionMask::columns(schema, ["ip_hi", "ip_lo"]);
    ArrowPredicateFn::new(halves, move |batch| {
        let rows = Rows::of(&batch);
        let (highs, lows) = (rows.whole("ip_hi"), rows.whole("ip_lo"));
        let is_it = |row| lows.get(row) == Some(low) && highs.get(row) == Some(high);
        Ok((0..rows.len()).map(is_it).collect::<Vec<bool>>().into())
    })
}

/// A file's rows in the columns of the table.
fn with_day(batch: &RecordBatch, day: i32) -> Result<RecordBatch, LakeError> {
    let days: ArrayRef = Arc::new(Date32Array::from(vec![day; batch.num_rows()]));
    let columns = std::iter::once(days).chain(batch.columns().iter().cloned()).collect();
    Ok(RecordBatch::try_new(Arc::clone(&SIGHTINGS), columns)?)
}

fn read(path: &Path, columns: &[&str], step: impl FnMut(&Rows<'_>) -> Result<(), LakeError>) -> Result<(), LakeError> {
    let options = ArrowReaderOptions::new().with_schema(Arc::clone(&FILE_SCHEMA));
    read_columns(ParquetRecordBatchReaderBuilder::try_new_with_options(File::open(path)?, options)?, columns, step)
}

fn read_columns(
    file: ParquetRecordBatchReaderBuilder<File>,
    columns: &[&str],
    mut step: impl FnMut(&Rows<'_>) -> Result<(), LakeError>,
) -> Result<(), LakeError> {
    let wanted = ProjectionMask::columns(file.parquet_schema(), columns.iter().copied());
    for batch in file.with_projection(wanted).with_batch_size(BATCH_ROWS).build()? {
        step(&Rows::of(&batch?))?;
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

    /// A column of words, and the number that each has among those known.
    pub(crate) fn numbered(&self, name: &str, known: &Numbered) -> (Coded<'b>, Vec<u32>) {
        let words = self.words(name);
        (words, words.each(|word| known.number(word)))
    }

    /// A column of whole numbers.
    pub(crate) fn whole(&self, name: &str) -> Whole<'b> {
        Whole(self.0.column_by_name(name).and_then(|column| column.as_primitive_opt::<Int64Type>()))
    }

    /// A column of instants, microseconds since 1970 UTC.
    pub(crate) fn instants(&self, name: &str) -> Option<&'b [i64]> {
        let column = self.0.column_by_name(name)?.as_primitive_opt::<TimestampMicrosecondType>()?;
        Some(column.values())
    }

    /// The ports of exposed services.
    pub(crate) fn ports(&self) -> Option<&'b Int32Array> {
        self.0.column_by_name("port")?.as_primitive_opt::<Int32Type>()
    }

    /// The samples of every row.
    pub(crate) fn samples(&self) -> Option<Samples<'b>> {
        let lists = self.0.column_by_name("samples")?.as_list_opt::<i32>()?;
        let fields = lists.values().as_struct_opt()?;
        Some(Samples {
            ends: lists.value_offsets(),
            times: fields.column(0).as_primitive_opt::<TimestampMicrosecondType>()?.values(),
            ports: fields.column(1).as_primitive_opt::<Int32Type>()?,
        })
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

/// Lists of samples.
#[derive(Clone, Copy)]
pub(crate) struct Samples<'b> {
    ends: &'b [i32],
    times: &'b [i64],
    ports: &'b Int32Array,
}

impl Samples<'_> {
    /// Those of a row.
    pub(crate) fn of(&self, row: usize) -> impl Iterator<Item = Sample> {
        let port = |at| if self.ports.is_valid(at) { self.ports.value(at) } else { -1 };
        (self.ends[row] as usize..self.ends[row + 1] as usize).map(move |at| Sample::new(self.times[at], port(at)))
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
    /// Texts whose numbers are their places.
    pub(crate) fn of(texts: &[String]) -> Self {
        Self(Mutex::new((0..).zip(texts).map(|(number, text)| (text.clone(), number)).collect()))
    }

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
