//! Python environments of chores: for a reader of our tables that is not ours, and for the peer of the benchmark.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result, bail};

use crate::{debian, steps, terminal::complain, tools::succeeds};

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
    complain(&format!("   installing {} into {}", packages.join(", "), folder.display()));
    make(folder)?;
    let mut install = Command::new(&python);
    install.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]).args(packages);
    steps::run(&mut install).with_context(|| format!("install {} from the package registry", packages.join(", ")))?;
    fs::write(&stamp, wanted).with_context(|| format!("write {}", stamp.display()))?;
    Ok(python)
}

/// Puts the files of one package into a folder, without those it would need to run.
pub(crate) fn unpack(python: &Path, package: &str, folder: &Path) -> Result<()> {
    complain(&format!("   installing {package} into {}", folder.display()));
    let mut install = Command::new(python);
    install.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--no-compile"]);
    install.arg("--upgrade").arg("--target").arg(folder).arg(package);
    steps::run(&mut install).with_context(|| format!("install {package} from the package registry"))
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
    debian::install(&["python3-venv"])?;
    if create() { Ok(()) } else { bail!("python3 -m venv {} does not work", folder.display()) }
}
