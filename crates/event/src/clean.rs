//! What a value becomes before it is stored, by the [`Rule`] of its key.
//!
//! Three fates: *ignored* (the format's words for "nothing here"), *invalid*, or stored in canonical
//! form. The rules are those of the IntelMQ data format.

use std::borrow::Cow;
use std::net::{IpAddr, Ipv4Addr};

use crate::key::Rule;
use crate::{address, rsit, time, tlp::Tlp};

/// The fate of a value.
#[derive(Debug, Clone, PartialEq)]
pub enum Cleaned<'t> {
    /// `""`, `-` or `N/A`: nothing was said.
    Ignored,
    /// Not what the key asks for.
    Invalid,
    /// A whole number; an instant is microseconds since 1970 UTC.
    Number(i64),
    /// An address as [`address::to_bits`].
    Address(u128),
    /// Text in canonical form.
    Text(Cow<'t, str>),
    /// A JSON literal: `true`, `false` or a decimal number.
    Literal(Cow<'t, str>),
}

/// Longest label of a domain name, in characters (RFC 1035 §2.3.4).
const LABEL_MAX: usize = 63;

/// Applies a rule to a text.
pub fn clean(rule: Rule, text: &str) -> Cleaned<'_> {
    if is_ignored(text) {
        return Cleaned::Ignored;
    }
    let text = trim(text);
    if text.is_empty() {
        return Cleaned::Invalid;
    }
    by_rule(rule, text).unwrap_or(Cleaned::Invalid)
}

/// Whether a text says nothing, as [`clean`] has it.
#[inline]
pub fn is_ignored(text: &str) -> bool {
    // Bytes: a text's pattern is a call to compare memory.
    matches!(text.as_bytes(), b"" | b"-" | b"N/A")
}

/// What [`clean`] makes of a text where the rule is one for a whole number or an instant.
pub fn number(rule: Rule, text: &str) -> Option<i64> {
    match rule {
        Rule::Asn => parse_asn(trim(text)),
        Rule::Integer => parse_integer(text),
        Rule::Time => time::parse(text),
        _ => None,
    }
}

/// `str::trim`, which takes a while to find that there is nothing to do.
#[inline]
pub fn trim(text: &str) -> &str {
    match text.as_bytes() {
        [first, .., last] if first.is_ascii_graphic() && last.is_ascii_graphic() => text,
        _ => text.trim(),
    }
}

fn by_rule(rule: Rule, text: &str) -> Option<Cleaned<'_>> {
    let word = |text: Cow<'static, str>| Some(Cleaned::Text(text));
    match rule {
        Rule::Accuracy => literal(text).filter(|(_, n)| (0.0..=100.0).contains(n)).map(|(l, _)| l),
        Rule::Float => literal(text).map(|(l, _)| l),
        Rule::Address => parse_address(text).map(|ip| Cleaned::Address(address::to_bits(ip))),
        Rule::Asn | Rule::Integer | Rule::Time => number(rule, text).map(Cleaned::Number),
        Rule::Boolean => parse_bool(text).map(|b| Cleaned::Literal(Cow::Borrowed(if b { "true" } else { "false" }))),
        Rule::CountryCode => country_code(text).map(Cleaned::Text),
        Rule::Fqdn => fqdn(text).map(Cleaned::Text),
        Rule::Lower => Some(Cleaned::Text(lower(text))),
        Rule::LowerAscii(most) => printable(text, most).then(|| Cleaned::Text(lower(text))),
        Rule::Ascii(most) => printable(text, most).then_some(Cleaned::Text(Cow::Borrowed(text))),
        Rule::Network => network(text).map(|n| Cleaned::Text(Cow::Owned(n))),
        Rule::Registry => registry(text).and_then(|name| word(Cow::Borrowed(name))),
        Rule::Severity => one_of(text, &SEVERITIES),
        Rule::Taxonomy => one_of(text, &rsit::TAXONOMIES),
        Rule::Transport => one_of(text, &TRANSPORTS),
        Rule::Type => rsit::taxonomy_of(&lower(text)).map(|_| Cleaned::Text(lower(text))),
        Rule::Text => Some(Cleaned::Text(Cow::Borrowed(text))),
        Rule::Tlp => Tlp::parse(text).and_then(|mark| word(Cow::Borrowed(mark.name()))),
        Rule::Upper => Some(Cleaned::Text(Cow::Owned(text.to_uppercase()))),
        Rule::Url => url(text).map(Cleaned::Text),
    }
}

/// The words of `severity`.
pub const SEVERITIES: [&str; 6] = ["critical", "high", "medium", "low", "info", "undefined"];

fn one_of<'t>(text: &'t str, allowed: &[&str]) -> Option<Cleaned<'t>> {
    let text = lower(text);
    allowed.contains(&&*text).then_some(Cleaned::Text(text))
}

fn literal(text: &str) -> Option<(Cleaned<'_>, f64)> {
    let number: f64 = text.parse().ok().filter(|n: &f64| n.is_finite())?;
    let json = serde_json::Number::from_f64(number)?.to_string();
    Some((Cleaned::Literal(Cow::Owned(json)), number))
}

/// Lower case without copying what is lower already.
pub fn lower(text: &str) -> Cow<'_, str> {
    let done = text.bytes().all(|b| b.is_ascii() && !b.is_ascii_uppercase());
    if done { Cow::Borrowed(text) } else { Cow::Owned(text.to_lowercase()) }
}

fn printable(text: &str, most: usize) -> bool {
    text.len() <= most && text.bytes().all(|b| (0x20..0x7f).contains(&b))
}

/// An address; a network of one address counts as that address, a zone id (`%eth0`) does not parse.
#[inline]
pub fn parse_address(text: &str) -> Option<IpAddr> {
    if let Some(v4) = parse_dotted(text.as_bytes()) {
        return Some(IpAddr::V4(v4));
    }
    let alone = text.strip_suffix("/32").filter(|t| !t.contains(':')).or_else(|| text.strip_suffix("/128"));
    alone.unwrap_or(text).parse().ok()
}

/// The bits of an address, as [`parse_address`] reads it ([`address::to_bits`]).
pub fn parse_bits(text: &str) -> Option<u128> {
    parse_address(text).map(address::to_bits)
}

/// The spelling nearly every address has, four times as fast as the standard library reads it.
fn parse_dotted(text: &[u8]) -> Option<Ipv4Addr> {
    let (a, text) = octet(text)?;
    let (b, text) = octet(text.strip_prefix(b".")?)?;
    let (c, text) = octet(text.strip_prefix(b".")?)?;
    let (d, text) = octet(text.strip_prefix(b".")?)?;
    text.is_empty().then(|| Ipv4Addr::new(a, b, c, d))
}

/// A number up to 255 without a leading zero, and what follows it.
fn octet(text: &[u8]) -> Option<(u8, &[u8])> {
    let digit = |at: usize| text.get(at).map(|byte| byte.wrapping_sub(b'0')).filter(|digit| *digit < 10);
    let first = digit(0)?;
    let Some(second) = digit(1) else { return Some((first, &text[1..])) };
    let Some(third) = digit(2) else { return (first > 0).then(|| (first * 10 + second, &text[2..])) };
    let number = u16::from(first) * 100 + u16::from(second) * 10 + u16::from(third);
    (first > 0).then_some(())?;
    Some((u8::try_from(number).ok()?, &text[3..]))
}

fn parse_asn(text: &str) -> Option<i64> {
    let digits = match text.get(..2) {
        Some(head) if head.eq_ignore_ascii_case("AS") => &text[2..],
        _ => text,
    };
    parse_integer(digits).filter(|n| (1..=i64::from(u32::MAX)).contains(n))
}

/// A whole number that fits 64 bits.
pub fn parse_integer(text: &str) -> Option<i64> {
    trim(text).parse().ok()
}

/// yes or no: `y yes true enabled 1` and `n no false disabled 0`, any case.
pub fn parse_bool(text: &str) -> Option<bool> {
    match &*lower(text.trim()) {
        "y" | "yes" | "true" | "enabled" | "1" => Some(true),
        "n" | "no" | "false" | "disabled" | "0" => Some(false),
        _ => None,
    }
}

fn country_code(text: &str) -> Option<Cow<'_, str>> {
    if text.len() != 2 || !text.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return None;
    }
    let done = !text.bytes().any(|b| b.is_ascii_lowercase());
    Some(if done { Cow::Borrowed(text) } else { Cow::Owned(text.to_ascii_uppercase()) })
}

/// A domain name: IDNA, lower case, without a trailing dot; not an address.
pub fn fqdn(text: &str) -> Option<Cow<'_, str>> {
    let name = text.trim_end_matches('.');
    if is_plain_name(name) {
        return Some(Cow::Borrowed(name));
    }
    let name = if name.is_ascii() { lower(name) } else { Cow::Owned(idna::domain_to_ascii(name).ok()?) };
    is_name(&name).then_some(name)
}

/// Whether it is, at first sight, a name as nearly all are: small letters, digits, hyphens.
fn is_plain_name(name: &str) -> bool {
    let is_plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'_' | b'.');
    // No early exit: so it is done sixteen bytes at a time.
    let plain = name.bytes().fold(true, |plain, b| plain & is_plain(b));
    let has_letter = name.bytes().fold(false, |found, b| found | b.is_ascii_lowercase());
    let mut labels = name.as_bytes().split(|b| *b == b'.');
    plain && has_letter && labels.all(|label| (1..=LABEL_MAX).contains(&label.len()))
}

fn is_name(name: &str) -> bool {
    let (mut label, mut is_numeric) = (0, true);
    for byte in name.bytes() {
        match byte {
            b':' | b'/' => return false,
            b'.' if label == 0 || label > LABEL_MAX => return false,
            b'.' => label = 0,
            byte => {
                label += 1;
                is_numeric &= byte.is_ascii_digit();
            }
        }
    }
    // Only digits and dots can be an address: one with colons is gone already.
    (1..=LABEL_MAX).contains(&label) && !(is_numeric && name.parse::<IpAddr>().is_ok())
}

/// A URL with a host; the defanged `hxxp` is put right.
pub fn url(text: &str) -> Option<Cow<'_, str>> {
    let text = match text.get(..4) {
        Some(head) if head.eq_ignore_ascii_case("hxxp") => Cow::Owned(format!("http{}", &text[4..])),
        _ => Cow::Borrowed(text),
    };
    let host = url_authority(&text)?;
    (!host.is_empty()).then_some(text)
}

fn url_authority(url: &str) -> Option<&str> {
    let (scheme, rest) = match url.strip_prefix("//") {
        Some(rest) => ("", rest),
        None => url.split_once("://")?,
    };
    let scheme_fits = scheme.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'));
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    scheme_fits.then_some(&rest[..end])
}

/// The host of a URL, without user, port and brackets, in lower case; `None` without one.
pub fn url_host(url: &str) -> Option<Cow<'_, str>> {
    let authority = url_authority(url)?;
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let host = match host.strip_prefix('[') {
        Some(inner) => inner.split_once(']')?.0,
        None => host.split_once(':').map_or(host, |(name, _)| name),
    };
    (!host.is_empty()).then(|| lower(host))
}

/// A network in prefix notation, host bits cleared; one address is a network of its own.
pub fn network(text: &str) -> Option<String> {
    let (ip, length) = match text.split_once('/') {
        Some((ip, length)) => (ip, Some(length.parse::<u32>().ok()?)),
        None => (text, None),
    };
    match ip.parse().ok()? {
        IpAddr::V4(v4) => {
            let length = length.unwrap_or(32);
            let mask = u32::MAX.checked_shl(32u32.checked_sub(length)?).unwrap_or(0);
            Some(format!("{}/{length}", Ipv4Addr::from_bits(v4.to_bits() & mask)))
        }
        IpAddr::V6(v6) => {
            let length = length.unwrap_or(128);
            let mask = u128::MAX.checked_shl(128u32.checked_sub(length)?).unwrap_or(0);
            Some(format!("{}/{length}", std::net::Ipv6Addr::from_bits(v6.to_bits() & mask)))
        }
    }
}

fn registry(text: &str) -> Option<&'static str> {
    ["AFRINIC", "APNIC", "ARIN", "LACNIC", "RIPE"]
        .into_iter()
        .find(|name| name.eq_ignore_ascii_case(text) || (*name == "RIPE" && text.eq_ignore_ascii_case("RIPE-NCC")))
}

/// IANA protocol keywords of at most 11 characters, lower case (IANA *Assigned Internet Protocol Numbers*).
const TRANSPORTS: [&str; 131] = [
    "3pc",
    "a/n",
    "ah",
    "argus",
    "aris",
    "ax.25",
    "bbn-rcc-mon",
    "bna",
    "br-sat-mon",
    "cbt",
    "cftp",
    "chaos",
    "compaq-peer",
    "cphb",
    "cpnx",
    "crtp",
    "crudp",
    "dccp",
    "dcn-meas",
    "ddp",
    "ddx",
    "dgp",
    "egp",
    "eigrp",
    "emcon",
    "encap",
    "esp",
    "etherip",
    "fc",
    "fire",
    "ggp",
    "gmtp",
    "gre",
    "hip",
    "hmp",
    "hopopt",
    "i-nlsp",
    "iatp",
    "icmp",
    "idpr",
    "idpr-cmtp",
    "idrp",
    "ifmp",
    "igmp",
    "igp",
    "il",
    "ip",
    "ipcomp",
    "ipcv",
    "ipencap",
    "ipip",
    "iplt",
    "ippc",
    "ipv4",
    "ipv6",
    "ipv6-frag",
    "ipv6-icmp",
    "ipv6-nonxt",
    "ipv6-opts",
    "ipv6-route",
    "ipx-in-ip",
    "irtp",
    "isis",
    "iso-ip",
    "iso-tp4",
    "kryptolan",
    "l2tp",
    "larp",
    "leaf-1",
    "leaf-2",
    "manet",
    "merit-inp",
    "mfe-nsp",
    "mhrp",
    "micp",
    "mobile",
    "mpls-in-ip",
    "mtp",
    "mux",
    "narp",
    "netblt",
    "nsfnet-igp",
    "nvp-ii",
    "ospf",
    "ospfigp",
    "pgm",
    "pim",
    "pipe",
    "pnni",
    "prm",
    "ptp",
    "pup",
    "pvp",
    "qnx",
    "rdp",
    "rohc",
    "rsvp",
    "rvd",
    "sat-expak",
    "sat-mon",
    "scc-sp",
    "scps",
    "sctp",
    "sdrp",
    "secure-vmtp",
    "sep",
    "shim6",
    "skip",
    "sm",
    "smp",
    "snp",
    "sps",
    "srp",
    "sscopmce",
    "st",
    "st2",
    "stp",
    "sun-nd",
    "swipe",
    "tcf",
    "tcp",
    "tlsp",
    "tp++",
    "trunk-1",
    "trunk-2",
    "ttp",
    "udp",
    "udplite",
    "uti",
    "vines",
    "visa",
];

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn text(rule: Rule, value: &str) -> Option<String> {
        match clean(rule, value) {
            Cleaned::Text(text) => Some(text.into_owned()),
            _ => None,
        }
    }

    #[test]
    fn nothing_said_is_ignored_and_blanks_are_invalid() {
        for value in ["", "-", "N/A"] {
            assert_eq!(clean(Rule::Fqdn, value), Cleaned::Ignored);
        }
        assert_eq!(clean(Rule::Text, "   "), Cleaned::Invalid);
    }

    #[test]
    fn names_are_canonical() {
        assert_eq!(text(Rule::Fqdn, "WWW.Example.ORG."), Some("www.example.org".into()));
        assert_eq!(text(Rule::Fqdn, "tên-miền.vn"), Some("xn--tn-min-iva0322d.vn".into()));
        assert_eq!(text(Rule::Fqdn, "192.0.2.1"), None);
        assert_eq!(text(Rule::Fqdn, "a..b"), None);
        assert_eq!(text(Rule::Fqdn, "host:80"), None);
    }

    #[test]
    fn urls_need_a_host() {
        assert_eq!(text(Rule::Url, "hxxp://example.org/a"), Some("http://example.org/a".into()));
        assert_eq!(text(Rule::Url, "http:///a"), None);
        assert_eq!(text(Rule::Url, "example.org/a"), None);
        assert_eq!(url_host("http://user@Example.org:80/x").as_deref(), Some("example.org"));
        assert_eq!(url_host("http://[2001:db8::1]:80/x").as_deref(), Some("2001:db8::1"));
    }

    #[test]
    fn networks_lose_their_host_bits() {
        assert_eq!(text(Rule::Network, "192.0.2.77/24"), Some("192.0.2.0/24".into()));
        assert_eq!(text(Rule::Network, "2001:db8::1/32"), Some("2001:db8::/32".into()));
        assert_eq!(text(Rule::Network, "192.0.2.0/33"), None);
        assert_eq!(text(Rule::Network, "0.0.0.0/0"), Some("0.0.0.0/0".into()));
    }

    #[test]
    fn numbers_addresses_and_words() {
        assert_eq!(clean(Rule::Asn, "AS64500"), Cleaned::Number(64500));
        assert_eq!(clean(Rule::Asn, "0"), Cleaned::Invalid);
        assert_eq!(clean(Rule::Address, "192.0.2.1/32"), Cleaned::Address(0xffff_c000_0201));
        assert_eq!(clean(Rule::Address, "12"), Cleaned::Invalid);
        assert_eq!(text(Rule::Transport, "TCP"), Some("tcp".into()));
        assert_eq!(text(Rule::Transport, "carrier-pigeon"), None);
        assert_eq!(text(Rule::CountryCode, "vn"), Some("VN".into()));
        assert_eq!(text(Rule::LowerAscii(3), "ABCD"), None);
    }

    proptest! {
        #[test]
        fn addresses_are_read_as_the_standard_library_reads_them(text in "[0-9.]{0,16}|([0-9]{1,3}\\.){3}[0-9]{1,3}") {
            prop_assert_eq!(parse_address(&text), text.parse().ok());
        }

        #[test]
        fn cleaning_twice_is_cleaning_once(value in "\\PC{0,40}") {
            for rule in [Rule::Fqdn, Rule::Url, Rule::Network, Rule::Lower, Rule::CountryCode, Rule::Severity] {
                if let Some(once) = text(rule, &value) {
                    prop_assert_eq!(text(rule, &once), Some(once.clone()), "{:?}", rule);
                }
            }
        }
    }
}
