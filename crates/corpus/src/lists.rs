//! Lists of indicators, and contacts held against them.

use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, LazyLock};

use event::time::Zone;
use indicators::{
    Contact, End, Indicator, Inside, Kind, Set, Watch,
    list::{self, Defaults, Format, INDICATORS_MAX, Purpose, Reader, Reading, Report},
};

/// The zone in which days are cut.
static ZONE: LazyLock<Zone> = LazyLock::new(zone);
/// Pieces in which a list arrives.
const PIECES: [usize; 4] = [1, 7, 64, 1 << 12];

#[expect(clippy::expect_used, reason = "UTC is known everywhere")]
fn zone() -> Zone {
    Zone::named("UTC").expect("zone")
}

/// A list, one indicator a line.
pub fn text(data: &[u8]) {
    check(Format::Text, data);
}

/// A list as CSV.
pub fn csv(data: &[u8]) {
    check(Format::Csv, data);
}

/// A contact – a line with both ends, a line with its name, a line with its path – and the list it is held against, what is
/// allowed after a `!`.
pub fn contact(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let mut lines = text.splitn(4, '\n');
    let mut next = || lines.next().unwrap_or_default();
    let (ends, name, path, list) = (next(), next(), next(), next());
    let (allowed, listed): (Vec<&str>, Vec<&str>) = list.lines().partition(|line| line.starts_with('!'));
    let (listed, _) = read(Format::Text, Purpose::Indicators, listed.join("\n").as_bytes(), usize::MAX);
    let (allowed, _) = read(Format::Text, Purpose::Allowed, allowed.join("\n").replace('!', "").as_bytes(), usize::MAX);
    let mut ends = ends.split(' ').map(end);
    let (from, to) = (ends.next().flatten(), ends.next().flatten());
    let said = |text: &'_ str| !text.is_empty();
    let contact = Contact {
        at: 0,
        from,
        to,
        name: Some(name).filter(|name| said(name)),
        path: Some(path).filter(|path| said(path)),
    };
    let (listed, allowed) = (set(&listed), set(&allowed));
    let watch = Watch::new(Arc::clone(&listed), allowed, Inside::private());
    if let Some(hit) = watch.find(&contact) {
        assert!(from.is_some(), "{hit:?} is nobody's");
        assert!(!path.is_empty() || !matches!(hit.kind, Kind::Url | Kind::Path), "{hit:?} without a path");
        assert!(!name.is_empty() || hit.kind != Kind::Domain, "{hit:?} without a name");
    }
    let allowed = Watch::new(Arc::clone(&listed), listed, Inside::private());
    assert_eq!(allowed.find(&contact), None, "everything is allowed");
}

fn check(format: Format, data: &[u8]) {
    for purpose in [Purpose::Indicators, Purpose::Allowed] {
        let (indicators, report) = read(format, purpose, data, usize::MAX);
        for piece in PIECES {
            assert_eq!(read(format, purpose, data, piece), (indicators.clone(), report.clone()), "pieces of {piece}");
        }
        assert_eq!(report.accepted, indicators.len() as u64);
        let lines = data.split(|byte| *byte == b'\n').count() as u64;
        assert!(report.accepted + report.refused <= lines, "more indicators than lines");
        check_written(purpose, &indicators);
        check_found(&set(&indicators), &indicators);
    }
}

/// What was taken is written, and read again as it was written.
fn check_written(purpose: Purpose, indicators: &[Indicator<'_>]) {
    let written = list::write_csv(indicators);
    let (again, report) = read(Format::Csv, purpose, written.as_bytes(), usize::MAX);
    assert_eq!((report.refused, again.len()), (0, indicators.len()), "{written}{:?}", report.findings);
    let of = |indicator: &Indicator<'_>| (indicator.kind, indicator.text.clone().into_owned());
    assert!(again.iter().map(of).eq(indicators.iter().map(of)), "{written}");
    assert_eq!(list::write_csv(&again), written);
}

/// What was taken is found by what it says, when it counts.
fn check_found(set: &Set, indicators: &[Indicator<'_>]) {
    for indicator in indicators {
        let at = indicator.from.unwrap_or(i64::MIN).max(indicator.until.map_or(0, |until| until - 1));
        let text = &*indicator.text;
        let found = match indicator.kind {
            Kind::Domain => set.domain(text, at),
            Kind::Address => match (end(text), text.split_once('/').and_then(|(first, _)| end(first))) {
                (Some(end), _) => set.address(end.ip, at),
                (None, first) => first.and_then(|first| set.network(first.ip, at)),
            },
            Kind::AddressPort => end(text).and_then(|end| set.address_port(end.ip, end.port?, at)),
            Kind::Path => set.path(text, at),
            Kind::Url => {
                let (authority, path) = text.split_at(text.find('/').unwrap_or(text.len()));
                let port = authority.rsplit_once(':').and_then(|(host, port)| Some((host, port.parse().ok()?)));
                let (host, port) = port.map_or((authority, None), |(host, port)| (host, Some(port)));
                set.url(host, port, path, at)
            }
        };
        assert!(found.is_some(), "{indicator:?} is not found");
    }
}

fn set(indicators: &[Indicator<'_>]) -> Arc<Set> {
    let mut builder = Set::builder();
    builder.begin("made-up", 0);
    for indicator in indicators {
        assert_eq!(builder.add(indicator), Ok(()), "{indicator:?}");
    }
    Arc::new(builder.build())
}

/// Reads a list in pieces of so many bytes.
fn read(format: Format, purpose: Purpose, data: &[u8], piece: usize) -> (Vec<Indicator<'static>>, Report) {
    let family = if purpose == Purpose::Indicators { "made-up-bot" } else { "" }.to_owned();
    let defaults = Defaults { family, ..Defaults::default() };
    let mut reader = Reader::new(Reading { format, purpose, defaults, zone: &ZONE, most: INDICATORS_MAX });
    let mut indicators = Vec::new();
    for piece in data.chunks(piece) {
        reader.feed(piece, |indicator| indicators.push(indicator.into_owned()));
    }
    let report = reader.finish(|indicator| indicators.push(indicator.into_owned()));
    (indicators, report)
}

/// `192.0.2.1` or `192.0.2.1:80`.
fn end(text: &str) -> Option<End> {
    match text.parse::<IpAddr>() {
        Ok(ip) => Some(End { ip, port: None }),
        Err(_) => text.parse::<SocketAddr>().ok().map(|end| End { ip: end.ip(), port: Some(end.port()) }),
    }
}
