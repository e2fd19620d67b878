//! Packages of the system: installed where this is root on Debian, named where it is not.

use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::{steps, terminal::say, tools::succeeds};

/// Installs packages, or says what is missing.
pub(crate) fn install(packages: &[&str]) -> Result<()> {
    let names = packages.join(", ");
    if !may_install() {
        bail!("missing: {names} (packages of Debian): install it and run this again");
    }
    say(&format!("   installing {names}"));
    // An outdated index still often knows the packages; only the install itself must succeed.
    succeeds(Command::new("apt-get").args(["update", "--quiet"]));
    let mut install = Command::new("apt-get");
    install.args(["install", "--yes", "--quiet", "--no-install-recommends"]).args(packages);
    steps::run(install.env("DEBIAN_FRONTEND", "noninteractive")).with_context(|| format!("install {names}"))
}

/// Whether this is root on a Debian-like system.
fn may_install() -> bool {
    let root = Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout.trim_ascii() == b"0");
    root && succeeds(Command::new("apt-get").arg("--version"))
}
