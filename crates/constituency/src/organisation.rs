//! Organisations and the tree they form, which changes with the days: bodies are merged, renamed and moved.

use rustc_hash::{FxHashMap, FxHashSet};

pub use crate::owner::OrgId;
use crate::owner::PlaceId;
use crate::validity::Validity;

/// Most organisations one above the other. A ministry's tree has about six levels.
pub const LEVELS_MAX: usize = 32;

/// One organisation as it was during some days: one row of `organisations.csv`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organisation {
    /// Its code, the name by which every other table calls it.
    pub code: String,
    /// Its name, Vietnamese.
    pub name: String,
    /// Its name in English; may be empty.
    pub name_en: String,
    /// One word of the list of kinds (`isp`, `ministry`, `province`, …).
    pub kind: String,
    /// Its sector, free text; may be empty.
    pub sector: String,
    /// The organisation above it.
    pub parent: Option<OrgId>,
    /// Its own province; `None` when it has that of the nearest one above it.
    pub province: Option<PlaceId>,
    /// The days on which all this holds.
    pub validity: Validity,
    /// Line in `organisations.csv`.
    pub line: u32,
}

/// Every organisation by its code; the rows of one code never overlap.
#[derive(Debug, Clone, Default)]
pub(crate) struct Organisations {
    ids: FxHashMap<String, OrgId>,
    codes: Vec<String>,
    rows: Vec<Vec<Organisation>>,
    children: Vec<Vec<OrgId>>,
}

impl Organisations {
    /// Adds a row under its code, unless it overlaps an earlier one; then the line of that.
    pub(crate) fn add(&mut self, row: Organisation) -> Result<OrgId, u32> {
        let id = self.ids.get(&row.code).copied().or_else(|| self.new_code(&row.code)).ok_or(row.line)?;
        let rows = &mut self.rows[id.index()];
        if let Some(other) = rows.iter().find(|other| other.validity.and(row.validity).is_some()) {
            return Err(other.line);
        }
        let place = rows.partition_point(|other| other.validity.from < row.validity.from);
        rows.insert(place, row);
        Ok(id)
    }

    fn new_code(&mut self, code: &str) -> Option<OrgId> {
        let id = OrgId::at(self.codes.len())?;
        self.codes.push(code.to_owned());
        self.ids.insert(code.to_owned(), id);
        self.rows.push(Vec::new());
        self.children.push(Vec::new());
        Some(id)
    }

    pub(crate) fn id(&self, code: &str) -> Option<OrgId> {
        self.ids.get(code).copied()
    }

    pub(crate) fn code(&self, id: OrgId) -> &str {
        self.codes.get(id.index()).map_or("", String::as_str)
    }

    pub(crate) fn codes(&self) -> &[String] {
        &self.codes
    }

    pub(crate) fn ids(&self) -> impl Iterator<Item = OrgId> + use<> {
        (0..self.codes.len()).filter_map(OrgId::at)
    }

    /// The rows of a code by rising day.
    pub(crate) fn rows(&self, id: OrgId) -> &[Organisation] {
        self.rows.get(id.index()).map_or(&[], Vec::as_slice)
    }

    /// The row of a code that holds on a day.
    pub(crate) fn on(&self, id: OrgId, day: i32) -> Option<&Organisation> {
        let rows = self.rows(id);
        let next = rows.partition_point(|row| row.validity.from <= day);
        rows.get(next.checked_sub(1)?).filter(|row| row.validity.holds(day))
    }

    /// Puts an organisation under another from the day its row begins.
    pub(crate) fn set_parent(&mut self, id: OrgId, from: i32, parent: Option<OrgId>) {
        if let Some(row) = self.rows[id.index()].iter_mut().find(|row| row.validity.from == from) {
            row.parent = parent;
        }
    }

    /// Makes the way down the tree, once every parent is known.
    pub(crate) fn link(&mut self) {
        for id in self.ids() {
            for at in 0..self.rows(id).len() {
                let parent = self.rows[id.index()][at].parent;
                let children = parent.and_then(|parent| self.children.get_mut(parent.index()));
                if let Some(children) = children.filter(|children| children.last() != Some(&id)) {
                    children.push(id);
                }
            }
        }
    }

    /// Whether an organisation exists on every one of those days. An open beginning asks for nothing: who knows what was before.
    pub(crate) fn covers(&self, id: OrgId, days: Validity) -> bool {
        let mut known = days.from;
        for row in self.rows(id) {
            let open = known == i32::MIN;
            if row.validity.to > known && (row.validity.from <= known || open) {
                known = row.validity.to;
            }
        }
        known >= days.to
    }

    /// Whether there is one of those days on which both exist.
    pub(crate) fn both_exist(&self, a: OrgId, b: OrgId, days: Validity) -> bool {
        let shared = |row: &Organisation| row.validity.and(days);
        let of_a = self.rows(a).iter().filter_map(shared);
        of_a.into_iter().any(|days| self.rows(b).iter().any(|row| row.validity.and(days).is_some()))
    }

    /// The organisations above one on a day, nearest first.
    fn line_above(&self, id: OrgId, day: i32) -> impl Iterator<Item = OrgId> {
        let parent = move |id: &OrgId| self.on(*id, day)?.parent;
        std::iter::successors(parent(&id), parent)
    }

    /// Whether an organisation is above itself on a day, or has more than [`LEVELS_MAX`] above it.
    pub(crate) fn is_endless(&self, id: OrgId, day: i32) -> bool {
        let mut seen = Vec::new();
        for above in self.line_above(id, day) {
            if above == id || seen.len() == LEVELS_MAX {
                return true;
            }
            // A loop higher up is the fault of those in it.
            if seen.contains(&above) {
                return false;
            }
            seen.push(above);
        }
        false
    }

    /// The days on which the line above an organisation may change, and the beginning of time.
    pub(crate) fn turns(&self, id: OrgId) -> Vec<i32> {
        let mut days = vec![i32::MIN];
        let mut seen = FxHashSet::default();
        let mut level = vec![id];
        for _ in 0..=LEVELS_MAX {
            level.retain(|id| seen.insert(*id));
            let rows = || level.iter().flat_map(|id| self.rows(*id));
            days.extend(rows().flat_map(|row| [row.validity.from, row.validity.to]));
            let above = rows().filter_map(|row| row.parent).collect();
            level = above;
        }
        days.sort_unstable();
        days.dedup();
        days
    }

    fn place_on(&self, id: OrgId, day: i32) -> Option<PlaceId> {
        let line = std::iter::once(id).chain(self.line_above(id, day)).take(LEVELS_MAX + 1);
        line.filter_map(|id| self.on(id, day)).find_map(|row| row.province)
    }

    /// The province of an organisation through the days: its own, else that of the nearest above it.
    pub(crate) fn places(&self, id: OrgId) -> Vec<(i32, Option<PlaceId>)> {
        let mut places: Vec<_> = self.turns(id).into_iter().map(|day| (day, self.place_on(id, day))).collect();
        places.dedup_by_key(|(_, place)| *place);
        places
    }

    /// An organisation and everything below it on a day, from above to below; empty for an unknown code.
    pub(crate) fn subtree(&self, code: &str, day: i32) -> Vec<OrgId> {
        let mut found = Vec::from_iter(self.id(code));
        let mut seen: FxHashSet<_> = found.iter().copied().collect();
        let mut at = 0;
        while let Some(&above) = found.get(at) {
            let is_below = |id: &&OrgId| self.on(**id, day).is_some_and(|row| row.parent == Some(above));
            let below = self.children[above.index()].iter().filter(is_below);
            found.extend(below.filter(|id| seen.insert(**id)).copied().collect::<Vec<_>>());
            at += 1;
        }
        found
    }
}
