//! A big table of networks of both families with days of validity, and addresses to look up in it.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::bench::{HOLDERS, ISPS, PROVINCES};
use crate::rng::{Rng, hash};

/// One network in so many is IPv6, about as in the world's routing table.
const IPV6_ONE_IN: u64 = 4;
/// Where those of IPv4 lie: 240.0.0.0/4, reserved (RFC 1112 §4) and as dense with networks as a country's space.
const IPV4: (u32, u32) = (0xf000_0000, 4);
/// Where those of IPv6 lie: 2001:db8::/32, for documentation (RFC 3849).
const IPV6: (u128, u32) = (0x2001_0db8 << 96, 32);
/// Lengths with weights: most are small, and lie in few large ones.
const IPV4_LENGTHS: [(u32, u32); 7] = [(12, 1), (16, 4), (20, 10), (22, 15), (24, 50), (28, 15), (30, 5)];
const IPV6_LENGTHS: [(u32, u32); 5] = [(36, 1), (40, 4), (44, 10), (48, 60), (64, 25)];

/// First and last day of look-ups: 2025-01-01 and 2026-09-30, since 1970.
const ASKED: (u64, u64) = (20_089, 20_726);

/// A network: its first address and the length of its prefix.
type Prefix = (IpAddr, u32);

/// Distinct networks, nested.
#[derive(Debug)]
pub struct Prefixes(Vec<Prefix>);

impl Prefixes {
    /// So many, three in four IPv4.
    pub fn made(count: usize, seed: u64) -> Self {
        let mut rng = Rng::new(seed, "bench prefixes");
        let mut taken = HashSet::with_capacity(count);
        let mut all = Vec::with_capacity(count);
        while all.len() < count {
            let prefix = if rng.below(IPV6_ONE_IN) == 0 { ipv6(&mut rng) } else { ipv4(&mut rng) };
            if taken.insert(prefix) {
                all.push(prefix);
            }
        }
        Self(all)
    }

    /// Each: its first address and the length of its prefix.
    pub fn all(&self) -> impl Iterator<Item = (IpAddr, u32)> {
        self.0.iter().copied()
    }

    /// In the form of `networks.csv`, held by those of [`crate::organisations_csv`]; one in two has days of validity,
    /// one in four changes hands, which takes two lines.
    pub fn csv(&self, seed: u64) -> String {
        let mut rng = Rng::new(seed, "bench holders");
        let mut out = String::from("network,isp,organisation,province,flags,valid_from,valid_to\n");
        for prefix in &self.0 {
            match rng.below(4) {
                0 => {
                    let turn = day(&mut rng);
                    row(&mut out, &mut rng, *prefix, "2020-01-01", &turn);
                    row(&mut out, &mut rng, *prefix, &turn, "");
                }
                1 => {
                    let from = day(&mut rng);
                    row(&mut out, &mut rng, *prefix, &from, "");
                }
                _ => row(&mut out, &mut rng, *prefix, "", ""),
            }
        }
        out
    }

    /// So many addresses, each in some of the networks, with a day of 2025 or 2026 each.
    pub fn look_ups(&self, count: usize, seed: u64) -> Vec<(IpAddr, i32)> {
        let mut rng = Rng::new(seed, "bench look-ups");
        let mut look_up = || {
            let (dice, day) = (rng.next(), rng.between(ASKED.0, ASKED.1) as i32);
            let ip = match self.0[rng.index(self.0.len())] {
                (IpAddr::V4(first), length) => Ipv4Addr::from_bits(first.to_bits() | dice as u32 >> length).into(),
                (IpAddr::V6(first), length) => {
                    let host = (u128::from(dice) << 64 | u128::from(dice)) >> length;
                    Ipv6Addr::from_bits(first.to_bits() | host).into()
                }
            };
            (ip, day)
        };
        (0..count).map(|_| look_up()).collect()
    }
}

fn ipv4(rng: &mut Rng) -> Prefix {
    let length = IPV4_LENGTHS[rng.weighted(IPV4_LENGTHS.iter().map(|(_, weight)| *weight))].0;
    let within = (rng.next() >> 32) as u32 >> IPV4.1;
    (Ipv4Addr::from_bits((IPV4.0 | within) & (u32::MAX << (32 - length))).into(), length)
}

fn ipv6(rng: &mut Rng) -> Prefix {
    let length = IPV6_LENGTHS[rng.weighted(IPV6_LENGTHS.iter().map(|(_, weight)| *weight))].0;
    let within = u128::from(rng.next()) << 64 >> IPV6.1;
    (Ipv6Addr::from_bits((IPV6.0 | within) & (u128::MAX << (128 - length))).into(), length)
}

/// The first of some month of 2025 and 2026.
fn day(rng: &mut Rng) -> String {
    format!("{}-{:02}-01", 2025 + rng.below(2), 1 + rng.below(9))
}

/// An organisation sits in one province and has one operator.
fn row(out: &mut String, rng: &mut Rng, (first, length): Prefix, from: &str, to: &str) {
    let body = 1 + rng.below(HOLDERS);
    let (isp, province) = (1 + hash(body, 0) % ISPS, PROVINCES[(hash(body, 1) % 4) as usize]);
    let flags = ["", "static", "dynamic", "shared"][rng.index(4)];
    // Writing to a String cannot fail.
    let _ = writeln!(out, "{first}/{length},ISP-{isp:02},B-{body:04},{province},{flags},{from},{to}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_look_up_lies_in_a_network() {
        let prefixes = Prefixes::made(2_000, 1);
        let ipv6 = prefixes.0.iter().filter(|(first, _)| first.is_ipv6()).count();
        assert!((400..600).contains(&ipv6), "{ipv6}");
        let bits = |ip: IpAddr| event::address::to_bits(ip);
        let holds = |(first, length): &Prefix, ip: IpAddr| {
            let host = if first.is_ipv4() { 32 - length } else { 128 - length };
            first.is_ipv4() == ip.is_ipv4() && bits(*first) >> host == bits(ip) >> host
        };
        for (ip, day) in prefixes.look_ups(500, 1) {
            assert!(prefixes.0.iter().any(|prefix| holds(prefix, ip)), "{ip}");
            assert!((20_089..=20_726).contains(&day));
        }
    }

    #[test]
    fn half_of_the_networks_have_days() {
        let prefixes = Prefixes::made(4_000, 2);
        let text = prefixes.csv(2);
        let networks: HashSet<&str> = text.lines().skip(1).filter_map(|line| line.split(',').next()).collect();
        let always = text.lines().filter(|line| line.ends_with(",,")).count();
        assert_eq!(networks.len(), 4_000);
        assert!((1_850..2_150).contains(&always), "{always}");
        assert!(networks.iter().all(|network| event::clean::network(network).as_deref() == Some(network)));
    }
}
