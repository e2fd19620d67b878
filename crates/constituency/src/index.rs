//! From an address to its answer in a few memory reads.

use std::ops::Range;

use rustc_hash::FxHashMap;

use crate::claim::{Named, Roles, Timeline, TimelineId};
use crate::organisation::Organisations;
use crate::owner::{IspSource, Owner, PlaceId, PlaceSource};

/// An answer: where its turns begin among all [`Slices`], or [`ALWAYS`] and the one slice it has on every day.
pub(crate) type SliceAt = u32;
/// An answer that is the same on every day.
const ALWAYS: u32 = 1 << 29;

/// What is said of an address on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(crate) struct Slice {
    /// No row names an operator: the feed's ASN may.
    pub(crate) ask_asn: bool,
    pub(crate) owner: Owner,
}

/// Turns of an answer that are looked at together: most answers have fewer.
const TURNS: usize = 2;

/// The answers of the timelines, one behind the other.
#[derive(Debug)]
pub(crate) struct Slices {
    /// From a day on, this slice, by its place; the first turn of every answer is from `i32::MIN`. Small, because every
    /// second look-up reads somewhere in it.
    turns: Vec<(i32, u32)>,
    /// Distinct slices: the same owners come again and again.
    slices: Vec<Slice>,
}

/// [`Slices`] being filled with the timelines that are asked for; many only were laid over others.
#[derive(Debug)]
pub(crate) struct SlicesBuilder<'t> {
    timelines: &'t [Timeline],
    places: Vec<Vec<(i32, Option<PlaceId>)>>,
    /// The answers of timelines, once they were asked for.
    answers: Vec<Option<SliceAt>>,
    known: FxHashMap<Slice, u32>,
    slices: Slices,
}

impl<'t> SlicesBuilder<'t> {
    /// Nothing is asked for yet.
    pub(crate) fn new(timelines: &'t [Timeline], organisations: &Organisations) -> Self {
        Self {
            timelines,
            places: organisations.ids().map(|id| organisations.places(id)).collect(),
            answers: vec![None; timelines.len()],
            known: FxHashMap::default(),
            slices: Slices { turns: Vec::new(), slices: Vec::new() },
        }
    }

    /// The answer of a timeline.
    pub(crate) fn answer(&mut self, id: TimelineId) -> SliceAt {
        if let Some(answer) = self.answers[id as usize] {
            return answer;
        }
        let Slices { turns, slices } = &mut self.slices;
        let start = turns.len();
        each_turn(&self.timelines[id as usize], &self.places, |from, slice| {
            let at = *self.known.entry(slice).or_insert_with(|| {
                slices.push(slice);
                slices.len() as u32 - 1
            });
            if turns.len() == start || turns.last().is_some_and(|(_, last)| *last != at) {
                turns.push((from, at));
            }
        });
        // Neither slices nor turns are as many as ALWAYS: memory ends before.
        let answer = if turns.len() == start + 1 {
            turns.pop().map_or(0, |(_, slice)| slice | ALWAYS)
        } else {
            start as SliceAt
        };
        self.answers[id as usize] = Some(answer);
        answer
    }

    /// The answers asked for.
    pub(crate) fn finish(mut self) -> Slices {
        // Behind each answer is the beginning of another, and there is somewhere to look for an answer without turns.
        self.slices.turns.extend([(i32::MIN, 0); TURNS + 1]);
        self.slices.turns.shrink_to_fit();
        self.slices
    }
}

impl Slices {
    pub(crate) fn bytes(&self) -> usize {
        size_of_val(&*self.turns) + size_of_val(&*self.slices)
    }

    /// The slice of an answer on a day.
    pub(crate) fn on(&self, at: SliceAt, day: i32) -> Slice {
        self.slice(self.turn(at, day))
    }

    /// A slice by its place.
    pub(crate) fn slice(&self, place: u32) -> Slice {
        self.slices[place as usize]
    }

    /// The place of the slice of an answer on a day.
    pub(crate) fn turn(&self, at: SliceAt, day: i32) -> u32 {
        let (always, mut place) = place_of(at);
        loop {
            let turns = &self.turns[place..=place + TURNS];
            // The next answer begins with `i32::MIN`. All are compared: no guess about a branch can be wrong.
            let mut goes_on = true;
            let mut begun = 0;
            for (from, _) in &turns[1..] {
                goes_on &= has_begun(*from, day);
                begun += usize::from(goes_on);
            }
            if begun < TURNS {
                return if always == 1 { at & !ALWAYS } else { turns[begun].1 };
            }
            place += TURNS;
        }
    }

    /// An answer without its first turn, if the second has begun: a step that does little but wait for memory.
    pub(crate) fn next(&self, at: SliceAt, day: i32) -> SliceAt {
        let (always, place) = place_of(at);
        at + (u32::from(has_begun(self.turns[place + 1].0, day)) & (1 - always))
    }
}

/// Whether an answer is [`ALWAYS`] (1 or 0), and where its turns begin; somewhere if it has none.
fn place_of(at: SliceAt) -> (u32, usize) {
    let always = u32::from(at & ALWAYS != 0);
    (always, (at & always.wrapping_sub(1)) as usize)
}

fn has_begun(from: i32, day: i32) -> bool {
    (from > i32::MIN) & (from <= day)
}

/// One timeline with the provinces of its organisations, which change on days of their own.
fn each_turn(timeline: &Timeline, places: &[Vec<(i32, Option<PlaceId>)>], mut say: impl FnMut(i32, Slice)) {
    for (at, (from, roles)) in timeline.iter().enumerate() {
        let to = timeline.get(at + 1).map_or(i32::MAX, |(next, _)| *next);
        let own = roles.organisation.one().and_then(|id| places.get(id.index())).map_or(&[][..], Vec::as_slice);
        let place = |day: i32| own.iter().rev().find(|(from, _)| *from <= day).and_then(|(_, place)| *place);
        say(*from, answer(*roles, place(*from)));
        for (day, place) in own.iter().filter(|(day, _)| from < day && *day < to) {
            say(*day, answer(*roles, *place));
        }
    }
}

fn answer(roles: Roles, of_organisation: Option<PlaceId>) -> Slice {
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
    Slice { ask_asn: roles.isp == Named::Unsaid, owner }
}

/// Bits of an address that choose an entry of the first table.
const FIRST: u32 = 16;
/// Bits that choose an entry of every other table.
const STEP: u32 = 8;
/// Stretches that an address is looked for in: of IPv4 a line of the cache.
const NEAR: usize = 8;
/// An entry that leads to another table.
const TABLE: u32 = 1 << 31;
/// An entry that is the answer for all of its part; any other is the first of the [`NEAR`] stretches to look at.
const ANSWER: u32 = 1 << 30;

/// Bits of an address, of either family.
pub(crate) trait Bits: Copy + Ord {
    /// So many of them, from some bit on, as a number.
    fn part(self, from: u32, count: u32) -> usize;
    /// Whether it is the first address of its part: no bit is set from some bit on.
    fn has_no_bit_from(self, from: u32) -> bool;
}

impl Bits for u32 {
    fn part(self, from: u32, count: u32) -> usize {
        (self << from >> (Self::BITS - count)) as usize
    }

    fn has_no_bit_from(self, from: u32) -> bool {
        from >= Self::BITS || self << from == 0
    }
}

impl Bits for u128 {
    fn part(self, from: u32, count: u32) -> usize {
        (self << from >> (Self::BITS - count)) as usize
    }

    fn has_no_bit_from(self, from: u32) -> bool {
        from >= Self::BITS || self << from == 0
    }
}

/// Stretches of addresses behind tables of their first bits: a part in which many begin has a table of its own.
#[derive(Debug)]
pub(crate) struct Index<B> {
    /// One table behind the other. An entry is [`TABLE`] and where the table of its part begins, or [`ANSWER`] and the
    /// answer, or the stretch that reaches into the part from before.
    tables: Vec<u32>,
    /// First address and answer, side by side because they are read together. The last is there [`NEAR`] times more.
    stretches: Vec<(B, SliceAt)>,
}

impl<B: Bits> Index<B> {
    /// From sorted stretches, the first from 0 on.
    pub(crate) fn build(mut stretches: Vec<(B, SliceAt)>) -> Self {
        let count = stretches.len();
        stretches.extend(stretches.last().copied().map(|last| [last; NEAR]).into_iter().flatten());
        let mut index = Self { tables: Vec::new(), stretches };
        index.table(0..count, 0, FIRST);
        index
    }

    /// Appends the table of a part, of which `seen` bits were seen, by its next bits; where it begins.
    fn table(&mut self, within: Range<usize>, seen: u32, bits: u32) -> usize {
        let at = self.tables.len();
        self.tables.resize(at + (1 << bits), 0);
        let mut next = within.start;
        for part in 0..1 << bits {
            let begun = next;
            let rest = &self.stretches[next..within.end];
            next += rest.iter().take_while(|(start, _)| start.part(seen, bits) == part).count();
            self.tables[at + part] = self.entry(begun..next, seen + bits);
        }
        at
    }

    /// The entry of a part in which some stretches begin.
    fn entry(&mut self, within: Range<usize>, seen: u32) -> u32 {
        // Neither tables, stretches nor answers are as many as the marks: memory ends before.
        match within.len() {
            0 => self.stretches[within.start - 1].1 | ANSWER,
            1 if self.stretches[within.start].0.has_no_bit_from(seen) => self.stretches[within.start].1 | ANSWER,
            few if few < NEAR => within.start.saturating_sub(1) as u32,
            _ => self.table(within, seen, STEP) as u32 | TABLE,
        }
    }

    /// The entry of the narrowest part that an address lies in.
    pub(crate) fn near(&self, ip: B) -> u32 {
        let mut entry = self.tables[ip.part(0, FIRST)];
        let mut seen = FIRST;
        while entry & TABLE != 0 {
            entry = self.tables[(entry & !TABLE) as usize + ip.part(seen, STEP)];
            seen += STEP;
        }
        entry
    }

    /// The entry again, or half of the stretches later: a step that does little but wait for memory.
    pub(crate) fn nearer(&self, near: u32, ip: B) -> u32 {
        let at = if near & ANSWER != 0 { 0 } else { near as usize };
        let later = usize::from(self.stretches[at + NEAR / 2].0 <= ip) & usize::from(near & ANSWER == 0);
        near + (NEAR / 2 * later) as u32
    }

    /// The answer for an address, by what [`Index::nearer`] gives.
    pub(crate) fn answer(&self, near: u32, ip: B) -> SliceAt {
        if near & ANSWER != 0 {
            return near & !ANSWER;
        }
        let near = &self.stretches[near as usize..near as usize + NEAR / 2];
        let (mut last, mut half) = (0, NEAR / 4);
        while half > 0 {
            // A product and no branch: every second guess would be wrong.
            last += half * usize::from(near[last + half].0 <= ip);
            half /= 2;
        }
        near[last].1
    }

    pub(crate) fn bytes(&self) -> usize {
        size_of_val(&*self.tables) + size_of_val(&*self.stretches)
    }
}

/// The stretches of IPv4 among mapped addresses.
pub(crate) fn ipv4_only(stretches: &[(u128, SliceAt)]) -> Vec<(u32, SliceAt)> {
    let mut own = Vec::with_capacity(stretches.len() + NEAR);
    for (first, at) in stretches.iter().filter(|(first, _)| *first == 0 || crate::block::is_ipv4(*first)) {
        let first = *first as u32;
        // A network that begins at 0.0.0.0 takes the place of the nobody before it.
        own.pop_if(|(said, _)| *said == first);
        own.push((first, *at));
    }
    own
}
