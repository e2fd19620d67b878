//! `doctor`: is the data folder whole?

use std::collections::BTreeMap;

use pipeline::catalogue::Feeds;
use pipeline::folder::read_text;
use pipeline::journal::{Journal, Report, State};
use pipeline::{owners, quarantine, spool};
use serde_json::json;

use crate::commands::Desk;
use crate::exit;

/// One thing looked at.
struct Check {
    what: &'static str,
    wrong: Vec<String>,
}

pub(crate) fn run(desk: &Desk) -> anyhow::Result<i32> {
    let checks = [
        check("doctor.feeds", Feeds::open(&desk.folder).map(drop)),
        check("doctor.constituency", owners::attributor(&desk.folder, None).map(drop)),
        Check { what: "doctor.spool", wrong: waiting(desk)? },
        Check { what: "doctor.raw", wrong: raw(desk)? },
        Check { what: "doctor.rows", wrong: rows(desk)? },
        Check { what: "doctor.lake", wrong: lake(desk)? },
    ];
    let sound = checks.iter().all(|check| check.wrong.is_empty());
    if desk.out.json() {
        let list: Vec<_> = checks.iter().map(|c| json!({ "check": c.what, "wrong": c.wrong })).collect();
        desk.out.value(&json!({ "sound": sound, "checks": list }))?;
    } else {
        for check in &checks {
            let mark = if check.wrong.is_empty() { "✓" } else { "✗" };
            desk.out.line(&format!("{mark} {}", desk.out.words.say(check.what)))?;
            check.wrong.iter().try_for_each(|wrong| desk.out.line(&format!("    {wrong}")))?;
        }
    }
    Ok(if sound { exit::OK } else { exit::UNSOUND })
}

fn check<E: std::fmt::Display>(what: &'static str, result: Result<(), E>) -> Check {
    Check { what, wrong: result.err().map(|error| error.to_string()).into_iter().collect() }
}

fn waiting(desk: &Desk) -> anyhow::Result<Vec<String>> {
    let waiting = spool::waiting(&desk.folder)?;
    Ok(waiting.iter().map(|file| desk.out.words.fill("doctor.waits", &[("name", &file.slip.name)])).collect())
}

/// Reports in the lake of whose files nothing was forgotten on purpose.
fn kept(desk: &Desk, journal: &Journal) -> anyhow::Result<Vec<Report>> {
    let note = desk.folder.path("forgotten.json");
    let before = if note.exists() {
        let told: serde_json::Value = serde_json::from_str(&read_text(&note)?)?;
        let day = told["before"].as_str().and_then(event::time::parse_day);
        day.and_then(|day| desk.folder.zone().day_start(day)).unwrap_or(i64::MIN)
    } else {
        i64::MIN
    };
    let kept = |report: &&Report| report.state == State::Done && report.delivered >= before;
    Ok(journal.reports().iter().filter(kept).cloned().collect())
}

fn raw(desk: &Desk) -> anyhow::Result<Vec<String>> {
    let reports = kept(desk, &Journal::open(&desk.folder)?)?;
    let gone = reports.iter().filter(|report| !desk.folder.raw(&report.identity.hash).exists());
    Ok(gone.map(|report| desk.out.words.fill("doctor.no_raw", &[("name", &report.name)])).collect())
}

fn rows(desk: &Desk) -> anyhow::Result<Vec<String>> {
    let mut wrong = Vec::new();
    for report in kept(desk, &Journal::open(&desk.folder)?)? {
        let mut quarantined = 0;
        quarantine::read(&desk.folder, report.seq, |_| {
            quarantined += 1;
            Ok(())
        })?;
        let rows = report.rows;
        if rows.rows != rows.events + rows.quarantined + rows.passed || quarantined != rows.quarantined {
            wrong.push(desk.out.words.fill("doctor.rows_differ", &[("name", &report.name)]));
        }
    }
    Ok(wrong)
}

fn lake(desk: &Desk) -> anyhow::Result<Vec<String>> {
    let reports = kept(desk, &Journal::open(&desk.folder)?)?;
    let lake = desk.lake()?;
    let standing = lake.standing()?;
    let mut wrong = Vec::new();
    if standing.folded != standing.committed {
        wrong.push(desk.out.words.say("doctor.not_folded"));
    }
    let stored: BTreeMap<i64, i64> = lake.events_per_report(0)?.into_iter().collect();
    let forgets = desk.folder.path("forgotten.json").exists();
    for report in &reports {
        let (told, found) = (report.rows.events as i64, stored.get(&report.seq).copied().unwrap_or(0));
        // A report may hold old days besides new ones; of those that were forgotten nothing is missed.
        if found != told && !(forgets && found < told) {
            let values = [("seq", report.seq.to_string()), ("events", found.to_string())];
            let values: Vec<(&str, &str)> = values.iter().map(|(name, text)| (*name, text.as_str())).collect();
            wrong.push(desk.out.words.fill("doctor.events_differ", &values));
        }
    }
    Ok(wrong)
}
