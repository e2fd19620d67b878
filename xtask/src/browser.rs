//! What the portal's tests look through: Chromium with its driver, and axe-core, which tells who is shut out.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result, bail};

use crate::{debian, places::Places, python, tools::succeeds};

/// The browser and its driver, as Debian calls their packages.
const PACKAGES: [&str; 2] = ["chromium", "chromium-driver"];
/// The program that drives it; it finds the browser by itself.
const DRIVER: &str = "chromedriver";
/// A package that carries axe-core 4.12.
const AXE: &str = "axe-playwright-python==0.1.8";
/// Where it lies in that package.
const AXE_FILE: &str = "axe_playwright_python/axe.min.js";

/// Installs browser and driver unless both are there.
pub(crate) fn ensure() -> Result<()> {
    if is_there() {
        return Ok(());
    }
    debian::install(&PACKAGES)?;
    if is_there() { Ok(()) } else { bail!("{} are installed, but do not start", PACKAGES.join(" and ")) }
}

fn is_there() -> bool {
    let browser = || succeeds(Command::new(PACKAGES[0]).args(["--version", "--no-sandbox"]));
    succeeds(Command::new(DRIVER).arg("--version")) && browser()
}

/// Puts axe-core beside the other tools unless it is there.
pub(crate) fn axe(places: &Places, python: &Path) -> Result<()> {
    let file = axe_file(places);
    if !file.exists() {
        python::unpack(python, AXE, &axe_folder(places))?;
    }
    let text = fs::read_to_string(&file).with_context(|| format!("read {}", file.display()))?;
    if text.contains("axe v4.") { Ok(()) } else { bail!("{} is not axe-core 4", file.display()) }
}

/// What the tests are told of it: names of variables and their values. Set even if something is missing, so that a test
/// that cannot run fails instead of being skipped.
pub(crate) fn variables(places: &Places) -> [(&'static str, PathBuf); 2] {
    [("HAIDANG_TEST_CHROMEDRIVER", driver()), ("HAIDANG_TEST_AXE", axe_file(places))]
}

/// The driver's full path, or its name if it is nowhere.
fn driver() -> PathBuf {
    let path = env::var_os("PATH").unwrap_or_default();
    let mut files = env::split_paths(&path).map(|folder| folder.join(DRIVER));
    files.find(|file| file.is_file()).unwrap_or_else(|| DRIVER.into())
}

/// Named after the version, so that another one is unpacked anew.
fn axe_folder(places: &Places) -> PathBuf {
    places.tools().join(AXE.replace("==", "-"))
}

fn axe_file(places: &Places) -> PathBuf {
    axe_folder(places).join(AXE_FILE)
}
