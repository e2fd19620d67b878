//! Events in the order of the table: day, subject, finding, time.
//!
//! Sorted, equal subjects and findings are neighbours, so that [`crate::fold`] is one pass, and readers
//! skip whole files and pages by address.

use std::cmp::Ordering;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Int32Type, Int64Type, TimestampMicrosecondType};
use arrow_array::{AnyDictionaryArray, Array, ArrayRef, DictionaryArray, RecordBatch, StringArray, UInt32Array};
use arrow_select::take::take;
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

/// The key of a row without a word.
pub(crate) const NO_WORD: i32 = -1;

/// The key of a row's word, [`NO_WORD`] for none.
#[inline]
pub(crate) fn key_of(column: &DictionaryArray<Int32Type>, row: usize) -> i32 {
    let keys = column.keys();
    if keys.is_null(row) { NO_WORD } else { keys.values()[row] }
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
    taken(batch, &places)
}

/// The rows of a batch in the order of their places.
pub(crate) fn taken(batch: &RecordBatch, places: &[Place]) -> Result<RecordBatch, LakeError> {
    let rows = UInt32Array::from_iter_values(places.iter().map(|place| place.row));
    let taken =
        |column: &ArrayRef| if is_constant(column) { Ok(Arc::clone(column)) } else { take(column, &rows, None) };
    let columns = batch.columns().iter().map(taken).collect::<Result<_, _>>()?;
    Ok(RecordBatch::try_new(batch.schema(), columns)?)
}

/// Whether a column plainly says the same of all rows, so that their order is nothing to it.
fn is_constant(column: &ArrayRef) -> bool {
    let is_one_word = |words: &dyn AnyDictionaryArray| words.values().len() == 1 && column.null_count() == 0;
    column.null_count() == column.len() || column.as_any_dictionary_opt().is_some_and(is_one_word)
}

/// The places of all rows, sorted.
pub(crate) fn places(batch: &RecordBatch) -> Vec<Place> {
    let texts = Texts::of_events(batch);
    let places = unsorted_places(batch, &texts);
    let first_day = places.iter().map(|place| place.day).min().unwrap_or_default();
    let mut order: Vec<(u64, u32)> = places.iter().map(|place| (rank(place, first_day), place.row)).collect();
    let place = |row: u32| &places[row as usize];
    order.sort_unstable_by(|a, b| a.0.cmp(&b.0).then_with(|| compare(place(a.1), place(b.1), &texts)));
    order.iter().map(|(_, row)| *place(*row)).collect()
}

/// A number that sorts places as day, class and bits do, though some that differ share one. It tells most of them apart,
/// and is a third of what is sorted otherwise.
fn rank(place: &Place, first_day: i32) -> u64 {
    // Days that eight bits cannot tell apart are told apart by nothing here.
    let Ok(day @ 0..0xff) = u64::try_from(i64::from(place.day) - i64::from(first_day)) else { return u64::MAX };
    let class = u64::from(place.class.min(7));
    // Three stretches: below IPv4, IPv4 (`::ffff:0:0/96`), and above, told by its first bits.
    let bits = match (place.bits >> 32).cmp(&0xffff) {
        Ordering::Less => 0,
        Ordering::Equal => 1 << 51 | u64::from(place.bits as u32),
        Ordering::Greater => 2 << 51 | (place.bits >> 77) as u64,
    };
    day << 56 | class << 53 | bits
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn places() -> impl Strategy<Value = Place> {
        let bits =
            prop_oneof![any::<u128>(), any::<u32>().prop_map(|v4| 0xffff_u128 << 32 | u128::from(v4)), 0..9_u128];
        (0..400, prop_oneof![0..4_u8, Just(NO_SUBJECT)], bits).prop_map(|(day, class, bits)| Place {
            day,
            class,
            bits,
            finding: 0,
            time: 0,
            port: 0,
            row: 0,
        })
    }

    proptest! {
        #[test]
        fn no_rank_says_otherwise(a in places(), b in places()) {
            let by_rank = rank(&a, 0).cmp(&rank(&b, 0));
            let wanted = (a.day, a.class, a.bits).cmp(&(b.day, b.class, b.bits));
            prop_assert!(by_rank == wanted || by_rank == Ordering::Equal);
        }
    }
}
