//! Addresses as integers that sort, compare and skip.
//!
//! Delta tables know neither unsigned nor 128-bit numbers, so an address (IPv4 as
//! `::ffff:a.b.c.d`, RFC 4291 §2.5.5.2) is kept as two signed 64-bit halves with the sign bit
//! flipped: the signed order of the pair is then the order of the addresses.

use std::net::{IpAddr, Ipv6Addr};

const SIGN: u64 = 1 << 63;

/// An address as 128 bits, IPv4 mapped into `::ffff:0:0/96`.
pub fn to_bits(ip: IpAddr) -> u128 {
    match ip {
        IpAddr::V4(v4) => v4.to_ipv6_mapped().to_bits(),
        IpAddr::V6(v6) => v6.to_bits(),
    }
}

/// The address of 128 bits; the mapped range comes back as IPv4.
pub fn from_bits(bits: u128) -> IpAddr {
    IpAddr::V6(Ipv6Addr::from_bits(bits)).to_canonical()
}

/// The two stored halves (high, low) of an address.
pub fn halves(bits: u128) -> (i64, i64) {
    (((bits >> 64) as u64 ^ SIGN) as i64, (bits as u64 ^ SIGN) as i64)
}

/// The address that two stored halves spell.
pub fn join(high: i64, low: i64) -> u128 {
    (u128::from(high as u64 ^ SIGN) << 64) | u128::from(low as u64 ^ SIGN)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn halves_keep_value_and_order(a: u128, b: u128) {
            let (x, y) = (halves(a), halves(b));
            prop_assert_eq!(join(x.0, x.1), a);
            prop_assert_eq!(x.cmp(&y), a.cmp(&b));
        }
    }

    #[test]
    fn ipv4_comes_back_as_ipv4() {
        let ip: IpAddr = "192.0.2.7".parse().expect("address");
        assert_eq!(from_bits(to_bits(ip)), ip);
    }
}
