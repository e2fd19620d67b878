//! How one indicator lies in memory: twelve bytes, its text in one long text, and what it shares with others apart.

use std::hash::Hasher;
use std::net::{IpAddr, SocketAddr};

use event::{address, clean};
use rustc_hash::FxHasher;

use crate::watch::Kind;

/// What a key is; a word of its hash, so that the same text as two things is two keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Room {
    Domain,
    Address,
    AddressPort,
    Network,
    Url,
    Path,
    /// Of a URL its host without a port: whether there is any URL of that host.
    UrlHost,
    /// Of a path with a query what stands up to the `?`: whether there is any query for that path.
    Query,
}

impl Room {
    pub(crate) fn of(kind: Kind, text: &str) -> Self {
        match kind {
            Kind::Domain => Self::Domain,
            Kind::Address if text.contains('/') => Self::Network,
            Kind::Address => Self::Address,
            Kind::AddressPort => Self::AddressPort,
            Kind::Url => Self::Url,
            Kind::Path => Self::Path,
        }
    }

    pub(crate) fn kind(self) -> Kind {
        match self {
            Self::Domain => Kind::Domain,
            Self::Address | Self::Network => Kind::Address,
            Self::AddressPort => Kind::AddressPort,
            Self::Url | Self::UrlHost => Kind::Url,
            Self::Path | Self::Query => Kind::Path,
        }
    }
}

/// One indicator.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Record {
    /// Where its text begins.
    pub(crate) at: u32,
    /// Which of the terms.
    pub(crate) terms: u32,
    /// How long its text is.
    pub(crate) length: u16,
    pub(crate) room: Room,
}

/// What many indicators share: family, source, confidence, validity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Terms {
    pub(crate) family: u32,
    pub(crate) source: u32,
    pub(crate) confidence: Option<u8>,
    /// From when it counts; `i64::MIN` when open.
    pub(crate) from: i64,
    /// Until when, not included; `i64::MAX` when open.
    pub(crate) until: i64,
}

/// The hash of a key.
#[inline]
pub(crate) fn hash(room: Room, key: &[u8]) -> u64 {
    let mut hasher = FxHasher::default();
    hasher.write(key);
    hasher.write_u8(room as u8);
    spread(hasher.finish())
}

/// Both ends of the hash are used, for the place and for the filter: no bit may depend on few.
#[inline]
fn spread(hash: u64) -> u64 {
    let wide = u128::from(hash) * 0x9e37_79b9_7f4a_7c15; // the golden ratio (D. Knuth, TAOCP 3, §6.4)
    (wide >> 64) as u64 ^ wide as u64
}

pub(crate) fn hash_address(ip: IpAddr) -> u64 {
    hash(Room::Address, &address::to_bits(ip).to_be_bytes())
}

pub(crate) fn hash_address_port(ip: IpAddr, port: u16) -> u64 {
    let mut key = [0; 18];
    key[..16].copy_from_slice(&address::to_bits(ip).to_be_bytes());
    key[16..].copy_from_slice(&port.to_be_bytes());
    hash(Room::AddressPort, &key)
}

/// A network's first address and how many of the 128 bits are its prefix.
pub(crate) fn hash_network(first: u128, length: u8) -> u64 {
    let mut key = [length; 17];
    key[..16].copy_from_slice(&first.to_be_bytes());
    hash(Room::Network, &key)
}

/// The hash under which a canonical text is found; `None` if it is not canonical.
pub(crate) fn hash_text(room: Room, text: &str) -> Option<u64> {
    Some(match room {
        Room::Address => hash_address(text.parse::<IpAddr>().ok()?.to_canonical()),
        Room::AddressPort => {
            let end: SocketAddr = text.parse().ok()?;
            hash_address_port(end.ip().to_canonical(), end.port())
        }
        Room::Network => {
            let (first, length) = network(text)?;
            hash_network(first, length)
        }
        _ => hash(room, text.as_bytes()),
    })
}

/// The first address of a written network and the length of its prefix among 128 bits.
pub(crate) fn network(text: &str) -> Option<(u128, u8)> {
    let text = clean::network(text)?;
    let (first, length) = text.split_once('/')?;
    let first: IpAddr = first.parse().ok()?;
    let length: u8 = length.parse().ok()?;
    Some((address::to_bits(first), if first.is_ipv4() { 96 + length } else { length }))
}

/// The bits of an address that lie in a prefix.
pub(crate) fn prefix(bits: u128, length: u8) -> u128 {
    bits & u128::MAX.checked_shl(128 - u32::from(length)).unwrap_or(0)
}
