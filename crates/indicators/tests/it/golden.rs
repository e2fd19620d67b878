//! Lists of `testdata/lists`: each folder is a case, with a list, what it becomes, and what is said about it.
//!
//! The list's ending says how it is written; `allowed.txt` and `allowed.csv` are allow-lists, of any other the stem is the
//! family. `GOLDEN_WRITE=1` writes what comes out in place of what was expected; look at the difference before committing.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use indicators::Indicator;
use indicators::list::{self, Defaults, Format, INDICATORS_MAX, Purpose, Reader, Reading, Report};

use crate::made;

fn cases() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/lists");
    let mut cases: Vec<_> = fs::read_dir(folder).expect("testdata").map(|entry| entry.expect("entry").path()).collect();
    cases.sort();
    assert!(!cases.is_empty());
    cases
}

/// The list of a case: the file that is nothing else.
fn list(case: &Path) -> PathBuf {
    let files = fs::read_dir(case).expect("case").map(|entry| entry.expect("entry").path());
    let is_list = |file: &PathBuf| !file.file_stem().is_some_and(|stem| stem == "expected" || stem == "report");
    files.into_iter().find(is_list).expect("list")
}

fn name(path: Option<&std::ffi::OsStr>) -> &str {
    path.and_then(|name| name.to_str()).expect("name")
}

/// Reads a list in pieces of so many bytes.
fn read(file: &Path, bytes: &[u8], piece: usize) -> (Vec<Indicator<'static>>, Report) {
    let zone = made::zone();
    let format = if name(file.extension()) == "csv" { Format::Csv } else { Format::Text };
    let (purpose, family) = match name(file.file_stem()) {
        "allowed" => (Purpose::Allowed, String::new()),
        stem => (Purpose::Indicators, stem.to_owned()),
    };
    let defaults = Defaults { family, source: "made up".to_owned(), ..Defaults::default() };
    let mut reader = Reader::new(Reading { format, purpose, defaults, zone: &zone, most: INDICATORS_MAX });
    let mut indicators = Vec::new();
    for piece in bytes.chunks(piece) {
        reader.feed(piece, |indicator| indicators.push(indicator.into_owned()));
    }
    let report = reader.finish(|indicator| indicators.push(indicator.into_owned()));
    (indicators, report)
}

fn told(report: &Report) -> String {
    let mut text = format!("{} taken, {} refused\n", report.accepted, report.refused);
    if !report.aliases.is_empty() {
        let _ = writeln!(text, "also called {}", report.aliases.join(", "));
    }
    for finding in &report.findings {
        let _ = writeln!(text, "line {}: {}: {}", finding.line, finding.reason, finding.text);
    }
    text
}

fn compare(file: &Path, text: &str) {
    if std::env::var_os("GOLDEN_WRITE").is_some() {
        fs::write(file, text).expect("written");
    }
    assert_eq!(text, fs::read_to_string(file).unwrap_or_default(), "{}", file.display());
}

#[test]
fn cases_become_what_is_expected_wherever_they_are_cut() {
    for case in cases() {
        let file = list(&case);
        let bytes = fs::read(&file).expect("list");
        let (indicators, report) = read(&file, &bytes, usize::MAX);
        compare(&case.join("expected.csv"), &list::write_csv(&indicators));
        compare(&case.join("report.txt"), &told(&report));
        for piece in [1, 7, 64] {
            let pieced = read(&file, &bytes, piece);
            assert_eq!(pieced, (indicators.clone(), report.clone()), "{} in pieces of {piece}", case.display());
        }
    }
}

#[test]
fn what_was_written_is_read_again() {
    for case in cases() {
        let file = list(&case);
        let (indicators, _) = read(&file, &fs::read(&file).expect("list"), usize::MAX);
        let written = list::write_csv(&indicators);
        let (again, report) = read(&file.with_extension("csv"), written.as_bytes(), usize::MAX);
        assert_eq!((again, report.findings), (indicators, Vec::new()), "{}", case.display());
    }
}
