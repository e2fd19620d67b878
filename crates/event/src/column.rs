//! Columns that grow row by row and can take the last row back.
//!
//! Arrow's own builders only append; a report row may set a value, overwrite it, or be rejected as a
//! whole after half of its columns are in. These columns pad with nulls and cut back for free.

use std::sync::Arc;

use arrow_array::{
    ArrayRef, DictionaryArray, Int32Array, Int64Array, StringArray, TimestampMicrosecondArray, types::Int32Type,
};
use arrow_buffer::{Buffer, NullBuffer, OffsetBuffer, ScalarBuffer};
use rustc_hash::FxHashMap;

/// Whole numbers, one per row, or null.
#[derive(Debug, Default)]
pub struct Numbers {
    values: Vec<i64>,
    valid: Vec<bool>,
}

impl Numbers {
    /// Sets the value of `row`, which is the last row or the one after it.
    pub fn set(&mut self, row: usize, value: Option<i64>) {
        self.values.resize(row, 0);
        self.valid.resize(row, false);
        self.values.push(value.unwrap_or(0));
        self.valid.push(value.is_some());
    }

    /// The value of `row`, if it was set.
    pub fn get(&self, row: usize) -> Option<i64> {
        (*self.valid.get(row)?).then(|| self.values[row])
    }

    /// Forgets all rows from `rows` on.
    pub fn truncate(&mut self, rows: usize) {
        self.values.truncate(rows);
        self.valid.truncate(rows);
    }

    fn take(&mut self, rows: usize) -> (Vec<i64>, Option<NullBuffer>) {
        self.values.resize(rows, 0);
        self.valid.resize(rows, false);
        let nulls = NullBuffer::from(std::mem::take(&mut self.valid));
        (std::mem::take(&mut self.values), (nulls.null_count() > 0).then_some(nulls))
    }

    /// The column as 64-bit integers; empty afterwards.
    pub fn finish(&mut self, rows: usize) -> ArrayRef {
        let (values, nulls) = self.take(rows);
        Arc::new(Int64Array::new(values.into(), nulls))
    }

    /// The column as 32-bit integers (ports); empty afterwards.
    pub fn finish_i32(&mut self, rows: usize) -> ArrayRef {
        let (values, nulls) = self.take(rows);
        let values: Vec<i32> = values.into_iter().map(|v| i32::try_from(v).unwrap_or(-1)).collect();
        Arc::new(Int32Array::new(values.into(), nulls))
    }

    /// The column as UTC instants; empty afterwards.
    pub fn finish_time(&mut self, rows: usize) -> ArrayRef {
        let (values, nulls) = self.take(rows);
        Arc::new(TimestampMicrosecondArray::new(values.into(), nulls).with_timezone("UTC"))
    }
}

/// Texts that differ from row to row.
#[derive(Debug)]
pub struct Texts {
    bytes: String,
    ends: Vec<usize>,
    valid: Vec<bool>,
}

impl Default for Texts {
    fn default() -> Self {
        Self { bytes: String::new(), ends: vec![0], valid: Vec::new() }
    }
}

impl Texts {
    /// Sets the value of `row`, which is the last row or the one after it.
    pub fn set(&mut self, row: usize, value: Option<&str>) {
        self.truncate(row);
        self.pad(row);
        self.bytes.push_str(value.unwrap_or_default());
        self.ends.push(self.bytes.len());
        self.valid.push(value.is_some());
    }

    /// The value of `row`, if it was set.
    pub fn get(&self, row: usize) -> Option<&str> {
        (*self.valid.get(row)?).then(|| &self.bytes[self.ends[row]..self.ends[row + 1]])
    }

    /// Forgets all rows from `rows` on.
    pub fn truncate(&mut self, rows: usize) {
        if self.valid.len() > rows {
            self.valid.truncate(rows);
            self.ends.truncate(rows + 1);
            self.bytes.truncate(self.ends[rows]);
        }
    }

    fn pad(&mut self, rows: usize) {
        self.ends.resize(rows + 1, self.bytes.len());
        self.valid.resize(rows, false);
    }

    /// Bytes held.
    pub fn bytes(&self) -> usize {
        self.bytes.len()
    }

    /// The column as strings; empty afterwards.
    pub fn finish(&mut self, rows: usize) -> ArrayRef {
        self.pad(rows);
        let Self { bytes, ends, valid } = std::mem::take(self);
        let ends: Vec<i32> = ends.into_iter().map(|end| i32::try_from(end).unwrap_or(i32::MAX)).collect();
        let nulls = NullBuffer::from(valid);
        let offsets = OffsetBuffer::new(ScalarBuffer::from(ends));
        let nulls = (nulls.null_count() > 0).then_some(nulls);
        Arc::new(StringArray::new(offsets, Buffer::from(bytes.into_bytes()), nulls))
    }
}

/// Texts that repeat: each distinct one is kept once, rows point to it.
#[derive(Debug, Default)]
pub struct Words {
    keys: Vec<i32>,
    valid: Vec<bool>,
    words: Vec<Box<str>>,
    index: FxHashMap<Box<str>, i32>,
    last: Option<i32>,
}

impl Words {
    /// Sets the value of `row`, which is the last row or the one after it.
    pub fn set(&mut self, row: usize, value: Option<&str>) {
        let key = value.map(|text| self.intern(text));
        self.keys.resize(row, 0);
        self.valid.resize(row, false);
        self.keys.push(key.unwrap_or(0));
        self.valid.push(key.is_some());
    }

    fn intern(&mut self, text: &str) -> i32 {
        // Neighbouring rows mostly agree, so the last word is tried before the table.
        if let Some(last) = self.last
            && *self.words[last as usize] == *text
        {
            return last;
        }
        let key = match self.index.get(text) {
            Some(&key) => key,
            None => {
                let key = i32::try_from(self.words.len()).unwrap_or(i32::MAX);
                self.words.push(text.into());
                self.index.insert(text.into(), key);
                key
            }
        };
        self.last = Some(key);
        key
    }

    /// The value of `row`, if it was set.
    pub fn get(&self, row: usize) -> Option<&str> {
        (*self.valid.get(row)?).then(|| &*self.words[self.keys[row] as usize])
    }

    /// Forgets all rows from `rows` on; the words stay.
    pub fn truncate(&mut self, rows: usize) {
        self.keys.truncate(rows);
        self.valid.truncate(rows);
    }

    /// The column as a dictionary of strings; empty afterwards.
    pub fn finish(&mut self, rows: usize) -> ArrayRef {
        self.keys.resize(rows, 0);
        self.valid.resize(rows, false);
        let Self { keys, valid, words, .. } = std::mem::take(self);
        let nulls = NullBuffer::from(valid);
        let nulls = (nulls.null_count() > 0).then_some(nulls);
        let words = StringArray::from_iter_values(words.iter());
        Arc::new(DictionaryArray::<Int32Type>::new(Int32Array::new(keys.into(), nulls), Arc::new(words)))
    }
}
