//! Folding: sorted events → sightings, and partial sightings → whole ones.
//!
//! Both ways end in the same row, and adding partial rows up is commutative: first is the smallest,
//! last the largest, counts add, samples are the [`SAMPLES_MAX`] smallest of all, the mark is the most
//! restrictive, the feed's own hints (ASN, place) are the smallest known.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Int32Type, Int64Type, TimestampMicrosecondType};
use arrow_array::{Array, DictionaryArray, Int64Array, RecordBatch};
use event::column::keyed;
use event::json::text_at;
use event::tlp::Tlp;

use crate::LakeError;
use crate::order::{self, NO_SUBJECT, NO_WORD, Place, Scope, Texts, key_of, words};
use crate::schema::{DAY, SAMPLES_MAX, position};
use crate::sighting::{Sample, Sighting, SightingRows, WORDS};

/// A batch of events sorted, and the sightings it folds to.
#[derive(Debug)]
pub struct Folded {
    /// The events, sorted as the table wants them.
    pub events: RecordBatch,
    /// Their sightings.
    pub sightings: RecordBatch,
}

impl Folded {
    /// The rows from a day on; `i32::MIN` for all.
    ///
    /// # Errors
    /// Never for columns of [`crate::schema`].
    pub fn since(self, first: i32) -> Result<Self, LakeError> {
        if first == i32::MIN {
            return Ok(self);
        }
        let since = |batch: &RecordBatch| -> Result<RecordBatch, LakeError> {
            let days = batch.column(position(batch.schema_ref(), DAY)).as_primitive::<Date32Type>().values();
            let wanted = days.iter().map(|day| Some(*day >= first)).collect();
            Ok(arrow_select::filter::filter_record_batch(batch, &wanted)?)
        };
        Ok(Self { events: since(&self.events)?, sightings: since(&self.sightings)? })
    }
}

/// Sorts a batch of events and folds it.
///
/// # Errors
/// Only if the columns are not those of [`crate::schema::EVENTS`].
pub fn sort_and_fold(batch: &RecordBatch) -> Result<Folded, LakeError> {
    let places = order::places(batch);
    let events = order::taken(batch, &places)?;
    let sightings = fold_places(batch, &places)?;
    Ok(Folded { events, sightings })
}

fn fold_places(batch: &RecordBatch, places: &[Place]) -> Result<RecordBatch, LakeError> {
    let source = Source::of(batch);
    let mut fold = Fold::of(&source, places.len());
    for group in places.chunk_by(|a, b| source.same(a, b)) {
        if group[0].class != NO_SUBJECT {
            fold.add(group);
        }
    }
    fold.finish()
}

/// A batch of events being folded.
struct Fold<'b> {
    source: &'b Source<'b>,
    rows: SightingRows,
    /// Of each sighting and each of its [`WORDS`], the key: that of the event that says it.
    keys: [Vec<i32>; WORDS.len()],
    samples: Vec<Sample>,
}

impl<'b> Fold<'b> {
    /// Of at most so many events.
    fn of(source: &'b Source<'b>, events: usize) -> Self {
        let mut rows = SightingRows::default();
        rows.reserve(events);
        Self { source, rows, keys: WORDS.map(|_| Vec::with_capacity(events)), samples: Vec::new() }
    }

    fn add(&mut self, group: &[Place]) {
        let source = self.source;
        let (first, last) = (&group[0], &group[group.len() - 1]);
        let is_address = first.class == 0;
        let scope = source.scope(first);
        self.samples.clear();
        self.samples.extend(group.iter().take(SAMPLES_MAX).map(|place| Sample::new(place.time, place.port)));
        self.rows.push(&Sighting {
            day: first.day,
            bits: is_address.then_some(first.bits),
            subject: (!is_address).then(|| source.texts.get(first.class, first.row)),
            port: (scope == Scope::Service && first.port >= 0).then_some(first.port),
            first: first.time,
            last: last.time,
            count: group.len() as i64,
            samples: &self.samples,
            feed_asn: source.smallest_asn(group),
        });
        let row = Some(first.row);
        let identifier = row.filter(|_| scope != Scope::Family);
        let transport = row.filter(|_| scope == Scope::Service);
        let said_by =
            [row, row, row, identifier, transport, row, source.strictest(group), source.smallest_place(group)];
        for ((keys, column), row) in self.keys.iter_mut().zip(&source.words).zip(said_by) {
            keys.push(row.map_or(NO_WORD, |row| key_of(column, row as usize)));
        }
    }

    fn finish(mut self) -> Result<RecordBatch, LakeError> {
        // The words of a sighting are those of its events: only their keys are copied.
        let columns = self.source.words.iter().zip(self.keys);
        self.rows.finish(columns.map(|(column, keys)| keyed(keys, Arc::clone(column.values()))).collect())
    }
}

/// The columns of an events batch that sightings are made of, found once.
struct Source<'b> {
    texts: Texts<'b>,
    words: [&'b Words; WORDS.len()],
    asn: &'b Int64Array,
    scope_of_kind: Vec<Scope>,
    tlp_of_word: Vec<Option<Tlp>>,
}

type Words = DictionaryArray<Int32Type>;

/// The events' columns that the [`WORDS`] come from.
const EVENT_WORDS: [&str; WORDS.len()] =
    ["subject_kind", "kind", "family", "classification_identifier", "protocol_transport", "feed", "mark", "feed_place"];
// Where among them stand the kind, the mark and the place.
const KIND: usize = 1;
const MARK: usize = 6;
const PLACE: usize = 7;

impl<'b> Source<'b> {
    fn of(batch: &'b RecordBatch) -> Self {
        let words = EVENT_WORDS.map(|name| words(batch, name));
        let texts = |column: &'b Words| {
            let values = column.values();
            (0..values.len()).map(|word| text_at(values.as_ref(), word).unwrap_or_default())
        };
        Self {
            texts: Texts::of_events(batch),
            asn: batch.column(position(batch.schema_ref(), "source_asn")).as_primitive::<Int64Type>(),
            scope_of_kind: texts(words[KIND]).map(Scope::of).collect(),
            tlp_of_word: texts(words[MARK]).map(Tlp::parse).collect(),
            words,
        }
    }

    fn same(&self, a: &Place, b: &Place) -> bool {
        (a.day, a.class, a.bits, a.finding) == (b.day, b.class, b.bits, b.finding)
            && (a.class == 0 || self.texts.get(a.class, a.row) == self.texts.get(b.class, b.row))
    }

    fn scope(&self, place: &Place) -> Scope {
        let kind = key_of(self.words[KIND], place.row as usize);
        self.scope_of_kind.get(kind as usize).copied().unwrap_or(Scope::Family)
    }

    /// The event with the most restrictive mark.
    fn strictest(&self, group: &[Place]) -> Option<u32> {
        let mark = |place: &&Place| self.tlp_of_word.get(key_of(self.words[MARK], place.row as usize) as usize);
        group.iter().max_by_key(mark).map(|place| place.row)
    }

    /// The event with the smallest place.
    fn smallest_place(&self, group: &[Place]) -> Option<u32> {
        let place_of = |place: &Place| Some((text_at(self.words[PLACE], place.row as usize)?, place.row));
        match group {
            [only] => Some(only.row),
            group => group.iter().filter_map(place_of).min().map(|(_, row)| row),
        }
    }

    fn smallest_asn(&self, group: &[Place]) -> Option<i64> {
        let value = |place: &Place| {
            let row = place.row as usize;
            self.asn.is_valid(row).then(|| self.asn.value(row))
        };
        group.iter().filter_map(value).min()
    }
}

/// Adds up partial sightings that come sorted by [`KEY`]; what is whole goes to [`SightingRows`].
#[derive(Debug, Default)]
pub struct Merger {
    open: Option<Open>,
    rows: SightingRows,
    words: [event::column::Words; WORDS.len()],
}

/// The columns that tell sightings apart, in the order of the table.
pub const KEY: [&str; 11] =
    ["day", "subject_kind", "ip_hi", "ip_lo", "subject", "kind", "family", "identifier", "transport", "port", "feed"];

#[derive(Debug)]
struct Open {
    key: Key,
    first: i64,
    last: i64,
    count: i64,
    samples: Vec<Sample>,
    tlp: Option<Tlp>,
    feed_asn: Option<i64>,
    feed_place: Option<String>,
}

#[derive(Debug, PartialEq, Eq)]
struct Key {
    day: i32,
    bits: Option<u128>,
    port: Option<i32>,
    texts: [Option<String>; 7],
}

const KEY_TEXTS: [&str; 7] = ["subject_kind", "subject", "kind", "family", "identifier", "transport", "feed"];

impl Merger {
    /// Takes a batch whose rows follow those of the batch before.
    ///
    /// # Errors
    /// Only if the columns are not those of [`crate::schema::SIGHTINGS`].
    pub fn push(&mut self, batch: &RecordBatch) -> Result<(), LakeError> {
        let columns = Columns::of(batch)?;
        for row in 0..batch.num_rows() {
            let key = columns.key(row);
            match &mut self.open {
                Some(open) if open.key == key => open.add(&columns, row),
                _ => {
                    self.close();
                    self.open = Some(Open::new(key, &columns, row));
                }
            }
        }
        Ok(())
    }

    /// Whole rows waiting.
    pub fn waiting(&self) -> usize {
        self.rows.len()
    }

    /// The whole rows so far; the last one stays open.
    ///
    /// # Errors
    /// Never for rows made here.
    pub fn take(&mut self) -> Result<RecordBatch, LakeError> {
        let rows = self.rows.len();
        self.rows.finish(self.words.iter_mut().map(|column| column.finish(rows)).collect())
    }

    /// All rows that are left.
    ///
    /// # Errors
    /// Never for rows made here.
    pub fn finish(mut self) -> Result<RecordBatch, LakeError> {
        self.close();
        self.take()
    }

    fn close(&mut self) {
        let Some(mut open) = self.open.take() else { return };
        open.samples.sort_unstable();
        open.samples.truncate(SAMPLES_MAX);
        let [subject_kind, subject, kind, family, identifier, transport, feed] =
            open.key.texts.each_ref().map(Option::as_deref);
        let tlp = open.tlp.map(Tlp::name);
        let texts = [subject_kind, kind, family, identifier, transport, feed, tlp, open.feed_place.as_deref()];
        let row = self.rows.len();
        for (column, text) in self.words.iter_mut().zip(texts) {
            column.set(row, text);
        }
        self.rows.push(&Sighting {
            day: open.key.day,
            bits: open.key.bits,
            subject,
            port: open.key.port,
            first: open.first,
            last: open.last,
            count: open.count,
            samples: &open.samples,
            feed_asn: open.feed_asn,
        });
    }
}

impl Open {
    fn new(key: Key, columns: &Columns<'_>, row: usize) -> Self {
        let mut open = Self {
            key,
            first: i64::MAX,
            last: i64::MIN,
            count: 0,
            samples: Vec::new(),
            tlp: None,
            feed_asn: None,
            feed_place: None,
        };
        open.add(columns, row);
        open
    }

    fn add(&mut self, columns: &Columns<'_>, row: usize) {
        self.first = self.first.min(columns.instant("first", row));
        self.last = self.last.max(columns.instant("last", row));
        self.count += columns.count(row);
        self.tlp = self.tlp.max(columns.text("tlp", row).and_then(Tlp::parse));
        self.feed_asn = smaller(self.feed_asn, columns.asn(row));
        self.feed_place = smaller(self.feed_place.take(), columns.text("feed_place", row).map(str::to_owned));
        self.samples.extend(columns.samples(row));
        if self.samples.len() > SAMPLES_OPEN {
            self.samples.sort_unstable();
            self.samples.truncate(SAMPLES_MAX);
        }
    }
}

/// Samples gathered before they are cut to the smallest.
const SAMPLES_OPEN: usize = 16 * SAMPLES_MAX;

fn smaller<T: Ord>(a: Option<T>, b: Option<T>) -> Option<T> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}

/// The columns of a batch of sightings, by name; texts of any string type.
struct Columns<'b> {
    batch: &'b RecordBatch,
}

impl<'b> Columns<'b> {
    fn of(batch: &'b RecordBatch) -> Result<Self, LakeError> {
        crate::schema::SIGHTINGS
            .fields()
            .iter()
            .try_for_each(|field| batch.schema_ref().index_of(field.name()).map(drop))?;
        Ok(Self { batch })
    }

    fn array(&self, name: &str) -> &'b dyn Array {
        self.batch.column(position(self.batch.schema_ref(), name)).as_ref()
    }

    fn text(&self, name: &str, row: usize) -> Option<&'b str> {
        text_at(self.array(name), row)
    }

    fn instant(&self, name: &str, row: usize) -> i64 {
        self.array(name).as_primitive::<TimestampMicrosecondType>().value(row)
    }

    fn count(&self, row: usize) -> i64 {
        self.array("count").as_primitive::<Int64Type>().value(row)
    }

    fn whole(&self, name: &str, row: usize) -> Option<i64> {
        let column = self.array(name).as_primitive::<Int64Type>();
        column.is_valid(row).then(|| column.value(row))
    }

    fn asn(&self, row: usize) -> Option<i64> {
        self.whole("feed_asn", row)
    }

    fn key(&self, row: usize) -> Key {
        let port = self.array("port").as_primitive::<Int32Type>();
        let halves = self.whole("ip_hi", row).zip(self.whole("ip_lo", row));
        Key {
            day: self.array("day").as_primitive::<Date32Type>().value(row),
            bits: halves.map(|(high, low)| event::address::join(high, low)),
            port: port.is_valid(row).then(|| port.value(row)),
            texts: KEY_TEXTS.map(|name| self.text(name, row).map(str::to_owned)),
        }
    }

    fn samples(&self, row: usize) -> Vec<Sample> {
        let list = self.array("samples").as_list::<i32>().value(row);
        let fields = list.as_struct();
        let times = fields.column(0).as_primitive::<TimestampMicrosecondType>();
        let ports = fields.column(1).as_primitive::<Int32Type>();
        (0..list.len())
            .map(|at| Sample::new(times.value(at), if ports.is_valid(at) { ports.value(at) } else { -1 }))
            .collect()
    }
}
