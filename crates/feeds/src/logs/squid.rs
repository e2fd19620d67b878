//! [`access.log` of Squid](https://wiki.squid-cache.org/Features/LogFormat): its native format and the combined one of
//! web servers.

use event::rows::{Problem, Reason};
use indicators::watch::End;

use super::clock::Clock;
use super::line::{Line, Told, address, end};
use super::place::Place;

/// The words of a row that say something of a contact.
struct Access<'r> {
    time: &'r str,
    client: &'r str,
    method: &'r str,
    url: &'r str,
    /// How the server was found and which it was, where that is told.
    way: Option<(&'r str, &'r str)>,
}

pub(super) fn read<'r>(line: &'r str, clock: &mut Clock) -> Result<Told<'r>, Problem> {
    let access = match line.as_bytes().iter().position(|byte| *byte == b'"') {
        Some(_) if line.contains(" [") => combined(line),
        _ => native(line),
    };
    let access = access.ok_or_else(|| Problem::new("", "", Reason::Malformed))?;
    let at = clock.read("time", access.time)?;
    let from = end(["client", ""], Some(access.client).filter(|client| *client != "-"), None)?;
    let mut line = Line { at, from, transport: "tcp".into(), ..Line::default() };
    access.called(&mut line);
    Ok(if line.is_empty() { Told::Nothing } else { Told::Line(line) })
}

/// `1066036250.603 310 192.0.2.7 TCP_MISS/200 1234 GET http://example.org/ - HIER_DIRECT/198.51.100.1 text/html`
fn native(line: &str) -> Option<Access<'_>> {
    let mut words = line.split_ascii_whitespace();
    let (time, _, client, _, _, method, url, _) = (
        words.next()?,
        words.next()?,
        words.next()?,
        words.next()?,
        words.next()?,
        words.next()?,
        words.next()?,
        words.next()?,
    );
    Some(Access { time, client, method, url, way: words.next()?.split_once('/') })
}

/// `192.0.2.7 - - [18/Nov/2026:08:15:02 +0700] "GET http://example.org/ HTTP/1.1" 200 1234 "-" "-" TCP_MISS:HIER_DIRECT`
fn combined(line: &str) -> Option<Access<'_>> {
    let (client, rest) = line.split_once(' ')?;
    let (time, rest) = rest.split_once('[')?.1.split_once(']')?;
    let request = rest.split_once('"')?.1;
    let (method, rest) = request.split_once(' ')?;
    let url = rest.split([' ', '"']).next()?;
    Some(Access { time, client, method, url, way: None })
}

impl<'r> Access<'r> {
    /// Whom the request was for, and whom it went to.
    fn called(&self, line: &mut Line<'r>) {
        let place = match Place::of_url(self.url) {
            Some((scheme @ ("http" | "https"), place)) => {
                line.application = scheme.into();
                line.path = place.path.map(Into::into);
                line.url = Some(self.url.into());
                let usual = if scheme == "http" { 80 } else { 443 };
                Place { port: place.port.or(Some(usual)), ..place }
            }
            Some((_, place)) => place,
            None if self.method == "CONNECT" => match Place::of_host(self.url) {
                Some(place) => place,
                None => return,
            },
            None => return,
        };
        line.name = Some(place.host.into());
        let ip = self.server().and_then(address).or_else(|| address(place.host));
        line.to = ip.map(|ip| End { ip, port: place.port });
    }

    /// The server itself; another proxy is no contact.
    fn server(&self) -> Option<&'r str> {
        self.way.filter(|(how, _)| matches!(*how, "HIER_DIRECT" | "DIRECT" | "ORIGINAL_DST")).map(|(_, server)| server)
    }
}
