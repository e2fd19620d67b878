//! The subject of an event: what was seen, and therefore who is to be told.

use std::fmt;
use std::net::IpAddr;

use crate::clean;

/// An address, a domain name, a URL or an account; the narrowest of what an event carries, an address before all.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Subject {
    /// An IPv4 or IPv6 address.
    Address(IpAddr),
    /// An account, usually a mail address.
    Account(String),
    /// A URL.
    Url(String),
    /// A domain name in lower case.
    Name(String),
}

/// Codes of [`Subject::kind`], in order of precedence.
pub const KINDS: [&str; 4] = ["address", "account", "url", "name"];

impl Subject {
    /// Which of [`KINDS`] it is.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Address(_) => "address",
            Self::Account(_) => "account",
            Self::Url(_) => "url",
            Self::Name(_) => "name",
        }
    }

    /// Reads what a person typed: an address, else a URL, else an account, else a domain name.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if let Some(ip) = clean::parse_address(text) {
            return Some(Self::Address(ip.to_canonical()));
        }
        if text.contains("://") {
            return clean::url(text).map(|url| Self::Url(url.into_owned()));
        }
        if let Some((_, domain)) = text.rsplit_once('@') {
            return clean::fqdn(domain).map(|_| Self::Account(text.to_owned()));
        }
        clean::fqdn(text).map(|name| Self::Name(name.into_owned()))
    }

    /// The domain name by which an owner is looked up: of a name itself, of a URL its host, of an account what follows the last `@`.
    /// `None` for an address and for a URL whose host is one; see [`Subject::host_address`].
    pub fn domain(&self) -> Option<String> {
        match self {
            Self::Address(_) => None,
            Self::Name(name) => Some(name.clone()),
            Self::Url(url) => domain_of("url", url),
            Self::Account(account) => domain_of("account", account),
        }
    }

    /// The address of an address, or of a URL whose host is one.
    pub fn host_address(&self) -> Option<IpAddr> {
        match self {
            Self::Address(ip) => Some(*ip),
            Self::Url(url) => url_address(url),
            _ => None,
        }
    }
}

/// The domain of a stored text subject of a kind (`account`, `url` or `name`), as [`Subject::domain`].
pub fn domain_of(kind: &str, text: &str) -> Option<String> {
    let name = match kind {
        "name" => return Some(text.to_owned()),
        "url" => clean::url_host(text)?.into_owned(),
        "account" => text.rsplit_once('@')?.1.to_owned(),
        _ => return None,
    };
    clean::fqdn(&name).map(std::borrow::Cow::into_owned)
}

/// The address that is the host of a URL, if it is one.
pub fn url_address(url: &str) -> Option<IpAddr> {
    clean::parse_address(&clean::url_host(url)?)
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(ip) => ip.fmt(f),
            Self::Account(text) | Self::Url(text) | Self::Name(text) => f.write_str(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_becomes_what_was_meant() {
        for (typed, kind, domain) in [
            ("192.0.2.1", "address", None),
            ("::ffff:192.0.2.1", "address", None),
            ("WWW.Example.org.", "name", Some("www.example.org")),
            ("http://Example.org:80/x", "url", Some("example.org")),
            ("http://192.0.2.1/x", "url", None),
            ("can.bo@so.example.vn", "account", Some("so.example.vn")),
        ] {
            let subject = Subject::parse(typed).expect(typed);
            assert_eq!((subject.kind(), subject.domain().as_deref()), (kind, domain), "{typed}");
        }
        assert_eq!(Subject::parse("not a subject/"), None);
    }
}
