//! Tools the tests need, installed beside what cargo builds and never into the system.

use std::process::{Command, Stdio};

use anyhow::{Context as _, Result};

use crate::{places::Places, steps, terminal::complain};

/// A cargo subcommand at the version that was tried with the pinned compiler.
pub(crate) struct Tool {
    /// The package.
    package: &'static str,
    /// What comes after `cargo`.
    subcommand: &'static str,
    version: &'static str,
}

/// Runs the tests, each in a process of its own.
pub(crate) const NEXTEST: Tool = Tool { package: "cargo-nextest", subcommand: "nextest", version: "0.9.143" };
/// Checks licences and doubled dependencies.
pub(crate) const DENY: Tool = Tool { package: "cargo-deny", subcommand: "deny", version: "0.20.2" };

/// Installs a tool unless some version of it answers already.
pub(crate) fn ensure(tool: &Tool, places: &Places) -> Result<()> {
    if answers(tool, places)? {
        return Ok(());
    }
    complain(&format!("   installing {} {} into {}", tool.package, tool.version, places.tools().display()));
    let package = format!("{}@{}", tool.package, tool.version);
    let root = places.tools();
    let mut install = places.cargo(&["install", "--quiet", "--locked", "--debug", &package, "--root"])?;
    install.arg(&root).env("CARGO_PROFILE_DEV_DEBUG", "0").env("CARGO_TARGET_DIR", root.join("build"));
    steps::run(&mut install).with_context(|| format!("install {package} from the package registry"))?;
    // The built dependencies are of no more use and take a gigabyte.
    std::fs::remove_dir_all(root.join("build")).context("remove what building the tool left")
}

fn answers(tool: &Tool, places: &Places) -> Result<bool> {
    let mut command = places.cargo(&[tool.subcommand, "--version"])?;
    Ok(succeeds(&mut command))
}

/// Whether a command starts and succeeds; what it prints is not shown.
pub(crate) fn succeeds(command: &mut Command) -> bool {
    command.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}
