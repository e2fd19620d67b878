//! An infected machine: its home, and by which address the world sees it on a day.

use std::net::IpAddr;

use crate::block::{self, Block};
use crate::bodies::Kind;
use crate::country::{Country, fixed_asn, mobile_asn};
use crate::networks::ISPS;
use crate::rng::{Rng, hash};

/// Public addresses a CGNAT pool really uses.
const EGRESS: u64 = 24;
/// Ports the CGNAT gives one customer (a port block, RFC 6888 §4).
pub(crate) const PORT_BLOCK: u16 = 1_024;
/// Days after which a machine comes out of another address of its pool.
const EGRESS_DAYS: i32 = 9;
/// A home line keeps a lent address for 2 to so many days.
const LEASE_MOST: u64 = 7;
/// One home line in so many has IPv6 as well.
const SIX_EVERY: u64 = 5;

/// Behind shared addresses nobody can be warned: how much longer an infection lasts.
const SHARED_PATIENCE: f64 = 2.5;
/// One body in so many has somebody who reads the warnings…
const DILIGENT_EVERY: usize = 4;
/// …and there it lasts only this part of the time.
const DILIGENCE: f64 = 0.3;

/// Where a machine stands.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Home {
    /// A home line whose address is lent for some days.
    Line { isp: usize, province: usize, lease: i32, six: bool },
    /// A customer behind shared addresses, CGNAT or mobile.
    Shared { isp: usize, pool: u32 },
    /// A place in the network of a body, whose address stays.
    Office { network: usize, place: u32 },
}

/// What a sensor learns of the source of a packet.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    pub(crate) address: IpAddr,
    pub(crate) asn: u32,
    pub(crate) region: &'static str,
    pub(crate) city: &'static str,
    /// Trade code (NAICS 2022).
    pub(crate) naics: u32,
    pub(crate) sector: &'static str,
    pub(crate) host: String,
    /// First port of the customer's block, 0 if he has all of them.
    pub(crate) ports: u16,
}

impl Home {
    /// A home line, by the provinces' people.
    pub(crate) fn line(country: &Country, rng: &mut Rng) -> Self {
        let province = rng.weighted(country.provinces.iter().map(|p| p.share));
        let lease = rng.between(2, LEASE_MOST) as i32;
        Self::Line { isp: rng.index(ISPS), province, lease, six: rng.below(SIX_EVERY) == 0 }
    }

    /// A customer of one of the pools.
    pub(crate) fn shared(rng: &mut Rng) -> Self {
        Self::Shared { isp: rng.index(ISPS), pool: rng.below(crate::networks::POOLS.into()) as u32 }
    }

    /// A machine in one of the given networks, the larger the likelier.
    pub(crate) fn office(country: &Country, offices: &[usize], rng: &mut Rng) -> Self {
        let room = |network: usize| country.networks[network].block.size() as u32;
        let network = offices[rng.weighted(offices.iter().map(|&network| room(network)))];
        // The first and last address of a network are nobody's.
        Self::Office { network, place: rng.between(1, u64::from(room(network)) - 2) as u32 }
    }

    /// How much longer than a home line nobody warned it stays infected.
    pub(crate) fn patience(self, country: &Country) -> f64 {
        let Self::Office { network, .. } = self else {
            return if matches!(self, Self::Shared { .. }) { SHARED_PATIENCE } else { 1.0 };
        };
        let Some(body) = country.networks[network].organisation else { return 1.0 };
        let by_kind = match country.bodies[body].kind {
            Kind::Bank => 0.2,
            Kind::Ministry | Kind::Agency | Kind::Isp => 0.4,
            Kind::Province | Kind::Enterprise => 0.7,
            Kind::Department | Kind::Hospital | Kind::Other => 1.2,
            Kind::School => 1.8,
        };
        if body.is_multiple_of(DILIGENT_EVERY) { by_kind * DILIGENCE } else { by_kind }
    }

    /// What is seen of the machine `id` on a day.
    pub(crate) fn source(self, country: &Country, id: u64, day: i32) -> Source {
        match self {
            Self::Line { isp, province, lease, .. } => {
                let lent = (day + (id % 7) as i32) / lease;
                let address = block::homes(isp, province).at(hash(id, lent as u64).into());
                let host = format!("dyn-{}.{}", dashed(address), country.bodies[isp].domain);
                Source { host, ..telecom(country, id, province, address, fixed_asn(isp)) }
            }
            Self::Shared { isp, pool } => shared_source(country, id, block::pool(isp, pool), isp, day),
            Self::Office { network, place } => office_source(country, id, network, place),
        }
    }

    /// The same over IPv6, if it has it: the house's /56 stays, the lower half is new every day (RFC 8981).
    pub(crate) fn six(self, country: &Country, id: u64, day: i32) -> Option<Source> {
        let Self::Line { isp, province, six: true, .. } = self else { return None };
        let house = u128::from(hash(id, 6) % (1 << 12)) << 72;
        let address = block::six_homes(isp, province).at(house | u128::from(hash(id, day as u64)));
        Some(telecom(country, id, province, address, fixed_asn(isp)))
    }
}

fn dashed(address: IpAddr) -> String {
    address.to_string().replace('.', "-")
}

/// A customer of an ISP; geo-IP puts him into his province by its own name or, half of the time, by any of its names.
fn telecom(country: &Country, id: u64, province: usize, address: IpAddr, asn: u32) -> Source {
    let geo = &country.provinces[province].geo;
    let name = (hash(id, 1) % (2 * geo.len() as u64)) as usize;
    let (region, city) = geo[if name < geo.len() { name } else { 0 }];
    Source { address, asn, region, city, naics: 517_111, sector: "Telecommunications", host: String::new(), ports: 0 }
}

fn shared_source(country: &Country, id: u64, pool: Block, isp: usize, day: i32) -> Source {
    let exit = hash(id, (day / EGRESS_DAYS) as u64) % EGRESS;
    // Geo-IP knows only the gateway: the two big cities, half and half.
    let province = if isp.is_multiple_of(2) { "01" } else { "79" };
    let province = country.provinces.iter().position(|p| p.code == province).unwrap_or(0);
    let (region, city) = country.provinces[province].geo[0];
    let ports = PORT_BLOCK * (1 + (hash(id, 2) % 62) as u16);
    let customer = telecom(country, id, province, pool.at(exit.into()), mobile_asn(isp));
    Source { region, city, naics: 517_112, ports, ..customer }
}

fn office_source(country: &Country, id: u64, network: usize, place: u32) -> Source {
    let held = &country.networks[network];
    let address = held.block.at(place.into());
    let plain = telecom(country, id, held.province.unwrap_or(0), address, Country::asn(held));
    let Some(body) = held.organisation.map(|index| &country.bodies[index]) else { return plain };
    let (naics, sector) = trade(body.kind);
    let host = if place.is_multiple_of(4) { format!("gw{place}.{}", body.domain) } else { String::new() };
    Source { naics, sector, host, ..plain }
}

fn trade(kind: Kind) -> (u32, &'static str) {
    match kind {
        Kind::Isp => (517_111, "Telecommunications"),
        Kind::Ministry | Kind::Province | Kind::Department | Kind::Agency => (921_190, "Government"),
        Kind::Bank => (522_110, "Finance"),
        Kind::Enterprise => (551_114, "Business"),
        Kind::School => (611_310, "Education"),
        Kind::Hospital => (622_110, "Health Care"),
        Kind::Other => (813_319, ""),
    }
}
