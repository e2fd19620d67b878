//! Which addresses are ours.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use event::address;

/// Ranges of addresses as 128 bits ([`event::address::to_bits`]), sorted, none touching another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inside(Box<[(u128, u128)]>);

/// What no network but one's own has: RFC 1918, RFC 6598 (providers' own), RFC 3927 and RFC 4291 (one link), RFC 4193.
const PRIVATE: [(IpAddr, u32); 7] = [
    (IpAddr::V4(Ipv4Addr::new(10, 0, 0, 0)), 8),
    (IpAddr::V4(Ipv4Addr::new(172, 16, 0, 0)), 12),
    (IpAddr::V4(Ipv4Addr::new(192, 168, 0, 0)), 16),
    (IpAddr::V4(Ipv4Addr::new(100, 64, 0, 0)), 10),
    (IpAddr::V4(Ipv4Addr::new(169, 254, 0, 0)), 16),
    (IpAddr::V6(Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 0)), 10),
    (IpAddr::V6(Ipv6Addr::new(0xfc00, 0, 0, 0, 0, 0, 0, 0)), 7),
];

impl Default for Inside {
    fn default() -> Self {
        Self::private()
    }
}

impl Inside {
    /// These ranges (first and last, both included) and no others; one whose last is before its first is none.
    pub fn of(ranges: impl IntoIterator<Item = (u128, u128)>) -> Self {
        let mut ranges: Vec<_> = ranges.into_iter().filter(|(first, last)| first <= last).collect();
        ranges.sort_unstable();
        ranges.dedup_by(|next, before| {
            let touches = next.0 <= before.1.saturating_add(1);
            if touches {
                before.1 = before.1.max(next.1);
            }
            touches
        });
        Self(ranges.into())
    }

    /// Private space: what is ours when nobody says otherwise.
    pub fn private() -> Self {
        Self::of(PRIVATE.map(|(first, length)| {
            let whole = if first.is_ipv4() { 32 } else { 128 };
            let first = address::to_bits(first);
            (first, first | ((1 << (whole - length)) - 1))
        }))
    }

    /// These ranges too: those of the constituency, say.
    pub fn and(self, ranges: impl IntoIterator<Item = (u128, u128)>) -> Self {
        Self::of(self.0.iter().copied().chain(ranges))
    }

    /// Whether an address is ours.
    pub fn has(&self, ip: IpAddr) -> bool {
        let bits = address::to_bits(ip);
        let after = self.0.partition_point(|(first, _)| *first <= bits);
        after > 0 && bits <= self.0[after - 1].1
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn private_space_is_ours_and_nothing_beside_it() {
        let inside = Inside::private();
        let has = |ip: &str| inside.has(ip.parse().expect("address"));
        for ip in
            ["10.0.0.0", "10.255.255.255", "172.31.255.255", "192.168.1.1", "100.127.0.1", "169.254.9.9", "fd00::1"]
        {
            assert!(has(ip), "{ip}");
        }
        for ip in
            ["9.255.255.255", "11.0.0.0", "172.32.0.0", "192.169.0.0", "100.128.0.0", "fec0::1", "2001:db8::1", "::"]
        {
            assert!(!has(ip), "{ip}");
        }
    }

    proptest! {
        #[test]
        fn merged_ranges_hold_what_any_range_holds(
            ranges in proptest::collection::vec((0u128..60, 0u128..60), 0..8),
            more in proptest::collection::vec((0u128..60, 0u128..60), 0..3),
        ) {
            let inside = Inside::of(ranges.clone()).and(more.clone());
            for bits in 0..64u128 {
                let wanted = ranges.iter().chain(&more).any(|(first, last)| (*first..=*last).contains(&bits));
                prop_assert_eq!(inside.has(IpAddr::V6(Ipv6Addr::from_bits(bits))), wanted);
            }
            prop_assert!(inside.0.windows(2).all(|two| two[0].1 + 1 < two[1].0));
        }
    }
}
