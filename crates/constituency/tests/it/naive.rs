//! A country made by chance, and the owner of anything in it found by reading every row: slow, and plainly right.

use std::fmt::Write as _;

use constituency::{Constituency, Tables};
use event::{address, time};
use proptest::prelude::*;

/// How many organisations there are.
pub(crate) const ORGANISATIONS: usize = 6;
/// Days run from 0 to this.
pub(crate) const DAYS: i32 = 24;
/// Provinces that rows choose from.
pub(crate) const PLACES: [&str; 3] = ["01", "46", "79"];
const FLAGS: [&str; 3] = ["shared", "dynamic", "shared dynamic"];

/// From a day to a day, `None` when open.
pub(crate) type Days = (Option<i32>, Option<i32>);

/// A row of an organisation: its days, its parent (an earlier one), its province.
#[derive(Debug, Clone)]
pub(crate) struct OrgRow {
    pub(crate) days: Days,
    pub(crate) parent: Option<usize>,
    pub(crate) place: Option<usize>,
}

/// A row of a network, an ASN or a domain.
#[derive(Debug, Clone)]
pub(crate) struct Row<K> {
    pub(crate) key: K,
    pub(crate) isp: Option<usize>,
    pub(crate) organisation: Option<usize>,
    pub(crate) place: Option<usize>,
    pub(crate) flags: Option<usize>,
    pub(crate) days: Days,
}

/// Everything there is.
#[derive(Debug, Clone)]
pub(crate) struct Country {
    pub(crate) organisations: Vec<Vec<OrgRow>>,
    /// First and last bits.
    pub(crate) networks: Vec<Row<(u128, u128)>>,
    pub(crate) asns: Vec<Row<u32>>,
    pub(crate) domains: Vec<Row<String>>,
}

/// What a row or an owner says: operator, organisation, province with its source, words of flags, conflict.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Answer {
    pub(crate) isp: Option<String>,
    pub(crate) organisation: Option<String>,
    pub(crate) place: Option<String>,
    pub(crate) source: &'static str,
    pub(crate) flags: Vec<&'static str>,
    pub(crate) conflict: bool,
}

pub(crate) fn holds((from, to): Days, day: i32) -> bool {
    from.is_none_or(|from| from <= day) && to.is_none_or(|to| day < to)
}

pub(crate) fn code(organisation: usize) -> String {
    format!("org-{organisation}")
}

/// The one value the narrowest rows name; an error when they name two.
fn narrowest<T: PartialEq + Copy>(named: impl Iterator<Item = (u128, T)>) -> Result<Option<T>, ()> {
    let named: Vec<_> = named.collect();
    let Some(least) = named.iter().map(|(size, _)| *size).min() else { return Ok(None) };
    let mut best = named.iter().filter(|(size, _)| *size == least).map(|(_, value)| *value);
    let first = best.next();
    if best.all(|other| Some(other) == first) { Ok(first) } else { Err(()) }
}

impl Country {
    fn row_of(&self, organisation: usize, day: i32) -> Option<&OrgRow> {
        self.organisations[organisation].iter().find(|row| holds(row.days, day))
    }

    fn place_of(&self, organisation: usize, day: i32) -> Option<usize> {
        let row = self.row_of(organisation, day)?;
        row.place.or_else(|| self.place_of(row.parent?, day))
    }

    /// The answer of rows with a size each, the narrowest being the best.
    fn answer<K>(&self, rows: &[(u128, &Row<K>)], day: i32, asn: Option<u32>, feed: Option<&str>) -> Answer {
        let exists = |id: &usize| self.row_of(*id, day).is_some();
        let isp = narrowest(rows.iter().filter_map(|(size, row)| Some((*size, row.isp.filter(exists)?))));
        let organisation =
            narrowest(rows.iter().filter_map(|(size, row)| Some((*size, row.organisation.filter(exists)?))));
        let place = narrowest(rows.iter().filter_map(|(size, row)| Some((*size, row.place?))));
        let of_asn = self.asns.iter().filter(|row| Some(row.key) == asn && holds(row.days, day));
        let of_asn = narrowest(of_asn.filter_map(|row| Some((0, row.isp.filter(exists)?))));
        let isp = if isp == Ok(None) { of_asn } else { isp };
        let own = organisation.ok().flatten().and_then(|id| self.place_of(id, day));
        let (place, source) = match (own, place.ok().flatten(), feed) {
            (Some(own), _, _) => (Some(PLACES[own]), "organisation"),
            (None, Some(network), _) => (Some(PLACES[network]), "network"),
            (None, None, Some(feed)) => (Some(feed), "feed"),
            _ => (None, ""),
        };
        let least = rows.iter().map(|(size, _)| *size).min();
        let said = |word: &&str| {
            let best = rows.iter().filter(|(size, _)| Some(*size) == least);
            best.filter_map(|(_, row)| row.flags).any(|flags| FLAGS[flags].contains(*word))
        };
        Answer {
            isp: isp.ok().flatten().map(code),
            organisation: organisation.ok().flatten().map(code),
            place: place.map(str::to_owned),
            source,
            flags: ["shared", "dynamic"].into_iter().filter(said).collect(),
            conflict: isp.is_err() || organisation.is_err(),
        }
    }

    pub(crate) fn of_address(&self, bits: u128, day: i32, asn: Option<u32>, feed: Option<&str>) -> Answer {
        let rows = self.networks.iter().filter(|row| holds(row.days, day));
        let rows: Vec<_> = rows.filter_map(|row| Some((prefix_around(bits, row.key)?, row))).collect();
        self.answer(&rows, day, asn, feed)
    }

    pub(crate) fn of_domain(&self, name: &str, day: i32, feed: Option<&str>) -> Answer {
        let under = |row: &&Row<String>| name == row.key || name.ends_with(&format!(".{}", row.key));
        let rows = self.domains.iter().filter(|row| holds(row.days, day)).filter(under);
        let rows: Vec<_> = rows.map(|row| (1000 - row.key.len() as u128, row)).collect();
        self.answer(&rows, day, None, feed)
    }

    pub(crate) fn build(&self) -> Constituency {
        let mut organisations = "code,name,kind,parent,province,valid_from,valid_to\n".to_owned();
        for (id, rows) in self.organisations.iter().enumerate() {
            for row in rows {
                let parent = row.parent.map_or(String::new(), code);
                let _ = writeln!(
                    organisations,
                    "{0},{0},agency,{parent},{1},{2}",
                    code(id),
                    place(row.place),
                    days(row.days)
                );
            }
        }
        let mut networks = "network,isp,organisation,province,flags,valid_from,valid_to\n".to_owned();
        for row in &self.networks {
            let (first, last) = (address::from_bits(row.key.0), address::from_bits(row.key.1));
            let flags = row.flags.map_or("", |flags| FLAGS[flags]);
            let _ =
                writeln!(networks, "{first}-{last},{},{},{flags},{}", owners(row), place(row.place), days(row.days));
        }
        let mut asns = "asn,isp,valid_from,valid_to\n".to_owned();
        for row in &self.asns {
            let _ = writeln!(asns, "{},{},{}", row.key, row.isp.map_or(String::new(), code), days(row.days));
        }
        let mut domains = "domain,organisation,valid_from,valid_to\n".to_owned();
        for row in &self.domains {
            let _ =
                writeln!(domains, "{},{},{}", row.key, row.organisation.map_or(String::new(), code), days(row.days));
        }
        let files = [
            ("organisations.csv", &*organisations),
            ("networks.csv", &networks),
            ("asns.csv", &asns),
            ("domains.csv", &domains),
        ];
        Constituency::build(Tables::read(&files).0)
    }
}

/// All of IPv4, and all of IPv6, which owns no IPv4 address.
const WHOLE: [(u128, u128); 2] = [(0xffff_0000_0000, 0xffff_ffff_ffff), (0, u128::MAX)];

/// The size, less one, of the largest aligned network within a stretch that holds an address of its family.
pub(crate) fn prefix_around(bits: u128, (first, last): (u128, u128)) -> Option<u128> {
    let is_ipv4 = |bits| WHOLE[0].0 <= bits && bits <= WHOLE[0].1;
    if is_ipv4(first) != is_ipv4(bits) {
        return None;
    }
    let within = |host: &u128| bits & !host >= first && bits | host <= last;
    (0..=128).map(|length| u128::MAX.checked_shr(128 - length).unwrap_or(0)).take_while(within).last()
}

fn owners<K>(row: &Row<K>) -> String {
    let text = |id: Option<usize>| id.map_or(String::new(), code);
    format!("{},{}", text(row.isp), text(row.organisation))
}

fn place(place: Option<usize>) -> &'static str {
    place.map_or("", |place| PLACES[place])
}

fn days((from, to): Days) -> String {
    let text = |day: Option<i32>| day.map_or(String::new(), time::day_text);
    format!("{},{}", text(from), text(to))
}

fn some_days() -> impl Strategy<Value = Days> {
    (prop::option::of(0..DAYS), prop::option::of(1..DAYS)).prop_map(|(from, to)| {
        let to = to.map(|to| from.map_or(to, |from| from + to));
        (from, to)
    })
}

/// Rows of one organisation that do not overlap: cut at some days, some parts left out.
fn some_organisation(id: usize) -> impl Strategy<Value = Vec<OrgRow>> {
    let part = (any::<bool>(), prop::option::of(0..id.max(1)), prop::option::of(0..PLACES.len()));
    (prop::collection::btree_set(0..DAYS, 0..3), prop::collection::vec(part, 4)).prop_map(move |(cuts, parts)| {
        let edges: Vec<Option<i32>> =
            std::iter::once(None).chain(cuts.into_iter().map(Some)).chain(std::iter::once(None)).collect();
        let rows = edges.windows(2).zip(parts).filter(|(_, (there, _, _))| *there);
        let days = rows.clone().map(|(edges, _)| (edges[0], edges[1]));
        let said = rows.map(|(_, (_, parent, place))| (parent.filter(|_| id > 0), place));
        days.zip(said).map(|(days, (parent, place))| OrgRow { days, parent, place }).collect()
    })
}

fn some_row<K: std::fmt::Debug>(key: impl Strategy<Value = K>) -> impl Strategy<Value = Row<K>> {
    let organisation = || prop::option::of(0..ORGANISATIONS);
    (
        key,
        organisation(),
        organisation(),
        prop::option::of(0..PLACES.len()),
        prop::option::of(0..FLAGS.len()),
        some_days(),
    )
        .prop_map(|(key, isp, organisation, place, flags, days)| Row {
            key,
            isp,
            organisation,
            place,
            flags,
            days,
        })
}

/// The first bits of the small IPv4 and IPv6 spaces everything happens in; 64 addresses each.
pub(crate) const SPACES: [u128; 5] =
    [0xffff_0000_0000, 0xffff_cb00_71c0, 0xffff_ffff_ffc0, 0x2001_0db8 << 96, u128::MAX - 63];

fn some_stretch() -> impl Strategy<Value = (u128, u128)> {
    let within = (0..SPACES.len(), 0..64u128, 0..64u128, 0..7u32, any::<bool>());
    let within = within.prop_map(|(space, a, b, size, aligned)| {
        let network = (a >> size << size, a >> size << size | ((1 << size) - 1));
        let (a, b) = if aligned { network } else { (a.min(b), a.max(b)) };
        (SPACES[space] + a, SPACES[space] + b)
    });
    prop_oneof![12 => within, 1 => prop::sample::select(&WHOLE[..])]
}

pub(crate) fn some_name() -> impl Strategy<Value = String> {
    "([abc]\\.){0,3}[ab]\\.example"
}

pub(crate) fn some_country() -> impl Strategy<Value = Country> {
    let organisations: Vec<_> = (0..ORGANISATIONS).map(some_organisation).collect();
    let networks = prop::collection::vec(some_row(some_stretch()), 0..24);
    let asns = prop::collection::vec(some_row(64496..64499u32), 0..6);
    let domains = prop::collection::vec(some_row(some_name()), 0..12);
    (organisations, networks, asns, domains).prop_map(|(organisations, networks, asns, domains)| {
        // The table of domains has neither operators nor provinces nor flags, that of ASNs operators only.
        let plain = |row: Row<_>| Row { isp: None, place: None, flags: None, ..row };
        let domains = domains.into_iter().map(plain).collect();
        Country {
            networks: used(networks, &organisations),
            asns: used(asns, &organisations).into_iter().filter(|row| row.isp.is_some()).collect(),
            domains: used(domains, &organisations),
            organisations,
        }
    })
}

/// Rows without the organisations that have no row at all, and without the rows that then name nobody.
fn used<K>(mut rows: Vec<Row<K>>, organisations: &[Vec<OrgRow>]) -> Vec<Row<K>> {
    let there = |id: &usize| !organisations[*id].is_empty();
    for row in &mut rows {
        row.isp = row.isp.filter(there);
        row.organisation = row.organisation.filter(there);
    }
    rows.retain(|row| row.isp.is_some() || row.organisation.is_some());
    rows
}
