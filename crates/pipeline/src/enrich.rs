//! What we know of an event beyond what was observed: day, subject, kind, family, owner, place.
//!
//! The owner written into an event is its *first* attribution and never changes; questions are answered
//! by the attribution version they name.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Int32Type, Int64Type, TimestampMicrosecondType};
use arrow_array::{Array, ArrayRef, Date32Array, DictionaryArray, Int64Array, RecordBatch, TimestampMicrosecondArray};
use constituency::{Asked, Attributor, Hints, IspSource, OrgId, Owner, PlaceId, PlaceSource, Places};
use event::address;
use event::column::{Named, Words, constant};
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
    places: FxHashMap<[i32; 3], Option<PlaceId>>,
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

#[inline]
fn key(column: &Dictionary, row: usize) -> i32 {
    let keys = column.keys();
    if keys.is_null(row) { -1 } else { keys.values()[row] }
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
    let said = |text: &str| constant((!text.is_empty()).then_some(text), rows);
    let mut columns: Vec<ArrayRef> =
        vec![Arc::new(Date32Array::from(days)), Arc::new(Int64Array::from(vec![context.seq; rows]))];
    columns.extend_from_slice(batch.columns());
    let observation = TimestampMicrosecondArray::from(vec![context.observed; rows]).with_timezone("UTC");
    columns.extend([said(context.feed), said(context.report), Arc::new(observation) as ArrayRef]);
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
    if column.null_count() == column.len() {
        return constant(Some(default.name()), column.len());
    }
    let mut words = Words::default();
    for row in 0..column.len() {
        words.set(row, Some(text_at(column.as_ref(), row).unwrap_or(default.name())));
    }
    words.finish(column.len())
}

/// Our columns, being filled.
struct Ours {
    subject_kind: Named<Option<&'static str>>,
    feed_place: Named<Option<PlaceId>>,
    kind: Named<Kind>,
    family: Named<i32>,
    isp: Named<Option<OrgId>>,
    isp_source: Named<IspSource>,
    organisation: Named<Option<OrgId>>,
    place: Named<Option<PlaceId>>,
    place_source: Named<Option<PlaceSource>>,
    snapshot: Vec<i64>,
}

impl Ours {
    fn with_room(rows: usize) -> Self {
        Self {
            subject_kind: Named::with_room(rows),
            feed_place: Named::with_room(rows),
            kind: Named::with_room(rows),
            family: Named::with_room(rows),
            isp: Named::with_room(rows),
            isp_source: Named::with_room(rows),
            organisation: Named::with_room(rows),
            place: Named::with_room(rows),
            place_source: Named::with_room(rows),
            snapshot: Vec::new(),
        }
    }

    fn fill(observed: &Observed<'_>, days: &[i32], context: &Context<'_>) -> Self {
        let mut ours = Self::with_room(days.len());
        let mut memory = Memory::default();
        let names = observed.malware;
        let places: Vec<_> = (0..days.len()).map(|row| feed_place(observed, row, context, &mut memory)).collect();
        let owners = owners(observed, days, &places, context);
        for (row, (&day, (owner, feed_place))) in days.iter().zip(owners.iter().zip(places)).enumerate() {
            let subject = subject(observed, row);
            let kind = kind(observed, row, day, context, &mut memory);
            let subject_kind = subject.map(|(kind, _)| kind);
            ours.subject_kind.set(row, subject_kind, || subject_kind);
            ours.feed_place.set(row, feed_place, || feed_place.map(PlaceId::code));
            ours.kind.set(row, kind, || Some(kind.name()));
            ours.family.set(row, key(names, row), || text_at(names, row).map(|name| context.rules.family(name)));
            ours.set_owner(row, owner, context.owners);
        }
        ours.snapshot = snapshots(days, context.owners);
        ours
    }

    fn set_owner(&mut self, row: usize, owner: &Owner, owners: &Attributor) {
        let place_source = owner.place.map(|_| owner.place_source);
        self.isp.set(row, owner.isp, || owner.isp.map(|id| owners.code(id)));
        self.isp_source.set(row, owner.isp_source, || match owner.isp_source {
            IspSource::Network | IspSource::Unknown => None,
            source => Some(source.name()),
        });
        self.organisation.set(row, owner.organisation, || owner.organisation.map(|id| owners.code(id)));
        self.place.set(row, owner.place, || owner.place.map(PlaceId::code));
        self.place_source.set(row, place_source, || place_source.map(PlaceSource::name));
    }

    fn finish(self, rows: usize) -> Vec<ArrayRef> {
        vec![
            self.subject_kind.finish(rows),
            self.feed_place.finish(rows),
            self.kind.finish(rows),
            self.family.finish(rows),
            self.isp.finish(rows),
            self.isp_source.finish(rows),
            self.organisation.finish(rows),
            self.place.finish(rows),
            self.place_source.finish(rows),
            Arc::new(Int64Array::from(self.snapshot)),
        ]
    }
}

/// The owner of each row, given the places that its feed says. Addresses are looked up together, because what a look-up waits
/// for is memory.
fn owners(observed: &Observed<'_>, days: &[i32], places: &[Option<PlaceId>], context: &Context<'_>) -> Vec<Owner> {
    let (mut others, mut asked) = (Vec::new(), Vec::with_capacity(days.len()));
    for (row, (&day, place)) in days.iter().zip(places).enumerate() {
        let hints = Hints { asn: asn(observed, row), place: place.map(PlaceId::code) };
        match subject(observed, row) {
            Some(("address", _)) => {
                let bits = address::join(observed.high.value(row), observed.low.value(row));
                asked.push(Asked { bits, day, hints });
            }
            Some((kind, text)) => others.push((row, owner_of_text(context.owners, kind, text, day, hints))),
            None => others.push((row, Owner::default())),
        }
    }
    let found = context.owners.owners_of_addresses(&asked);
    if others.is_empty() {
        return found;
    }
    let (mut found, mut others) = (found.into_iter(), others.into_iter().peekable());
    let next = |row| others.next_if(|other| other.0 == row).map_or_else(|| found.next(), |(_, owner)| Some(owner));
    (0..days.len()).map(next).map(Option::unwrap_or_default).collect()
}

/// The autonomous system that the feed says.
fn asn(observed: &Observed<'_>, row: usize) -> Option<u32> {
    observed.asn.is_valid(row).then(|| observed.asn.value(row)).and_then(|asn| u32::try_from(asn).ok())
}

/// The number of the snapshot that counts on each day, 0 for none.
fn snapshots(days: &[i32], owners: &Attributor) -> Vec<i64> {
    let mut snapshots = Vec::with_capacity(days.len());
    for same in days.chunk_by(|a, b| a == b) {
        let snapshot = owners.snapshot(same[0]).map_or(0, i64::from);
        snapshots.resize(snapshots.len() + same.len(), snapshot);
    }
    snapshots
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
    let Observed { country, region, city, .. } = *observed;
    *memory.places.entry([key(country, row), key(region, row), key(city, row)]).or_insert_with(|| {
        let is_elsewhere = text_at(country, row).is_some_and(|country| country != context.country);
        let resolve = || context.places.resolve(text_at(region, row).unwrap_or_default(), text_at(city, row));
        (!is_elsewhere).then(resolve).flatten()
    })
}
