//! Made events as plain values, their columns, and a lake filled with them.

use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;

use arrow_array::{ArrayRef, Date32Array, Int64Array, RecordBatch, TimestampMicrosecondArray};
use constituency::{Attribution, Attributor, Constituency, Tables};
use disk::Disk;
use event::column::Words;
use event::key;
use event::rows::{EventRows, Limits};
use event::rules::Kind;
use event::subject::Subject;
use event::time::{self, Zone};
use event::tlp::Tlp;
use lake::Lake;
use lake::ask::Filter;
use lake::fold::sort_and_fold;
use lake::schema::EVENTS;
use tempfile::TempDir;

/// 2026-06-01T00:00:00Z: later than every made event.
pub(crate) const NOW: i64 = 1_780_272_000 * time::SECOND;

/// One event as a person would tell it.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) at: i64,
    pub(crate) subject: Option<Subject>,
    pub(crate) port: Option<i32>,
    pub(crate) kind: Kind,
    pub(crate) family: Option<&'static str>,
    pub(crate) identifier: Option<&'static str>,
    pub(crate) transport: Option<&'static str>,
    pub(crate) asn: Option<u32>,
    pub(crate) place: Option<&'static str>,
    pub(crate) tlp: Tlp,
}

impl Seen {
    /// An infected machine of the family `conficker`, at a UTC time.
    pub(crate) fn infected(subject: &str, at: &str) -> Self {
        Self {
            at: time::parse(at).expect("time"),
            subject: Subject::parse(subject),
            port: None,
            kind: Kind::Botnet,
            family: Some("conficker"),
            identifier: None,
            transport: None,
            asn: None,
            place: None,
            tlp: Tlp::Amber,
        }
    }

    /// An open telnet port.
    pub(crate) fn exposed(subject: &str, port: i32, at: &str) -> Self {
        Self {
            kind: Kind::Exposed,
            family: None,
            identifier: Some("open-telnet"),
            transport: Some("tcp"),
            port: Some(port),
            ..Self::infected(subject, at)
        }
    }

    /// Day of the reporting zone.
    pub(crate) fn day(&self) -> i32 {
        zone().day(self.at)
    }
}

/// The reporting zone: UTC+7, no summer time.
pub(crate) fn zone() -> Zone {
    Zone::named("Asia/Ho_Chi_Minh").expect("zone")
}

/// A written day as a number.
pub(crate) fn day(text: &str) -> i32 {
    time::parse_day(text).expect("day")
}

/// A folder in memory where there is one: these tests are about what is written, not about the disk below.
pub(crate) fn folder() -> TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() }.expect("folder")
}

fn words<'t>(texts: impl ExactSizeIterator<Item = Option<&'t str>>) -> ArrayRef {
    let (rows, mut words) = (texts.len(), Words::default());
    texts.enumerate().for_each(|(row, text)| words.set(row, text));
    words.finish(rows)
}

/// Events as columns of [`EVENTS`]; rows are numbered from `first_row`.
pub(crate) fn batch(seq: i64, feed: &str, first_row: u64, events: &[Seen]) -> RecordBatch {
    let mut rows = EventRows::new(Limits::at(NOW));
    for (event, row) in events.iter().zip(first_row..) {
        set(event, &mut rows);
        rows.accept(row).expect("a time within the limits");
    }
    let observed = rows.finish();
    let each = |text: fn(&Seen) -> Option<&str>| words(events.iter().map(text));
    let same = |text: Option<&str>| words(events.iter().map(|_| text));
    let times = TimestampMicrosecondArray::from(vec![NOW; events.len()]).with_timezone("UTC");
    let mut columns: Vec<ArrayRef> = vec![
        Arc::new(Date32Array::from(events.iter().map(Seen::day).collect::<Vec<_>>())),
        Arc::new(Int64Array::from(vec![seq; events.len()])),
    ];
    columns.extend_from_slice(observed.columns());
    columns.extend([
        same(Some(feed)),
        same(Some("made")),
        Arc::new(times),
        each(|event| event.subject.as_ref().map(Subject::kind)),
        each(|event| event.place),
        each(|event| Some(event.kind.name())),
        each(|event| event.family),
    ]);
    columns.extend([None; 5].map(same));
    columns.push(Arc::new(Int64Array::from(vec![0; events.len()])));
    columns.push(each(|event| Some(event.tlp.name())));
    RecordBatch::try_new(EVENTS.clone(), columns).expect("columns of the schema")
}

fn set(event: &Seen, rows: &mut EventRows) {
    let mut put = |name: &str, text: Option<String>| {
        if let Some(text) = text {
            let outcome = rows.set(key::find(name).expect("name"), &text);
            assert_eq!(outcome, event::rows::Outcome::Stored, "{name} {text}");
        }
    };
    let subject = match &event.subject {
        None => None,
        Some(Subject::Address(ip)) => Some(("source.ip", ip.to_string())),
        Some(Subject::Account(text)) => Some(("source.account", text.clone())),
        Some(Subject::Url(text)) => Some(("source.url", text.clone())),
        Some(Subject::Name(text)) => Some(("source.fqdn", text.clone())),
    };
    if let Some((name, text)) = subject {
        put(name, Some(text));
    }
    put("time.source", Some(time::to_text(event.at)));
    put("source.port", event.port.map(|port| port.to_string()));
    put("source.asn", event.asn.map(|asn| asn.to_string()));
    put("malware.name", event.family.map(str::to_owned));
    put("classification.identifier", event.identifier.map(str::to_owned));
    put("protocol.transport", event.transport.map(str::to_owned));
    put("tlp", Some(event.tlp.name().to_owned()));
}

/// A report: a feed, and its events in the pieces in which they are written.
#[derive(Debug, Clone)]
pub(crate) struct Report {
    pub(crate) feed: &'static str,
    pub(crate) pieces: Vec<Vec<Seen>>,
}

impl Report {
    /// A report in one piece.
    pub(crate) fn of(feed: &'static str, events: Vec<Seen>) -> Self {
        Self { feed, pieces: vec![events] }
    }

    /// Its events, one piece after the other.
    pub(crate) fn events(&self) -> impl Iterator<Item = &Seen> {
        self.pieces.iter().flatten()
    }
}

/// Commits one report under a number.
pub(crate) fn commit(lake: &mut Lake, seq: i64, report: &Report) {
    let mut files = lake.begin(seq, NOW).expect("begin");
    let mut row = 1;
    for piece in report.pieces.iter().filter(|piece| !piece.is_empty()) {
        let folded = sort_and_fold(&batch(seq, report.feed, row, piece)).expect("fold");
        files.write(&folded).expect("write");
        row += piece.len() as u64;
    }
    lake.commit(Lake::finish(files).expect("finish"), Vec::new()).expect("commit");
    lake.refresh().expect("refresh");
    let standing = lake.standing().expect("standing");
    assert_eq!((standing.committed, standing.folded), (seq, seq));
}

/// A lake with these reports, numbered from 1.
pub(crate) fn lake(reports: &[Report]) -> (TempDir, Lake) {
    let folder = folder();
    let mut lake = Lake::open(folder.path(), &Disk::default()).expect("open");
    reports.iter().zip(1..).for_each(|(report, seq)| commit(&mut lake, seq, report));
    (folder, lake)
}

/// Nobody owns anything.
pub(crate) fn nobody() -> Arc<Attributor> {
    Arc::new(Attributor::empty())
}

/// Who owns what by these tables, on all days.
pub(crate) fn owners(tables: &[(&str, &str)]) -> Arc<Attributor> {
    let (tables, findings) = Tables::read(tables);
    assert_eq!(findings, []);
    let mut attribution = Attribution::default();
    attribution.import(1, 0, 0).expect("import");
    let snapshots = [(1, Arc::new(Constituency::build(tables)))].into_iter().collect();
    Arc::new(Attributor::new(attribution.current().expect("version"), &snapshots).expect("snapshot"))
}

/// Every event of a filter as a line of JSON, sorted.
pub(crate) fn events(lake: &Lake, owners: &Arc<Attributor>, filter: &Filter) -> Vec<String> {
    let mut lines = String::new();
    lake.events(owners, filter, |batch| {
        event::json::write_lines(&batch, &mut lines);
        Ok::<_, lake::LakeError>(())
    })
    .expect("events");
    let mut lines: Vec<String> = lines.lines().map(str::to_owned).collect();
    lines.sort_unstable();
    lines
}

/// An address.
pub(crate) fn address(text: &str) -> Subject {
    Subject::Address(text.parse::<IpAddr>().expect("address"))
}
