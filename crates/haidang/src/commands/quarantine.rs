//! `quarantine`: rows that are no events.

use pipeline::journal::{Journal, Report};
use pipeline::quarantine::{self, Row};
use pipeline::writer::Outcome;
use serde_json::json;

use crate::cli::QuarantineCommand;
use crate::commands::{Desk, ingest};
use crate::exit;
use crate::table::shorter;

/// Longest record and longest value shown in a table.
const SHOWN: (usize, usize) = (60, 32);

pub(crate) fn run(desk: &Desk, command: &QuarantineCommand) -> anyhow::Result<i32> {
    match command {
        QuarantineCommand::List => list(desk),
        QuarantineCommand::Show { report, limit } => show(desk, *report, *limit),
        QuarantineCommand::Replay { report } => replay(desk, *report),
        QuarantineCommand::Retry { hash } => retry(desk, hash),
    }
}

fn list(desk: &Desk) -> anyhow::Result<i32> {
    let journal = Journal::open(&desk.folder)?;
    let newest = |report: &&Report| journal.find(&report.identity).is_some_and(|newest| newest.seq == report.seq);
    let reports: Vec<&Report> =
        journal.reports().iter().filter(newest).filter(|report| report.rows.quarantined > 0).collect();
    if desk.out.json() {
        desk.out.value(&reports)?;
        return Ok(exit::OK);
    }
    let mut table = desk.out.heads(["report", "file", "feed", "rows", "quarantined", "attempt"]);
    for report in reports {
        let number = |n: u64| desk.out.number(n as i64);
        let (rows, quarantined) = (number(report.rows.rows), number(report.rows.quarantined));
        let feed = report.identity.feed.clone();
        table.row([report.seq.to_string(), report.name.clone(), feed, rows, quarantined, report.attempt.to_string()]);
    }
    desk.out.table(&table)?;
    Ok(exit::OK)
}

fn show(desk: &Desk, report: i64, limit: usize) -> anyhow::Result<i32> {
    let journal = Journal::open(&desk.folder)?;
    let name = journal.report(report).map(|report| report.name.clone());
    let name = name.ok_or_else(|| anyhow::anyhow!("no report has the number {report}; see `haidang reports`"))?;
    let mut table = desk.out.heads(["row", "column", "value", "why", "text"]);
    let mut rows: Vec<Row> = Vec::new();
    quarantine::read(&desk.folder, report, |row| {
        if rows.len() < limit {
            rows.push(row);
        }
        Ok(())
    })?;
    if desk.out.json() {
        rows.iter().try_for_each(|row| desk.out.value(row))?;
        return Ok(exit::OK);
    }
    desk.out.title(&name)?;
    for row in rows {
        let why = desk.out.words.say_or_name("reason", &row.reason);
        let (text, value) = (shorter(&row.text, SHOWN.0), shorter(&row.value, SHOWN.1));
        table.row([row.row.to_string(), row.column, value, why, text]);
    }
    desk.out.table(&table)?;
    Ok(exit::OK)
}

fn replay(desk: &Desk, report: i64) -> anyhow::Result<i32> {
    let outcome = desk.writer()?.replay(report)?;
    match &outcome {
        Outcome::Ingested { seq, rows, .. } if !desk.out.json() => desk.out.say(
            "quarantine.replayed",
            &[
                ("report", &seq.to_string()),
                ("events", &desk.out.number(rows.events as i64)),
                ("quarantined", &desk.out.number(rows.quarantined as i64)),
            ],
        )?,
        outcome => desk.out.value(&json!(outcome))?,
    }
    Ok(exit::OK)
}

fn retry(desk: &Desk, hash: &str) -> anyhow::Result<i32> {
    let files = desk.writer()?.retry(hash)?;
    desk.out.say("quarantine.retried", &[("files", &desk.out.number(files as i64))])?;
    ingest::drain_and_tell(desk, 0)
}
