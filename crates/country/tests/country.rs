//! The made country held against its own truth.

#![expect(clippy::expect_used, reason = "a test stops at what it does not expect")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use country::{FileTruth, Made, Plan, StoryKind, Truth, write};
use sha2::{Digest, Sha256};
use tempfile::TempDir;

const SMALL: Plan = Plan { seed: 7, scale: 0.05, end_day: 20_726, days: 90 };

fn made(plan: &Plan) -> (TempDir, Made) {
    let folder = TempDir::new().expect("a folder");
    let made = write(plan, folder.path()).expect("made");
    (folder, made)
}

fn digest(folder: &Path) -> Vec<u8> {
    let mut hash = Sha256::new();
    for part in ["constituency", "indicators", "reports"] {
        let entries = fs::read_dir(folder.join(part)).expect("a folder");
        for path in entries.map(|entry| entry.expect("an entry").path()).collect::<BTreeSet<_>>() {
            hash.update(path.file_name().expect("a name").as_encoded_bytes());
            hash.update(fs::read(path).expect("a file"));
        }
    }
    for name in ["allowed.txt", "truth.json"] {
        hash.update(fs::read(folder.join(name)).expect("a file"));
    }
    hash.finalize().to_vec()
}

/// The cells of a CSV row, quotes removed.
fn cells(row: &str) -> Vec<String> {
    let mut cells = vec![String::new()];
    let mut quoted = false;
    for c in row.chars() {
        match c {
            '"' => quoted = !quoted,
            ',' if !quoted => cells.push(String::new()),
            c => cells.last_mut().expect("one cell").push(c),
        }
    }
    cells
}

/// The rows of a report, bytes that are not UTF-8 read as Latin-1.
fn rows(folder: &Path, name: &str) -> Vec<String> {
    let bytes = fs::read(folder.join("reports").join(name)).expect("a report");
    let lines = bytes.split(|&b| b == b'\n').filter(|line| !line.is_empty() && line[0] != b'#');
    let text = |line: &[u8]| match std::str::from_utf8(line) {
        Ok(text) => text.to_owned(),
        Err(_) => line.iter().map(|&b| char::from(b)).collect(),
    };
    lines.map(text).collect()
}

fn broken(file: &FileTruth, fault: &str) -> u64 {
    file.broken.get(fault).copied().unwrap_or(0)
}

#[test]
fn one_plan_is_one_country() {
    let plan = Plan { scale: 0.02, days: 20, ..SMALL };
    let (first, second, other) = (made(&plan).0, made(&plan).0, made(&Plan { seed: 8, ..plan }).0);
    assert_eq!(digest(first.path()), digest(second.path()));
    assert_ne!(digest(first.path()), digest(other.path()));
}

#[test]
fn csv_rows_are_as_broken_as_the_truth_says() {
    let (folder, made) = made(&SMALL);
    let mut faults = BTreeMap::<String, u64>::new();
    for file in made.truth.files.iter().filter(|file| file.name.ends_with("-geo.csv")) {
        let lines = rows(folder.path(), &file.name);
        let header = cells(&lines[0]);
        let address = header.iter().position(|name| name == "ip" || name == "src_ip").expect("an address");
        let rows: Vec<Vec<String>> = lines[1..].iter().map(|line| cells(line)).collect();
        let count = |fits: &dyn Fn(&Vec<String>) -> bool| rows.iter().filter(|row| fits(row)).count() as u64;
        assert_eq!(rows.len() as u64, file.rows, "{}", file.name);
        assert_eq!(count(&|row| row.len() != header.len()), broken(file, "missing_cells"), "{}", file.name);
        assert_eq!(count(&|row| event::time::parse(&row[0]).is_none()), broken(file, "bad_time"), "{}", file.name);
        assert_eq!(count(&|row| row[0].starts_with("2099")), broken(file, "far_future"), "{}", file.name);
        let nowhere = |row: &Vec<String>| row.get(address).is_some_and(|a| event::clean::parse_address(a).is_none());
        assert_eq!(count(&nowhere), broken(file, "bad_address"), "{}", file.name);
        let long = |row: &Vec<String>| row.iter().any(|cell| cell.len() > 1 << 20);
        assert_eq!(count(&long), broken(file, "long_cell"), "{}", file.name);
        for (fault, count) in &file.broken {
            *faults.entry(fault.clone()).or_default() += count;
        }
    }
    assert!(faults.values().sum::<u64>() > 0, "nothing was broken");
}

#[test]
fn json_lines_are_objects_of_the_format() {
    let (folder, made) = made(&SMALL);
    for file in made.truth.files.iter().filter(|file| file.feed == "partner") {
        let lines = rows(folder.path(), &file.name);
        assert_eq!(lines.len() as u64, file.rows);
        let objects: Vec<serde_json::Value> = lines.iter().filter_map(|line| serde_json::from_str(line).ok()).collect();
        assert_eq!((lines.len() - objects.len()) as u64, broken(file, "missing_cells"), "{}", file.name);
        for key in objects.iter().filter_map(|object| object.as_object()).flat_map(|object| object.keys()) {
            assert!(key.starts_with("extra.") || event::key::find(key).is_some(), "{key}");
        }
    }
}

#[test]
fn a_list_has_one_subject_per_line() {
    let (folder, made) = made(&SMALL);
    for file in made.truth.files.iter().filter(|file| file.feed == "c2") {
        let lines = rows(folder.path(), &file.name);
        let no_subject = lines.iter().filter(|line| event::subject::Subject::parse(line).is_none()).count() as u64;
        assert_eq!((lines.len() as u64, no_subject), (file.rows, broken(file, "bad_address")), "{}", file.name);
    }
}

#[test]
fn the_country_gets_cleaner() {
    let (folder, made) = made(&SMALL);
    let infected = &made.truth.infected;
    let week = |days: &[u64]| days.iter().sum::<u64>();
    assert!(week(&infected[83..]) * 10 < week(&infected[..7]) * 8, "{infected:?}");
    let seen = |files: &[FileTruth]| {
        let botnet = files.iter().filter(|file| file.feed == "event4_sinkhole");
        botnet.map(|file| rows(folder.path(), &file.name).len()).sum::<usize>()
    };
    let files = &made.truth.files;
    let in_days = |from: &str, to: &str| {
        let days = files.iter().filter(|file| (from..=to).contains(&file.day.as_str()));
        days.cloned().collect::<Vec<_>>()
    };
    assert!(seen(&in_days("2026-09-24", "2026-09-30")) < seen(&in_days("2026-07-03", "2026-07-09")));
}

#[test]
fn a_feed_is_silent_for_five_days_and_one_goes_blind() {
    let (folder, made) = made(&SMALL);
    let outage = &made.truth.outages[0];
    let days: BTreeSet<&str> =
        made.truth.files.iter().filter(|file| file.feed == outage.feed).map(|file| file.day.as_str()).collect();
    assert_eq!(days.len(), 85);
    assert!(days.range(outage.days.from.as_str()..=outage.days.to.as_str()).next().is_none());
    let over = &made.truth.hand_overs[0];
    for file in made.truth.files.iter().filter(|file| file.feed == over.feed && file.day >= over.from) {
        assert!(!rows(folder.path(), &file.name).iter().any(|row| row.contains(&over.family)), "{}", file.name);
    }
}

#[test]
fn address_days_can_be_counted_from_the_reports() {
    let plan = Plan { days: 30, ..SMALL };
    let (folder, made) = made(&plan);
    let mut seen = BTreeSet::new();
    for file in made.truth.files.iter().filter(|file| file.feed == "event4_sinkhole" && file.broken.is_empty()) {
        for row in rows(folder.path(), &file.name).iter().skip(1).map(|row| cells(row)) {
            if row[25] == "sality" {
                let local = event::time::parse(&row[0]).expect("a time") + 7 * 3600 * event::time::SECOND;
                seen.insert((row[2].clone(), local.div_euclid(event::time::DAY)));
            }
        }
    }
    let truth = made.truth.address_days["sality"];
    assert!(seen.len() as u64 <= truth && truth > 0, "{} of {truth}", seen.len());
    assert_eq!(made.truth.machine_days.keys().collect::<Vec<_>>(), made.truth.address_days.keys().collect::<Vec<_>>());
}

#[test]
fn stories_are_told_on_their_days_and_no_other() {
    let (folder, made) = made(&SMALL);
    assert_eq!(made.truth.stories.len(), 4);
    for story in &made.truth.stories {
        for address in &story.addresses {
            let cell = format!("\"{address}\",");
            let days = made.truth.files.iter().filter(|file| {
                rows(folder.path(), &file.name).iter().any(|row| row.contains(&cell) && row.contains(&story.family))
            });
            let days: BTreeSet<&str> = days.map(|file| file.day.as_str()).collect();
            let told = |day: &str| story.seen.iter().any(|p| p.from.as_str() <= day && day <= p.to.as_str());
            let all = made.truth.files.iter().map(|file| file.day.as_str()).filter(|day| told(day));
            assert_eq!(days, all.collect::<BTreeSet<_>>(), "{:?} {address}", story.kind);
        }
    }
}

#[test]
fn the_truth_is_written_beside_the_reports() {
    let (folder, made) = made(&Plan { days: 9, scale: 0.01, ..SMALL });
    let text = fs::read(folder.path().join("truth.json")).expect("the truth");
    assert_eq!(serde_json::from_slice::<Truth>(&text).expect("JSON"), made.truth);
    assert_eq!(made.files.len(), made.truth.files.len());
    assert!(made.files.iter().all(|path| path.is_file()));
}

#[test]
fn what_ends_for_one_begins_for_the_next() {
    let (folder, made) = made(&Plan { days: 9, scale: 0.01, ..SMALL });
    for (name, dates) in [("organisations", 7), ("networks", 5), ("asns", 3), ("domains", 2)] {
        let text = fs::read_to_string(folder.path().join(format!("constituency/{name}.csv"))).expect("a file");
        let rows: Vec<Vec<String>> = text.lines().map(cells).collect();
        let mut held = BTreeMap::<&str, Vec<(&str, &str)>>::new();
        for row in &rows[1..] {
            assert_eq!(row.len(), rows[0].len(), "{name} {row:?}");
            assert!(row[dates + 1].is_empty() || row[dates] < row[dates + 1], "{name} {row:?}");
            held.entry(&row[0]).or_default().push((&row[dates], &row[dates + 1]));
        }
        for (what, days) in held.into_iter().filter(|(_, days)| days.len() > 1) {
            assert!(days.len() == 2 && days[0].1 == days[1].0 && days[1].1.is_empty(), "{name} {what} {days:?}");
        }
    }
    let networks = fs::read_to_string(folder.path().join("constituency/networks.csv")).expect("a file");
    let moved = made.truth.stories.iter().find(|story| story.kind == StoryKind::ChangesOwner).expect("a story");
    let day = moved.changes_on.as_deref().expect("a day");
    assert!(networks.contains(&format!(",{day}\n")) && networks.contains(&format!(",{day},\n")));
    assert!(networks.lines().any(|line| line.split(',').next().is_some_and(|n| n.contains('-'))), "no range");
}

#[test]
fn plans_out_of_bounds_are_refused() {
    let folder = TempDir::new().expect("a folder");
    for plan in [
        Plan { days: 0, ..SMALL },
        Plan { scale: f64::NAN, ..SMALL },
        Plan { scale: 1e9, ..SMALL },
        Plan { end_day: 20_000, ..SMALL },
        Plan { end_day: i32::MAX, ..SMALL },
    ] {
        assert!(write(&plan, folder.path()).is_err(), "{plan:?}");
    }
}
