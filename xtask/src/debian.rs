//! Programs of the system that a chore needs, as Debian packages; installed only when they are missing.

use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, ensure};

use crate::{python::may_install, steps, terminal::say, tools::succeeds};

/// Installs the packages of the programs that are not there: pairs of program and package.
pub(crate) fn ensure(wanted: &[(&str, &str)]) -> Result<()> {
    let missing: Vec<&str> =
        wanted.iter().filter(|(program, _)| !is_there(program)).map(|(_, package)| *package).collect();
    if missing.is_empty() {
        return Ok(());
    }
    ensure!(may_install(), "install {} and run this again", missing.join(", "));
    say(&format!("   installing {}", missing.join(", ")));
    // An outdated index still often knows the packages; only the install itself must succeed.
    succeeds(Command::new("apt-get").args(["update", "--quiet"]));
    let mut install = Command::new("apt-get");
    install.args(["install", "--yes", "--quiet", "--no-install-recommends"]).args(&missing).stdout(Stdio::null());
    // At this run level Debian starts no service of a package that it installs (invoke-rc.d(8)).
    steps::run(install.env("DEBIAN_FRONTEND", "noninteractive").env("RUNLEVEL", "1"))
        .with_context(|| format!("install {}", missing.join(", ")))
}

/// Whether a program is on the search path; none of ours has an option that all know.
fn is_there(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
}
