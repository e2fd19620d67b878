//! The other way round: what belongs to an organisation, and which rows say so.

use std::cmp::Reverse;
use std::ops::Range;

use event::address;
use event::subject::Subject;

use crate::claim::Claim;
use crate::lookup::{Constituency, suffixes};
use crate::organisation::Organisation;
use crate::owner::OrgId;
use crate::tables::{DOMAINS, FILES, NETWORKS};
use crate::validity::Validity;

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
    /// The line as written.
    pub text: String,
}

impl Constituency {
    /// Every row of the networks or domains that matches a subject on a day, best first.
    pub fn explain(&self, subject: &Subject, day: i32) -> Vec<Match> {
        if let Some(ip) = subject.host_address() {
            return self.explain_address(address::to_bits(ip), day);
        }
        subject.domain().map_or_else(Vec::new, |name| self.explain_domain(&name, day))
    }

    fn explain_address(&self, bits: u128, day: i32) -> Vec<Match> {
        let matches =
            |(block, claim): &&(_, Claim)| claim.validity.holds(day) && crate::block::Block::holds(*block, bits);
        let mut rows: Vec<_> = self.tables.networks.iter().filter(matches).collect();
        rows.sort_by_key(|(block, claim)| (block.span(), claim.line));
        rows.into_iter().map(|(_, claim)| self.written(NETWORKS, claim.line)).collect()
    }

    fn explain_domain(&self, name: &str, day: i32) -> Vec<Match> {
        let matches = |(suffix, claim): &&(Box<str>, Claim)| {
            claim.validity.holds(day) && suffixes(name).any(|own| own == &**suffix)
        };
        let mut rows: Vec<_> = self.tables.domains.iter().filter(matches).collect();
        rows.sort_by_key(|(suffix, claim)| (Reverse(suffix.len()), claim.line));
        rows.into_iter().map(|(_, claim)| self.written(DOMAINS, claim.line)).collect()
    }

    fn written(&self, table: usize, line: u32) -> Match {
        let text = self.tables.texts[table].lines().nth((line as usize).saturating_sub(1));
        Match { file: FILES[table], line, text: text.unwrap_or_default().to_owned() }
    }

    /// The id of an organisation's code.
    pub fn id(&self, code: &str) -> Option<OrgId> {
        self.tables.organisations.id(code)
    }

    /// The code of an id; empty for an id of other tables.
    pub fn code(&self, id: OrgId) -> &str {
        self.tables.organisations.code(id)
    }

    /// Every code, by [`OrgId::index`].
    pub fn codes(&self) -> &[String] {
        self.tables.organisations.codes()
    }

    /// Every organisation, once for each of its rows, by rising day.
    pub fn organisations(&self) -> impl Iterator<Item = (OrgId, &Organisation)> {
        let organisations = &self.tables.organisations;
        organisations.ids().flat_map(|id| organisations.rows(id).iter().map(move |row| (id, row)))
    }

    /// An organisation as it was on a day; `None` when it did not exist.
    pub fn organisation(&self, id: OrgId, day: i32) -> Option<&Organisation> {
        self.tables.organisations.on(id, day)
    }

    /// An organisation and everything below it on a day, from above to below; empty for an unknown code.
    pub fn subtree(&self, code: &str, day: i32) -> Vec<OrgId> {
        self.tables.organisations.subtree(code, day)
    }

    /// First and last bits of every stretch of addresses that may belong, in a role, to one of the named during some of
    /// the days; sorted, apart. More than what belongs to them, never less: all addresses for an operator that an ASN names.
    pub fn networks_of(&self, named: &[OrgId], role: Role, days: Range<i32>) -> Vec<(u128, u128)> {
        let names = |claim: &Claim| names(claim, named, role, &days);
        if self.tables.asns.iter().any(|(_, claim)| names(claim)) {
            return vec![(0, u128::MAX)];
        }
        self.space_of(named, role, days)
    }

    /// The same of the tables' networks alone: what an ASN names beyond them is nobody's to count.
    pub fn space_of(&self, named: &[OrgId], role: Role, days: Range<i32>) -> Vec<(u128, u128)> {
        let rows = self.tables.networks.iter().filter(|(_, claim)| names(claim, named, role, &days));
        merged(rows.flat_map(|(block, _)| block.stretches()).collect())
    }

    /// First and last bits of every stretch of addresses in the tables, on whatever day; sorted, apart.
    pub fn networks(&self) -> Vec<(u128, u128)> {
        merged(self.tables.networks.iter().flat_map(|(block, _)| block.stretches()).collect())
    }

    /// The domain names that may belong, with all below them, to one of the named during some of the days; sorted,
    /// none below another.
    pub fn domains_of(&self, named: &[OrgId], days: Range<i32>) -> Vec<String> {
        let rows = self.tables.domains.iter().filter(|(_, claim)| names(claim, named, Role::Organisation, &days));
        outermost(rows.map(|(name, _)| name.to_string()).collect())
    }
}

fn names(claim: &Claim, named: &[OrgId], role: Role, days: &Range<i32>) -> bool {
    let id = match role {
        Role::Isp => claim.isp,
        Role::Organisation => claim.organisation,
    };
    let days = Validity { from: days.start, to: days.end };
    id.is_some_and(|id| named.contains(&id)) && claim.validity.and(days).is_some()
}

/// Stretches that touch or overlap made one; sorted.
pub(crate) fn merged(mut stretches: Vec<(u128, u128)>) -> Vec<(u128, u128)> {
    stretches.sort_unstable();
    let mut merged: Vec<(u128, u128)> = Vec::new();
    for (first, last) in stretches {
        match merged.last_mut() {
            Some((_, end)) if first <= end.saturating_add(1) => *end = last.max(*end),
            _ => merged.push((first, last)),
        }
    }
    merged
}

/// Names without those below another of them; sorted.
pub(crate) fn outermost(mut names: Vec<String>) -> Vec<String> {
    names.sort_unstable();
    names.dedup();
    let all: rustc_hash::FxHashSet<String> = names.iter().cloned().collect();
    names.retain(|name| !suffixes(name).skip(1).any(|above| all.contains(above)));
    names
}
