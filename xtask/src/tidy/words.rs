//! Words that belong to one machine and not to the project.

use super::{Finding, tree::Tree};

/// How an absolute path of somebody's machine begins; put together here, so that this file does not break its own rule.
const MACHINE: [&str; 4] =
    [concat!("/ho", "me/"), concat!("/ro", "ot/"), concat!("/wo", "rk/"), concat!("/Us", "ers/")];
/// In texts for people, the system's scratch folder as well: code may have to name it.
const SCRATCH: &str = concat!("/t", "mp/");

/// No file names a place that exists on one machine only.
pub(super) fn no_machine_paths(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree.files().filter(|file| !file.path.ends_with(".csv")) {
        let scratch = file.path.ends_with(".md").then_some(SCRATCH);
        for (at, line) in file.text.lines().enumerate() {
            if let Some(path) = MACHINE.into_iter().chain(scratch).find(|path| names_path(line, path)) {
                findings.push(Finding::new(&file.path, at + 1, format!("`{path}…` exists on one machine only")));
            }
        }
    }
    findings
}

/// Whether the path begins at a place where an absolute path can: not inside an address or a longer path.
fn names_path(line: &str, path: &str) -> bool {
    let begins = |before: &str| !before.ends_with(|c: char| c.is_alphanumeric() || "._~/-}>".contains(c));
    line.match_indices(path).any(|(at, _)| begins(&line[..at]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_of_one_machine_is_found() {
        let line = format!("see `{}me/x` and https://a.example{}b\n", MACHINE[0], MACHINE[1]);
        assert_eq!(no_machine_paths(&Tree::of(&[("README.md", &line)])).len(), 1);
        let scratch = format!("\"{SCRATCH}x\"\n");
        assert_eq!(no_machine_paths(&Tree::of(&[("a.md", &scratch), ("a.rs", &scratch)])).len(), 1);
        let inside = format!("https://a.example{}b ../x{}y\n", MACHINE[0], MACHINE[1]);
        assert_eq!(no_machine_paths(&Tree::of(&[("a.md", &inside)])), []);
    }
}
