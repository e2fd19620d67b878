//! Killed at a hundred random instants, the program loses nothing and doubles nothing.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::Child;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::desk::{Desk, base, files_below, files_called, number, start, text, wait_until};

/// Kills that must hit a running program.
const KILLS: usize = 100;
/// Files at most: a run may end before its kill.
const FILES_MAX: usize = 200;
/// Uninterrupted runs whose time is taken.
const MEASURED: usize = 3;
/// The dice of this test.
const SEED: u64 = 20_260_930;
/// See [`check_nothing_is_left_over`].
const TWO_DAYS_LATER: &str = "2026-10-03T02:00:00Z";
/// The answers that must be the same with and without kills.
const COUNTS: [&str; 4] = ["family", "asn", "day", "kind"];

/// Numbers that look random and are the same every time (Steele et al., *SplitMix*, 2014).
struct Dice(u64);

impl Dice {
    fn throw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: u64) -> u64 {
        self.throw() % n
    }

    fn part_of(&mut self, whole: Duration) -> Duration {
        whole.mul_f64(self.below(1 << 32) as f64 / f64::from(u32::MAX))
    }
}

/// A report, and the rows of it that are right: row number → time, address and port.
struct Report {
    path: PathBuf,
    rows: u64,
    right: BTreeMap<i64, [String; 3]>,
}

/// A fresh report of some hundred rows, of which a few are broken.
fn report(desk: &Desk, number: usize, dice: &mut Dice) -> Report {
    let rows = 200 + dice.below(1_300);
    let mut bytes = Vec::new();
    country::sinkhole_csv(rows, 1_000 + number as u64, &mut bytes).expect("memory");
    let mut lines: Vec<String> = String::from_utf8(bytes).expect("UTF-8").lines().map(str::to_owned).collect();
    for _ in 0..dice.below(4) {
        let line = 1 + dice.below(rows) as usize;
        lines[line] = lines[line].replacen("2026-", "2O26-", 1);
    }
    let name = format!("2026-09-{:02}-event4_sinkhole-k{number:03}-geo.csv", 1 + number % 30);
    let path = desk.write(&name, lines.join("\n") + "\n");
    let right = lines.iter().enumerate().skip(1).filter(|(_, line)| !line.contains("2O26-"));
    let right = right.map(|(at, line)| (at as i64, [0, 2, 3].map(|cell| cell_of(line, cell))));
    Report { path, rows, right: right.collect() }
}

fn cell_of(line: &str, cell: usize) -> String {
    line.split(',').nth(cell).expect("a cell").trim_matches('"').to_owned()
}

/// One run, killed at an instant unless it ends before: how long it took if it did.
fn run_until(child: &mut Child, kill_at: Option<Duration>) -> Option<Duration> {
    let begun = Instant::now();
    let ended = wait_until("the program to end", || match child.try_wait().expect("a child") {
        Some(status) => Some(Some(status)),
        None if kill_at.is_some_and(|at| begun.elapsed() >= at) => Some(None),
        None => None,
    });
    if let Some(status) = ended {
        assert!(status.success(), "an uninterrupted run ended with {status}");
        return Some(begun.elapsed());
    }
    child.kill().expect("a running child");
    let status = child.wait().expect("a child");
    (status.code() == Some(0)).then(|| begun.elapsed())
}

/// The journal as it lies on the disk, a torn last line left out.
fn journal(desk: &Desk) -> Vec<Value> {
    let journal = fs::read_to_string(desk.data().join("journal.jsonl")).unwrap_or_default();
    journal.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
}

/// The slips in the spool.
fn slips(desk: &Desk) -> Vec<String> {
    let slips = files_called(&desk.data().join("spool"), "json");
    slips.iter().filter_map(|path| fs::read_to_string(path).ok()).collect()
}

/// How far a run was when it was killed, by the newest line it wrote into the journal, else by the spool.
fn state(desk: &Desk, report: &Report, lines_before: usize) -> String {
    let lines = journal(desk);
    if let Some(newest) = lines[lines_before.min(lines.len())..].last() {
        return format!("after {}", text(&newest["what"]));
    }
    let name = base(&report.path);
    let is_in = slips(desk).iter().any(|slip| slip.contains(&name));
    if is_in { "in the spool" } else { "not accepted" }.to_owned()
}

/// Ingests fresh files, killing, until enough kills have hit.
fn kill_and_kill(desk: &Desk, dice: &mut Dice) -> (Vec<Report>, BTreeMap<String, usize>) {
    let (mut reports, mut hits, mut states) = (Vec::new(), 0, BTreeMap::new());
    let mut each = Duration::ZERO;
    while hits < KILLS && reports.len() < FILES_MAX {
        let report = report(desk, reports.len(), dice);
        // What was killed before is still to be done by this run.
        let (lines, to_do) = (journal(desk).len(), 1 + slips(desk).len() as u32);
        let kill_at = (reports.len() >= MEASURED).then(|| dice.part_of(each * to_do));
        let mut child = start(&mut desk.command(&["ingest"], std::slice::from_ref(&report.path)));
        match run_until(&mut child, kill_at) {
            // Opening a longer history takes longer: the newest whole run is the measure.
            Some(took) => each = if each.is_zero() { took } else { (each + took / to_do) / 2 },
            None => {
                hits += 1;
                *states.entry(state(desk, &report, lines)).or_default() += 1;
            }
        }
        reports.push(report);
    }
    println!("{hits} of {} runs were killed running, a file takes {each:?}; killed {states:?}", reports.len());
    assert!(hits >= KILLS, "only {hits} kills hit a running program");
    (reports, states)
}

#[test]
fn a_hundred_kills_lose_nothing_and_double_nothing() {
    let desk = Desk::new();
    let (reports, states) = kill_and_kill(&desk, &mut Dice(SEED));
    assert!(states.len() >= 4, "the kills fell too much at one time: {states:?}");
    let files: Vec<PathBuf> = reports.iter().map(|report| report.path.clone()).collect();
    desk.ingest(&files);
    let calm = Desk::new();
    calm.ingest(&files);
    assert_eq!(desk.ask(&["doctor"]).remove(0)["sound"], true, "{}", desk.run(&["doctor"]).out);
    check_reports(&desk, &reports);
    check_events(&desk, &reports);
    for by in COUNTS {
        let rows = |desk: &Desk| desk.ask(&["stats", "--by", by, "--since", "2026-09-01"]).remove(0)["rows"].clone();
        assert_eq!(rows(&desk), rows(&calm), "by {by}");
    }
    check_nothing_is_left_over(&desk);
}

/// Every file is one report in the lake; interrupted attempts gave their number up. Its rows add up.
fn check_reports(desk: &Desk, reports: &[Report]) {
    let told = desk.reports();
    let done: Vec<&Value> = told.values().filter(|report| report["state"] == "done").collect();
    assert_eq!(done.len(), reports.len());
    for report in reports {
        let name = base(&report.path);
        let found = done.iter().find(|told| told["name"] == name.as_str()).expect("the report");
        let rows = &found["rows"];
        let (events, aside) = (number(&rows["events"]), number(&rows["quarantined"]));
        assert_eq!((number(&rows["rows"]), events), (report.rows as i64, report.right.len() as i64), "{found}");
        assert_eq!(events + aside, report.rows as i64, "{found}");
    }
}

/// Every right row of every file is one event, with its time, address and port.
fn check_events(desk: &Desk, reports: &[Report]) {
    let names: BTreeMap<i64, String> =
        desk.reports().iter().map(|(seq, report)| (*seq, text(&report["name"]).to_owned())).collect();
    let mut stored = BTreeMap::<String, BTreeMap<i64, [String; 3]>>::new();
    for event in desk.run(&["events", "--format", "intelmq"]).well().json() {
        let name = names[&number(&event["haidang.file"])].clone();
        let row = number(&event["haidang.row"]);
        let time = text(&event["time.source"]).replace('T', " ").replace("+00:00", "");
        let cells = [time, text(&event["source.ip"]).to_owned(), event["source.port"].to_string()];
        let before = stored.entry(name).or_default().insert(row, cells);
        assert!(before.is_none(), "doubled: {event}");
    }
    assert_eq!(stored.len(), reports.len());
    for report in reports {
        let name = base(&report.path);
        assert!(stored[&name] == report.right, "{name}: other rows are in the lake than were in the file");
    }
}

/// What a killed run was writing is gone two days later, when surely nobody is at it any more.
fn check_nothing_is_left_over(desk: &Desk) {
    desk.run(&["--now", TWO_DAYS_LATER, "lake", "compact"]).well();
    let spool = files_below(&desk.data().join("spool"));
    assert!(spool.is_empty(), "left in the spool: {spool:?}");
    let staged: Vec<_> = files_below(&desk.data()).into_iter().filter(|path| disk::is_staged(path)).collect();
    assert!(staged.is_empty(), "half-written files are left: {staged:?}");
}
