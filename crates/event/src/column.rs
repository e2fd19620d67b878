//! Columns that grow row by row and can take the last row back.
//!
//! Arrow's own builders only append; a report row may set a value, overwrite it, or be rejected as a
//! whole after half of its columns are in. These columns pad with nulls and cut back for free.

use std::hash::{BuildHasher as _, Hash};
use std::sync::Arc;

use arrow_array::{
    ArrayRef, DictionaryArray, Int32Array, Int64Array, StringArray, TimestampMicrosecondArray, types::Int32Type,
};
use arrow_buffer::{BooleanBuffer, Buffer, NullBuffer, OffsetBuffer, ScalarBuffer};
use rustc_hash::{FxBuildHasher, FxHashMap};

/// Whole numbers, one per row, or null.
#[derive(Debug, Default)]
pub struct Numbers {
    values: Vec<i64>,
    /// Of each row whether it has a value; empty as long as all have one.
    valid: Vec<bool>,
}

impl Numbers {
    /// Sets the value of `row`, which is the last row or the one after it.
    #[inline]
    pub fn set(&mut self, row: usize, value: Option<i64>) {
        if self.values.len() != row {
            self.truncate(row);
            self.pad(row);
        }
        let Some(value) = value else { return self.pad(row + 1) };
        self.values.push(value);
        if !self.valid.is_empty() {
            self.valid.push(true);
        }
    }

    /// The value of `row`, if it was set.
    pub fn get(&self, row: usize) -> Option<i64> {
        let value = *self.values.get(row)?;
        (self.valid.is_empty() || self.valid[row]).then_some(value)
    }

    /// Forgets all rows from `rows` on.
    pub fn truncate(&mut self, rows: usize) {
        self.values.truncate(rows);
        self.valid.truncate(rows);
    }

    /// Rows without a value up to `rows`.
    fn pad(&mut self, rows: usize) {
        if self.values.len() < rows {
            self.valid.resize(self.values.len(), true);
            self.valid.resize(rows, false);
            self.values.resize(rows, 0);
        }
    }

    /// Room for so many rows more.
    pub fn reserve(&mut self, rows: usize) {
        self.values.reserve(rows);
    }

    fn take(&mut self, rows: usize) -> (Vec<i64>, Option<NullBuffer>) {
        self.pad(rows);
        let values = std::mem::replace(&mut self.values, Vec::with_capacity(rows));
        (values, take_nulls(&mut self.valid))
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

/// The nulls of a column, `None` if there are none. The room stays for the next batch.
fn take_nulls(valid: &mut Vec<bool>) -> Option<NullBuffer> {
    if valid.is_empty() {
        return None;
    }
    let nulls = NullBuffer::from(valid.as_slice());
    valid.clear();
    (nulls.null_count() > 0).then_some(nulls)
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
        // The next batch will not be much longer.
        let room = String::with_capacity(self.bytes.len() + self.bytes.len() / 8);
        let bytes = std::mem::replace(&mut self.bytes, room);
        let ends: Vec<i32> = self.ends.iter().map(|end| i32::try_from(*end).unwrap_or(i32::MAX)).collect();
        self.ends.truncate(1);
        let offsets = OffsetBuffer::new(ScalarBuffer::from(ends));
        let nulls = take_nulls(&mut self.valid);
        Arc::new(StringArray::new(offsets, Buffer::from(bytes.into_bytes()), nulls))
    }
}

/// Texts of which many, but perhaps not all, repeat: each is kept once, rows point to it.
///
/// Unlike [`Words`] it costs little if they do not.
#[derive(Debug, Default)]
pub struct Repeats {
    /// Of each row the place of its text, [`NO_WORD`] for none.
    keys: Vec<i32>,
    texts: Texts,
    /// Where the last text of a hash stands.
    index: FxHashMap<u64, i32>,
}

impl Repeats {
    /// Sets the value of `row`, which is the last row or the one after it.
    pub fn set(&mut self, row: usize, text: &str) {
        let hash = FxBuildHasher.hash_one(text);
        let known = self.index.get(&hash).copied().filter(|key| self.texts.get(*key as usize) == Some(text));
        let key = known.unwrap_or_else(|| self.add(hash, text));
        self.keys.resize(row, NO_WORD);
        self.keys.push(key);
    }

    fn add(&mut self, hash: u64, text: &str) -> i32 {
        let key = self.texts.valid.len();
        self.texts.set(key, Some(text));
        let key = i32::try_from(key).unwrap_or(i32::MAX);
        self.index.insert(hash, key);
        key
    }

    /// The column as a dictionary of strings; empty afterwards.
    pub fn finish(&mut self, rows: usize) -> ArrayRef {
        self.keys.resize(rows, NO_WORD);
        self.index.clear();
        let keys = std::mem::replace(&mut self.keys, Vec::with_capacity(rows));
        keyed(keys, self.texts.finish(self.texts.valid.len()))
    }
}

/// Most spellings remembered by a column of words; then it forgets them all.
const SPELLINGS_MAX: usize = 4096;

/// Longest spelling remembered, in bytes.
const SPELLING_LENGTH_MAX: usize = 128;

/// Texts that repeat: each distinct one is kept once, rows point to it.
///
/// As they repeat, so do their spellings before cleaning: what became of each is remembered.
#[derive(Debug, Default)]
pub struct Words {
    /// Of each row the place of its word, [`NO_WORD`] for none.
    keys: Vec<i32>,
    words: Vec<Box<str>>,
    index: FxHashMap<Box<str>, i32>,
    short: FxHashMap<Short, Option<Word>>,
    long: FxHashMap<Box<str>, Option<Word>>,
    last_short: Option<(Short, Option<Word>)>,
    last: Option<Word>,
}

/// A spelling of at most sixteen bytes as numbers, which are compared without a look at memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Short {
    first: u64,
    last: u64,
    length: usize,
}

impl Short {
    #[inline]
    fn of(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        let (first, last) = if let (Some(first), Some(last)) = (bytes.first_chunk(), bytes.last_chunk()) {
            (u64::from_ne_bytes(*first), u64::from_ne_bytes(*last))
        } else if let (Some(first), Some(last)) = (bytes.first_chunk(), bytes.last_chunk()) {
            (u32::from_ne_bytes(*first).into(), u32::from_ne_bytes(*last).into())
        } else {
            let byte = |at: usize| u64::from(bytes.get(at).copied().unwrap_or_default());
            (byte(0) | byte(1) << 8 | byte(2) << 16, 0)
        };
        (bytes.len() <= 16).then_some(Self { first, last, length: bytes.len() })
    }
}

/// The key of a row without a word.
const NO_WORD: i32 = -1;

/// A word of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Word(i32);

/// A column of `rows` rows that all say the same, or nothing.
pub fn constant(text: Option<&str>, rows: usize) -> ArrayRef {
    let nulls = text.is_none().then(|| NullBuffer::new_null(rows));
    let words = StringArray::from_iter_values(text);
    Arc::new(DictionaryArray::<Int32Type>::new(Int32Array::new(vec![0; rows].into(), nulls), Arc::new(words)))
}

/// Words that stand for codes (numbers, keys of another column): each code's text is asked for once.
#[derive(Debug)]
pub struct Named<C> {
    words: Words,
    known: FxHashMap<C, Option<Word>>,
    last: Option<(C, Option<Word>)>,
}

impl<C: Copy + Eq + Hash> Named<C> {
    /// No rows yet, and room for so many.
    pub fn with_room(rows: usize) -> Self {
        let words = Words { keys: Vec::with_capacity(rows), ..Words::default() };
        Self { words, known: FxHashMap::default(), last: None }
    }

    /// Sets the word of `row`, which is the last row or the one after it, to what a code is called.
    #[inline]
    pub fn set<'t>(&mut self, row: usize, code: C, name: impl FnOnce() -> Option<&'t str>) {
        let word = match self.last {
            Some((last, word)) if last == code => word,
            _ => self.find(code, name),
        };
        self.last = Some((code, word));
        self.words.put(row, word);
    }

    fn find<'t>(&mut self, code: C, name: impl FnOnce() -> Option<&'t str>) -> Option<Word> {
        let Self { words, known, .. } = self;
        *known.entry(code).or_insert_with(|| name().map(|text| words.intern(text)))
    }

    /// The column as a dictionary of strings.
    pub fn finish(mut self, rows: usize) -> ArrayRef {
        self.words.finish(rows)
    }
}

impl Words {
    /// Sets the value of `row`, which is the last row or the one after it.
    pub fn set(&mut self, row: usize, value: Option<&str>) {
        let word = value.map(|text| self.intern(text));
        self.put(row, word);
    }

    /// Sets the word of `row`, which is the last row or the one after it.
    #[inline]
    pub fn put(&mut self, row: usize, word: Option<Word>) {
        if self.keys.len() != row {
            self.keys.resize(row, NO_WORD);
        }
        self.keys.push(word.map_or(NO_WORD, |word| word.0));
    }

    /// The word of a text.
    pub fn intern(&mut self, text: &str) -> Word {
        // Neighbouring rows mostly agree, so the last word is tried before the table.
        if let Some(last) = self.last
            && *self.words[last.0 as usize] == *text
        {
            return last;
        }
        let word = self.find_or_add(text);
        self.last = Some(word);
        word
    }

    fn find_or_add(&mut self, text: &str) -> Word {
        if let Some(&key) = self.index.get(text) {
            return Word(key);
        }
        let key = i32::try_from(self.words.len()).unwrap_or(i32::MAX);
        self.words.push(text.into());
        self.index.insert(text.into(), key);
        Word(key)
    }

    /// What was [remembered](Self::remember) of a spelling.
    #[inline]
    pub fn recall(&mut self, spelling: &str) -> Option<Option<Word>> {
        let Some(short) = Short::of(spelling) else { return self.long.get(spelling).copied() };
        match self.last_short {
            Some((last, word)) if last == short => Some(word),
            _ => {
                let word = *self.short.get(&short)?;
                self.last_short = Some((short, word));
                Some(word)
            }
        }
    }

    /// Keeps in mind which word a spelling is, `None` for no valid one.
    pub fn remember(&mut self, spelling: &str, word: Option<Word>) {
        if self.short.len() + self.long.len() >= SPELLINGS_MAX {
            self.short.clear();
            self.long.clear();
        }
        match Short::of(spelling) {
            Some(short) => _ = self.short.insert(short, word),
            None if spelling.len() <= SPELLING_LENGTH_MAX => _ = self.long.insert(spelling.into(), word),
            None => {}
        }
    }

    /// The value of `row`, if it was set.
    pub fn get(&self, row: usize) -> Option<&str> {
        let key = usize::try_from(*self.keys.get(row)?).ok()?;
        Some(&*self.words[key])
    }

    /// Forgets all rows from `rows` on; the words stay.
    pub fn truncate(&mut self, rows: usize) {
        self.keys.truncate(rows);
    }

    /// The column as a dictionary of strings; empty afterwards.
    pub fn finish(&mut self, rows: usize) -> ArrayRef {
        self.keys.resize(rows, NO_WORD);
        let Self { keys, words, .. } = std::mem::take(self);
        self.keys.reserve(rows);
        keyed(keys, Arc::new(StringArray::from_iter_values(words.iter())))
    }
}

/// A column of words from the key of each row, -1 for none.
pub fn keyed(keys: Vec<i32>, words: ArrayRef) -> ArrayRef {
    let nulls = keys.contains(&NO_WORD).then(|| {
        let is_valid = |row: usize| keys[row] != NO_WORD;
        NullBuffer::new(BooleanBuffer::collect_bool(keys.len(), is_valid))
    });
    Arc::new(DictionaryArray::<Int32Type>::new(Int32Array::new(keys.into(), nulls), words))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::text_at;
    use arrow_array::cast::AsArray as _;
    use arrow_array::types::Int64Type;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn numbers_are_those_that_were_set(sets in prop::collection::vec((0..4_usize, prop::option::of(0..9_i64)), 0..40), more in 0..3_usize) {
            let (mut numbers, mut wanted) = (Numbers::default(), Vec::new());
            for (step, value) in sets {
                // The last row again, the one after it, or some rows passed over; sometimes all but two are forgotten.
                let row = (wanted.len() + step).saturating_sub(1);
                wanted.resize(row, None);
                wanted.push(value);
                numbers.set(row, value);
                prop_assert_eq!(numbers.get(row), value);
                if value == Some(8) {
                    wanted.truncate(2);
                    numbers.truncate(2);
                }
            }
            wanted.resize(wanted.len() + more, None);
            let finished = numbers.finish(wanted.len());
            let values: Vec<_> = finished.as_primitive::<Int64Type>().iter().collect();
            prop_assert_eq!(values, wanted);
        }

        #[test]
        fn what_repeats_is_kept_once(texts in prop::collection::vec(prop::option::of("[ab]{0,2}"), 0..40)) {
            let mut repeats = Repeats::default();
            for (row, text) in texts.iter().enumerate() {
                if let Some(text) = text {
                    repeats.set(row, text);
                }
            }
            let finished = repeats.finish(texts.len());
            let read: Vec<_> = (0..texts.len()).map(|row| text_at(&finished, row).map(str::to_owned)).collect();
            let distinct: std::collections::HashSet<_> = texts.iter().flatten().collect();
            prop_assert_eq!(finished.as_dictionary::<Int32Type>().values().len(), distinct.len());
            prop_assert_eq!(read, texts);
        }

        #[test]
        fn short_spellings_are_one_if_their_texts_are(a in "[ab\u{1}\u{0}]{0,18}", b in "[ab\u{1}\u{0}]{0,18}") {
            let (short, other) = (Short::of(&a), Short::of(&b));
            prop_assert_eq!(short.is_some(), a.len() <= 16);
            if short.is_some() && other.is_some() {
                prop_assert_eq!(short == other, a == b);
            }
        }
    }

    #[test]
    fn what_is_remembered_is_recalled_until_the_batch_ends() {
        let mut words = Words::default();
        for spelling in ["", "a", "ab", "abc", "abcd", "sixteen letters!", "seventeen letters", &"x".repeat(200)] {
            assert_eq!(words.recall(spelling), None, "{spelling}");
            let word = words.intern(spelling);
            words.remember(spelling, Some(word));
            words.remember("never", None);
            let is_kept = spelling.len() <= SPELLING_LENGTH_MAX;
            assert_eq!(words.recall(spelling), is_kept.then_some(Some(word)), "{spelling}");
            assert_eq!(words.recall("never"), Some(None));
        }
        words.finish(0);
        assert_eq!(words.recall("abc"), None);
    }
}
