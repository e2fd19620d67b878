//! `doctor`: is the data folder whole?

use std::collections::BTreeMap;

use event::time::day_text;
use pipeline::catalogue::Feeds;
use pipeline::journal::{Journal, Report, State, Unread};
use pipeline::mend::first_kept;
use pipeline::{owners, quarantine, spool};
use serde_json::json;

use crate::commands::Desk;
use crate::exit;

/// Looks at one thing; what is wrong with it.
type Look = fn(&Desk) -> anyhow::Result<Vec<String>>;

/// One thing looked at.
struct Check {
    what: &'static str,
    wrong: Vec<String>,
}

pub(crate) fn run(desk: &Desk) -> anyhow::Result<i32> {
    let looks: [(&str, Look); 8] = [
        ("doctor.feeds", |desk| Ok(Feeds::open(&desk.folder).map(|_| Vec::new())?)),
        ("doctor.constituency", |desk| Ok(owners::attributor(&desk.folder, None).map(|_| Vec::new())?)),
        ("doctor.spool", waiting),
        ("doctor.journal", journal),
        ("doctor.raw", raw),
        ("doctor.rows", rows),
        ("doctor.files", files),
        ("doctor.lake", lake),
    ];
    let checks =
        looks.map(|(what, look)| Check { what, wrong: look(desk).unwrap_or_else(|error| vec![error.to_string()]) });
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

/// Lines of the journal that cannot be read.
fn journal(desk: &Desk) -> anyhow::Result<Vec<String>> {
    let path = desk.folder.path("journal.jsonl").display().to_string();
    let told = |unread: &Unread| {
        let line = unread.line.to_string();
        desk.out.words.fill("doctor.bad_line", &[("path", &path), ("line", &line), ("why", &unread.why)])
    };
    Ok(Journal::open(&desk.folder)?.damaged().iter().map(told).collect())
}

/// Damaged files of the lake.
fn files(desk: &Desk) -> anyhow::Result<Vec<String>> {
    let lake = desk.lake()?;
    let damaged = lake.damaged()?;
    let named = lake.damaged_logs().into_iter().chain(damaged.iter().map(ToString::to_string));
    Ok(named.map(|file| desk.out.words.fill("doctor.bad_file", &[("file", &file)])).collect())
}

fn waiting(desk: &Desk) -> anyhow::Result<Vec<String>> {
    let waiting = spool::waiting(&desk.folder)?;
    Ok(waiting.iter().map(|file| desk.out.words.fill("doctor.waits", &[("name", &file.slip.name)])).collect())
}

/// Reports in the lake of whose files nothing was forgotten on purpose.
fn kept(desk: &Desk, journal: &Journal) -> anyhow::Result<Vec<Report>> {
    let first = first_kept(&desk.folder)?;
    let before = if first > i32::MIN { desk.folder.zone().day_start(first).unwrap_or(i64::MIN) } else { i64::MIN };
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
    let journal = Journal::open(&desk.folder)?;
    let reports = kept(desk, &journal)?;
    let lake = desk.lake()?;
    let standing = lake.standing()?;
    let mut wrong = Vec::new();
    if standing.folded != standing.committed {
        wrong.push(desk.out.words.say("doctor.not_folded"));
    }
    let unfolded = lake.unfolded()?.into_iter().map(day_text);
    wrong.extend(unfolded.map(|day| desk.out.words.fill("doctor.unfolded", &[("day", &day)])));
    let stored: BTreeMap<i64, i64> = lake.events_per_report(0)?.into_iter().collect();
    let forgets = desk.folder.path("forgotten.json").exists();
    let unknown = stored.keys().filter(|seq| journal.report(**seq).is_none());
    wrong.extend(unknown.map(|seq| desk.out.words.fill("doctor.unknown_report", &[("seq", &seq.to_string())])));
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
