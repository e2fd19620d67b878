//! `reattribute`: the newest constituency counts from a past day on.

use event::time::day_text;
use pipeline::owners;
use serde_json::json;

use crate::cli::ReattributeArgs;
use crate::commands::Desk;
use crate::exit;

pub(crate) fn run(desk: &Desk, args: &ReattributeArgs) -> anyhow::Result<i32> {
    let lock = desk.folder.lock()?;
    let version = owners::reattribute(&desk.folder, &lock, args.since, desk.now())?;
    let since = day_text(args.since);
    if desk.out.json() {
        desk.out.value(&json!({ "attribution_version": version, "since": since }))?;
    } else {
        desk.out.say("reattribute.done", &[("version", &version.to_string()), ("since", &since)])?;
    }
    Ok(exit::OK)
}
