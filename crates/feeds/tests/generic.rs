//! Lists with a mapping: the cases of `testdata/generic`, and what holds for any input.

#![expect(clippy::expect_used, reason = "a test fails by panicking")]

mod golden;

use std::sync::Arc;

use feeds::format::RECORD_MAX;
use feeds::generic::{Mapping, Parser};
use golden::{Read, drive};
use proptest::prelude::*;

fn read(mapping: &Arc<Mapping>, name: &str, bytes: &[u8], sizes: &[usize]) -> Read {
    let mut parser = Parser::new(mapping.clone(), name);
    drive(|bytes, last, sink| parser.parse(bytes, last, sink), bytes, sizes)
}

#[test]
fn cases() {
    for case in golden::cases("generic") {
        let mapping = std::fs::read_to_string(case.join("mapping.toml")).expect("mapping");
        let mapping = Arc::new(Mapping::parse(&mapping).unwrap_or_else(|error| panic!("{}: {error}", case.display())));
        let (name, bytes) = golden::input(&case);
        let whole = read(&mapping, &name, &bytes, &[usize::MAX]);
        golden::compare(&case, &whole);
        assert_eq!(read(&mapping, &name, &bytes, &[1]), whole, "byte by byte: {}", case.display());
    }
}

#[test]
fn a_wrong_mapping_says_what_is_wrong_and_where() {
    for (text, wanted) in [
        ("format = \"csv\"\nfoo = 1", "line 2: unknown field `foo`"),
        ("format = \"xml\"\n[fields]", "line 1: unknown variant `xml`"),
        ("format = \"csv\"\n[fields]\nsubject = 3", "line 3: invalid type: integer `3`, expected a column"),
        ("format = \"csv\"\n[fields]\nsubject = { column = \"a\", colour = 1 }", "line 3: unknown field `colour`"),
        ("format = \"csv\"\n[fields]\n\"source.hat\" = \"a\"", "fields.\"source.hat\": no name of the event format"),
        ("format = \"csv\"\n[fields]\n\"feed.name\" = \"a\"", "fields.\"feed.name\": belongs to the delivery"),
        ("format = \"csv\"\n[fields]\n\"source.ip\" = \"a\"", "fields: no event would have a time"),
        ("format = \"csv\"\n[fields]\n\"time.source\" = \"a\"", "fields: no event would have a subject"),
        ("format = \"jsonl\"\ndelimiter = \";\"\n[fields]", "delimiter: not an option of format jsonl"),
        ("format = \"csv\"\nseparator = \";\"\n[fields]", "separator: not an option of format csv"),
        ("format = \"csv\"\ndelimiter = \";;\"\n[fields]", "delimiter: \";;\" is not one printable ASCII"),
        ("format = \"csv\"\nheader = false\n[fields]", "columns: wanted"),
        ("format = \"text\"\ntime = \"name\"\n[fields]\nsubject = \"ip\"", "fields.\"subject\": no column \"ip\""),
        (
            "format = \"text\"\ntime = \"name\"\n[fields]\nsubject = { column = \"value\", time_zone = \"Asia/Nowhere\" }",
            "fields.\"subject\".time_zone: no time zone \"Asia/Nowhere\"",
        ),
        (
            "format = \"text\"\n[fields]\nsubject = \"value\"\n\"time.source\" = { column = \"value\", time_format = \"%!\" }",
            "fields.\"time.source\".time_format: ",
        ),
        (
            "format = \"text\"\n[fields]\nsubject = \"value\"\n[constants]\n\"classification.type\" = \"odd\"",
            "constants.\"classification.type\": \"odd\" is no value of this key",
        ),
        (
            "format = \"text\"\n[fields]\nsubject = \"value\"\n[constants]\n\"source.port\" = 4294967296",
            "constants.\"source.port\": \"4294967296\" is no value of this key",
        ),
        (
            "format = \"text\"\n[fields]\nsubject = \"value\"\n\"extra.a\" = \"value\"\n[constants]\n\"extra.a\" = 1",
            "fields.\"extra.a\": is among the constants, too",
        ),
    ] {
        let error = Mapping::parse(text).expect_err(text).to_string();
        assert!(error.starts_with(wanted), "{text}\n→ {error}\nwanted {wanted}");
    }
}

const ALL: &str = r##"
rest = "extra"
[fields]
subject = "a"
"source.port" = "b"
"extra.c" = { column = "c", lower = true }
"time.source" = { column = "d.0", time_format = "%s" }
[constants]
"extra.list" = "made-up"
"##;

fn mappings() -> Vec<Arc<Mapping>> {
    let heads = [
        "format = \"csv\"\ncomment = \"#\"",
        "format = \"csv\"\ncomment = \"//\"\nquote = \"\"\ndelimiter = \";\"\ncolumns = [\"a\", \"b\", \"c\", \"d.0\"]",
        "format = \"text\"\ncomment = \"#\"\ncolumns = [\"a\", \"d.0\", \"b\", \"c\"]",
        "format = \"text\"\nseparator = \",\"\ncolumns = [\"a\", \"d.0\", \"b\", \"c\"]",
        "format = \"text\"\nseparator = \" \"\ncolumns = [\"a\", \"d.0\", \"b\", \"c\"]",
        "format = \"jsonl\"",
    ];
    heads.iter().map(|head| Arc::new(Mapping::parse(&format!("{head}{ALL}")).expect(head))).collect()
}

#[test]
fn a_header_that_is_too_long_makes_no_row_a_header() {
    let mapping = &mappings()[0];
    let (long, row) = ("x,".repeat(RECORD_MAX / 2), "192.0.2.1,80,c,1700000000\n");
    let reasons = |file: &str| {
        let read = read(mapping, "", file.as_bytes(), &[100_000]);
        let rejected: Vec<_> = read.rejected.iter().map(|row| (row.row, row.problem.reason.code())).collect();
        (read.events.lines().count(), rejected)
    };
    let header = "a,b,c,d.0\n";
    assert_eq!(
        reasons(&format!("a,b,c,d.0,{long}\n{row}{row}")),
        (0, vec![(1, "too-long"), (2, "too-long"), (3, "too-long")])
    );
    // A comment is none, however long.
    assert_eq!(reasons(&format!("#{long}\n{header}{row}{row}")), (2, vec![(1, "too-long")]));
    assert_eq!(reasons(&format!("{header}{long}\n{row}")), (1, vec![(1, "too-long")]));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn any_pieces_read_the_same(
        text in "(a,b,c,d.0\n)?((#|//|192\\.0\\.2\\.1|x|\"|\u{e9}|,|;| |1700000000|\r?\n|\\{\"a\":\"example.org\",\"d\":\\[\"1700000000\",1\\],\"e\":\\{\"f\":null\\}\\}){0,12}\n){0,4}",
        cut in 0usize..200,
        sizes in proptest::collection::vec(1usize..40, 1..6),
    ) {
        let bytes = &text.as_bytes()[..text.len().min(cut)];
        for mapping in mappings() {
            prop_assert_eq!(read(&mapping, "", bytes, &sizes), read(&mapping, "", bytes, &[usize::MAX]));
        }
    }

    #[test]
    fn any_bytes_are_read(bytes: Vec<u8>, mapping in ".{0,60}") {
        for mapping in mappings() {
            read(&mapping, "", &bytes, &[usize::MAX]);
        }
        let _ = Mapping::parse(&mapping);
    }
}
