//! How large and how fast.

use std::fmt::Write as _;
use std::path::Path;
use std::time::Instant;

use constituency::{Constituency, Role, Tables};

const ORGANISATIONS: &str = "code,name,kind\ncountry,Quốc gia,other\n";

/// The country's address space, where the list is at hand: every address of the list has an owner, no other has.
#[test]
fn the_whole_country_is_covered() {
    let list = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/networks/vn-ipv4.cidr");
    let Ok(list) = std::fs::read_to_string(list) else {
        println!("skipped: no list of the country's networks here");
        return;
    };
    let mut networks = "network,organisation\n".to_owned();
    for network in list.split_whitespace() {
        let _ = writeln!(networks, "{network},country");
    }
    let (tables, findings) = Tables::read(&[
        ("organisations.csv", ORGANISATIONS),
        ("networks.csv", &networks),
        ("asns.csv", "asn,isp\n"),
        ("domains.csv", "domain,organisation\n"),
    ]);
    assert_eq!(findings, []);
    let country = Constituency::build(tables);
    let id = country.id("country").expect("organisation");
    let stretches = country.networks_of(&[id], Role::Organisation, 0..1);
    let covered: u128 = stretches.iter().map(|(first, last)| last - first + 1).sum();
    assert_eq!(covered, 16_469_760);
    for (first, last) in stretches {
        let owner = |bits| country.owner_of_address(bits, 0, None, None).organisation;
        assert_eq!([owner(first - 1), owner(first), owner(last), owner(last + 1)], [None, Some(id), Some(id), None]);
    }
}

/// Numbers that look like chance and are the same every time (Marsaglia, *Xorshift RNGs*, 2003).
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }
}

/// A hundred thousand networks in 10.0.0.0/8 and 100.64.0.0/10, nested up to six deep, and a thousand organisations.
fn large(chance: &mut Chance) -> (String, String) {
    let mut organisations = "code,name,kind,province\n".to_owned();
    for n in 0..1000 {
        let _ = writeln!(organisations, "o{n},Organisation {n},agency,01");
    }
    let mut networks = "network,isp,organisation,flags,valid_from,valid_to\n".to_owned();
    for _ in 0..100_000 {
        let length = [12, 16, 20, 22, 24, 24, 26, 28, 29, 30][chance.below(10) as usize];
        let (base, bits) = if chance.below(4) == 0 { (0x6440_0000u32, 22) } else { (0x0a00_0000, 24) };
        let ip = (base + chance.below(1 << bits) as u32) & (u32::MAX << (32 - length));
        let days = if chance.below(10) == 0 { "2025-01-01,2026-01-01" } else { "," };
        let own = chance.below(1000);
        let isp = own % 20;
        let _ = writeln!(networks, "{}/{length},o{isp},o{own},dynamic,{days}", std::net::Ipv4Addr::from_bits(ip));
    }
    (organisations, networks)
}

/// Look-ups measured; the figures are printed, not judged: the machine may be busy.
const LOOK_UPS: u32 = 1_000_000;

#[test]
fn a_hundred_thousand_networks_are_ready_at_once() {
    let mut chance = Chance(88_172_645_463_325_252);
    let (organisations, networks) = large(&mut chance);
    let files = [("organisations.csv", &*organisations), ("networks.csv", &networks)];
    let start = Instant::now();
    let (tables, findings) = Tables::read(&files);
    let read = start.elapsed();
    let start = Instant::now();
    let country = Constituency::build(tables);
    let built = start.elapsed();
    let start = Instant::now();
    let mut owned = 0u32;
    for _ in 0..LOOK_UPS {
        let ip = 0xffff_0a00_0000 + u128::from(chance.next() >> 40);
        let owner = country.owner_of_address(ip, 20_500, Some(64500), None);
        owned += u32::from(owner.organisation.is_some());
    }
    let each = start.elapsed().as_nanos() / u128::from(LOOK_UPS);
    println!("{} findings, read {read:?}, build {built:?}, {each} ns per look-up, {owned} owned", findings.len());
    assert!(owned > LOOK_UPS / 2);
}
