//! One sighting, and columns of them being filled.

use std::sync::Arc;

use arrow_array::{ArrayRef, Date32Array, Int32Array, ListArray, RecordBatch, StructArray, TimestampMicrosecondArray};
use arrow_buffer::{NullBuffer, OffsetBuffer};
use arrow_schema::{DataType, Field};
use event::address;
use event::column::{Numbers, Texts};

use crate::LakeError;
use crate::schema::{SIGHTINGS, sample_fields};

/// When, and from which source port (-1: not told).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Sample {
    /// Microseconds since 1970 UTC.
    pub time: i64,
    /// Source port, or -1.
    pub port: i32,
}

impl Sample {
    pub(crate) fn new(time: i64, port: i32) -> Self {
        Self { time, port }
    }
}

/// The columns of `sightings` that repeat their words, in the table's order.
pub const WORDS: [&str; 8] = ["subject_kind", "kind", "family", "identifier", "transport", "feed", "tlp", "feed_place"];

/// One row of `sightings`, but for its [`WORDS`].
#[derive(Debug)]
pub struct Sighting<'s> {
    /// Day of the reporting zone.
    pub day: i32,
    /// The address, if it is one.
    pub bits: Option<u128>,
    /// The account, URL or name, if it is one.
    pub subject: Option<&'s str>,
    /// Port of an exposed service.
    pub port: Option<i32>,
    /// Earliest time, microseconds since 1970 UTC.
    pub first: i64,
    /// Latest time.
    pub last: i64,
    /// Events folded.
    pub count: i64,
    /// The smallest samples.
    pub samples: &'s [Sample],
    /// The ASN the feed gave.
    pub feed_asn: Option<i64>,
}

/// Sightings in columns.
#[derive(Debug, Default)]
pub struct SightingRows {
    rows: usize,
    days: Vec<i32>,
    ip: (Numbers, Numbers),
    subject: Texts,
    port: Numbers,
    instants: [Numbers; 2],
    count: Numbers,
    feed_asn: Numbers,
    samples: Vec<Sample>,
    sample_ends: Vec<usize>,
}

impl SightingRows {
    /// Room for so many rows more.
    pub fn reserve(&mut self, rows: usize) {
        let (high, low) = &mut self.ip;
        let [first, last] = &mut self.instants;
        for column in [high, low, first, last, &mut self.count, &mut self.feed_asn] {
            column.reserve(rows);
        }
        self.days.reserve(rows);
        self.samples.reserve(rows);
        self.sample_ends.reserve(rows);
    }

    /// Rows held.
    pub fn len(&self) -> usize {
        self.rows
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// Adds a row.
    pub fn push(&mut self, s: &Sighting<'_>) {
        let row = self.rows;
        let halves = s.bits.map(address::halves);
        self.days.push(s.day);
        self.ip.0.set(row, halves.map(|h| h.0));
        self.ip.1.set(row, halves.map(|h| h.1));
        if s.subject.is_some() {
            self.subject.set(row, s.subject);
        }
        if s.port.is_some() {
            self.port.set(row, s.port.map(i64::from));
        }
        self.instants[0].set(row, Some(s.first));
        self.instants[1].set(row, Some(s.last));
        self.count.set(row, Some(s.count));
        self.feed_asn.set(row, s.feed_asn);
        self.samples.extend_from_slice(s.samples);
        self.sample_ends.push(self.samples.len());
        self.rows += 1;
    }

    /// The rows, with their [`WORDS`], as a batch of [`SIGHTINGS`]; none afterwards.
    ///
    /// # Errors
    /// Never, unless the schema was changed and this was not.
    pub fn finish(&mut self, words: Vec<ArrayRef>) -> Result<RecordBatch, LakeError> {
        let rows = std::mem::take(&mut self.rows);
        let samples = self.finish_samples();
        let [first, last] = self.instants.each_mut().map(|column| column.finish_time(rows));
        let numbers: [ArrayRef; 10] = [
            Arc::new(Date32Array::from(std::mem::take(&mut self.days))),
            self.ip.0.finish(rows),
            self.ip.1.finish(rows),
            self.subject.finish(rows),
            self.port.finish_i32(rows),
            first,
            last,
            self.count.finish(rows),
            samples,
            self.feed_asn.finish(rows),
        ];
        let (mut words, mut numbers) = (words.into_iter(), numbers.into_iter());
        let names = SIGHTINGS.fields().iter().map(|field| field.name().as_str());
        let column = |name| if WORDS.contains(&name) { words.next() } else { numbers.next() };
        Ok(RecordBatch::try_new(SIGHTINGS.clone(), names.filter_map(column).collect())?)
    }

    fn finish_samples(&mut self) -> ArrayRef {
        let samples = std::mem::take(&mut self.samples);
        let lengths = std::iter::once(0).chain(std::mem::take(&mut self.sample_ends));
        let offsets: Vec<i32> = lengths.map(|end| end as i32).collect();
        let times = TimestampMicrosecondArray::from_iter_values(samples.iter().map(|s| s.time)).with_timezone("UTC");
        let nulls = NullBuffer::from_iter(samples.iter().map(|s| s.port >= 0));
        let ports = Int32Array::new(samples.iter().map(|s| s.port).collect::<Vec<_>>().into(), Some(nulls));
        debug_assert_eq!(times.len(), ports.len());
        let fields = sample_fields();
        let values = StructArray::new(fields.clone(), vec![Arc::new(times), Arc::new(ports)], None);
        let element = Arc::new(Field::new("element", DataType::Struct(fields), false));
        Arc::new(ListArray::new(element, OffsetBuffer::new(offsets.into()), Arc::new(values), None))
    }
}
