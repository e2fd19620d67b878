//! Owners' lists, read back as a spreadsheet or a script would.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::desk::{Desk, files_below, number, text};

/// How no cell may begin.
const FORMULAS: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];
/// How a list counts.
const STATUSES: [&str; 4] = ["new", "still", "back", "gone"];

/// A row of a list.
#[derive(Debug, Clone)]
pub(crate) struct Listed {
    pub(crate) status: String,
    pub(crate) address: String,
    pub(crate) family: String,
    pub(crate) count: i64,
    pub(crate) days: i64,
    pub(crate) samples: String,
}

/// The cells of a line of CSV.
fn cells(line: &str) -> Vec<String> {
    let (mut cells, mut quoted) = (vec![String::new()], false);
    for c in line.chars() {
        match c {
            '"' => quoted = !quoted,
            ',' if !quoted => cells.push(String::new()),
            c => cells.last_mut().expect("a cell").push(c),
        }
    }
    cells
}

/// Reads a list as it lies on the disk: byte order mark, CRLF, no formula.
pub(crate) fn read_list(path: &Path) -> Vec<Listed> {
    let text = fs::read_to_string(path).expect("a list");
    let text = text.strip_prefix('\u{feff}').expect("a byte order mark");
    assert!(text.ends_with("\r\n") && !text.replace("\r\n", "").contains(['\r', '\n']), "{}", path.display());
    let mut lines = text.split_terminator("\r\n").map(cells);
    let head = lines.next().expect("a head");
    let at = |name: &str| head.iter().position(|cell| cell == name).expect(name);
    let row = |row: Vec<String>| {
        assert_eq!(row.len(), head.len(), "{row:?}");
        assert!(!row.iter().any(|cell| cell.starts_with(FORMULAS)), "{row:?}");
        let cell = |name: &str| row[at(name)].clone();
        let number = |name: &str| cell(name).parse().expect(name);
        Listed {
            status: cell("status"),
            address: cell("address"),
            family: cell("family"),
            count: number("count"),
            days: number("days"),
            samples: cell("samples"),
        }
    };
    lines.map(row).collect()
}

/// Writes the list of one owner; what the program says of it, and its rows.
pub(crate) fn write_list(desk: &Desk, owner: &str, month: &str) -> (Value, Vec<Listed>) {
    let out = desk.path(&format!("lists-{owner}-{month}"));
    let words = ["list", "--org", owner, "--month", month, "--format", "csv", "--json", "--out"];
    let said = desk.run_on(&words, std::slice::from_ref(&out)).well().last();
    let rows = read_list(&out.join(format!("{owner}-{month}.csv")));
    (said, rows)
}

/// Writes the lists of all owners and checks each pair of files; the rows by owner.
pub(crate) fn write_all(desk: &Desk, month: &str) -> BTreeMap<String, Vec<Listed>> {
    let out = desk.path("lists-all");
    let words = ["list", "--all", "--month", month, "--format", "csv,xlsx", "--json", "--out"];
    let said = desk.run_on(&words, std::slice::from_ref(&out)).well().last();
    let lists = said["lists"].as_array().expect("lists");
    assert_eq!(files_below(&out).len(), 2 * lists.len());
    lists.iter().map(|list| (text(&list["owner"]).to_owned(), check(list))).collect()
}

/// One owner's files agree with what was said of them.
fn check(list: &Value) -> Vec<Listed> {
    let files: Vec<&Path> = list["files"].as_array().expect("files").iter().map(|file| Path::new(text(file))).collect();
    let [csv, xlsx] = files[..] else { panic!("two files: {list}") };
    let book = fs::read(xlsx).expect("a workbook");
    assert!(book.starts_with(b"PK") && book.len() > 1_000, "{}", xlsx.display());
    let rows = read_list(csv);
    for status in STATUSES {
        let counted = rows.iter().filter(|row| row.status == status).count() as i64;
        assert_eq!(counted, number(&list[status]), "{status} of {list}");
    }
    assert!(!rows.is_empty(), "an empty list: {list}");
    rows
}
