//! Events in the order of the table: day, subject, finding, time.
//!
//! Sorted, equal subjects and findings are neighbours, so that [`crate::fold`] is one pass, and readers
//! skip whole files and pages by address.

use std::cmp::Ordering;

use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Int32Type, Int64Type, TimestampMicrosecondType};
use arrow_array::{Array, DictionaryArray, RecordBatch, StringArray, UInt32Array};
use arrow_select::take::take_record_batch;
use event::json::text_at;
use rustc_hash::FxHashMap;

use crate::LakeError;
use crate::schema::{EVENTS, position};

/// Where a row belongs. `class` is the subject's kind (0 an address, see [`event::subject::KINDS`]; [`NO_SUBJECT`] none);
/// `bits` an address or the first 16 bytes of a text; `finding` a number that stands for kind, family and service in this batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    pub day: i32,
    pub class: u8,
    pub bits: u128,
    pub finding: u32,
    pub time: i64,
    pub port: i32,
    pub row: u32,
}

/// The class of a row that has no subject: an event, but never a sighting.
pub(crate) const NO_SUBJECT: u8 = u8::MAX;

/// The dictionary column of a name in a batch of events or sightings.
pub(crate) fn words<'b>(batch: &'b RecordBatch, name: &str) -> &'b DictionaryArray<Int32Type> {
    batch.column(position(batch.schema_ref(), name)).as_dictionary()
}

/// The key of a row's word, -1 for none.
#[inline]
pub(crate) fn key_of(column: &DictionaryArray<Int32Type>, row: usize) -> i32 {
    let keys = column.keys();
    if keys.is_null(row) { -1 } else { keys.values()[row] }
}

/// Texts of the subjects that are no addresses, by class.
pub(crate) struct Texts<'b> {
    columns: [Option<&'b StringArray>; 4],
}

impl<'b> Texts<'b> {
    pub(crate) fn of_events(batch: &'b RecordBatch) -> Self {
        let column = |name| Some(batch.column(position(batch.schema_ref(), name)).as_string::<i32>());
        Self { columns: [None, column("source_account"), column("source_url"), column("source_fqdn")] }
    }

    pub(crate) fn get(&self, class: u8, row: u32) -> &'b str {
        match self.columns.get(usize::from(class)) {
            Some(Some(column)) if column.is_valid(row as usize) => column.value(row as usize),
            _ => "",
        }
    }
}

fn leading_bits(text: &str) -> u128 {
    let mut bytes = [0; 16];
    let length = text.len().min(16);
    bytes[..length].copy_from_slice(&text.as_bytes()[..length]);
    u128::from_be_bytes(bytes)
}

/// Sorts a batch of events ([`EVENTS`]).
///
/// # Errors
/// Only if the columns are not those of the schema.
pub fn sort(batch: &RecordBatch) -> Result<RecordBatch, LakeError> {
    let places = places(batch);
    if places.iter().zip(0u32..).all(|(place, at)| place.row == at) {
        return Ok(batch.clone());
    }
    let rows = UInt32Array::from_iter_values(places.iter().map(|place| place.row));
    Ok(take_record_batch(batch, &rows)?)
}

/// The places of all rows, sorted.
pub(crate) fn places(batch: &RecordBatch) -> Vec<Place> {
    let texts = Texts::of_events(batch);
    let mut places = unsorted_places(batch, &texts);
    places.sort_unstable_by(|a, b| compare(a, b, &texts));
    places
}

fn compare(a: &Place, b: &Place, texts: &Texts<'_>) -> Ordering {
    (a.day, a.class, a.bits)
        .cmp(&(b.day, b.class, b.bits))
        .then_with(|| match a.class {
            0 | NO_SUBJECT => Ordering::Equal,
            class => texts.get(class, a.row).cmp(texts.get(class, b.row)),
        })
        .then_with(|| (a.finding, a.time, a.port, a.row).cmp(&(b.finding, b.time, b.port, b.row)))
}

fn unsorted_places(batch: &RecordBatch, texts: &Texts<'_>) -> Vec<Place> {
    let column = |name| batch.column(position(&EVENTS, name));
    let days = column("day").as_primitive::<Date32Type>();
    let (high, low) =
        (column("source_ip_hi").as_primitive::<Int64Type>(), column("source_ip_lo").as_primitive::<Int64Type>());
    let times = column("time_source").as_primitive::<TimestampMicrosecondType>();
    let ports = column("source_port").as_primitive::<Int32Type>();
    let classes = classes(batch);
    let mut findings = Findings::of(batch);
    (0..batch.num_rows() as u32)
        .map(|row| {
            let at = row as usize;
            let class = classes[at];
            let bits = match class {
                0 => event::address::join(high.value(at), low.value(at)),
                NO_SUBJECT => 0,
                class => leading_bits(texts.get(class, row)),
            };
            let port = if ports.is_valid(at) { ports.value(at) } else { -1 };
            Place { day: days.value(at), class, bits, finding: findings.of_row(at), time: times.value(at), port, row }
        })
        .collect()
}

/// The class of each row, from the column `subject_kind`.
fn classes(batch: &RecordBatch) -> Vec<u8> {
    let column = words(batch, "subject_kind");
    let class_of_word: Vec<u8> = (0..column.values().len())
        .map(|word| {
            let name = text_at(column.values().as_ref(), word).unwrap_or_default();
            event::subject::KINDS.iter().position(|kind| *kind == name).map_or(NO_SUBJECT, |at| at as u8)
        })
        .collect();
    (0..batch.num_rows()).map(|row| column.key(row).map_or(NO_SUBJECT, |key| class_of_word[key])).collect()
}

/// Numbers findings within a batch, in order of appearance.
struct Findings<'b> {
    kind: &'b DictionaryArray<Int32Type>,
    family: &'b DictionaryArray<Int32Type>,
    identifier: &'b DictionaryArray<Int32Type>,
    transport: &'b DictionaryArray<Int32Type>,
    port: &'b arrow_array::Int32Array,
    scope_of_kind: Vec<Scope>,
    feed: &'b DictionaryArray<Int32Type>,
    numbers: FxHashMap<[i32; 6], u32>,
    last: Option<([i32; 6], u32)>,
}

/// How much of a row belongs to its finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    /// Kind and family.
    Family,
    /// Also the identifier.
    Identifier,
    /// Also transport and port.
    Service,
}

impl Scope {
    pub(crate) fn of(kind: &str) -> Self {
        match kind {
            "botnet" => Self::Family,
            "exposed" => Self::Service,
            _ => Self::Identifier,
        }
    }
}

impl<'b> Findings<'b> {
    fn of(batch: &'b RecordBatch) -> Self {
        let kind = words(batch, "kind");
        let scope_of_kind = (0..kind.values().len())
            .map(|word| Scope::of(text_at(kind.values().as_ref(), word).unwrap_or_default()))
            .collect();
        Self {
            kind,
            family: words(batch, "family"),
            identifier: words(batch, "classification_identifier"),
            transport: words(batch, "protocol_transport"),
            port: batch.column(position(&EVENTS, "source_port")).as_primitive(),
            scope_of_kind,
            feed: words(batch, "feed"),
            numbers: FxHashMap::default(),
            last: None,
        }
    }

    fn of_row(&mut self, row: usize) -> u32 {
        let kind = key_of(self.kind, row);
        let scope = self.scope_of_kind.get(kind as usize).copied().unwrap_or(Scope::Family);
        let mut key = [kind, key_of(self.family, row), -1, -1, -1, key_of(self.feed, row)];
        if scope != Scope::Family {
            key[2] = key_of(self.identifier, row);
        }
        if scope == Scope::Service {
            key[3] = key_of(self.transport, row);
            key[4] = if self.port.is_valid(row) { self.port.value(row) } else { -1 };
        }
        if let Some((last, number)) = self.last
            && last == key
        {
            return number;
        }
        let next = self.numbers.len() as u32;
        let number = *self.numbers.entry(key).or_insert(next);
        self.last = Some((key, number));
        number
    }
}
