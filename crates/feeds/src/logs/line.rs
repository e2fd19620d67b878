//! What one row of a log tells, and the event it becomes when it touched a known malware host.

use std::borrow::Cow;
use std::net::IpAddr;

use event::clean;
use event::key;
use event::rows::{EventRows, Problem, Reason, Rest};
use event::time;
use indicators::watch::{Contact, End, Hit, Side};

/// What a line of a log is.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "nearly every line is one, and none shall be allocated")]
pub(super) enum Told<'r> {
    /// No row: a header, a comment, a summary.
    NoRow,
    /// A row that tells of no connection.
    Nothing,
    /// A connection.
    Line(Line<'r>),
}

/// One connection; empty texts where the log says nothing.
#[derive(Debug, Default)]
pub(super) struct Line<'r> {
    /// When it began, microseconds since 1970.
    pub(super) at: i64,
    /// Who opened it.
    pub(super) from: Option<End>,
    /// Whom it was opened to; of a query, nobody.
    pub(super) to: Option<End>,
    /// The name that was asked for or called.
    pub(super) name: Option<Cow<'r, str>>,
    /// Of an HTTP request what follows the host.
    pub(super) path: Option<Cow<'r, str>>,
    /// Its whole URL, where the log has one.
    pub(super) url: Option<Cow<'r, str>>,
    /// tcp, udp, icmp.
    pub(super) transport: Cow<'r, str>,
    /// dns, tls, http.
    pub(super) application: Cow<'r, str>,
    /// Under which name the log's own mark of the connection is kept, and the mark.
    pub(super) mark: (&'static str, Cow<'r, str>),
}

impl Line<'_> {
    /// As indicators are held against it.
    #[inline]
    pub(super) fn contact(&self) -> Contact<'_> {
        Contact { at: self.at, from: self.from, to: self.to, name: self.name.as_deref(), path: self.path.as_deref() }
    }

    /// Whether there is anything to hold an indicator against.
    pub(super) fn is_empty(&self) -> bool {
        self.from.is_none() && self.to.is_none() && self.name.is_none()
    }

    /// Fills the current row: our side is its source, the other its destination.
    pub(super) fn put(&self, hit: &Hit<'_>, events: &mut EventRows) -> Result<(), Problem> {
        let (ours, theirs) = match hit.inside {
            Side::From => (self.from, self.to),
            Side::To => (self.to, self.from),
        };
        let Some(ours) = ours else { return Err(Problem::new("source.ip", "", Reason::InvalidValue)) };
        set(events, "time.source", &time::to_text(self.at));
        put_end(["source.ip", "source.port"], ours, events);
        if let Some(theirs) = theirs {
            put_end(["destination.ip", "destination.port"], theirs, events);
        }
        // What was called is on the other side only if we called.
        if hit.inside == Side::From {
            set(events, "destination.fqdn", self.name.as_deref().unwrap_or_default());
            set(events, "destination.url", &self.whole_url().unwrap_or_default());
        }
        set(events, "protocol.transport", &self.transport);
        set(events, "protocol.application", &self.application);
        put_hit(hit, events);
        if !matches!(&*self.mark.1, "" | "-") {
            events.push_rest(self.mark.0, Rest::Text(&self.mark.1));
        }
        Ok(())
    }

    /// `http://host[:port]/path`.
    fn whole_url(&self) -> Option<Cow<'_, str>> {
        if let Some(url) = &self.url {
            return Some(Cow::Borrowed(url));
        }
        let path = self.path.as_deref()?;
        let host = match (&self.name, self.to) {
            (Some(name), _) => name.to_string(),
            (None, Some(End { ip: IpAddr::V6(ip), .. })) => format!("[{ip}]"),
            (None, Some(End { ip, .. })) => ip.to_string(),
            (None, None) => return None,
        };
        let port = self.to.and_then(|to| to.port).filter(|port| *port != 80);
        Some(Cow::Owned(match port {
            Some(port) => format!("http://{host}:{port}{path}"),
            None => format!("http://{host}{path}"),
        }))
    }
}

fn put_end([ip, port]: [&str; 2], end: End, events: &mut EventRows) {
    set(events, ip, &end.ip.to_string());
    if let Some(number) = end.port {
        set(events, port, &number.to_string());
    }
}

fn put_hit(hit: &Hit<'_>, events: &mut EventRows) {
    set(events, "malware.name", hit.family);
    set(events, "classification.taxonomy", "malicious-code");
    set(events, "classification.type", "infected-system");
    set(events, "classification.identifier", hit.family);
    events.push_rest("extra.indicator", Rest::Text(hit.indicator));
    if let Some(confidence) = hit.confidence {
        events.push_rest("extra.indicator_confidence", Rest::Json(&confidence.to_string()));
    }
    events.push_rest("extra.indicator_kind", Rest::Text(hit.kind.name()));
    events.push_rest("extra.indicator_source", Rest::Text(hit.source));
}

/// Sets a key; what its rule does not take (a host that is no name, a protocol nobody registered) is left out: the
/// indicator says what was touched.
fn set(events: &mut EventRows, name: &str, text: &str) {
    if let Some(key) = key::find(name) {
        events.set(key, text);
    }
}

/// One side of a connection, its cells as they were written; `None` where no address was.
#[inline]
pub(super) fn end(columns: [&str; 2], ip: Option<&str>, port: Option<&str>) -> Result<Option<End>, Problem> {
    let Some(text) = ip.filter(|text| !text.is_empty()) else { return Ok(None) };
    let Some(ip) = address(text) else { return Err(Problem::new(columns[0], text, Reason::InvalidValue)) };
    let port = match port {
        None | Some("") => None,
        Some(text) => Some(number(text).ok_or_else(|| Problem::new(columns[1], text, Reason::InvalidValue))?),
    };
    Ok(Some(End { ip, port }))
}

/// An address; the zone of a link-local one (`fe80::1%eth0`, RFC 4007 §11) says nothing outside its host.
#[inline]
pub(super) fn address(text: &str) -> Option<IpAddr> {
    match text.as_bytes().last() {
        Some(b'0'..=b'9') if !text.contains('%') => clean::parse_address(text),
        _ => clean::parse_address(text.split_once('%').map_or(text, |(ip, _)| ip)),
    }
}

/// A port, 0 to 65535.
#[inline]
pub(super) fn number(text: &str) -> Option<u16> {
    if !(1..=5).contains(&text.len()) {
        return None;
    }
    let number = text.bytes().try_fold(0u32, |n, b| b.is_ascii_digit().then(|| n * 10 + u32::from(b - b'0')))?;
    u16::try_from(number).ok()
}
