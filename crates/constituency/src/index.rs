//! From an address to its answer in a few memory reads.

use crate::claim::{Named, Roles, Timeline};
use crate::organisation::Organisations;
use crate::owner::{IspSource, Owner, PlaceId, PlaceSource};

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
        isp_source: roles.isp.one().map_or(IspSource::Unknown, |_| IspSource::Network),
        organisation: roles.organisation.one(),
        place,
        place_source,
        flags: roles.flags.unwrap_or_default(),
        conflict: roles.isp == Named::Conflict || roles.organisation == Named::Conflict,
    };
    Slice { from, ask_asn: roles.isp == Named::Unsaid, owner }
}

/// From how many stretches on a /16 has an index of its /24s: a binary search among fewer is as quick.
const CROWDED: usize = 16;
/// No index of its /24s.
const SPARSE: u32 = u32::MAX;

/// The stretches of IPv4, behind an index of the /16s, and of the /24s where the stretches are many.
#[derive(Debug)]
pub(crate) struct Ipv4Index {
    /// For each /16, how many stretches begin before it; one more at the end.
    coarse: Vec<u32>,
    /// For each /16, where the index of its /24s begins in `fine`, or [`SPARSE`].
    crowded: Vec<u32>,
    /// For each /24 of a crowded /16, how many stretches begin before it; one more at the end of each /16.
    fine: Vec<u32>,
    /// First address and answer, side by side because they are read together.
    stretches: Vec<(u32, SliceAt)>,
}

impl Ipv4Index {
    /// From sorted stretches of mapped addresses, the first from 0 on.
    pub(crate) fn build(stretches: &[(u128, SliceAt)]) -> Self {
        let mut own = Vec::with_capacity(stretches.len());
        for (first, at) in stretches.iter().filter(|(first, _)| *first == 0 || crate::block::is_ipv4(*first)) {
            let first = *first as u32;
            // A network that begins at 0.0.0.0 takes the place of the nobody before it.
            own.pop_if(|(said, _)| *said == first);
            own.push((first, *at));
        }
        let mut index = Self { coarse: Vec::new(), crowded: Vec::new(), fine: Vec::new(), stretches: own };
        let mut before = 0;
        index.coarse = (0..=1 << 16)
            .map(|upper: u64| {
                let rest = &index.stretches[before..];
                before += rest.iter().take_while(|(start, _)| u64::from(*start) < upper << 16).count();
                before as u32
            })
            .collect();
        for upper in 0..1 << 16 {
            let within = index.coarse[upper + 1] - index.coarse[upper];
            let at = if within as usize >= CROWDED { index.fine.len() as u32 } else { SPARSE };
            index.crowded.push(at);
            if at != SPARSE {
                let edges = (0..=1 << 8).map(|third| index.before(((upper as u64) << 16) + (third << 8)));
                let edges: Vec<_> = edges.collect();
                index.fine.extend(edges);
            }
        }
        index
    }

    /// How many stretches begin before an address, or before the end of all.
    fn before(&self, address: u64) -> u32 {
        self.stretches.partition_point(|(start, _)| u64::from(*start) < address) as u32
    }

    pub(crate) fn get(&self, ip: u32) -> SliceAt {
        let upper = (ip >> 16) as usize;
        let edges = match self.crowded[upper] {
            SPARSE => &self.coarse[upper..upper + 2],
            at => &self.fine[at as usize + (ip >> 8 & 0xff) as usize..][..2],
        };
        let (from, to) = (edges[0] as usize, edges[1] as usize);
        let next = from + self.stretches[from..to].partition_point(|(start, _)| *start <= ip);
        // The first stretch begins at 0, so that there is always one before.
        self.stretches[next - 1].1
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
