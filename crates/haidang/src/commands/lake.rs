//! `lake`: compaction, vacuum, rebuilding, mending, forgetting.

use lake::care::Done;
use lake::together::Compacted;
use pipeline::mend::{self, Mended};
use serde_json::json;

use crate::cli::LakeCommand;
use crate::commands::Desk;
use crate::exit;

pub(crate) fn run(desk: &Desk, command: &LakeCommand) -> anyhow::Result<i32> {
    let now = desk.now();
    match command {
        LakeCommand::Compact { files } => return compact(desk, *files),
        LakeCommand::Mend => return mend(desk),
        _ => {}
    }
    let mut writer = desk.writer()?;
    match command {
        LakeCommand::Rebuild => tell(desk, "lake.rebuilt", writer.lake().rebuild(now)?)?,
        LakeCommand::Vacuum { keep_days } => {
            let deleted = writer.lake().vacuum(*keep_days, desk.now())?;
            desk.out.say("lake.vacuumed", &[("files", &desk.out.number(deleted as i64))])?;
            if desk.out.json() {
                desk.out.value(&json!({ "deleted": deleted }))?;
            }
        }
        LakeCommand::Compact { .. } | LakeCommand::Mend => {}
        LakeCommand::Forget { keep_days } => {
            anyhow::ensure!(*keep_days > 0, "keep at least one day");
            let forgotten = writer.forget(desk.folder.zone().day(now) - keep_days)?;
            tell(desk, "lake.forgotten", forgotten.lake)?;
            desk.out.say("lake.forgotten_files", &[("files", &desk.out.number(forgotten.files as i64))])?;
        }
    }
    Ok(exit::OK)
}

/// Puts files together; others may write meanwhile. Whoever writes at the beginning is told, and nothing is done; later he is
/// waited for, and told if that is long: by then there is something to lose.
pub(crate) fn compact(desk: &Desk, files: usize) -> anyhow::Result<i32> {
    // What a crash left is put right, and whoever writes is told, before the work and not after it.
    drop(desk.writer()?);
    let Compacted { done, dropped } = pipeline::compact::compact(&desk.folder, &desk.clock, files, |holder| {
        desk.out.aside("lake.waits", &[("holder", holder)]);
    })?;
    if desk.out.json() {
        let files = (done.files_before, done.files_after);
        let told = json!({ "days": done.days, "files_before": files.0, "files_after": files.1, "dropped": dropped });
        return desk.out.value(&told).map(|()| exit::OK);
    }
    tell(desk, "lake.compacted", done)?;
    if dropped > 0 {
        desk.out.say("lake.dropped", &[("days", &desk.out.number(dropped as i64))])?;
    }
    Ok(exit::OK)
}

/// Mends; it ends well when everything is as it was.
fn mend(desk: &Desk) -> anyhow::Result<i32> {
    let mended = mend::mend(desk.folder.clone(), desk.clock.clone())?;
    if desk.out.json() {
        desk.out.value(&mended)?;
    } else {
        tell_mended(desk, &mended)?;
    }
    Ok(if mended.is_whole() { exit::OK } else { exit::PARTLY })
}

fn tell_mended(desk: &Desk, mended: &Mended) -> anyhow::Result<()> {
    let number = |n: u64| desk.out.number(n as i64);
    if mended.lines + mended.ended > 0 {
        desk.out.say("mend.journal", &[("lines", &number(mended.lines)), ("reports", &number(mended.ended))])?;
    }
    if mended.missing > 0 {
        desk.out.say("mend.missing", &[("reports", &number(mended.missing))])?;
    }
    if let Some(why) = &mended.anew {
        desk.out.say("mend.anew", &[("why", why)])?;
    }
    mended.files.iter().try_for_each(|file| desk.out.say("mend.file", &[("file", file)]))?;
    let [reports, events, days] = [mended.reports, mended.events, mended.days].map(number);
    desk.out.say("mend.done", &[("reports", &reports), ("events", &events), ("days", &days)])?;
    mended.lost.iter().try_for_each(|why| desk.out.say("mend.lost", &[("why", why)]))?;
    mended.differ.iter().try_for_each(|why| desk.out.say("mend.differs", &[("why", why)]))
}

/// Tells what a work on the lake did.
pub(crate) fn tell(desk: &Desk, key: &str, done: Done) -> anyhow::Result<()> {
    if desk.out.json() {
        return desk
            .out
            .value(&json!({ "days": done.days, "files_before": done.files_before, "files_after": done.files_after }));
    }
    let number = |n: u64| desk.out.number(n as i64);
    desk.out.say(
        key,
        &[("days", &number(done.days)), ("before", &number(done.files_before)), ("after", &number(done.files_after))],
    )
}
