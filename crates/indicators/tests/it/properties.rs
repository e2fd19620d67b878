//! What must hold of any indicators and any contact.

use std::net::IpAddr;
use std::sync::Arc;

use event::address;
use indicators::inside::Inside;
use indicators::list::{self, Format, Purpose};
use indicators::{Contact, End, Indicator, Kind, Side, Watch};
use proptest::prelude::*;
use proptest::sample::select;

use crate::made;
use crate::naive::Naive;

/// Few enough of everything that they meet.
const NAMES: [&str; 8] = [
    "a.example",
    "b.a.example",
    "ab.a.example",
    "c.b.a.example",
    "aa.example",
    "ba.example",
    "b.example",
    "x.b.example",
];
const ADDRESSES: [&str; 5] = ["192.0.2.1", "192.0.2.2", "192.0.2.130", "2001:db8::1", "2001:db8:1::1"];
const NETWORKS: [&str; 5] = ["192.0.2.0/24", "192.0.2.128/25", "2001:db8::/32", "2001:db8:1::/48", "192.0.2.2/31"];
const PORTS: [u16; 3] = [80, 443, 8080];
const PATHS: [&str; 9] =
    ["/gate.php", "/a/gate.php", "/a/b", "/a/b/c", "/gate.php?id=1", "/gate.php?id", "/?id=1", "/a/b?x", "/gate"];
const TAILS: [&str; 10] = ["", "/", "//", "/a", "?id=1", "?id=12", "?id=1&x", "&y", "#top", "/gate.php"];

fn host() -> impl Strategy<Value = String> {
    let bracketed = |text: &str| if text.contains(':') { format!("[{text}]") } else { text.to_owned() };
    prop_oneof![
        3 => select(&NAMES[..]).prop_map(str::to_owned),
        1 => select(&ADDRESSES[..]).prop_map(bracketed),
    ]
}

fn authority() -> impl Strategy<Value = String> {
    (host(), proptest::option::of(select(&PORTS[..]))).prop_map(|(host, port)| match port {
        Some(port) => format!("{host}:{port}"),
        None => host,
    })
}

fn text(purpose: Purpose) -> impl Strategy<Value = (Kind, String)> {
    let networks = if purpose == Purpose::Allowed { &NETWORKS[..] } else { &ADDRESSES[..] };
    let of = |kind| move |text: &str| (kind, text.to_owned());
    prop_oneof![
        3 => select(&NAMES[..]).prop_map(of(Kind::Domain)),
        2 => select(&ADDRESSES[..]).prop_map(of(Kind::Address)),
        1 => select(networks).prop_map(of(Kind::Address)),
        2 => (select(&ADDRESSES[..]), select(&PORTS[..])).prop_map(|(ip, port)| {
            let ip: IpAddr = ip.parse().expect("address");
            (Kind::AddressPort, std::net::SocketAddr::new(ip, port).to_string())
        }),
        2 => (authority(), select(&PATHS[..])).prop_map(|(host, path)| (Kind::Url, format!("{host}{path}"))),
        2 => select(&PATHS[..]).prop_map(of(Kind::Path)),
    ]
}

fn indicators(purpose: Purpose, most: usize) -> impl Strategy<Value = Vec<Indicator<'static>>> {
    let times = (proptest::option::weighted(0.2, 0i64..4), proptest::option::weighted(0.2, 0i64..4));
    let one = (text(purpose), select(&["a", "b"][..]), select(&[None, None, Some(10u8), Some(90)][..]), times);
    let indicator = one.prop_map(|((kind, text), family, confidence, (from, until))| {
        let family = family.into();
        Indicator { family, confidence, from, until, ..made::indicator(kind, &text) }
    });
    proptest::collection::vec(indicator, 0..most)
}

fn end() -> impl Strategy<Value = End> {
    (select(&ADDRESSES[..]), proptest::option::of(select(&PORTS[..])))
        .prop_map(|(ip, port)| End { ip: ip.parse().expect("address"), port })
}

/// What a contact is made of: instant, both ends, name, path.
type Parts = (i64, Option<End>, Option<End>, Option<String>, Option<String>);

fn parts() -> impl Strategy<Value = Parts> {
    let path = (select(&PATHS[..]), select(&TAILS[..])).prop_map(|(path, tail)| format!("{path}{tail}"));
    let option = proptest::option::weighted::<BoxedStrategy<End>>;
    (
        -1i64..5,
        option(0.9, end().boxed()),
        option(0.6, end().boxed()),
        proptest::option::weighted(0.7, authority()),
        proptest::option::weighted(0.5, path),
    )
}

fn contact((at, from, to, name, path): &Parts) -> Contact<'_> {
    Contact { at: *at, from: *from, to: *to, name: name.as_deref(), path: path.as_deref() }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn a_contact_touches_what_a_look_at_every_indicator_finds(
        listed in indicators(Purpose::Indicators, 24),
        allowed in indicators(Purpose::Allowed, 4),
        ours in proptest::collection::vec(select(&ADDRESSES[..]), 0..3),
        contacts in proptest::collection::vec(parts(), 1..12),
    ) {
        let ours: Vec<IpAddr> = ours.iter().map(|ip| ip.parse().expect("address")).collect();
        let inside = Inside::of(ours.iter().map(|ip| (address::to_bits(*ip), address::to_bits(*ip))));
        let watch = Watch::new(made::set(&listed), made::set(&allowed), inside);
        let naive = Naive { indicators: &listed, allowed: &allowed, ours: &ours };
        for parts in &contacts {
            let contact = contact(parts);
            let found = watch.find(&contact);
            let found = found.map(|hit| (hit.inside == Side::From, hit.kind, hit.indicator, hit.family, hit.confidence));
            let wanted = naive.find(&contact).map(|(from, at)| {
                let i = &listed[at];
                (from, i.kind, &*i.text, &*i.family, i.confidence)
            });
            prop_assert_eq!(found, wanted, "{:?}", contact);
        }
    }

    #[test]
    fn what_is_allowed_is_never_touched_and_nothing_new_is(
        listed in indicators(Purpose::Indicators, 12),
        parts in parts(),
    ) {
        let everything = made::set(&listed);
        let allowed = Watch::new(Arc::clone(&everything), everything, Inside::of([]));
        prop_assert_eq!(allowed.find(&contact(&parts)), None);
    }

    #[test]
    fn what_was_written_is_read_again(
        listed in indicators(Purpose::Indicators, 12),
        words in proptest::collection::vec("[ -~é\"',;#]{0,12}", 2),
    ) {
        let zone = made::zone();
        let is_fit = |i: &Indicator<'_>| !matches!((i.from, i.until), (Some(from), Some(until)) if from >= until);
        let trimmed = |at: usize| words[at].trim().to_owned().into();
        // As lists give them: a port that goes without saying is not said.
        let is_canonical = |i: &Indicator<'_>| i.kind != Kind::Url || !(i.text.contains(":80/") || i.text.contains(":443/"));
        let listed: Vec<_> = listed.into_iter().filter(|i| is_fit(i) && is_canonical(i)).collect();
        let listed: Vec<_> = listed.into_iter().map(|i| Indicator { source: trimmed(0), comment: trimmed(1), ..i }).collect();
        let mut reading = made::reading(Format::Csv, Purpose::Indicators, &zone);
        reading.defaults.source.clear();
        let (again, report) = made::read(list::write_csv(&listed).as_bytes(), reading);
        prop_assert_eq!(report.findings, vec![]);
        prop_assert_eq!(again, listed);
    }

    #[test]
    fn any_bytes_in_any_pieces_read_the_same(
        lines in proptest::collection::vec(select(LINES), 0..8),
        damage in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..3),
        piece in 1usize..20,
    ) {
        let zone = made::zone();
        let mut bytes = lines.join("\n").into_bytes();
        for (at, byte) in damage {
            if !bytes.is_empty() {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
        }
        for format in [Format::Text, Format::Csv] {
            let whole = made::read(&bytes, made::reading(format, Purpose::Allowed, &zone));
            let mut reader = list::Reader::new(made::reading(format, Purpose::Allowed, &zone));
            let mut pieced = Vec::new();
            for piece in bytes.chunks(piece) {
                reader.feed(piece, |indicator| pieced.push(indicator.into_owned()));
            }
            let report = reader.finish(|indicator| pieced.push(indicator.into_owned()));
            prop_assert_eq!((&pieced, &report), (&whole.0, &whole.1));
            // What was taken is canonical: it can be added, and it is written as it is read.
            made::set(&pieced);
            let written = list::write_csv(&pieced);
            let (again, _) = made::read(written.as_bytes(), made::reading(Format::Csv, Purpose::Allowed, &zone));
            prop_assert_eq!(list::write_csv(&again), written);
        }
    }
}

/// Lines that lists have.
const LINES: &[&str] = &[
    "",
    "\r",
    "# Aliases: a-bot, B bot",
    "; a comment",
    "indicator,kind,family,source,confidence,from,until,comment",
    "a.example,domain,bot,us,90,2026-11-01,2026-12-01,\"said, \"\"so\"\"\"",
    "192.0.2.0/24,,,,,,,",
    "hxxp://a[.]example:8080/a?b=c#d",
    "WWW.Bücher.example.",
    "[2001:db8::1%eth0]:443",
    "/gate.php?id=1 # seen",
    "\u{feff}example.org",
    "é",
    "gov.vn",
    "\"",
    "a,b",
];
