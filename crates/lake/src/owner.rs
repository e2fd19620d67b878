//! *Who owned it that day* as a function of SQL.
//!
//! `owner(ip_hi, ip_lo, subject_kind, subject, day, feed_asn, feed_place)` answers a struct of
//! `isp`, `organisation`, `place`, `place_source` and `flags`, by one attribution version. Owners are
//! computed, not stored, so that a late or corrected network rewrites nothing.

use std::fmt::Write as _;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Int64Type};
use arrow_array::{Array, ArrayRef, StructArray};
use arrow_schema::{DataType, Field, Fields};
use constituency::{Attributor, Hints, Owner};
use deltalake_core::datafusion::arrow::compute::cast;
use deltalake_core::datafusion::error::DataFusionError;
use deltalake_core::datafusion::logical_expr::{ColumnarValue, ScalarUDF, Volatility, create_udf};
use event::address;
use event::column::Words;
use event::json::text_at;
use event::subject::{domain_of, url_address};

/// The name of the function.
pub const OWNER: &str = "owner";

fn fields() -> Fields {
    ["isp", "organisation", "place", "place_source", "flags"]
        .map(|name| Field::new(name, DataType::Utf8, true))
        .into_iter()
        .collect()
}

/// The function over one attribution version.
pub(crate) fn function(attributor: Arc<Attributor>) -> ScalarUDF {
    let arguments = vec![
        DataType::Int64,
        DataType::Int64,
        DataType::Utf8,
        DataType::Utf8,
        DataType::Date32,
        DataType::Int64,
        DataType::Utf8,
    ];
    let answer = move |arguments: &[ColumnarValue]| {
        let columns = ColumnarValue::values_to_arrays(arguments)?;
        let [high, low, kind, subject, day, asn, place] = &columns[..] else {
            return Err(DataFusionError::Execution("owner() takes seven arguments".into()));
        };
        let rows = Rows { high, low, kind, subject, day, asn, place };
        Ok(ColumnarValue::Array(rows.owners(&attributor)?))
    };
    create_udf(OWNER, arguments, DataType::Struct(fields()), Volatility::Immutable, Arc::new(answer))
}

struct Rows<'c> {
    high: &'c ArrayRef,
    low: &'c ArrayRef,
    kind: &'c ArrayRef,
    subject: &'c ArrayRef,
    day: &'c ArrayRef,
    asn: &'c ArrayRef,
    place: &'c ArrayRef,
}

impl Rows<'_> {
    fn owners(&self, attributor: &Attributor) -> Result<ArrayRef, DataFusionError> {
        let mut columns: [Words; 5] = Default::default();
        let mut flags = String::new();
        let rows = self.day.len();
        for row in 0..rows {
            let owner = self.owner(row, attributor);
            flags.clear();
            owner.flags.names().for_each(|name| {
                // Writing to a String cannot fail.
                let _ = write!(flags, "{}{name}", if flags.is_empty() { "" } else { " " });
            });
            let source = owner.place_source.name();
            let texts = [
                owner.isp.map(|id| attributor.code(id)),
                owner.organisation.map(|id| attributor.code(id)),
                owner.place.map(|place| place.code()),
                (!source.is_empty()).then_some(source),
                (!flags.is_empty()).then_some(flags.as_str()),
            ];
            columns.iter_mut().zip(texts).for_each(|(column, text)| column.set(row, text));
        }
        let mut plain = Vec::with_capacity(columns.len());
        for column in &mut columns {
            plain.push(cast(&column.finish(rows), &DataType::Utf8)?);
        }
        Ok(Arc::new(StructArray::new(fields(), plain, None)))
    }

    fn owner(&self, row: usize, attributor: &Attributor) -> Owner {
        let day = self.day.as_primitive::<Date32Type>().value(row);
        let whole = |column: &ArrayRef| {
            let column = column.as_primitive::<Int64Type>();
            column.is_valid(row).then(|| column.value(row))
        };
        let asn = whole(self.asn).and_then(|asn| u32::try_from(asn).ok());
        let place = text_at(self.place.as_ref(), row);
        if let (Some(high), Some(low)) = (whole(self.high), whole(self.low)) {
            return attributor.owner_of_address(address::join(high, low), day, asn, place);
        }
        let kind = text_at(self.kind.as_ref(), row).unwrap_or_default();
        let subject = text_at(self.subject.as_ref(), row).unwrap_or_default();
        owner_of_text(attributor, kind, subject, day, Hints { asn, place })
    }
}

/// The owner of a subject that is not an address: a URL whose host is one goes by that address, all others by their domain.
pub fn owner_of_text(attributor: &Attributor, kind: &str, subject: &str, day: i32, hints: Hints<'_>) -> Owner {
    if let Some(ip) = (kind == "url").then(|| url_address(subject)).flatten() {
        return attributor.owner_of_address(address::to_bits(ip), day, hints.asn, hints.place);
    }
    let domain = domain_of(kind, subject).unwrap_or_default();
    attributor.owner_of_domain(&domain, day, hints.place)
}
