//! What we know of an event beyond what was observed: day, subject, kind, family, owner, place.
//!
//! The owner written into an event is its *first* attribution and never changes; questions are answered
//! by the attribution version they name.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Int32Type, Int64Type, TimestampMicrosecondType};
use arrow_array::{Array, ArrayRef, Date32Array, DictionaryArray, Int64Array, RecordBatch, TimestampMicrosecondArray};
use constituency::{Attributor, Hints, Owner, PlaceId, Places};
use event::address;
use event::column::Words;
use event::json::text_at;
use event::rules::{Kind, Rules};
use event::time::Zone;
use event::tlp::Tlp;
use lake::owner::owner_of_text;
use lake::schema::EVENTS;
use rustc_hash::FxHashMap;

use crate::PipelineError;

/// The report an event comes from, and what is known on that day.
#[derive(Debug)]
pub struct Context<'c> {
    /// The report's number.
    pub seq: i64,
    /// Name of the feed.
    pub feed: &'c str,
    /// Report type; empty if it has none.
    pub report: &'c str,
    /// The mark of events that carry none.
    pub tlp: Tlp,
    /// When the report was delivered, microseconds since 1970.
    pub observed: i64,
    /// The reporting zone.
    pub zone: &'c Zone,
    /// The country whose regions are read as places.
    pub country: &'c str,
    /// Families and kinds.
    pub rules: &'c Rules,
    /// Places by the feeds' spellings.
    pub places: &'c Places,
    /// Who owns what.
    pub owners: &'c Attributor,
}

/// What is remembered from row to row.
#[derive(Debug, Default)]
struct Memory {
    kinds: FxHashMap<(i32, i32, i32), Kind>,
    places: FxHashMap<(i32, i32), Option<PlaceId>>,
}

type Dictionary = DictionaryArray<Int32Type>;

/// The columns that ours are made of, found once.
struct Observed<'b> {
    times: &'b TimestampMicrosecondArray,
    high: &'b Int64Array,
    low: &'b Int64Array,
    asn: &'b Int64Array,
    malware: &'b Dictionary,
    class: &'b Dictionary,
    identifier: &'b Dictionary,
    country: &'b Dictionary,
    region: &'b Dictionary,
    city: &'b Dictionary,
    texts: [(&'static str, &'b ArrayRef); 3],
    marks: &'b ArrayRef,
}

impl<'b> Observed<'b> {
    fn of(batch: &'b RecordBatch) -> Self {
        // The columns are those of the schema the feeds fill.
        let array = |name: &str| &batch.columns()[batch.schema_ref().index_of(name).unwrap_or_default()];
        let words = |name: &str| -> &'b Dictionary { array(name).as_dictionary() };
        let whole = |name: &str| -> &'b Int64Array { array(name).as_primitive::<Int64Type>() };
        Self {
            times: array("time_source").as_primitive::<TimestampMicrosecondType>(),
            high: whole("source_ip_hi"),
            low: whole("source_ip_lo"),
            asn: whole("source_asn"),
            malware: words("malware_name"),
            class: words("classification_type"),
            identifier: words("classification_identifier"),
            country: words("source_geolocation_cc"),
            region: words("source_geolocation_region"),
            city: words("source_geolocation_city"),
            texts: [("account", array("source_account")), ("url", array("source_url")), ("name", array("source_fqdn"))],
            marks: array("tlp"),
        }
    }
}

fn key(column: &Dictionary, row: usize) -> i32 {
    column.key(row).map_or(-1, |key| key as i32)
}

/// Adds our columns to a batch of observed events; the result is of [`EVENTS`], in the order it came.
///
/// # Errors
/// Never for a batch made by a feed.
pub fn enrich(batch: &RecordBatch, context: &Context<'_>) -> Result<RecordBatch, PipelineError> {
    let rows = batch.num_rows();
    let observed = Observed::of(batch);
    let days = days(&observed, context.zone);
    let ours = Ours::fill(&observed, &days, context);
    let constant = |text: &str| {
        let mut words = Words::default();
        (0..rows).for_each(|row| words.set(row, (!text.is_empty()).then_some(text)));
        words.finish(rows)
    };
    let mut columns: Vec<ArrayRef> =
        vec![Arc::new(Date32Array::from(days)), Arc::new(Int64Array::from(vec![context.seq; rows]))];
    columns.extend_from_slice(batch.columns());
    let observation = TimestampMicrosecondArray::from(vec![context.observed; rows]).with_timezone("UTC");
    columns.extend([constant(context.feed), constant(context.report), Arc::new(observation) as ArrayRef]);
    columns.extend(ours.finish(rows));
    columns.push(marks(observed.marks, context.tlp));
    Ok(RecordBatch::try_new(EVENTS.clone(), columns).map_err(lake::LakeError::from)?)
}

fn days(observed: &Observed<'_>, zone: &Zone) -> Vec<i32> {
    let mut days = zone.days();
    observed.times.values().iter().map(|at| days.of(*at)).collect()
}

/// The events' own marks, or the feed's where they have none.
fn marks(column: &ArrayRef, default: Tlp) -> ArrayRef {
    let mut words = Words::default();
    for row in 0..column.len() {
        words.set(row, Some(text_at(column.as_ref(), row).unwrap_or(default.name())));
    }
    words.finish(column.len())
}

/// Our columns, being filled.
#[derive(Default)]
struct Ours {
    subject_kind: Words,
    feed_place: Words,
    kind: Words,
    family: Words,
    isp: Words,
    organisation: Words,
    place: Words,
    place_source: Words,
    snapshot: Vec<i64>,
}

impl Ours {
    fn fill(observed: &Observed<'_>, days: &[i32], context: &Context<'_>) -> Self {
        let mut ours = Self::default();
        let mut memory = Memory::default();
        let names = observed.malware;
        for (row, &day) in days.iter().enumerate() {
            let subject = subject(observed, row);
            let feed_place = feed_place(observed, row, context, &mut memory);
            ours.subject_kind.set(row, subject.map(|(kind, _)| kind));
            ours.feed_place.set(row, feed_place.map(PlaceId::code));
            ours.kind.set(row, Some(kind(observed, row, day, context, &mut memory).name()));
            ours.family.set(row, text_at(names, row).map(|name| context.rules.family(name)));
            let owner = owner(observed, row, day, subject, feed_place, context.owners);
            ours.set_owner(row, &owner, context.owners);
            ours.snapshot.push(context.owners.snapshot(day).map_or(0, i64::from));
        }
        ours
    }

    fn set_owner(&mut self, row: usize, owner: &Owner, owners: &Attributor) {
        self.isp.set(row, owner.isp.map(|id| owners.code(id)));
        self.organisation.set(row, owner.organisation.map(|id| owners.code(id)));
        self.place.set(row, owner.place.map(PlaceId::code));
        self.place_source.set(row, owner.place.map(|_| owner.place_source.name()));
    }

    fn finish(mut self, rows: usize) -> Vec<ArrayRef> {
        vec![
            self.subject_kind.finish(rows),
            self.feed_place.finish(rows),
            self.kind.finish(rows),
            self.family.finish(rows),
            self.isp.finish(rows),
            self.organisation.finish(rows),
            self.place.finish(rows),
            self.place_source.finish(rows),
            Arc::new(Int64Array::from(self.snapshot)),
        ]
    }
}

/// The kind and, for all but addresses, the text of a row's subject: an address before all, then the narrowest.
fn subject<'b>(observed: &'b Observed<'_>, row: usize) -> Option<(&'static str, &'b str)> {
    if observed.high.is_valid(row) {
        return Some(("address", ""));
    }
    observed.texts.iter().find_map(|(kind, column)| Some((*kind, text_at(column.as_ref(), row)?)))
}

fn kind(observed: &Observed<'_>, row: usize, day: i32, context: &Context<'_>, memory: &mut Memory) -> Kind {
    let (class, identifier) = (observed.class, observed.identifier);
    *memory.kinds.entry((key(class, row), key(identifier, row), day)).or_insert_with(|| {
        let text = |column| text_at(column, row).unwrap_or_default();
        context.rules.kind(context.report, text(class), text(identifier), day)
    })
}

fn feed_place(observed: &Observed<'_>, row: usize, context: &Context<'_>, memory: &mut Memory) -> Option<PlaceId> {
    let (region, city) = (observed.region, observed.city);
    let country = text_at(observed.country, row);
    if country.is_some_and(|country| country != context.country) {
        return None;
    }
    *memory
        .places
        .entry((key(region, row), key(city, row)))
        .or_insert_with(|| context.places.resolve(text_at(region, row).unwrap_or_default(), text_at(city, row)))
}

fn owner(
    observed: &Observed<'_>,
    row: usize,
    day: i32,
    subject: Option<(&'static str, &str)>,
    feed_place: Option<PlaceId>,
    owners: &Attributor,
) -> Owner {
    let asn = observed.asn;
    let asn = asn.is_valid(row).then(|| asn.value(row)).and_then(|asn| u32::try_from(asn).ok());
    let place = feed_place.map(PlaceId::code);
    match subject {
        None => Owner::default(),
        Some(("address", _)) => {
            let (high, low) = (observed.high.value(row), observed.low.value(row));
            owners.owner_of_address(address::join(high, low), day, asn, place)
        }
        Some((kind, text)) => owner_of_text(owners, kind, text, day, Hints { asn, place }),
    }
}
