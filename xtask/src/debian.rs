//! Packages of the system: installed where this is root on Debian, named where it is not.

use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, ensure};

use crate::{steps, terminal::complain, tools::succeeds};

/// Installs the packages of the programs that are not there: pairs of program and package.
pub(crate) fn ensure(wanted: &[(&str, &str)]) -> Result<()> {
    let missing: Vec<&str> =
        wanted.iter().filter(|(program, _)| !is_there(program)).map(|(_, package)| *package).collect();
    if missing.is_empty() { Ok(()) } else { install(&missing) }
}

/// Installs packages, or says what is missing.
pub(crate) fn install(packages: &[&str]) -> Result<()> {
    let names = packages.join(", ");
    ensure!(may_install(), "missing: {names} (packages of Debian): install it and run this again");
    complain(&format!("   installing {names}"));
    // An outdated index still often knows the packages; only the install itself must succeed.
    succeeds(Command::new("apt-get").args(["update", "--quiet"]));
    let mut install = Command::new("apt-get");
    install.args(["install", "--yes", "--quiet", "--no-install-recommends"]).args(packages).stdout(Stdio::null());
    // At this run level Debian starts no service of a package that it installs (invoke-rc.d(8)).
    steps::run(install.env("DEBIAN_FRONTEND", "noninteractive").env("RUNLEVEL", "1"))
        .with_context(|| format!("install {names}"))
}

/// Whether a program is on the search path; none of ours has an option that all know.
fn is_there(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
}

/// Whether this is root on a Debian-like system.
fn may_install() -> bool {
    let root = Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout.trim_ascii() == b"0");
    root && succeeds(Command::new("apt-get").arg("--version"))
}
