//! The other way round.

use std::ops::Range;

use event::subject::Subject;

use crate::lookup::Constituency;
use crate::organisation::Organisation;
use crate::owner::OrgId;

/// As what a row names an organisation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// The operator that carries the address.
    Isp,
    /// The organisation that uses it.
    Organisation,
}

/// A row of a table that matches a subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Match {
    /// `networks.csv` or `domains.csv`.
    pub file: &'static str,
    /// Line from 1.
    pub line: u32,
    /// The row as written.
    pub text: String,
}

impl Constituency {
    /// Every row that matches a subject on a day, best first.
    pub fn explain(&self, subject: &Subject, day: i32) -> Vec<Match> {
        let _ = (subject, day);
        Vec::new()
    }

    /// The id of an organisation's code.
    pub fn id(&self, code: &str) -> Option<OrgId> {
        let _ = code;
        None
    }

    /// The code of an id; empty for an id of other tables.
    pub fn code(&self, id: OrgId) -> &str {
        let _ = id;
        ""
    }

    /// Every organisation, once for each of its rows.
    pub fn organisations(&self) -> impl Iterator<Item = (OrgId, &Organisation)> {
        std::iter::empty()
    }

    /// An organisation as it was on a day.
    pub fn organisation(&self, id: OrgId, day: i32) -> Option<&Organisation> {
        let _ = (id, day);
        None
    }

    /// An organisation and everything below it on a day; empty for an unknown code.
    pub fn subtree(&self, code: &str, day: i32) -> Vec<OrgId> {
        let _ = (code, day);
        Vec::new()
    }

    /// First and last bits of every stretch of addresses that may belong to one of the named during some of the days; sorted, merged.
    /// More than what belongs to them, never less.
    pub fn networks_of(&self, named: &[OrgId], role: Role, days: Range<i32>) -> Vec<(u128, u128)> {
        let _ = (named, role, days);
        Vec::new()
    }

    /// The domain suffixes that may belong to one of the named during some of the days; sorted.
    pub fn domains_of(&self, named: &[OrgId], days: Range<i32>) -> Vec<String> {
        let _ = (named, days);
        Vec::new()
    }
}
