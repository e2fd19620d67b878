//! The mapping as it is written, and as it is ready to run.

use std::collections::{BTreeMap, BTreeSet};

use event::key::{self, Key, Slot};
use event::rows::{EventRows, Limits, Outcome};
use rustc_hash::FxHashMap;
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, MapAccess, Visitor};

use super::field::{Field, To};
use super::paths::Paths;
use crate::json::Value;

/// Why a mapping cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {wrong}")]
pub struct MappingError {
    /// Where: a line, or the names that lead there.
    pub place: String,
    /// What is wrong there.
    pub wrong: String,
}

impl MappingError {
    fn new(place: impl Into<String>, wrong: impl Into<String>) -> Self {
        Self { place: place.into(), wrong: wrong.into() }
    }

    /// What the TOML reader says of a text.
    pub(crate) fn of_toml(text: &str, error: &toml::de::Error) -> Self {
        let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
        Self::new(format!("line {}", before.matches('\n').count() + 1), error.message())
    }
}

/// A mapping that was checked; see the module for how it is written.
#[derive(Debug)]
pub struct Mapping {
    pub(super) shape: Shape,
    pub(super) fields: Vec<Field>,
    pub(super) constants: Vec<(To, Value<'static>)>,
    pub(super) keep_rest: bool,
    pub(super) time_from_name: bool,
    taken: BTreeSet<String>,
}

/// How records are told apart, and where their columns get names.
#[derive(Debug)]
pub(super) enum Shape {
    Csv(Csv),
    Text(Text),
    Jsonl(Paths),
}

#[derive(Debug, Clone)]
pub(super) struct Csv {
    pub(super) delimiter: u8,
    pub(super) quote: Option<u8>,
    /// `None`: the first row has them.
    pub(super) columns: Option<Vec<String>>,
    pub(super) comment: Option<String>,
}

#[derive(Debug, Clone)]
pub(super) struct Text {
    /// `None`: blanks.
    pub(super) separator: Option<String>,
    pub(super) columns: Vec<String>,
    pub(super) comment: Option<String>,
}

/// A mapping as it is written.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Spec {
    format: FormatName,
    delimiter: Option<String>,
    quote: Option<String>,
    header: Option<bool>,
    columns: Option<Vec<String>>,
    separator: Option<String>,
    comment: Option<String>,
    time: Option<TimeFrom>,
    #[serde(default)]
    rest: RestFate,
    fields: BTreeMap<String, FieldSpec>,
    #[serde(default)]
    constants: BTreeMap<String, toml::Value>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum FormatName {
    Csv,
    Jsonl,
    Text,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum TimeFrom {
    Name,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum RestFate {
    #[default]
    Extra,
    Drop,
}

/// A column, or a column and how its values are read.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct FullField {
    column: String,
    time_format: Option<String>,
    time_zone: Option<String>,
    required: Option<bool>,
    #[serde(default)]
    map: FxHashMap<String, String>,
    #[serde(default)]
    lower: bool,
}

#[derive(Debug, Clone)]
struct FieldSpec(FullField);

impl<'de> Deserialize<'de> for FieldSpec {
    fn deserialize<D: Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = FieldSpec;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a column, or a table with `column`")
            }

            fn visit_str<E>(self, column: &str) -> Result<FieldSpec, E> {
                Ok(FieldSpec(FullField { column: column.to_owned(), ..FullField::default() }))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<FieldSpec, A::Error> {
                FullField::deserialize(MapAccessDeserializer::new(map)).map(FieldSpec)
            }
        }
        reader.deserialize_any(Either)
    }
}

impl Mapping {
    /// Reads and checks a mapping.
    ///
    /// # Errors
    /// The first thing that is wrong, and where: TOML, names that the event format does not know, constants
    /// that break the rule of their key, options that the format has not, no time or no subject.
    pub fn parse(text: &str) -> Result<Self, MappingError> {
        let spec: Spec = toml::from_str(text).map_err(|error| MappingError::of_toml(text, &error))?;
        Self::of(&spec)
    }

    /// Checks a mapping that was read already.
    pub(crate) fn of(spec: &Spec) -> Result<Self, MappingError> {
        let targets = targets(spec)?;
        let taken = taken(&targets, &spec.constants);
        let fields: Vec<Field> = targets
            .into_iter()
            .map(|(name, to, field)| field_of(name, to, field, rest_name(&taken, &field.column)))
            .collect::<Result<_, _>>()?;
        let mapping = Self {
            shape: shape(spec, &fields)?,
            fields,
            constants: spec.constants.iter().map(|(name, value)| constant(name, value)).collect::<Result<_, _>>()?,
            keep_rest: spec.rest == RestFate::Extra,
            time_from_name: spec.time == Some(TimeFrom::Name),
            taken,
        };
        mapping.check()?;
        Ok(mapping)
    }

    fn check(&self) -> Result<(), MappingError> {
        let has_time = self.fields.iter().map(|field| &field.to).chain(self.constants.iter().map(|(to, _)| to));
        if !self.time_from_name && !has_time.into_iter().any(To::is_time) {
            return Err(MappingError::new(
                "fields",
                "no event would have a time: map time.source, or say time = \"name\"",
            ));
        }
        if !self.fields.iter().any(|field| field.to.is_subject()) {
            let wrong =
                "no event would have a subject: map subject, source.ip, source.fqdn, source.url or source.account";
            return Err(MappingError::new("fields", wrong));
        }
        match self.fields.iter().find(|field| !self.shape.has(&field.column)) {
            Some(field) => Err(MappingError::new(
                format!("fields.{:?}", field.name),
                format!("no column {:?} in columns", field.column),
            )),
            None => Ok(()),
        }
    }

    /// `extra.<column>`, or `extra.column.<column>` where the mapping itself says what `extra.<column>` is.
    pub(super) fn rest_name(&self, column: &str) -> String {
        rest_name(&self.taken, column)
    }
}

fn rest_name(taken: &BTreeSet<String>, column: &str) -> String {
    let name = format!("extra.{column}");
    if taken.contains(&name) { format!("extra.column.{column}") } else { name }
}

type Targets<'s> = Vec<(&'s str, To, &'s FullField)>;

/// What every field is mapped to, the subject first: a key of its own goes before it.
fn targets(spec: &Spec) -> Result<Targets<'_>, MappingError> {
    let mut targets = Vec::with_capacity(spec.fields.len());
    for (name, FieldSpec(field)) in &spec.fields {
        let place = format!("fields.{name:?}");
        let to = if name == "subject" { To::Subject } else { target(name, &place)? };
        if spec.constants.contains_key(name) {
            return Err(MappingError::new(place, "is among the constants, too"));
        }
        targets.push((name.as_str(), to, field));
    }
    targets.sort_by_key(|(_, to, _)| *to != To::Subject);
    Ok(targets)
}

fn target(name: &str, place: &str) -> Result<To, MappingError> {
    if name.strip_prefix("extra.").is_some_and(|rest| !rest.is_empty()) {
        return Ok(To::Extra(name.to_owned()));
    }
    match key::find(name) {
        Some(Key { slot: Slot::Dropped, .. }) => {
            Err(MappingError::new(place, "belongs to the delivery, not to an event of it"))
        }
        Some(key) => Ok(To::Key(key)),
        None => Err(MappingError::new(place, "no name of the event format; own names go under extra.*")),
    }
}

fn taken(targets: &Targets<'_>, constants: &BTreeMap<String, toml::Value>) -> BTreeSet<String> {
    let mapped = targets.iter().map(|(name, ..)| *name);
    mapped
        .chain(constants.keys().map(String::as_str))
        .filter(|name| name.starts_with("extra."))
        .map(str::to_owned)
        .collect()
}

fn field_of(name: &str, to: To, spec: &FullField, rest_name: String) -> Result<Field, MappingError> {
    let wrong = |option: &str, wrong: String| MappingError::new(format!("fields.{name:?}.{option}"), wrong);
    let zone = match &spec.time_zone {
        Some(zone) => {
            Some(jiff::tz::TimeZone::get(zone).map_err(|_| wrong("time_zone", format!("no time zone {zone:?}")))?)
        }
        None => None,
    };
    if let Some(format) = &spec.time_format {
        // What can be written can be read; an unknown directive fails here and not in every record.
        jiff::fmt::strtime::format(format, &jiff::Zoned::default())
            .map_err(|error| wrong("time_format", error.to_string()))?;
    }
    let is_pinned = to.is_time() || to.is_subject();
    Ok(Field {
        name: name.to_owned(),
        to,
        column: spec.column.clone(),
        rest_name,
        time_format: spec.time_format.clone(),
        zone,
        is_strict: spec.required.unwrap_or(is_pinned),
        is_needed: spec.required == Some(true),
        map: spec.map.clone(),
        lower: spec.lower,
    })
}

fn constant(name: &str, value: &toml::Value) -> Result<(To, Value<'static>), MappingError> {
    let place = format!("constants.{name:?}");
    let value = match value {
        toml::Value::String(text) => Value::text(text.clone()),
        toml::Value::Integer(number) => Value::Literal(number.to_string().into()),
        toml::Value::Float(number) if number.is_finite() => Value::Literal(number.to_string().into()),
        toml::Value::Boolean(truth) => Value::Literal(truth.to_string().into()),
        _ => return Err(MappingError::new(place, "neither a string nor a number nor true or false")),
    };
    let to = target(name, &place)?;
    if let To::Key(key) = to {
        let outcome = EventRows::new(Limits::at(0)).set(key, value.as_text());
        if outcome != Outcome::Stored {
            return Err(MappingError::new(place, format!("{:?} is no value of this key", value.as_text())));
        }
    }
    Ok((to, value))
}

fn shape(spec: &Spec, fields: &[Field]) -> Result<Shape, MappingError> {
    refuse_foreign_options(spec)?;
    Ok(match spec.format {
        FormatName::Csv => Shape::Csv(csv(spec)?),
        FormatName::Text => Shape::Text(Text {
            separator: separator(spec)?,
            columns: spec.columns.clone().unwrap_or_else(|| vec!["value".to_owned()]),
            comment: comment(spec)?,
        }),
        FormatName::Jsonl => Shape::Jsonl(Paths::new(fields)),
    })
}

/// An option of another format is a misunderstanding and not to be passed over.
fn refuse_foreign_options(spec: &Spec) -> Result<(), MappingError> {
    use FormatName::{Csv, Jsonl, Text};
    let options: [(&str, bool, &[FormatName]); 6] = [
        ("delimiter", spec.delimiter.is_some(), &[Csv]),
        ("quote", spec.quote.is_some(), &[Csv]),
        ("header", spec.header.is_some(), &[Csv]),
        ("columns", spec.columns.is_some(), &[Csv, Text]),
        ("comment", spec.comment.is_some(), &[Csv, Text]),
        ("separator", spec.separator.is_some(), &[Text]),
    ];
    let foreign = options.iter().find(|(_, is_given, of)| *is_given && !of.contains(&spec.format));
    match foreign {
        Some((option, ..)) if spec.format == Jsonl => Err(MappingError::new(*option, "not an option of format jsonl")),
        Some((option, ..)) => Err(MappingError::new(
            *option,
            format!("not an option of format {}", if spec.format == Csv { "csv" } else { "text" }),
        )),
        None => Ok(()),
    }
}

fn csv(spec: &Spec) -> Result<Csv, MappingError> {
    let delimiter = ascii("delimiter", spec.delimiter.as_deref().unwrap_or(","))?;
    let quote = match spec.quote.as_deref() {
        Some("") => None,
        quote => Some(ascii("quote", quote.unwrap_or("\""))?),
    };
    let columns = match (spec.header, &spec.columns) {
        (Some(false), None) => return Err(MappingError::new("columns", "wanted: there is no header")),
        (Some(true), Some(_)) => return Err(MappingError::new("columns", "the header has them")),
        (_, columns) => columns.clone(),
    };
    Ok(Csv { delimiter, quote, columns, comment: comment(spec)? })
}

fn ascii(option: &str, text: &str) -> Result<u8, MappingError> {
    match text.as_bytes() {
        [byte @ (b'\t' | b' '..=b'~')] => Ok(*byte),
        _ => Err(MappingError::new(option, format!("{text:?} is not one printable ASCII character or a tab"))),
    }
}

fn separator(spec: &Spec) -> Result<Option<String>, MappingError> {
    match &spec.separator {
        Some(text) if text.is_empty() => Err(MappingError::new("separator", "is empty")),
        separator => Ok(separator.clone()),
    }
}

fn comment(spec: &Spec) -> Result<Option<String>, MappingError> {
    match &spec.comment {
        Some(text) if text.trim().is_empty() => Err(MappingError::new("comment", "is empty")),
        comment => Ok(comment.clone()),
    }
}

impl Shape {
    /// Whether there can be such a column.
    fn has(&self, column: &str) -> bool {
        match self {
            Self::Csv(Csv { columns: Some(columns), .. }) | Self::Text(Text { columns, .. }) => {
                columns.iter().any(|name| name == column)
            }
            Self::Csv(_) | Self::Jsonl(_) => true,
        }
    }
}
