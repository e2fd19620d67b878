//! A batch of events being filled, row by row.
//!
//! A feed sets the keys of the current row, in any order, and then *accepts* or *rejects* it. Nothing of
//! a rejected row stays.

use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch};
use rustc_hash::FxHashSet;

use crate::clean::{self, Cleaned, clean};
use crate::column::{Numbers, Repeats, Texts, Words};
use crate::key::{Key, NUMBERS, Rule, Slot, TEXTS, WORDS};
use crate::{address, schema, time};

/// What became of a value that was set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It is in the row.
    Stored,
    /// It says nothing and is left out.
    Ignored,
    /// It is not what the key asks for and is left out.
    Invalid,
}

/// Why a row did not become an event; the codes are stable, texts for people are made from them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// The report's header lacks a column that the format requires.
    MissingColumn,
    /// The header names a column twice.
    DuplicateColumn,
    /// The value cannot be read as what the column holds.
    InvalidValue,
    /// No time of observation.
    MissingTime,
    /// Earlier than [`Limits::not_before`].
    TooOld,
    /// Later than [`Limits::not_after`].
    InFuture,
    /// The file already spans as many days as it may.
    TooManyDays,
    /// Longer than a record may be.
    TooLong,
    /// Not a record of this format at all.
    Malformed,
}

impl Reason {
    /// Every reason, for tables and their tests.
    pub const ALL: [Self; 9] = [
        Self::MissingColumn,
        Self::DuplicateColumn,
        Self::InvalidValue,
        Self::MissingTime,
        Self::TooOld,
        Self::InFuture,
        Self::TooManyDays,
        Self::TooLong,
        Self::Malformed,
    ];

    /// The stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::MissingColumn => "missing-column",
            Self::DuplicateColumn => "duplicate-column",
            Self::InvalidValue => "invalid-value",
            Self::MissingTime => "missing-time",
            Self::TooOld => "too-old",
            Self::InFuture => "in-future",
            Self::TooManyDays => "too-many-days",
            Self::TooLong => "too-long",
            Self::Malformed => "malformed",
        }
    }
}

/// What is wrong with a row: which column, which value, why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The report's column or the format's key; empty when the whole record is meant.
    pub column: String,
    /// The value as it came, cut to [`Problem::VALUE_MAX`] bytes.
    pub value: String,
    /// Why it cannot be used.
    pub reason: Reason,
}

impl Problem {
    /// Longest value kept, in bytes: enough to recognise it, not enough to fill a screen.
    pub const VALUE_MAX: usize = 200;

    /// A problem with a value of a column.
    pub fn new(column: &str, value: &str, reason: Reason) -> Self {
        let mut end = value.len().min(Self::VALUE_MAX);
        while !value.is_char_boundary(end) {
            end -= 1;
        }
        Self { column: column.to_owned(), value: value[..end].to_owned(), reason }
    }
}

/// The times an event may have: one bad row must not open a partition of the year 9999.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Earliest time, microseconds since 1970.
    pub not_before: i64,
    /// Latest time, microseconds since 1970.
    pub not_after: i64,
}

impl Limits {
    /// 2000-01-01T00:00:00Z: no feed of this field is older.
    pub const EPOCH: i64 = 946_684_800 * time::SECOND;

    /// From the year 2000 to a day after `now`.
    pub fn at(now: i64) -> Self {
        Self { not_before: Self::EPOCH, not_after: now.saturating_add(time::DAY) }
    }
}

/// The days (UTC) that a report has events on, at most [`DAYS_MAX`].
#[derive(Debug, Default)]
struct Days {
    seen: FxHashSet<i64>,
    last: Option<i64>,
}

/// Most days of one report: each day is a partition of the table.
pub const DAYS_MAX: usize = 400;

impl Days {
    /// Whether an event of this time may join.
    fn admit(&mut self, at: i64) -> bool {
        let day = at.div_euclid(time::DAY);
        if self.last == Some(day) {
            return true;
        }
        let admitted = self.seen.contains(&day) || self.seen.len() < DAYS_MAX;
        if admitted {
            self.seen.insert(day);
            self.last = Some(day);
        }
        admitted
    }
}

/// A value for the rest of a row.
#[derive(Debug, Clone, Copy)]
pub enum Rest<'v> {
    /// A string.
    Text(&'v str),
    /// A JSON value as it stands.
    Json(&'v str),
}

/// Events in columns; see the module.
#[derive(Debug)]
pub struct EventRows {
    limits: Limits,
    days: Days,
    rows: usize,
    numbered: Vec<i64>,
    address: [(Numbers, Numbers); 2],
    numbers: [Numbers; NUMBERS.len()],
    texts: [Texts; TEXTS.len()],
    words: [Words; WORDS.len()],
    rest: Repeats,
    scratch: String,
}

impl EventRows {
    /// No rows yet.
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            days: Days::default(),
            rows: 0,
            numbered: Vec::new(),
            address: Default::default(),
            numbers: Default::default(),
            texts: Default::default(),
            words: Default::default(),
            rest: Repeats::default(),
            scratch: String::new(),
        }
    }

    /// Accepted rows.
    pub fn len(&self) -> usize {
        self.rows
    }

    /// Whether no row was accepted.
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// Sets a key of the current row; a value set before is replaced by a valid one.
    pub fn set(&mut self, key: Key, text: &str) -> Outcome {
        if clean::is_ignored(text) {
            return Outcome::Ignored;
        }
        let stored = match key.slot {
            Slot::Address(at) => self.set_address(at, text),
            Slot::Number(at) => self.set_number(at, key.rule, text),
            Slot::Word(at) => self.set_word(at, key.rule, text),
            Slot::Text(at) => self.set_text(at, key.rule, text),
            Slot::Rest => self.set_other(key, text),
            Slot::Dropped => clean(key.rule, text) != Cleaned::Invalid,
        };
        if stored { Outcome::Stored } else { Outcome::Invalid }
    }

    fn set_address(&mut self, at: usize, text: &str) -> bool {
        let Some(bits) = clean::parse_bits(clean::trim(text)) else { return false };
        let (high, low) = address::halves(bits);
        let (highs, lows) = &mut self.address[at];
        highs.set(self.rows, Some(high));
        lows.set(self.rows, Some(low));
        true
    }

    fn set_number(&mut self, at: usize, rule: Rule, text: &str) -> bool {
        let number = clean::number(rule, text).filter(|n| rule != Rule::Integer || i32::try_from(*n).is_ok());
        if number.is_some() {
            self.numbers[at].set(self.rows, number);
        }
        number.is_some()
    }

    fn set_text(&mut self, at: usize, rule: Rule, text: &str) -> bool {
        let Cleaned::Text(cleaned) = clean(rule, text) else { return false };
        self.texts[at].set(self.rows, Some(&cleaned));
        true
    }

    fn set_word(&mut self, at: usize, rule: Rule, text: &str) -> bool {
        if let Some(outcome) = self.set_known(at, text) {
            return outcome == Outcome::Stored;
        }
        let column = &mut self.words[at];
        let word = match clean(rule, text) {
            Cleaned::Text(cleaned) => Some(column.intern(&cleaned)),
            _ => None,
        };
        column.remember(text, word);
        if word.is_some() {
            column.put(self.rows, word);
        }
        word.is_some()
    }

    /// Sets a word column ([`WORDS`]) of the current row to a text that it was [`set`](Self::set) to before; `None`
    /// if nothing is remembered of that.
    #[inline]
    pub fn set_known(&mut self, word: usize, text: &str) -> Option<Outcome> {
        let column = &mut self.words[word];
        let known = column.recall(text)?;
        if known.is_none() {
            return Some(Outcome::Invalid);
        }
        column.put(self.rows, known);
        Some(Outcome::Stored)
    }

    fn set_other(&mut self, key: Key, text: &str) -> bool {
        match clean(key.rule, text) {
            Cleaned::Text(text) => self.set_rest(key.name, Rest::Text(&text)),
            Cleaned::Literal(json) => self.set_rest(key.name, Rest::Json(&json)),
            Cleaned::Number(n) if key.rule == Rule::Time => self.set_rest(key.name, Rest::Text(&time::to_text(n))),
            Cleaned::Number(n) => self.set_rest(key.name, Rest::Json(&n.to_string())),
            Cleaned::Address(bits) => self.set_rest(key.name, Rest::Text(&address::from_bits(bits).to_string())),
            Cleaned::Ignored | Cleaned::Invalid => return false,
        }
        true
    }

    /// Sets a name of the rest (`extra.*`) that may have been set before in this row.
    pub fn set_rest(&mut self, name: &str, value: Rest<'_>) {
        if !self.scratch.is_empty() {
            self.remove_rest(name);
        }
        self.push_rest(name, value);
    }

    /// Sets a name of the rest that was not set before in this row.
    pub fn push_rest(&mut self, name: &str, value: Rest<'_>) {
        self.scratch.push(if self.scratch.is_empty() { '{' } else { ',' });
        push_json_string(name, &mut self.scratch);
        self.scratch.push(':');
        self.push_value(value);
    }

    /// As [`push_rest`](Self::push_rest), the name being quoted already, its colon behind it: `"extra.tag":`.
    pub fn push_quoted(&mut self, name: &str, value: Rest<'_>) {
        self.scratch.push(if self.scratch.is_empty() { '{' } else { ',' });
        self.scratch.push_str(name);
        self.push_value(value);
    }

    fn push_value(&mut self, value: Rest<'_>) {
        match value {
            Rest::Text(text) => push_json_string(text, &mut self.scratch),
            Rest::Json(json) => self.scratch.push_str(json),
        }
    }

    fn remove_rest(&mut self, name: &str) {
        let mut quoted = String::with_capacity(name.len() + 3);
        push_json_string(name, &mut quoted);
        quoted.push(':');
        if !self.scratch.contains(&quoted) {
            return;
        }
        // The rare way: a name set twice, or a value that looks like it. Let the parser decide.
        let Ok(mut all) = serde_json::from_str::<serde_json::Map<_, _>>(&format!("{}}}", self.scratch)) else { return };
        if all.shift_remove(name).is_none() {
            return;
        }
        self.scratch.clear();
        for (name, value) in all {
            self.push_rest(&name, Rest::Json(&value.to_string()));
        }
    }

    /// Whether the current row has a value for a key with a column of its own.
    pub fn has(&self, key: Key) -> bool {
        match key.slot {
            Slot::Number(at) => self.numbers[at].get(self.rows).is_some(),
            Slot::Address(at) => self.address[at].0.get(self.rows).is_some(),
            Slot::Text(at) => self.texts[at].get(self.rows).is_some(),
            Slot::Word(at) => self.words[at].get(self.rows).is_some(),
            Slot::Rest | Slot::Dropped => false,
        }
    }

    /// Ends the current row as an event, `number` being its row in the file.
    ///
    /// # Errors
    /// A row without a time, or with one outside the [`Limits`], is rejected and the problem returned.
    pub fn accept(&mut self, number: u64) -> Result<(), Problem> {
        match self.time_problem() {
            Some(problem) => {
                self.reject();
                Err(problem)
            }
            None => {
                if !self.scratch.is_empty() {
                    self.scratch.push('}');
                    self.rest.set(self.rows, &self.scratch);
                    self.scratch.clear();
                }
                self.numbered.push(i64::try_from(number).unwrap_or(i64::MAX));
                self.rows += 1;
                Ok(())
            }
        }
    }

    fn time_problem(&mut self) -> Option<Problem> {
        let Some(at) = self.numbers[0].get(self.rows) else {
            return Some(Problem::new("time.source", "", Reason::MissingTime));
        };
        let reason = match at {
            at if at < self.limits.not_before => Reason::TooOld,
            at if at > self.limits.not_after => Reason::InFuture,
            at if !self.days.admit(at) => Reason::TooManyDays,
            _ => return None,
        };
        Some(Problem::new("time.source", &time::to_text(at), reason))
    }

    /// Forgets the current row.
    pub fn reject(&mut self) {
        let row = self.rows;
        for (high, low) in &mut self.address {
            high.truncate(row);
            low.truncate(row);
        }
        self.numbers.iter_mut().for_each(|column| column.truncate(row));
        self.texts.iter_mut().for_each(|column| column.truncate(row));
        self.words.iter_mut().for_each(|column| column.truncate(row));
        self.scratch.clear();
    }

    /// The accepted rows as a batch of [`schema::OBSERVED`]; no rows afterwards.
    #[expect(
        clippy::expect_used,
        reason = "the columns are built for this very schema, a difference is a bug of this file"
    )]
    pub fn finish(&mut self) -> RecordBatch {
        self.reject();
        let rows = std::mem::take(&mut self.rows);
        let numbered = std::mem::replace(&mut self.numbered, Vec::with_capacity(rows));
        let mut columns: Vec<ArrayRef> = vec![Arc::new(arrow_array::Int64Array::from(numbered))];
        for (high, low) in &mut self.address {
            columns.extend([high.finish(rows), low.finish(rows)]);
        }
        for (name, column) in NUMBERS.iter().zip(&mut self.numbers) {
            columns.push(match *name {
                "time.source" => column.finish_time(rows),
                "source.port" | "destination.port" => column.finish_i32(rows),
                _ => column.finish(rows),
            });
        }
        columns.extend(self.texts.iter_mut().map(|column| column.finish(rows)));
        columns.extend(self.words.iter_mut().map(|column| column.finish(rows)));
        columns.push(self.rest.finish(rows));
        RecordBatch::try_new(schema::OBSERVED.clone(), columns).expect("columns of the schema")
    }
}

/// Appends a JSON string (RFC 8259 §7).
pub fn push_json_string(text: &str, out: &mut String) {
    out.push('"');
    // No early exit: so it is done sixteen bytes at a time.
    let needs_escape = |b: u8| b < 0x20 || b == b'"' || b == b'\\';
    if !text.bytes().fold(false, |found, b| found | needs_escape(b)) {
        out.push_str(text);
    } else {
        for c in text.chars() {
            push_json_char(c, out);
        }
    }
    out.push('"');
}

fn push_json_char(c: char, out: &mut String) {
    use std::fmt::Write as _;
    match c {
        '"' => out.push_str("\\\""),
        '\\' => out.push_str("\\\\"),
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        c if c < ' ' => {
            // Writing to a String cannot fail.
            let _ = write!(out, "\\u{:04x}", u32::from(c));
        }
        c => out.push(c),
    }
}
