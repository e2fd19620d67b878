//! `ingest`: report files into the lake.

use std::path::{Path, PathBuf};
use std::thread;

use pipeline::catalogue::SCHEMA;
use pipeline::folder::read_text;
use pipeline::writer::Outcome;
use pipeline::{PipelineError, Writer, owners, spool};
use serde_json::json;

use crate::cli::IngestArgs;
use crate::commands::Desk;
use crate::exit;

/// How often the spool is looked at again for what others handed over while we were finishing.
const ROUNDS: usize = 1000;

pub(crate) fn run(desk: &Desk, args: &IngestArgs) -> anyhow::Result<i32> {
    if let Some(schema) = &args.schema {
        use_schema(desk, schema)?;
    }
    let unread = thread::scope(|scope| {
        // The writer wants the owners at once, and says what is wrong with them.
        let folder = &desk.folder;
        scope.spawn(|| owners::attributor(folder, None));
        accept(desk, &args.files, args.feed.as_deref(), |_| desk.now())
    })?;
    drain_and_tell(desk, unread)
}

/// Drains the spool and tells everything; `unread` files did not get so far.
pub(crate) fn drain_and_tell(desk: &Desk, unread: u64) -> anyhow::Result<i32> {
    let tally = drain(desk, |outcome| tell_outcome(desk, outcome))?;
    tell(desk, &tally, unread)?;
    let partly = unread > 0 || tally.refused > 0;
    Ok(if partly { exit::PARTLY } else { exit::OK })
}

/// Keeps a schema, unless it is the one that is kept.
fn use_schema(desk: &Desk, schema: &Path) -> anyhow::Result<()> {
    let stored = desk.folder.path(SCHEMA);
    if stored.exists() && read_text(&stored)? == read_text(schema)? {
        return Ok(());
    }
    Ok(desk.writer()?.use_schema(schema)?)
}

/// Puts files into the spool, each as delivered `at`; one that cannot be unpacked is told and left where it is. How
/// many those were.
pub(crate) fn accept(
    desk: &Desk,
    files: &[PathBuf],
    feed: Option<&str>,
    at: impl Fn(&Path) -> i64,
) -> anyhow::Result<u64> {
    let mut unread = 0;
    for file in files {
        match spool::accept_file(&desk.folder, file, feed, at(file)) {
            Ok(_) => {}
            Err(error @ PipelineError::File { .. }) if error.disk_full() => return Err(error.into()),
            Err(error @ (PipelineError::Packed { .. } | PipelineError::File { .. } | PipelineError::Unread { .. })) => {
                unread += 1;
                let why = error.to_string();
                if desk.out.json() {
                    desk.out.value(&json!({ "outcome": "unread", "name": file, "why": why }))?;
                }
                desk.out.say("ingest.unread", &[("why", &why)])?;
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(unread)
}

/// What a drain brought.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) files: u64,
    pub(crate) again: u64,
    pub(crate) refused: u64,
    pub(crate) rows: u64,
    pub(crate) events: u64,
    pub(crate) quarantined: u64,
    pub(crate) held: Option<String>,
}

impl Tally {
    fn add(&mut self, outcome: &Outcome) {
        self.files += 1;
        match outcome {
            Outcome::Ingested { rows, .. } => {
                self.rows += rows.rows;
                self.events += rows.events;
                self.quarantined += rows.quarantined;
            }
            Outcome::Again { .. } => self.again += 1,
            Outcome::Refused { .. } | Outcome::Failed { .. } => self.refused += 1,
        }
    }
}

/// Drains the spool as its writer and tells each outcome. If there is another writer, what was
/// accepted is his: he looks again before he goes.
pub(crate) fn drain(desk: &Desk, each: impl Fn(&Outcome) -> anyhow::Result<()>) -> anyhow::Result<Tally> {
    let mut tally = Tally::default();
    for _ in 0..ROUNDS {
        let mut writer = match Writer::open(desk.folder.clone(), desk.clock.clone()) {
            Ok(writer) => writer,
            Err(PipelineError::Held { holder }) => {
                tally.held = Some(holder);
                break;
            }
            Err(error) => return Err(error.into()),
        };
        let waiting: u64 = spool::waiting(&desk.folder)?.iter().map(|file| file.slip.bytes).sum();
        writer = writer.with_progress(desk.out.begin(waiting));
        let mut told = Ok(());
        let drained = writer.drain(|outcome| {
            tally.add(outcome);
            if told.is_ok() {
                told = each(outcome);
            }
        });
        desk.out.end();
        drained?;
        told?;
        drop(writer);
        if spool::waiting(&desk.folder)?.is_empty() {
            break;
        }
    }
    Ok(tally)
}

/// Tells what became of one file.
pub(crate) fn tell_outcome(desk: &Desk, outcome: &Outcome) -> anyhow::Result<()> {
    if desk.out.json() {
        return desk.out.value(outcome);
    }
    let number = |n: u64| desk.out.number(n as i64);
    match outcome {
        Outcome::Ingested { name, rows, seq, feed, .. } => desk.out.say(
            match (rows.passed > 0, rows.quarantined > 0) {
                (false, false) => "ingest.done",
                (false, true) => "ingest.done_quarantined",
                (true, false) => "ingest.done_log",
                (true, true) => "ingest.done_log_quarantined",
            },
            &[
                ("name", name),
                ("feed", feed),
                ("seq", &seq.to_string()),
                ("rows", &number(rows.rows)),
                ("events", &number(rows.events)),
                ("quarantined", &number(rows.quarantined)),
                ("passed", &number(rows.passed)),
            ],
        ),
        Outcome::Again { name, seq, .. } => desk.out.say("ingest.again", &[("name", name), ("seq", &seq.to_string())]),
        Outcome::Refused { name, why } | Outcome::Failed { name, why } => {
            desk.out.say("ingest.refused", &[("name", name), ("why", why)])
        }
    }
}

fn tell(desk: &Desk, tally: &Tally, unread: u64) -> anyhow::Result<()> {
    if desk.out.json() {
        return desk.out.value(&json!({
            "outcome": "total", "files": tally.files, "rows": tally.rows, "events": tally.events,
            "quarantined": tally.quarantined, "again": tally.again, "refused": tally.refused, "unread": unread,
            "handed_over_to": tally.held,
        }));
    }
    if let Some(holder) = &tally.held {
        desk.out.say("ingest.held", &[("holder", holder)])?;
    }
    let number = |n: u64| desk.out.number(n as i64);
    desk.out.say(
        "ingest.total",
        &[
            ("files", &number(tally.files)),
            ("rows", &number(tally.rows)),
            ("events", &number(tally.events)),
            ("quarantined", &number(tally.quarantined)),
            ("again", &number(tally.again)),
            ("refused", &number(tally.refused + unread)),
        ],
    )
}
