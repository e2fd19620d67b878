//! What one row says of its network, ASN or domain, and what several rows say together through the days.

use std::hash::Hash;
use std::iter;

use rustc_hash::FxHashMap;

use crate::organisation::Organisations;
use crate::owner::{Flags, OrgId, PlaceId};
use crate::validity::Validity;

/// What one row says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Claim {
    pub(crate) line: u32,
    pub(crate) validity: Validity,
    pub(crate) isp: Option<OrgId>,
    pub(crate) organisation: Option<OrgId>,
    pub(crate) place: Option<PlaceId>,
    pub(crate) flags: Flags,
}

/// Who is named for one role on one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(crate) enum Named<T> {
    /// Nobody.
    #[default]
    Unsaid,
    /// One.
    Is(T),
    /// Two, so that none can be believed.
    Conflict,
}

impl<T: Copy + PartialEq> Named<T> {
    pub(crate) fn of(one: Option<T>) -> Self {
        one.map_or(Self::Unsaid, Self::Is)
    }

    /// Two rows about the same thing.
    pub(crate) fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Unsaid, said) | (said, Self::Unsaid) => said,
            (Self::Is(a), Self::Is(b)) if a == b => self,
            _ => Self::Conflict,
        }
    }

    /// What is said of a part before what is said of the whole; a conflict is not settled by the whole.
    pub(crate) fn or(self, whole: Self) -> Self {
        if matches!(self, Self::Unsaid) { whole } else { self }
    }

    pub(crate) fn one(self) -> Option<T> {
        if let Self::Is(one) = self { Some(one) } else { None }
    }
}

/// Who is named on one day, every role by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(crate) struct Roles {
    pub(crate) isp: Named<OrgId>,
    pub(crate) organisation: Named<OrgId>,
    pub(crate) place: Named<PlaceId>,
    /// `None` where there is no row.
    pub(crate) flags: Option<Flags>,
}

impl Roles {
    fn on(claims: &[Claim], organisations: &Organisations, day: i32) -> Self {
        let exists = |id: &OrgId| organisations.on(*id, day).is_some();
        claims.iter().filter(|claim| claim.validity.holds(day)).fold(Self::default(), |roles, claim| Self {
            isp: roles.isp.and(Named::of(claim.isp.filter(exists))),
            organisation: roles.organisation.and(Named::of(claim.organisation.filter(exists))),
            place: roles.place.and(Named::of(claim.place)),
            flags: Some(roles.flags.unwrap_or_default().with(claim.flags)),
        })
    }

    /// Whether nothing is left that a whole could say.
    fn is_full(&self) -> bool {
        self.isp != Named::Unsaid
            && self.organisation != Named::Unsaid
            && self.place != Named::Unsaid
            && self.flags.is_some()
    }

    fn or(self, whole: Self) -> Self {
        Self {
            isp: self.isp.or(whole.isp),
            organisation: self.organisation.or(whole.organisation),
            place: self.place.or(whole.place),
            flags: self.flags.or(whole.flags),
        }
    }
}

/// Roles through the days: each from its day on to the next. The first day is always `i32::MIN`.
pub(crate) type Timeline = Vec<(i32, Roles)>;

/// What rows about the same thing say through the days.
fn timeline(claims: &[Claim], organisations: &Organisations) -> Timeline {
    let mut days = vec![i32::MIN];
    for claim in claims {
        days.extend([claim.validity.from, claim.validity.to]);
        let named = claim.isp.into_iter().chain(claim.organisation);
        let lives = named.flat_map(|id| organisations.rows(id)).map(|row| row.validity);
        days.extend(lives.flat_map(|life| [life.from, life.to]));
    }
    // The end of what is open is no day: a turn there would be in almost every timeline and count on none.
    days.retain(|day| *day < i32::MAX);
    days.sort_unstable();
    days.dedup();
    joined(days.into_iter().map(|day| (day, Roles::on(claims, organisations, day))))
}

/// A part's timeline laid over that of the whole it lies in.
fn overlay(part: &Timeline, whole: &Timeline) -> Timeline {
    let (mut parts, mut wholes) = (part.iter().peekable(), whole.iter().peekable());
    let (mut of_part, mut of_whole) = (Roles::default(), Roles::default());
    joined(iter::from_fn(|| {
        let next = |turn: Option<&&(i32, Roles)>| turn.map(|(day, _)| *day);
        let day = next(parts.peek()).into_iter().chain(next(wholes.peek())).min()?;
        of_part = parts.next_if(|turn| turn.0 == day).map_or(of_part, |(_, roles)| *roles);
        of_whole = wholes.next_if(|turn| turn.0 == day).map_or(of_whole, |(_, roles)| *roles);
        Some((day, of_part.or(of_whole)))
    }))
}

fn joined(days: impl Iterator<Item = (i32, Roles)>) -> Timeline {
    let mut timeline: Timeline = days.collect();
    timeline.dedup_by_key(|(_, roles)| *roles);
    timeline
}

/// A timeline among [`Timelines`].
pub(crate) type TimelineId = u32;

/// Timelines; rows that say the same share one: a hundred thousand networks mostly have a few thousand stories.
#[derive(Debug)]
pub(crate) struct Timelines<'o> {
    organisations: &'o Organisations,
    all: Vec<Timeline>,
    /// Those of rows that stand alone, by what they say (line 0).
    alone: FxHashMap<Claim, TimelineId>,
    /// Those of parts laid over a whole.
    laid: FxHashMap<(TimelineId, TimelineId), TimelineId>,
}

impl<'o> Timelines<'o> {
    /// The timeline in which nobody is ever named.
    pub(crate) const NOBODY: TimelineId = 0;

    pub(crate) fn new(organisations: &'o Organisations) -> Self {
        let nobody = vec![(i32::MIN, Roles::default())];
        Self { organisations, all: vec![nobody], alone: FxHashMap::default(), laid: FxHashMap::default() }
    }

    /// What rows about the same thing say through the days.
    pub(crate) fn of(&mut self, claims: &[Claim]) -> TimelineId {
        let [claim] = claims else { return self.add(timeline(claims, self.organisations)) };
        let claim = Claim { line: 0, ..*claim };
        if let Some(id) = self.alone.get(&claim) {
            return *id;
        }
        let id = self.add(timeline(&[claim], self.organisations));
        self.alone.insert(claim, id);
        id
    }

    fn add(&mut self, timeline: Timeline) -> TimelineId {
        // Four thousand million timelines would not fit in memory.
        let id = self.all.len() as TimelineId;
        self.all.push(timeline);
        id
    }

    /// A part's timeline laid over that of the whole it lies in.
    pub(crate) fn lay_over(&mut self, part: TimelineId, whole: TimelineId) -> TimelineId {
        let is_full = |part: &Timeline| part.iter().all(|(_, roles)| roles.is_full());
        if whole == Self::NOBODY || is_full(&self.all[part as usize]) {
            return part;
        }
        if let Some(id) = self.laid.get(&(part, whole)) {
            return *id;
        }
        let id = self.add(overlay(&self.all[part as usize], &self.all[whole as usize]));
        self.laid.insert((part, whole), id);
        id
    }

    pub(crate) fn all(&self) -> &[Timeline] {
        &self.all
    }
}
