//! `cargo xtask demo`: builds the program, runs the main job on a small made country, and serves its portal.

use std::os::unix::process::CommandExt as _;
use std::process::{Command, ExitCode};

use anyhow::{Context as _, Result};

use crate::{places::Places, steps, terminal::say};

/// What says that the demo ends after the printed result, or already says that it serves.
const SAID: [&str; 4] = ["--once", "--serve", "--help", "-h"];

/// Builds, then becomes `haidang demo` with what was typed; it serves unless it was told to end. As one process with the
/// program it is stopped as the program is.
pub(crate) fn run(typed: &[String]) -> Result<ExitCode> {
    let places = Places::find()?;
    say("── build (the first time takes some minutes)");
    build(&places)?;
    say("── demo");
    let program = places.program();
    let serve = if typed.iter().any(|word| SAID.contains(&word.as_str())) { None } else { Some("--serve") };
    let failed = Command::new(&program).arg("demo").args(serve).args(typed).exec();
    Err(failed).with_context(|| format!("start {}", program.display()))
}

/// Builds the program.
pub(crate) fn build(places: &Places) -> Result<()> {
    steps::run(&mut places.cargo(&["build", "--package", "haidang"])?)
}
