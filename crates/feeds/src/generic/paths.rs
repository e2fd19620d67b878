//! JSON objects, their values found by dotted paths.

use std::borrow::Cow;

use event::rows::{Problem, Reason};
use rustc_hash::FxHashMap;
use serde_json::value::RawValue;

use super::field::{Field, Target};
use crate::json::{self, Value};

/// Every path of a mapping: a step, and what may follow it. A name that itself has dots is as many steps.
#[derive(Debug, Default)]
pub(super) struct Paths {
    next: FxHashMap<String, Paths>,
    /// Fields of the mapping whose path ends here.
    fields: Vec<usize>,
}

impl Paths {
    pub(super) fn new(fields: &[Field]) -> Self {
        let mut root = Self::default();
        for (at, field) in fields.iter().enumerate() {
            let steps = field.column.split('.');
            let end = steps.fold(&mut root, |paths, step| paths.next.entry(step.to_owned()).or_default());
            end.fields.push(at);
        }
        root
    }

    fn at(&self, name: &str) -> Option<&Self> {
        name.split('.').try_fold(self, |paths, step| paths.next.get(step))
    }
}

pub(super) fn set_event<'t>(paths: &Paths, text: &'t str, target: &mut Target<'_, '_, 't>) -> Result<(), Problem> {
    let members = json::members(text).ok_or_else(|| Problem::new("", "", Reason::Malformed))?;
    let mut walk = Walk { values: vec![None; target.mapping.fields.len()], target, is_kept: false };
    walk.members(paths, "", members)?;
    let Walk { values, target, .. } = walk;
    target.fill(values.into_iter())
}

struct Walk<'w, 'm, 'e, 't> {
    values: Vec<Option<Value<'t>>>,
    target: &'w mut Target<'m, 'e, 't>,
    /// Something around this value is mapped as a whole.
    is_kept: bool,
}

impl<'t> Walk<'_, '_, '_, 't> {
    fn members(
        &mut self,
        paths: &Paths,
        above: &str,
        members: Vec<(Cow<'t, str>, &'t RawValue)>,
    ) -> Result<(), Problem> {
        for (name, raw) in members {
            let path = if above.is_empty() { name.clone() } else { Cow::Owned(format!("{above}.{name}")) };
            self.value(paths.at(&name), &path, raw)?;
        }
        Ok(())
    }

    /// One value; `paths` is what the mapping knows of it. No deeper than the longest path of the mapping.
    fn value(&mut self, paths: Option<&Paths>, path: &str, raw: &'t RawValue) -> Result<(), Problem> {
        let value = || Value::of(raw).ok_or_else(|| Problem::new(path, raw.get(), Reason::InvalidValue));
        let Some(paths) = paths else {
            self.keep(path, value()?);
            return Ok(());
        };
        for &field in &paths.fields {
            self.values[field] = Some(value()?);
        }
        let is_kept = self.is_kept;
        self.is_kept |= !paths.fields.is_empty();
        match raw.get().as_bytes().first() {
            Some(b'{') if !paths.next.is_empty() => {
                self.members(paths, path, json::members(raw.get()).unwrap_or_default())?;
            }
            Some(b'[') if !paths.next.is_empty() => self.elements(paths, path, raw)?,
            _ => self.keep(path, value()?),
        }
        self.is_kept = is_kept;
        Ok(())
    }

    fn elements(&mut self, paths: &Paths, above: &str, raw: &'t RawValue) -> Result<(), Problem> {
        for (at, raw) in json::elements(raw.get()).unwrap_or_default().into_iter().enumerate() {
            let step = at.to_string();
            self.value(paths.at(&step), &format!("{above}.{step}"), raw)?;
        }
        Ok(())
    }

    fn keep(&mut self, path: &str, value: Value<'t>) {
        if !self.is_kept {
            self.target.keep(path, value);
        }
    }
}
