//! Exactly once: the same report changes nothing, another is another, and no row vanishes.

use std::io::{Read, Seek, Write as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use disk::{Disk, Step};
use event::time;
use flate2::Compression;
use flate2::write::GzEncoder;
use lake::ask::Filter;
use pipeline::journal::{Rows, State};
use pipeline::writer::Outcome;
use pipeline::{PipelineError, Writer, delivery, spool};

use crate::house::{self, House, NOW, SINKHOLE, TELNET, accept, clock, csv, day, sinkhole, telnet};
use crate::picture;

fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).expect("gzip");
    encoder.finish().expect("gzip")
}

const SINKHOLE_ROWS: Rows = Rows { rows: 6, events: 5, quarantined: 1, passed: 0, days: 2 };

#[test]
fn the_same_report_again_changes_nothing_and_is_recorded() {
    let mut house = House::new();
    assert_eq!(house.ingest(SINKHOLE, &sinkhole()), (1, SINKHOLE_ROWS));
    let (before, standing) = (picture::of(&house.data), house.lake().standing().expect("standing"));
    assert_eq!((before.events.len(), before.sightings.len()), (5, 4));
    let deliveries: [(&str, Vec<u8>); 4] = [
        (SINKHOLE, sinkhole()),
        ("2026-03-09-event4_sinkhole-made.csv.gz", gzipped(&sinkhole())),
        ("2026-03-09-event4_sinkhole-called-otherwise.csv", sinkhole()),
        (SINKHOLE, sinkhole()),
    ];
    for (name, bytes) in deliveries {
        house.now += time::DAY;
        let feed = "shadowserver-sinkhole".to_owned();
        assert_eq!(house.deliver(name, &bytes), Outcome::Again { name: name.to_owned(), feed, seq: 1 });
    }
    assert_eq!(picture::of(&house.data), before);
    assert_eq!(house.lake().standing().expect("standing"), standing);
    let journal = house.journal();
    let report = journal.report(1).expect("report");
    assert_eq!((report.deliveries, report.at, report.delivered), (5, NOW, NOW + 4 * time::DAY));
}

#[test]
fn the_same_file_twice_in_the_spool_is_one_report() {
    let house = House::new();
    for _ in 0..3 {
        accept(&house.data, TELNET, &telnet(), NOW).expect("accept");
    }
    let outcomes = house.drain();
    assert!(matches!(outcomes[..], [Outcome::Ingested { .. }, Outcome::Again { .. }, Outcome::Again { .. }]));
    assert_eq!(picture::of(&house.data).events.len(), 2);
}

#[test]
fn another_date_in_the_name_is_another_report() {
    let house = House::new();
    house.ingest(SINKHOLE, &sinkhole());
    assert_eq!(house.ingest("2026-03-10-event4_sinkhole-made.csv", &sinkhole()), (2, SINKHOLE_ROWS));
    assert_eq!(house.lake().events_per_report(0).expect("reports"), [(1, 5), (2, 5)]);
    assert_eq!(picture::names(&house.data.path("raw")).len(), 1, "equal bytes are kept once");
}

#[test]
fn equal_rows_of_one_file_stay_events() {
    let house = House::new();
    let row = "2026-03-08 01:02:03,192.0.2.1,1025,64496,VN,sality";
    let bytes = csv("timestamp,src_ip,src_port,src_asn,src_geo,infection", &[row; 3]);
    assert_eq!(house.ingest(SINKHOLE, &bytes).1, Rows { rows: 3, events: 3, quarantined: 0, passed: 0, days: 1 });
    let events = picture::json(&house.lake(), &Filter::default());
    assert_eq!(events.iter().map(|event| event["haidang.row"].as_i64().expect("row")).collect::<Vec<_>>(), [1, 2, 3]);
    let sightings = picture::of(&house.data).sightings;
    assert!(sightings.len() == 1 && sightings[0].contains(" count=3 "), "{sightings:?}");
}

#[test]
fn a_file_of_many_batches_is_one_report_and_one_count() {
    let house = House::new();
    let many = 70_000;
    let mut bytes = b"timestamp,src_ip,src_port,src_asn,src_geo,infection\n".to_vec();
    for row in 1..=many {
        let at = if row % 10_000 == 0 { "soon" } else { "2026-03-08 01:02:03" };
        writeln!(bytes, "{at},192.0.2.{},{},64496,VN,sality", row % 2, row % 60_000).expect("row");
    }
    assert_eq!(
        house.ingest(SINKHOLE, &bytes).1,
        Rows { rows: many, events: many - 7, quarantined: 7, passed: 0, days: 1 }
    );
    let rows: std::collections::BTreeSet<i64> = picture::json(&house.lake(), &Filter::default())
        .iter()
        .map(|event| event["haidang.row"].as_i64().expect("row"))
        .collect();
    assert_eq!((rows.len() as u64, rows.first().copied(), rows.last().copied()), (many - 7, Some(1), Some(69_999)));
    let sightings = picture::of(&house.data).sightings;
    assert_eq!(sightings.len(), 2, "{sightings:?}");
    assert!(sightings[0].contains(" count=34993 ") && sightings[1].contains(" count=35000 "), "{sightings:?}");
}

#[test]
fn a_file_without_rows_is_a_report_and_a_sign_of_life() {
    let mut house = House::new();
    let header: &[u8] = b"timestamp,src_ip,src_port,infection\n";
    for (name, bytes) in [(SINKHOLE, header), (TELNET, b"".as_slice())] {
        let (seq, rows) = house.ingest(name, bytes);
        assert_eq!(rows, Rows::default());
        house.now += time::DAY;
        assert!(matches!(house.deliver(name, bytes), Outcome::Again { seq: again, .. } if again == seq));
        assert_eq!(house.journal().report(seq).expect("report").delivered, house.now);
    }
    let picture = picture::of(&house.data);
    assert_eq!((picture.reports.len(), picture.events.len(), picture.sightings.len()), (2, 0, 0));
    assert_eq!(house.lake().standing().expect("standing").committed, 2);
}

#[test]
fn every_event_names_its_file_and_row_and_says_what_is_known() {
    let house = House::new();
    house.ingest(SINKHOLE, &sinkhole());
    let events = picture::json(&house.lake(), &Filter::default());
    let told: Vec<String> = events
        .iter()
        .map(|event| {
            let text = |name: &str| event.get(name).map_or_else(String::new, ToString::to_string).replace('"', "");
            ["haidang.row", "haidang.day", "haidang.kind", "haidang.family", "source.ip", "malware.name", "feed.name"]
                .map(text)
                .join(" ")
        })
        .collect();
    let feed = "shadowserver-sinkhole";
    let mut wanted = [
        format!("1 2026-03-08 botnet sality 192.0.2.1 sality {feed}"),
        format!("2 2026-03-08 botnet sality 192.0.2.1 sality {feed}"),
        format!("3 2026-03-08 botnet conficker 192.0.2.2 conficker {feed}"),
        format!("5 2026-03-09 botnet conficker 198.51.100.9 conficker.b {feed}"),
        format!("6 2026-03-09 botnet andromeda 192.0.2.1 gamarue {feed}"),
    ];
    wanted[3..].reverse();
    assert_eq!(told, wanted, "by day and address");
}

#[test]
fn a_file_of_another_name_is_read_for_the_feed_that_is_named() {
    let house = House::new();
    let bytes = b"192.0.2.44\nevil.example.org\n# a comment\n";
    let outcome = house.deliver_for(Some("blocklist-text"), "2026-03-09-list.txt", bytes);
    let Outcome::Ingested { feed, rows, .. } = outcome else { panic!("{outcome:?}") };
    assert_eq!((feed.as_str(), rows.events, rows.quarantined), ("blocklist-text", 2, 0));
    let unnamed = house.deliver("2026-03-09-list.txt", b"192.0.2.44\n");
    assert!(matches!(unnamed, Outcome::Refused { .. }), "{unnamed:?}");
}

#[test]
fn an_unknown_type_is_refused_told_and_kept() {
    let house = House::new();
    for (name, feed, says) in [
        ("2026-03-09-event9_unheard_of-made.csv", None, "event9_unheard_of"),
        ("holiday.pdf", None, "holiday.pdf"),
        ("2026-03-09-list.txt", Some("no-such-feed"), "no-such-feed"),
    ] {
        let bytes = format!("the bytes of {name}");
        let outcome = house.deliver_for(feed, name, bytes.as_bytes());
        let Outcome::Refused { why, .. } = &outcome else { panic!("{outcome:?}") };
        assert!(why.contains(says), "{why}");
        let journal = house.journal();
        let refused = journal.refused().last().expect("refused");
        assert_eq!((refused.name.as_str(), &refused.why), (name, why));
        let raw = std::fs::File::open(house.data.raw(&refused.hash)).expect("raw bytes are kept");
        let kept = pipeline::folder::bounded(zstd::Decoder::new(raw).expect("zstd"), 1 << 20).expect("read");
        assert_eq!(kept, bytes.as_bytes());
    }
    assert_eq!((house.journal().refused().len(), picture::of(&house.data).reports.len()), (3, 0));
    assert_eq!(picture::names(&house.data.path("spool")), Vec::<String>::new());
}

#[test]
fn a_refused_file_is_read_once_somebody_knows_how() {
    let house = House::new();
    let name = "2026-03-09-addresses.lst";
    for bytes in ["192.0.2.44\n", "192.0.2.45\n"] {
        assert!(matches!(house.deliver(name, bytes.as_bytes()), Outcome::Refused { .. }));
    }
    assert_eq!(house.writer().retry("").expect("retry"), 2);
    assert!(house.drain().iter().all(|outcome| matches!(outcome, Outcome::Refused { .. })));
    let unread: Vec<String> = house.journal().unread().iter().map(|file| file.hash.clone()).collect();
    assert_eq!(unread.len(), 2, "each is told once");
    let feed = r#"
        [feed.addresses]
        format = "generic"
        files = ["*.lst"]
        [feed.addresses.mapping]
        format = "text"
        time = "name"
        [feed.addresses.mapping.fields]
        subject = "value"
        [feed.addresses.mapping.constants]
        "classification.type" = "blacklist"
    "#;
    std::fs::write(house.data.path("feeds.toml"), feed).expect("write");
    assert_eq!(house.writer().retry(&unread[0]).expect("retry"), 1);
    assert!(matches!(house.drain()[..], [Outcome::Ingested { .. }]));
    assert_eq!(house.journal().unread().iter().map(|file| &file.hash).collect::<Vec<_>>(), [&unread[1]]);
    assert_eq!(picture::of(&house.data).events.len(), 1);
}

#[test]
fn a_truncated_file_is_not_accepted_and_the_whole_one_is() {
    let house = House::new();
    let whole = gzipped(&sinkhole());
    for end in [3, 12, whole.len() / 2, whole.len() - 1] {
        let error = accept(&house.data, SINKHOLE, &whole[..end], NOW).expect_err("truncated");
        assert!(matches!(&error, PipelineError::Packed { name, .. } if name == SINKHOLE), "{end}: {error}");
        assert!(!error.disk_full());
    }
    assert_eq!(picture::names(&house.data.path("spool")), Vec::<String>::new());
    assert_eq!(house.drain(), []);
    assert_eq!(house.ingest(SINKHOLE, &whole).1, SINKHOLE_ROWS);
}

#[test]
fn raw_bytes_that_rot_are_told_and_a_new_delivery_heals_them() {
    let house = House::new();
    accept(&house.data, SINKHOLE, &sinkhole(), NOW).expect("accept");
    let waiting = spool::waiting(&house.data).expect("waiting");
    std::fs::write(waiting[0].bytes_path(), b"rotten").expect("rot");
    let outcomes = house.drain();
    assert!(matches!(&outcomes[..], [Outcome::Failed { name, .. }] if name == SINKHOLE), "{outcomes:?}");
    assert!(matches!(house.journal().report(1).expect("report").state, State::Failed(_)));
    assert_eq!(house.ingest(SINKHOLE, &sinkhole()), (2, SINKHOLE_ROWS));
    assert_eq!(picture::of(&house.data).events.len(), 5);
}

#[test]
fn a_report_that_is_in_the_lake_heals_its_raw_copy_when_it_comes_again() {
    let house = House::new();
    house.ingest(SINKHOLE, &sinkhole());
    let raw = house.data.raw(&house.journal().report(1).expect("report").identity.hash);
    let whole = std::fs::read(&raw).expect("raw");
    std::fs::write(&raw, b"rotten").expect("rot");
    accept(&house.data, SINKHOLE, &sinkhole(), NOW).expect("accept");
    assert!(matches!(&house.drain()[..], [Outcome::Again { seq: 1, .. }]));
    assert_eq!(std::fs::read(&raw).expect("raw"), whole);
}

#[test]
fn a_slip_without_bytes_is_told_and_stops_no_other() {
    let house = House::new();
    accept(&house.data, SINKHOLE, &sinkhole(), NOW).expect("accept");
    accept(&house.data, TELNET, &telnet(), NOW + 1).expect("accept");
    std::fs::remove_file(spool::waiting(&house.data).expect("waiting")[0].bytes_path()).expect("remove");
    let outcomes = house.drain();
    assert!(
        matches!(&outcomes[..], [Outcome::Refused { name, why }, Outcome::Ingested { .. }] if name == SINKHOLE && why.contains("deliver it again")),
        "{outcomes:?}"
    );
    assert_eq!(house.journal().reports().len(), 1, "it was given no number");
    assert!(spool::waiting(&house.data).expect("waiting").is_empty());
    assert!(matches!(house.ingest(SINKHOLE, &sinkhole()), (_, rows) if rows == SINKHOLE_ROWS));
}

#[test]
fn a_step_that_panics_fails_its_report_and_nothing_else() {
    for table in ["lake/events/day=", "lake/sightings/day="] {
        panics_at(table);
    }
}

#[track_caller]
fn panics_at(table: &'static str) {
    let house = House::new();
    let is_first = AtomicBool::new(true);
    // As a bug does: the first bytes that go into the lake are not what somebody was sure of.
    let disk = Disk::watched(Arc::new(move |step| {
        let is_of_lake = matches!(step, Step::Write(path) if path.to_string_lossy().contains(table));
        assert!(!is_of_lake || !is_first.swap(false, Ordering::SeqCst), "sure of it");
        Ok(())
    }));
    accept(&house.data, SINKHOLE, &sinkhole(), NOW).expect("accept");
    accept(&house.data, TELNET, &telnet(), NOW + 1).expect("accept");
    let data = house::open(house.data.root(), &disk).expect("open");
    let mut outcomes = Vec::new();
    let drained = Writer::open(data, clock(NOW)).expect("writer").drain(|outcome| outcomes.push(outcome.clone()));
    assert!(drained.is_ok(), "{drained:?}");
    assert!(
        matches!(&outcomes[..], [Outcome::Failed { name, why }, Outcome::Ingested { .. }] if name == SINKHOLE && why.contains("panicked")),
        "{outcomes:?}"
    );
    assert!(
        matches!(house.ingest(SINKHOLE, &sinkhole()), (3, rows) if rows == SINKHOLE_ROWS),
        "it can be delivered again"
    );
}

/// A file of which the system can read only the beginning.
struct Broken(std::io::Cursor<Vec<u8>>);

impl Read for Broken {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        match self.0.read(out)? {
            0 => Err(std::io::Error::from_raw_os_error(5)),
            bytes => Ok(bytes),
        }
    }
}

impl Seek for Broken {
    fn seek(&mut self, to: std::io::SeekFrom) -> std::io::Result<u64> {
        self.0.seek(to)
    }
}

#[test]
fn a_file_that_cannot_be_read_is_not_blamed_on_the_spool() {
    let house = House::new();
    let file = Broken(std::io::Cursor::new(sinkhole()));
    let error =
        spool::accept(&house.data, SINKHOLE, std::io::BufReader::new(file), None, NOW).expect_err("half a file");
    assert!(matches!(&error, PipelineError::Unread { name, .. } if name == SINKHOLE), "{error}");
    assert!(spool::waiting(&house.data).expect("waiting").is_empty());
}

#[test]
fn rows_of_impossible_times_are_kept_aside_with_their_reason() {
    let house = House::new();
    let ahead = |micros: i64| time::to_text(NOW + time::DAY + micros).replace('T', " ").replace("+00:00", "");
    let rows = [
        ("1999-12-31 23:59:59".to_owned(), "too-old"),
        ("2000-01-01 00:00:00".to_owned(), ""),
        (ahead(time::SECOND), "in-future"),
        (ahead(0), ""),
        ("9999-12-31 00:00:00".to_owned(), "in-future"),
        ("2026-02-30 00:00:00".to_owned(), "invalid-value"),
        (String::new(), "invalid-value"),
    ];
    let lines: Vec<String> = rows.iter().map(|(at, _)| format!("{at},192.0.2.1,sality")).collect();
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let (seq, counted) = house.ingest(SINKHOLE, &csv("timestamp,src_ip,infection", &lines));
    assert_eq!(counted, Rows { rows: 7, events: 2, quarantined: 5, passed: 0, days: 2 });
    let kept: Vec<_> = picture::kept(&house.data, seq).into_iter().map(|row| (row.row, row.reason, row.text)).collect();
    let wanted: Vec<_> = (1..)
        .zip(&rows)
        .filter(|(_, (_, reason))| !reason.is_empty())
        .map(|(row, (_, reason))| (row, (*reason).to_owned(), lines[row as usize - 1].to_owned()))
        .collect();
    assert_eq!(kept, wanted);
    let row = picture::kept(&house.data, seq).remove(0);
    assert_eq!((row.column.as_str(), row.value.as_str()), ("timestamp", "1999-12-31 23:59:59"));
}

#[test]
fn a_file_makes_no_more_than_four_hundred_days() {
    let house = House::new();
    let at = |days: i64| time::to_text(NOW - days * time::DAY).replace('T', " ").replace("+00:00", "");
    let mut lines: Vec<String> = (0..402).map(|days| format!("{},192.0.2.1,sality", at(days))).collect();
    lines.push(format!("{},192.0.2.2,sality", at(7)));
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let (seq, counted) = house.ingest(SINKHOLE, &csv("timestamp,src_ip,infection", &lines));
    assert_eq!(counted, Rows { rows: 403, events: 401, quarantined: 2, passed: 0, days: 400 });
    let kept: Vec<_> = picture::kept(&house.data, seq).into_iter().map(|row| (row.row, row.reason)).collect();
    assert_eq!(kept, [(401, "too-many-days".to_owned()), (402, "too-many-days".to_owned())]);
}

#[test]
fn a_missing_column_keeps_every_row_aside() {
    let house = House::new();
    let bytes = csv("timestamp,src_ip,src_ip", &["2026-03-08 01:02:03,192.0.2.1,192.0.2.1"]);
    assert_eq!(house.ingest(SINKHOLE, &bytes).1, Rows { rows: 1, events: 0, quarantined: 1, passed: 0, days: 0 });
    let bytes = csv("timestamp,address", &["2026-03-08 01:02:03,192.0.2.1", "2026-03-08 01:02:03,192.0.2.2"]);
    let (seq, rows) = house.ingest(SINKHOLE, &bytes);
    assert_eq!(rows, Rows { rows: 2, events: 0, quarantined: 2, passed: 0, days: 0 });
    let row = picture::kept(&house.data, seq).remove(1);
    assert_eq!((row.row, row.column.as_str(), row.reason.as_str()), (2, "src_ip", "missing-column"));
}

#[test]
fn a_drain_that_is_to_end_finishes_the_report_under_way_and_leaves_the_others() {
    let house = House::new();
    for (name, bytes) in [(SINKHOLE, sinkhole()), (TELNET, telnet())] {
        accept(&house.data, name, &bytes, house.now).expect("accept");
    }
    let done = std::cell::Cell::new(0);
    house.writer().drain_until(|| done.get() == 1, |_| done.set(done.get() + 1)).expect("drain");
    assert_eq!((done.get(), spool::waiting(&house.data).expect("spool").len()), (1, 1));
    assert_eq!(house.drain().len(), 1);
}

#[test]
fn an_archive_has_one_id_for_its_feed_and_is_forgotten_with_its_reports() {
    let house = House::new();
    let slips = [(SINKHOLE, sinkhole()), (TELNET, telnet())]
        .map(|(name, bytes)| accept(&house.data, name, &bytes, house.now).expect("accept").remove(0));
    let record = |feed, slips: &[_]| delivery::record(&house.data, feed, "both.zip", slips, house.now).expect("record");
    let id = record("a", &slips);
    assert_eq!(record("a", &slips), id);
    assert_ne!(record("b", &slips), id);
    assert_eq!(record("a", &slips[..1]), slips[0].hash);
    let read = |id: &str| delivery::read(&house.data, id).expect("read");
    assert_eq!(read(&id).expect("a delivery").members.len(), 2);
    assert!(read(&slips[0].hash).is_none() && read("../journal").is_none());
    assert_eq!(house.drain().len(), 2);
    house.writer().forget(day("2026-03-10")).expect("forget");
    assert!(read(&id).is_some(), "delivered on the first day kept");
    house.writer().forget(day("2026-03-11")).expect("forget");
    assert!(read(&id).is_none());
}
