//! `cargo xtask test`: installs what the tests need, then runs every check and every test.

use std::{
    io::{BufRead as _, BufReader, Read},
    process::{ExitCode, Stdio},
};

use anyhow::{Context as _, Result, ensure};

use crate::{
    browser,
    places::Places,
    python,
    steps::{self, Steps},
    summary::Summary,
    terminal::say,
    tidy,
    tools::{self, DENY, NEXTEST},
};

/// Runs all steps; the last line says how many tests passed and failed.
pub(crate) fn run() -> Result<ExitCode> {
    let places = Places::find()?;
    let mut steps = Steps::default();
    let mut summary = Summary::default();
    check(&places, &mut steps);
    steps.step("install what the tests need", || {
        tools::ensure(&NEXTEST, &places)?;
        let python = python::environment(&places.tools().join("venv"), python::READER)?;
        browser::axe(&places, &python)?;
        browser::ensure()
    });
    steps.step("cargo nextest run", || nextest(&places, &mut summary));
    if tidy::has_doc_tests(&places.root)? {
        steps.step("cargo test --doc", || doc_tests(&places, &mut summary));
    }
    close(&steps, summary)
}

/// The checks that run no test, the quickest first.
fn check(places: &Places, steps: &mut Steps) {
    let cargo = |arguments: &[&str]| steps::run(&mut places.cargo(arguments)?);
    steps.step("cargo fmt", || cargo(&["fmt", "--all", "--check"]));
    steps.step("cargo xtask tidy", || tidy::check(&places.root));
    steps.step("cargo deny", || {
        tools::ensure(&DENY, places)?;
        cargo(&["deny", "--log-level", "error", "check", "licenses", "bans"])
    });
    steps.step("cargo clippy", || cargo(&["clippy", "--workspace", "--all-targets", "--", "--deny", "warnings"]));
}

fn nextest(places: &Places, summary: &mut Summary) -> Result<()> {
    let mut command = places.cargo(&["nextest", "run", "--workspace", "--no-fail-fast"])?;
    command.env("HAIDANG_TEST_PYTHON", places.tools().join("venv").join("bin").join("python"));
    command.envs(browser::variables(places));
    let mut child = command.stderr(Stdio::piped()).spawn().context("start cargo nextest")?;
    let printed = child.stderr.take().context("read what cargo nextest prints")?;
    pass_on(printed, summary)?;
    let status = child.wait().context("wait for cargo nextest")?;
    ensure!(status.success(), "cargo nextest ended with {status}");
    Ok(())
}

fn doc_tests(places: &Places, summary: &mut Summary) -> Result<()> {
    let mut command = places.cargo(&["test", "--quiet", "--workspace", "--doc"])?;
    let mut child = command.stdout(Stdio::piped()).spawn().context("start cargo test")?;
    let printed = child.stdout.take().context("read what cargo test prints")?;
    pass_on(printed, summary)?;
    let status = child.wait().context("wait for cargo test")?;
    ensure!(status.success(), "cargo test ended with {status}");
    Ok(())
}

/// Shows what a runner prints, as it comes, and counts.
fn pass_on(printed: impl Read, summary: &mut Summary) -> Result<()> {
    for line in BufReader::new(printed).split(b'\n') {
        let line = line.context("read what the test runner prints")?;
        let line = String::from_utf8_lossy(&line);
        say(line.trim_end_matches('\r'));
        summary.read_line(&line);
    }
    Ok(())
}

fn close(steps: &Steps, summary: Summary) -> Result<ExitCode> {
    for name in steps.failed() {
        say(&format!("failed: {name}"));
    }
    let well = steps.failed().is_empty() && summary.failed == 0;
    say(&format!("{} passed, {} failed", summary.passed, summary.failed));
    Ok(if well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
