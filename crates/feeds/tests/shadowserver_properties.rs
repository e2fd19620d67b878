//! What holds for every report: how it is cut into chunks changes nothing, and no bytes do harm.

#![expect(clippy::expect_used, reason = "a test fails by panicking")]

use event::json;
use event::rows::{EventRows, Limits, push_json_string};
use feeds::format::{Rejected, Sink};
use feeds::shadowserver::Schema;
use proptest::prelude::*;

const SCHEMA: &str = r#"{"x": {"file_name": "x", "required_fields": [["time.source", "t", "add_UTC_to_timestamp"]],
    "optional_fields": [["malware.name", "m", "validate_to_none"], ["severity", "m"], ["extra.", "n", "convert_int"], ["extra.n", "f", "convert_float"]]}}"#;

const TIME: &str = "2021-03-04 00:00:00";

/// The events as JSON lines, and the rejected rows.
fn read(bytes: &[u8], sizes: &[usize]) -> (String, Vec<Rejected>, u64) {
    let mut parser = Schema::parse(SCHEMA).expect("schema").open("2021-03-04-x-y.csv").expect("report");
    let mut sink = Sink { events: EventRows::new(Limits::at(2_000_000_000_000_000)), rejected: Vec::new() };
    let (mut held, mut rest) = (Vec::new(), bytes);
    for size in sizes.iter().cycle() {
        let (next, after) = rest.split_at((*size).min(rest.len()));
        rest = after;
        held.extend_from_slice(next);
        let used = parser.parse(&held, rest.is_empty(), &mut sink);
        held.drain(..used);
        if rest.is_empty() {
            break;
        }
    }
    assert_eq!(parser.rows(), (sink.events.len() + sink.rejected.len()) as u64);
    let mut lines = String::new();
    json::write_lines(&sink.events.finish(), &mut lines);
    (lines, sink.rejected, parser.rows())
}

fn line(cells: &[String]) -> String {
    let quoted: Vec<String> = cells.iter().map(|cell| format!("\"{}\"", cell.replace('"', "\"\""))).collect();
    quoted.join(",")
}

fn cell() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => Just(TIME.to_owned()),
        2 => "[a-c]{0,2}",
        2 => "[0-9.]{1,3}",
        1 => Just("high".to_owned()),
        1 => "[a\",\r\n\0 é]{0,5}",
    ]
}

fn table() -> impl Strategy<Value = Vec<u8>> {
    let rows = proptest::collection::vec(proptest::collection::vec(cell(), 1..7), 0..12);
    (rows, any::<bool>(), any::<prop::sample::Index>()).prop_map(|(rows, quoted, at)| {
        let rows = rows.iter().map(|row| if quoted { line(row) } else { row.join(",") });
        let mut text: Vec<u8> =
            [String::from("t,m,n,f,u")].into_iter().chain(rows).collect::<Vec<_>>().join("\r\n").into();
        let at = at.index(text.len());
        text[at] = if at % 3 == 0 { 0xe9 } else { text[at] };
        text
    })
}

proptest! {
    #[test]
    fn chunks_change_nothing(bytes in table(), sizes in proptest::collection::vec(1usize..40, 1..6)) {
        prop_assert_eq!(read(&bytes, &sizes), read(&bytes, &[bytes.len()]));
    }

    #[test]
    fn no_bytes_do_harm(head in "(t,m,n,f\n)?", bytes: Vec<u8>, sizes in proptest::collection::vec(1usize..40, 1..6)) {
        let bytes = [head.as_bytes(), &bytes].concat();
        prop_assert_eq!(read(&bytes, &sizes), read(&bytes, &[bytes.len().max(1)]));
    }

    #[test]
    fn what_was_written_is_read(values in proptest::collection::vec("[a-z\",\r\n é\\\\]{1,9}", 1..9)) {
        let rows: Vec<String> = values.iter().map(|value| line(&[TIME.into(), value.clone()])).collect();
        let (lines, rejected, _) = read(format!("t,u\n{}\n", rows.join("\n")).as_bytes(), &[64]);
        prop_assert_eq!(rejected, []);
        let mut wanted = String::new();
        for (row, value) in values.iter().enumerate() {
            wanted += &format!("{{\"row\":{},\"time.source\":\"2021-03-04T00:00:00+00:00\",\"extra.u\":", row + 1);
            push_json_string(value, &mut wanted);
            wanted += "}\n";
        }
        prop_assert_eq!(lines, wanted);
    }
}
