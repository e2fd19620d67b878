//! Networks as written (`192.0.2.0/24`, `192.0.2.5-192.0.2.9`) and as stretches of 128-bit addresses.

use std::net::IpAddr;

use event::{address, clean};

use crate::sheet::split_at_byte;

/// First bits of IPv4 (RFC 4291 §2.5.5.2).
const IPV4_FIRST: u128 = 0xffff_0000_0000;
/// Last bits of IPv4.
const IPV4_LAST: u128 = 0xffff_ffff_ffff;

/// A stretch of addresses of one family, first and last included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Block {
    pub(crate) first: u128,
    pub(crate) last: u128,
}

/// A network as read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Written {
    pub(crate) block: Block,
    /// Bits beyond the prefix were set, and are cleared in the block.
    pub(crate) host_bits: bool,
}

impl Block {
    /// Whether it is IPv4. A network that holds all of IPv4 and more is IPv6 and owns no IPv4 address.
    pub(crate) fn is_ipv4(self) -> bool {
        is_ipv4(self.first) && self.last <= IPV4_LAST
    }

    /// Whether an address, known to be of the same family or not, lies in it.
    pub(crate) fn holds(self, bits: u128) -> bool {
        self.first <= bits && bits <= self.last && self.is_ipv4() == is_ipv4(bits)
    }

    /// First and last bits of the addresses that it [`holds`](Self::holds): of IPv6, what lies around IPv4.
    pub(crate) fn stretches(self) -> impl Iterator<Item = (u128, u128)> {
        let whole = (self.first, self.last);
        let around = [(self.first, self.last.min(IPV4_FIRST - 1)), (self.first.max(IPV4_LAST + 1), self.last)];
        let stretches = if self.is_ipv4() { [Some(whole), None] } else { around.map(Some) };
        stretches.into_iter().flatten().filter(|(first, last)| first <= last)
    }

    /// Addresses in it, less one (all of IPv6 would not fit otherwise).
    pub(crate) fn span(self) -> u128 {
        self.last - self.first
    }

    /// The fewest networks with a prefix that cover exactly this stretch, in order.
    pub(crate) fn prefixes(self) -> impl Iterator<Item = Self> {
        let mut left = Some(self);
        std::iter::from_fn(move || {
            let (head, rest) = left?.split_head();
            left = rest;
            Some(head)
        })
    }

    /// The largest aligned network at its start, and what is left.
    fn split_head(self) -> (Self, Option<Self>) {
        let aligned = self.first.trailing_zeros();
        let fitting = self.span().checked_add(1).map_or(u128::BITS, u128::ilog2);
        let last = self.first | ones(aligned.min(fitting));
        let rest = (last < self.last).then(|| Self { first: last + 1, last: self.last });
        (Self { first: self.first, last }, rest)
    }
}

/// Whether an address lies in `::ffff:0:0/96`.
pub(crate) fn is_ipv4(bits: u128) -> bool {
    (IPV4_FIRST..=IPV4_LAST).contains(&bits)
}

/// A number of low bits set.
fn ones(count: u32) -> u128 {
    u128::MAX.checked_shr(u128::BITS - count).unwrap_or(0)
}

/// Reads a network in prefix notation, one address, or a range `a-b`; `None` when it is none of them.
pub(crate) fn parse(text: &str) -> Option<Written> {
    if let Some((first, last)) = split_at_byte(text, b'-') {
        return range(first.trim().parse().ok()?, last.trim().parse().ok()?);
    }
    let (ip, length) = split_at_byte(text, b'/').map_or((text, None), |(ip, length)| (ip, Some(length)));
    let ip = clean::parse_address(ip)?;
    let longest = if ip.is_ipv4() { 32 } else { 128 };
    let length = length.map_or(Some(longest), |length| prefix_length(length, longest))?;
    let bits = address::to_bits(ip);
    let host = ones(longest - length);
    Some(Written { block: Block { first: bits & !host, last: bits | host }, host_bits: bits & host != 0 })
}

fn prefix_length(text: &str, longest: u32) -> Option<u32> {
    let digits = text.bytes().all(|b| b.is_ascii_digit());
    text.parse().ok().filter(|length| digits && *length <= longest)
}

fn range(first: IpAddr, last: IpAddr) -> Option<Written> {
    let block = Block { first: address::to_bits(first), last: address::to_bits(last) };
    let ordered = block.first <= block.last && is_ipv4(block.first) == is_ipv4(block.last);
    ordered.then_some(Written { block, host_bits: false })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn block(text: &str) -> Block {
        parse(text).expect(text).block
    }

    #[test]
    fn networks_are_read_in_every_spelling() {
        assert_eq!(block("192.0.2.0/24"), block("192.0.2.0 - 192.0.2.255"));
        assert_eq!(block("192.0.2.7"), block("192.0.2.7/32"));
        assert_eq!(block("::ffff:192.0.2.0/120"), block("192.0.2.0/24"));
        assert_eq!(parse("192.0.2.7/24").map(|w| (w.block, w.host_bits)), Some((block("192.0.2.0/24"), true)));
        assert_eq!(block("::/0"), Block { first: 0, last: u128::MAX });
        assert!(block("0.0.0.0/0").is_ipv4() && !block("::/0").is_ipv4());
    }

    #[test]
    fn what_is_no_network_is_refused() {
        for text in [
            "",
            "192.0.2.0/33",
            "192.0.2/24",
            "192.0.2.9-192.0.2.1",
            "192.0.2.1-2001:db8::1",
            "192.0.2.0/+8",
            "x",
            "2001:db8::/129",
            "192.0.2.0/",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn ipv6_owns_no_ipv4_address() {
        let everything = block("::/0");
        assert!(everything.holds(1) && !everything.holds(block("192.0.2.1").first));
        let around = [(0, IPV4_FIRST - 1), (IPV4_LAST + 1, u128::MAX)];
        assert_eq!(everything.stretches().collect::<Vec<_>>(), around);
        assert_eq!(block("::fffe:0:0/95").stretches().collect::<Vec<_>>(), [(0xfffe_0000_0000, IPV4_FIRST - 1)]);
        for text in ["2001:db8::/32", "::/96", "0.0.0.0/0", "192.0.2.0/24"] {
            let block = block(text);
            assert_eq!(block.stretches().collect::<Vec<_>>(), [(block.first, block.last)], "{text}");
        }
    }

    #[test]
    fn everything_is_one_network() {
        assert_eq!(block("::/0").prefixes().collect::<Vec<_>>(), [block("::/0")]);
        assert_eq!(block("0.0.0.0-255.255.255.255").prefixes().collect::<Vec<_>>(), [block("0.0.0.0/0")]);
    }

    proptest! {
        #[test]
        fn a_range_is_covered_exactly(a: u128, b: u128, narrow in 0u32..128) {
            let (a, b) = (a >> narrow, b >> narrow);
            let range = Block { first: a.min(b), last: a.max(b) };
            let mut next = Some(range.first);
            for part in range.prefixes() {
                prop_assert_eq!(Some(part.first), next);
                let size = part.span().checked_add(1);
                prop_assert!(size.is_none_or(|size| size.is_power_of_two() && part.first % size == 0));
                next = part.last.checked_add(1);
            }
            prop_assert_eq!(next, range.last.checked_add(1));
        }
    }
}
