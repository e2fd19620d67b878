//! Made-up indicators, and the sets and contacts made of them.

use std::net::IpAddr;
use std::sync::Arc;

use event::time::Zone;
use indicators::inside::Inside;
use indicators::list::{self, Defaults, Format, INDICATORS_MAX, Purpose, Reading, Report};
use indicators::{Contact, End, Hit, Indicator, Kind, Set, Watch};

/// The reporting zone.
pub(crate) fn zone() -> Zone {
    Zone::named("Asia/Ho_Chi_Minh").expect("zone")
}

/// How a list is read when nothing is said.
pub(crate) fn reading(format: Format, purpose: Purpose, zone: &Zone) -> Reading<'_> {
    let family = if purpose == Purpose::Indicators { "made-up-bot" } else { "" }.to_owned();
    let defaults = Defaults { family, source: "made up".to_owned(), ..Defaults::default() };
    Reading { format, purpose, defaults, zone, most: INDICATORS_MAX }
}

/// Everything a list says.
pub(crate) fn read(bytes: &[u8], reading: Reading<'_>) -> (Vec<Indicator<'static>>, Report) {
    let mut indicators = Vec::new();
    let report = list::read(bytes, reading, |indicator| indicators.push(indicator.into_owned()));
    (indicators, report)
}

/// An indicator that always counts.
pub(crate) fn indicator(kind: Kind, text: &str) -> Indicator<'static> {
    Indicator {
        kind,
        text: text.to_owned().into(),
        family: "made-up-bot".into(),
        source: "made up".into(),
        confidence: None,
        from: None,
        until: None,
        comment: "".into(),
    }
}

/// A set of indicators that are canonical.
pub(crate) fn set(indicators: &[Indicator<'_>]) -> Arc<Set> {
    let mut builder = Set::builder();
    builder.begin("made-up", 0);
    for indicator in indicators {
        builder.add(indicator).expect(&indicator.text);
    }
    Arc::new(builder.build())
}

/// A set of what is written in a text, one indicator a word.
pub(crate) fn set_of(words: &str, purpose: Purpose) -> Arc<Set> {
    let zone = zone();
    let (indicators, report) = read(words.replace(' ', "\n").as_bytes(), reading(Format::Text, purpose, &zone));
    assert_eq!(report.findings, []);
    set(&indicators)
}

/// Holds contacts against these indicators and this allow-list; ours is private space.
pub(crate) fn watch(indicators: &str, allowed: &str) -> Watch {
    Watch::new(set_of(indicators, Purpose::Indicators), set_of(allowed, Purpose::Allowed), Inside::private())
}

/// `192.0.2.1` or `192.0.2.1:80`.
pub(crate) fn end(text: &str) -> End {
    match text.parse::<IpAddr>() {
        Ok(ip) => End { ip, port: None },
        Err(_) => {
            let end: std::net::SocketAddr = text.parse().expect("address and port");
            End { ip: end.ip(), port: Some(end.port()) }
        }
    }
}

/// Somebody of ours who did nothing yet.
pub(crate) const NOBODY: Contact<'_> = Contact { at: 0, from: None, to: None, name: None, path: None };

/// A name that one of ours asked for.
pub(crate) fn query(name: &str) -> Contact<'_> {
    Contact { from: Some(end("10.0.0.1:5353")), name: Some(name), ..NOBODY }
}

/// A connection.
pub(crate) fn call(from: &str, to: &str) -> Contact<'static> {
    Contact { from: Some(end(from)), to: Some(end(to)), ..NOBODY }
}

/// A page that one of ours asked for through a proxy of ours.
pub(crate) fn request<'r>(name: &'r str, path: &'r str) -> Contact<'r> {
    Contact { name: Some(name), path: Some(path), ..call("10.0.0.1", "10.0.0.2:3128") }
}

/// What was touched.
pub(crate) fn touched<'w>(watch: &'w Watch, contact: &Contact<'_>) -> Option<&'w str> {
    watch.find(contact).map(|hit: Hit<'_>| hit.indicator)
}
