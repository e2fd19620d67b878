//! `reports`: what came in.

use pipeline::journal::{Journal, State};

use crate::cli::ReportsArgs;
use crate::commands::Desk;
use crate::exit;

/// Digits of a hash that people are shown: enough to tell files apart.
const HASH_SHOWN: usize = 12;

pub(crate) fn run(desk: &Desk, args: &ReportsArgs) -> anyhow::Result<i32> {
    let journal = Journal::open(&desk.folder)?;
    let at = |at| desk.folder.zone().local_text(at);
    if args.refused {
        let mut refused = journal.unread();
        refused.reverse();
        refused.truncate(args.limit);
        if desk.out.json() {
            desk.out.value(&refused)?;
            return Ok(exit::OK);
        }
        let mut table = desk.out.heads(["received", "file", "hash", "why"]);
        for file in refused {
            table.row([at(file.at), file.name.clone(), file.hash[..HASH_SHOWN].to_owned(), file.why.clone()]);
        }
        desk.out.table(&table)?;
        return Ok(exit::OK);
    }
    let reports: Vec<_> = journal.reports().iter().rev().take(args.limit).collect();
    if desk.out.json() {
        desk.out.value(&reports)?;
        return Ok(exit::OK);
    }
    let mut table = desk.out.heads(["report", "received", "file", "feed", "rows", "events", "quarantined", "state"]);
    for report in reports {
        let number = |n: u64| desk.out.number(n as i64);
        table.row([
            report.seq.to_string(),
            at(report.at),
            report.name.clone(),
            report.identity.feed.clone(),
            number(report.rows.rows),
            number(report.rows.events),
            number(report.rows.quarantined),
            state(desk, &report.state),
        ]);
    }
    desk.out.table(&table)?;
    Ok(exit::OK)
}

fn state(desk: &Desk, state: &State) -> String {
    match state {
        State::Accepted | State::Prepared => desk.out.words.say("state.accepted"),
        State::Done => desk.out.words.say("state.done"),
        State::Failed(why) => why.clone(),
    }
}
