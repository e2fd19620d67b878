//! A column chunk of texts that repeat, made from Arrow dictionaries.
//!
//! Parquet's own writer looks every row's text up in its dictionary, although the rows come with the places of their
//! texts already. Two thirds of our columns are such, and half of what was written was spent on it. Here each *distinct*
//! text of a batch is looked up once. The chunk is an ordinary one: a dictionary page, and data pages of version 1 in
//! [the hybrid of runs and packed bits](https://github.com/apache/parquet-format/blob/master/Encodings.md), both for the
//! levels and for the places in the dictionary.

use arrow_array::cast::AsArray as _;
use arrow_array::types::Int32Type;
use arrow_array::{Array, ArrayRef};
use bytes::Bytes;
use parquet::basic::{Compression, Encoding, ZstdLevel};
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
/// How hard pages are compressed: more costs time and gains little on packed bits.
pub(crate) const ZSTD_LEVEL: i32 = 1;
/// A text of the batch at hand that was not asked for yet.
const UNKNOWN: u32 = u32::MAX;

/// Compresses pages; its memory serves all of them.
pub(crate) struct Press(zstd::bulk::Compressor<'static>);

impl Press {
    /// Ready.
    pub(crate) fn new() -> Result<Self, LakeError> {
        Ok(Self(zstd::bulk::Compressor::new(ZSTD_LEVEL)?))
    }

    fn press(&mut self, plain: &[u8]) -> Result<Bytes, LakeError> {
        Ok(Bytes::from(self.0.compress(plain)?))
    }
}

/// A column chunk being filled.
pub(crate) struct WordsChunk {
    column: ColumnDescPtr,
    /// Where in the dictionary each text stands.
    places: FxHashMap<Box<str>, u32>,
    /// The dictionary as Parquet's PLAIN encoding writes it: each text after its length.
    dictionary: Vec<u8>,
    /// Of each row of the page at hand whether it has a text; empty if the column has no nulls.
    levels: Vec<u32>,
    /// Of each text of the page at hand its place.
    keys: Vec<u32>,
    /// Rows of the page at hand.
    rows: usize,
    pages: Vec<Done>,
}

/// A page that is made.
struct Done {
    pressed: Bytes,
    plain_size: usize,
    rows: u32,
}

impl Done {
    fn data_page(self) -> CompressedPage {
        let page = Page::DataPage {
            buf: self.pressed,
            num_values: self.rows,
            encoding: Encoding::RLE_DICTIONARY,
            def_level_encoding: Encoding::RLE,
            rep_level_encoding: Encoding::RLE,
            statistics: None,
        };
        CompressedPage::new(page, self.plain_size)
    }
}

impl WordsChunk {
    /// A chunk of a column that is no list.
    pub(crate) fn new(column: ColumnDescPtr) -> Self {
        Self {
            column,
            places: FxHashMap::default(),
            dictionary: Vec::new(),
            levels: Vec::new(),
            keys: Vec::new(),
            rows: 0,
            pages: Vec::new(),
        }
    }

    /// Bytes of the dictionary so far.
    pub(crate) fn dictionary_size(&self) -> usize {
        self.dictionary.len()
    }

    /// Bytes held.
    pub(crate) fn memory_size(&self) -> usize {
        let pages: usize = self.pages.iter().map(|page| page.pressed.len()).sum();
        pages + 2 * self.dictionary.len() + 4 * (self.levels.len() + self.keys.len())
    }

    /// Takes the rows of a dictionary array whose values are strings.
    pub(crate) fn push(&mut self, array: &ArrayRef, press: &mut Press) -> Result<(), LakeError> {
        let array = array.as_dictionary::<Int32Type>();
        let texts = array.values().as_string::<i32>();
        let mut places = vec![UNKNOWN; texts.len()];
        let mut place = |key: i32| {
            let place = &mut places[key as usize];
            if *place == UNKNOWN {
                *place = self.place(texts.value(key as usize));
            }
            *place
        };
        let keys = array.keys();
        let mut found = Vec::with_capacity(keys.len());
        match keys.nulls() {
            None => found.extend(keys.values().iter().map(|key| place(*key))),
            Some(nulls) => found.extend(nulls.valid_indices().map(|row| place(keys.values()[row]))),
        }
        self.keys.append(&mut found);
        if self.column.max_def_level() > 0 {
            match keys.nulls() {
                None => self.levels.resize(self.levels.len() + keys.len(), 1),
                Some(nulls) => self.levels.extend(nulls.iter().map(u32::from)),
            }
        }
        self.rows += keys.len();
        if self.rows >= PAGE_ROWS { self.end_page(press) } else { Ok(()) }
    }

    fn place(&mut self, text: &str) -> u32 {
        if let Some(place) = self.places.get(text) {
            return *place;
        }
        let place = self.places.len() as u32;
        self.places.insert(text.into(), place);
        self.dictionary.extend((text.len() as u32).to_le_bytes());
        self.dictionary.extend(text.as_bytes());
        place
    }

    fn end_page(&mut self, press: &mut Press) -> Result<(), LakeError> {
        let mut plain = Vec::new();
        if self.column.max_def_level() > 0 {
            let mut levels = Vec::new();
            hybrid::encode(&self.levels, 1, &mut levels);
            plain.extend((levels.len() as u32).to_le_bytes());
            plain.append(&mut levels);
        }
        let width = hybrid::width(self.places.len());
        plain.push(width);
        hybrid::encode(&self.keys, width, &mut plain);
        self.pages.push(Done { pressed: press.press(&plain)?, plain_size: plain.len(), rows: self.rows as u32 });
        self.levels.clear();
        self.keys.clear();
        self.rows = 0;
        Ok(())
    }

    /// The chunk's bytes, and what a row group's writer wants to know of them.
    pub(crate) fn close(mut self, press: &mut Press) -> Result<(Bytes, ColumnCloseResult), LakeError> {
        if self.rows > 0 {
            self.end_page(press)?;
        }
        let mut bytes = TrackedWrite::new(Vec::new());
        let mut writer = SerializedPageWriter::new(&mut bytes);
        let dictionary = Page::DictionaryPage {
            buf: press.press(&self.dictionary)?,
            num_values: self.places.len() as u32,
            encoding: Encoding::PLAIN,
            is_sorted: false,
        };
        let spec = writer.write_page(CompressedPage::new(dictionary, self.dictionary.len()))?;
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
            .set_compression(Compression::ZSTD(ZstdLevel::try_new(ZSTD_LEVEL)?))
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
