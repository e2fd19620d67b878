//! Where things lie: the checkout, what is built, the tools that chores install.

use std::{
    env,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result};

/// The folders a chore works in.
pub(crate) struct Places {
    /// The checkout.
    pub(crate) root: PathBuf,
    /// What cargo builds.
    pub(crate) target: PathBuf,
}

impl Places {
    /// Finds them as cargo does.
    pub(crate) fn find() -> Result<Self> {
        let manifest = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from).context("run chores as `cargo xtask`")?;
        let root = manifest.parent().map(Path::to_path_buf).context("find the checkout above xtask")?;
        let target = env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), |dir| root.join(dir));
        Ok(Self { root, target })
    }

    /// Tools that chores install, outside the system.
    pub(crate) fn tools(&self) -> PathBuf {
        self.target.join("tools")
    }

    /// The program, as `cargo build` leaves it.
    pub(crate) fn program(&self) -> PathBuf {
        self.target.join("debug").join(format!("haidang{}", env::consts::EXE_SUFFIX))
    }

    /// The search path with the installed tools first.
    pub(crate) fn search_path(&self) -> Result<std::ffi::OsString> {
        let own = self.tools().join("bin");
        let system = env::var_os("PATH").unwrap_or_default();
        env::join_paths(std::iter::once(own).chain(env::split_paths(&system))).context("join PATH")
    }

    /// A cargo command in the checkout that finds the installed tools.
    pub(crate) fn cargo(&self, arguments: &[&str]) -> Result<std::process::Command> {
        let mut command = std::process::Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        command.args(arguments).current_dir(&self.root).env("PATH", self.search_path()?);
        // What cargo told this program about itself; dependencies whose builds look at it would be built anew.
        for (name, _) in env::vars_os().filter(|(name, _)| is_about_package(&name.to_string_lossy())) {
            command.env_remove(name);
        }
        Ok(command)
    }
}

/// Whether cargo sets a variable for the package whose program it runs.
fn is_about_package(name: &str) -> bool {
    ["CARGO_PKG_", "CARGO_MANIFEST_"].iter().any(|start| name.starts_with(start))
}
