//! `doctor`: is the data folder whole?

use std::path::Path;

use pipeline::catalogue::Feeds;
use pipeline::journal::{Journal, State};
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

fn raw(desk: &Desk) -> anyhow::Result<Vec<String>> {
    let journal = Journal::open(&desk.folder)?;
    let kept = |hash: &str| Path::exists(&desk.folder.raw(hash));
    let gone = journal.reports().iter().filter(|report| report.state == State::Done && !kept(&report.identity.hash));
    let told = desk.folder.path("forgotten.json").exists();
    if told {
        return Ok(Vec::new());
    }
    Ok(gone.map(|report| desk.out.words.fill("doctor.no_raw", &[("name", &report.name)])).collect())
}

fn rows(desk: &Desk) -> anyhow::Result<Vec<String>> {
    let journal = Journal::open(&desk.folder)?;
    let mut wrong = Vec::new();
    for report in journal.reports().iter().filter(|report| report.state == State::Done) {
        let rows = report.rows;
        let mut kept = 0;
        quarantine::read(&desk.folder, report.seq, |_| {
            kept += 1;
            Ok(())
        })?;
        let forgotten = kept == 0
            && !quarantine::path(&desk.folder, report.seq).exists()
            && desk.folder.path("forgotten.json").exists();
        if rows.rows != rows.events + rows.quarantined || (kept != rows.quarantined && !forgotten) {
            wrong.push(desk.out.words.fill("doctor.rows_differ", &[("name", &report.name)]));
        }
    }
    Ok(wrong)
}

fn lake(desk: &Desk) -> anyhow::Result<Vec<String>> {
    let journal = Journal::open(&desk.folder)?;
    let lake = desk.lake()?;
    let standing = lake.standing()?;
    let mut wrong = Vec::new();
    if standing.folded != standing.committed {
        wrong.push(desk.out.words.say("doctor.not_folded"));
    }
    for (seq, events) in lake.events_per_report()? {
        let told = journal.report(seq).map(|report| report.rows.events as i64);
        if told != Some(events) && !desk.folder.path("forgotten.json").exists() {
            let values = [("seq", seq.to_string()), ("events", events.to_string())];
            let values: Vec<(&str, &str)> = values.iter().map(|(name, text)| (*name, text.as_str())).collect();
            wrong.push(desk.out.words.fill("doctor.events_differ", &values));
        }
    }
    Ok(wrong)
}
