//! From an address to its answer in a few memory reads.

use std::hint::select_unpredictable as either;
use std::ops::Range;

use rustc_hash::FxHashMap;

use crate::block;
use crate::claim::{Named, Roles, Timeline, TimelineId};
use crate::organisation::Organisations;
use crate::owner::{IspSource, Owner, PlaceId, PlaceSource};
use line::{Day, Line, Older, Recent};

mod line;

/// An answer: where its turns begin among all [`Slices`], or [`ALWAYS`] and the one slice it has on every day.
pub(crate) type SliceAt = u32;
/// An answer that is the same on every day.
const ALWAYS: u32 = 1 << 28;

/// Where a slice is among all [`Slices`].
pub(crate) type SlicePlace = u32;

/// What is said of an address on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(crate) struct Slice {
    /// No row names an operator: the feed's ASN may.
    pub(crate) ask_asn: bool,
    pub(crate) owner: Owner,
}

/// Two turns of an answer, so that the newest days are decided by one read; older ones are behind it.
#[derive(Debug, Clone, Copy, Default)]
struct Turns {
    /// Their first days, the newer first; the oldest turn of every answer is from `i32::MIN` on.
    from: [i32; 2],
    /// Places of the slices from those days on.
    slices: [u32; 2],
}

/// The answers of the timelines, one behind the other.
#[derive(Debug)]
pub(crate) struct Slices {
    /// Of each answer the newest first. Small, because every second look-up reads somewhere in it. Never empty: an answer
    /// without turns reads the first as well.
    turns: Vec<Turns>,
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
            slices: Slices { turns: vec![Turns::default()], slices: Vec::new() },
        }
    }

    /// The answer of a timeline.
    pub(crate) fn answer(&mut self, id: TimelineId) -> SliceAt {
        if let Some(answer) = self.answers[id as usize] {
            return answer;
        }
        let slices = &mut self.slices.slices;
        let mut own: Vec<(i32, u32)> = Vec::new();
        each_turn(&self.timelines[id as usize], &self.places, |from, slice| {
            let at = *self.known.entry(slice).or_insert_with(|| {
                slices.push(slice);
                slices.len() as u32 - 1
            });
            if own.last().is_none_or(|(_, last)| *last != at) {
                own.push((from, at));
            }
        });
        let answer = self.slices.add(&own);
        self.answers[id as usize] = Some(answer);
        answer
    }

    /// The answers asked for.
    pub(crate) fn finish(mut self) -> Slices {
        self.slices.turns.shrink_to_fit();
        self.slices
    }
}

impl Turns {
    /// Of one turn or two, the older first.
    fn of(turns: &[(i32, u32)]) -> Self {
        let (older, newer) = (turns[0], turns[turns.len() - 1]);
        Self { from: [newer.0, older.0], slices: [newer.1, older.1] }
    }
}

impl Slices {
    /// One more answer, of its turns, the oldest first.
    fn add(&mut self, turns: &[(i32, u32)]) -> SliceAt {
        // Neither slices nor turns are as many as ALWAYS: memory ends before.
        if let [(_, always)] = *turns {
            return always | ALWAYS;
        }
        let answer = self.turns.len() as SliceAt;
        self.turns.extend(turns.rchunks(2).map(Turns::of));
        answer
    }

    pub(crate) fn bytes(&self) -> usize {
        size_of_val(&*self.turns) + size_of_val(&*self.slices)
    }

    /// The slice of a place.
    #[inline]
    pub(crate) fn at(&self, place: SlicePlace) -> &Slice {
        &self.slices[place as usize]
    }

    /// The slice of an answer on a day.
    pub(crate) fn on(&self, at: SliceAt, day: i32) -> &Slice {
        self.at(self.place_on(at, day))
    }

    /// The place of the slice of an answer on a day.
    pub(crate) fn place_on(&self, at: SliceAt, day: i32) -> SlicePlace {
        let always = at & ALWAYS != 0;
        let mut place = place_of(at);
        let mut turns = self.turns[place];
        while (day < turns.from[1]) & !always {
            place += 1;
            turns = self.turns[place];
        }
        let turn = either(turns.from[0] <= day, turns.slices[0], turns.slices[1]);
        either(always, at & !ALWAYS, turn)
    }

    /// What a line says of an answer.
    fn recent(&self, at: SliceAt) -> Recent {
        let turns = self.turns[place_of(at)];
        let (from, slices) =
            if at & ALWAYS == 0 { (turns.from, turns.slices) } else { ([i32::MIN; 2], [at & !ALWAYS; 2]) };
        match (from.map(Day::from), slices.map(u16::try_from)) {
            ([Some(turn), Some(since)], [Ok(newer), Ok(older)]) => Recent { since, turn, newer, older },
            _ => Recent::NOTHING,
        }
    }

    /// Reads what [`Slices::on`] will, which then need not wait for it. The number means nothing.
    pub(crate) fn touch(&self, at: SliceAt) -> u32 {
        self.turns[place_of(at)].slices[0]
    }
}

/// Where the turns of an answer begin; somewhere if it has none.
fn place_of(at: SliceAt) -> usize {
    either(at & ALWAYS != 0, 0, at as usize)
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

/// Bits of an address that choose an entry of the first table of its family.
const FIRST: u32 = 16;
/// Most bits that choose an entry of another table, unless some more make it end at a [`BORDER`].
const WIDEST: u32 = 16;
/// Networks of IPv6 are mostly given out by this many bits: where a line cannot say all starts, a table ends there.
const BORDER: u32 = 16;
/// Bits that a table may have more to end at a [`BORDER`].
const MORE: u32 = 4;
/// Bits of an address that tables are chosen by: of IPv6 the network, of IPv4 all.
const NEAR: u32 = 64;
/// Where the first table of IPv4 begins, behind that of IPv6.
const IPV4: usize = 1 << FIRST;

/// Part of an address space. One of the marks and where to look further, or the answer for all of it.
type Entry = u32;
/// An entry that leads to another table: bits [`WIDTH_AT`] to 30 are the count of bits that choose there, those below its
/// place in pairs of entries.
const TABLE: Entry = 1 << 31;
/// An entry that leads to a line.
const LINE: Entry = 1 << 30;
/// An entry that leads to stretches of which a line cannot say where they begin.
const FAR: Entry = 1 << 29;
/// First bit of the width in an entry that leads to a table.
const WIDTH_AT: u32 = 26;
/// The width's bits.
const WIDTH: u32 = 31;
/// Stretches that are not worth a table if a line cannot say where they begin.
const FAR_FEW: usize = 64;

/// What tables say of an address: the entry of the narrowest part, and the bits not seen yet.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Way {
    rest: u64,
    entry: Entry,
}

/// Stretches of addresses behind tables of their first bits: a part in which many begin has a table of its own.
#[derive(Debug)]
pub(crate) struct Index {
    /// One table behind the other.
    tables: Vec<Entry>,
    /// Never empty: every look-up reads one. The first says nothing.
    lines: Vec<Line>,
    /// Of each line.
    older: Vec<Older>,
    far: Vec<Box<[(u128, SliceAt)]>>,
}

impl Index {
    /// From sorted stretches of either family, the first from 0 on: of IPv4 by the 32 bits, of IPv6 by all.
    pub(crate) fn build(ipv4: &[(u128, SliceAt)], ipv6: &[(u128, SliceAt)], slices: &Slices) -> Self {
        let (lines, older) = (vec![Line::NOTHING], vec![Older::default()]);
        let mut index = Self { tables: vec![0; 2 * IPV4], lines, older, far: Vec::new() };
        index.fill(0, ipv6, 0, 0..FIRST, slices);
        index.fill(IPV4, ipv4, 0, 0..FIRST, slices);
        index.tables.shrink_to_fit();
        index.lines.shrink_to_fit();
        index.older.shrink_to_fit();
        index
    }

    /// Fills the table of a part, which is chosen from by some bits.
    fn fill(
        &mut self,
        at: usize,
        stretches: &[(u128, SliceAt)],
        mut before: SliceAt,
        bits: Range<u32>,
        slices: &Slices,
    ) {
        let mut rest = stretches;
        for part in 0..1 << bits.len() {
            let lies_in = |first: u128| first << bits.start >> (u128::BITS - bits.len() as u32) == part;
            let begun = rest.iter().take_while(|(first, _)| lies_in(*first)).count();
            let (own, after) = rest.split_at(begun);
            self.tables[at + part as usize] = self.entry(own, before, bits.end, slices);
            before = own.last().map_or(before, |(_, answer)| *answer);
            rest = after;
        }
    }

    /// The entry of a part in which some stretches begin, one of them perhaps with it.
    fn entry(&mut self, own: &[(u128, SliceAt)], before: SliceAt, seen: u32, slices: &Slices) -> Entry {
        let (before, own) = match own {
            [(first, answer), rest @ ..] if first << seen == 0 => (*answer, rest),
            _ => (before, own),
        };
        // Neither tables, lines nor answers are as many as the marks: memory ends before.
        let in_line = own.iter().all(|stretch| Line::says(stretch, seen));
        if own.is_empty() {
            before
        } else if in_line && own.len() <= Line::STARTS {
            let (line, older) = Line::of(own, before, seen, slices);
            self.lines.push(line);
            self.older.push(older);
            (self.lines.len() - 1) as Entry | LINE
        } else if !in_line && own.len() <= FAR_FEW || seen == NEAR {
            self.far.push(std::iter::once((0, before)).chain(own.iter().copied()).collect());
            (self.far.len() - 1) as Entry | FAR
        } else {
            let bits = width(own.len(), in_line, seen);
            let at = self.tables.len();
            self.tables.resize(at + (1 << bits), 0);
            self.fill(at, own, before, seen..seen + bits, slices);
            (at / 2) as Entry | bits << WIDTH_AT | TABLE
        }
    }

    /// The first step of a look-up.
    pub(crate) fn enter(&self, bits: u128) -> Way {
        let is_ipv4 = block::is_ipv4(bits);
        let first = either(is_ipv4, IPV4, 0);
        let rest = either(is_ipv4, (bits as u64) << (u64::BITS - 32), near(bits));
        Way { rest: rest << FIRST, entry: self.tables[first + (rest >> (u64::BITS - FIRST)) as usize] }
    }

    /// The next step of a look-up, if there is one: decided without a guess, because it waits for memory.
    pub(crate) fn step(&self, Way { rest, entry }: Way) -> Way {
        let goes_on = entry & TABLE != 0;
        let width = either(goes_on, entry >> WIDTH_AT & WIDTH, 0);
        let at =
            (entry as usize & ((1 << WIDTH_AT) - 1)) * 2 + (rest >> 1).wrapping_shr(u64::BITS - 1 - width) as usize;
        Way { rest: rest << width, entry: either(goes_on, self.tables[either(goes_on, at, 0)], entry) }
    }

    /// All further steps of a look-up.
    pub(crate) fn end(&self, mut way: Way) -> Way {
        while way.entry & TABLE != 0 {
            way = self.step(way);
        }
        way
    }

    /// Reads the line that [`Index::recent`] will, which then need not wait for it. The number means nothing.
    pub(crate) fn touch(&self, way: Way) -> u32 {
        self.line(way).touch()
    }

    /// The place of the slice of a day at the end of a way, and whether that is true: if not, it is too long ago, or no line
    /// says it, and [`Index::answer`] has it.
    #[inline]
    pub(crate) fn recent(&self, way: Way, day: i32) -> (SlicePlace, bool) {
        let line = self.line(way);
        let (slice, is_said) = line.slice(line.place(way.rest), day);
        (slice.into(), is_said)
    }

    /// The line at the end of a way, or else the first, which says nothing.
    fn line(&self, way: Way) -> &Line {
        &self.lines[line_of(way)]
    }

    /// Reads what [`Index::answer`] mostly will, which then need not wait for it. The number means nothing.
    pub(crate) fn touch_older(&self, way: Way) -> u32 {
        self.older[line_of(way)][0]
    }

    /// The answer at the end of the way of an address, for all days.
    pub(crate) fn answer(&self, way: Way, bits: u128) -> SliceAt {
        let Way { rest, entry } = way;
        if entry & LINE != 0 {
            self.older[line_of(way)][self.line(way).place(rest)]
        } else if entry & FAR != 0 {
            let far = &self.far[(entry & !FAR) as usize];
            far[far.partition_point(|(first, _)| *first <= bits) - 1].1
        } else {
            entry
        }
    }

    pub(crate) fn bytes(&self) -> usize {
        let far: usize = self.far.iter().map(|far| size_of_val(far) + size_of_val(&**far)).sum();
        size_of_val(&*self.tables) + size_of_val(&*self.lines) + size_of_val(&*self.older) + far
    }
}

/// The line at the end of a way, or else the first.
fn line_of(way: Way) -> usize {
    either(way.entry & LINE != 0, (way.entry & !LINE) as usize, 0)
}

/// Bits by which a table divides a part with so many stretches: about half of a line for every entry.
fn width(stretches: usize, in_line: bool, seen: u32) -> u32 {
    let bits = (stretches * 2 / Line::STARTS).ilog2().clamp(1, WIDEST);
    let border = (seen + bits).next_multiple_of(BORDER) - seen;
    let bits = if !in_line && border <= bits + MORE { border } else { bits };
    bits.min(NEAR - seen)
}

/// The first [`NEAR`] bits.
fn near(bits: u128) -> u64 {
    (bits >> NEAR) as u64
}

/// The stretches of IPv4 among mapped addresses, as if it were the first bits of 128.
pub(crate) fn ipv4_only(stretches: &[(u128, SliceAt)]) -> Vec<(u128, SliceAt)> {
    let mut own: Vec<(u128, SliceAt)> = Vec::with_capacity(stretches.len());
    for (first, at) in stretches.iter().filter(|(first, _)| *first == 0 || block::is_ipv4(*first)) {
        let first = first << (u128::BITS - 32);
        // A network that begins at 0.0.0.0 takes the place of the nobody before it.
        own.pop_if(|(said, _)| *said == first);
        own.push((first, *at));
    }
    own
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::owner::OrgId;

    const MAPPED: u128 = 0xffff_0000_0000;
    /// More slices than a line can name.
    const SLICES: u32 = u16::MAX as u32 + 100;

    /// Starts of networks of some length, close together or far apart: so many that tables lie in tables.
    fn some_starts(bits: u32) -> impl Strategy<Value = Vec<u128>> {
        let cluster = (any::<u128>(), 0..bits, 1..=bits, prop::collection::vec(any::<u128>(), 1..300));
        prop::collection::vec(cluster, 1..4).prop_map(move |clusters| {
            let own = |(base, wide, length, within): (u128, u32, u32, Vec<u128>)| {
                let all = u128::MAX << (u128::BITS - bits);
                let network = all & u128::MAX << (u128::BITS - length);
                let spread = u128::MAX >> wide;
                within.into_iter().map(move |some| (base & !spread | some & spread) & network)
            };
            let mut starts: Vec<u128> = clusters.into_iter().flat_map(own).chain([0]).collect();
            starts.sort_unstable();
            starts.dedup();
            starts
        })
    }

    /// What answers say through the days: mostly of our time, some of days and slices that a line cannot say.
    fn some_turns() -> impl Strategy<Value = Vec<Vec<(i32, u32)>>> {
        let day = prop_oneof![8 => 20_000..20_040, 1 => -3..3, 1 => 65_500..65_600];
        let slice = prop_oneof![20 => 0..1_000u32, 1 => u32::from(u16::MAX) - 2..SLICES];
        let turns = (slice.clone(), prop::collection::btree_map(day, slice, 0..4));
        let turns = turns.prop_map(|(first, later)| [(i32::MIN, first)].into_iter().chain(later).collect());
        prop::collection::vec(turns, 1..40)
    }

    /// Slices that all differ, and where the answers of turns begin.
    fn some_slices(answers: &[Vec<(i32, u32)>]) -> (Slices, Vec<SliceAt>) {
        let isp = |n: u32| Owner { isp: OrgId::at(n as usize), ..Owner::default() };
        let slices = (0..SLICES).map(|n| Slice { ask_asn: false, owner: isp(n) }).collect();
        let mut slices = Slices { turns: vec![Turns::default()], slices };
        let at = answers.iter().map(|turns| slices.add(turns)).collect();
        (slices, at)
    }

    /// Each start with the next of some answers.
    fn answered(starts: Vec<u128>, answers: &[SliceAt]) -> Vec<(u128, SliceAt)> {
        starts.into_iter().zip(answers.iter().copied().cycle()).collect()
    }

    /// Each start with an answer of its own that is the same on every day.
    fn numbered(starts: impl Iterator<Item = u128>) -> Vec<(u128, SliceAt)> {
        starts.zip((1..).map(|n| n | ALWAYS)).collect()
    }

    fn built(ipv4: &[(u128, SliceAt)], ipv6: &[(u128, SliceAt)]) -> Index {
        Index::build(ipv4, ipv6, &some_slices(&[]).0)
    }

    /// The answer of the last start that is not behind an address.
    fn last(stretches: &[(u128, SliceAt)], bits: u128) -> SliceAt {
        stretches.iter().rev().find(|(first, _)| *first <= bits).expect("0").1
    }

    /// An answer that is right on a day.
    fn found(index: &Index, bits: u128, day: i32) -> SliceAt {
        let way = index.end(index.step(index.enter(bits)));
        let (slice, is_said) = index.recent(way, day);
        if is_said { slice | ALWAYS } else { index.answer(way, bits) }
    }

    /// Both sides of every start.
    fn sides(stretches: &[(u128, SliceAt)], one: u128) -> impl Iterator<Item = u128> {
        stretches.iter().flat_map(move |(first, _)| [first.wrapping_sub(one), *first, first.wrapping_add(one)])
    }

    proptest! {
        #[test]
        fn an_address_lies_behind_the_last_start_on_every_day(
            ipv4 in some_starts(32),
            ipv6 in some_starts(128),
            turns in some_turns(),
            some: u128,
        ) {
            let (slices, answers) = some_slices(&turns);
            let (ipv4, ipv6) = (answered(ipv4, &answers), answered(ipv6, &answers));
            let index = Index::build(&ipv4, &ipv6, &slices);
            let mut days = (19_998..20_045).chain([-4, 0, 3, 65_499, 65_534, 65_535, 65_550, i32::MAX]).cycle();
            let mut right = |bits: u128, at: SliceAt| {
                let day = days.next().expect("a cycle");
                slices.on(found(&index, bits, day), day) == slices.on(at, day)
            };
            for bits in sides(&ipv4, 1 << 96).chain([some & u128::MAX << 96]) {
                prop_assert!(right(MAPPED | bits >> 96, last(&ipv4, bits)));
            }
            for bits in sides(&ipv6, 1).chain([some]).filter(|bits| !block::is_ipv4(*bits)) {
                prop_assert!(right(bits, last(&ipv6, bits)));
            }
        }

        #[test]
        fn an_answer_is_its_last_turn_that_has_come(turns in some_turns(), days in prop::collection::vec(any::<i32>(), 1..20)) {
            let (slices, answers) = some_slices(&turns);
            for (turns, at) in turns.iter().zip(answers) {
                for day in days.iter().copied().chain(19_999..20_041).chain([i32::MIN, -1, 0, 1, 65_550]) {
                    let last = turns.iter().rev().find(|(from, _)| *from <= day).expect("the first").1;
                    prop_assert_eq!(slices.on(at, day), &slices.slices[last as usize]);
                }
            }
        }
    }

    #[test]
    fn a_line_holds_seven_starts_and_a_table_more() {
        for (count, tables, lines) in [(0, 0, 0), (1, 0, 1), (7, 0, 1), (9, 2, 2)] {
            // 192.0.16.0, 192.0.32.0 and so on.
            let starts = (1..=count).map(|n: u128| (0xc000_0000 + n * 0x1000) << 96);
            let index = built(&numbered([0].into_iter().chain(starts)), &[(0, 1 | ALWAYS)]);
            assert_eq!((index.tables.len() - 2 * IPV4, index.lines.len() - 1), (tables, lines), "{count}");
        }
    }

    #[test]
    fn what_is_of_our_days_needs_no_turns() {
        let days = [20_000, 20_001, 20_100];
        let (slices, answers) = some_slices(&[vec![(i32::MIN, 1), (19_000, 2), (20_001, 3)], vec![(i32::MIN, 4)]]);
        let starts = [0, 0xc000_0200 << 96, 0xc000_0201 << 96];
        let index = Index::build(&answered(starts.into(), &[answers[1], answers[0]]), &[(0, answers[1])], &slices);
        assert_eq!(days.map(|day| found(&index, MAPPED | 0xc000_0200, day)), [2, 3, 3].map(|slice| slice | ALWAYS));
        assert_eq!(found(&index, MAPPED | 0xc000_0200, 18_999), answers[0]);
    }

    #[test]
    fn a_few_hosts_of_ipv6_are_no_table_and_many_are() {
        let hosts = |count: u128| numbered([0].into_iter().chain((1..=count).map(|n| (0x2001_0db8 << 96) + n * 2)));
        for (count, is_table) in [(1, false), (FAR_FEW, false), (FAR_FEW + 1, true), (4_000, true)] {
            let own = hosts(count as u128);
            let index = built(&[(0, 1 | ALWAYS)], &own);
            assert_eq!(index.tables.len() > 2 * IPV4, is_table);
            assert_eq!(index.far.len(), 1);
            assert!(sides(&own, 1).skip(1).all(|bits| found(&index, bits, 0) == last(&own, bits)));
        }
    }

    #[test]
    fn two_turns_are_small() {
        assert_eq!(size_of::<Turns>(), 16);
    }

    #[test]
    fn a_small_country_has_a_small_index() {
        let own = numbered((0..1_000).map(|n: u128| n << 20 << 96));
        assert!(built(&own, &own).bytes() < 1 << 20);
    }
}
