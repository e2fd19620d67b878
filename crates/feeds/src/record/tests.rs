//! Records against what they should be, in any chunks.

use super::*;
use proptest::prelude::*;

/// Cells of every row; a record that is too long is one cell.
fn read(records: &mut Records, bytes: &[u8], last: bool, rows: &mut Vec<Vec<String>>) -> usize {
    let mut chunk = records.chunk(bytes, last);
    while let Some(found) = chunk.next_record() {
        rows.push(match found {
            Found::Row(row) => (0..row.len()).map(|n| row.get(n).expect("cell").to_owned()).collect(),
            Found::TooLong(text) => vec![format!("too long: {text}")],
        });
    }
    chunk.used()
}

fn read_whole(mut records: Records, bytes: &[u8]) -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    assert_eq!(read(&mut records, bytes, true, &mut rows), bytes.len());
    rows
}

fn read_in(mut records: Records, bytes: &[u8], sizes: &[usize]) -> Vec<Vec<String>> {
    let (mut rows, mut held, mut rest) = (Vec::new(), Vec::new(), bytes);
    for size in sizes.iter().cycle() {
        let (next, after) = rest.split_at((*size).min(rest.len()));
        rest = after;
        held.extend_from_slice(next);
        let used = read(&mut records, &held, rest.is_empty(), &mut rows);
        held.drain(..used);
        assert!(held.len() < records.limit);
        if rest.is_empty() {
            break;
        }
    }
    rows
}

fn csv(text: &str) -> Vec<Vec<String>> {
    read_whole(Records::csv(b',', Some(b'"')), text.as_bytes())
}

fn limited(limit: usize) -> Records {
    Records { limit, ..Records::csv(b',', Some(b'"')) }
}

proptest! {
    #[test]
    fn blocks_are_read_as_cells_are(text in "[a\",\n\r;\u{0}é]{0,12}(\"[a,\n]{0,9}\"[,\n]|[ab]{0,70}[,\n]){0,30}", quote in any::<bool>()) {
        let mut records = Records::csv(b',', quote.then_some(b'"'));
        let mut rest = text.as_bytes();
        while let Some(found) = records.scan_blocks(rest) {
            let cells: Vec<_> = records.cells.iter().map(|cell| (cell.start, cell.end)).collect();
            prop_assert_eq!(Some(found), records.scan_cells(rest, false));
            prop_assert!(records.cells.iter().all(|cell| !cell.copied));
            prop_assert_eq!(cells, records.cells.iter().map(|cell| (cell.start, cell.end)).collect::<Vec<_>>());
            rest = &rest[found.1..];
        }
    }
}

#[test]
fn quotes_are_read_as_python_reads_them() {
    assert_eq!(csv("a,\"b\"\"c\",\"d,e\""), [["a", "b\"c", "d,e"]]);
    assert_eq!(csv("a\"b,\"c\"d\"e,\"\""), [["a\"b", "cd\"e", ""]]);
    assert_eq!(csv("\"a\r\nb\",c\r\n\"open,d\nrest"), [vec!["a\r\nb", "c"], vec!["open,d\nrest"]]);
    assert_eq!(csv("\"a\"x\r\n\"b\"\r\nc\r\r\n"), [["ax"], ["b"], ["c"]]);
}

#[test]
fn nuls_marks_blanks_and_empty_lines_go() {
    assert_eq!(
        csv("\u{feff}\0 \n a,b\0\n\r\n\0\nc,\0\"d\"\0\"e\" \n \n"),
        [["a", "b"], ["c", "d\"e "]][..1].iter().map(|r| r.to_vec()).chain([vec!["c", "d\"e"]]).collect::<Vec<_>>()
    );
    assert_eq!(csv(" "), Vec::<Vec<String>>::new());
    assert_eq!(csv("\"\"\n,\n"), [vec![""], vec!["", ""]]);
}

#[test]
fn bytes_that_are_not_utf8_are_latin1_in_their_cell_only() {
    let rows = read_whole(Records::csv(b';', Some(b'"')), b"caf\xe9;\"H\xe0 \"\"N\xf4i\"\"\";\xc4\x90\n");
    assert_eq!(rows, [["café", "Hà \"Nôi\"", "Đ"]]);
}

#[test]
fn a_tab_that_delimits_is_not_trimmed() {
    assert_eq!(read_whole(Records::csv(b'\t', None), b"\ta\n\"b\t\n"), [["", "a"], ["\"b", ""]]);
}

#[test]
fn lines_are_one_cell() {
    assert_eq!(read_whole(Records::lines(), b"\xef\xbb\xbfa,\"b\r\n\n\0c\0d"), [["a,\"b"], ["cd"]]);
}

#[test]
fn a_long_record_is_skipped_to_its_end() {
    let text = b"a\n\"b,\n,\"\"\ncccccccccccc\",d\ne";
    assert_eq!(read_whole(limited(16), text), [["a"], ["too long: \"b,\n,\"\"\ncccccccc"], ["e"]]);
    assert_eq!(read_whole(limited(4), b"abc\nabcd\n\nab"), [["abc"], ["too long: abcd"], ["ab"]]);
}

proptest! {
    #[test]
    fn any_chunking_reads_the_same(
        bytes in "[ab,\"\r\n\0 \u{e9}]{0,60}",
        cut in 0usize..60,
        sizes in proptest::collection::vec(1usize..9, 1..6),
        limit in prop_oneof![Just(RECORD_MAX), 2usize..40],
    ) {
        // Cutting inside é leaves a byte that is not UTF-8.
        let bytes = &bytes.as_bytes()[..cut.min(bytes.len())];
        prop_assert_eq!(read_in(limited(limit), bytes, &sizes), read_whole(limited(limit), bytes));
    }

    #[test]
    fn any_bytes_are_read(bytes: Vec<u8>, delimiter in 0u8..128, quote in proptest::option::of(0u8..128)) {
        read_whole(Records::csv(delimiter, quote), &bytes);
    }

    #[test]
    fn what_was_written_is_read(rows in proptest::collection::vec(proptest::collection::vec("[a, \"\r\né]{0,6}", 1..5), 1..6)) {
        let line = |row: &Vec<String>| {
            let cells: Vec<String> = row.iter().map(|cell| format!("\"{}\"", cell.replace('"', "\"\""))).collect();
            cells.join(",")
        };
        let text: Vec<String> = rows.iter().map(line).collect();
        prop_assert_eq!(csv(&text.join("\r\n")), rows);
    }
}
