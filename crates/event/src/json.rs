//! Rows as JSON objects in the names of the IntelMQ data format, one per line.
//!
//! The columns of [`crate::schema`] come out under the format's names; columns whose name begins with
//! `haidang_` under `haidang.*`; `feed_*` and `time_observation` as the format has them. Null is left out.

use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Int32Type, Int64Type, TimestampMicrosecondType};
use arrow_array::{Array, RecordBatch};
use arrow_schema::DataType;

use crate::key::KEYS;
use crate::rows::push_json_string;
use crate::{address, schema, time};

/// Appends every row of a batch as one line of JSON.
pub fn write_lines(batch: &RecordBatch, out: &mut String) {
    let writers = plan(batch);
    for row in 0..batch.num_rows() {
        out.push('{');
        let start = out.len();
        for (name, column) in &writers {
            column.write(name, row, start, out);
        }
        out.push_str("}\n");
    }
}

enum Column<'b> {
    Address(&'b [i64], &'b [i64], &'b dyn Array),
    Rest(&'b dyn Array),
    Plain(&'b dyn Array),
}

fn plan(batch: &RecordBatch) -> Vec<(String, Column<'_>)> {
    let schema = batch.schema_ref();
    let column = |name: &str| batch.column_by_name(name);
    schema
        .fields()
        .iter()
        .filter_map(|field| {
            let name = field.name();
            if let Some(side) = name.strip_suffix("_hi") {
                let (high, low) = (column(name)?, column(&format!("{side}_lo"))?);
                let column = Column::Address(
                    high.as_primitive::<Int64Type>().values(),
                    low.as_primitive::<Int64Type>().values(),
                    high.as_ref(),
                );
                return Some((external_name(side), column));
            }
            match name.as_str() {
                name if name.ends_with("_lo") => None,
                schema::REST => Some((String::new(), Column::Rest(column(name)?.as_ref()))),
                _ => Some((external_name(name), Column::Plain(column(name)?.as_ref()))),
            }
        })
        .collect()
}

/// `source_port` → `source.port`, `haidang_family` → `haidang.family`.
fn external_name(column: &str) -> String {
    if let Some(key) = KEYS.iter().find(|key| schema::column_name(key.name) == column) {
        return key.name.to_owned();
    }
    match column.split_once('_') {
        Some(("haidang", rest)) => format!("haidang.{rest}"),
        _ => column.replace('_', "."),
    }
}

impl Column<'_> {
    fn write(&self, name: &str, row: usize, start: usize, out: &mut String) {
        match self {
            Self::Address(high, low, nulls) if nulls.is_valid(row) => {
                push_name(name, start, out);
                let ip = address::from_bits(address::join(high[row], low[row]));
                push_json_string(&ip.to_string(), out);
            }
            Self::Rest(texts) => {
                let inner = text_at(*texts, row).and_then(|json| json.strip_prefix('{')?.strip_suffix('}'));
                if let Some(inner) = inner.filter(|inner| !inner.is_empty()) {
                    if out.len() > start {
                        out.push(',');
                    }
                    out.push_str(inner);
                }
            }
            Self::Plain(array) if array.is_valid(row) => {
                push_name(name, start, out);
                push_value(*array, row, out);
            }
            _ => {}
        }
    }
}

fn push_name(name: &str, start: usize, out: &mut String) {
    if out.len() > start {
        out.push(',');
    }
    push_json_string(name, out);
    out.push(':');
}

fn push_value(array: &dyn Array, row: usize, out: &mut String) {
    match array.data_type() {
        DataType::Int64 => out.push_str(&array.as_primitive::<Int64Type>().value(row).to_string()),
        DataType::Int32 => out.push_str(&array.as_primitive::<Int32Type>().value(row).to_string()),
        DataType::Date32 => push_json_string(&time::day_text(array.as_primitive::<Date32Type>().value(row)), out),
        DataType::Timestamp(..) => {
            out.push('"');
            time::write(array.as_primitive::<TimestampMicrosecondType>().value(row), out);
            out.push('"');
        }
        _ => push_json_string(text_at(array, row).unwrap_or_default(), out),
    }
}

/// The text of a row of a string column of any kind (plain, view, dictionary); `None` if null or not a text.
pub fn text_at(array: &dyn Array, row: usize) -> Option<&str> {
    if array.is_null(row) {
        return None;
    }
    match array.data_type() {
        DataType::Utf8 => Some(array.as_string::<i32>().value(row)),
        DataType::LargeUtf8 => Some(array.as_string::<i64>().value(row)),
        DataType::Utf8View => Some(array.as_string_view().value(row)),
        DataType::Dictionary(..) => {
            let words = array.as_dictionary_opt::<Int32Type>()?;
            text_at(words.values().as_ref(), words.key(row)?)
        }
        _ => None,
    }
}
