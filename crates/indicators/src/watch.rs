//! One connection held against every set of indicators.

use std::net::IpAddr;
use std::sync::Arc;

use crate::host::{self, Host, Name};
use crate::inside::Inside;
use crate::set::{Found, Set};

/// One side of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct End {
    /// Its address.
    pub ip: IpAddr,
    /// Its port, where the log tells one.
    pub port: Option<u16>,
}

/// What one row of a log tells of one connection, its texts as they were written.
#[derive(Debug, Clone, Copy)]
pub struct Contact<'r> {
    /// When it began, microseconds since 1970.
    pub at: i64,
    /// Who opened it; of a query, who asked.
    pub from: Option<End>,
    /// Whom it was opened to; of a query, nobody (the resolver is no contact).
    pub to: Option<End>,
    /// The name that was asked for or called: a DNS query, a TLS server name, the host of a URL.
    pub name: Option<&'r str>,
    /// Of an HTTP request what follows the host: path and query.
    pub path: Option<&'r str>,
}

/// Which side of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// [`Contact::from`].
    From,
    /// [`Contact::to`].
    To,
}

/// What an indicator is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A name with all names below it.
    Domain,
    /// An address, whatever the port.
    Address,
    /// An address with a port.
    AddressPort,
    /// A host (name or address, perhaps with a port) with a path.
    Url,
    /// A path on whatever host; only of logs that have URLs.
    Path,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 5] = [Self::Domain, Self::Address, Self::AddressPort, Self::Url, Self::Path];

    /// The word used in tables and files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Domain => "domain",
            Self::Address => "address",
            Self::AddressPort => "address-port",
            Self::Url => "url",
            Self::Path => "path",
        }
    }

    /// The kind of a word.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == text)
    }
}

/// A connection that touched a known malware host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hit<'s> {
    /// The side that is ours.
    pub inside: Side,
    /// What the indicator is.
    pub kind: Kind,
    /// The indicator as it stands in its set.
    pub indicator: &'s str,
    /// The family as its set calls it.
    pub family: &'s str,
    /// Where it comes from.
    pub source: &'s str,
    /// How sure its source is, per cent.
    pub confidence: Option<u8>,
}

/// Everything a log is held against: indicators, what is never one, and which addresses are ours.
///
/// # Which side is ours, and what may hit
///
/// The side that is ours is never the indicator.
///
/// | `from` is ours | `to` is ours | subject | what may hit |
/// |---|---|---|---|
/// | yes | no, or not told | `from` | everything of the other side |
/// | yes | yes | `from` | URL, name, path: a proxy or a resolver stands between, and an address is our own |
/// | no | yes | `to` | `from` with its port: a flow's way back, or a log that swaps the sides. Not `from` alone, which may be scanning us, and nothing that was called: name, URL and path are our own |
/// | no | no, or not told | `from` | everything of the other side: who contacts is watched, wherever he is |
///
/// Without a subject there is no hit.
///
/// # What is allowed
///
/// The allow-list wins, value by value and as of the contact's time: an allowed name (or one below it), address (or one in
/// an allowed network), address with port, URL or path is as if it were not in the row; the rest of the row still counts.
/// What was asked of an allowed host – its URL and path – is not looked at.
///
/// Cloning is cheap: what is inside is shared.
#[derive(Debug, Clone, Default)]
pub struct Watch {
    indicators: Arc<Set>,
    allowed: Arc<Set>,
    inside: Arc<Inside>,
}

/// What of a contact may hit.
#[derive(Debug, Clone, Copy)]
enum View {
    /// `from` is the subject; the other end, unless it is ours too.
    Called(Option<End>),
    /// `to` is the subject, and this the other end.
    Back(End),
}

impl Watch {
    /// Holds logs against these.
    pub fn new(indicators: Arc<Set>, allowed: Arc<Set>, inside: Inside) -> Self {
        Self { indicators, allowed, inside: Arc::new(inside) }
    }

    /// Whether there is no indicator at all, so that whatever is held against it would look clean.
    pub fn is_empty(&self) -> bool {
        self.indicators.is_empty()
    }

    /// The indicators.
    pub fn indicators(&self) -> &Set {
        &self.indicators
    }

    /// What is never an indicator.
    pub fn allowed(&self) -> &Set {
        &self.allowed
    }

    /// Which addresses are ours.
    pub fn inside(&self) -> &Inside {
        &self.inside
    }

    /// What a connection touched, the most telling indicator first: URL, name, address with port, address, path.
    ///
    /// Matched is as of the contact's time. A name that is an address, as in a URL, counts as an address that was called; one
    /// that is no host (`aGVsbG8/d29y.bad.example`) lies below the first domain to its right.
    pub fn find(&self, contact: &Contact<'_>) -> Option<Hit<'_>> {
        let (inside, found) = match self.view(contact)? {
            View::Called(peer) => (Side::From, self.called(contact, peer)?),
            // A listed address alone is no proof: it may be scanning whatever it reaches.
            View::Back(peer) => (Side::To, self.address_port(peer, contact.at)?),
        };
        let Found { kind, indicator, family, source, confidence } = found;
        Some(Hit { inside, kind, indicator, family, source, confidence })
    }

    fn view(&self, contact: &Contact<'_>) -> Option<View> {
        let from = contact.from?;
        let peer = contact.to.filter(|to| !self.inside.has(to.ip));
        let to_is_ours = contact.to.is_some() && peer.is_none();
        if to_is_ours && !self.inside.has(from.ip) { Some(View::Back(from)) } else { Some(View::Called(peer)) }
    }

    fn called(&self, contact: &Contact<'_>, peer: Option<End>) -> Option<Found<'_>> {
        let at = contact.at;
        let host = contact.name.and_then(host::read);
        let above = contact.name.filter(|_| host.is_none()).and_then(host::above);
        let domain = host.as_ref().or(above.as_ref());
        let named = host.as_ref().and_then(end).filter(|end| !self.inside.has(end.ip));
        self.url(contact, host.as_ref(), peer)
            .or_else(|| self.domain(domain, at))
            .or_else(|| self.ends([named, peer].into_iter().flatten(), at))
            .or_else(|| self.path(contact, domain, peer))
    }

    fn url(&self, contact: &Contact<'_>, host: Option<&Host<'_>>, peer: Option<End>) -> Option<Found<'_>> {
        let path = contact.path?;
        let found = look_up_url(&self.indicators, contact, host, peer, path)?;
        let is_allowed = self.allows_request(contact, host, peer, path) || self.allows_path(path, contact.at);
        (!is_allowed).then_some(found)
    }

    fn domain(&self, host: Option<&Host<'_>>, at: i64) -> Option<Found<'_>> {
        let Name::Domain(name) = &host?.name else { return None };
        let found = self.indicators.domain(name, at)?;
        self.allowed.domain(name, at).is_none().then_some(found)
    }

    /// Addresses: first each with its port.
    fn ends(&self, mut ends: impl Iterator<Item = End> + Clone, at: i64) -> Option<Found<'_>> {
        let with_port = ends.clone().find_map(|end| self.address_port(end, at));
        with_port.or_else(|| ends.find_map(|end| self.address(end, at)))
    }

    fn address_port(&self, end: End, at: i64) -> Option<Found<'_>> {
        let found = self.indicators.address_port(end.ip, end.port?, at)?;
        (!self.allows_end(end, at)).then_some(found)
    }

    fn address(&self, end: End, at: i64) -> Option<Found<'_>> {
        let found = self.indicators.address(end.ip, at)?;
        (!self.allows_end(end, at)).then_some(found)
    }

    fn path(&self, contact: &Contact<'_>, host: Option<&Host<'_>>, peer: Option<End>) -> Option<Found<'_>> {
        let path = contact.path?;
        let found = self.indicators.path(path, contact.at)?;
        let is_allowed = self.allows_request(contact, host, peer, path) || self.allows_path(path, contact.at);
        (!is_allowed).then_some(found)
    }

    fn allows_end(&self, end: End, at: i64) -> bool {
        let allowed = &self.allowed;
        let with_port = end.port.and_then(|port| allowed.address_port(end.ip, port, at));
        with_port.or_else(|| allowed.address(end.ip, at)).or_else(|| allowed.network(end.ip, at)).is_some()
    }

    /// Whether whatever is asked of this host is allowed, or this URL is.
    fn allows_request(&self, contact: &Contact<'_>, host: Option<&Host<'_>>, peer: Option<End>, path: &str) -> bool {
        let at = contact.at;
        let host_is_allowed = match host {
            Some(Host { name: Name::Domain(name), .. }) => self.allowed.domain(name, at).is_some(),
            Some(host) => end(host).is_some_and(|end| {
                let called = peer.and_then(|peer| peer.port);
                self.allows_end(End { port: end.port.or(called), ..end }, at)
            }),
            None => peer.is_some_and(|peer| self.allows_end(peer, at)),
        };
        host_is_allowed || look_up_url(&self.allowed, contact, host, peer, path).is_some()
    }

    fn allows_path(&self, path: &str, at: i64) -> bool {
        self.allowed.path(path, at).is_some()
    }
}

/// The address that a host is.
fn end(host: &Host<'_>) -> Option<End> {
    match host.name {
        Name::Address(ip) => Some(End { ip, port: host.port }),
        Name::Domain(_) => None,
    }
}

/// The URL of a request; a host that the log does not tell is the address that was called.
fn look_up_url<'s>(
    set: &'s Set,
    contact: &Contact<'_>,
    host: Option<&Host<'_>>,
    peer: Option<End>,
    path: &str,
) -> Option<Found<'s>> {
    if !set.has_urls() {
        return None;
    }
    let called = peer.and_then(|peer| peer.port);
    match host {
        Some(host) => set.url(&host.in_url(), host.port.or(called), path, contact.at),
        None => set.url(&host::address_in_url(peer?.ip.to_canonical()), called, path, contact.at),
    }
}
