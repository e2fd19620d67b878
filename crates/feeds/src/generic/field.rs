//! One field of a mapping, and what becomes of a record's values.

use std::borrow::Cow;

use event::key::{self, Key, TIME_SOURCE};
use event::rows::{EventRows, Outcome, Problem, Reason};
use event::subject::Subject;
use event::time;
use jiff::fmt::strtime::BrokenDownTime;
use jiff::tz::TimeZone;
use jiff::{Timestamp, civil};
use rustc_hash::FxHashMap;

use super::mapping::Mapping;
use crate::json::{Others, Value};

/// What a value is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum To {
    /// A name of the event format.
    Key(Key),
    /// A name under `extra.`, in full.
    Extra(String),
    /// Whichever key of the subject it fits.
    Subject,
}

impl To {
    pub(super) fn is_time(&self) -> bool {
        *self == Self::Key(TIME_SOURCE)
    }

    pub(super) fn is_subject(&self) -> bool {
        match self {
            Self::Key(key) => matches!(key.name, "source.ip" | "source.fqdn" | "source.url" | "source.account"),
            Self::Subject => true,
            Self::Extra(_) => false,
        }
    }
}

/// A column and what its values become.
#[derive(Debug)]
pub(super) struct Field {
    /// As the mapping names it.
    pub(super) name: String,
    pub(super) to: To,
    pub(super) column: String,
    /// Where a value is kept that its key does not take.
    pub(super) rest_name: String,
    pub(super) time_format: Option<String>,
    pub(super) zone: Option<TimeZone>,
    /// An invalid value rejects the record.
    pub(super) is_strict: bool,
    /// So does none.
    pub(super) is_needed: bool,
    pub(super) map: FxHashMap<String, String>,
    pub(super) lower: bool,
}

impl Field {
    /// The value as it is mapped, its case and its time put right; `None` if it is no such time.
    fn read<'v>(&'v self, text: &'v str) -> Option<Cow<'v, str>> {
        let text = text.trim();
        let text = self.map.get(text).map_or(text, String::as_str);
        if (self.time_format.is_some() || self.zone.is_some()) && !matches!(text, "" | "-" | "N/A") {
            return self.instant(text).map(|at| Cow::Owned(time::to_text(at)));
        }
        Some(if self.lower { Cow::Owned(text.to_lowercase()) } else { Cow::Borrowed(text) })
    }

    fn is_plain(&self) -> bool {
        self.map.is_empty() && !self.lower && self.time_format.is_none() && self.zone.is_none()
    }

    fn instant(&self, text: &str) -> Option<i64> {
        let Some(format) = &self.time_format else {
            // A time that says its own offset is not read in another zone.
            let own = text.parse::<Timestamp>().is_ok();
            let local = text.parse::<civil::DateTime>().ok().filter(|_| !own);
            return local.map_or_else(|| time::parse(text), |at| self.in_zone(at));
        };
        let parts = BrokenDownTime::parse(format, text).ok()?;
        if let Ok(at) = parts.to_timestamp() {
            return Some(at.as_microsecond());
        }
        let at = parts.to_datetime().or_else(|_| parts.to_date().map(civil::DateTime::from)).ok()?;
        self.in_zone(at)
    }

    fn in_zone(&self, at: civil::DateTime) -> Option<i64> {
        let zone = self.zone.clone().unwrap_or(TimeZone::UTC);
        at.to_zoned(zone).ok().map(|at| at.timestamp().as_microsecond())
    }
}

/// The event that a record becomes.
pub(super) struct Target<'m, 'e, 't> {
    pub(super) mapping: &'m Mapping,
    time: Option<&'m str>,
    events: &'e mut EventRows,
    others: Others<'t>,
}

impl<'m, 'e, 't> Target<'m, 'e, 't> {
    /// The current row; `time` for a record that has none of its own.
    pub(super) fn new(mapping: &'m Mapping, time: Option<&'m str>, events: &'e mut EventRows) -> Self {
        Self { mapping, time, events, others: Others::default() }
    }

    /// Keeps the value of a column that is not mapped, if such are kept.
    pub(super) fn keep(&mut self, column: &str, value: Value<'t>) {
        if self.mapping.keep_rest {
            self.others.push(self.mapping.rest_name(column), value);
        }
    }

    /// Sets what is mapped, `values` in the order of the fields, and ends the event.
    pub(super) fn fill(&mut self, values: impl Iterator<Item = Option<Value<'t>>>) -> Result<(), Problem> {
        let mapping = self.mapping;
        let mut has_subject = false;
        for (field, value) in mapping.fields.iter().zip(values) {
            has_subject |= self.set(field, value)? && field.to.is_subject();
        }
        if !has_subject {
            let column = mapping.fields.iter().find(|field| field.to.is_subject()).map_or("", |field| &field.column);
            return Err(Problem::new(column, "", Reason::InvalidValue));
        }
        if let Some(time) = self.time.filter(|_| !self.events.has(TIME_SOURCE)) {
            self.events.set(TIME_SOURCE, time);
        }
        self.set_constants();
        std::mem::take(&mut self.others).put(self.events);
        Ok(())
    }

    fn set_constants(&mut self) {
        for (to, value) in &self.mapping.constants {
            match to {
                To::Key(key) => drop(self.events.set(*key, value.as_text())),
                To::Extra(name) => self.others.push(name.clone(), value.clone()),
                To::Subject => {}
            }
        }
    }

    /// Sets one field; whether its key has a value now.
    fn set(&mut self, field: &Field, value: Option<Value<'t>>) -> Result<bool, Problem> {
        let Some(value) = value else {
            return if field.is_needed {
                Err(Problem::new(&field.column, "", Reason::MissingColumn))
            } else {
                Ok(false)
            };
        };
        match self.store(field, &value) {
            Outcome::Stored => Ok(true),
            Outcome::Ignored if !field.is_needed => Ok(false),
            Outcome::Invalid if !field.is_strict => {
                self.others.push(field.rest_name.clone(), value);
                Ok(false)
            }
            _ => Err(Problem::new(&field.column, value.as_text(), Reason::InvalidValue)),
        }
    }

    fn store(&mut self, field: &Field, value: &Value<'t>) -> Outcome {
        match (value, &field.to) {
            (Value::Nothing, _) => return Outcome::Ignored,
            (value, To::Extra(name)) if field.is_plain() => {
                self.others.push(name.clone(), value.clone());
                return Outcome::Stored;
            }
            (Value::Tree(_), _) => return Outcome::Invalid,
            _ => {}
        }
        let Some(text) = field.read(value.as_text()) else { return Outcome::Invalid };
        match &field.to {
            To::Key(key) => self.events.set(*key, &text),
            To::Subject => self.store_subject(&text),
            To::Extra(name) => {
                self.others.push(name.clone(), Value::text(text.into_owned()));
                Outcome::Stored
            }
        }
    }

    fn store_subject(&mut self, text: &str) -> Outcome {
        if matches!(text, "" | "-" | "N/A") {
            return Outcome::Ignored;
        }
        let (name, text) = match Subject::parse(text) {
            Some(Subject::Address(ip)) => ("source.ip", ip.to_string()),
            Some(Subject::Url(url)) => ("source.url", url),
            Some(Subject::Account(account)) => ("source.account", account),
            Some(Subject::Name(name)) if is_written_name(&name) => ("source.fqdn", name),
            _ => return Outcome::Invalid,
        };
        key::find(name).map_or(Outcome::Invalid, |key| self.events.set(key, &text))
    }
}

/// Stricter than the event format, which takes almost any text for a name: where a list should be, there may be
/// the words of an error page.
fn is_written_name(name: &str) -> bool {
    name.contains('.') && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'))
}
