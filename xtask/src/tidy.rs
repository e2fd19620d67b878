//! `cargo xtask tidy`: the habits of the house that a machine can check. Each rule is a function with a test that it can fail.

mod crates;
mod forbidden;
mod functions;
mod lock;
mod shape;
mod tree;
mod words;

use std::{path::Path, process::ExitCode};

use anyhow::{Result, ensure};

use crate::{
    places::Places,
    terminal::{complain, say},
};
use tree::Tree;

/// One place that breaks a rule.
#[derive(Debug, PartialEq, Eq)]
struct Finding {
    /// The file, from the checkout's root.
    path: String,
    /// The line, 1 for a whole file.
    line: usize,
    /// What is wrong and what would be right.
    what: String,
}

impl Finding {
    fn new(path: &str, line: usize, what: impl Into<String>) -> Self {
        Self { path: path.to_owned(), line, what: what.into() }
    }
}

/// Every rule.
const RULES: &[fn(&Tree) -> Vec<Finding>] = &[
    shape::heads,
    shape::file_sizes,
    shape::library_maps,
    functions::sizes,
    crates::edges,
    crates::libraries_kept_in_their_room,
    crates::pure_rooms_do_no_io,
    crates::only_main_exits,
    lock::one_version_each,
    forbidden::no_allow,
    forbidden::nothing_left_undone,
    words::no_machine_paths,
];

/// Checks the checkout and shows its measures.
pub(crate) fn run() -> Result<ExitCode> {
    check(&Places::find()?.root)?;
    Ok(ExitCode::SUCCESS)
}

/// Checks a checkout; fails if any rule is broken.
pub(crate) fn check(root: &Path) -> Result<()> {
    let tree = Tree::read(root)?;
    functions::report(&tree).iter().for_each(|line| say(line));
    let findings: Vec<Finding> = RULES.iter().flat_map(|rule| rule(&tree)).collect();
    for Finding { path, line, what } in &findings {
        complain(&format!("{path}:{line}: {what}"));
    }
    ensure!(findings.is_empty(), "{} places break the rules of the house (docs/STYLE.md)", findings.len());
    Ok(())
}

/// Whether any public comment holds an example that `cargo test --doc` would run.
pub(crate) fn has_doc_tests(root: &Path) -> Result<bool> {
    Ok(shape::has_doc_tests(&Tree::read(root)?))
}
