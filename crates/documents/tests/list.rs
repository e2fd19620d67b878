//! The owner's list, written and read again.

#![expect(clippy::expect_used, reason = "helpers of tests: what cannot be read fails the test")]

use std::io::{Cursor, Read as _};

use documents::{
    csv::ListCsv,
    error::Error,
    list::{Counts, ListHead, ListRow, Status, samples_text},
    local::Local,
    message::Lang,
    xlsx::{ListBook, ROWS_MAX},
};
use event::time::{self, Zone};

/// More than any part of a test workbook unpacks to.
const PART_MAX: u64 = 100_000_000;

fn zone() -> Zone {
    Zone::named("Asia/Ho_Chi_Minh").expect("zone")
}

fn at(text: &str) -> i64 {
    time::parse(text).expect("time")
}

fn row(subject: &str, status: Status) -> ListRow {
    let first = at("2026-10-31T17:00:00Z");
    let samples = [(first, Some(51234)), (first + time::SECOND, None)];
    ListRow {
        subject: subject.into(),
        port: None,
        family: "mirai".into(),
        kind: "botnet".into(),
        service: String::new(),
        first,
        last: at("2026-11-20T16:59:04Z"),
        count: 1234,
        days: 12,
        status,
        isp: "Nhà mạng Sao Mai".into(),
        organisation: "Sở Khoa học và Công nghệ, tỉnh \"X\"".into(),
        place: "Lào Cai".into(),
        feeds: "sinkhole, honeypot".into(),
        samples: samples_text(&samples, &Local::of(&zone())),
    }
}

fn rows() -> Vec<ListRow> {
    let mut exposed = row("2001:db8::1", Status::Back);
    exposed.port = Some(3389);
    exposed.kind = "exposed".into();
    exposed.family = "=HYPERLINK(\"http://x.example\")".into();
    exposed.service = "rdp".into();
    vec![
        row("192.0.2.1", Status::New),
        row("192.0.2.2", Status::Still),
        exposed,
        row("-may.example", Status::New),
        row("192.0.2.9", Status::Gone),
    ]
}

fn head(rows: &[ListRow]) -> ListHead {
    let mut counts = Counts::default();
    rows.iter().for_each(|row| counts.add(row.status));
    ListHead {
        owner_code: "LCA".into(),
        owner_name: "Ủy ban nhân dân tỉnh Lào Cai".into(),
        month: "2026-11".into(),
        attribution_version: 7,
        data_version: 118,
        made_at: at("2026-12-01T01:30:00Z"),
        counts,
        definition: String::new(),
    }
}

fn workbook(rows: &[ListRow], lang: Lang) -> Vec<u8> {
    let mut book = ListBook::new(head(rows), &zone(), lang).expect("begin");
    rows.iter().for_each(|row| book.push(row).expect("row"));
    let mut out = Cursor::new(Vec::new());
    book.finish(&mut out).expect("finish");
    out.into_inner()
}

fn part(file: &[u8], name: &str) -> String {
    let mut archive = zip::ZipArchive::new(Cursor::new(file)).expect("zip");
    let mut text = Vec::new();
    std::io::copy(&mut archive.by_name(name).expect(name).take(PART_MAX), &mut text).expect("unpack");
    String::from_utf8(text).expect("utf-8")
}

/// The cells of a sheet as `(A1, content)`, inline strings and numbers alike.
fn cells(sheet: &str) -> Vec<(String, String)> {
    let cell = |cell: &str| {
        let name = cell.split('"').next()?.to_owned();
        let value =
            cell.split_once("<t>").or_else(|| cell.split_once("<v>")).or_else(|| cell.split_once("preserve\">"))?;
        Some((name, value.1.split("</").next()?.to_owned()))
    };
    sheet.split("<c r=\"").skip(1).filter_map(cell).collect()
}

fn value(cells: &[(String, String)], name: &str) -> String {
    cells.iter().find(|(cell, _)| cell == name).map(|(_, value)| value.clone()).unwrap_or_default()
}

#[test]
fn csv_is_the_golden_text() {
    let mut list = ListCsv::new(Vec::new(), &zone()).expect("begin");
    rows().iter().for_each(|row| list.push(row).expect("row"));
    let text = String::from_utf8(list.finish().expect("finish")).expect("utf-8");
    assert_eq!(text, include_str!("../testdata/list.csv"));
}

#[test]
fn the_workbook_holds_what_was_given() {
    let file = workbook(&rows(), Lang::Vi);
    let list = cells(&part(&file, "xl/worksheets/sheet1.xml"));
    assert_eq!(value(&list, "A1"), "Danh sách địa chỉ cần kiểm tra, xử lý – tháng 11 năm 2026");
    assert_eq!(value(&list, "A2"), "Cơ quan, tổ chức: Ủy ban nhân dân tỉnh Lào Cai (LCA)");
    assert_eq!([value(&list, "A3"), value(&list, "C3")], ["Mới: 2", "Vẫn còn: 1"]);
    assert!(value(&list, "A6").starts_with("Lập lúc 08:30 ngày 01/12/2026 (giờ Asia/Ho_Chi_Minh)"));
    assert_eq!([value(&list, "A9"), value(&list, "B9")], ["Tình trạng", "Địa chỉ"]);
    assert_eq!([value(&list, "A10"), value(&list, "B10"), value(&list, "I10")], ["Mới", "192.0.2.1", "1234"]);
    // 2026-11-01 00:00:00 of the reporting zone, as a spreadsheet counts days.
    assert_eq!(value(&list, "G10"), "46327");
    assert_eq!([value(&list, "A12"), value(&list, "C12"), value(&list, "E12")], ["Tái nhiễm", "3389", "Dịch vụ để lộ"]);
    assert_eq!(value(&list, "D12"), "=HYPERLINK(\"http://x.example\")");
    assert_eq!(value(&list, "B14"), "");
}

#[test]
fn those_gone_have_their_own_sheet() {
    let file = workbook(&rows(), Lang::En);
    let gone = cells(&part(&file, "xl/worksheets/sheet3.xml"));
    assert_eq!([value(&gone, "A7"), value(&gone, "B7"), value(&gone, "B8")], ["Gone", "192.0.2.9", ""]);
}

#[test]
fn no_cell_is_a_formula_and_no_word_is_missing() {
    for lang in [Lang::Vi, Lang::En] {
        let file = workbook(&rows(), lang);
        for sheet in 1..=3 {
            let sheet = part(&file, &format!("xl/worksheets/sheet{sheet}.xml"));
            assert!(!sheet.contains("<f>") && !sheet.contains('⟦'), "{sheet}");
        }
    }
}

#[test]
fn the_sheet_can_be_worked_with_and_printed() {
    let file = workbook(&rows(), Lang::Vi);
    let sheet = part(&file, "xl/worksheets/sheet1.xml");
    for wanted in ["state=\"frozen\"", "<autoFilter ref=\"A9:O13\"", "orientation=\"landscape\"", "paperSize=\"9\""] {
        assert!(sheet.contains(wanted), "{wanted}");
    }
    assert!(part(&file, "xl/workbook.xml").contains("_xlnm.Print_Titles"));
}

#[test]
fn an_empty_month_says_so() {
    let list = cells(&part(&workbook(&[], Lang::Vi), "xl/worksheets/sheet1.xml"));
    assert!(value(&list, "A10").starts_with("Không phát sinh"));
}

#[test]
fn a_cell_too_long_for_a_spreadsheet_is_cut_and_not_refused() {
    let mut long = row("192.0.2.1", Status::New);
    long.samples = "é".repeat(40_000);
    let list = cells(&part(&workbook(&[long], Lang::Vi), "xl/worksheets/sheet1.xml"));
    assert_eq!(value(&list, "O10").chars().count(), 32_767);
}

#[test]
fn the_same_list_is_the_same_file() {
    assert!(workbook(&rows(), Lang::Vi) == workbook(&rows(), Lang::Vi));
}

#[test]
fn one_row_too_many_is_refused_with_a_reason() {
    let mut book = ListBook::new(head(&[]), &zone(), Lang::Vi).expect("begin");
    let rows = [row("192.0.2.1", Status::New), row("192.0.2.2", Status::Gone)];
    for row in rows.iter().cycle().take(ROWS_MAX as usize) {
        book.push(row).expect("row");
    }
    let refused = book.push(&rows[0]).expect_err("full");
    assert!(matches!(refused, Error::TooManyRows { max: ROWS_MAX }), "{refused}");
    let mut out = Cursor::new(Vec::new());
    book.finish(&mut out).expect("what was taken is still written");
}
