//! A small country of documentation addresses, and who owns what in it.

use std::net::IpAddr;

use constituency::{Constituency, Flags, Hints, Owner, PlaceSource, Role, Tables};
use event::address;
use event::subject::Subject;
use event::time;

const ORGANISATIONS: &str = "\
# made up
code,name,name_en,kind,sector,parent,province,valid_from,valid_to
alpha,Viễn thông Alpha,Alpha Telecom,isp,telecom,,,,
beta,Viễn thông Beta,Beta Telecom,isp,telecom,,79,,
ministry,Bộ Thử nghiệm,Ministry of Tests,ministry,state,,01,,
dept,\"Cục Kiểm thử, số 1\",Testing Department,department,state,ministry,,,
office,Phòng Mẫu,Sample Office,department,state,dept,48,,2026-01-01
office,Phòng Mẫu,Sample Office,department,state,ministry,,2026-01-01,
bank,Ngân hàng Ví dụ,Example Bank,bank,finance,,,2025-07-01,
";

const NETWORKS: &str = "\
network,isp,organisation,province,flags,valid_from,valid_to
10.0.0.0/8,alpha,,,dynamic,,
10.1.0.0/16,,ministry,,static,,
10.1.2.0/24,,office,,,,
10.1.3.0/24,beta,,,,,
100.64.0.0/10,alpha,,91,shared dynamic,,
192.0.2.10-192.0.2.20,beta,bank,,,,
198.51.100.0/24,alpha,,,,,2026-01-01
198.51.100.0/24,beta,,,,2026-01-01,
203.0.113.0/24,alpha,bank,,,,
203.0.113.0/24,alpha,dept,,,2026-03-01,2026-04-01
2001:db8::/32,alpha,,,,,
2001:db8:1::/48,,dept,,,,
";

const ASNS: &str = "asn,isp,name,valid_from,valid_to\n64500,alpha,ALPHA-AS,,\nAS64501,beta,BETA-AS,2026-01-01,\n";

const DOMAINS: &str = "\
domain,organisation,valid_from,valid_to
Example.gov.vn,ministry,,
dept.example.gov.vn,dept,,
bank.example.com.,bank,,
";

fn files() -> [(&'static str, &'static str); 4] {
    [("organisations.csv", ORGANISATIONS), ("networks.csv", NETWORKS), ("asns.csv", ASNS), ("domains.csv", DOMAINS)]
}

fn country() -> Constituency {
    let (tables, findings) = Tables::read(&files());
    let codes: Vec<_> = findings.iter().map(|finding| (finding.line, finding.message.as_str())).collect();
    // The bank's networks are older than the bank: no finding, an open beginning asks for nothing.
    assert_eq!(codes, [(11, "line 10 says otherwise on some of the same days; on those neither counts")]);
    Constituency::build(tables)
}

fn bits(text: &str) -> u128 {
    text.parse::<IpAddr>().map_or(0, address::to_bits)
}

fn day(text: &str) -> i32 {
    time::parse_day(text).unwrap_or(i32::MIN)
}

/// Operator, organisation and province of an owner, `-` for none.
fn said(country: &Constituency, owner: Owner) -> (&str, &str, &'static str) {
    let code = |id: Option<_>| id.map_or("-", |id| country.code(id));
    (code(owner.isp), code(owner.organisation), owner.place.map_or("-", |place| place.code()))
}

#[test]
fn every_role_comes_from_the_longest_prefix_that_names_it() {
    let country = country();
    for (ip, on, wanted) in [
        ("10.9.9.9", "2026-02-01", ("alpha", "-", "-")),
        ("10.1.9.9", "2026-02-01", ("alpha", "ministry", "01")),
        ("10.1.2.3", "2025-12-31", ("alpha", "office", "48")),
        ("10.1.2.3", "2026-01-01", ("alpha", "office", "01")),
        ("10.1.3.3", "2026-01-01", ("beta", "ministry", "01")),
        ("100.127.255.255", "2026-01-01", ("alpha", "-", "91")),
        ("100.128.0.0", "2026-01-01", ("-", "-", "-")),
        ("192.0.2.9", "2026-01-01", ("-", "-", "-")),
        ("192.0.2.10", "2026-01-01", ("beta", "bank", "-")),
        ("192.0.2.20", "2026-01-01", ("beta", "bank", "-")),
        ("192.0.2.20", "2025-06-30", ("beta", "-", "-")),
        ("192.0.2.21", "2026-01-01", ("-", "-", "-")),
        ("198.51.100.1", "2025-12-31", ("alpha", "-", "-")),
        ("198.51.100.1", "2026-01-01", ("beta", "-", "-")),
        ("2001:db8:1::1", "2026-01-01", ("alpha", "dept", "01")),
        ("2001:db8:2::1", "2026-01-01", ("alpha", "-", "-")),
        ("2001:db9::", "2026-01-01", ("-", "-", "-")),
    ] {
        let owner = country.owner_of_address(bits(ip), day(on), None, None);
        assert_eq!(said(&country, owner), wanted, "{ip} on {on}");
        assert!(!owner.conflict);
    }
}

#[test]
fn two_owners_on_the_same_days_are_none() {
    let country = country();
    let on = |date| country.owner_of_address(bits("203.0.113.1"), day(date), None, None);
    assert_eq!(said(&country, on("2026-02-28")), ("alpha", "bank", "-"));
    assert_eq!((said(&country, on("2026-03-01")), on("2026-03-01").conflict), (("alpha", "-", "-"), true));
    assert_eq!((said(&country, on("2026-04-01")), on("2026-04-01").conflict), (("alpha", "bank", "-"), false));
}

#[test]
fn the_feed_fills_what_the_tables_do_not_say() {
    let country = country();
    let nowhere = bits("192.0.2.99");
    let owner = |ip, on, asn, place| country.owner_of_address(ip, day(on), asn, place);
    assert_eq!(said(&country, owner(nowhere, "2026-02-01", Some(64500), Some("46"))), ("alpha", "-", "46"));
    assert_eq!(owner(nowhere, "2026-02-01", Some(64500), Some("46")).place_source, PlaceSource::Feed);
    assert_eq!(said(&country, owner(nowhere, "2025-12-31", Some(64501), None)), ("-", "-", "-"));
    assert_eq!(said(&country, owner(nowhere, "2026-01-01", Some(64501), None)), ("beta", "-", "-"));
    assert_eq!(owner(nowhere, "2026-01-01", Some(64999), Some("47")), Owner::default(), "47 is no province");
    let known = owner(bits("10.1.0.1"), "2026-02-01", Some(64501), Some("46"));
    assert_eq!((said(&country, known), known.place_source), (("alpha", "ministry", "01"), PlaceSource::Organisation));
    assert_eq!(known.flags, Flags::STATIC);
    assert!(owner(bits("100.64.0.1"), "2026-02-01", None, None).flags.shared());
}

#[test]
fn names_belong_to_the_longest_suffix() {
    let country = country();
    let subject = |text: &str| Subject::parse(text).expect("subject");
    for (text, wanted) in [
        ("example.gov.vn", ("-", "ministry", "01")),
        ("www.dept.example.gov.vn", ("-", "dept", "01")),
        ("notexample.gov.vn", ("-", "-", "-")),
        ("gov.vn", ("-", "-", "-")),
        ("http://BANK.example.com:8080/x", ("-", "bank", "-")),
        ("http://10.1.3.3/x", ("beta", "ministry", "01")),
        ("http://[2001:db8:1::1]/x", ("alpha", "dept", "01")),
        ("someone@mail.dept.example.gov.vn", ("-", "dept", "01")),
        ("192.0.2.15", ("beta", "bank", "-")),
    ] {
        let owner = country.owner_at(&subject(text), day("2026-02-01"), Hints::default());
        assert_eq!(said(&country, owner), wanted, "{text}");
    }
    assert_eq!(
        said(&country, country.owner_of_domain("WWW.Example.GOV.vn.", day("2026-02-01"), None)),
        ("-", "ministry", "01")
    );
}

#[test]
fn rows_that_match_are_shown_best_first() {
    let country = country();
    let lines = |text, on| -> Vec<_> {
        let subject = Subject::parse(text).expect("subject");
        country.explain(&subject, day(on)).into_iter().map(|row| row.text).collect()
    };
    assert_eq!(
        lines("10.1.2.3", "2026-02-01"),
        ["10.1.2.0/24,,office,,,,", "10.1.0.0/16,,ministry,,static,,", "10.0.0.0/8,alpha,,,dynamic,,"]
    );
    assert_eq!(lines("198.51.100.9", "2026-02-01"), ["198.51.100.0/24,beta,,,,2026-01-01,"]);
    assert_eq!(lines("a.dept.example.gov.vn", "2026-02-01").len(), 2);
    let subject = Subject::parse("x.bank.example.com").expect("subject");
    let found = country.explain(&subject, 0);
    assert_eq!((found[0].file, found[0].line, found.len()), ("domains.csv", 4, 1));
}

#[test]
fn the_tree_is_that_of_the_day() {
    let country = country();
    let below = |code, on| -> Vec<_> {
        country.subtree(code, day(on)).into_iter().map(|id| country.code(id).to_owned()).collect()
    };
    assert_eq!(below("dept", "2025-12-31"), ["dept", "office"]);
    assert_eq!(below("dept", "2026-01-01"), ["dept"]);
    assert_eq!(below("ministry", "2026-01-01"), ["ministry", "dept", "office"]);
    assert!(below("nobody", "2026-01-01").is_empty());
    let office = country.id("office").expect("office");
    assert_eq!(country.organisations().filter(|(id, _)| *id == office).count(), 2);
    let dept = country.organisation(country.id("dept").expect("dept"), 0).expect("row");
    assert_eq!((dept.name.as_str(), dept.parent), ("Cục Kiểm thử, số 1", country.id("ministry")));
}

#[test]
fn what_belongs_to_an_organisation_is_found_the_other_way_round() {
    let country = country();
    let ids = |codes: &[&str]| -> Vec<_> { codes.iter().filter_map(|code| country.id(code)).collect() };
    let days = day("2026-03-01")..day("2026-03-02");
    let of = |codes: &[&str]| country.networks_of(&ids(codes), Role::Organisation, days.clone());
    assert_eq!(of(&["bank"]), [(bits("192.0.2.10"), bits("192.0.2.20")), (bits("203.0.113.0"), bits("203.0.113.255"))]);
    assert_eq!(of(&["ministry", "office"]), [(bits("10.1.0.0"), bits("10.1.255.255"))]);
    // The feed's ASN may make any address alpha's.
    assert_eq!(country.networks_of(&ids(&["alpha"]), Role::Isp, days.clone()), [(0, u128::MAX)]);
    let before = day("2025-12-01")..day("2025-12-31");
    assert_eq!(
        country.networks_of(&ids(&["beta"]), Role::Isp, before),
        [(bits("10.1.3.0"), bits("10.1.3.255")), (bits("192.0.2.10"), bits("192.0.2.20"))]
    );
    assert_eq!(country.domains_of(&ids(&["ministry", "dept"]), days.clone()), ["example.gov.vn"]);
    assert!(country.domains_of(&ids(&["alpha"]), days).is_empty());
}

#[test]
fn all_of_ipv6_is_no_network_of_ipv4() {
    let (tables, _) = Tables::read(&[
        ("organisations.csv", "code,name,kind,parent,province\na,A,isp,,\n"),
        ("networks.csv", "network,isp,organisation,province\n::/0,a,,\n192.0.2.0/24,a,,\n"),
        ("asns.csv", "asn,isp\n"),
        ("domains.csv", "domain,organisation\n"),
    ]);
    let country = Constituency::build(tables);
    let id = country.id("a").expect("a");
    let has = |networks: &[(u128, u128)], ip| networks.iter().any(|(first, last)| (*first..=*last).contains(&bits(ip)));
    for networks in [country.networks(), country.networks_of(&[id], Role::Isp, 0..1)] {
        let wanted = [("192.0.2.1", true), ("198.51.100.1", false), ("2001:db8::1", true), ("::1", true)];
        assert_eq!(wanted.map(|(ip, _)| (ip, has(&networks, ip))), wanted);
    }
}
