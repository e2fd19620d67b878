//! Events in the [IntelMQ data format](https://docs.intelmq.org/latest/dev/data-format/) as JSON, one object per line or in an array.
//!
//! Keys that the format knows obey their rule; an invalid value rejects the row, for nothing else would keep
//! it. `extra` (an object) and `extra.*` are kept as they stand, and so are keys the format does not know.
//! What belongs to a delivery and not to an observation is left out: `raw`, `feed.*`, `time.observation`, and
//! of an event that we exported ourselves `row` and `haidang.*`, which are worked out anew.

use std::borrow::Cow;

use event::key::{self, Key, Rule};
use event::rows::{EventRows, Outcome, Problem, Reason};
use serde_json::value::RawValue;

use crate::format::Sink;
use crate::json::{self, Others, Records, Value};
use crate::name;

/// A file of events being read.
#[derive(Debug)]
pub struct Parser {
    records: Records,
    date: Option<i32>,
}

impl Parser {
    /// For a file of this name.
    pub fn new(file_name: &str) -> Self {
        Self { records: Records::default(), date: name::date(file_name) }
    }

    /// Reads the whole records of `bytes` into `sink`; with `last`, the end of the file ends a record.
    /// Returns the bytes used: what is left comes again, with more behind it.
    pub fn parse(&mut self, bytes: &[u8], last: bool, sink: &mut Sink) -> usize {
        self.records.read(bytes, last, sink, set_event)
    }

    /// Records so far, accepted or not.
    pub fn rows(&self) -> u64 {
        self.records.rows()
    }

    /// The report type: such a file has none.
    pub fn report(&self) -> &'static str {
        ""
    }

    /// The date of the file's name, in days since 1970-01-01.
    pub fn date(&self) -> Option<i32> {
        self.date
    }
}

type Member<'t> = (Cow<'t, str>, &'t RawValue);

fn set_event(text: &str, events: &mut EventRows) -> Result<(), Problem> {
    let members = json::members(text).ok_or_else(|| Problem::new("", "", Reason::Malformed))?;
    // An `extra` that is a string holding an object: as databases of the format hand it out.
    let quoted = extra_as_text(&members);
    let mut flat = flatten(members, quoted.as_deref())?;
    json::last_of_each(&mut flat);
    let mut others = Others::default();
    for (name, raw) in flat.into_iter().filter(|(name, _)| !is_left_out(name)) {
        let Some(value) = Value::of(raw) else { return Err(Problem::new(&name, raw.get(), Reason::InvalidValue)) };
        match key::find(&name) {
            Some(key) => set_known(key, &value, events)?,
            None => others.push(name, value),
        }
    }
    others.put(events);
    Ok(())
}

fn is_left_out(name: &str) -> bool {
    name.starts_with("haidang.") || name.starts_with("feed.") || matches!(name, "raw" | "row" | "time.observation")
}

fn extra_as_text(members: &[Member<'_>]) -> Option<String> {
    let (_, raw) = members.iter().rev().find(|(name, _)| name == "extra")?;
    serde_json::from_str(raw.get()).ok()
}

/// The members, those of `extra` as `extra.*`.
fn flatten<'t>(members: Vec<Member<'t>>, quoted: Option<&'t str>) -> Result<Vec<Member<'t>>, Problem> {
    let mut flat = Vec::with_capacity(members.len());
    for (name, raw) in members {
        if name != "extra" {
            flat.push((name, raw));
            continue;
        }
        let json = if raw.get().starts_with('"') { quoted.unwrap_or_default() } else { raw.get() };
        if matches!(json, "" | "null") {
            continue;
        }
        let inner = json::members(json).ok_or_else(|| Problem::new("extra", json, Reason::InvalidValue))?;
        flat.extend(inner.into_iter().map(|(name, raw)| (Cow::Owned(format!("extra.{name}")), raw)));
    }
    Ok(flat)
}

fn set_known(key: Key, value: &Value<'_>, events: &mut EventRows) -> Result<(), Problem> {
    let outcome = match value {
        Value::Tree(_) => Outcome::Invalid,
        Value::Literal(number) if matches!(key.rule, Rule::Integer | Rule::Asn) => {
            // Spreadsheets and data frames write whole numbers as `80.0`.
            events.set(key, number.strip_suffix(".0").unwrap_or(number))
        }
        value => events.set(key, value.as_text()),
    };
    match outcome {
        Outcome::Invalid => Err(Problem::new(key.name, value.as_text(), Reason::InvalidValue)),
        Outcome::Stored | Outcome::Ignored => Ok(()),
    }
}
