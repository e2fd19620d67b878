//! JSON in the IntelMQ data format: the cases of `testdata/intelmq`, and what holds for any input.

#![expect(clippy::expect_used, reason = "a test fails by panicking")]

mod golden;

use feeds::format::RECORD_MAX;
use feeds::intelmq::Parser;
use golden::{Read, drive};
use proptest::prelude::*;

fn read(name: &str, bytes: &[u8], sizes: &[usize]) -> Read {
    let mut parser = Parser::new(name);
    drive(|bytes, last, sink| parser.parse(bytes, last, sink), bytes, sizes)
}

fn read_whole(bytes: &[u8]) -> Read {
    read("events.jsonl", bytes, &[usize::MAX])
}

#[test]
fn cases() {
    for case in golden::cases("intelmq") {
        let (name, bytes) = golden::input(&case);
        let whole = read(&name, &bytes, &[usize::MAX]);
        golden::compare(&case, &whole);
        assert_eq!(read(&name, &bytes, &[1]), whole, "byte by byte: {}", case.display());
        assert_eq!(read_again(&whole.events), whole.events, "round trip: {}", case.display());
    }
}

/// Events that were written, read and written again; the row numbers of rejected neighbours are not in them.
fn read_again(lines: &str) -> String {
    let again = read_whole(lines.as_bytes());
    assert_eq!(again.rejected, []);
    let old_rows = lines.lines().map(|line| line.split_once(',').expect("row").0);
    let new = again.events.lines().map(|line| line.split_once(',').expect("row").1);
    old_rows.zip(new).map(|(row, rest)| format!("{row},{rest}\n")).collect()
}

#[test]
fn a_parser_knows_its_rows_and_its_date() {
    let mut parser = Parser::new("2026-11-20-events.jsonl");
    parser.parse(b"{}\n\n{}\n", true, &mut golden::sink());
    assert_eq!((parser.rows(), parser.report(), parser.date()), (2, "", Some(20_777)));
}

#[test]
fn the_longest_record_is_read_and_a_longer_one_is_not() {
    let head = br#"{"time.source":"2026-01-01T00:00:00Z","extra.long":""#;
    let line = |length: usize| [head, "x".repeat(length - head.len() - 3).as_bytes(), b"\"}\n"].concat();
    let text = [line(RECORD_MAX), line(RECORD_MAX + 1), line(100)].concat();
    for sizes in [&[usize::MAX][..], &[RECORD_MAX], &[100_000]] {
        let read = read("events.jsonl", &text, sizes);
        assert_eq!(read.events.lines().count(), 2);
        assert_eq!(
            read.rejected.iter().map(|r| (r.row, r.problem.reason.code())).collect::<Vec<_>>(),
            [(2, "too-long")]
        );
    }
}

fn json() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        any::<f64>().prop_map(Into::into),
        "\\PC{0,8}".prop_map(Into::into),
        any::<String>().prop_map(Into::into),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Into::into),
            proptest::collection::vec(("[a-c \"\\\\]{0,3}", inner), 0..4)
                .prop_map(|members| serde_json::Value::Object(members.into_iter().collect())),
        ]
    })
}

fn event() -> impl Strategy<Value = serde_json::Value> {
    let known = proptest::sample::select(&event::key::KEYS[..]).prop_map(|key| key.name.to_owned());
    let name = prop_oneof![known, "extra(\\.[a-c\u{e9}]{0,2})?", "[a-c.\"]{0,4}", Just("haidang.family".to_owned())];
    let value = prop_oneof![
        json(),
        any::<u16>().prop_map(Into::into),
        any::<[u8; 4]>().prop_map(|ip| std::net::Ipv4Addr::from(ip).to_string().into()),
        "[a-z]{1,5}\\.example\\.org".prop_map(Into::into),
        "hxxps?://[a-z]{1,5}\\.example/[a-z]{0,3}".prop_map(Into::into),
        "20[01][0-9]-0[1-9]-1[0-9][T ]1[0-9]:00:00(\\.[0-9]{1,6})?(Z|\\+07:00)?".prop_map(Into::into),
    ];
    proptest::collection::vec((name, value), 0..10).prop_map(|members| {
        let mut event: serde_json::Map<_, _> = members.into_iter().collect();
        event.insert("time.source".to_owned(), "2026-02-03T04:05:06+07:00".into());
        event.into()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn what_was_written_is_read_again(events in proptest::collection::vec(event(), 1..4), pretty: bool) {
        let text = match pretty {
            true => serde_json::to_string_pretty(&events).expect("json"),
            false => events.iter().map(|event| format!("{event}\n")).collect(),
        };
        let read = read_whole(text.as_bytes());
        prop_assert_eq!(read.events.lines().count() + read.rejected.len(), events.len());
        prop_assert_eq!(read_again(&read.events), read.events);
    }

    #[test]
    fn any_pieces_read_the_same(
        text in "(\\[?[,\r\n ]{0,2}(\\{\"time.source\":\"2026-01-01( |T)00:00:00\",\"a\":(\"\u{e9}\\}\"|\\{\\}|7|\n)\\}|x|\u{feff}|\\{\"|\\]){0,3}\n?,?){0,5}",
        sizes in proptest::collection::vec(1usize..40, 1..6),
    ) {
        prop_assert_eq!(read("", text.as_bytes(), &sizes), read_whole(text.as_bytes()));
    }

    #[test]
    fn any_bytes_are_read(bytes: Vec<u8>, text in "[\\[\\]{}\",:\\\\a1\n ]{0,40}", sizes in proptest::collection::vec(1usize..40, 1..4)) {
        for bytes in [&bytes[..], text.as_bytes()] {
            prop_assert_eq!(read("", bytes, &sizes), read_whole(bytes));
        }
    }
}
