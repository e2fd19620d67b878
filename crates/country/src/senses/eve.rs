//! EVE JSON of Suricata, <https://docs.suricata.io/en/latest/output/eve/eve-json-format.html>.

use event::time;
use serde_json::{Value, json};

use super::sensors::{Called, Contact};
use crate::desk::clock;
use crate::fault::Fault;
use crate::rng::Rng;

/// The resolver that is asked: a ministry's own.
const RESOLVER: &str = "10.255.255.53";
/// Where a website stands: TEST-NET-1 (RFC 5737).
const WEBSITE: &str = "192.0.2.80";

/// One event; a name is asked for, or stands in a handshake.
pub(super) fn line(contact: &Contact, day: i32, rng: &mut Rng) -> String {
    let (kind, to, port, transport, what) = match &contact.called {
        Called::Name(name) if rng.below(2) == 0 => ("dns", RESOLVER.to_owned(), 53, "UDP", query(name)),
        Called::Name(name) => ("tls", WEBSITE.to_owned(), 443, "TCP", json!({"sni": name, "version": "TLS 1.3"})),
        Called::Page(host, path) => ("http", WEBSITE.to_owned(), 80, "TCP", request(host, path)),
        Called::End(to, port) => ("flow", to.to_string(), *port, "TCP", json!({"pkts_toserver": 8, "state": "closed"})),
    };
    let time = format!("{}T{}.{:06}+0000", time::day_text(day), clock(contact.second), contact.micros);
    let event = json!({
        "timestamp": Fault::stamp(contact.fault, time),
        "flow_id": rng.below(1 << 50),
        "in_iface": "made0",
        "event_type": kind,
        "src_ip": contact.address(),
        "src_port": contact.port,
        "dest_ip": to,
        "dest_port": port,
        "proto": transport,
        kind: what,
    });
    event.to_string()
}

fn query(name: &str) -> Value {
    json!({"type": "query", "id": 7, "rrname": name, "rrtype": "A", "tx_id": 0})
}

fn request(host: &str, path: &str) -> Value {
    json!({"hostname": host, "url": path, "http_user_agent": "Mozilla/4.0", "http_method": "GET", "protocol": "HTTP/1.1"})
}
