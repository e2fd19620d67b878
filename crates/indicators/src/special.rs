//! Addresses that can be nobody's malware host (IANA *Special-Purpose Address Registries*, RFC 6890).
//!
//! The addresses for documentation (RFC 5737, RFC 3849) are taken as if they were real: no machine has them, and the
//! samples and the demo of the house need some.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::finding::Reason;

/// Why an address cannot be an indicator; `None` if it can.
pub(crate) fn unfit(ip: IpAddr) -> Option<Reason> {
    match ip {
        IpAddr::V4(v4) => unfit_v4(v4),
        IpAddr::V6(v6) => unfit_v6(v6),
    }
}

fn unfit_v4(ip: Ipv4Addr) -> Option<Reason> {
    match ip.octets() {
        [127, ..] => Some(Reason::Loopback),
        [10, ..] | [172, 16..=31, ..] | [192, 168, ..] | [100, 64..=127, ..] | [169, 254, ..] => Some(Reason::Private),
        [224..=239, ..] => Some(Reason::Multicast),
        // "This network", protocol assignments, benchmarks (sandboxes lend these out as fake answers), the old class E.
        [0 | 240..=255, ..] | [192, 0, 0, _] | [198, 18 | 19, ..] => Some(Reason::Reserved),
        _ => None,
    }
}

fn unfit_v6(ip: Ipv6Addr) -> Option<Reason> {
    let first = ip.segments()[0];
    match first {
        _ if ip.is_loopback() => Some(Reason::Loopback),
        0xfc00..=0xfdff | 0xfe80..=0xfebf => Some(Reason::Private),
        0xff00..=0xffff => Some(Reason::Multicast),
        // Only 2000::/3 is given out to anyone (RFC 4291 §2.4).
        0x2000..=0x3fff => None,
        _ => Some(Reason::Reserved),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_someone_can_have_are_fit() {
        for (ip, wanted) in [
            ("192.0.2.1", None),
            ("2001:db8::1", None),
            ("11.0.0.1", None),
            ("100.128.0.1", None),
            ("172.32.0.1", None),
            ("10.1.2.3", Some(Reason::Private)),
            ("172.31.0.1", Some(Reason::Private)),
            ("192.168.0.1", Some(Reason::Private)),
            ("100.64.0.1", Some(Reason::Private)),
            ("169.254.1.1", Some(Reason::Private)),
            ("fd00::1", Some(Reason::Private)),
            ("fe80::1", Some(Reason::Private)),
            ("127.0.0.1", Some(Reason::Loopback)),
            ("::1", Some(Reason::Loopback)),
            ("224.0.0.252", Some(Reason::Multicast)),
            ("ff02::1", Some(Reason::Multicast)),
            ("0.0.0.0", Some(Reason::Reserved)),
            ("255.255.255.255", Some(Reason::Reserved)),
            ("198.18.0.1", Some(Reason::Reserved)),
            ("::", Some(Reason::Reserved)),
            ("64:ff9b::1", Some(Reason::Reserved)),
        ] {
            assert_eq!(unfit(ip.parse().expect("address")), wanted, "{ip}");
        }
    }
}
