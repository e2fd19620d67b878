//! Objects of a registry: attributes `name: value`, one a line, objects apart by blank lines.
//!
//! Read are `inetnum`, `inet6num`, `route`, `route6` and `aut-num`; other objects are passed over. A line that begins with
//! a blank, a tab or `+` continues the one before; `#` begins a comment, `%` a line of the server.

use super::{Country, Of, Origin, Reading, Row, asn, said};
use crate::block::{self, Block};
use crate::finding::Code;

/// Reads such a text; it says nothing of its day.
pub(super) fn read(text: &str, reading: &mut Reading<'_>) -> Option<i32> {
    let mut object = Object::default();
    for (line, written) in (1..).zip(text.lines()) {
        if written.starts_with(['%', '#']) {
            continue;
        }
        if !written.trim().is_empty() {
            object.add(line, written);
        } else if !std::mem::take(&mut object).put(reading) {
            return None;
        }
    }
    object.put(reading);
    None
}

/// One object: what of it is of use.
#[derive(Debug, Default)]
struct Object<'t> {
    line: u32,
    class: &'t str,
    key: &'t str,
    last: &'t str,
    name: &'t str,
    descr: &'t str,
    org: &'t str,
    country: &'t str,
    origin: &'t str,
}

impl<'t> Object<'t> {
    fn add(&mut self, line: u32, written: &'t str) {
        let written = written.split_once('#').map_or(written, |(before, _)| before);
        let (attribute, value) = match written.strip_prefix([' ', '\t', '+']) {
            Some(more) => (self.last, more),
            None => written.split_once(':').unwrap_or((written, "")),
        };
        let (attribute, value) = (attribute.trim(), value.trim());
        self.last = attribute;
        if self.line == 0 {
            (self.line, self.class, self.key) = (line, attribute, value);
            return;
        }
        let is = |names: &[&str]| names.iter().any(|name| name.eq_ignore_ascii_case(attribute));
        let place = match () {
            () if is(&["netname", "as-name"]) => &mut self.name,
            () if is(&["descr"]) => &mut self.descr,
            () if is(&["org"]) => &mut self.org,
            () if is(&["country"]) => &mut self.country,
            () if is(&["origin"]) => &mut self.origin,
            () => return,
        };
        // The first of several lines: the others are addresses and remarks.
        if place.is_empty() {
            *place = value;
        }
    }

    /// Keeps what it says; `false` if there are too many rows.
    fn put(self, reading: &mut Reading<'_>) -> bool {
        let row = match self.class.to_ascii_lowercase().as_str() {
            "inetnum" | "inet6num" => self.network(reading).map(|block| self.described(Row::addresses(block))),
            "route" | "route6" => self.route(reading),
            "aut-num" => self.system(reading).map(|number| self.described(Row::of(Of::Systems(number, number)))),
            _ => None,
        };
        row.is_none_or(|row| reading.push(self.line, row))
    }

    fn network(&self, reading: &mut Reading<'_>) -> Option<Block> {
        let block = block::parse(self.key).map(|written| written.block);
        if block.is_none() {
            reading.wrong(self.line, self.class, self.key, Code::BadNetwork, "neither a network nor a range");
        }
        block
    }

    fn system(&self, reading: &mut Reading<'_>) -> Option<u32> {
        let number = asn(self.key);
        if number.is_none() {
            reading.wrong(self.line, self.class, self.key, Code::BadAsn, "no autonomous system number");
        }
        number
    }

    fn route(&self, reading: &mut Reading<'_>) -> Option<Row> {
        let block = self.network(reading)?;
        let Some(origin) = asn(self.origin) else {
            reading.wrong(self.line, "origin", self.origin, Code::BadAsn, "no autonomous system number");
            return None;
        };
        Some(Row { origin: Some(Origin::One(origin)), ..Row::addresses(block) })
    }

    fn described(&self, mut row: Row) -> Row {
        row.name = said(self.name);
        row.holder = said(self.descr).or_else(|| said(self.org));
        row.country = Country::parse(self.country);
        row
    }
}
