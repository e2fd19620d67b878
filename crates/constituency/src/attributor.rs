//! One attribution version with its snapshots, answering as one.

use std::ops::Range;
use std::sync::Arc;

use event::subject::Subject;
use rustc_hash::FxHashMap;
use thiserror::Error;

use crate::attribution::AttributionVersion;
use crate::lookup::{Constituency, Hints};
use crate::organisation::Organisation;
use crate::owner::{OrgId, Owner};
use crate::reach::Role;

/// A version needs a snapshot that was not given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("answer by attribution version {version}: snapshot {snapshot} is missing")]
pub struct MissingSnapshot {
    /// The version.
    pub version: u32,
    /// The snapshot it needs.
    pub snapshot: u32,
}

/// The snapshots of one attribution version. Its organisation ids are its own, the same for every day.
#[derive(Debug)]
pub struct Attributor {
    version: u32,
}

impl Attributor {
    /// Takes the snapshots a version needs out of those at hand.
    ///
    /// # Errors
    /// The first snapshot that is not at hand.
    pub fn new(
        version: &AttributionVersion,
        snapshots: &FxHashMap<u32, Arc<Constituency>>,
    ) -> Result<Self, MissingSnapshot> {
        let _ = snapshots;
        Ok(Self { version: version.version })
    }

    /// The number of its attribution version.
    pub fn version(&self) -> u32 {
        self.version
    }

    /// The tables that count on a day. Ids of its answers are its own, not the attributor's.
    pub fn constituency(&self, day: i32) -> Option<&Arc<Constituency>> {
        let _ = day;
        None
    }

    /// As [`Constituency::owner_of_address`], by the tables of that day.
    pub fn owner_of_address(&self, bits: u128, day: i32, feed_asn: Option<u32>, feed_place: Option<&str>) -> Owner {
        let _ = (bits, day, feed_asn, feed_place);
        Owner::default()
    }

    /// As [`Constituency::owner_of_domain`], by the tables of that day.
    pub fn owner_of_domain(&self, name: &str, day: i32, feed_place: Option<&str>) -> Owner {
        let _ = (name, day, feed_place);
        Owner::default()
    }

    /// As [`Constituency::owner_at`], by the tables of that day.
    pub fn owner_at(&self, subject: &Subject, day: i32, hints: Hints<'_>) -> Owner {
        let _ = (subject, day, hints);
        Owner::default()
    }

    /// The id of an organisation's code.
    pub fn id(&self, code: &str) -> Option<OrgId> {
        let _ = code;
        None
    }

    /// The code of an id; empty for an id that is not its own.
    pub fn code(&self, id: OrgId) -> &str {
        let _ = id;
        ""
    }

    /// An organisation as it was on a day, by the tables of that day.
    pub fn organisation(&self, id: OrgId, day: i32) -> Option<&Organisation> {
        let _ = (id, day);
        None
    }

    /// As [`Constituency::subtree`], by the tables of that day.
    pub fn subtree(&self, code: &str, day: i32) -> Vec<OrgId> {
        let _ = (code, day);
        Vec::new()
    }

    /// As [`Constituency::networks_of`], over the tables of all those days.
    pub fn networks_of(&self, named: &[OrgId], role: Role, days: Range<i32>) -> Vec<(u128, u128)> {
        let _ = (named, role, days);
        Vec::new()
    }

    /// As [`Constituency::domains_of`], over the tables of all those days.
    pub fn domains_of(&self, named: &[OrgId], days: Range<i32>) -> Vec<String> {
        let _ = (named, days);
        Vec::new()
    }
}
