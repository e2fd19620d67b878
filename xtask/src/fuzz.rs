//! `cargo xtask fuzz`: every fuzz target for a while. By hand, not in CI: CI replays the kept corpus.

use std::{
    fs,
    process::{Command, ExitCode},
};

use anyhow::{Context as _, Result, bail};

use crate::{
    places::Places,
    steps::{self, Steps},
    terminal::say,
    tools::succeeds,
};

/// Seconds each target runs unless told.
const SECONDS: &str = "60";

/// Runs the targets that were named, or all.
pub(crate) fn run(typed: &[String]) -> Result<ExitCode> {
    let (seconds, named) = match typed {
        [flag, seconds, named @ ..] if flag == "--seconds" => (seconds.as_str(), named),
        named => (SECONDS, named),
    };
    let places = Places::find()?;
    if !succeeds(Command::new("cargo").args(["+nightly", "fuzz", "--version"]).env_remove("RUSTUP_TOOLCHAIN")) {
        bail!("cargo-fuzz is missing: cargo install cargo-fuzz, and rustup toolchain install nightly");
    }
    let targets = if named.is_empty() { targets(&places)? } else { named.to_vec() };
    let mut steps = Steps::default();
    for target in &targets {
        steps.step(&format!("fuzz {target}"), || fuzz(&places, target, seconds));
    }
    for name in steps.failed() {
        say(&format!("failed: {name}; the input is under fuzz/artifacts"));
    }
    Ok(if steps.failed().is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The names of the files in `fuzz/fuzz_targets`.
fn targets(places: &Places) -> Result<Vec<String>> {
    let folder = places.root.join("fuzz").join("fuzz_targets");
    let entries = fs::read_dir(&folder).with_context(|| format!("read {}", folder.display()))?;
    let mut names: Vec<String> =
        entries.filter_map(|entry| Some(entry.ok()?.path().file_stem()?.to_string_lossy().into_owned())).collect();
    names.sort();
    Ok(names)
}

/// What is found new goes to a folder of its own: the kept corpus stays small, made by hand.
fn fuzz(places: &Places, target: &str, seconds: &str) -> Result<()> {
    let kept = places.root.join("fuzz").join("corpus").join(target);
    let found = places.root.join("fuzz").join("target").join("found").join(target);
    fs::create_dir_all(&found).with_context(|| format!("make {}", found.display()))?;
    // Not the pinned cargo that runs this: the fuzzer asks for another compiler.
    let mut command = Command::new("cargo");
    command.args(["+nightly", "fuzz", "run", target]).arg(found).arg(kept).arg("--");
    command.arg(format!("-max_total_time={seconds}"));
    command.args(["-rss_limit_mb=2048", "-timeout=10", "-print_final_stats=1"]);
    command.current_dir(&places.root).env_remove("RUSTUP_TOOLCHAIN").env_remove("CARGO");
    steps::run(&mut command)
}
