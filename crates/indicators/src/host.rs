//! The host that a log or a list names: a domain name or an address, perhaps with a port.

use std::borrow::Cow;
use std::net::IpAddr;

use event::clean;

/// Longest domain name, in characters without the last dot (RFC 1035 §2.3.4).
pub(crate) const NAME_MAX: usize = 253;
/// Longest label of a name (RFC 1035 §2.3.4).
pub(crate) const LABEL_MAX: usize = 63;
/// Longest text that is tried as a host: a name may be written in longer letters than it is sent in (RFC 5890).
const HOST_MAX: usize = 4 * NAME_MAX;

/// Most labels of a name (RFC 1035 §2.3.4: 255 octets).
const LABELS_MAX: usize = 127;

/// What is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Name<'t> {
    /// A domain name: lower case, IDNA, no trailing dot.
    Domain(Cow<'t, str>),
    /// An address, never an IPv4 address in IPv6 clothes.
    Address(IpAddr),
}

/// What is called, and the port written with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Host<'t> {
    pub(crate) name: Name<'t>,
    pub(crate) port: Option<u16>,
}

impl Host<'_> {
    /// The host as it stands in a URL (RFC 3986 §3.2.2), without its port.
    pub(crate) fn in_url(&self) -> Cow<'_, str> {
        match &self.name {
            Name::Domain(name) => Cow::Borrowed(name),
            Name::Address(ip) => Cow::Owned(address_in_url(*ip)),
        }
    }
}

/// An address as it stands in a URL.
pub(crate) fn address_in_url(ip: IpAddr) -> String {
    match ip {
        IpAddr::V4(v4) => v4.to_string(),
        IpAddr::V6(v6) => format!("[{v6}]"),
    }
}

/// Reads a host as it is written: `Example.ORG.`, `192.0.2.1:8080`, `[2001:db8::1%eth0]:443`; `None` if it is none.
#[inline]
pub(crate) fn read(text: &str) -> Option<Host<'_>> {
    if is_plain(text) { Some(Host { name: Name::Domain(Cow::Borrowed(text)), port: None }) } else { read_any(text) }
}

/// The nearest domain above a name that is no host: a tunnel carries whatever bytes it likes in the labels to its left.
#[cold]
pub(crate) fn above(text: &str) -> Option<Host<'_>> {
    let rests = std::iter::successors(Some(text), |text| text.split_once('.').map(|(_, rest)| rest));
    let mut hosts = rests.skip(1).take(LABELS_MAX).filter_map(read);
    hosts.find(|host| matches!(host.name, Name::Domain(_)))
}

/// The spelling nearly every name of a log has: nothing to be put right, and no address.
fn is_plain(text: &str) -> bool {
    let mut label = 0;
    let fits = |byte| match byte {
        b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' => {
            label += 1;
            label <= LABEL_MAX
        }
        b'.' => std::mem::take(&mut label) > 0,
        _ => false,
    };
    text.len() <= NAME_MAX && text.as_bytes().last().is_some_and(u8::is_ascii_lowercase) && text.bytes().all(fits)
}

fn read_any(text: &str) -> Option<Host<'_>> {
    let text = clean::trim(text);
    if text.len() > HOST_MAX {
        return None;
    }
    if let Some(bracketed) = text.strip_prefix('[') {
        return read_bracketed(bracketed);
    }
    if let Some(ip) = address(text) {
        return Some(Host { name: Name::Address(ip), port: None });
    }
    let (name, port) = match text.rsplit_once(':') {
        Some((name, port)) => (name, Some(read_port(port)?)),
        None => (text, None),
    };
    let name = match address(name) {
        Some(ip) => Name::Address(ip),
        None => Name::Domain(clean::fqdn(name).filter(|name| name.len() <= NAME_MAX)?),
    };
    Some(Host { name, port })
}

fn read_bracketed(text: &str) -> Option<Host<'_>> {
    let (inside, after) = text.split_once(']')?;
    let port = match after {
        "" => None,
        after => Some(read_port(after.strip_prefix(':')?)?),
    };
    Some(Host { name: Name::Address(address(inside)?), port })
}

fn read_port(text: &str) -> Option<u16> {
    text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

/// An address; a zone id (RFC 4007 §11) says through which interface and is no part of it.
fn address(text: &str) -> Option<IpAddr> {
    let alone = match text.split_once('%') {
        Some((ip, _)) if ip.contains(':') => ip,
        _ => text,
    };
    let is_network = alone.contains('/');
    clean::parse_address(alone).filter(|_| !is_network).map(|ip| ip.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Option<String> {
        let host = read(text)?;
        Some(match host.port {
            Some(port) => format!("{}:{port}", host.in_url()),
            None => host.in_url().into_owned(),
        })
    }

    #[test]
    fn hosts_are_read_however_they_are_written() {
        for (written, wanted) in [
            ("www.example.org", "www.example.org"),
            ("WWW.Example.ORG.", "www.example.org"),
            ("example.org:8080", "example.org:8080"),
            ("tên-miền.example", "xn--tn-min-iva0322d.example"),
            ("192.0.2.1", "192.0.2.1"),
            ("192.0.2.1:443", "192.0.2.1:443"),
            ("::ffff:192.0.2.1", "192.0.2.1"),
            ("2001:DB8::1", "[2001:db8::1]"),
            ("[2001:db8::1]", "[2001:db8::1]"),
            ("[fe80::1%eth0]:53", "[fe80::1]:53"),
        ] {
            assert_eq!(shown(written).as_deref(), Some(wanted), "{written}");
        }
    }

    #[test]
    fn what_is_no_host_is_none() {
        for text in ["", " ", ":80", "a..b:80", "192.0.2.1:99999", "192.0.2.1:+8", "[192.0.2.1", "[::1]x", "a/b"] {
            assert_eq!(read(text), None, "{text}");
        }
        assert_eq!(read(&"a".repeat(5000)), None);
        assert_eq!(read(&format!("{}A", "a.".repeat(200))), None);
    }

    #[test]
    fn what_is_no_name_is_none_whatever_its_letters() {
        for name in ["a..example", ".example", &format!("{}.example", "a".repeat(64))] {
            assert_eq!((read(name), read(&name.to_uppercase())), (None, None), "{name}");
        }
    }
}
