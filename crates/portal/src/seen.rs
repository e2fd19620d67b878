//! What is recorded of every address, in memory, for the check.
//!
//! Sorted arrays, no hashing: the key of an IPv4 address is itself, that of an IPv6 address its prefix as delegated
//! to a customer (RFC 6177: /48 to /64). What may not be told is left out when the index is built, so that it can
//! be told apart from *never seen* by nothing: not by the answer, its headers or its time.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap};
use std::net::IpAddr;

use event::rules::Kind;
use event::tlp::Tlp;

/// Most addresses of an index: two hundred times what a country of 16 million addresses had in botnets.
pub const ADDRESSES_MAX: usize = 100_000_000;
/// Most findings kept per address, the gravest and of those the newest; a scanner's playground has hundreds.
pub const FINDINGS_MAX: usize = 16;
/// The shortest prefix that is delegated to one customer.
pub const PREFIX_MIN: u8 = 48;
/// The longest.
pub const PREFIX_MAX: u8 = 64;

/// One line of the lake for one address: a finding of one feed over all its days.
#[derive(Debug, Clone)]
pub struct Sighted<'a> {
    /// The address.
    pub address: IpAddr,
    /// Malware family, or the finding's identifier.
    pub family: &'a str,
    /// What it means.
    pub kind: Kind,
    /// First day, since 1970 in the reporting zone.
    pub first: i32,
    /// Last day.
    pub last: i32,
    /// Days with a sighting.
    pub days: u32,
    /// Whether the feed may answer the public.
    pub public: bool,
    /// The closest sharing mark of its events; `None` if the mark is the feed's own and `public` says it all.
    pub tlp: Option<Tlp>,
}

/// One finding of an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Finding<'a> {
    /// Malware family, or the finding's identifier.
    pub family: &'a str,
    /// What it means.
    pub kind: Kind,
    /// First day.
    pub first: i32,
    /// Last day.
    pub last: i32,
    /// Days with a sighting.
    pub days: u32,
}

/// Ten bytes. Days fit 16 bits until the year 2149.
#[derive(Debug, Clone, Copy)]
struct Stored {
    family: u16,
    first: u16,
    last: u16,
    days: u16,
    kind: Kind,
}

/// First bits of a key by which a search begins: a table of them stays in a processor's cache, the keys do not.
const HEAD_BITS: u32 = 16;

/// Keys in order; the findings of key `n` are `ends[n-1]..ends[n]`, the keys with head `h` are `heads[h]..heads[h+1]`.
#[derive(Debug, Default)]
struct Side<K> {
    heads: Vec<u32>,
    keys: Vec<K>,
    ends: Vec<u32>,
    findings: Vec<Stored>,
}

/// The index; built once, then only read, and swapped whole.
#[derive(Debug)]
pub struct Seen {
    prefix: u8,
    v4: Side<u32>,
    v6: Side<u64>,
    families: Vec<String>,
    until: i32,
    has_gaps: bool,
}

/// What is never told to the public, beside what feeds and marks say.
#[derive(Debug, Clone, Default)]
pub struct Restricted {
    families: BTreeSet<String>,
}

impl Restricted {
    /// Families, in lower case, that look like *never seen*.
    pub fn families(names: impl IntoIterator<Item = String>) -> Self {
        Self { families: names.into_iter().map(|name| name.to_lowercase()).collect() }
    }

    fn hides(&self, sighted: &Sighted<'_>) -> bool {
        let marked = sighted.tlp.is_some_and(|tlp| tlp >= Tlp::Amber);
        !sighted.public || marked || self.families.contains(&sighted.family.to_lowercase())
    }
}

impl Seen {
    /// An index of nothing.
    pub fn empty() -> Self {
        Self {
            prefix: PREFIX_MAX,
            v4: Side::default(),
            v6: Side::default(),
            families: Vec::new(),
            until: 0,
            has_gaps: false,
        }
    }

    /// Builds an index: what is restricted is left out, one family of one address becomes one finding, and IPv6
    /// addresses are folded to prefixes of `prefix` bits ([`PREFIX_MIN`] to [`PREFIX_MAX`]).
    /// `until` is the last day whose reports are in it. What has no room in it (65,536 families) is a gap.
    pub fn build<'a>(
        sightings: impl IntoIterator<Item = Sighted<'a>>,
        restricted: &Restricted,
        prefix: u8,
        until: i32,
    ) -> Self {
        let prefix = prefix.clamp(PREFIX_MIN, PREFIX_MAX);
        let mut names = Names::default();
        let (mut v4, mut v6, mut has_gaps) = (Vec::new(), Vec::new(), false);
        for sighted in sightings.into_iter().filter(|sighted| !restricted.hides(sighted)) {
            let Some(stored) = names.store(&sighted) else {
                has_gaps = true;
                continue;
            };
            match sighted.address.to_canonical() {
                IpAddr::V4(ip) => v4.push((ip.to_bits(), stored)),
                IpAddr::V6(ip) => v6.push((prefix_of(ip.to_bits(), prefix), stored)),
            }
        }
        Self { prefix, v4: Side::build(v4), v6: Side::build(v6), families: names.families, until, has_gaps }
    }

    /// The same index, of which something is missing: whoever is not in it may have been seen all the same.
    #[must_use]
    pub fn with_gaps(self) -> Self {
        Self { has_gaps: true, ..self }
    }

    /// Whether something is missing.
    pub fn has_gaps(&self) -> bool {
        self.has_gaps
    }

    /// What is recorded of an address, newest first.
    pub fn find(&self, address: IpAddr) -> Vec<Finding<'_>> {
        let stored = match address.to_canonical() {
            IpAddr::V4(ip) => self.v4.find(ip.to_bits()),
            IpAddr::V6(ip) => self.v6.find(prefix_of(ip.to_bits(), self.prefix)),
        };
        stored.iter().filter_map(|stored| self.finding(*stored)).collect()
    }

    /// Bits of the prefix to which IPv6 addresses are folded.
    pub fn prefix(&self) -> u8 {
        self.prefix
    }

    /// The last day whose reports are in it.
    pub fn until(&self) -> i32 {
        self.until
    }

    /// Addresses and prefixes in it.
    pub fn len(&self) -> usize {
        self.v4.keys.len() + self.v6.keys.len()
    }

    /// Whether it holds nothing.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Bytes it takes.
    pub fn bytes(&self) -> usize {
        self.v4.bytes() + self.v6.bytes() + self.families.iter().map(|name| name.capacity() + 24).sum::<usize>()
    }

    fn finding(&self, stored: Stored) -> Option<Finding<'_>> {
        Some(Finding {
            family: self.families.get(usize::from(stored.family))?,
            kind: stored.kind,
            first: stored.first.into(),
            last: stored.last.into(),
            days: stored.days.into(),
        })
    }
}

fn prefix_of(bits: u128, prefix: u8) -> u64 {
    let high = (bits >> 64) as u64;
    high & (u64::MAX << (PREFIX_MAX - prefix))
}

/// Names of families, each kept once.
#[derive(Default)]
struct Names {
    numbers: HashMap<String, u16>,
    families: Vec<String>,
}

impl Names {
    /// A sighting in few bytes; `None` when its days are outside 1970 to 2149 or 65,535 families are named.
    fn store(&mut self, sighted: &Sighted<'_>) -> Option<Stored> {
        Some(Stored {
            family: self.number(sighted.family)?,
            first: sighted.first.try_into().ok()?,
            last: sighted.last.try_into().ok()?,
            days: sighted.days.try_into().unwrap_or(u16::MAX),
            kind: sighted.kind,
        })
    }

    fn number(&mut self, family: &str) -> Option<u16> {
        if let Some(number) = self.numbers.get(family) {
            return Some(*number);
        }
        let number = u16::try_from(self.families.len()).ok()?;
        self.families.push(family.to_owned());
        self.numbers.insert(family.to_owned(), number);
        Some(number)
    }
}

impl<K: Copy + Ord + Into<u64>> Side<K> {
    fn build(mut rows: Vec<(K, Stored)>) -> Self {
        rows.sort_unstable_by_key(|(key, stored)| (*key, stored.family, stored.kind));
        let mut side = Self { heads: Vec::new(), keys: Vec::new(), ends: Vec::new(), findings: Vec::new() };
        for of_key in rows.chunk_by(|a, b| a.0 == b.0).take(ADDRESSES_MAX) {
            let mut findings = fold(of_key);
            if findings.len() > FINDINGS_MAX {
                findings.sort_by_key(|stored| (stored.kind, Reverse(stored.last)));
                findings.truncate(FINDINGS_MAX);
            }
            findings.sort_by_key(|stored| Reverse(stored.last));
            side.findings.append(&mut findings);
            side.keys.extend(of_key.first().map(|(key, _)| *key));
            side.ends.push(side.findings.len() as u32);
        }
        side.keys.shrink_to_fit();
        side.ends.shrink_to_fit();
        side.findings.shrink_to_fit();
        let first = |head: usize| side.keys.partition_point(|key| Self::head(*key) < head) as u32;
        side.heads = (0..=1 << HEAD_BITS).map(first).collect();
        side
    }

    fn head(key: K) -> usize {
        (key.into() >> (8 * size_of::<K>() as u32 - HEAD_BITS)) as usize
    }

    fn find(&self, key: K) -> &[Stored] {
        let head = Self::head(key);
        let bound = |head: usize| self.heads.get(head).map_or(0, |first| *first as usize);
        let (from, to) = (bound(head), bound(head + 1));
        let alike = self.keys.get(from..to).unwrap_or_default();
        let Ok(at) = alike.binary_search(&key).map(|at| from + at) else { return &[] };
        let start = at.checked_sub(1).and_then(|before| self.ends.get(before)).map_or(0, |end| *end as usize);
        let end = self.ends.get(at).map_or(start, |end| *end as usize);
        self.findings.get(start..end).unwrap_or_default()
    }

    fn bytes(&self) -> usize {
        self.heads.capacity() * 4
            + self.keys.capacity() * size_of::<K>()
            + self.ends.capacity() * 4
            + self.findings.capacity() * size_of::<Stored>()
    }
}

/// One finding per family and kind: several feeds, or several addresses of one prefix, have seen the same thing.
/// Days are not summed, feeds see the same ones: the most that one of them counted is the least there were.
fn fold<K>(rows: &[(K, Stored)]) -> Vec<Stored> {
    let same = |a: &(K, Stored), b: &(K, Stored)| (a.1.family, a.1.kind) == (b.1.family, b.1.kind);
    let merge = |a: Stored, b: Stored| Stored {
        first: a.first.min(b.first),
        last: a.last.max(b.last),
        days: a.days.max(b.days),
        ..a
    };
    rows.chunk_by(same).filter_map(|same| same.iter().map(|(_, stored)| *stored).reduce(merge)).collect()
}

#[cfg(test)]
mod tests;
