//! Forged and broken headers.

use http::HeaderValue;
use proptest::prelude::*;

use super::*;

fn ip(text: &str) -> IpAddr {
    text.parse().expect("address")
}

fn asked(peer: &str, header: ProxyHeader, name: &'static str, lines: &[&str]) -> Option<IpAddr> {
    let mut headers = HeaderMap::new();
    for line in lines {
        headers.append(name, HeaderValue::from_str(line).expect("value"));
    }
    let trusted = ["10.0.0.0/8".parse().expect("network"), "2001:db8:ffff::/48".parse().expect("network")];
    visitor(ip(peer), &headers, &trusted, header).address
}

fn by_xff(peer: &str, lines: &[&str]) -> Option<IpAddr> {
    asked(peer, ProxyHeader::XForwardedFor, "x-forwarded-for", lines)
}

fn by_forwarded(lines: &[&str]) -> Option<IpAddr> {
    asked("10.0.0.1", ProxyHeader::Forwarded, "forwarded", lines)
}

#[test]
fn nobody_but_a_declared_proxy_is_believed() {
    assert_eq!(by_xff("192.0.2.1", &["198.51.100.9"]), Some(ip("192.0.2.1")));
    assert_eq!(by_xff("10.0.0.1", &["198.51.100.9"]), Some(ip("198.51.100.9")));
    assert_eq!(by_xff("::ffff:10.0.0.1", &["198.51.100.9"]), Some(ip("198.51.100.9")));
}

#[test]
fn what_a_visitor_invents_stands_to_the_left_of_what_the_proxy_saw() {
    assert_eq!(by_xff("10.0.0.1", &["203.0.113.5, 198.51.100.9"]), Some(ip("198.51.100.9")));
    assert_eq!(by_xff("10.0.0.1", &["203.0.113.5", "198.51.100.9, 10.2.0.1"]), Some(ip("198.51.100.9")));
    assert_eq!(by_xff("10.0.0.1", &["203.0.113.5, nonsense, 10.2.0.1"]), None);
    assert_eq!(by_xff("10.0.0.1", &["10.2.0.1"]), None);
    assert_eq!(by_xff("10.0.0.1", &[]), None);
    assert_eq!(by_xff("10.0.0.1", &["203.0.113.5,".repeat(HOPS_MAX + 1).as_str()]), None);
}

#[test]
fn every_spelling_of_an_address_is_read() {
    for text in ["2001:db8::7", "[2001:db8::7]", "[2001:db8::7]:443"] {
        assert_eq!(by_xff("10.0.0.1", &[text]), Some(ip("2001:db8::7")), "{text}");
    }
    assert_eq!(by_xff("10.0.0.1", &["198.51.100.9:1234"]), Some(ip("198.51.100.9")));
    assert_eq!(by_xff("10.0.0.1", &["::ffff:198.51.100.9"]), Some(ip("198.51.100.9")));
}

#[test]
fn chains_of_rfc_7239_are_read_from_the_right() {
    assert_eq!(by_forwarded(&["for=203.0.113.5, For=\"[2001:db8::7]:80\";proto=https"]), Some(ip("2001:db8::7")));
    assert_eq!(by_forwarded(&["for=198.51.100.9;by=10.0.0.1", "for=10.2.0.1"]), Some(ip("198.51.100.9")));
    assert_eq!(by_forwarded(&["for=203.0.113.5, for=_hidden"]), None);
    assert_eq!(by_forwarded(&["for=203.0.113.5, for=unknown"]), None);
    assert_eq!(by_forwarded(&["by=10.0.0.1"]), None);
}

#[test]
fn only_the_chosen_header_counts() {
    assert_eq!(asked("10.0.0.1", ProxyHeader::Forwarded, "x-forwarded-for", &["198.51.100.9"]), None);
}

#[test]
fn private_and_reserved_addresses_are_special_and_the_rest_is_not() {
    for text in [
        "10.1.2.3",
        "127.0.0.1",
        "100.64.0.1",
        "169.254.1.1",
        "0.1.2.3",
        "198.18.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1",
        "fd00::1",
        "ff02::1",
        "64:ff9b::1",
        "::ffff:10.0.0.1",
    ] {
        assert!(is_special(ip(text)), "{text}");
    }
    for text in ["192.0.2.1", "100.128.0.1", "198.20.0.1", "2001:db8::1", "2a00::1", "::ffff:192.0.2.1"] {
        assert!(!is_special(ip(text)), "{text}");
    }
}

proptest! {
    #[test]
    fn no_header_makes_an_undeclared_peer_somebody_else(text in "[ -~]{0,80}") {
        prop_assert_eq!(by_xff("192.0.2.1", &[&text]), Some(ip("192.0.2.1")));
    }

    #[test]
    fn the_last_hop_before_our_proxies_wins_whatever_stands_before_it(text in "[0-9a-f:., ]{0,80}") {
        let hops = text.split(',').count();
        prop_assume!(hops < HOPS_MAX);
        prop_assert_eq!(by_xff("10.0.0.1", &[&format!("{text}, 198.51.100.9")]), Some(ip("198.51.100.9")));
    }
}
