//! Zeek's `dns.log` and `conn.log` as TSV, <https://docs.zeek.org/en/master/log-formats.html>.

use event::time;

use super::letters;
use super::sensors::{Called, Contact};
use crate::fault::Fault;
use crate::feed::Feed;
use crate::rng::Rng;

const DNS: &str = "ts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\ttrans_id\trtt\tquery\tqclass\tqclass_name\tqtype\tqtype_name\trcode\trcode_name\tAA\tTC\tRD\tRA\tZ\tanswers\tTTLs\trejected";
const DNS_TYPES: &str = "time\tstring\taddr\tport\taddr\tport\tenum\tcount\tinterval\tstring\tcount\tstring\tcount\tstring\tcount\tstring\tbool\tbool\tbool\tbool\tcount\tvector[string]\tvector[interval]\tbool";
const CONN: &str = "ts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\tservice\tduration\torig_bytes\tresp_bytes\tconn_state\tlocal_orig\tlocal_resp\tmissed_bytes\thistory\torig_pkts\torig_ip_bytes\tresp_pkts\tresp_ip_bytes\ttunnel_parents";
const CONN_TYPES: &str = "time\tstring\taddr\tport\taddr\tport\tenum\tstring\tinterval\tcount\tcount\tstring\tbool\tbool\tcount\tstring\tcount\tcount\tcount\tcount\tset[string]";
/// The resolver that is asked: a ministry's own.
const RESOLVER: &str = "10.255.255.53";

/// What stands before the rows of a day, and behind them.
pub(crate) fn frame(feed: Feed, day: i32) -> (String, String) {
    let (path, fields, types) =
        if feed == Feed::ZeekDns { ("dns", DNS, DNS_TYPES) } else { ("conn", CONN, CONN_TYPES) };
    let (open, close) = (time::day_text(day), time::day_text(day + 1));
    let head = format!(
        "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\t{path}\n\
         #open\t{open}-00-00-00\n#fields\t{fields}\n#types\t{types}\n"
    );
    (head, format!("#close\t{close}-00-00-00\n"))
}

/// A query.
pub(super) fn dns(contact: &Contact, day: i32, rng: &mut Rng) -> String {
    let query = match &contact.called {
        Called::Name(name) | Called::Page(name, _) => name.as_str(),
        Called::End(..) => "-",
    };
    let begin = begin(contact, day, rng);
    let number = rng.below(65_536);
    format!(
        "{begin}\t{RESOLVER}\t53\tudp\t{number}\t0.012000\t{query}\t1\tC_INTERNET\t1\tA\t0\tNOERROR\tF\tF\tT\tT\t0\t-\t-\tF"
    )
}

/// A connection.
pub(super) fn conn(contact: &Contact, day: i32, rng: &mut Rng) -> String {
    let (to, port) = match contact.called {
        Called::End(to, port) => (to.to_string(), port),
        Called::Name(_) | Called::Page(..) => (RESOLVER.to_owned(), 53),
    };
    let (transport, service) = match port {
        53 => ("udp", "dns"),
        443 => ("tcp", "ssl"),
        80 => ("tcp", "http"),
        _ => ("tcp", "-"),
    };
    let begin = begin(contact, day, rng);
    let (sent, got) = (rng.between(60, 4_000), rng.between(60, 40_000));
    format!(
        "{begin}\t{to}\t{port}\t{transport}\t{service}\t0.250000\t{sent}\t{got}\tSF\tT\tF\t0\tShADadFf\t8\t{sent}\t9\t{got}\t-"
    )
}

/// The first four cells: time, mark, address and port.
fn begin(contact: &Contact, day: i32, rng: &mut Rng) -> String {
    let second = i64::from(day) * 86_400 + i64::from(contact.second);
    let time = Fault::stamp(contact.fault, format!("{second}.{:06}", contact.micros));
    format!("{time}\tC{}\t{}\t{}", letters(rng, 17), contact.address(), contact.port)
}
