//! The Arrow columns of a batch of events as the feeds fill it.
//!
//! Column names are the format's names with `_` for `.`, so that SQL needs no quotes. An address is two
//! columns, `…_hi` and `…_lo` (see [`crate::address`]). What attribution and the lake add is theirs.

use std::sync::{Arc, LazyLock};

use arrow_schema::{DataType, Field, Schema, SchemaRef, TimeUnit};

use crate::key::{NUMBERS, TEXTS, WORDS};

/// The number of the row in its file, from 1; the header is not counted.
pub const ROW: &str = "row";
/// Everything without a column of its own: one flat JSON object in the format's names.
pub const REST: &str = "rest";

/// `source.ip` → `source_ip`.
pub fn column_name(key: &str) -> String {
    key.replace('.', "_")
}

/// A dictionary of strings: for values that repeat.
pub fn words() -> DataType {
    DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8))
}

/// A UTC instant in microseconds.
pub fn instant() -> DataType {
    DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()))
}

fn number_type(name: &str) -> DataType {
    match name {
        "time.source" => instant(),
        "source.port" | "destination.port" => DataType::Int32,
        _ => DataType::Int64,
    }
}

/// The columns of [`crate::rows::EventRows::finish`], in order: row, addresses, numbers, texts, words, rest.
pub static OBSERVED: LazyLock<SchemaRef> = LazyLock::new(|| {
    let field = |name: &str, kind: DataType, null: bool| Field::new(column_name(name), kind, null);
    let mut fields = vec![field(ROW, DataType::Int64, false)];
    for side in ["source.ip", "destination.ip"] {
        fields.push(field(&format!("{side}_hi"), DataType::Int64, true));
        fields.push(field(&format!("{side}_lo"), DataType::Int64, true));
    }
    fields.extend(NUMBERS.iter().map(|name| field(name, number_type(name), *name != "time.source")));
    fields.extend(TEXTS.iter().map(|name| field(name, DataType::Utf8, true)));
    fields.extend(WORDS.iter().map(|name| field(name, words(), true)));
    fields.push(field(REST, words(), true));
    Arc::new(Schema::new(fields))
});
