//! What is damaged is told by name, the rest is answered, and one command makes everything as it was.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::desk::{Desk, files_called, text};
use crate::portal::{Portal, desk as owned};

/// Most lines of a journal that are damaged one after the other.
const LINES_MAX: usize = 30;
/// Rows of a report whose files are larger than those of two others together.
const LARGE_ROWS: usize = 12_000;

/// A sinkhole report of some days, a few rows of it broken.
fn report(desk: &Desk, day: &str, number: usize) -> PathBuf {
    report_of(desk, day, number, 40)
}

/// The same with so many rows that can be read.
fn report_of(desk: &Desk, day: &str, number: usize, rows: usize) -> PathBuf {
    let mut lines = vec!["timestamp,src_ip,src_port,infection".to_owned()];
    for row in 1..=rows {
        let (host, day) = (number * 5 + row, if row % 4 == 0 { "2026-09-28" } else { day });
        lines.push(format!("{day} 03:{:02}:{number:02},203.0.113.{},{},conficker", row % 60, host % 250, 1_024 + row));
    }
    lines.push(format!("never,203.0.113.{number},1,x"));
    desk.write(&format!("{day}-event4_sinkhole-m{number}-geo.csv"), lines.join("\n") + "\n")
}

/// Everything that can be asked of a lake.
#[derive(Debug, PartialEq)]
struct Answers {
    events: BTreeSet<String>,
    counts: Vec<Value>,
    history: Vec<Value>,
    reports: Vec<(String, String, Value)>,
}

fn answers(desk: &Desk) -> Answers {
    let counts = ["family", "org", "isp", "day"].map(|by| {
        let stats = desk.ask(&["stats", "--by", by, "--since", "2026-09-01"]).remove(0);
        (stats["rows"].clone(), stats["total"].clone())
    });
    let reports = desk.reports().into_values().filter(|report| report["state"] == "done");
    Answers {
        events: desk.run(&["events", "--format", "intelmq"]).well().out.lines().map(str::to_owned).collect(),
        counts: counts.into_iter().flat_map(|(rows, total)| [rows, total]).collect(),
        history: desk.ask(&["whois", "203.0.113.9"]).remove(0)["sightings"].as_array().expect("a list").clone(),
        reports: reports.map(|r| (text(&r["name"]).to_owned(), r["seq"].to_string(), r["rows"].clone())).collect(),
    }
}

/// A folder with six reports of three days; the owners have changed between them.
fn full() -> (Desk, Vec<PathBuf>, Answers) {
    let desk = owned();
    let days = ["2026-09-27", "2026-09-28", "2026-09-29"];
    let files: Vec<PathBuf> = (0..6).map(|number| report(&desk, days[number % 3], number)).collect();
    desk.ingest(&files[..3]);
    desk.write("owners/organisations.csv", "code,name,kind\nNET,Operator,isp\nNEW,Another,isp\n");
    desk.write("owners/networks.csv", "network,isp,flags\n203.0.113.0/24,NEW,static\n");
    desk.run_on(&["--now", "2026-09-28T01:00:00Z", "constituency", "import"], &[desk.path("owners")]).well();
    desk.ingest(&files[3..]);
    let answers = answers(&desk);
    assert_eq!((answers.events.len(), answers.reports.len()), (240, 6));
    (desk, files, answers)
}

fn files_of(desk: &Desk, table: &str, day: &str) -> Vec<PathBuf> {
    files_called(&desk.data().join(format!("lake/{table}/day={day}")), "parquet")
}

/// Changes a byte in the middle.
fn flip(path: &Path) {
    let mut bytes = fs::read(path).expect("a file");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0x10;
    fs::write(path, bytes).expect("a file");
}

fn cut(path: &Path) {
    let bytes = fs::read(path).expect("a file");
    fs::write(path, &bytes[..bytes.len() / 2]).expect("a file");
}

/// The doctor names a file and the command; the command makes everything as it was.
#[track_caller]
fn told_and_mended(desk: &Desk, names: &str, wanted: &Answers) {
    let told = desk.run(&["--lang", "en", "doctor"]).ended(7);
    let line = told.out.lines().find(|line| line.contains(names)).unwrap_or_else(|| panic!("{names}: {}", told.out));
    assert!(line.contains("haidang lake mend"), "{line}");
    let mended = desk.run(&["--lang", "en", "lake", "mend"]).well();
    let found = answers(desk);
    let small = |answers: &Answers| (answers.counts.clone(), answers.history.clone(), answers.reports.clone());
    assert_eq!(small(&found), small(wanted), "other answers after {}", mended.out);
    assert!(found.events == wanted.events, "other events after {}", mended.out);
    desk.run(&["doctor"]).well();
    let again = desk.ask(&["lake", "mend"]).remove(0);
    assert_eq!((&again["reports"], &again["anew"]), (&0.into(), &Value::Null), "there is nothing more to mend");
}

#[test]
fn a_byte_that_changed_in_a_file_is_found_and_its_rows_come_from_the_raw_reports() {
    let (desk, _, wanted) = full();
    for table in ["events", "sightings"] {
        let file = files_of(&desk, table, "2026-09-28").pop().expect("a file");
        flip(&file);
        told_and_mended(&desk, &file.display().to_string(), &wanted);
        // What was replaced goes for good.
        desk.run(&["--now", "2100-01-01T00:00:00Z", "lake", "vacuum", "--keep-days", "0"]).well();
        assert!(!file.exists());
    }
}

#[test]
fn a_report_that_lies_between_those_of_a_damaged_file_is_not_written_twice() {
    let desk = owned();
    let reports = [(2, 40), (3, LARGE_ROWS), (4, 40)];
    desk.ingest(&reports.map(|(number, rows)| report_of(&desk, "2026-09-27", number, rows)));
    let size = |file: &PathBuf| fs::metadata(file).expect("a file").len();
    let mut sizes: Vec<u64> = files_of(&desk, "events", "2026-09-27").iter().map(size).collect();
    sizes.sort_unstable();
    assert!(sizes.len() == 3 && sizes[2] > sizes[0] + sizes[1], "the second is put together with none: {sizes:?}");
    desk.run(&["lake", "compact", "--files", "2"]).well();
    let wanted = answers(&desk);
    let made = |file: &PathBuf| file.file_name().is_some_and(|name| name.to_string_lossy().starts_with("c-"));
    let file = files_of(&desk, "events", "2026-09-27").into_iter().find(made).expect("a file");
    flip(&file);
    told_and_mended(&desk, &file.display().to_string(), &wanted);
}

#[test]
fn a_question_that_needs_a_broken_file_names_it_and_others_are_answered() {
    let (desk, _, wanted) = full();
    let file = files_of(&desk, "events", "2026-09-27").remove(0);
    cut(&file);
    let name = file.display().to_string();
    let broken = desk.run(&["events", "--since", "2026-09-27", "--until", "2026-09-27"]).ended(1);
    assert!(broken.err.contains(&name) && broken.err.contains("lake mend"), "{}", broken.err);
    desk.run(&["events", "--since", "2026-09-28"]).well();
    desk.run(&["stats", "--since", "2026-09-01"]).well();
    told_and_mended(&desk, &name, &wanted);
    let file = files_of(&desk, "sightings", "2026-09-27").remove(0);
    fs::remove_file(&file).expect("a file");
    let name = file.display().to_string();
    for words in [&["stats", "--since", "2026-09-01"][..], &["list", "--org", "NET", "--month", "2026-09"]] {
        let broken = desk.run_on(words, &[]).ended(1);
        assert!(broken.err.contains(&name) && broken.err.contains("lake mend"), "{}", broken.err);
    }
    desk.run(&["stats", "--since", "2026-09-28"]).well();
    let history = desk.run(&["whois", "203.0.113.9", "--json"]).ended(3).json().remove(0);
    assert_eq!(history["missing_days"], serde_json::json!(["2026-09-27"]), "{history}");
    assert!(history["sightings"].as_array().is_some_and(|list| !list.is_empty()));
    told_and_mended(&desk, &name, &wanted);
}

#[test]
fn the_check_tells_what_it_knows_and_claims_nothing_while_a_day_is_missing() {
    let (desk, _, _) = full();
    let file = files_of(&desk, "sightings", "2026-09-27").remove(0);
    cut(&file);
    let mut portal = Portal::start(&desk);
    assert_eq!(portal.check("203.0.113.9")["verdict"], "seen");
    assert_eq!(portal.check("203.0.113.251")["verdict"], "cannot-tell");
    desk.run(&["lake", "mend"]).well();
    portal.wait_for_verdict("203.0.113.251", "not-seen");
    let log = portal.stop();
    assert!(log.contains("2026-09-27") && log.contains(&file.display().to_string()), "{log}");
}

#[test]
fn a_damaged_log_is_told_and_the_lake_made_anew() {
    let (desk, _, wanted) = full();
    let entry = |table: &str, version: usize| desk.data().join(format!("lake/{table}/_delta_log/{version:020}.json"));
    let broken = entry("events", 3);
    fs::write(&broken, "{\"add\":{\"path\n").expect("a file");
    let said = desk.run(&["events"]).ended(1);
    assert!(said.err.contains(&broken.display().to_string()), "{}", said.err);
    told_and_mended(&desk, &broken.display().to_string(), &wanted);
    let missing = entry("events", 2);
    fs::remove_file(&missing).expect("a file");
    told_and_mended(&desk, &missing.display().to_string(), &wanted);
    let broken = entry("sightings", 2);
    fs::write(&broken, "").expect("a file");
    told_and_mended(&desk, &broken.display().to_string(), &wanted);
    fs::remove_dir_all(desk.data().join("lake/events")).expect("a folder");
    told_and_mended(&desk, "end with report 0", &wanted);
    assert!(desk.data().join("lake.damaged-1").exists(), "what was replaced is kept");
}

#[test]
fn nobody_is_answered_from_a_lake_that_lacks_reports_of_the_journal() {
    let (desk, files, wanted) = full();
    let (lake, away) = (desk.data().join("lake"), desk.data().join("away"));
    fs::rename(&lake, &away).expect("the lake goes");
    let looks = |why: &str| {
        let compact = &["lake", "compact"][..];
        for words in [&["stats"][..], &["events"], &["whois", "203.0.113.250"], &["feeds"], compact] {
            let said = desk.run(words).ended(1);
            assert!(said.err.contains(why) && said.err.contains("lake mend"), "{words:?}: {}", said.err);
        }
        assert!(desk.run_on(&["ingest"], &files[..1]).ended(1).err.contains(why));
        assert!(desk.run(&["doctor"]).ended(7).out.contains(why));
    };
    looks("end with report 0");
    assert!(!lake.exists(), "what is missing is not hidden by something empty");
    fs::rename(&away, &lake).expect("the lake comes back");
    assert!(answers(&desk) == wanted);
    let older = desk.data().join("older");
    copy(&lake, &older);
    desk.ingest(&[
        desk.write("2026-09-28-event4_sinkhole-new-geo.csv", "timestamp,ip\n2026-09-28 01:00:00,203.0.113.7\n")
    ]);
    fs::remove_dir_all(&lake).expect("the lake goes");
    fs::rename(&older, &lake).expect("an older copy comes");
    looks("end with report");
    desk.run(&["lake", "mend"]).well();
    desk.ingest(&files[..1]);
    desk.run(&["doctor"]).well();
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("a name");
        let to = to.join(entry.file_name());
        if entry.file_type().expect("a kind").is_dir() {
            copy(&entry.path(), &to)
        } else {
            _ = fs::copy(entry.path(), to).expect("a copy")
        }
    }
}

#[test]
fn a_journal_of_which_any_line_is_damaged_is_told_anew() {
    let (desk, files, wanted) = full();
    let path = desk.data().join("journal.jsonl");
    let whole = fs::read_to_string(&path).expect("the journal");
    let lines: Vec<&str> = whole.lines().collect();
    for (at, line) in lines.iter().enumerate().take(LINES_MAX) {
        let mut broken = lines.clone();
        // Another digit: a line that could still be read.
        let changed = line.replacen("\"seq\":", "\"seq\":1", 1);
        broken[at] = &changed;
        fs::write(&path, broken.join("\n") + "\n").expect("the journal");
        let said = desk.run_on(&["ingest"], &files[..1]).ended(1);
        assert!(said.err.contains(&format!("line {}", at + 1)) && said.err.contains("lake mend"), "{}", said.err);
        desk.run(&["stats"]).well();
        desk.run(&["lake", "mend"]).well();
        assert_eq!(answers(&desk).reports, wanted.reports, "without {line}");
        desk.run(&["doctor"]).well();
        let again = desk.ingest(&files);
        assert_eq!((&again[""]["again"], &again[""]["events"]), (&files.len().into(), &0.into()), "{line}");
        fs::write(&path, &whole).expect("the journal");
    }
    assert!(answers(&desk) == wanted);
}

#[test]
fn rows_that_were_tried_again_are_made_anew_under_their_own_number() {
    let desk = owned();
    let table = |column: &str| {
        format!(
            "[feed.partner]\nformat = \"generic\"\nfiles = [\"*-partner.csv\"]\ntlp = \"GREEN\"\nreliability = \"C\"\nevery = \"1d\"\n\
             title = {{ vi = \"x\", en = \"x\" }}\n[feed.partner.mapping]\nformat = \"csv\"\n[feed.partner.mapping.fields]\n\
             \"time.source\" = {{ column = \"seen\", time_format = \"{column}\", time_zone = \"UTC\" }}\n\"source.ip\" = \"address\"\n\
             [feed.partner.mapping.constants]\n\"classification.type\" = \"infected-system\"\n"
        )
    };
    desk.write("data/feeds.toml", table("%Y-%m-%d"));
    let file = "seen,address\n2026-09-27,203.0.113.9\n2026-09-28x,203.0.113.10\n";
    desk.ingest(&[desk.write("2026-09-28-partner.csv", file)]);
    desk.write("data/feeds.toml", table("%Y-%m-%dx"));
    desk.run(&["quarantine", "replay", "1"]).well();
    let wanted = answers(&desk);
    assert_eq!((wanted.events.len(), wanted.reports.len()), (2, 2));
    // The mapping of today reads only what was tried again.
    cut(&files_of(&desk, "events", "2026-09-28").remove(0));
    desk.run(&["lake", "mend"]).well();
    assert!(answers(&desk) == wanted);
    cut(&files_of(&desk, "events", "2026-09-27").remove(0));
    let mended = desk.run(&["lake", "mend", "--json"]).ended(3).json().remove(0);
    assert_eq!(mended["differ"], serde_json::json!(["2026-09-27: 0 events where 1 were"]), "{mended}");
}

#[test]
fn what_no_raw_report_tells_any_more_is_named_as_lost() {
    let (desk, _, wanted) = full();
    let lost = desk.reports()[&2].clone();
    let hash = text(&lost["identity"]["hash"]).to_owned();
    fs::remove_file(desk.data().join(format!("raw/{}/{hash}.zst", &hash[..2]))).expect("the raw report");
    cut(&files_of(&desk, "events", "2026-09-28").remove(1));
    let said = desk.run(&["--lang", "en", "lake", "mend"]).ended(3);
    let told = said.out.lines().filter(|line| line.contains("LOST") && line.contains(text(&lost["name"]))).count();
    assert_eq!(told, 1, "{}", said.out);
    let left = desk.run(&["events", "--format", "intelmq"]).well().out.lines().count();
    assert!(left < wanted.events.len(), "{left}");
    desk.run(&["doctor"]).ended(7);
}
