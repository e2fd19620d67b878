//! One event of n6, its fields by their names there, and the events it becomes.

use std::borrow::Cow;

use event::key::{self, Key};
use event::rows::{EventRows, Outcome, Problem, Reason};

use super::ADDRESSES_MAX;
use super::tables::{self, Category};
use crate::json::{self, Others, Value};

/// Fields with a name of their own in the event format.
const FIELDS: [(&str, &str); 15] = [
    ("time", "time.source"),
    ("sport", "source.port"),
    ("dip", "destination.ip"),
    ("dport", "destination.port"),
    ("proto", "protocol.transport"),
    ("md5", "malware.hash.md5"),
    ("sha1", "malware.hash.sha1"),
    ("sha256", "malware.hash.sha256"),
    ("target", "event_description.target"),
    ("email", "source.account"),
    ("ip", "source.ip"),
    ("ipv6", "source.ip"),
    ("asn", "source.asn"),
    ("cc", "source.geolocation.cc"),
    ("rdns", "source.reverse_dns"),
];

/// Fields that would say something else under their own names; IntelMQ's parser calls them so.
const RENAMED: [(&str, &str); 2] = [("id", "extra.feed_id"), ("source", "extra.feed_source")];

/// What an event may be about, and its time: a value that they do not take rejects the row.
const STRICT: [&str; 4] = ["time.source", "source.ip", "source.fqdn", "source.url"];

pub(super) type Fields<'t> = Vec<(Cow<'t, str>, Value<'t>)>;

/// One event.
#[derive(Debug, Default)]
pub(super) struct Event<'t> {
    /// Its fields but for the addresses.
    pub(super) fields: Fields<'t>,
    /// The fields of each address.
    pub(super) addresses: Vec<Fields<'t>>,
}

impl<'t> Event<'t> {
    /// Reads a JSON object.
    pub(super) fn of_json(text: &'t str) -> Result<Self, Problem> {
        let mut event = Self::default();
        for (name, raw) in json::members(text).ok_or_else(|| Problem::new("", "", Reason::Malformed))? {
            let wrong = || Problem::new(&name, raw.get(), Reason::InvalidValue);
            if name == "address" && raw.get() != "null" {
                event.addresses = addresses(raw.get()).ok_or_else(wrong)?;
            } else {
                let value = Value::of(raw).ok_or_else(wrong)?;
                event.fields.push((name, value));
            }
        }
        json::last_of_each(&mut event.fields);
        Ok(event)
    }

    /// Puts it among the events: one for each address, or one without.
    pub(super) fn put(mut self, row: u64, events: &mut EventRows) -> Result<(), Problem> {
        if self.addresses.len() > ADDRESSES_MAX {
            return Err(Problem::new("address", "", Reason::TooLong));
        }
        if self.addresses.is_empty() {
            self.addresses.push(Fields::new());
        }
        // One that cannot be read rejects the row, and with it those before it.
        for address in self.addresses.iter().skip(1) {
            self.set(address, events)?;
            events.reject();
        }
        for address in &self.addresses {
            self.set(address, events)?;
            events.accept(row)?;
        }
        Ok(())
    }

    fn text(&self, name: &str) -> &str {
        self.fields.iter().find(|(field, _)| field == name).map_or("", |(_, value)| value.as_text())
    }

    /// Fills the current row.
    fn set(&self, address: &Fields<'t>, events: &mut EventRows) -> Result<(), Problem> {
        let category = tables::category(self.text("category"));
        let mut target = Target { events, others: Others::default() };
        for (name, value) in self.fields.iter().chain(address) {
            match (&**name, category) {
                ("fqdn", _) if value.as_text() == "unknown" => {}
                ("fqdn" | "url", Some(Category { calls: true, .. })) => {
                    target.set(name, &format!("destination.{name}"), value)?;
                }
                ("fqdn" | "url", _) => target.set(name, &format!("source.{name}"), value)?,
                ("name", Some(Category { names_malware: true, .. })) => target.set(name, "malware.name", value)?,
                // It becomes the identifier.
                ("name", _) => {}
                _ => match FIELDS.iter().find(|(field, _)| field == name) {
                    Some((_, key)) => target.set(name, key, value)?,
                    None => target.keep(name, value),
                },
            }
        }
        self.classify(category, &mut target)?;
        target.end()
    }

    fn classify(&self, category: Option<&Category>, target: &mut Target<'_, 't>) -> Result<(), Problem> {
        let word = self.text("category");
        if word.is_empty() {
            return Err(Problem::new("category", "", Reason::MissingColumn));
        }
        let (taxonomy, kind) = category.map_or(("undetermined", "undetermined"), |c| (c.taxonomy, c.kind));
        let name = Some(self.text("name")).filter(|name| !name.trim().is_empty());
        let identifier = name.unwrap_or_else(|| category.map_or(word, |category| category.identifier));
        let tlp = match self.text("restriction") {
            "" => "",
            restriction => tables::tlp(restriction)
                .ok_or_else(|| Problem::new("restriction", restriction, Reason::InvalidValue))?,
        };
        for (key, text) in [
            ("classification.taxonomy", taxonomy),
            ("classification.type", kind),
            ("classification.identifier", identifier),
            ("tlp", tlp),
        ] {
            if let Some(key) = key::find(key) {
                target.events.set(key, text);
            }
        }
        Ok(())
    }
}

/// The list of addresses; `None` if it is no list of objects.
fn addresses(json: &str) -> Option<Vec<Fields<'_>>> {
    let fields = |json| {
        // The time is the event's: one that only some addresses cannot have would half reject it.
        let members = json::members(json)?.into_iter().filter(|(name, _)| name != "time");
        let mut fields: Fields<'_> = members.map(|(name, raw)| Some((name, Value::of(raw)?))).collect::<Option<_>>()?;
        json::last_of_each(&mut fields);
        Some(fields)
    };
    json::elements(json)?.into_iter().map(|raw| fields(raw.get())).collect()
}

/// The current row.
struct Target<'e, 't> {
    events: &'e mut EventRows,
    others: Others<'t>,
}

impl<'t> Target<'_, 't> {
    fn set(&mut self, field: &str, key: &str, value: &Value<'t>) -> Result<(), Problem> {
        let outcome = match (key::find(key), value) {
            (_, Value::Nothing) => Outcome::Ignored,
            (None, _) | (_, Value::Tree(_)) => Outcome::Invalid,
            (Some(key), value) => self.events.set(key, value.as_text()),
        };
        match outcome {
            Outcome::Invalid if STRICT.contains(&key) => {
                Err(Problem::new(field, value.as_text(), Reason::InvalidValue))
            }
            Outcome::Invalid => {
                self.keep(field, value);
                Ok(())
            }
            Outcome::Stored | Outcome::Ignored => Ok(()),
        }
    }

    fn keep(&mut self, field: &str, value: &Value<'t>) {
        if matches!(value, Value::Nothing) || value.as_text().is_empty() {
            return;
        }
        let renamed = RENAMED.iter().find(|(name, _)| *name == field).map(|(_, renamed)| Cow::Borrowed(*renamed));
        self.others.push(renamed.unwrap_or_else(|| format!("extra.{field}").into()), value.clone());
    }

    fn end(self) -> Result<(), Problem> {
        let is_about = |name| key::find(name).is_some_and(|key: Key| self.events.has(key));
        if !["source.ip", "source.fqdn", "source.url", "source.account"].into_iter().any(is_about) {
            return Err(Problem::new("address", "", Reason::InvalidValue));
        }
        self.others.put(self.events);
        Ok(())
    }
}
