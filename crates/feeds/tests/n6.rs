//! Events of n6: the cases of `testdata/n6`, and what holds for any input.

#![expect(clippy::expect_used, reason = "a test fails by panicking")]

mod golden;

use feeds::format::RECORD_MAX;
use feeds::n6::{ADDRESSES_MAX, Parser};
use golden::{Read, drive};
use proptest::prelude::*;

/// What was read; every event and every rejected row is counted.
fn read(name: &str, bytes: &[u8], sizes: &[usize]) -> Read {
    let mut parser = Parser::new(name);
    let read = drive(|bytes, last, sink| parser.parse(bytes, last, sink), bytes, sizes);
    assert_eq!(parser.rows(), (read.events.lines().count() + read.rejected.len()) as u64);
    read
}

#[test]
fn cases() {
    for case in golden::cases("n6") {
        let (name, bytes) = golden::input(&case);
        let whole = read(&name, &bytes, &[usize::MAX]);
        golden::compare(&case, &whole);
        assert_eq!(read(&name, &bytes, &[1]), whole, "byte by byte: {}", case.display());
    }
}

#[test]
fn one_event_has_a_limit_of_addresses() {
    let of = |count: usize| {
        let addresses = vec![r#"{"ip":"192.0.2.1"}"#; count].join(",");
        format!(r#"{{"category":"bots","time":"2026-01-01T00:00:00Z","address":[{addresses}]}}"#)
    };
    assert_eq!(read("", of(ADDRESSES_MAX).as_bytes(), &[usize::MAX]).events.lines().count(), ADDRESSES_MAX);
    let read = read("", of(ADDRESSES_MAX + 1).as_bytes(), &[usize::MAX]);
    assert_eq!((read.events.as_str(), read.rejected[0].problem.reason.code()), ("", "too-long"));
}

#[test]
fn a_header_that_is_too_long_makes_no_row_a_header() {
    let row = "2026-01-01 00:00:00,bots,192.0.2.1\n";
    let file = format!("time,category,ip{}\n{row}{row}", ",x".repeat(RECORD_MAX / 2));
    let read = read("", file.as_bytes(), &[100_000]);
    let reasons: Vec<_> = read.rejected.iter().map(|row| (row.row, row.problem.reason.code())).collect();
    assert_eq!((read.events.as_str(), reasons), ("", vec![(1, "too-long"), (2, "too-long"), (3, "too-long")]));
    assert_eq!((&*read.rejected[1].text, &read.rejected[1].problem.value[..16]), (row.trim_end(), "time,category,ip"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn any_pieces_read_the_same(
        text in "(\u{feff}|[ \n]|\u{e9}){0,2}((time,category,ip,asn,details\n)?|\\[)((\\{\"category\":\"(bots|x)\",\"time\":\"2026-01-01 00:00:00\",\"(address|name|fqdn)\":(\\[(\\{\"(ip|asn)\":\"192\\.0\\.2\\.1\"\\},?){0,3}\\]|7|\"a b\")\\}|2026-01-01 00:00:00|cnc|192\\.0\\.2\\.1 ?|tcp |from port |to |7|\"|x|,){0,6},?\n){0,4}",
        sizes in proptest::collection::vec(1usize..40, 1..6),
    ) {
        prop_assert_eq!(read("", text.as_bytes(), &sizes), read("", text.as_bytes(), &[usize::MAX]));
    }

    #[test]
    fn any_bytes_are_read(bytes: Vec<u8>, sizes in proptest::collection::vec(1usize..40, 1..4)) {
        prop_assert_eq!(read("", &bytes, &sizes), read("", &bytes, &[usize::MAX]));
    }
}
