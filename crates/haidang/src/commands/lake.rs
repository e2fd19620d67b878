//! `lake`: compaction, vacuum, rebuilding, forgetting.

use lake::care::Done;
use serde_json::json;

use crate::cli::LakeCommand;
use crate::commands::Desk;
use crate::exit;

pub(crate) fn run(desk: &Desk, command: &LakeCommand) -> anyhow::Result<i32> {
    let now = desk.now();
    let mut writer = desk.writer()?;
    match command {
        LakeCommand::Compact { files } => tell(desk, "lake.compacted", writer.lake().compact(*files, now)?)?,
        LakeCommand::Rebuild => tell(desk, "lake.rebuilt", writer.lake().rebuild(now)?)?,
        LakeCommand::Vacuum { keep_days } => {
            let deleted = writer.lake().vacuum(*keep_days, desk.now())?;
            desk.out.say("lake.vacuumed", &[("files", &desk.out.number(deleted as i64))])?;
            if desk.out.json() {
                desk.out.value(&json!({ "deleted": deleted }))?;
            }
        }
        LakeCommand::Forget { keep_days } => {
            anyhow::ensure!(*keep_days > 0, "keep at least one day");
            let forgotten = writer.forget(desk.folder.zone().day(now) - keep_days)?;
            tell(desk, "lake.forgotten", forgotten.lake)?;
            desk.out.say("lake.forgotten_files", &[("files", &desk.out.number(forgotten.files as i64))])?;
        }
    }
    Ok(exit::OK)
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
