//! The index against a naive twin, its size and its silence.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, Ipv6Addr};

use proptest::prelude::*;

use super::*;

fn sighted(address: IpAddr, family: &str, last: i32) -> Sighted<'_> {
    Sighted { address, family, kind: Kind::Botnet, first: last - 3, last, days: 2, public: true, tlp: None }
}

fn v4(bits: u32) -> IpAddr {
    IpAddr::V4(Ipv4Addr::from_bits(0xC000_0200 | bits))
}

#[test]
fn what_may_not_be_told_is_not_in_the_index() {
    let open = sighted(v4(1), "conficker", 20_000);
    let rows = [
        open.clone(),
        Sighted { public: false, ..sighted(v4(2), "conficker", 20_000) },
        Sighted { tlp: Some(Tlp::Amber), ..sighted(v4(3), "conficker", 20_000) },
        Sighted { tlp: Some(Tlp::Red), ..sighted(v4(4), "conficker", 20_000) },
        sighted(v4(5), "APT-Made", 20_000),
        Sighted { tlp: Some(Tlp::Green), ..sighted(v4(6), "conficker", 20_000) },
    ];
    let seen = Seen::build(rows, &Restricted::families(["apt-made".to_owned()]), 64, 20_000);
    assert_eq!((1..=6).map(|n| seen.find(v4(n)).len()).collect::<Vec<_>>(), [1, 0, 0, 0, 0, 1]);
    assert_eq!(seen.len(), 2);
}

#[test]
fn an_ipv6_address_is_looked_up_by_its_prefix() {
    let at = |text: &str| text.parse::<IpAddr>().expect("address");
    let rows = [sighted(at("2001:db8:1:2::5"), "mirai", 20_000)];
    let seen = Seen::build(rows.clone(), &Restricted::default(), 64, 20_000);
    assert_eq!(seen.find(at("2001:db8:1:2:ffff::1")).len(), 1);
    assert_eq!(seen.find(at("2001:db8:1:3::5")).len(), 0);
    let seen = Seen::build(rows, &Restricted::default(), 56, 20_000);
    assert_eq!(seen.find(at("2001:db8:1:3::5")).len(), 1);
    assert_eq!(seen.find(at("2001:db8:1:102::5")).len(), 0);
}

#[test]
fn a_mapped_address_is_the_ipv4_address() {
    let seen = Seen::build([sighted(v4(1), "mirai", 20_000)], &Restricted::default(), 64, 20_000);
    assert_eq!(seen.find("::ffff:192.0.2.1".parse().expect("address")).len(), 1);
}

#[test]
fn of_very_many_findings_the_gravest_stay() {
    let names: Vec<String> = (0..2 * FINDINGS_MAX).map(|number| format!("open-{number}")).collect();
    let open = names.iter().map(|name| Sighted { kind: Kind::Exposed, ..sighted(v4(1), name, 20_000) });
    let rows = open.chain([sighted(v4(1), "mirai", 19_900)]);
    let seen = Seen::build(rows, &Restricted::default(), 64, 20_000);
    let found = seen.find(v4(1));
    assert_eq!((found.len(), found[FINDINGS_MAX - 1].family), (FINDINGS_MAX, "mirai"));
}

#[test]
fn more_families_than_have_numbers_are_a_gap() {
    let names: Vec<String> = (0..=1 << 16).map(|number| number.to_string()).collect();
    let build = |names: &[String]| {
        Seen::build(names.iter().map(|name| sighted(v4(1), name, 20_000)), &Restricted::default(), 64, 20_000)
    };
    assert!(!build(&names[1..]).has_gaps() && build(&names).has_gaps());
}

#[test]
fn two_million_addresses_take_few_bytes_and_little_time() {
    let address = |n: u32| {
        let spread = n.wrapping_mul(2_654_435_761);
        if n.is_multiple_of(10) {
            IpAddr::V6(Ipv6Addr::from_bits((0x2001_0db8u128 << 96) | (u128::from(spread) << 64)))
        } else {
            IpAddr::V4(Ipv4Addr::from_bits(spread))
        }
    };
    let rows = (0..2_000_000).map(|n| sighted(address(n), if n % 3 == 0 { "mirai" } else { "conficker" }, 20_000));
    let start = std::time::Instant::now();
    let seen = Seen::build(rows, &Restricted::default(), 64, 20_000);
    let took = start.elapsed();
    let each = seen.bytes() / seen.len();
    println!("{} addresses, {each} bytes each, built in {took:?}", seen.len());
    assert!(each <= 64, "{each} bytes per address");
    assert!(took.as_secs_f64() < 10.0, "{took:?}; 2 s is the aim on an idle machine");
}

proptest! {
    #[test]
    fn the_index_answers_as_a_naive_map(rows in proptest::collection::vec((0u32..20, 0usize..4, 0i32..50), 0..80)) {
        const FAMILIES: [&str; 4] = ["a", "b", "c", "d"];
        let all = rows.iter().map(|(n, family, last)| sighted(v4(*n), FAMILIES[*family], 20_000 + last));
        let seen = Seen::build(all, &Restricted::default(), 64, 20_000);
        let mut naive: BTreeMap<(u32, &str), i32> = BTreeMap::new();
        for (n, family, last) in &rows {
            let newest = naive.entry((*n, FAMILIES[*family])).or_default();
            *newest = (*newest).max(20_000 + last);
        }
        for n in 0..20 {
            let mut found: Vec<_> = seen.find(v4(n)).iter().map(|f| (f.family, f.last)).collect();
            found.sort_unstable();
            let wanted: Vec<_> = naive.range((n, "")..(n + 1, "")).map(|((_, family), last)| (*family, *last)).collect();
            prop_assert_eq!(found, wanted);
        }
    }
}
