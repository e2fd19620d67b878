//! The tables made ready: one look-up costs some tens of nanoseconds over a hundred thousand networks.
//!
//! Each role is answered by itself: the organisation by the longest prefix that names one and holds that day, the
//! operator by the longest that names one (else by the feed's ASN, else by the ASN that announces the address), the flags
//! by the longest that holds at all. What other sources say ([`crate::sources`]) fills only what is left open.

use std::hint::black_box;
use std::sync::Arc;

use event::address;
use event::clean;
use event::subject::Subject;
use rustc_hash::FxHashMap;

use crate::claim::{Claim, TimelineId, Timelines};
use crate::index::{Index, Slice, SliceAt, SlicePlace, Slices, SlicesBuilder, Way, ipv4_only};
use crate::owner::{IspSource, Owner, PlaceId, PlaceSource};
use crate::sources::Background;
use crate::sweep::{pieces, stretches};
use crate::tables::Tables;

/// Longest domain name, in bytes (RFC 1035 §2.3.4).
const NAME_MAX: usize = 253;

/// What the feed said about a subject besides naming it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Hints<'h> {
    /// Autonomous system number of the address.
    pub asn: Option<u32>,
    /// Code of the province, two digits, as [`crate::Places::resolve`] finds it.
    pub place: Option<&'h str>,
}

/// An address to look up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asked<'h> {
    /// Its 128 bits, IPv4 in `::ffff:0:0/96`.
    pub bits: u128,
    /// The day of the reporting zone.
    pub day: i32,
    /// What the feed said.
    pub hints: Hints<'h>,
}

/// Look-ups that wait for memory together: more than a core can have under way.
const TOGETHER: usize = 128;

/// The tables made ready for look-ups.
#[derive(Debug)]
pub struct Constituency {
    pub(crate) tables: Tables,
    slices: Slices,
    addresses: Index,
    asns: FxHashMap<u32, SliceAt>,
    domains: FxHashMap<Box<str>, SliceAt>,
    background: Arc<Background>,
}

impl Constituency {
    /// Makes tables ready.
    pub fn build(tables: Tables) -> Self {
        let organisations = &tables.organisations;
        let mut timelines = Timelines::new(organisations);
        let ipv4 = stretches(&pieces(&tables.networks, true), &mut timelines);
        let ipv6 = stretches(&pieces(&tables.networks, false), &mut timelines);
        let asns = asn_timelines(&tables.asns, &mut timelines);
        let domains = domain_timelines(&tables.domains, &mut timelines);
        let mut slices = SlicesBuilder::new(timelines.all(), organisations);
        let mut placed = |stretches: Vec<(u128, TimelineId)>| -> Vec<(u128, SliceAt)> {
            stretches.into_iter().map(|(first, id)| (first, slices.answer(id))).collect()
        };
        let (ipv4, ipv6) = (ipv4_only(&placed(ipv4)), placed(ipv6));
        let asns = asns.into_iter().map(|(asn, id)| (asn, slices.answer(id))).collect();
        let domains = domains.into_iter().map(|(name, id)| (name.into(), slices.answer(id))).collect();
        let slices = slices.finish();
        Self {
            addresses: Index::build(&ipv4, &ipv6, &slices),
            asns,
            domains,
            slices,
            tables,
            background: Arc::default(),
        }
    }

    /// With what other sources say, below the tables and the feed.
    #[must_use]
    pub fn with_background(self, background: Arc<Background>) -> Self {
        Self { background, ..self }
    }

    /// What other sources say.
    pub fn background(&self) -> &Arc<Background> {
        &self.background
    }

    /// The memory that look-ups of addresses read, in bytes.
    pub fn index_bytes(&self) -> usize {
        self.addresses.bytes() + self.slices.bytes()
    }

    /// The owner of an address (128 bits, IPv4 in `::ffff:0:0/96`) on a day of the reporting zone.
    /// The feed's ASN and province (two digits) fill what the tables do not say, other sources what is then still open.
    pub fn owner_of_address(&self, bits: u128, day: i32, feed_asn: Option<u32>, feed_place: Option<&str>) -> Owner {
        let asked = Asked { bits, day, hints: Hints { asn: feed_asn, place: feed_place } };
        let way = self.addresses.end(self.addresses.enter(bits));
        let slice = match self.addresses.recent(way, day) {
            (slice, true) => self.slices.at(slice),
            (_, false) => self.slices.on(self.addresses.answer(way, bits), day),
        };
        self.completed(slice, &asked)
    }

    /// As [`Constituency::owner_of_address`], for many, appended. What a look-up waits for is memory, thrice: so each read
    /// is done for some of them, with little else between, before anything is decided by it.
    pub(crate) fn owners_of_addresses(&self, asked: &[Asked<'_>], owners: &mut Vec<Owner>) {
        for asked in asked.chunks(TOGETHER) {
            let (mut ways, mut slices) = ([Way::default(); TOGETHER], [0; TOGETHER]);
            let (ways, slices) = (&mut ways[..asked.len()], &mut slices[..asked.len()]);
            ways.iter_mut().zip(asked).for_each(|(way, asked)| *way = self.addresses.enter(asked.bits));
            ways.iter_mut().for_each(|way| *way = self.addresses.step(*way));
            ways.iter_mut().for_each(|way| *way = self.addresses.end(*way));
            black_box(ways.iter().fold(0, |read, way| read ^ self.addresses.touch(*way)));
            let (mut open, mut open_count) = ([0; TOGETHER], 0);
            for (at, (way, asked)) in ways.iter().zip(asked).enumerate() {
                let is_said;
                (slices[at], is_said) = self.addresses.recent(*way, asked.day);
                open[open_count % TOGETHER] = at;
                open_count += usize::from(!is_said);
            }
            self.settle(&open[..open_count], asked, ways, slices);
            owners.extend(slices.iter().zip(asked).map(|(slice, asked)| self.completed(self.slices.at(*slice), asked)));
        }
    }

    /// Finds the slices of those that are still open: of days long ago mostly.
    fn settle(&self, open: &[usize], asked: &[Asked<'_>], ways: &[Way], slices: &mut [SlicePlace]) {
        black_box(open.iter().fold(0, |read, at| read ^ self.addresses.touch_older(ways[*at])));
        let mut answers = [0; TOGETHER];
        let answers = &mut answers[..open.len()];
        let near = answers.iter_mut().zip(open);
        near.for_each(|(answer, at)| *answer = self.addresses.answer(ways[*at], asked[*at].bits));
        black_box(answers.iter().fold(0, |read, answer| read ^ self.slices.touch(*answer)));
        for (answer, at) in answers.iter().zip(open) {
            slices[*at] = self.slices.place_on(*answer, asked[*at].day);
        }
    }

    /// What the tables say, with what the feed and other sources say where that is open.
    #[inline]
    fn completed(&self, slice: &Slice, asked: &Asked<'_>) -> Owner {
        if slice.ask_asn || slice.owner.place.is_none() { self.filled(slice, asked) } else { slice.owner }
    }

    /// What is left open, filled.
    fn filled(&self, slice: &Slice, asked: &Asked<'_>) -> Owner {
        let Asked { bits, day, hints } = *asked;
        let mut owner = slice.owner;
        if slice.ask_asn {
            let is_settled = self.fill_isp(&mut owner, day, hints.asn, IspSource::Feed);
            if !is_settled {
                self.fill_isp(&mut owner, day, self.background.origin(bits, day), IspSource::Routing);
            }
        }
        let mut owner = self.or_feed_place(owner, hints.place);
        if owner.place.is_none() {
            owner.fill_place(self.known_place(self.background.place(bits, day)), PlaceSource::Geo);
        }
        owner
    }

    /// Takes the operator of an ASN; whether there is one, or two in dispute.
    fn fill_isp(&self, owner: &mut Owner, day: i32, asn: Option<u32>, source: IspSource) -> bool {
        let Some(at) = asn.and_then(|asn| self.asns.get(&asn)) else { return false };
        let of_asn = self.slices.on(*at, day).owner;
        owner.isp = of_asn.isp;
        owner.isp_source = of_asn.isp.map_or(IspSource::Unknown, |_| source);
        owner.conflict |= of_asn.conflict;
        of_asn.isp.is_some() || of_asn.conflict
    }

    /// The owner of a domain name (or of what lies under it) on a day of the reporting zone, by the longest suffix
    /// that names one. Never an operator. The feed's province (two digits) fills what the tables do not say.
    pub fn owner_of_domain(&self, name: &str, day: i32, feed_place: Option<&str>) -> Owner {
        let name = clean::lower(name.trim_end_matches('.'));
        let found = suffixes(&name).find_map(|suffix| self.domains.get(suffix));
        let owner = found.map_or_else(Owner::default, |at| self.slices.on(*at, day).owner);
        self.or_feed_place(owner, feed_place)
    }

    /// The owner of any subject on a day: an address, or a URL whose host is one, by its networks; else by domain name.
    pub fn owner_at(&self, subject: &Subject, day: i32, hints: Hints<'_>) -> Owner {
        if let Some(ip) = subject.host_address() {
            return self.owner_of_address(address::to_bits(ip), day, hints.asn, hints.place);
        }
        match subject.domain() {
            Some(name) => self.owner_of_domain(&name, day, hints.place),
            None => self.or_feed_place(Owner::default(), hints.place),
        }
    }

    fn or_feed_place(&self, mut owner: Owner, feed: Option<&str>) -> Owner {
        if owner.place.is_none() {
            owner.fill_place(self.known_place(feed.and_then(PlaceId::parse)), PlaceSource::Feed);
        }
        owner
    }

    fn known_place(&self, place: Option<PlaceId>) -> Option<PlaceId> {
        place.filter(|place| self.tables.places.has(*place))
    }
}

/// A name, then what follows each of its dots.
pub(crate) fn suffixes(name: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(name), |name| above(name)).filter(|suffix| suffix.len() <= NAME_MAX)
}

fn above(name: &str) -> Option<&str> {
    name.split_once('.').map(|(_, above)| above)
}

fn asn_timelines(rows: &[(u32, Claim)], timelines: &mut Timelines<'_>) -> Vec<(u32, TimelineId)> {
    let mut groups: FxHashMap<u32, Vec<Claim>> = FxHashMap::default();
    for (asn, claim) in rows {
        groups.entry(*asn).or_default().push(*claim);
    }
    groups.into_iter().map(|(asn, claims)| (asn, timelines.of(&claims))).collect()
}

/// The timeline of every name in the table, laid over that of the longest other name it ends in.
fn domain_timelines<'t>(
    rows: &'t [(Box<str>, Claim)],
    timelines: &mut Timelines<'_>,
) -> FxHashMap<&'t str, TimelineId> {
    let mut groups: FxHashMap<&str, Vec<Claim>> = FxHashMap::default();
    for (name, claim) in rows {
        groups.entry(name).or_default().push(*claim);
    }
    let mut groups: Vec<_> = groups.into_iter().collect();
    groups.sort_unstable_by_key(|(name, _)| name.len());
    let mut ready: FxHashMap<&str, TimelineId> = FxHashMap::default();
    for (name, claims) in groups {
        let above = suffixes(name).skip(1).find_map(|suffix| ready.get(suffix));
        let above = above.copied().unwrap_or(Timelines::NOBODY);
        let own = timelines.of(&claims);
        ready.insert(name, timelines.lay_over(own, above));
    }
    ready
}
