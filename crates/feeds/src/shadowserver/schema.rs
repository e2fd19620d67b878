//! The schema file: which column of which report becomes which key.

use std::collections::BTreeMap;
use std::sync::Arc;

use event::key::{self, Key};
use serde::Deserialize;
use serde_json::Value;

use super::functions::Function;
use super::name;
use super::parser::Parser;
use crate::format::Unreadable;

/// The entry that describes the file itself.
const META: &str = "_meta";

/// Ends the `file_name` of an entry that stands for all reports whose type begins so.
const FAMILY: char = '*';

/// What an operator's schema file maps; see the module.
#[derive(Debug, Clone)]
pub struct Schema {
    plans: BTreeMap<String, Result<Arc<Plan>, String>>,
}

/// Why a schema file cannot be used at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SchemaError {
    /// It is not JSON.
    #[error("the schema is not JSON: {0}")]
    Syntax(String),
    /// An entry is not a mapping of a report.
    #[error("the schema's entry {entry:?} is not a mapping: {why}")]
    Entry {
        /// The entry's key.
        entry: String,
        /// What is wrong with it.
        why: String,
    },
}

/// How the rows of one report type become events.
#[derive(Debug, PartialEq)]
pub(super) struct Plan {
    pub(super) rules: Vec<Mapping>,
    pub(super) constants: Vec<Constant>,
}

/// Where the value of one column goes.
#[derive(Debug, PartialEq)]
pub(super) struct Mapping {
    pub(super) column: String,
    pub(super) target: Target,
    pub(super) function: Option<Function>,
    pub(super) required: bool,
}

/// A place for a value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Target {
    /// A key of the format.
    Key(Key),
    /// `extra.…`, the whole name.
    Extra(String),
    /// Nowhere.
    Dropped,
}

/// A value every event of a report has.
#[derive(Debug, PartialEq)]
pub(super) enum Constant {
    /// A text for a key of the format.
    Key(Key, String),
    /// The whole name, and a value as JSON.
    Extra(String, String),
}

#[derive(Deserialize)]
struct Entry {
    file_name: String,
    #[serde(default)]
    required_fields: Vec<Field>,
    #[serde(default)]
    optional_fields: Vec<Field>,
    #[serde(default)]
    constant_fields: serde_json::Map<String, Value>,
}

/// `[key, column, function?, give_row?]`.
#[derive(Deserialize)]
struct Field(
    Name,
    String,
    #[serde(default)] Option<String>,
    #[serde(default)]
    #[expect(dead_code, reason = "a schema may say it, but a function knows itself whether it needs the row")]
    Option<bool>,
);

#[derive(Deserialize)]
#[serde(untagged)]
enum Name {
    Key(String),
    Dropped(bool),
}

impl Schema {
    /// Reads a schema file.
    ///
    /// A report mapped with a word we do not know is found only when such a report comes (see
    /// [`Schema::unknown_words`]): a newer schema must not stop the reports that did not change.
    ///
    /// # Errors
    /// The text is no schema file.
    pub fn parse(json: &str) -> Result<Self, SchemaError> {
        let entries: BTreeMap<String, Value> =
            serde_json::from_str(json).map_err(|error| SchemaError::Syntax(error.to_string()))?;
        let mut plans = BTreeMap::new();
        for (name, entry) in entries.into_iter().filter(|(name, _)| name != META) {
            let entry: Entry = serde_json::from_value(entry)
                .map_err(|error| SchemaError::Entry { entry: name, why: error.to_string() })?;
            let file_name = entry.file_name.clone();
            plans.insert(file_name, compile(entry).map(Arc::new));
        }
        Ok(Self { plans })
    }

    /// A parser for a report file of this name.
    ///
    /// # Errors
    /// The name says no report type, or one that is not mapped or cannot be.
    pub fn open(&self, file_name: &str) -> Result<Parser, Unreadable> {
        let report = name::report_type(file_name).ok_or_else(|| Unreadable::NoType(file_name.to_owned()))?;
        match self.plan(report) {
            Some(Ok(plan)) => Ok(Parser::new(plan.clone(), report, crate::name::date(file_name))),
            Some(Err(word)) => Err(Unreadable::UnknownWord { report: report.to_owned(), word: word.clone() }),
            None => Err(Unreadable::UnknownType(report.to_owned())),
        }
    }

    fn plan(&self, report: &str) -> Option<&Result<Arc<Plan>, String>> {
        self.plans.get(report).or_else(|| {
            let families = self.plans.iter().filter_map(|(name, plan)| Some((name.strip_suffix(FAMILY)?, plan)));
            let family = families.filter(|(begin, _)| report.starts_with(begin)).max_by_key(|(begin, _)| begin.len());
            family.map(|(_, plan)| plan)
        })
    }

    /// The report types mapped, sorted; a family of them ends in `*`.
    pub fn types(&self) -> impl Iterator<Item = &str> {
        self.plans.keys().map(String::as_str)
    }

    /// Report types that cannot be read, each with the key or function that is not known here.
    pub fn unknown_words(&self) -> impl Iterator<Item = (&str, &str)> {
        self.plans.iter().filter_map(|(report, plan)| Some((report.as_str(), plan.as_ref().err()?.as_str())))
    }
}

fn compile(entry: Entry) -> Result<Plan, String> {
    let required = entry.required_fields.into_iter().map(|field| mapping(field, true));
    let optional = entry.optional_fields.into_iter().map(|field| mapping(field, false));
    Ok(Plan {
        rules: required.chain(optional).collect::<Result<_, _>>()?,
        constants: entry.constant_fields.into_iter().map(constant).collect::<Result<_, _>>()?,
    })
}

fn mapping(Field(name, column, function, _): Field, required: bool) -> Result<Mapping, String> {
    let function = function.map(|name| Function::named(&name).ok_or(name)).transpose()?;
    let target = match name {
        Name::Key(name) if name == "extra." => Target::Extra(format!("extra.{column}")),
        Name::Key(name) if name.starts_with("extra.") => Target::Extra(name),
        Name::Key(name) => Target::Key(key::find(&name).ok_or(name)?),
        Name::Dropped(false) => Target::Dropped,
        Name::Dropped(true) => return Err(String::from("true")),
    };
    Ok(Mapping { column, target, function, required })
}

fn constant((name, value): (String, Value)) -> Result<Constant, String> {
    if name.starts_with("extra.") {
        return Ok(Constant::Extra(name, value.to_string()));
    }
    let text = match value {
        Value::String(text) => text,
        value => value.to_string(),
    };
    Ok(Constant::Key(key::find(&name).ok_or(name)?, text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schema(entry: &str) -> Schema {
        let json = format!(r#"{{"_meta":{{"x":1}},"key":{{"file_name":"scan_x","required_fields":[{entry}]}}}}"#);
        Schema::parse(&json).expect("schema")
    }

    #[test]
    fn a_report_is_chosen_by_its_file_name() {
        let schema = schema(r#"["source.ip","ip","validate_ip"]"#);
        assert_eq!(schema.types().collect::<Vec<_>>(), ["scan_x"]);
        assert_eq!(schema.open("2021-01-01-scan_x-y.csv").expect("parser").report(), "scan_x");
        assert_eq!(schema.open("2021-01-01-key-y.csv").err(), Some(Unreadable::UnknownType("key".into())));
        assert_eq!(schema.open("list.txt").err(), Some(Unreadable::NoType("list.txt".into())));
    }

    #[test]
    fn an_unknown_word_spoils_its_report_only() {
        for (entry, word) in
            [(r#"["source.ip","ip","convert_magic"]"#, "convert_magic"), (r#"["source.magic","ip"]"#, "source.magic")]
        {
            let schema = schema(entry);
            assert_eq!(schema.unknown_words().collect::<Vec<_>>(), [("scan_x", word)]);
            let error = schema.open("scan_x.csv").expect_err("unknown word");
            assert_eq!(error, Unreadable::UnknownWord { report: "scan_x".into(), word: word.into() });
        }
    }

    #[test]
    fn what_is_no_schema_is_told() {
        assert!(matches!(Schema::parse("nonsense"), Err(SchemaError::Syntax(_))));
        assert!(matches!(Schema::parse(r#"{"a":{"file_name":7}}"#), Err(SchemaError::Entry { .. })));
    }
}
