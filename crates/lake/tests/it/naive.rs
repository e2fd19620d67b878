//! Sightings folded the slow and obvious way, and those of the lake read back, to be compared.

use std::collections::{BTreeMap, BTreeSet};

use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Int32Type, Int64Type, TimestampMicrosecondType};
use arrow_array::{Array, RecordBatch};
use event::json::text_at;
use event::rules::Kind;
use event::subject::Subject;
use event::tlp::Tlp;
use lake::ask::Months;
use lake::schema::SAMPLES_MAX;

use crate::made::{Report, Seen};

/// What tells sightings apart.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key {
    day: i32,
    subject_kind: String,
    subject: String,
    kind: String,
    family: Option<String>,
    identifier: Option<String>,
    transport: Option<String>,
    port: Option<i32>,
    feed: String,
}

/// What adds up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sum {
    first: i64,
    last: i64,
    count: i64,
    samples: Vec<(i64, i32)>,
    tlp: Option<Tlp>,
    asn: Option<i64>,
    place: Option<String>,
}

/// Sightings, each once.
pub(crate) type Sightings = BTreeMap<Key, Sum>;

fn key(event: &Seen, subject: &Subject, feed: &str) -> Key {
    let text = |text: Option<&str>| text.map(str::to_owned);
    let service = event.kind == Kind::Exposed;
    Key {
        day: event.day(),
        subject_kind: subject.kind().to_owned(),
        subject: subject.to_string(),
        kind: event.kind.name().to_owned(),
        family: text(event.family),
        identifier: text(event.identifier.filter(|_| event.kind != Kind::Botnet)),
        transport: text(event.transport.filter(|_| service)),
        port: event.port.filter(|_| service),
        feed: feed.to_owned(),
    }
}

fn single(event: &Seen) -> Sum {
    Sum {
        first: event.at,
        last: event.at,
        count: 1,
        samples: vec![(event.at, event.port.unwrap_or(-1))],
        tlp: Some(event.tlp),
        asn: event.asn.map(i64::from),
        place: event.place.map(str::to_owned),
    }
}

fn smaller<T: Ord>(a: Option<T>, b: Option<T>) -> Option<T> {
    a.into_iter().chain(b).min()
}

fn add(sightings: &mut Sightings, key: Key, part: Sum) {
    let Some(sum) = sightings.get_mut(&key) else {
        sightings.insert(key, part);
        return;
    };
    sum.first = sum.first.min(part.first);
    sum.last = sum.last.max(part.last);
    sum.count += part.count;
    sum.samples.extend(part.samples);
    sum.samples.sort_unstable();
    sum.samples.truncate(SAMPLES_MAX);
    sum.tlp = sum.tlp.max(part.tlp);
    sum.asn = smaller(sum.asn, part.asn);
    sum.place = smaller(sum.place.take(), part.place);
}

/// All events of all reports, one by one.
pub(crate) fn fold(reports: &[Report]) -> Sightings {
    let mut sightings = Sightings::new();
    for (report, event) in reports.iter().flat_map(|report| report.events().map(move |event| (report, event))) {
        if let Some(subject) = &event.subject {
            add(&mut sightings, key(event, subject, report.feed), single(event));
        }
    }
    sightings
}

/// What everybody's list says of a finding.
pub(crate) type Line = ([String; 5], Option<i32>, [i64; 5], bool, String, Vec<(i64, i32)>);

/// Everybody's list, finding by finding.
pub(crate) fn listed(reports: &[Report], months: Months) -> Vec<Line> {
    let mut findings: BTreeMap<_, Vec<(Key, Sum)>> = BTreeMap::new();
    for (key, sum) in fold(reports).into_iter().filter(|(key, _)| key.day < months.to) {
        let finding = Key { day: 0, feed: String::new(), ..key.clone() };
        findings.entry(finding).or_default().push((key, sum));
    }
    findings.into_iter().filter_map(|(finding, rows)| line(finding, &rows, months)).collect()
}

fn line(finding: Key, rows: &[(Key, Sum)], months: Months) -> Option<Line> {
    let within = |first: i32, next: i32| {
        let days = rows.iter().filter(move |(key, _)| (first..next).contains(&key.day));
        days.map(|(key, sum)| (key.day, key.feed.clone(), sum.clone())).collect::<Vec<_>>()
    };
    let (this, before) = (within(months.from, months.to), within(months.before, months.from));
    let days = |rows: &[(i32, String, Sum)]| rows.iter().map(|row| row.0).collect::<BTreeSet<_>>().len() as i64;
    let told = if this.is_empty() { &before } else { &this };
    let (first, last) = (told.iter().map(|row| row.2.first).min()?, told.iter().map(|row| row.2.last).max()?);
    let feeds: BTreeSet<&str> = this.iter().map(|row| row.1.as_str()).collect();
    let mut samples: Vec<_> = this.iter().flat_map(|row| row.2.samples.clone()).collect();
    samples.sort_unstable();
    samples.dedup();
    samples.truncate(SAMPLES_MAX);
    let count = this.iter().map(|row| row.2.count).sum();
    let text = |text: Option<String>| text.unwrap_or_default();
    let texts =
        [finding.subject, finding.kind, text(finding.family), text(finding.identifier), text(finding.transport)];
    let earlier = !within(i32::MIN, months.before).is_empty();
    let feeds = feeds.into_iter().collect::<Vec<_>>().join(" ");
    Some((texts, finding.port, [first, last, count, days(&this), days(&before)], earlier, feeds, samples))
}

/// Partial rows added up.
pub(crate) fn add_up(batches: &[RecordBatch]) -> Sightings {
    let mut sightings = Sightings::new();
    batches.iter().flat_map(rows).for_each(|(key, sum)| add(&mut sightings, key, sum));
    sightings
}

/// Whole rows: none may come twice.
pub(crate) fn whole(batches: &[RecordBatch]) -> Sightings {
    let mut sightings = Sightings::new();
    for (key, sum) in batches.iter().flat_map(rows) {
        let twice = sightings.insert(key.clone(), sum);
        assert_eq!(twice, None, "{key:?} twice");
    }
    sightings
}

fn rows(batch: &RecordBatch) -> impl Iterator<Item = (Key, Sum)> {
    (0..batch.num_rows()).map(|row| (read_key(batch, row), read_sum(batch, row)))
}

fn column<'b>(batch: &'b RecordBatch, name: &str) -> &'b dyn Array {
    batch.column_by_name(name).expect("column").as_ref()
}

fn text(batch: &RecordBatch, name: &str, row: usize) -> Option<String> {
    text_at(column(batch, name), row).map(str::to_owned)
}

fn whole_number(batch: &RecordBatch, name: &str, row: usize) -> Option<i64> {
    let column = column(batch, name).as_primitive::<Int64Type>();
    column.is_valid(row).then(|| column.value(row))
}

fn instant(batch: &RecordBatch, name: &str, row: usize) -> i64 {
    column(batch, name).as_primitive::<TimestampMicrosecondType>().value(row)
}

fn port_at(column: &dyn Array, row: usize) -> Option<i32> {
    let ports = column.as_primitive::<Int32Type>();
    ports.is_valid(row).then(|| ports.value(row))
}

fn read_key(batch: &RecordBatch, row: usize) -> Key {
    let halves = whole_number(batch, "ip_hi", row).zip(whole_number(batch, "ip_lo", row));
    let address = halves.map(|(high, low)| event::address::from_bits(event::address::join(high, low)).to_string());
    let must = |name| text(batch, name, row).expect(name);
    Key {
        day: column(batch, "day").as_primitive::<Date32Type>().value(row),
        subject_kind: must("subject_kind"),
        subject: address.unwrap_or_else(|| must("subject")),
        kind: must("kind"),
        family: text(batch, "family", row),
        identifier: text(batch, "identifier", row),
        transport: text(batch, "transport", row),
        port: port_at(column(batch, "port"), row),
        feed: must("feed"),
    }
}

fn read_sum(batch: &RecordBatch, row: usize) -> Sum {
    let samples = column(batch, "samples").as_list::<i32>().value(row);
    let fields = samples.as_struct();
    let times = fields.column(0).as_primitive::<TimestampMicrosecondType>();
    let sample = |at| (times.value(at), port_at(fields.column(1).as_ref(), at).unwrap_or(-1));
    Sum {
        first: instant(batch, "first", row),
        last: instant(batch, "last", row),
        count: whole_number(batch, "count", row).expect("count"),
        samples: (0..samples.len()).map(sample).collect(),
        tlp: text(batch, "tlp", row).and_then(|mark| Tlp::parse(&mark)),
        asn: whole_number(batch, "feed_asn", row),
        place: text(batch, "feed_place", row),
    }
}
