//! A column chunk of texts or whole numbers that repeat; the texts come as Arrow dictionaries.
//!
//! Parquet's own writer looks every row's text up in its dictionary, although the rows come with the places of their
//! texts already. Two thirds of our columns are such, and half of what was written was spent on it. Here each *distinct*
//! text of a batch is looked up once, and a number only where it is another than the one before. The chunk is an ordinary one: a dictionary page, and data pages of version 1 in
//! [the hybrid of runs and packed bits](https://github.com/apache/parquet-format/blob/master/Encodings.md), both for the
//! levels and for the places in the dictionary. It is not compressed: of packed bits that takes off one part in ten.

use arrow_array::cast::AsArray as _;
use arrow_array::types::{Int32Type, Int64Type, TimestampMicrosecondType};
use arrow_array::{Array, ArrayRef, ArrowPrimitiveType, DictionaryArray, PrimitiveArray};
use arrow_buffer::NullBuffer;
use arrow_schema::DataType;
use bytes::Bytes;
use parquet::basic::{Compression, Encoding, Type};
use parquet::column::page::{CompressedPage, Page, PageWriter as _};
use parquet::column::writer::ColumnCloseResult;
use parquet::file::metadata::{ColumnChunkMetaData, OffsetIndexBuilder};
use parquet::file::writer::{SerializedPageWriter, TrackedWrite};
use parquet::schema::types::ColumnDescPtr;
use rustc_hash::FxHashMap;

use crate::LakeError;

mod hybrid;

/// Rows after which a page ends. It is a reader's smallest unit: who asks for one address unpacks a page of each column
/// of each day, so it is smaller than usual (20,000).
pub(crate) const PAGE_ROWS: usize = 4_096;
/// A text of the batch at hand that was not asked for yet.
const UNKNOWN: u32 = u32::MAX;

/// A column chunk being filled.
pub(crate) struct WordsChunk {
    column: ColumnDescPtr,
    /// Where in the dictionary each text stands.
    texts: FxHashMap<Box<str>, u32>,
    /// Where in the dictionary each number stands.
    numbers: FxHashMap<i64, u32>,
    /// The dictionary as Parquet's PLAIN encoding writes it: each text after its length.
    dictionary: Vec<u8>,
    /// Of each row of the page at hand whether it has a value; empty if the column has no nulls.
    levels: Vec<u32>,
    /// Of each value of the page at hand its place.
    keys: Vec<u32>,
    /// Rows of the page at hand.
    rows: usize,
    pages: Vec<Done>,
}

/// A page that is made.
struct Done {
    bytes: Bytes,
    rows: u32,
}

impl Done {
    fn data_page(self) -> CompressedPage {
        let size = self.bytes.len();
        let page = Page::DataPage {
            buf: self.bytes,
            num_values: self.rows,
            encoding: Encoding::RLE_DICTIONARY,
            def_level_encoding: Encoding::RLE,
            rep_level_encoding: Encoding::RLE,
            statistics: None,
        };
        CompressedPage::new(page, size)
    }
}

impl WordsChunk {
    /// A chunk of a column that is no list.
    pub(crate) fn new(column: ColumnDescPtr) -> Self {
        Self {
            column,
            texts: FxHashMap::default(),
            numbers: FxHashMap::default(),
            dictionary: Vec::new(),
            levels: Vec::new(),
            keys: Vec::new(),
            rows: 0,
            pages: Vec::new(),
        }
    }

    /// Distinct values so far.
    fn values(&self) -> usize {
        self.texts.len() + self.numbers.len()
    }

    /// Bytes of the dictionary so far.
    pub(crate) fn dictionary_size(&self) -> usize {
        self.dictionary.len()
    }

    /// Bytes held.
    pub(crate) fn memory_size(&self) -> usize {
        let pages: usize = self.pages.iter().map(|page| page.bytes.len()).sum();
        pages + 2 * self.dictionary.len() + 4 * (self.levels.len() + self.keys.len())
    }

    /// Takes the rows of a dictionary array whose values are strings, or of whole numbers or instants.
    pub(crate) fn push(&mut self, array: &ArrayRef) {
        let keys = match array.data_type() {
            DataType::Int32 => self.keys_of_numbers(array.as_primitive::<Int32Type>()),
            DataType::Int64 => self.keys_of_numbers(array.as_primitive::<Int64Type>()),
            DataType::Timestamp(..) => self.keys_of_numbers(array.as_primitive::<TimestampMicrosecondType>()),
            _ => self.keys_of_texts(array.as_dictionary()),
        };
        let (mut keys, mut from) = (&keys[..], 0);
        while from < array.len() {
            let rows = (PAGE_ROWS - self.rows).min(array.len() - from);
            let nulls = array.nulls().map(|nulls| nulls.slice(from, rows));
            let (now, later) = keys.split_at(rows - nulls.as_ref().map_or(0, NullBuffer::null_count));
            self.push_rows(rows, nulls.as_ref(), now);
            (keys, from) = (later, from + rows);
        }
    }

    /// Takes rows that the page has room for: which have a value, and the keys of those.
    fn push_rows(&mut self, rows: usize, nulls: Option<&NullBuffer>, keys: &[u32]) {
        if self.column.max_def_level() > 0 {
            match nulls {
                None => self.levels.resize(self.levels.len() + rows, 1),
                Some(nulls) => self.levels.extend(nulls.iter().map(u32::from)),
            }
        }
        self.keys.extend_from_slice(keys);
        self.rows += rows;
        if self.rows >= PAGE_ROWS {
            self.end_page();
        }
    }

    fn keys_of_numbers<T: ArrowPrimitiveType<Native: Into<i64>>>(&mut self, array: &PrimitiveArray<T>) -> Vec<u32> {
        let mut last = None;
        let mut place = |value: T::Native| {
            let number = value.into();
            match last {
                Some((known, place)) if known == number => place,
                _ => last.insert((number, self.place_of_number(number))).1,
            }
        };
        let mut found = Vec::with_capacity(array.len());
        match array.nulls() {
            None => found.extend(array.values().iter().map(|value| place(*value))),
            Some(nulls) => found.extend(nulls.valid_indices().map(|row| place(array.values()[row]))),
        }
        found
    }

    fn keys_of_texts(&mut self, array: &DictionaryArray<Int32Type>) -> Vec<u32> {
        let texts = array.values().as_string::<i32>();
        let mut places = vec![UNKNOWN; texts.len()];
        let mut place = |key: i32| {
            let place = &mut places[key as usize];
            if *place == UNKNOWN {
                *place = self.place_of_text(texts.value(key as usize));
            }
            *place
        };
        let keys = array.keys();
        let mut found = Vec::with_capacity(keys.len());
        match (keys.nulls(), keys.values().first()) {
            (Some(nulls), _) => found.extend(nulls.valid_indices().map(|row| place(keys.values()[row]))),
            (None, Some(first)) if keys.values().iter().all(|key| key == first) => {
                found.resize(keys.len(), place(*first))
            }
            (None, _) => found.extend(keys.values().iter().map(|key| place(*key))),
        }
        found
    }

    fn place_of_number(&mut self, number: i64) -> u32 {
        let next = self.numbers.len() as u32;
        *self.numbers.entry(number).or_insert_with(|| {
            let size = if self.column.physical_type() == Type::INT32 { 4 } else { 8 };
            self.dictionary.extend(&number.to_le_bytes()[..size]);
            next
        })
    }

    fn place_of_text(&mut self, text: &str) -> u32 {
        if let Some(place) = self.texts.get(text) {
            return *place;
        }
        let place = self.texts.len() as u32;
        self.texts.insert(text.into(), place);
        self.dictionary.extend((text.len() as u32).to_le_bytes());
        self.dictionary.extend(text.as_bytes());
        place
    }

    fn end_page(&mut self) {
        let mut plain = Vec::new();
        if self.column.max_def_level() > 0 {
            let mut levels = Vec::new();
            hybrid::encode(&self.levels, 1, &mut levels);
            plain.extend((levels.len() as u32).to_le_bytes());
            plain.append(&mut levels);
        }
        let width = hybrid::width(self.values());
        plain.push(width);
        hybrid::encode(&self.keys, width, &mut plain);
        self.pages.push(Done { bytes: Bytes::from(plain), rows: self.rows as u32 });
        self.levels.clear();
        self.keys.clear();
        self.rows = 0;
    }

    /// The chunk's bytes, and what a row group's writer wants to know of them.
    pub(crate) fn close(mut self) -> Result<(Bytes, ColumnCloseResult), LakeError> {
        if self.rows > 0 {
            self.end_page();
        }
        let mut bytes = TrackedWrite::new(Vec::new());
        let mut writer = SerializedPageWriter::new(&mut bytes);
        let dictionary_size = self.dictionary.len();
        let dictionary = Page::DictionaryPage {
            buf: Bytes::from(std::mem::take(&mut self.dictionary)),
            num_values: self.values() as u32,
            encoding: Encoding::PLAIN,
            is_sorted: false,
        };
        let spec = writer.write_page(CompressedPage::new(dictionary, dictionary_size))?;
        let (data_offset, mut plain_size) = (spec.compressed_size, spec.uncompressed_size);
        let (mut index, mut rows) = (OffsetIndexBuilder::new(), 0);
        for page in self.pages {
            rows += i64::from(page.rows);
            index.append_row_count(page.rows.into());
            let spec = writer.write_page(page.data_page())?;
            index.append_offset_and_size(spec.offset as i64, spec.compressed_size as i32);
            plain_size += spec.uncompressed_size;
        }
        let bytes = Bytes::from(bytes.into_inner()?);
        let metadata = ColumnChunkMetaData::builder(self.column)
            .set_compression(Compression::UNCOMPRESSED)
            .set_encodings(vec![Encoding::PLAIN, Encoding::RLE, Encoding::RLE_DICTIONARY])
            .set_total_compressed_size(bytes.len() as i64)
            .set_total_uncompressed_size(plain_size as i64)
            .set_num_values(rows)
            .set_dictionary_page_offset(Some(0))
            .set_data_page_offset(data_offset as i64)
            .build()?;
        let close = ColumnCloseResult {
            bytes_written: bytes.len() as u64,
            rows_written: rows as u64,
            metadata,
            bloom_filter: None,
            column_index: None,
            offset_index: Some(index.build()),
        };
        Ok((bytes, close))
    }
}
