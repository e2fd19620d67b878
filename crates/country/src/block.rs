//! Ranges of addresses, and which part of the reserved space is whose.
//!
//! Only space that belongs to nobody: 10.0.0.0/8 (RFC 1918) stands for fixed networks, 100.64.0.0/10
//! (RFC 6598) for the shared pools of CGNAT and mobile, 2001:db8::/32 (RFC 3849) for IPv6.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Neighbouring addresses of one family.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Block {
    six: bool,
    first: u128,
    size: u128,
}

impl Block {
    pub(crate) const fn v4(first: u32, size: u32) -> Self {
        Self { six: false, first: first as u128, size: size as u128 }
    }

    pub(crate) const fn v6(first: u128, length: u32) -> Self {
        Self { six: true, first, size: 1 << (128 - length) }
    }

    /// The address at a place in the block; a place beyond the end wraps around.
    pub(crate) fn at(self, place: u128) -> IpAddr {
        let bits = self.first + place % self.size;
        if self.six { Ipv6Addr::from_bits(bits).into() } else { Ipv4Addr::from_bits(bits as u32).into() }
    }

    /// How many addresses it has.
    pub(crate) fn size(self) -> u128 {
        self.size
    }

    /// A part of it; `from + size` must lie inside.
    pub(crate) fn part(self, from: u32, size: u32) -> Self {
        Self { six: self.six, first: self.first + u128::from(from), size: u128::from(size) }
    }
}

/// In prefix notation if it is a prefix, else `first-last`.
impl fmt::Display for Block {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.size.is_power_of_two() && self.first.is_multiple_of(self.size) {
            let bits = if self.six { 128 } else { 32 };
            return write!(f, "{}/{}", self.at(0), bits - self.size.trailing_zeros());
        }
        write!(f, "{}-{}", self.at(0), self.at(self.size - 1))
    }
}

/// Everything fixed of an ISP: one eleventh-bit block of 10.0.0.0/8.
pub(crate) fn fixed(isp: usize) -> Block {
    Block::v4(0x0a00_0000 | (isp as u32) << 21, 1 << 21)
}

/// The homes of an ISP in a province: a /18 from which addresses are lent.
pub(crate) fn homes(isp: usize, province: usize) -> Block {
    fixed(isp).part((province as u32) << 14, 1 << 14)
}

/// The business lines of an ISP in a province: a /20 in the upper half of [`fixed`].
pub(crate) fn business(isp: usize, province: usize) -> Block {
    fixed(isp).part(1 << 20 | (province as u32) << 12, 1 << 12)
}

/// Spare /20 blocks of an ISP behind its business lines.
pub(crate) fn spare(isp: usize, number: u32) -> Block {
    fixed(isp).part(1 << 20 | (128 + number) << 12, 1 << 12)
}

/// Everything shared of an ISP: a /14 of 100.64.0.0/10.
pub(crate) fn shared(isp: usize) -> Block {
    Block::v4(0x6440_0000 | (isp as u32) << 18, 1 << 18)
}

/// One pool of it, a /24 behind which many customers hide.
pub(crate) fn pool(isp: usize, number: u32) -> Block {
    shared(isp).part(number << 8, 1 << 8)
}

/// The IPv6 space of an ISP, a /36.
pub(crate) fn six(isp: usize) -> Block {
    Block::v6((0x2001_0db8 << 96) | ((isp as u128 + 1) << 92), 36)
}

/// The IPv6 homes of an ISP in a province, a /44.
pub(crate) fn six_homes(isp: usize, province: usize) -> Block {
    Block::v6((0x2001_0db8 << 96) | ((isp as u128 + 1) << 92) | ((province as u128) << 84), 44)
}

/// Space that bodies hold themselves, without an ISP.
pub(crate) const INDEPENDENT: Block = Block::v4(0x0ac0_0000, 1 << 21);
/// The number that announces [`INDEPENDENT`].
pub(crate) const INDEPENDENT_ASN: u32 = 65_551;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_read_as_prefixes_or_ranges() {
        assert_eq!(fixed(5).to_string(), "10.160.0.0/11");
        assert_eq!(homes(0, 33).to_string(), "10.8.64.0/18");
        assert_eq!(business(1, 0).to_string(), "10.48.0.0/20");
        assert_eq!(pool(5, 3).to_string(), "100.84.3.0/24");
        assert_eq!(six_homes(0, 33).to_string(), "2001:db8:1210::/44");
        assert_eq!(business(0, 0).part(3, 21).to_string(), "10.16.0.3-10.16.0.23");
        assert_eq!(INDEPENDENT.to_string(), "10.192.0.0/11");
    }
}
