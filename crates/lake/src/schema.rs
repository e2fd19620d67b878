//! The columns of `events` and `sightings`.
//!
//! Texts that repeat are dictionaries in memory and plain strings in the table; the first columns are the
//! ones files are skipped by.

use std::sync::{Arc, LazyLock};

use arrow_schema::{DataType, Field, Fields, Schema, SchemaRef};
use event::schema::{OBSERVED, instant, words};

/// The partition column of both tables: the day of the reporting zone.
pub const DAY: &str = "day";

/// Most samples kept per sighting. An operator behind CGNAT needs time and source port of a few contacts to find the customer.
pub const SAMPLES_MAX: usize = 8;

/// `events` as it lies in memory: the day, the number of the report it came in, what was observed, what we know of it.
pub static EVENTS: LazyLock<SchemaRef> = LazyLock::new(|| {
    let mut fields = vec![Field::new(DAY, DataType::Date32, false), Field::new("seq", DataType::Int64, false)];
    fields.extend(OBSERVED.fields().iter().map(|field| field.as_ref().clone()));
    fields.extend([
        Field::new("feed", words(), false),
        Field::new("report", words(), true),
        Field::new("time_observation", instant(), false),
        Field::new("subject_kind", words(), true),
        Field::new("feed_place", words(), true),
        Field::new("kind", words(), false),
        Field::new("family", words(), true),
        Field::new("isp", words(), true),
        // Null: the row of a network.
        Field::new("isp_source", words(), true),
        Field::new("organisation", words(), true),
        Field::new("place", words(), true),
        Field::new("place_source", words(), true),
        Field::new("constituency", DataType::Int64, false),
        Field::new("mark", words(), false),
    ]);
    Arc::new(Schema::new(fields))
});

/// One sample of a sighting: when, and from which source port.
pub fn sample_fields() -> Fields {
    Fields::from(vec![Field::new("time", instant(), false), Field::new("port", DataType::Int32, true)])
}

/// The type of the samples column.
pub fn samples_type() -> DataType {
    DataType::List(Arc::new(Field::new("element", DataType::Struct(sample_fields()), false)))
}

/// `sightings` as it lies in memory. One row per subject, finding, feed and day once folded together;
/// until then several partial rows, which add up. A finding is kind and family; for all kinds but
/// *botnet* also the classification's identifier, for *exposed* also transport and port.
pub static SIGHTINGS: LazyLock<SchemaRef> = LazyLock::new(|| {
    Arc::new(Schema::new(vec![
        Field::new(DAY, DataType::Date32, false),
        Field::new("subject_kind", words(), false),
        Field::new("ip_hi", DataType::Int64, true),
        Field::new("ip_lo", DataType::Int64, true),
        Field::new("subject", DataType::Utf8, true),
        Field::new("kind", words(), false),
        Field::new("family", words(), true),
        Field::new("identifier", words(), true),
        Field::new("transport", words(), true),
        Field::new("port", DataType::Int32, true),
        Field::new("feed", words(), false),
        Field::new("first", instant(), false),
        Field::new("last", instant(), false),
        Field::new("count", DataType::Int64, false),
        Field::new("samples", samples_type(), false),
        Field::new("tlp", words(), true),
        Field::new("feed_asn", DataType::Int64, true),
        Field::new("feed_place", words(), true),
    ]))
});

/// The columns of a schema as the table declares them: dictionaries become plain strings.
pub fn plain(schema: &Schema) -> Schema {
    let plain = |field: &Arc<Field>| match field.data_type() {
        DataType::Dictionary(..) => field.as_ref().clone().with_data_type(DataType::Utf8),
        _ => field.as_ref().clone(),
    };
    Schema::new(schema.fields().iter().map(plain).collect::<Vec<_>>())
}

/// Position of a column that the schema is known to have.
pub(crate) fn position(schema: &Schema, name: &str) -> usize {
    schema.index_of(name).unwrap_or(usize::MAX)
}
