//! What others say of addresses: files of other houses, fetched from the network.

use constituency::{
    Places,
    sources::{Background, Country, Home, Kind, Of, Source},
};

/// The day on which is asked: 2026-11-20.
const DAY: i32 = 20_777;
/// Rows whose first addresses are asked for.
const ASKED: usize = 16;

/// Prefixes and their origins.
pub fn pfx2as(data: &[u8]) {
    check(Kind::Pfx2as, data);
}

/// A database in the MaxMind DB format.
pub fn mmdb(data: &[u8]) {
    check(Kind::Mmdb, data);
}

/// Objects of a registry.
pub fn whois(data: &[u8]) {
    check(Kind::Whois, data);
}

/// A statistics file of a regional registry.
pub fn delegated(data: &[u8]) {
    check(Kind::Delegated, data);
}

/// Every stretch is one, every finding says something, and the same file makes the same answers.
fn check(kind: Kind, data: &[u8]) {
    let Some(country) = Country::parse("VN") else { return };
    let places = Places::shipped();
    let (source, findings) = Source::read(kind, "made", "made", data, Home { country, places: &places });
    assert!(findings.iter().all(|finding| !finding.message.is_empty()), "a finding says nothing");
    let sources = [source];
    let (one, other) = (Background::build(&sources), Background::build(&sources));
    for row in &sources[0].rows {
        let is_stretch = match row.of {
            Of::Addresses(first, last) => first <= last,
            Of::Systems(first, last) => first > 0 && first <= last,
        };
        assert!(is_stretch, "{:?} is no stretch", row.of);
    }
    for row in sources[0].rows.iter().take(ASKED) {
        match row.of {
            Of::Addresses(first, _) => assert_eq!(one.of_address(first, DAY), other.of_address(first, DAY)),
            Of::Systems(first, _) => assert_eq!(one.of_system(first, DAY), other.of_system(first, DAY)),
        }
    }
}
