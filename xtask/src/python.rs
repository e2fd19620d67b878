//! Python environments of chores: for a reader of our tables that is not ours, and for the peer of the benchmark.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result, bail};

use crate::{steps, terminal::say, tools::succeeds};

/// The packages of the tests that another reader understands our tables, and another tester our API's description.
pub(crate) const READER: &[&str] = &["deltalake==1.6.6", "pyarrow==26.0.1", "schemathesis==4.32.5"];

/// Makes a virtual environment with packages unless it is there; gives its interpreter.
pub(crate) fn environment(folder: &Path, packages: &[&str]) -> Result<PathBuf> {
    let python = folder.join("bin").join("python");
    let stamp = folder.join("installed.txt");
    let wanted = packages.join("\n");
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) && succeeds(version(&python).as_mut()) {
        return Ok(python);
    }
    say(&format!("   installing {} into {}", packages.join(", "), folder.display()));
    make(folder)?;
    let mut install = Command::new(&python);
    install.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]).args(packages);
    steps::run(&mut install).with_context(|| format!("install {} from the package registry", packages.join(", ")))?;
    fs::write(&stamp, wanted).with_context(|| format!("write {}", stamp.display()))?;
    Ok(python)
}

fn version(python: &Path) -> Box<Command> {
    let mut command = Command::new(python);
    command.arg("--version");
    Box::new(command)
}

fn make(folder: &Path) -> Result<()> {
    let create = || succeeds(Command::new("python3").args(["-m", "venv", "--clear"]).arg(folder));
    if create() {
        return Ok(());
    }
    if !may_install() {
        bail!("the package python3-venv (with python3) is missing: install it and run this again");
    }
    say("   installing the package python3-venv");
    // An outdated index still often knows the package; only the install itself must succeed.
    succeeds(Command::new("apt-get").args(["update", "--quiet"]));
    let mut install = Command::new("apt-get");
    install.args(["install", "--yes", "--quiet", "--no-install-recommends", "python3-venv"]);
    steps::run(install.env("DEBIAN_FRONTEND", "noninteractive")).context("install the package python3-venv")?;
    if create() { Ok(()) } else { bail!("python3 -m venv {} does not work", folder.display()) }
}

/// Whether this is root on a Debian-like system.
pub(crate) fn may_install() -> bool {
    let root = Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout.trim_ascii() == b"0");
    root && succeeds(Command::new("apt-get").arg("--version"))
}
