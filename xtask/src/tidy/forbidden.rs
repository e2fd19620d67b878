//! Words that must not stand in code.

use super::{Finding, tree::Tree};

/// Put together here, so that this file does not break its own rules.
const ALLOW: [&str; 2] = [concat!("#[", "allow("), concat!("#![", "allow(")];
const UNDONE: [&str; 4] =
    [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("todo", "!("), concat!("unimplemented", "!(")];

/// A lint is never switched off for good: `#[expect(…, reason = "…")]` complains when it is no longer needed.
pub(super) fn no_allow(tree: &Tree) -> Vec<Finding> {
    find(tree, &ALLOW, "use #[expect(…, reason = \"…\")]")
}

/// What is not done is not in the code.
pub(super) fn nothing_left_undone(tree: &Tree) -> Vec<Finding> {
    find(tree, &UNDONE, "do it, or leave it out")
}

fn find(tree: &Tree, words: &[&str], instead: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree.sources() {
        for (at, line) in file.text.lines().enumerate() {
            if let Some(word) = words.iter().find(|word| line.contains(**word)) {
                findings.push(Finding::new(&file.path, at + 1, format!("`{word}`: {instead}")));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lint_that_is_switched_off_is_found() {
        let text = format!("//! a\n{}dead_code)]\n#[expect(dead_code, reason = \"b\")]\n", ALLOW[0]);
        assert_eq!(no_allow(&Tree::of(&[("a.rs", &text)])).iter().map(|f| f.line).collect::<Vec<_>>(), [2]);
    }

    #[test]
    fn unfinished_work_is_found() {
        for word in UNDONE {
            assert_eq!(nothing_left_undone(&Tree::of(&[("a.rs", &format!("// {word}\n"))])).len(), 1, "{word}");
        }
        assert_eq!(nothing_left_undone(&Tree::of(&[("a.rs", "let todos = 1;\n")])), []);
    }
}
