//! Logs held against indicators: the cases of `testdata/logs`, real ones where they are at hand, and what holds for any
//! input.

#![expect(clippy::expect_used, reason = "a test fails by panicking")]

mod golden;
mod watch;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use feeds::catalogue::{Catalogue, Speaks};
use feeds::format::{RECORD_MAX, Unreadable};
use feeds::logs::{Kind, Log};
use golden::{Read, drive};
use indicators::watch::Watch;
use jiff::tz::TimeZone;
use proptest::prelude::*;

/// What was read, and how many rows there were and how many touched nothing.
#[derive(Debug, PartialEq)]
struct Held {
    read: Read,
    rows: u64,
    passed: u64,
}

fn held(log: &Log, name: &str, bytes: &[u8], sizes: &[usize]) -> Held {
    let mut parser = log.open(name).expect("indicators");
    let read = drive(|bytes, last, sink| parser.parse(bytes, last, sink), bytes, sizes);
    let (rows, passed) = (parser.rows(), parser.passed());
    assert_eq!(rows, (read.events.lines().count() + read.rejected.len()) as u64 + passed);
    Held { read, rows, passed }
}

/// The feed that a case describes.
fn feed(case: &Path) -> Log {
    let text = fs::read_to_string(case.join("feed.toml")).expect("feed");
    let catalogue = Catalogue::parse(&text).unwrap_or_else(|error| panic!("{}: {error}", case.display()));
    match &catalogue.feeds()[0].speaks {
        Speaks::Log { kind, zone, .. } => Log { kind: *kind, zone: zone.clone(), watch: watch::made_up() },
        other => panic!("{other:?}"),
    }
}

fn log(kind: Kind) -> Log {
    Log { kind, zone: TimeZone::UTC, watch: watch::made_up() }
}

#[test]
fn cases() {
    for case in golden::cases("logs") {
        let (log, (name, bytes)) = (feed(&case), golden::input(&case));
        let whole = held(&log, &name, &bytes, &[usize::MAX]);
        golden::compare(&case, &whole.read);
        golden::compare_text(&case.join("counts.txt"), &format!("{} rows, {} passed\n", whole.rows, whole.passed));
        assert_eq!(held(&log, &name, &bytes, &[1]), whole, "byte by byte: {}", case.display());
    }
}

#[test]
fn a_log_is_not_read_against_nothing() {
    let log = Log { watch: Arc::new(Watch::default()), ..log(Kind::Zeek) };
    assert_eq!(log.open("dns.log").expect_err("empty"), Unreadable::NothingWatched);
}

#[test]
fn a_line_without_an_end_is_one_rejected_row() {
    for kind in Kind::ALL {
        let line = "1".repeat(2 * RECORD_MAX + 7);
        let held = held(&log(kind), "", format!("{line}\n").as_bytes(), &[100_000]);
        let reasons: Vec<_> = held.read.rejected.iter().map(|row| row.problem.reason.code()).collect();
        assert_eq!((reasons, held.rows), (vec!["too-long"], 1), "{kind:?}");
    }
}

/// A file of `../shared/data`, unpacked; `None` where there is none.
fn shared(path: &str) -> Option<Vec<u8>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let bytes = fs::read(root.join(path)).ok()?;
    if !path.ends_with(".gz") {
        return Some(bytes);
    }
    let mut text = Vec::new();
    std::io::copy(&mut flate2::read::MultiGzDecoder::new(&bytes[..]), &mut text).expect("gzip");
    Some(text)
}

#[test]
fn a_week_of_trickbot_is_found() {
    let (Some(log), Some(list)) = (shared("logs/trickbot-week-ssl.log.gz"), shared("indicators/trickbot.txt")) else {
        eprintln!("skipped: no ../shared/data");
        return;
    };
    let feed = Log { watch: watch::of_list(&list, "trickbot"), ..self::log(Kind::Zeek) };
    let held = held(&feed, "ssl.log", &log, &[1 << 16]);
    let by_port =
        held.read.events.lines().filter(|line| line.contains(r#""extra.indicator_kind":"address-port""#)).count();
    assert_eq!((held.read.events.lines().count(), by_port, held.rows), (3178, 3178, 6032));
    assert_eq!(held.read.rejected, []);
}

#[test]
fn real_logs_are_read_whole() {
    for (path, kind, rows) in [
        ("logs/trickbot-week-dns.log.gz", Kind::Zeek, 1534),
        ("logs/trickbot-week-http.log.gz", Kind::Zeek, 1149),
        ("logs/zeek-lab-conn.log", Kind::Zeek, 110),
        ("logs/zeek-lab-dns.log", Kind::Zeek, 121),
        ("logs/suricata-eve.json.gz", Kind::Suricata, 253),
    ] {
        let Some(bytes) = shared(path) else {
            eprintln!("skipped: no ../shared/data/{path}");
            continue;
        };
        let held = held(&log(kind), path, &bytes, &[1 << 16]);
        assert_eq!((held.read.rejected, held.rows), (Vec::new(), rows), "{path}");
    }
}

/// Lines of every log, and what may come between them.
fn lines() -> Vec<String> {
    let cases = golden::cases("logs").into_iter().map(|case: PathBuf| golden::input(&case).1);
    let text: Vec<u8> = cases.flat_map(|bytes| [bytes, b"\n".to_vec()].concat()).collect();
    let text = String::from_utf8_lossy(&text);
    ["", "\r", " ", "\0", "#", "{", "{}", "\u{feff}", "-", "é", "1794964502.5 "]
        .into_iter()
        .chain(text.lines())
        .map(str::to_owned)
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn any_pieces_read_the_same(
        lines in proptest::collection::vec(proptest::sample::select(lines()), 0..8),
        damage in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..3),
        sizes in proptest::collection::vec(1usize..90, 1..6),
    ) {
        let mut bytes = lines.join("\n").into_bytes();
        for (at, byte) in damage.into_iter().filter(|_| !lines.is_empty()) {
            if !bytes.is_empty() {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
        }
        for kind in Kind::ALL {
            let name = "2026-11-18-a.log";
            prop_assert_eq!(held(&log(kind), name, &bytes, &sizes), held(&log(kind), name, &bytes, &[usize::MAX]));
        }
    }

    #[test]
    fn any_bytes_are_read(bytes: Vec<u8>, sizes in proptest::collection::vec(1usize..40, 1..4)) {
        for kind in Kind::ALL {
            prop_assert_eq!(held(&log(kind), "", &bytes, &sizes), held(&log(kind), "", &bytes, &[usize::MAX]));
        }
    }
}
