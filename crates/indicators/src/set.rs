//! A set of indicators, compact and immutable: built once, swapped whole.
//!
//! Records of twelve bytes lie in the order of the hashes of their keys, their texts in one long text; what many share –
//! family, source, confidence, validity – is kept once. A filter before them says a quick no. Ten million names take about
//! sixteen bytes each and their letters.
//!
//! # The same indicator, said more than once
//!
//! Lists may name the same indicator with other families, sources, confidences or times. All of it is kept (what is the same
//! in everything is kept once), and of those that count at the asked time the first answers: the surest first, one without a
//! confidence last, and among the equally sure in the order in which they were added.

use std::fmt;
use std::net::{IpAddr, SocketAddr};

use event::address;

use crate::builder::Builder;
use crate::cuts;
use crate::filter::{self, Filter};
use crate::record::{self, Record, Room, Terms};
use crate::watch::Kind;

/// An indicator that was found in a [`Set`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found<'s> {
    /// What it is.
    pub kind: Kind,
    /// Its canonical text.
    pub indicator: &'s str,
    /// The family as its list calls it.
    pub family: &'s str,
    /// Where it comes from.
    pub source: &'s str,
    /// How sure its source is, per cent.
    pub confidence: Option<u8>,
}

/// One list of a set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListFacts {
    /// Its name.
    pub name: String,
    /// When it was imported, microseconds since 1970.
    pub imported: i64,
    /// Indicators added of it.
    pub indicators: u64,
}

/// Indicators of any number of lists. Every look-up is as of an instant, microseconds since 1970.
#[derive(Clone, Default)]
pub struct Set {
    pub(crate) filter: Filter,
    /// For each place of the hashes where its records begin, and the end.
    pub(crate) starts: Box<[u32]>,
    pub(crate) records: Box<[Record]>,
    pub(crate) texts: Box<str>,
    pub(crate) terms: Box<[Terms]>,
    /// Families and sources.
    pub(crate) names: Box<[Box<str>]>,
    /// The lengths of prefixes that networks have, longest first.
    pub(crate) lengths: Box<[u8]>,
    pub(crate) has_urls: bool,
    pub(crate) lists: Vec<ListFacts>,
}

impl fmt::Debug for Set {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Set").field("indicators", &self.len()).field("lists", &self.lists.len()).finish()
    }
}

impl Set {
    /// Begins a set.
    pub fn builder() -> Builder {
        Builder::new()
    }

    /// How many indicators, doubles not counted.
    pub fn len(&self) -> usize {
        self.records.len()
    }

    /// Whether nothing can ever be found in it.
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// Whether there are URLs in it.
    pub fn has_urls(&self) -> bool {
        self.has_urls
    }

    /// The lists it was built of, in the order in which they were added.
    pub fn lists(&self) -> &[ListFacts] {
        &self.lists
    }

    /// The memory it takes, in bytes, names of families and sources apart.
    pub fn bytes(&self) -> usize {
        self.filter.bytes()
            + size_of_val(&*self.starts)
            + size_of_val(&*self.records)
            + self.texts.len()
            + size_of_val(&*self.terms)
    }

    /// The domain that a name (lower case, no trailing dot) is or is below, the longest first.
    pub fn domain(&self, name: &str, at: i64) -> Option<Found<'_>> {
        with_parents(name.as_bytes()).find_map(|name| self.text(Room::Domain, name, at))
    }

    /// An address.
    pub fn address(&self, ip: IpAddr, at: i64) -> Option<Found<'_>> {
        let ip = ip.to_canonical();
        let same = |text: &str| text.parse() == Ok(ip);
        self.find(Room::Address, record::hash_address(ip), at, same)
    }

    /// An address with a port.
    pub fn address_port(&self, ip: IpAddr, port: u16, at: i64) -> Option<Found<'_>> {
        let ip = ip.to_canonical();
        let same = |text: &str| text.parse() == Ok(SocketAddr::new(ip, port));
        self.find(Room::AddressPort, record::hash_address_port(ip, port), at, same)
    }

    /// The smallest network that holds an address; only an allow-list has networks.
    pub fn network(&self, ip: IpAddr, at: i64) -> Option<Found<'_>> {
        let bits = address::to_bits(ip);
        self.lengths.iter().find_map(|length| {
            let first = record::prefix(bits, *length);
            let same = |text: &str| record::network(text) == Some((first, *length));
            self.find(Room::Network, record::hash_network(first, *length), at, same)
        })
    }

    /// The URL that a request begins with, the longest first: see [`list`](crate::list) for the form of `host` (an IPv6
    /// address has brackets), `path` is path and query. A URL listed without a port fits any port.
    ///
    /// A URL without a query fits the path it names and everything below it, whatever the query; one with a query fits what
    /// begins with it, up to the end of a word.
    pub fn url(&self, host: &str, port: Option<u16>, path: &str, at: i64) -> Option<Found<'_>> {
        if !self.filter.may_have(record::hash(Room::UrlHost, host.as_bytes())) {
            return None;
        }
        let with_port = port.map(|port| format!("{host}:{port}"));
        let authorities = with_port.as_deref().into_iter().chain([host]);
        authorities.into_iter().find_map(|authority| {
            let request = [authority.as_bytes(), cuts::sent(path)].concat();
            cuts::beginnings(&request, authority.len()).find_map(|url| self.text(Room::Url, url, at))
        })
    }

    /// The bare path that a request's path and query is.
    ///
    /// As maltrail's sensor does, the whole path is looked up, and its last part alone: `/gate.php` is found in
    /// `/gate.php?x` and in `/a/gate.php`, not in `/gate.php/a`. Slashes at the end count for nothing. A path listed with a
    /// query fits if the request's query begins with it, up to the end of a word. Those with a query come first.
    pub fn path(&self, path: &str, at: i64) -> Option<Found<'_>> {
        let request = cuts::sent(path);
        let query = cuts::query(request);
        let parts = [Some(request), last_part(request, query)];
        let with_query = parts.into_iter().flatten().find_map(|part| self.query(part, at));
        let path = cuts::without_slashes(&request[..query]);
        let parts = [Some(path), last_part(path, path.len())];
        with_query.or_else(|| parts.into_iter().flatten().find_map(|part| self.text(Room::Path, part, at)))
    }

    fn query(&self, request: &[u8], at: i64) -> Option<Found<'_>> {
        let query = cuts::query(request);
        if query == request.len() || !self.filter.may_have(record::hash(Room::Query, &request[..query])) {
            return None;
        }
        cuts::queries(request).find_map(|path| self.text(Room::Path, path, at))
    }

    #[inline]
    fn text(&self, room: Room, key: &[u8], at: i64) -> Option<Found<'_>> {
        self.find(room, record::hash(room, key), at, |text| text.as_bytes() == key)
    }

    #[inline]
    fn find(&self, room: Room, hash: u64, at: i64, same: impl Fn(&str) -> bool) -> Option<Found<'_>> {
        if self.filter.may_have(hash) { self.find_record(room, hash, at, same) } else { None }
    }

    fn find_record(&self, room: Room, hash: u64, at: i64, same: impl Fn(&str) -> bool) -> Option<Found<'_>> {
        let place = filter::place(hash, Self::places(self.records.len()));
        let (from, to) = (*self.starts.get(place)? as usize, *self.starts.get(place + 1)? as usize);
        let counts = |record: &&Record| {
            let terms = &self.terms[record.terms as usize];
            terms.from <= at && at < terms.until
        };
        let mut fitting =
            self.records[from..to].iter().filter(|record| record.room == room && same(self.written(record)));
        fitting.find(counts).map(|record| self.found(record))
    }

    fn found(&self, record: &Record) -> Found<'_> {
        let terms = &self.terms[record.terms as usize];
        Found {
            kind: record.room.kind(),
            indicator: self.written(record),
            family: &self.names[terms.family as usize],
            source: &self.names[terms.source as usize],
            confidence: terms.confidence,
        }
    }

    fn written(&self, record: &Record) -> &str {
        &self.texts[record.at as usize..][..usize::from(record.length)]
    }

    /// How many places the hashes of so many records have: two records a place.
    pub(crate) fn places(records: usize) -> usize {
        records.div_ceil(2)
    }
}

/// A name and the names above it that have at least two labels.
fn with_parents(name: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(name);
    std::iter::from_fn(move || {
        let name = rest?;
        let dot = name.iter().position(|byte| *byte == b'.')?;
        rest = Some(&name[dot + 1..]);
        Some(name)
    })
}

/// The last part of a path that ends at `end`, with its slash and what follows; `None` if it is the whole.
fn last_part(request: &[u8], end: usize) -> Option<&[u8]> {
    let slash = request[..end].iter().rposition(|byte| *byte == b'/').filter(|slash| *slash > 0)?;
    Some(&request[slash..])
}
