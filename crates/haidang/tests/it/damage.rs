//! Reports as they should not be: what can be read is read, what cannot waits with its reason, nothing stops.

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, BufWriter, Write as _};
use std::path::PathBuf;
use std::process::Stdio;

use crate::desk::{Desk, Said, number, start, text, wait_until};

/// Length of the line that is far too long.
const LONG: usize = 100 << 20;
/// What the program may take of the memory while it reads that line, in kB.
const MEMORY_KB: u64 = 1 << 20;

const HEADER: &str = "\"timestamp\",\"protocol\",\"src_ip\",\"src_port\",\"src_asn\",\"infection\"";

fn row(n: usize) -> String {
    format!("\"2026-09-30 03:{:02}:00\",\"tcp\",\"198.51.100.{n}\",{},64500,\"mirai\"", n % 60, 1_024 + n)
}

/// A sinkhole report of these lines.
fn report(desk: &Desk, name: &str, lines: &[String]) -> PathBuf {
    let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    desk.write(&format!("2026-09-30-event4_sinkhole-{name}-geo.csv"), text)
}

/// Events and rows in quarantine of one file that is taken in, and why those are there.
fn taken(desk: &Desk, file: PathBuf) -> (i64, i64, Vec<String>) {
    let total = desk.ingest(&[file]);
    let outcome = total.values().find(|line| line["outcome"] == "ingested").expect("an outcome");
    let (events, aside) = (number(&outcome["rows"]["events"]), number(&outcome["rows"]["quarantined"]));
    assert_eq!(number(&outcome["rows"]["rows"]), events + aside, "{outcome}");
    let rows = desk.ask(&["quarantine", "show", &outcome["seq"].to_string()]);
    let mut reasons: Vec<String> = rows.iter().map(|row| text(&row["reason"]).to_owned()).collect();
    reasons.dedup();
    (events, aside, reasons)
}

#[test]
fn a_message_names_file_row_column_and_value() {
    let desk = Desk::new();
    let broken = [
        row(2).replace("2026-", "2O26-"),
        row(3).replace("198.51", "999.51"),
        row(4).replace("2026-", "1999-"),
        row(5).replace("2026-", "2031-"),
    ];
    let lines = [&[HEADER.to_owned(), row(1)][..], &broken].concat();
    let file = report(&desk, "broken", &lines);
    let said = desk.run_on(&["--lang", "en", "ingest"], &[file]).well();
    assert!(said.out.contains("5 rows → 1 events, 4 quarantined"), "{}", said.out);
    let shown = desk.run(&["--lang", "en", "quarantine", "show", "1"]).well().out;
    let line = |row: &str| shown.lines().find(|line| line.trim_start().starts_with(row)).expect(row).to_owned();
    assert!(shown.contains("2026-09-30-event4_sinkhole-broken-geo.csv"), "{shown}");
    for (number, column, value, why) in [
        ("2 ", "timestamp", "2O26-09-30 03:02:00", "invalid value"),
        ("3 ", "src_ip", "999.51.100.3", "invalid value"),
        ("4 ", "timestamp", "1999-09-30", "before the year 2000"),
        ("5 ", "timestamp", "2031-09-30", "more than a day ahead"),
    ] {
        let line = line(number);
        assert!([column, value, why].iter().all(|part| line.contains(part)), "{line}\n{shown}");
    }
}

#[test]
fn strange_files_are_taken_for_what_they_are() {
    let desk = Desk::new();
    let nothing = || Vec::<String>::new();
    let empty = desk.write("2026-09-30-event4_sinkhole-empty-geo.csv", "");
    assert_eq!(taken(&desk, empty), (0, 0, nothing()));
    assert_eq!(taken(&desk, report(&desk, "header", &[HEADER.to_owned()])), (0, 0, nothing()));
    let twice = format!("{HEADER},\"src_ip\"");
    let file = report(&desk, "twice", &[twice, format!("{},\"192.0.2.1\"", row(1)), row(2)]);
    assert_eq!(taken(&desk, file), (0, 2, vec!["duplicate-column".to_owned()]));
    let nuls = [HEADER.to_owned(), row(1).replace("mirai", "mi\0rai"), format!("\0{}\0", row(2))];
    assert_eq!(taken(&desk, report(&desk, "nuls", &nuls)), (2, 0, nothing()));
    let binary: Vec<u8> = (0..200_000u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    let binary = desk.write("2026-09-30-event4_sinkhole-binary-geo.csv", binary);
    let (events, aside, _) = taken(&desk, binary);
    assert!(events == 0 && aside > 0, "{events} {aside}");
    assert_eq!(desk.reports().len(), 5, "an empty report is evidence that its feed lives");
    desk.run(&["doctor"]).well();
}

#[test]
fn the_same_report_again_changes_nothing_but_is_noted() {
    let desk = Desk::new();
    let lines = [HEADER.to_owned(), row(1), row(1), row(2)];
    let file = report(&desk, "again", &lines);
    assert_eq!(taken(&desk, file.clone()), (3, 0, Vec::new()), "two equal rows are two events");
    let outcomes = desk.ingest(&[file.clone(), file]);
    assert_eq!((number(&outcomes[""]["again"]), number(&outcomes[""]["events"])), (2, 0));
    let report = desk.reports().remove(&1).expect("the report");
    assert_eq!(number(&report["deliveries"]), 3);
    assert_eq!(desk.run(&["events", "--format", "intelmq"]).well().json().len(), 3);
}

/// A report with a line of a hundred megabytes between two good ones.
fn long_report(desk: &Desk) -> PathBuf {
    let path = report(desk, "long", &[]);
    let mut file = BufWriter::new(File::create(&path).expect("a file"));
    writeln!(file, "{HEADER}\n{}", row(1)).expect("a file");
    let piece = vec![b'x'; 1 << 20];
    (0..LONG >> 20).for_each(|_| file.write_all(&piece).expect("a file"));
    writeln!(file, "\n{}", row(2)).expect("a file");
    path
}

/// The most memory a process ever had, in kB; nothing once it has ended.
fn peak(process: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

#[test]
fn a_line_of_a_hundred_megabytes_waits_and_takes_no_memory() {
    let desk = Desk::new();
    let mut child = start(&mut desk.command(&["ingest"], &[long_report(&desk)]));
    let mut most = 0;
    let status = wait_until("the long line", || {
        most = most.max(peak(child.id()).unwrap_or(0));
        child.try_wait().expect("a child")
    });
    println!("at most {} MB of memory for a line of {} MB", most >> 10, LONG >> 20);
    assert!(status.success() && most > 0 && most < MEMORY_KB, "{status}, {most} kB");
    let rows = desk.ask(&["quarantine", "show", "1"]);
    assert_eq!(rows.len(), 1);
    assert_eq!((number(&rows[0]["row"]), text(&rows[0]["reason"])), (2, "too-long"));
    assert_eq!(desk.run(&["events", "--format", "csv"]).well().out.lines().count(), 3);
}

#[test]
fn a_reader_that_goes_early_is_no_error() {
    let desk = Desk::new();
    let mut bytes = Vec::new();
    country::sinkhole_csv(20_000, 1, &mut bytes).expect("memory");
    desk.ingest(&[desk.write("2026-09-30-event4_sinkhole-head-geo.csv", bytes)]);
    for format in ["csv", "intelmq"] {
        let mut command = desk.command(&["events", "--format", format], &[]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("a pipe")).read_line(&mut line).expect("a line");
        let output = child.wait_with_output().expect("a child");
        let said = Said { code: output.status.code(), out: line, err: String::from_utf8_lossy(&output.stderr).into() };
        assert_eq!(said.well().err, "");
    }
}
