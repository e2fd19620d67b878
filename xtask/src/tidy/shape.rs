//! Heads and sizes of files.

use super::{
    Finding,
    tree::{File, Tree},
};

/// Lines of a file, tests in it included.
const FILE_LINES_MAX: usize = 700;
/// Lines of a `lib.rs`, which is a map of its crate.
const MAP_LINES_MAX: usize = 40;

/// Every file begins with `//!`: what it is, in the field's words.
pub(super) fn heads(tree: &Tree) -> Vec<Finding> {
    let headless = tree.sources().filter(|file| !file.text.starts_with("//!"));
    headless.map(|file| Finding::new(&file.path, 1, "begin with `//!`: say what this file is")).collect()
}

/// No file is too long to be read at once.
pub(super) fn file_sizes(tree: &Tree) -> Vec<Finding> {
    let long = |file: &File| {
        let lines = file.text.lines().count();
        let what = || format!("{lines} lines, at most {FILE_LINES_MAX}: split it where its subject changes");
        (lines > FILE_LINES_MAX).then(|| Finding::new(&file.path, 1, what()))
    };
    tree.sources().filter_map(long).collect()
}

/// `lib.rs` is a map, unless the whole crate is that one file.
pub(super) fn library_maps(tree: &Tree) -> Vec<Finding> {
    let long = |file: &File| {
        let lines = file.text.lines().count();
        let what = || format!("{lines} lines, at most {MAP_LINES_MAX}: `lib.rs` is a map, code goes into modules");
        let has_modules = file.code().any(|(_, code)| code.ends_with(';') && code.contains("mod "));
        (has_modules && lines > MAP_LINES_MAX).then(|| Finding::new(&file.path, 1, what()))
    };
    tree.sources().filter(|file| file.path.ends_with("/src/lib.rs")).filter_map(long).collect()
}

/// Whether a public comment holds Rust to be run.
pub(super) fn has_doc_tests(tree: &Tree) -> bool {
    tree.production().any(|file| file_has_doc_tests(&file.text))
}

fn file_has_doc_tests(text: &str) -> bool {
    let fences = text.lines().filter_map(|line| {
        let line = line.trim_start();
        line.strip_prefix("///").or_else(|| line.strip_prefix("//!"))?.trim_start().strip_prefix("```")
    });
    // Fences come in pairs; only the opening one names the language.
    fences.step_by(2).any(|language| matches!(language.trim(), "" | "rust" | "no_run" | "should_panic"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_headless_file_is_found() {
        let tree = Tree::of(&[("a.rs", "//! a\n"), ("b.rs", "use std;\n")]);
        assert_eq!(heads(&tree).iter().map(|f| f.path.as_str()).collect::<Vec<_>>(), ["b.rs"]);
    }

    #[test]
    fn a_long_file_is_found() {
        let (fits, long) = ("x\n".repeat(FILE_LINES_MAX), "x\n".repeat(FILE_LINES_MAX + 1));
        assert_eq!(file_sizes(&Tree::of(&[("a.rs", &fits)])), []);
        assert_eq!(file_sizes(&Tree::of(&[("a.rs", &long)])).len(), 1);
    }

    #[test]
    fn a_long_map_is_found() {
        let single = "x\n".repeat(MAP_LINES_MAX + 1);
        let map = format!("pub mod b;\n{single}");
        let tree =
            Tree::of(&[("crates/a/src/lib.rs", &map), ("crates/a/src/b.rs", &map), ("crates/c/src/lib.rs", &single)]);
        assert_eq!(library_maps(&tree).iter().map(|f| f.path.as_str()).collect::<Vec<_>>(), ["crates/a/src/lib.rs"]);
    }

    #[test]
    fn examples_that_run_are_told_from_those_that_do_not() {
        assert!(file_has_doc_tests("/// ```\n/// one();\n/// ```\n"));
        assert!(!file_has_doc_tests("//! ```text\n//! one\n//! ```\n"));
    }
}
