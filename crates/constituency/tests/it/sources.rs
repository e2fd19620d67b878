//! What other sources say: each form as rows, what they say together, and that it stays below the tables.

#![expect(clippy::expect_used, reason = "a test fails by panicking")]

use std::fmt::Write as _;
use std::fs;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use constituency::finding::Code;
use constituency::sources::{Background, Country, Home, Kind, Of, Origin, Row, Source};
use constituency::{Constituency, IspSource, PlaceId, PlaceSource, Places, Tables};
use event::address;
use proptest::prelude::*;

use crate::mmdb::{Value, asn_record, city_record, mmdb};

const VN: &str = "VN";

fn read(kind: Kind, series: &str, file: &str, bytes: &[u8]) -> (Source, Vec<(u32, Code)>) {
    let places = Places::shipped();
    let home = Home { country: Country::parse(VN).expect("country"), places: &places };
    let (source, findings) = Source::read(kind, series, file, bytes, home);
    (source, findings.iter().map(|finding| (finding.line, finding.code)).collect())
}

fn bits(text: &str) -> u128 {
    address::to_bits(text.parse::<IpAddr>().expect(text))
}

fn pfx2as(day: &str, text: &str) -> Source {
    let (source, findings) = read(Kind::Pfx2as, "rv", &format!("rv-{day}.pfx2as"), text.as_bytes());
    assert_eq!(findings, []);
    source
}

/// Rows and findings of a file, one a line; `GOLDEN_WRITE=1` writes them in place of what was expected.
#[test]
fn cases() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/sources");
    let mut cases: Vec<PathBuf> =
        fs::read_dir(folder).expect("testdata").map(|entry| entry.expect("entry").path()).collect();
    cases.sort();
    assert!(!cases.is_empty());
    for case in cases {
        let mut files = fs::read_dir(&case).expect("case").map(|entry| entry.expect("entry").path());
        let input = files.find(|file| !file.ends_with("expected.txt")).expect("input");
        let kind = case.file_name().and_then(|name| Kind::parse(name.to_str()?)).unwrap_or(Kind::Whois);
        let name = input.file_name().expect("name").to_string_lossy().into_owned();
        let places = Places::shipped();
        let home = Home { country: Country::parse(VN).expect("country"), places: &places };
        let (source, findings) = Source::read(kind, "made", &name, &fs::read(&input).expect("input"), home);
        let mut text = format!("day {:?}\n", source.day.map(event::time::day_text));
        for row in &source.rows {
            writeln!(text, "{}", line(row)).expect("written");
        }
        for finding in findings {
            writeln!(text, "line {}: {:?} {:?} {:?}", finding.line, finding.code, finding.column, finding.value)
                .expect("written");
        }
        let path = case.join("expected.txt");
        if std::env::var_os("GOLDEN_WRITE").is_some() {
            fs::write(&path, &text).expect("written");
        }
        assert_eq!(text, fs::read_to_string(&path).unwrap_or_default(), "{}", path.display());
    }
}

fn line(row: &Row) -> String {
    let of = match row.of {
        Of::Addresses(first, last) => format!("{} - {}", address::from_bits(first), address::from_bits(last)),
        Of::Systems(first, last) => format!("AS{first} - AS{last}"),
    };
    let country = row.country.map(|country| country.code().to_owned());
    format!("{of} {:?} {:?} {:?} {country:?} {:?}", row.origin, row.name, row.holder, row.place.map(PlaceId::code))
}

#[test]
fn a_database_is_read_in_both_forms() {
    let records = [
        ("192.0.2.0/24", asn_record(64500, "Made-up Telecom")),
        ("198.51.100.0/24", city_record("VN", "HN", "Hanoi", "")),
        ("203.0.113.0/25", city_record("VN", "", "", "Nha Trang")),
        ("203.0.113.128/25", city_record("DE", "HN", "Hanoi", "Hanoi")),
        ("2001:db8::/32", Value::map(&[("asn", "AS64501"), ("as_name", "Made"), ("country", "VN"), ("region", "Huế")])),
        ("2001:db9::/32", Value::map(&[])),
        ("2001:dba::/32", Value::Text("odd".to_owned())),
    ];
    let bytes = mmdb(&records, 1_795_132_800);
    let (source, findings) = read(Kind::Mmdb, "made", "made.mmdb", &bytes);
    let lines: Vec<_> = source.rows.iter().map(line).collect();
    assert_eq!(
        lines,
        [
            "192.0.2.0 - 192.0.2.255 Some(One(64500)) None Some(\"Made-up Telecom\") None None",
            "198.51.100.0 - 198.51.100.255 None None None Some(\"VN\") Some(\"01\")",
            "203.0.113.0 - 203.0.113.127 None None None Some(\"VN\") Some(\"56\")",
            "203.0.113.128 - 203.0.113.255 None None None Some(\"DE\") None",
            "2001:db8:: - 2001:db8:ffff:ffff:ffff:ffff:ffff:ffff Some(One(64501)) None Some(\"Made\") Some(\"VN\") Some(\"46\")",
        ]
    );
    assert_eq!((source.day, findings), (Some(20_777), vec![(7, Code::BadRow)]));
}

#[test]
fn what_is_no_database_is_a_finding() {
    for bytes in [&b""[..], b"no database", &mmdb(&[], 0)[..40]] {
        let (source, findings) = read(Kind::Mmdb, "made", "made.mmdb", bytes);
        assert_eq!((source.rows.len(), findings), (0, vec![(0, Code::UnknownFile)]));
    }
}

#[test]
fn the_longest_prefix_says_each_thing() {
    let whois = "inetnum: 192.0.2.0 - 192.0.2.255\nnetname: WHOLE\ncountry: VN\n\n\
                 inetnum: 192.0.2.64 - 192.0.2.95\nnetname: PART\n\n\
                 route: 192.0.2.0/24\norigin: AS64500\n\nroute: 192.0.2.64/26\norigin: AS64501\n\n\
                 route: 192.0.2.64/26\norigin: AS64502\n\naut-num: AS64500\nas-name: MADE\n";
    let (source, _) = read(Kind::Whois, "made", "made", whois.as_bytes());
    let background = Background::build(&[source]);
    let known = |ip: &str| {
        let known = background.of_address(bits(ip), 0);
        (known.asn.map(|(asn, _)| asn), known.name.map(|(name, _)| name), known.country.is_some())
    };
    assert_eq!(known("192.0.2.1"), (Some(64500), Some("WHOLE"), true));
    assert_eq!(known("192.0.2.70"), (None, Some("PART"), true), "two origins are none");
    assert_eq!(known("192.0.2.100"), (None, Some("WHOLE"), true));
    assert_eq!(known("192.0.3.0"), (None, None, false));
    assert_eq!(background.of_system(64500, 0).name, Some(("MADE", Kind::Whois)));
    assert_eq!(background.of_system(64499, 0).name, None);
}

#[test]
fn sources_count_in_their_order_and_conflicts_stay() {
    let routes = pfx2as("2026-11-01", "192.0.2.0 25 64500\n198.51.100.0 24 64500_64501\n");
    let database = mmdb(
        &[("192.0.2.0/24", asn_record(64510, "By database")), ("198.51.100.0/24", asn_record(64510, "By database"))],
        0,
    );
    let (database, _) = read(Kind::Mmdb, "made", "made.mmdb", &database);
    let (whois, _) = read(Kind::Whois, "made", "made", b"inetnum: 192.0.2.0/24\ndescr: By registry\n");
    let background = Background::build(&[database, whois, routes]);
    let day = event::time::parse_day("2026-11-01").expect("day");
    let known = background.of_address(bits("192.0.2.1"), day);
    assert_eq!((known.asn, known.holder), (Some((64500, Kind::Pfx2as)), Some(("By registry", Kind::Whois))));
    assert_eq!(background.of_address(bits("192.0.2.200"), day).asn, Some((64510, Kind::Mmdb)));
    assert_eq!(background.of_address(bits("192.0.2.1"), day - 1).asn, Some((64510, Kind::Mmdb)), "not yet routed");
    let disputed = background.of_address(bits("198.51.100.1"), day);
    assert_eq!((disputed.asn, disputed.holder), (None, Some(("By database", Kind::Mmdb))));
}

#[test]
fn a_file_counts_from_its_day_until_the_next() {
    let both = [pfx2as("2026-11-10", "192.0.2.0 24 64501\n"), pfx2as("2026-11-01", "192.0.2.0 24 64500\n")];
    let six = pfx2as("2026-11-10", "2001:db8:: 32 64502\n");
    let background = Background::build(&[both[0].clone(), both[1].clone(), six]);
    let first = both[1].day.expect("day");
    let asn = |ip: &str, day: i32| background.of_address(bits(ip), day).asn.map(|(asn, _)| asn);
    let days = [first - 1, first, first + 8, first + 9, first + 99];
    assert_eq!(days.map(|day| asn("192.0.2.1", day)), [None, Some(64500), Some(64500), Some(64501), Some(64501)]);
    assert_eq!([first, first + 9].map(|day| asn("2001:db8::1", day)), [None, Some(64502)], "one series, one day");
}

#[test]
fn what_others_say_fills_only_what_is_open() {
    let (tables, _) = Tables::read(&[
        ("organisations.csv", "code,name,kind,parent,province\na,A,isp,,\nb,B,isp,,\nc,C,isp,,\n"),
        (
            "networks.csv",
            "network,isp,organisation,province\n192.0.2.0/26,a,,\n192.0.2.64/26,,a,79\n\
             192.0.2.128/26,,a,\n192.0.2.128/26,,b,\n",
        ),
        ("asns.csv", "asn,isp\n64500,b\n64501,c\n64502,a\n64502,c\n"),
        ("domains.csv", "domain,organisation\n"),
    ]);
    let places = mmdb(&[("192.0.2.0/24", city_record("VN", "HN", "", ""))], 0);
    let (places, _) = read(Kind::Mmdb, "places", "places.mmdb", &places);
    let (whois, _) = read(Kind::Whois, "made", "made", b"route: 192.0.2.0/24\norigin: AS64500\n");
    let plain = Constituency::build(tables);
    assert_eq!(plain.owner_of_address(bits("192.0.2.200"), 0, None, None).isp, None);
    let country = plain.with_background(Arc::new(Background::build(&[places, whois])));
    let owner = |ip: &str, asn: Option<u32>, place: Option<&str>| {
        let owner = country.owner_of_address(bits(ip), 21_000, asn, place);
        let isp = owner.isp.map(|id| country.code(id));
        (isp, owner.isp_source, owner.place.map(PlaceId::code), owner.place_source)
    };
    let (network, feed, routing) = (IspSource::Network, IspSource::Feed, IspSource::Routing);
    assert_eq!(owner("192.0.2.1", Some(64501), None), (Some("a"), network, Some("01"), PlaceSource::Geo));
    assert_eq!(owner("192.0.2.65", Some(64501), None), (Some("c"), feed, Some("79"), PlaceSource::Network));
    assert_eq!(owner("192.0.2.65", Some(64999), None), (Some("b"), routing, Some("79"), PlaceSource::Network));
    assert_eq!(owner("192.0.2.200", None, Some("46")), (Some("b"), routing, Some("46"), PlaceSource::Feed));
    // Two organisations in dispute say nothing of the operator; two operators of the feed's ASN do.
    assert_eq!(owner("192.0.2.129", None, None), (Some("b"), routing, Some("01"), PlaceSource::Geo));
    assert_eq!(owner("192.0.2.129", Some(64999), None).0, Some("b"));
    assert_eq!(owner("192.0.2.200", Some(64502), None).0, None);
    assert_eq!(owner("198.51.100.1", None, None), (None, IspSource::Unknown, None, PlaceSource::Unknown));
}

/// The two spaces of addresses, each of 64.
const SPACES: [&str; 2] = ["192.0.2.0", "2001:db8::"];

fn rows() -> impl Strategy<Value = Vec<Row>> {
    let stretch = (0..SPACES.len(), 0u128..64, 0u128..64).prop_map(|(space, a, b)| {
        let first = bits(SPACES[space]);
        Of::Addresses(first + a.min(b), first + a.max(b))
    });
    let origin = prop_oneof![Just(None), (1u32..4).prop_map(|n| Some(Origin::One(n))), Just(Some(Origin::Several))];
    let name = prop::option::of("[ab]");
    let row = (stretch, origin, name).prop_map(|(of, origin, name)| Row {
        of,
        origin,
        name: name.map(Into::into),
        holder: None,
        country: None,
        place: None,
    });
    prop::collection::vec(row, 0..12)
}

/// The prefixes around an address that a stretch is made of: by the bits alone.
fn prefix_around(bits: u128, first: u128, last: u128) -> Option<u128> {
    let within = |size: &u128| bits & !(size - 1) >= first && (bits | (size - 1)) <= last;
    (0..7).map(|n| 1u128 << n).take_while(within).last()
}

/// What the longest prefix that says something says, all rows read; two that differ say nothing.
fn naive<T: PartialEq + Clone>(rows: &[Row], bits: u128, what: impl Fn(&Row) -> Option<Option<T>>) -> Option<T> {
    let said = rows.iter().filter_map(|row| {
        let Of::Addresses(first, last) = row.of else { return None };
        Some((prefix_around(bits, first, last)?, what(row)?))
    });
    let said: Vec<_> = said.collect();
    let least = said.iter().map(|(size, _)| *size).min()?;
    let mut words = said.iter().filter(|(size, _)| *size == least).map(|(_, word)| word);
    let first = words.next()?;
    words.all(|word| word == first).then(|| first.clone()).flatten()
}

proptest! {
    #[test]
    fn the_fast_answer_is_the_slow_answer(rows in rows()) {
        let source = Source { kind: Kind::Whois, series: String::new(), day: None, rows: rows.clone() };
        let background = Background::build(&[source]);
        for first in SPACES.map(bits) {
            for bits in (0..66).map(|n| (first + n).wrapping_sub(1)) {
                let known = background.of_address(bits, 0);
                let origin = naive(&rows, bits, |row| row.origin.map(|origin| match origin {
                    Origin::One(asn) => Some(asn),
                    Origin::Several => None,
                }));
                let name = naive(&rows, bits, |row| row.name.clone().map(Some));
                prop_assert_eq!(known.asn.map(|(asn, _)| asn), origin, "{}", address::from_bits(bits));
                prop_assert_eq!(known.name.map(|(name, _)| name), name.as_deref(), "{}", address::from_bits(bits));
            }
        }
    }

    #[test]
    fn any_bytes_are_read(bytes: Vec<u8>, text in "(inetnum|route|aut-num|origin|made|VN|ipv4|asn|allocated|192\\.0\\.2\\.0|2001:db8::|24|64500|[:|_,\t\n/ -]){0,30}") {
        for kind in Kind::ALL {
            for bytes in [&bytes[..], text.as_bytes()] {
                Background::build(&[read(kind, "", "", bytes).0]).of_address(bits("192.0.2.1"), 0);
            }
        }
    }

    #[test]
    fn damage_to_a_database_is_a_finding_or_nothing(at in 0usize..2000, byte: u8) {
        let mut bytes = mmdb(&[("192.0.2.0/24", city_record("VN", "HN", "Hanoi", "x")), ("2001:db8::/32", asn_record(1, "x"))], 0);
        let at = at % bytes.len();
        bytes[at] = byte;
        read(Kind::Mmdb, "", "", &bytes);
    }
}
