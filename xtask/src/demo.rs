//! `cargo xtask demo`: builds the program and runs the main job on a small made country.

use std::process::{Command, ExitCode};

use anyhow::{Context as _, Result};

use crate::{places::Places, steps, terminal::say};

/// Builds, then hands what was typed on to `haidang demo`; ends as the program ends.
pub(crate) fn run(typed: &[String]) -> Result<ExitCode> {
    let places = Places::find()?;
    say("── build (the first time takes some minutes)");
    build(&places)?;
    say("── demo");
    let program = places.program();
    let status = Command::new(&program)
        .arg("demo")
        .args(typed)
        .status()
        .with_context(|| format!("start {}", program.display()))?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Builds the program.
pub(crate) fn build(places: &Places) -> Result<()> {
    steps::run(&mut places.cargo(&["build", "--package", "haidang"])?)
}
