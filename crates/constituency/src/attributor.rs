//! One attribution version with its snapshots, answering as one.

use std::ops::{Range, RangeInclusive};
use std::sync::Arc;

use event::subject::Subject;
use rustc_hash::FxHashMap;
use thiserror::Error;

use crate::attribution::AttributionVersion;
use crate::lookup::{Asked, Constituency, Hints};
use crate::organisation::Organisation;
use crate::owner::{OrgId, Owner};
use crate::reach::{self, Role};

/// A version needs a snapshot that was not given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("answer by attribution version {version}: snapshot {snapshot} is missing")]
pub struct MissingSnapshot {
    /// The version.
    pub version: u32,
    /// The snapshot it needs.
    pub snapshot: u32,
}

/// The snapshots of one attribution version. Its organisation ids are its own, the same on every day.
#[derive(Debug)]
pub struct Attributor {
    version: u32,
    /// By rising first day; the first from `i32::MIN` on.
    eras: Vec<Era>,
    codes: Vec<String>,
    ids: FxHashMap<String, OrgId>,
}

/// From a day on, these tables count.
#[derive(Debug)]
struct Era {
    from: i32,
    snapshot: u32,
    tables: Arc<Constituency>,
    /// The attributor's id of each of the tables' own.
    outward: Arc<[OrgId]>,
    /// Those are the same: nothing is to be said in other words.
    same: bool,
}

impl Attributor {
    /// Takes the snapshots a version needs out of those at hand, by their numbers.
    ///
    /// # Errors
    /// The first snapshot that is not at hand.
    pub fn new(
        version: &AttributionVersion,
        snapshots: &FxHashMap<u32, Arc<Constituency>>,
    ) -> Result<Self, MissingSnapshot> {
        let mut attributor = Self { version: version.version, ..Self::empty() };
        for rule in &version.from_day_rules {
            let missing = MissingSnapshot { version: version.version, snapshot: rule.snapshot };
            let tables = snapshots.get(&rule.snapshot).ok_or(missing)?;
            let outward: Arc<[OrgId]> = tables.codes().iter().filter_map(|code| attributor.intern(code)).collect();
            attributor.eras.push(Era {
                from: rule.from_day,
                snapshot: rule.snapshot,
                tables: Arc::clone(tables),
                same: outward.iter().enumerate().all(|(at, id)| at == id.index()),
                outward,
            });
        }
        Ok(attributor)
    }

    /// Version 0, before the first import: nobody owns anything.
    pub fn empty() -> Self {
        Self { version: 0, eras: Vec::new(), codes: Vec::new(), ids: FxHashMap::default() }
    }

    /// The number of the snapshot whose tables count on a day.
    pub fn snapshot(&self, day: i32) -> Option<u32> {
        self.era(day).map(|era| era.snapshot)
    }

    fn intern(&mut self, code: &str) -> Option<OrgId> {
        if let Some(id) = self.ids.get(code) {
            return Some(*id);
        }
        let id = OrgId::at(self.codes.len())?;
        self.codes.push(code.to_owned());
        self.ids.insert(code.to_owned(), id);
        Some(id)
    }

    /// The number of its attribution version.
    pub fn version(&self) -> u32 {
        self.version
    }

    fn era(&self, day: i32) -> Option<&Era> {
        let next = self.eras.partition_point(|era| era.from <= day);
        self.eras.get(next.checked_sub(1)?)
    }

    /// The eras of some of the days.
    fn eras(&self, days: &Range<i32>) -> &[Era] {
        let first = self.eras.partition_point(|era| era.from <= days.start).saturating_sub(1);
        let next = self.eras.partition_point(|era| era.from < days.end);
        self.eras.get(first..next).unwrap_or_default()
    }

    /// The tables that count on a day. The ids in their answers are theirs, not the attributor's.
    pub fn constituency(&self, day: i32) -> Option<&Arc<Constituency>> {
        self.era(day).map(|era| &era.tables)
    }

    /// As [`Constituency::owner_of_address`], by the tables of that day.
    pub fn owner_of_address(&self, bits: u128, day: i32, feed_asn: Option<u32>, feed_place: Option<&str>) -> Owner {
        self.era(day).map_or_else(Owner::default, |era| {
            era.outward(era.tables.owner_of_address(bits, day, feed_asn, feed_place))
        })
    }

    /// As [`Attributor::owner_of_address`], for many at once: quicker, the more follow each other under the same tables.
    pub fn owners_of_addresses(&self, asked: &[Asked<'_>]) -> Vec<Owner> {
        let mut owners = Vec::with_capacity(asked.len());
        let mut rest = asked;
        while let Some(first) = rest.first() {
            let (era, days) = (self.era(first.day), self.era_days(first.day));
            // One era needs no look at the days: all of the batch would be read before anything else.
            let others = rest.iter().position(|asked| self.eras.len() > 1 && !days.contains(&asked.day));
            let (same, after) = rest.split_at(others.unwrap_or(rest.len()));
            let begun = owners.len();
            match era {
                Some(era) => {
                    era.tables.owners_of_addresses(same, &mut owners);
                    owners[begun..].iter_mut().filter(|_| !era.same).for_each(|owner| *owner = era.outward(*owner));
                }
                None => owners.resize(begun + same.len(), Owner::default()),
            }
            rest = after;
        }
        owners
    }

    /// The days around one on which the same tables count.
    fn era_days(&self, day: i32) -> RangeInclusive<i32> {
        let next = self.eras.partition_point(|era| era.from <= day);
        let first = next.checked_sub(1).map_or(i32::MIN, |at| self.eras[at].from);
        first..=self.eras.get(next).map_or(i32::MAX, |era| era.from - 1)
    }

    /// As [`Constituency::owner_of_domain`], by the tables of that day.
    pub fn owner_of_domain(&self, name: &str, day: i32, feed_place: Option<&str>) -> Owner {
        self.era(day).map_or_else(Owner::default, |era| era.outward(era.tables.owner_of_domain(name, day, feed_place)))
    }

    /// As [`Constituency::owner_at`], by the tables of that day.
    pub fn owner_at(&self, subject: &Subject, day: i32, hints: Hints<'_>) -> Owner {
        self.era(day).map_or_else(Owner::default, |era| era.outward(era.tables.owner_at(subject, day, hints)))
    }

    /// The id of an organisation's code.
    pub fn id(&self, code: &str) -> Option<OrgId> {
        self.ids.get(code).copied()
    }

    /// The code of an id; empty for an id that is not its own.
    pub fn code(&self, id: OrgId) -> &str {
        self.codes.get(id.index()).map_or("", String::as_str)
    }

    /// Every code, by [`OrgId::index`].
    pub fn codes(&self) -> &[String] {
        &self.codes
    }

    /// The organisation above one on a day, by the tables of that day.
    pub fn parent(&self, id: OrgId, day: i32) -> Option<OrgId> {
        self.era(day)?.out(self.organisation(id, day)?.parent?)
    }

    /// An organisation as it was on a day, by the tables of that day. Its `parent` is an id of those tables: see
    /// [`Attributor::parent`].
    pub fn organisation(&self, id: OrgId, day: i32) -> Option<&Organisation> {
        let era = self.era(day)?;
        era.tables.organisation(era.tables.id(self.code(id))?, day)
    }

    /// As [`Constituency::subtree`], by the tables of that day.
    pub fn subtree(&self, code: &str, day: i32) -> Vec<OrgId> {
        let Some(era) = self.era(day) else { return Vec::new() };
        era.tables.subtree(code, day).into_iter().filter_map(|id| era.out(id)).collect()
    }

    /// As [`Constituency::networks_of`], over the tables of all those days.
    pub fn networks_of(&self, named: &[OrgId], role: Role, days: Range<i32>) -> Vec<(u128, u128)> {
        let of_era = |era: &Era| era.tables.networks_of(&self.inward(era, named), role, days.clone());
        reach::merged(self.eras(&days).iter().flat_map(of_era).collect())
    }

    /// As [`Constituency::space_of`], over the tables of all those days.
    pub fn space_of(&self, named: &[OrgId], role: Role, days: Range<i32>) -> Vec<(u128, u128)> {
        let of_era = |era: &Era| era.tables.space_of(&self.inward(era, named), role, days.clone());
        reach::merged(self.eras(&days).iter().flat_map(of_era).collect())
    }

    /// As [`Constituency::networks`], of all its tables.
    pub fn networks(&self) -> Vec<(u128, u128)> {
        reach::merged(self.eras.iter().flat_map(|era| era.tables.networks()).collect())
    }

    /// As [`Constituency::domains_of`], over the tables of all those days.
    pub fn domains_of(&self, named: &[OrgId], days: Range<i32>) -> Vec<String> {
        let of_era = |era: &Era| era.tables.domains_of(&self.inward(era, named), days.clone());
        reach::outermost(self.eras(&days).iter().flat_map(of_era).collect())
    }

    /// The ids of some organisations in the tables of an era.
    fn inward(&self, era: &Era, named: &[OrgId]) -> Vec<OrgId> {
        named.iter().filter_map(|id| era.tables.id(self.code(*id))).collect()
    }
}

impl Era {
    fn out(&self, id: OrgId) -> Option<OrgId> {
        self.outward.get(id.index()).copied()
    }

    fn outward(&self, mut owner: Owner) -> Owner {
        owner.isp = owner.isp.and_then(|id| self.out(id));
        owner.organisation = owner.organisation.and_then(|id| self.out(id));
        owner
    }
}
