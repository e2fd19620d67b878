//! The same as [`indicators::Watch`], said plainly: every indicator of a list is held against every contact.

use std::net::{IpAddr, SocketAddr};

use indicators::{Contact, End, Indicator, Kind};

/// Indicators, what is allowed, and the addresses that are ours.
#[derive(Debug)]
pub(crate) struct Naive<'t> {
    pub(crate) indicators: &'t [Indicator<'static>],
    pub(crate) allowed: &'t [Indicator<'static>],
    pub(crate) ours: &'t [IpAddr],
}

impl Naive<'_> {
    /// Whether the subject opened the connection, and the place of the indicator it touched. Names are lower case.
    pub(crate) fn find(&self, contact: &Contact<'_>) -> Option<(bool, usize)> {
        let is_ours = |end: &End| self.ours.contains(&end.ip);
        let from = contact.from?;
        if contact.to.as_ref().is_some_and(is_ours) && !is_ours(&from) {
            return self.ends(&[from], &[Kind::AddressPort], contact.at).map(|at| (false, at));
        }
        let called = Called::of(contact);
        let peer = contact.to.filter(|to| !is_ours(to));
        let named = called.host_end().filter(|end| !is_ours(end));
        let ends: Vec<End> = named.into_iter().chain(peer).collect();
        let port = called.port.or(peer.and_then(|peer| peer.port));
        let host = match (&called.host, peer) {
            (None, Some(peer)) => Some(in_url(peer.ip)),
            (host, _) => host.clone(),
        };
        let found = self
            .request(contact, host.as_deref(), port, Kind::Url)
            .or_else(|| self.name(&called, contact.at))
            .or_else(|| self.ends(&ends, &[Kind::AddressPort, Kind::Address], contact.at))
            .or_else(|| self.request(contact, host.as_deref(), port, Kind::Path));
        found.map(|at| (true, at))
    }

    fn name(&self, called: &Called, at: i64) -> Option<usize> {
        let name = called.host.as_deref()?;
        let fits = |i: &Indicator<'_>| i.kind == Kind::Domain && domain_fits(&i.text, name);
        if any(self.allowed, at, fits) { None } else { best(self.indicators, at, fits, |i| i.text.len()) }
    }

    fn ends(&self, ends: &[End], kinds: &[Kind], at: i64) -> Option<usize> {
        let free: Vec<&End> = ends.iter().filter(|end| !any(self.allowed, at, |i| end_fits(i, end))).collect();
        kinds.iter().find_map(|&kind| {
            let mut free = free.iter();
            free.find_map(|end| best(self.indicators, at, |i| i.kind == kind && end_fits(i, end), |_| 0))
        })
    }

    fn request(&self, contact: &Contact<'_>, host: Option<&str>, port: Option<u16>, kind: Kind) -> Option<usize> {
        let path = contact.path?.split('#').next()?;
        let url =
            |i: &Indicator<'_>| i.kind == Kind::Url && host.is_some_and(|host| url_fits(&i.text, host, port, path));
        let bare = |i: &Indicator<'_>| i.kind == Kind::Path && path_rank(&i.text, path).is_some();
        let is_free = |i: &Indicator<'_>| {
            let end = host.and_then(parse_in_url).map(|ip| End { ip, port });
            let by_host = host.is_some_and(|host| i.kind == Kind::Domain && domain_fits(&i.text, host));
            by_host || end.is_some_and(|end| end_fits(i, &end)) || url(i) || bare(i)
        };
        if any(self.allowed, contact.at, is_free) {
            return None;
        }
        match kind {
            Kind::Url => best(self.indicators, contact.at, url, |i| {
                let has_port = i.text.split('/').next().is_some_and(|host| port_of(host).1.is_some());
                i.text.len() + if has_port { 1_000_000 } else { 0 }
            }),
            _ => best(self.indicators, contact.at, bare, |i| path_rank(&i.text, path).unwrap_or(0)),
        }
    }
}

/// The host that a contact names.
struct Called {
    host: Option<String>,
    port: Option<u16>,
}

impl Called {
    fn of(contact: &Contact<'_>) -> Self {
        let name = contact.name.unwrap_or_default();
        let (host, port) = port_of(name);
        Self { host: Some(host.to_owned()).filter(|host| !host.is_empty()), port }
    }

    fn host_end(&self) -> Option<End> {
        Some(End { ip: parse_in_url(self.host.as_deref()?)?, port: self.port })
    }
}

/// `host:80`, `[::1]:80`, `host`.
fn port_of(authority: &str) -> (&str, Option<u16>) {
    match authority.rsplit_once(':') {
        Some((host, port)) if port.parse::<u16>().is_ok() && (!host.contains(':') || host.ends_with(']')) => {
            (host, port.parse().ok())
        }
        _ => (authority, None),
    }
}

fn in_url(ip: IpAddr) -> String {
    if ip.is_ipv6() { format!("[{ip}]") } else { ip.to_string() }
}

fn parse_in_url(host: &str) -> Option<IpAddr> {
    host.trim_start_matches('[').trim_end_matches(']').parse().ok()
}

fn counts(indicator: &Indicator<'_>, at: i64) -> bool {
    indicator.from.is_none_or(|from| from <= at) && indicator.until.is_none_or(|until| at < until)
}

fn any(list: &[Indicator<'_>], at: i64, fits: impl Fn(&Indicator<'_>) -> bool) -> bool {
    list.iter().any(|indicator| counts(indicator, at) && fits(indicator))
}

/// The highest rank, then the surest, then the first.
fn best(
    list: &[Indicator<'_>],
    at: i64,
    fits: impl Fn(&Indicator<'_>) -> bool,
    rank: impl Fn(&Indicator<'_>) -> usize,
) -> Option<usize> {
    let fitting = list.iter().enumerate().filter(|(_, indicator)| counts(indicator, at) && fits(indicator));
    fitting.rev().max_by_key(|(_, i)| (rank(i), i.confidence)).map(|(place, _)| place)
}

fn domain_fits(listed: &str, name: &str) -> bool {
    name == listed || name.ends_with(&format!(".{listed}"))
}

fn end_fits(listed: &Indicator<'_>, end: &End) -> bool {
    match listed.kind {
        Kind::AddressPort => {
            listed.text.parse().ok() == end.port.map(|port| SocketAddr::new(end.ip, port)) && end.port.is_some()
        }
        Kind::Address => match (listed.text.split_once('/'), end.ip) {
            (None, ip) => listed.text.parse() == Ok(ip),
            (Some((first, length)), IpAddr::V4(ip)) => {
                let (Ok(IpAddr::V4(first)), Ok(length)) = (first.parse(), length.parse::<u32>()) else { return false };
                first.to_bits() >> (32 - length) == ip.to_bits() >> (32 - length)
            }
            (Some((first, length)), IpAddr::V6(ip)) => {
                let (Ok(IpAddr::V6(first)), Ok(length)) = (first.parse(), length.parse::<u32>()) else { return false };
                first.to_bits() >> (128 - length) == ip.to_bits() >> (128 - length)
            }
        },
        _ => false,
    }
}

fn url_fits(listed: &str, host: &str, port: Option<u16>, path: &str) -> bool {
    let (authority, tail) = listed.split_at(listed.find('/').expect("path"));
    let (listed_host, listed_port) = port_of(authority);
    let plain = path.split('?').next().unwrap_or_default();
    let fits = match tail.contains('?') {
        true => query_fits(tail, path),
        false => plain == tail || plain.starts_with(&format!("{tail}/")),
    };
    listed_host == host && (listed_port.is_none() || listed_port == port) && fits
}

/// A beginning that does not end inside a word.
fn query_fits(listed: &str, path: &str) -> bool {
    let Some(rest) = path.strip_prefix(listed) else { return false };
    let is_word = |letter: Option<char>| letter.is_some_and(|letter| letter.is_ascii_alphanumeric());
    !(is_word(listed.chars().next_back()) && is_word(rest.chars().next()))
}

/// How telling a listed path is of a request: with a query before without, the whole before its last part, long before short.
fn path_rank(listed: &str, path: &str) -> Option<usize> {
    let plain = path.split('?').next().unwrap_or_default();
    let last = |text: &str| text.rfind('/').unwrap_or(0);
    if listed.contains('?') {
        let whole = query_fits(listed, path).then_some(3_000_000);
        let part = query_fits(listed, &path[last(plain)..]).then_some(2_000_000);
        return whole.or(part).map(|rank| rank + listed.len());
    }
    let plain = plain.trim_end_matches('/');
    let whole = (plain == listed).then_some(1);
    whole.or_else(|| (&plain[last(plain)..] == listed).then_some(0))
}
