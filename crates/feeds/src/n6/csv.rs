//! Events as CSV: `time,id,source,category,name,md5,ip,url,fqdn,asn,cc,details`, in any order of columns.
//!
//! `ip`, `asn` and `cc` are lists with blanks between; `details` is a sentence made of what has no column:
//! `tcp from port 1025 to 192.0.2.1:80 target …`.

use std::borrow::Cow;

use event::rows::{Problem, Reason};

use super::event::{Event, Fields};
use crate::format::{Rejected, Sink};
use crate::json::Value;
use crate::record::{Found, Records, Row};

/// Lists of the addresses' own fields.
const OF_ADDRESSES: [&str; 3] = ["ip", "asn", "cc"];

/// Reads such a file; holds the names of its columns.
#[derive(Debug)]
pub(super) struct Reader {
    records: Records,
    /// `None` until the header came; why no row can be read if it is none.
    columns: Option<Result<Vec<String>, Problem>>,
    rows: u64,
}

impl Default for Reader {
    fn default() -> Self {
        Self { records: Records::csv(b',', Some(b'"')), columns: None, rows: 0 }
    }
}

impl Reader {
    pub(super) fn read(&mut self, bytes: &[u8], last: bool, sink: &mut Sink) -> usize {
        let Self { records, columns, rows } = self;
        let mut chunk = records.chunk(bytes, last);
        while let Some(found) = chunk.next_record() {
            let (read, text) = match (found, &*columns) {
                (Found::TooLong(text), known) => {
                    if known.is_none() {
                        *columns = Some(Err(Problem::new("", &text, Reason::TooLong)));
                    }
                    (Err(Problem::new("", "", Reason::TooLong)), text.into())
                }
                (Found::Row(row), None) => {
                    *columns = Some(Ok(names(&row)));
                    continue;
                }
                (Found::Row(row), Some(Ok(columns))) => (event(columns, &row), row.text()),
                (Found::Row(row), Some(Err(problem))) => (Err(problem.clone()), row.text()),
            };
            *rows += 1;
            if let Err(problem) = read.and_then(|event| event.put(*rows, &mut sink.events)) {
                sink.events.reject();
                sink.rejected.push(Rejected { row: *rows, problem, text: text.into_owned() });
            }
        }
        chunk.used()
    }
}

fn names(header: &Row<'_>) -> Vec<String> {
    (0..header.len()).filter_map(|cell| header.get(cell)).map(|name| name.trim().into()).collect()
}

fn event<'r>(columns: &'r [String], row: &Row<'r>) -> Result<Event<'r>, Problem> {
    if !columns.iter().any(|name| name == "category") {
        return Err(Problem::new("category", "", Reason::MissingColumn));
    }
    if row.len() != columns.len() {
        return Err(Problem::new("", "", Reason::Malformed));
    }
    let mut event = Event::default();
    for (at, name) in columns.iter().enumerate() {
        let text = row.get(at).unwrap_or_default();
        if !text.is_empty() && !OF_ADDRESSES.contains(&name.as_str()) {
            event.fields.push((name.into(), Value::text(text)));
        }
        if name == "details" {
            event.fields.extend(details(text));
        }
    }
    let list = |name: &str| columns.iter().position(|column| column == name).and_then(|at| row.get(at)).unwrap_or("");
    addresses(OF_ADDRESSES.map(list), &mut event);
    Ok(event)
}

/// Numbers and countries belong to the addresses only if there are as many: where one has none, the list is shorter.
fn addresses<'r>([ips, asns, ccs]: [&'r str; 3], event: &mut Event<'r>) {
    let count = ips.split_ascii_whitespace().count();
    event.addresses = ips.split_ascii_whitespace().map(|ip| vec![("ip".into(), Value::text(ip))]).collect();
    for (name, list) in [("asn", asns), ("cc", ccs)] {
        if list.split_ascii_whitespace().count() != count {
            if !list.is_empty() {
                // No number and no country code: it is kept as it stands.
                event.fields.push((Cow::Owned(format!("{name}s")), Value::text(list)));
            }
            continue;
        }
        for (address, value) in event.addresses.iter_mut().zip(list.split_ascii_whitespace()) {
            address.push((name.into(), Value::text(value)));
        }
    }
}

/// What stands in the sentence of the details.
fn details(text: &str) -> Fields<'_> {
    let (mut found, mut rest) = (Fields::new(), text);
    let mut push = |name: &'static str, text| found.push((name.into(), Value::text(text)));
    if let head @ ("tcp" | "udp" | "icmp") = rest.split(' ').next().unwrap_or_default() {
        push("proto", head);
        word(&mut rest);
    }
    if let Some(after) = rest.strip_prefix("from port ") {
        rest = after;
        word(&mut rest).into_iter().for_each(|port| push("sport", port));
    }
    if let Some(after) = rest.strip_prefix("to port ") {
        rest = after;
        word(&mut rest).into_iter().for_each(|port| push("dport", port));
    } else if let Some(after) = rest.strip_prefix("to ") {
        rest = after;
        let place = word(&mut rest).unwrap_or_default();
        let (ip, port) = place.split_once(':').map_or((place, None), |(ip, port)| (ip, Some(port)));
        push("dip", ip);
        port.into_iter().for_each(|port| push("dport", port));
    }
    if let Some(target) = rest.strip_prefix("target ") {
        push("target", target);
    }
    found
}

fn word<'t>(rest: &mut &'t str) -> Option<&'t str> {
    let (word, after) = rest.split_once(' ').unwrap_or((*rest, ""));
    *rest = after;
    Some(word).filter(|word| !word.is_empty())
}
