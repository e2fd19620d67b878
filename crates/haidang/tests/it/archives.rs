//! Files as they are delivered: compressed, in archives, cut short, or made to burst.

use std::io::{Cursor, Write as _};

use flate2::Compression;
use flate2::write::GzEncoder;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::desk::{Desk, number, text};

/// Above the size from which the ratio of a compressed file counts.
const BURST: usize = 80 << 20;

fn sinkhole(rows: u64, seed: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    country::sinkhole_csv(rows, seed, &mut bytes).expect("memory");
    bytes
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut writer = GzEncoder::new(Vec::new(), Compression::best());
    writer.write_all(bytes).expect("memory");
    writer.finish().expect("memory")
}

pub(crate) fn zip<B: AsRef<[u8]>>(members: &[(&str, B)]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in members {
        writer.start_file(*name, SimpleFileOptions::default()).expect("memory");
        writer.write_all(bytes.as_ref()).expect("memory");
    }
    writer.finish().expect("memory").into_inner()
}

#[test]
fn a_compressed_report_is_the_report_and_an_archive_is_its_members() {
    let desk = Desk::new();
    let packed = desk.write("2026-09-30-event4_sinkhole-a-geo.csv.gz", gzip(&sinkhole(100, 1)));
    let again = desk.write("2026-09-30-event4_sinkhole-a-geo.csv", sinkhole(100, 1));
    let members: [(&str, &[u8]); 2] = [
        ("in/2026-09-30-event4_sinkhole-b-geo.csv", &sinkhole(20, 2)),
        ("in/2026-09-30-event4_sinkhole-c-geo.csv", &sinkhole(30, 3)),
    ];
    let archive = desk.write("today.zip", zip(&members));
    let outcomes = desk.ingest(&[packed, again, archive]);
    let total = &outcomes[""];
    assert_eq!((number(&total["rows"]), number(&total["again"]), number(&total["files"])), (150, 1, 4), "{outcomes:?}");
    let names: Vec<&str> = outcomes.keys().map(String::as_str).collect();
    assert!(names.contains(&"2026-09-30-event4_sinkhole-c-geo.csv"), "{names:?}");
}

#[test]
fn a_truncated_file_is_left_where_it_is_and_the_others_are_taken() {
    let desk = Desk::new();
    let whole = gzip(&sinkhole(1_000, 1));
    let cut = desk.write("2026-09-30-event4_sinkhole-cut-geo.csv.gz", &whole[..whole.len() / 2]);
    let good = desk.write("2026-09-30-event4_sinkhole-good-geo.csv", sinkhole(10, 2));
    let said = desk.run_on(&["--lang", "en", "ingest"], &[cut.clone(), good]).ended(3);
    assert!(said.out.contains("2026-09-30-event4_sinkhole-cut-geo.csv.gz: the file is truncated"), "{}", said.out);
    assert!(cut.exists());
    assert_eq!(desk.reports().len(), 1);
    let mended = desk.write("2026-09-30-event4_sinkhole-cut-geo.csv.gz", whole);
    assert_eq!(number(&desk.ingest(&[mended])[""]["rows"]), 1_000);
    desk.run(&["doctor"]).well();
}

#[test]
fn a_bomb_is_told_by_the_cap_it_breaks() {
    let desk = Desk::new();
    let zeros = vec![b'0'; BURST];
    let name = "2026-09-30-event4_sinkhole-bomb-geo.csv";
    let files = [desk.write("bomb.csv.gz", gzip(&zeros)), desk.write("bomb.zip", zip(&[(name, &zeros)]))];
    for file in files {
        let said = desk.run_on(&["ingest", "--json"], &[file]).ended(3);
        let unread = &said.json()[0];
        assert_eq!(text(&unread["outcome"]), "unread");
        assert!(text(&unread["why"]).contains("more than 1000 times its size: a decompression bomb"), "{unread}");
    }
    assert!(desk.reports().is_empty());
    desk.run(&["doctor"]).well();
}

#[test]
fn an_archive_with_one_bad_member_is_not_taken_half_unseen() {
    let desk = Desk::new();
    let members: [(&str, &[u8]); 2] = [
        ("2026-09-30-event4_sinkhole-a-geo.csv", &sinkhole(20, 2)),
        ("2026-09-30-event4_sinkhole-b-geo.csv.gz", &gzip(&sinkhole(30, 3))),
    ];
    let said = desk.run_on(&["ingest", "--json"], &[desk.write("today.zip", zip(&members))]).ended(3);
    let lines = said.json();
    let why = text(&lines[0]["why"]);
    assert!(why.contains("today.zip") && why.contains("2026-09-30-event4_sinkhole-b-geo.csv.gz"), "{why}");
    let total = &lines[lines.len() - 1];
    assert_eq!((number(&total["unread"]), number(&total["rows"])), (1, 20), "{total}");
}
