//! Compressed files and archives, made here in memory.

#![expect(clippy::expect_used, reason = "a test fails by panicking")]

use std::io::{self, Cursor, Read, Write};

use feeds::decode::{Container, DecodeError, Limits, for_each_member, kind_of, open};
use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

const TEXT: &[u8] = b"ip,port\n192.0.2.1,80\n192.0.2.2,81\n";

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut writer = GzEncoder::new(Vec::new(), Compression::default());
    writer.write_all(bytes).expect("memory");
    writer.finish().expect("memory")
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 3).expect("memory")
}

fn zip(members: &[(&str, &[u8])], method: CompressionMethod) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in members {
        match name.strip_suffix('/') {
            Some(folder) => writer.add_directory(folder, SimpleFileOptions::default()).expect("memory"),
            None => {
                writer.start_file(*name, SimpleFileOptions::default().compression_method(method)).expect("memory");
                writer.write_all(bytes).expect("memory");
            }
        }
    }
    writer.finish().expect("memory").into_inner()
}

fn decode_within(bytes: &[u8], limits: Limits) -> Result<Vec<u8>, DecodeError> {
    let mut reader = open(kind_of(bytes), bytes, limits)?;
    let mut out = Vec::new();
    io::copy(&mut reader, &mut out)?;
    Ok(out)
}

fn decode(bytes: &[u8]) -> Result<Vec<u8>, DecodeError> {
    decode_within(bytes, Limits::default())
}

fn unzip_within(bytes: &[u8], limits: Limits) -> Result<Vec<(String, Vec<u8>)>, DecodeError> {
    let mut found = Vec::new();
    for_each_member(Cursor::new(bytes), limits, |name, reader| {
        let mut out = Vec::new();
        io::copy(reader, &mut out)?;
        found.push((name.to_owned(), out));
        Ok::<_, DecodeError>(())
    })?;
    Ok(found)
}

fn unzip(bytes: &[u8]) -> Result<Vec<(String, Vec<u8>)>, DecodeError> {
    unzip_within(bytes, Limits::default())
}

fn small() -> Limits {
    Limits { decoded_max: 1 << 20, ratio_max: 100, ratio_from: 1 << 12, members_max: 3 }
}

#[test]
fn the_first_bytes_say_what_it_is() {
    for (bytes, wanted) in [
        (gzip(TEXT), Container::Gzip),
        (zstd(TEXT), Container::Zstd),
        (b"\x50\x2a\x4d\x18\0\0\0\0".to_vec(), Container::Zstd),
        (zip(&[("a", TEXT)], CompressionMethod::Deflated), Container::Zip),
        (zip(&[], CompressionMethod::Deflated), Container::Zip),
        (TEXT.to_vec(), Container::Plain),
        (b"PK".to_vec(), Container::Plain),
        (Vec::new(), Container::Plain),
    ] {
        assert_eq!(kind_of(&bytes), wanted, "{bytes:?}");
    }
}

#[test]
fn single_files_come_out_whole() {
    let members = [gzip(b"ip,port\n"), gzip(b""), gzip(&TEXT[8..])].concat();
    let frames = [zstd(b"ip,port\n"), b"\x50\x2a\x4d\x18\x01\0\0\0x".to_vec(), zstd(&TEXT[8..])].concat();
    for bytes in [TEXT.to_vec(), gzip(TEXT), zstd(TEXT), members, frames] {
        assert_eq!(decode(&bytes).expect("whole"), TEXT);
    }
    for bytes in [Vec::new(), gzip(b""), zstd(b"")] {
        assert_eq!(decode(&bytes).expect("empty"), b"");
    }
    assert!(matches!(decode(&zip(&[("a", TEXT)], CompressionMethod::Stored)), Err(DecodeError::Nested(_))));
}

#[test]
fn what_breaks_off_is_an_error() {
    let noise: Vec<u8> = (0..50_000u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    for whole in [gzip(&noise), zstd(&noise), [gzip(TEXT), gzip(&noise)].concat()] {
        for length in [whole.len() - 1, whole.len() - 8, whole.len() / 2, gzip(TEXT).len() + 3, 5] {
            let error = decode(&whole[..length]).expect_err("truncated");
            assert!(matches!(error, DecodeError::Truncated), "{length} of {}: {error:?}", whole.len());
        }
    }
}

#[test]
fn what_was_changed_is_an_error() {
    for mut bytes in [gzip(TEXT), [gzip(TEXT), b"behind".to_vec()].concat()] {
        let at = bytes.len() - 5;
        bytes[at] ^= 1;
        assert!(matches!(decode(&bytes), Err(DecodeError::Damaged(_) | DecodeError::Truncated)), "{bytes:?}");
    }
    let mut archive = zip(&[("a.csv", TEXT)], CompressionMethod::Stored);
    let at = archive.windows(4).position(|w| w == b"port").expect("content");
    archive[at] = b'P';
    assert!(matches!(unzip(&archive), Err(DecodeError::Damaged(_))));
    for length in [archive.len() - 1, archive.len() / 2, 4] {
        assert!(matches!(unzip(&archive[..length]), Err(DecodeError::Damaged(_) | DecodeError::Truncated)), "{length}");
    }
}

#[test]
fn bombs_do_not_go_off() {
    let zeros = vec![0; 900_000];
    for bytes in [gzip(&zeros), zstd(&zeros)] {
        assert!(matches!(decode_within(&bytes, small()), Err(DecodeError::Bomb(100))));
        assert_eq!(decode(&bytes).expect("within the limits").len(), zeros.len());
    }
    assert_eq!(decode_within(&zeros, small()).expect("plain").len(), zeros.len());
    let archive = zip(&[("a", &zeros)], CompressionMethod::Deflated);
    assert!(matches!(unzip_within(&archive, small()), Err(DecodeError::Bomb(100))));
    let many = zip(&[("a", &zeros), ("b", &zeros)], CompressionMethod::Stored);
    assert!(matches!(unzip_within(&many, small()), Err(DecodeError::TooLarge(_))));
    assert!(matches!(decode_within(&vec![0; 1_100_000], small()), Err(DecodeError::TooLarge(_))));
}

#[test]
fn every_member_of_an_archive_is_a_report_of_its_own() {
    for method in [CompressionMethod::Stored, CompressionMethod::Deflated] {
        let archive =
            zip(&[("báo cáo/", b""), ("báo cáo/một.csv", TEXT), ("../two.csv", b""), ("b\\3.csv", b"x")], method);
        let members = unzip(&archive).expect("archive");
        let wanted = [("một.csv", TEXT), ("two.csv", b""), ("3.csv", b"x")];
        assert_eq!(members, wanted.map(|(name, bytes)| (name.to_owned(), bytes.to_vec())));
    }
    assert_eq!(unzip(&zip(&[], CompressionMethod::Stored)).expect("empty"), []);
}

#[test]
fn an_archive_that_cannot_be_read_whole_is_not_begun() {
    let plain = zip(&[("a", TEXT), ("b", TEXT)], CompressionMethod::Stored);
    let second = plain.windows(4).rposition(|w| w == b"PK\x01\x02").expect("directory");
    // APPNOTE 4.3.12: flags at 8 (bit 0: encrypted), method at 10 (12: bzip2).
    for (at, value) in [(8, 1), (10, 12)] {
        let mut archive = plain.clone();
        archive[second + at] = value;
        let mut begun = 0;
        let result = for_each_member(Cursor::new(&archive), Limits::default(), |_, _| {
            begun += 1;
            Ok::<_, DecodeError>(())
        });
        match (at, result) {
            (8, Err(DecodeError::Encrypted(name))) | (10, Err(DecodeError::Unsupported(name))) => assert_eq!(name, "b"),
            (at, result) => panic!("{at}: {result:?}"),
        }
        assert_eq!(begun, 0);
    }
    let many = zip(&[("a", b""), ("b", b""), ("c", b""), ("d", b"")], CompressionMethod::Stored);
    assert!(matches!(unzip_within(&many, small()), Err(DecodeError::TooManyMembers(4))));
}

#[test]
fn what_is_inside_an_archive_is_not_unpacked_again() {
    for inner in [gzip(TEXT), zstd(TEXT), zip(&[("a", TEXT)], CompressionMethod::Stored)] {
        let archive = zip(&[("inner", &inner)], CompressionMethod::Stored);
        assert!(matches!(unzip(&archive), Err(DecodeError::Nested(name)) if name == "inner"));
    }
}

#[test]
fn an_error_of_the_caller_comes_back() {
    let archive = zip(&[("a", TEXT), ("b", TEXT)], CompressionMethod::Deflated);
    let mut seen = Vec::new();
    let result = for_each_member(Cursor::new(&archive), Limits::default(), |name, reader| {
        seen.push((name.to_owned(), reader.read(&mut [0; 3])?));
        if name == "b" { Err(DecodeError::Damaged("enough".to_owned())) } else { Ok(()) }
    });
    assert!(matches!(result, Err(DecodeError::Damaged(why)) if why == "enough"));
    assert_eq!(seen, [("a".to_owned(), 3), ("b".to_owned(), 3)]);
}

struct Broken;

impl Read for Broken {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(io::ErrorKind::ConnectionReset.into())
    }
}

#[test]
fn a_reader_that_fails_is_not_a_damaged_file() {
    for container in [Container::Plain, Container::Gzip, Container::Zstd] {
        let mut reader = open(container, io::BufReader::new(Broken), Limits::default()).expect("opened");
        let error = DecodeError::from(reader.read(&mut [0; 8]).expect_err("broken"));
        assert!(matches!(error, DecodeError::Read(_)), "{container:?}: {error:?}");
    }
}

proptest! {
    #[test]
    fn any_bytes_are_decoded_or_refused(mut bytes: Vec<u8>, from: u8, change in 0usize..200) {
        let starts = [gzip(TEXT), zstd(TEXT), zip(&[("a", TEXT)], CompressionMethod::Deflated), Vec::new()];
        let mut start = starts[usize::from(from % 4)].clone();
        if let (Some(byte), Some(value)) = (start.get_mut(change), bytes.pop()) {
            *byte = value;
        }
        start.extend(&bytes);
        let _ = decode_within(&start, small());
        let _ = unzip_within(&start, small());
    }
}
