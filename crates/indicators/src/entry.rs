//! What an indicator becomes before it is taken: what it is, and its canonical text; or why it is none.
//!
//! One spelling for one meaning: lower case (but for paths, RFC 3986 §6.2.2.1), IDNA, no scheme, no user, no fragment, no
//! slash at the end, no port that goes without saying, nothing defanged.

use std::borrow::Cow;
use std::net::IpAddr;

use event::clean;

use crate::cuts;
use crate::finding::Reason;
use crate::host::{self, Host, LABEL_MAX, NAME_MAX, Name};
use crate::list::{Purpose, TEXT_MAX};
use crate::special;
use crate::suffixes;
use crate::watch::Kind;

/// Shortest domain, in characters: the shortest that can be is a letter under a country, `x.vn`.
pub const DOMAIN_MIN: usize = 4;
/// Shortest bare path, its slash included: the shortest of the folder of lists is `/hua`; shorter ones fit anything.
pub const PATH_MIN: usize = 4;
/// Shortest prefix of an IPv4 network that may be allowed: the largest block that one owner was ever given.
pub const ALLOWED_V4_MIN: u8 = 8;
/// Shortest prefix of an IPv6 network that may be allowed: the largest block that one registry gives out.
pub const ALLOWED_V6_MIN: u8 = 16;
/// Ports that a URL need not write (RFC 9110 §4.2).
const WEB_PORTS: [u16; 2] = [80, 443];

/// Reads one written indicator; `is_url` when it is known to be one, so that `192.0.2.1/24` is no network.
pub(crate) fn read(written: &str, purpose: Purpose, is_url: bool) -> Result<(Kind, String), Reason> {
    let text = refang(strip(written));
    let (kind, text) = match split_scheme(&text) {
        (None, rest) if rest.starts_with('/') => (Kind::Path, bare_path(rest)?),
        (scheme, rest) => placed(rest, purpose, is_url || scheme.is_some())?,
    };
    if text.len() > TEXT_MAX || !can_be_found(kind, &text) { Err(Reason::TooLong) } else { Ok((kind, text)) }
}

/// Whether a request for it would be tried that far.
fn can_be_found(kind: Kind, text: &str) -> bool {
    match kind {
        Kind::Url => cuts::is_tried(text.as_bytes(), text.find('/').unwrap_or(text.len())),
        Kind::Path if text.contains('?') => cuts::queries(text.as_bytes()).next() == Some(text.as_bytes()),
        _ => true,
    }
}

/// Blanks and marks that are not seen, off both ends.
pub(crate) fn strip(text: &str) -> &str {
    text.trim_matches(|letter: char| letter.is_whitespace() || is_unseen(letter))
}

fn is_unseen(letter: char) -> bool {
    letter.is_control() || matches!(letter, '\u{feff}' | '\u{200b}'..='\u{200f}')
}

/// `example[.]org`, `hxxp://…`: what was written so that nobody clicks it.
fn refang(text: &str) -> Cow<'_, str> {
    const DEFANGED: [(&str, &str); 7] =
        [("[.]", "."), ("(.)", "."), ("{.}", "."), ("[dot]", "."), ("(dot)", "."), ("[:]", ":"), ("[://]", "://")];
    let mut text = Cow::Borrowed(text);
    // Again as long as there is any: taking one away may make another. The text gets shorter each time.
    while let Some((defanged, plain)) = DEFANGED.iter().find(|(defanged, _)| text.contains(defanged)) {
        text = Cow::Owned(text.replace(defanged, plain));
    }
    text
}

/// The scheme, whatever it is (`http`, `hxxp`, `tcp`), and what follows `://`.
fn split_scheme(text: &str) -> (Option<&str>, &str) {
    let is_scheme = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b));
    match text.split_once("://") {
        Some((scheme, rest)) if is_scheme(scheme) => (Some(scheme), rest),
        _ => (None, text),
    }
}

/// Everything that begins with a host.
fn placed(text: &str, purpose: Purpose, is_url: bool) -> Result<(Kind, String), Reason> {
    let (authority, tail) = text.split_at(text.find(['/', '?', '#']).unwrap_or(text.len()));
    let authority = if is_url { authority.rsplit('@').next().unwrap_or_default() } else { authority };
    let authority = authority.strip_prefix("*.").or_else(|| authority.strip_prefix('.')).unwrap_or(authority);
    if authority.is_empty() {
        return Err(Reason::Empty);
    }
    if authority.contains(char::is_whitespace) {
        return Err(Reason::Blanks);
    }
    let host = host::read(authority).ok_or(if is_digits(authority) { Reason::Digits } else { Reason::Unreadable })?;
    if host.port == Some(0) {
        return Err(Reason::Port);
    }
    match (&host.name, prefix_length(tail)) {
        (Name::Address(ip), Some(length)) if !is_url && host.port.is_none() => network(*ip, length, purpose),
        _ => with_tail(&host, &clean_tail(tail)?, purpose),
    }
}

/// A host with what follows it, `tail` being clean.
fn with_tail(host: &Host<'_>, tail: &str, purpose: Purpose) -> Result<(Kind, String), Reason> {
    match &host.name {
        Name::Address(ip) => check_address(*ip, purpose)?,
        Name::Domain(name) => check_name(name)?,
    }
    if !tail.is_empty() {
        return Ok((Kind::Url, url(host, tail)));
    }
    match (&host.name, host.port) {
        (Name::Address(ip), Some(port)) => Ok((Kind::AddressPort, format!("{}:{port}", host::address_in_url(*ip)))),
        (Name::Address(ip), None) => Ok((Kind::Address, ip.to_string())),
        // A log of queries knows no port, and who listed the name with one listed the name.
        (Name::Domain(name), _) => check_domain(name, purpose).map(|()| (Kind::Domain, name.to_string())),
    }
}

fn url(host: &Host<'_>, tail: &str) -> String {
    match host.port.filter(|port| !WEB_PORTS.contains(port)) {
        Some(port) => format!("{}:{port}{tail}", host.in_url()),
        None => format!("{}{tail}", host.in_url()),
    }
}

/// `/24` after an address.
fn prefix_length(tail: &str) -> Option<u8> {
    let digits = tail.strip_prefix('/')?;
    (digits.len() <= 3 && digits.bytes().all(|b| b.is_ascii_digit())).then(|| digits.parse().ok()).flatten()
}

fn network(ip: IpAddr, length: u8, purpose: Purpose) -> Result<(Kind, String), Reason> {
    let (whole, least) = if ip.is_ipv4() { (32, ALLOWED_V4_MIN) } else { (128, ALLOWED_V6_MIN) };
    if length == whole {
        return check_address(ip, purpose).map(|()| (Kind::Address, ip.to_string()));
    }
    match purpose {
        Purpose::Indicators => Err(Reason::Network),
        Purpose::Allowed if length < least => Err(Reason::TooWide),
        Purpose::Allowed => {
            clean::network(&format!("{ip}/{length}")).map(|text| (Kind::Address, text)).ok_or(Reason::Unreadable)
        }
    }
}

/// What no machine can have is no indicator; allowed may be anything.
fn check_address(ip: IpAddr, purpose: Purpose) -> Result<(), Reason> {
    match purpose {
        Purpose::Indicators => special::unfit(ip).map_or(Ok(()), Err),
        Purpose::Allowed => Ok(()),
    }
}

/// A name of the letters that names have, in labels of the length that labels have.
fn check_name(name: &str) -> Result<(), Reason> {
    let is_label = |label: &str| (1..=LABEL_MAX).contains(&label.len());
    let is_letter = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'_');
    if is_digits(name) {
        return Err(Reason::Digits);
    }
    if name.len() > NAME_MAX || !name.bytes().all(is_letter) || !name.split('.').all(is_label) {
        return Err(Reason::Unreadable);
    }
    if name.contains('.') { Ok(()) } else { Err(Reason::TopLevel) }
}

/// Whether the last label is a number, as no top level is (RFC 3696 §2).
fn is_digits(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or_default();
    name.contains('.') && !last.is_empty() && last.bytes().all(|b| b.is_ascii_digit())
}

fn check_domain(name: &str, purpose: Purpose) -> Result<(), Reason> {
    match purpose {
        _ if name.len() < DOMAIN_MIN => Err(Reason::TooShort),
        Purpose::Indicators if suffixes::has(name) => Err(Reason::Suffix),
        _ => Ok(()),
    }
}

fn bare_path(text: &str) -> Result<String, Reason> {
    let path = clean_tail(text)?;
    if path.len() < PATH_MIN { Err(Reason::TooShort) } else { Ok(path.into_owned()) }
}

/// Path and query as they are held against a log: no fragment, no slash at the end, a path before the query.
fn clean_tail(tail: &str) -> Result<Cow<'_, str>, Reason> {
    let tail = strip(tail.split('#').next().unwrap_or_default());
    if tail.contains(char::is_whitespace) {
        return Err(Reason::Blanks);
    }
    if tail.contains(is_unseen) {
        return Err(Reason::Unreadable);
    }
    Ok(match tail.find('?') {
        Some(0) => Cow::Owned(format!("/{tail}")),
        Some(_) => Cow::Borrowed(tail),
        None => Cow::Borrowed(tail.trim_end_matches('/')),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn as_indicator(text: &str) -> Result<(Kind, String), Reason> {
        read(text, Purpose::Indicators, false)
    }

    #[test]
    fn one_meaning_has_one_spelling() {
        for (written, kind, wanted) in [
            ("example.org", Kind::Domain, "example.org"),
            (" WWW.Example.ORG. ", Kind::Domain, "www.example.org"),
            ("*.example.org", Kind::Domain, "example.org"),
            (".example.org", Kind::Domain, "example.org"),
            ("example[.]org", Kind::Domain, "example.org"),
            ("hxxps://example[.]org/", Kind::Domain, "example.org"),
            ("example.org:8080", Kind::Domain, "example.org"),
            ("tên-miền.example", Kind::Domain, "xn--tn-min-iva0322d.example"),
            ("_sip.example.org", Kind::Domain, "_sip.example.org"),
            ("\u{feff}example.org\u{200b}", Kind::Domain, "example.org"),
            ("192.0.2.1", Kind::Address, "192.0.2.1"),
            ("http://192.0.2.1", Kind::Address, "192.0.2.1"),
            ("192[.]0[.]2[.]1", Kind::Address, "192.0.2.1"),
            ("192.0.2.1/32", Kind::Address, "192.0.2.1"),
            ("::ffff:192.0.2.1", Kind::Address, "192.0.2.1"),
            ("2001:DB8:0::1", Kind::Address, "2001:db8::1"),
            ("[2001:db8::1%eth0]", Kind::Address, "2001:db8::1"),
            ("192.0.2.1:80", Kind::AddressPort, "192.0.2.1:80"),
            ("tcp://192.0.2.1:4444", Kind::AddressPort, "192.0.2.1:4444"),
            ("[2001:db8::1]:443", Kind::AddressPort, "[2001:db8::1]:443"),
            ("http://Example.org:80/A/b/", Kind::Url, "example.org/A/b"),
            ("https://user:word@example.org/a#top", Kind::Url, "example.org/a"),
            ("example.org:443/a", Kind::Url, "example.org/a"),
            ("192.0.2.1:8080/a.sh", Kind::Url, "192.0.2.1:8080/a.sh"),
            ("http://192.0.2.1/24", Kind::Url, "192.0.2.1/24"),
            ("[2001:db8::1]/a", Kind::Url, "[2001:db8::1]/a"),
            ("example.org?id=1", Kind::Url, "example.org/?id=1"),
            ("example.org/a?", Kind::Url, "example.org/a?"),
            ("com.vn/a", Kind::Url, "com.vn/a"),
            ("/gate.php", Kind::Path, "/gate.php"),
            ("/AxLm//", Kind::Path, "/AxLm"),
            ("/?id=1", Kind::Path, "/?id=1"),
            ("example[[dot]]org", Kind::Domain, "example.org"),
        ] {
            assert_eq!(as_indicator(written), Ok((kind, wanted.to_owned())), "{written}");
            let again = read(wanted, Purpose::Indicators, kind == Kind::Url);
            assert_eq!(again, Ok((kind, wanted.to_owned())), "{wanted} does not stay");
        }
    }

    #[test]
    fn what_would_hit_the_harmless_is_refused() {
        for (written, wanted) in [
            ("", Reason::Empty),
            ("http://", Reason::Empty),
            ("*.", Reason::Empty),
            ("com", Reason::TopLevel),
            ("*.vn", Reason::TopLevel),
            ("localhost", Reason::TopLevel),
            ("gov.vn", Reason::Suffix),
            ("co.uk", Reason::Suffix),
            ("https://com.vn/", Reason::Suffix),
            ("a.b", Reason::TooShort),
            ("10.0.0.1", Reason::Private),
            ("http://192.168.1.1/a.sh", Reason::Private),
            ("127.0.0.1:80", Reason::Loopback),
            ("::1", Reason::Loopback),
            ("224.0.0.1", Reason::Multicast),
            ("0.0.0.0", Reason::Reserved),
            ("192.0.2.0/24", Reason::Network),
            ("2001:db8::/32", Reason::Network),
            ("192.0.2.1:0", Reason::Port),
            ("/", Reason::TooShort),
            ("//", Reason::TooShort),
            ("/ab", Reason::TooShort),
            ("/a b.php", Reason::Blanks),
            ("two words", Reason::Blanks),
            ("256.1.1.1", Reason::Digits),
            ("1.2.3.4.5", Reason::Digits),
            ("192.0.2.1:99999", Reason::Unreadable),
            ("user@example.org", Reason::Unreadable),
            ("||example.org^", Reason::Unreadable),
            ("a..example.org", Reason::Unreadable),
            ("ex*mple.org", Reason::Unreadable),
        ] {
            assert_eq!(as_indicator(written), Err(wanted), "{written}");
        }
        assert_eq!(as_indicator(&format!("/{}", "a".repeat(TEXT_MAX))), Err(Reason::TooLong));
        assert_eq!(as_indicator(&format!("/?{}", "a&".repeat(200))), Err(Reason::TooLong));
        assert_eq!(as_indicator(&format!("{}.example", "a".repeat(64))), Err(Reason::Unreadable));
    }

    #[test]
    fn an_allow_list_may_have_networks_and_suffixes_but_not_everything() {
        let allowed = |text| read(text, Purpose::Allowed, false);
        assert_eq!(allowed("192.0.2.77/24"), Ok((Kind::Address, "192.0.2.0/24".into())));
        assert_eq!(allowed("2001:db8::1/32"), Ok((Kind::Address, "2001:db8::/32".into())));
        assert_eq!(allowed("10.0.0.0/8"), Ok((Kind::Address, "10.0.0.0/8".into())));
        assert_eq!(allowed("gov.vn"), Ok((Kind::Domain, "gov.vn".into())));
        assert_eq!(allowed("0.0.0.0/0"), Err(Reason::TooWide));
        assert_eq!(allowed("2000::/3"), Err(Reason::TooWide));
        assert_eq!(allowed("192.0.2.0/99"), Err(Reason::Unreadable));
        assert_eq!(allowed("vn"), Err(Reason::TopLevel));
    }
}
