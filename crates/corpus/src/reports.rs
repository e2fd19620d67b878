//! The formats of reports and logs, thrown whole and in pieces.

use std::sync::{Arc, LazyLock};

use event::rows::{EventRows, Limits};
use feeds::{
    format::{Format, Rejected, Sink},
    generic::Mapping,
    leak::Scrub,
    logs::{Kind, Log},
    shadowserver::Schema,
};
use indicators::{indicator::Indicator, set::Set, watch};
use jiff::tz::TimeZone;

/// The moment at which reports are read: 2026-11-20T00:00:00Z.
pub const NOW: i64 = 1_795_132_800 * event::time::SECOND;
/// Pieces in which a report comes the second time: short enough to cut every record.
const PIECES: [usize; 3] = [1, 7, 64];

static OWN_SCHEMA: LazyLock<Arc<Schema>> = LazyLock::new(|| Arc::new(Schema::own()));
static CSV: LazyLock<Arc<Mapping>> = LazyLock::new(|| known(include_str!("../data/csv.toml")));
static JSONL: LazyLock<Arc<Mapping>> = LazyLock::new(|| known(include_str!("../data/jsonl.toml")));
static TEXT: LazyLock<Arc<Mapping>> = LazyLock::new(|| known(include_str!("../data/text.toml")));

#[expect(clippy::expect_used, reason = "the mapping is part of this crate; without it there is nothing to test")]
fn known(mapping: &str) -> Arc<Mapping> {
    Arc::new(Mapping::parse(mapping).expect("a mapping of this crate"))
}

/// Holds logs against an indicator of each kind, and one address of nearly any row.
static WATCH: LazyLock<Arc<watch::Watch>> = LazyLock::new(|| {
    let mut set = Set::builder();
    for (kind, text) in [
        (watch::Kind::Domain, "bad.example"),
        (watch::Kind::AddressPort, "198.51.100.66:443"),
        (watch::Kind::Address, "198.51.100.99"),
        (watch::Kind::Url, "download.example/bad/a.exe"),
        (watch::Kind::Path, "/made-up-gate.php"),
    ] {
        let (family, source, comment) = ("made-up-bot".into(), "made up".into(), "".into());
        let indicator =
            Indicator { kind, text: text.into(), family, source, confidence: None, from: None, until: None, comment };
        assert_eq!(set.add(&indicator), Ok(()), "{text}");
    }
    Arc::new(watch::Watch::new(Arc::new(set.build()), Arc::default(), Default::default()))
});

/// A Shadowserver report by our own mapping. The first line is the file's name.
pub fn shadowserver(data: &[u8]) {
    let (name, report) = split_line(data);
    check(&Format::Shadowserver(OWN_SCHEMA.clone()), name, report);
}

/// Events in the IntelMQ data format.
pub fn intelmq(data: &[u8]) {
    check(&Format::IntelMq, "2026-11-19-export.json", data);
}

/// Events of n6.
pub fn n6(data: &[u8]) {
    check(&Format::N6, "2026-11-19-n6.json", data);
}

/// Logs of Zeek.
pub fn zeek(data: &[u8]) {
    log(Kind::Zeek, data);
}

/// EVE JSON of Suricata.
pub fn eve(data: &[u8]) {
    log(Kind::Suricata, data);
}

/// Flows of nfdump.
pub fn nfdump(data: &[u8]) {
    log(Kind::Nfdump, data);
}

/// Query logs of name servers.
pub fn dns_log(data: &[u8]) {
    log(Kind::Dns, data);
}

/// Squid's log.
pub fn squid(data: &[u8]) {
    log(Kind::Squid, data);
}

fn log(kind: Kind, data: &[u8]) {
    check(&Format::Log(Log { kind, zone: TimeZone::UTC, watch: WATCH.clone() }), "2026-11-19-a.log", data);
}

/// A list as CSV.
pub fn generic_csv(data: &[u8]) {
    check(&Format::Generic(CSV.clone()), "2026-11-19-list.csv", data);
}

/// A list as JSON lines.
pub fn generic_jsonl(data: &[u8]) {
    check(&Format::Generic(JSONL.clone()), "2026-11-19-list.jsonl", data);
}

/// A list as text.
pub fn generic_text(data: &[u8]) {
    check(&Format::Generic(TEXT.clone()), "2026-11-19-list.txt", data);
}

/// A list of leaked accounts as it is kept.
pub fn leak(data: &[u8]) {
    check(&Format::Leak, "2026-11-19-list.leak.csv", data);
}

/// A list of leaked accounts as it is delivered: scrubbed the same in pieces and again, and every row read afterwards.
pub fn leak_scrub(data: &[u8]) {
    let kept = scrub(data, data.len().max(1));
    assert!(scrub(data, PIECES[data.len() % PIECES.len()]) == kept, "in pieces the list is scrubbed otherwise");
    assert!(scrub(&kept, kept.len().max(1)) == kept, "what was scrubbed is not scrubbed to itself");
    check(&Format::Leak, "2026-11-19-list.leak.csv", &kept);
}

fn scrub(list: &[u8], piece: usize) -> Vec<u8> {
    let (mut scrub, mut kept) = (Scrub::new(), Vec::new());
    for piece in list.chunks(piece) {
        scrub.push(piece, false, &mut kept);
    }
    scrub.push(&[], true, &mut kept);
    let lines = kept.iter().filter(|byte| **byte == b'\n').count() as u64;
    assert_eq!(lines, scrub.rows() + 1, "one row in is one row out");
    kept
}

/// What one reading of a report gave.
#[derive(PartialEq, Eq)]
struct Read {
    events: String,
    rejected: Vec<Rejected>,
}

/// Reads a report whole and in pieces: the same events, all of them JSON objects, and no row lost.
pub(crate) fn check(format: &Format, name: &str, report: &[u8]) {
    let Some(whole) = read(format, name, report, report.len().max(1)) else { return };
    for line in whole.events.lines() {
        let object = serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(line);
        assert!(object.is_ok(), "an event is no JSON object: {line}");
    }
    let piece = PIECES[report.len() % PIECES.len()];
    let pieces = read(format, name, report, piece);
    assert!(pieces.is_some_and(|pieces| pieces == whole), "in pieces of {piece} bytes the report reads otherwise");
}

/// `None` if the name says that the report cannot be read.
fn read(format: &Format, name: &str, report: &[u8], piece: usize) -> Option<Read> {
    let mut parser = format.open(name).ok()?;
    let mut sink = Sink { events: EventRows::new(Limits::at(NOW)), rejected: Vec::new() };
    let (mut start, mut end) = (0, piece.min(report.len()));
    loop {
        let last = end == report.len();
        let used = parser.parse(&report[start..end], last, &mut sink);
        assert!(used <= end - start, "more bytes used than given");
        start += used;
        if last {
            break;
        }
        end = (end + piece).min(report.len());
    }
    let accepted = sink.events.len() as u64;
    let known = accepted + sink.rejected.len() as u64 + parser.passed();
    assert_eq!(parser.rows(), known, "rows in = events + rejected + passed");
    let mut events = String::new();
    event::json::write_lines(&sink.events.finish(), &mut events);
    assert_eq!(events.lines().count() as u64, accepted, "one line per event");
    Some(Read { events, rejected: sink.rejected })
}

/// The first line as text, and the rest.
pub(crate) fn split_line(data: &[u8]) -> (&str, &[u8]) {
    let end = data.iter().position(|byte| *byte == b'\n').unwrap_or(data.len());
    let rest = data.get(end + 1..).unwrap_or_default();
    (std::str::from_utf8(&data[..end]).unwrap_or_default(), rest)
}
