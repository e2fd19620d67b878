//! Where a visitor comes from: the address of his connection, or what a *declared* proxy says of it.
//!
//! A header is believed only from a proxy that the operator has named, only the one header he has chosen
//! (`X-Forwarded-For`, or `Forwarded` of RFC 7239), and only from the right: proxies append, so that what a visitor
//! invents stands to the left of what the first proxy saw.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use axum::extract::FromRequestParts;
use axum::response::Response;
use http::header::{self, GetAll, HeaderName};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, StatusCode};
use ipnet::IpNet;

use crate::answer;
use crate::app::App;

/// Most hops that are looked at; longer chains are not believed at all.
pub const HOPS_MAX: usize = 16;

/// Where a standard name is not known, a name is taken apart at each look, but for one made at the start.
static X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// Which header proxies write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProxyHeader {
    /// `X-Forwarded-For`.
    XForwardedFor,
    /// `Forwarded` (RFC 7239).
    Forwarded,
}

/// The other end of the connection.
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub SocketAddr);

/// Who asks. Never printed: it has no `Display`, and its `Debug` says nothing.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Visitor {
    /// His address; `None` when a proxy says nothing that can be believed.
    pub address: Option<IpAddr>,
    /// The one his requests are counted under: his, or else the proxy's.
    pub counted: IpAddr,
}

impl std::fmt::Debug for Visitor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Visitor(…)")
    }
}

impl FromRequestParts<App> for Visitor {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        let peer = parts.extensions.get::<Peer>().copied();
        let Some(Peer(peer)) = peer else { return Err(answer::problem(StatusCode::INTERNAL_SERVER_ERROR)) };
        Ok(visitor(peer.ip(), &parts.headers, &app.config().trusted_proxies, app.config().proxy_header))
    }
}

/// Who asks, by the connection's address and the request's headers.
pub fn visitor(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet], header: ProxyHeader) -> Visitor {
    let peer = peer.to_canonical();
    if !is_trusted(peer, trusted) {
        return Visitor { address: Some(peer), counted: peer };
    }
    let address = match header {
        ProxyHeader::XForwardedFor => behind_proxies(headers.get_all(&X_FORWARDED_FOR), parse_address, trusted),
        ProxyHeader::Forwarded => behind_proxies(headers.get_all(header::FORWARDED), parse_forwarded, trusted),
    };
    Visitor { address, counted: address.unwrap_or(peer) }
}

/// The address nearest to us that is no proxy of ours, of the hops in all lines of a list header, left to right; `None` if an
/// unreadable hop stands before it, if all are proxies, for a chain too long and for no text.
fn behind_proxies(
    lines: GetAll<'_, HeaderValue>,
    parse: fn(&str) -> Option<IpAddr>,
    trusted: &[IpNet],
) -> Option<IpAddr> {
    let (mut nearest, mut hops) = (None, 0);
    for line in lines {
        for hop in line.to_str().ok()?.split(',').map(|hop| parse(hop.trim())) {
            hops += 1;
            if hops > HOPS_MAX {
                return None;
            }
            if !hop.is_some_and(|address| is_trusted(address, trusted)) {
                nearest = hop;
            }
        }
    }
    nearest
}

fn is_trusted(address: IpAddr, trusted: &[IpNet]) -> bool {
    trusted.iter().any(|network| network.contains(&address))
}

/// An address with or without a port: `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1`, `[2001:db8::1]:80`.
fn parse_address(text: &str) -> Option<IpAddr> {
    let plain = text.parse::<IpAddr>().ok();
    let with_port = || text.parse::<SocketAddr>().ok().map(|address| address.ip());
    let bracketed = || text.strip_prefix('[')?.strip_suffix(']')?.parse::<Ipv6Addr>().ok().map(IpAddr::V6);
    Some(plain.or_else(with_port).or_else(bracketed)?.to_canonical())
}

/// The `for` of one element of `Forwarded`: `for=192.0.2.1;proto=https`, `For="[2001:db8::1]:80"`.
fn parse_forwarded(element: &str) -> Option<IpAddr> {
    let pairs = element.split(';').filter_map(|pair| pair.split_once('='));
    let (_, value) = pairs.into_iter().find(|(name, _)| name.trim().eq_ignore_ascii_case("for"))?;
    parse_address(value.trim().trim_matches('"'))
}

/// Whether a request carries what a proxy would add: then its connection's address says nothing of its origin.
pub fn is_forwarded(headers: &HeaderMap) -> bool {
    ["forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via"]
        .iter()
        .any(|name| headers.contains_key(*name))
}

/// Whether an address cannot be one of the Internet: private, local, reserved. Ranges kept for documentation are
/// ordinary here; nobody owns them, so that they are foreign. RFC 6890.
pub fn is_special(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(ip) => {
            let [a, b, ..] = ip.octets();
            let cgnat = a == 100 && (64..128).contains(&b);
            let bench = a == 198 && (b & 0xfe) == 18;
            let own = ip.is_private() || ip.is_loopback() || ip.is_link_local() || ip.is_unspecified();
            own || cgnat || bench || a == 0 || a >= 224
        }
        IpAddr::V6(ip) => {
            let own = ip.is_unique_local() || ip.is_unicast_link_local() || ip.is_loopback() || ip.is_unspecified();
            // Global unicast is 2000::/3 (RFC 4291 §2.4, IANA).
            own || ip.is_multicast() || ip.segments()[0] >> 13 != 1
        }
    }
}

#[cfg(test)]
mod tests;
