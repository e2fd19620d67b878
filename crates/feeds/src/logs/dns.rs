//! Query logs of name servers as text, told by the shape of each line:
//! [BIND](https://bind9.readthedocs.io/en/latest/reference.html#namedconf-statement-querylog) (category `queries`),
//! [dnsmasq](https://thekelleys.org.uk/dnsmasq/docs/dnsmasq-man.html) (`log-queries`) and
//! [unbound](https://unbound.docs.nlnetlabs.nl/en/latest/manpages/unbound.conf.html) (`log-queries`, `log-replies`),
//! written by themselves or by syslog.
//!
//! What else these programs say is a row without a contact; a line of nobody we know is rejected.

use event::rows::{Problem, Reason};
use memchr::memmem;

use super::clock::Clock;
use super::line::{Line, Told, end};

/// What a line of one of the programs has in it, when it is no query.
const SPEAKERS: [&str; 8] =
    ["named", "dnsmasq", "unbound", "client ", " info: ", " notice: ", " warning: ", " error: "];

/// Who asked, from which port, for what.
struct Query<'r> {
    client: &'r str,
    port: Option<&'r str>,
    name: &'r str,
}

pub(super) fn read<'r>(line: &'r str, clock: &mut Clock) -> Result<Told<'r>, Problem> {
    let (time, said) = split_time(line).ok_or_else(|| Problem::new("", "", Reason::Malformed))?;
    let at = clock.read("time", time)?;
    let Some(query) = bind(said).or_else(|| dnsmasq(said)).or_else(|| unbound(said)) else {
        let is_known = SPEAKERS.iter().any(|speaker| memmem::find(said.as_bytes(), speaker.as_bytes()).is_some());
        return if is_known { Ok(Told::Nothing) } else { Err(Problem::new("", "", Reason::Malformed)) };
    };
    let from = end(["client", "port"], Some(query.client), query.port)?;
    let name = Some(query.name).filter(|name| !name.is_empty()).map(Into::into);
    Ok(Told::Line(Line { at, from, name, application: "dns".into(), ..Line::default() }))
}

/// The time before a line and what follows it.
fn split_time(line: &str) -> Option<(&str, &str)> {
    let line = match line.strip_prefix('<') {
        // The priority of syslog (RFC 3164 §4.1.1), of newer syslog with its version (RFC 5424 §6.2).
        Some(rest) => rest.split_once('>').map(|(_, line)| line.strip_prefix("1 ").unwrap_or(line))?,
        None => line,
    };
    let end = match line.as_bytes() {
        [b'[', rest @ ..] => {
            let end = memchr::memchr(b']', rest)?;
            return Some((line.get(1..=end)?, line.get(end + 2..)?));
        }
        [b'A'..=b'Z', ..] => 15,
        // A date and a time of the day.
        [_, _, _, _, b'-', _, _, b'-', _, _, b' ', ..] => word_end(line, 11)?,
        [_, b'-', ..] => word_end(line, 11)?,
        [_, _, b'-', ..] => word_end(line, 12)?,
        _ => word_end(line, 0)?,
    };
    Some((line.get(..end)?, line.get(end..)?))
}

fn word_end(line: &str, from: usize) -> Option<usize> {
    line.as_bytes().get(from..).and_then(|rest| memchr::memchr(b' ', rest)).map(|at| from + at)
}

/// `client @0x7f3c 192.0.2.7#51234 (example.org): view inside: query: example.org IN A +E(0) (192.0.2.53)`
fn bind(said: &str) -> Option<Query<'_>> {
    let at = memmem::find(said.as_bytes(), b" query: ")?;
    let client = memmem::find(said.as_bytes(), b"client ").filter(|client| *client < at)?;
    let (head, query) = (said.get(client + 7..at)?, said.get(at + 8..)?);
    let asked = head.split(' ').find(|word| !word.starts_with('@'))?;
    let (client, port) = asked.trim_end_matches(':').split_once('#')?;
    // A signed query (TSIG) has the name of its key there, too: `51234/key fwd-key`.
    let port = port.strip_suffix("/key").unwrap_or(port);
    Some(Query { client, port: Some(port), name: first_word(query) })
}

/// `dnsmasq[123]: query[A] example.org from 192.0.2.7`, or with `45 192.0.2.7/51234` before the query.
fn dnsmasq(said: &str) -> Option<Query<'_>> {
    let program = memmem::find(said.as_bytes(), b"dnsmasq")?;
    let said = said.get(program..)?;
    let at = memmem::find(said.as_bytes(), b"query[")?;
    // Not the `dnssec-query[…]` of its own.
    let before = said.get(..at).filter(|before| before.is_empty() || before.ends_with(' '))?;
    let mut words = said.get(at..)?.split(' ').skip(1);
    let (name, from, client) = (words.next()?, words.next()?, words.next()?);
    if from != "from" {
        return None;
    }
    let port =
        before.trim_ascii_end().rsplit(' ').next().and_then(|asked| asked.rsplit_once('/')).map(|(_, port)| port);
    Some(Query { client, port, name })
}

/// `unbound[123:0] info: 192.0.2.7 example.org. A IN`, perhaps with `query:` or `reply:` before the address.
fn unbound(said: &str) -> Option<Query<'_>> {
    memmem::find(said.as_bytes(), b"unbound")?;
    let at = memmem::find(said.as_bytes(), b" info: ")?;
    let said = said.get(at + 7..)?;
    let said = said.strip_prefix("query: ").or_else(|| said.strip_prefix("reply: ")).unwrap_or(said);
    let mut words = said.split(' ');
    let (client, name, _, class) = (words.next()?, words.next()?, words.next()?, words.next()?);
    // Other messages have other words in these places.
    let is_query =
        client.starts_with(|c: char| c.is_ascii_hexdigit() || c == ':') && matches!(class, "IN" | "CH" | "HS");
    let (client, port) = client.split_once('@').map_or((client, None), |(client, port)| (client, Some(port)));
    is_query.then_some(Query { client, port, name })
}

fn first_word(text: &str) -> &str {
    text.split(' ').next().unwrap_or_default()
}
