//! [EVE JSON](https://docs.suricata.io/en/latest/output/eve/eve-json-format.html) of Suricata, one event per line.
//!
//! Events with addresses are connections; `dns`, `tls`, `quic` and `http` objects give them a name. An alert's names
//! count only where it says its direction, and those of a file's event never: there the source may be the server.
//! Queries come in three forms: `rrname` in the event (versions 1 and 2), `queries` (version 3, since Suricata 8), and
//! `query` (alerts of Suricata 7); of several queries in one message the first counts.

use std::borrow::Cow;

use event::rows::{Problem, Reason};
use indicators::watch::End;

use super::clock::Clock;
use super::line::{Line, Told, end};
use super::members::{first, pick, text};
use super::place::request;

const NAMES: [&str; 16] = [
    "timestamp",
    "event_type",
    "flow_id",
    "src_ip",
    "src_port",
    "dest_ip",
    "dest_port",
    "proto",
    "app_proto",
    "direction",
    "dns",
    "tls",
    "http",
    "quic",
    "flow",
    "netflow",
];

const DNS_PORT: u16 = 53;

/// An event's members.
struct Event<'r> {
    time: Cow<'r, str>,
    kind: Cow<'r, str>,
    flow: Option<Cow<'r, str>>,
    ends: [Option<&'r str>; 4],
    proto: Option<Cow<'r, str>>,
    app_proto: Option<Cow<'r, str>>,
    direction: Option<Cow<'r, str>>,
    dns: Option<&'r str>,
    tls: Option<&'r str>,
    http: Option<&'r str>,
    /// When it began, where that is told.
    start: Option<Cow<'r, str>>,
}

pub(super) fn read<'r>(line: &'r str, clock: &mut Clock) -> Result<Told<'r>, Problem> {
    let event = Event::of(line).ok_or_else(|| Problem::new("", "", Reason::Malformed))?;
    if event.kind.is_empty() {
        return Err(Problem::new("event_type", "", Reason::MissingColumn));
    }
    let mut line = event.line(clock)?;
    let is_named = match &*event.kind {
        "dns" | "tls" | "quic" | "http" => true,
        "alert" | "drop" => event.direction.is_some(),
        _ => false,
    };
    let mut is_turned = event.direction.as_deref() == Some("to_client");
    if let Some(dns) = event.dns.filter(|_| is_named) {
        is_turned |= query(&mut line, dns);
    } else if let Some(tls) = event.tls.filter(|_| is_named) {
        line.application = "tls".into();
        line.name = pick(&["sni"], tls).and_then(|[name]| text(name?));
    } else if let Some(http) = event.http.filter(|_| is_named) {
        line.application = "http".into();
        let [host, url] = pick(&["hostname", "url"], http).unwrap_or_default();
        request(&mut line, host.and_then(text), url.and_then(text));
    }
    if is_turned {
        std::mem::swap(&mut line.from, &mut line.to);
    }
    if line.application == "dns" {
        // Whom the query was sent to is the resolver.
        line.to = line.to.filter(|_| line.name.is_none());
    }
    Ok(if line.is_empty() { Told::Nothing } else { Told::Line(line) })
}

impl<'r> Event<'r> {
    fn of(line: &'r str) -> Option<Self> {
        let [
            time,
            kind,
            flow_id,
            src_ip,
            src_port,
            dest_ip,
            dest_port,
            proto,
            app,
            direction,
            dns,
            tls,
            http,
            quic,
            flow,
            net,
        ] = pick(&NAMES, line)?;
        let kind = kind.and_then(text).unwrap_or_default();
        let span = match &*kind {
            "flow" => flow,
            "netflow" => net,
            _ => None,
        };
        Some(Self {
            time: time.and_then(text).unwrap_or_default(),
            kind,
            flow: flow_id.and_then(text),
            ends: [src_ip, src_port, dest_ip, dest_port],
            proto: proto.and_then(text),
            app_proto: app.and_then(text),
            direction: direction.and_then(text),
            dns,
            tls: tls.or(quic),
            http,
            start: span.and_then(|span| pick(&["start"], span)).and_then(|[start]| text(start?)),
        })
    }

    fn line(&self, clock: &mut Clock) -> Result<Line<'r>, Problem> {
        let [src_ip, src_port, dest_ip, dest_port] = self.ends.map(|value| value.and_then(text));
        let written = clock.read("timestamp", &self.time)?;
        let at = match &self.start {
            Some(start) => clock.read("start", start)?,
            None => written,
        };
        Ok(Line {
            at,
            from: end(["src_ip", "src_port"], src_ip.as_deref(), src_port.as_deref())?,
            to: end(["dest_ip", "dest_port"], dest_ip.as_deref(), dest_port.as_deref())?,
            transport: self.proto.clone().unwrap_or_default(),
            application: self.app_proto.clone().filter(|name| name != "failed").unwrap_or_default(),
            mark: ("extra.flow_id", self.flow.clone().unwrap_or_default()),
            ..Line::default()
        })
    }
}

/// The name that was asked for; whether the event's source is not who asked, but who answered.
fn query<'r>(line: &mut Line<'r>, dns: &'r str) -> bool {
    let [kind, name, queries, query] = pick(&["type", "rrname", "queries", "query"], dns).unwrap_or_default();
    let of_list = || pick(&["rrname"], first(queries.or(query)?)?).and_then(|[name]| name);
    line.application = "dns".into();
    line.name = name.or_else(of_list).and_then(text);
    let is_server = |end: Option<End>| end.is_some_and(|end| end.port == Some(DNS_PORT));
    match kind {
        Some(r#""response""#) => !is_server(line.to),
        // Version 1 told each packet's own direction, version 2 the query's.
        Some(r#""answer""#) => is_server(line.from) && !is_server(line.to),
        _ => false,
    }
}
