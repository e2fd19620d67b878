//! From an address to its answer in a few memory reads.

use crate::claim::{Named, Roles, Timeline};
use crate::organisation::Organisations;
use crate::owner::{Owner, PlaceId, PlaceSource};

/// Where the slices of one answer begin among all [`Slices`].
pub(crate) type SliceAt = u32;

/// From a day on, this owner. The first slice of every answer is from `i32::MIN`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Slice {
    from: i32,
    /// No row names an operator: the feed's ASN may.
    pub(crate) ask_asn: bool,
    pub(crate) owner: Owner,
}

/// The answers of every timeline, one behind the other.
#[derive(Debug, Default)]
pub(crate) struct Slices {
    slices: Vec<Slice>,
}

impl Slices {
    /// The slices of the timelines, and where those of each begin.
    pub(crate) fn build(timelines: &[Timeline], organisations: &Organisations) -> (Self, Vec<SliceAt>) {
        let places: Vec<_> = organisations.ids().map(|id| organisations.places(id)).collect();
        let mut slices = Vec::with_capacity(timelines.len());
        let mut starts = Vec::with_capacity(timelines.len());
        for timeline in timelines {
            starts.push(slices.len() as SliceAt);
            let mut own = answers(timeline, &places);
            own.dedup_by_key(|slice| (slice.ask_asn, slice.owner));
            slices.extend(own);
        }
        (Self { slices }, starts)
    }

    /// The slice of an answer on a day.
    pub(crate) fn on(&self, at: SliceAt, day: i32) -> Slice {
        let mut at = at as usize;
        // The next answer begins with `i32::MIN`.
        while let Some(next) = self.slices.get(at + 1).filter(|next| next.from > i32::MIN && next.from <= day) {
            debug_assert!(next.from > self.slices[at].from);
            at += 1;
        }
        self.slices[at]
    }
}

/// One timeline with the provinces of its organisations, which change on days of their own.
fn answers(timeline: &Timeline, places: &[Vec<(i32, Option<PlaceId>)>]) -> Vec<Slice> {
    let mut slices = Vec::with_capacity(timeline.len());
    for (at, (from, roles)) in timeline.iter().enumerate() {
        let to = timeline.get(at + 1).map_or(i32::MAX, |(next, _)| *next);
        let own = roles.organisation.one().and_then(|id| places.get(id.index())).map_or(&[][..], Vec::as_slice);
        let place = |day: i32| own.iter().rev().find(|(from, _)| *from <= day).and_then(|(_, place)| *place);
        slices.push(answer(*from, *roles, place(*from)));
        let turns = own.iter().filter(|(day, _)| from < day && *day < to);
        slices.extend(turns.map(|(day, place)| answer(*day, *roles, *place)));
    }
    slices
}

fn answer(from: i32, roles: Roles, of_organisation: Option<PlaceId>) -> Slice {
    let (place, place_source) = match (of_organisation, roles.place.one()) {
        (Some(place), _) => (Some(place), PlaceSource::Organisation),
        (None, Some(place)) => (Some(place), PlaceSource::Network),
        (None, None) => (None, PlaceSource::Unknown),
    };
    let owner = Owner {
        isp: roles.isp.one(),
        organisation: roles.organisation.one(),
        place,
        place_source,
        flags: roles.flags.unwrap_or_default(),
        conflict: roles.isp == Named::Conflict || roles.organisation == Named::Conflict,
    };
    Slice { from, ask_asn: roles.isp == Named::Unsaid, owner }
}

/// The stretches of IPv4, behind an index on the upper 16 bits.
#[derive(Debug)]
pub(crate) struct Ipv4Index {
    /// For each upper half, how many stretches begin before it; one more at the end.
    upper: Vec<u32>,
    starts: Vec<u32>,
    answers: Vec<SliceAt>,
}

impl Ipv4Index {
    /// From sorted stretches of mapped addresses, the first from 0 on.
    pub(crate) fn build(stretches: &[(u128, SliceAt)]) -> Self {
        let inside = |(first, at): &(u128, SliceAt)| {
            let low = u32::try_from(first & 0xffff_ffff).ok()?;
            (*first == 0 || crate::block::is_ipv4(*first)).then_some((low, *at))
        };
        let mut own: Vec<_> = stretches.iter().filter_map(inside).collect();
        // A network that begins at 0.0.0.0 takes the place of the nobody before it.
        own.reverse();
        own.dedup_by_key(|(first, _)| *first);
        own.reverse();
        let (starts, answers): (Vec<_>, Vec<_>) = own.into_iter().unzip();
        let before = |upper: u32| starts.partition_point(|start| start >> 16 < upper) as u32;
        let upper = (0..=1 << 16).map(before).collect();
        Self { upper, starts, answers }
    }

    pub(crate) fn get(&self, ip: u32) -> SliceAt {
        let upper = (ip >> 16) as usize;
        let (from, to) = (self.upper[upper] as usize, self.upper[upper + 1] as usize);
        let next = from + self.starts[from..to].partition_point(|start| *start <= ip);
        // The first stretch begins at 0, so that there is always one before.
        self.answers[next - 1]
    }
}

/// The stretches of IPv6.
#[derive(Debug)]
pub(crate) struct Ipv6Index {
    starts: Vec<u128>,
    answers: Vec<SliceAt>,
}

impl Ipv6Index {
    /// From sorted stretches, the first from 0 on.
    pub(crate) fn build(stretches: &[(u128, SliceAt)]) -> Self {
        let (starts, answers) = stretches.iter().copied().unzip();
        Self { starts, answers }
    }

    pub(crate) fn get(&self, ip: u128) -> SliceAt {
        self.answers[self.starts.partition_point(|start| *start <= ip) - 1]
    }
}
