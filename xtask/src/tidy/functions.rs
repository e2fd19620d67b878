//! How long functions are. The code is formatted, so a function ends at a brace under its first letter.

use super::{
    Finding,
    tree::{Tree, production_part},
};

/// Lines of a function, from `fn` to its brace.
const LINES_MAX: usize = 70;

/// A function of production code.
#[derive(Debug, PartialEq, Eq)]
struct Function<'t> {
    name: &'t str,
    line: usize,
    lines: usize,
}

/// No function is too long to be understood at once.
pub(super) fn sizes(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree.production() {
        for Function { name, line, lines } in functions(production_part(&file.text)) {
            if lines > LINES_MAX {
                let what = format!("`{name}` has {lines} lines, at most {LINES_MAX}: give its parts names");
                findings.push(Finding::new(&file.path, line, what));
            }
        }
    }
    findings
}

/// Median and 90th percentile of functions and files, for the eye.
pub(super) fn report(tree: &Tree) -> Vec<String> {
    let texts = || tree.production().map(|file| production_part(&file.text));
    let functions: Vec<usize> = texts().flat_map(functions).map(|function| function.lines).collect();
    let files: Vec<usize> = texts().map(|text| text.lines().count()).collect();
    let line = |name: &str, mut sizes: Vec<usize>| {
        sizes.sort_unstable();
        let at = |percent: usize| sizes.get(sizes.len() * percent / 100).copied().unwrap_or(0);
        let largest = sizes.last().copied().unwrap_or(0);
        format!("   {} {name}: median {} lines, p90 {}, largest {largest}", sizes.len(), at(50), at(90))
    };
    vec![line("functions", functions), line("files", files)]
}

fn functions(text: &str) -> Vec<Function<'_>> {
    let lines: Vec<&str> = text.lines().collect();
    lines
        .iter()
        .enumerate()
        .filter_map(|(at, line)| {
            let name = function_name(line)?;
            Some(Function { name, line: at + 1, lines: length(&lines[at..])? })
        })
        .collect()
}

/// The name of the function that a line declares.
fn function_name(line: &str) -> Option<&str> {
    let mut rest = line.trim_start();
    if rest.starts_with("pub(") {
        rest = rest.split_once(") ")?.1;
    }
    while let Some(after) = ["pub ", "const ", "async ", "unsafe "].iter().find_map(|word| rest.strip_prefix(word)) {
        rest = after;
    }
    let name = rest.strip_prefix("fn ")?;
    name.split(['(', '<']).next()
}

/// Lines up to the closing brace; `None` for a declaration without a body.
fn length(lines: &[&str]) -> Option<usize> {
    let (first, rest) = lines.split_first()?;
    if first.ends_with(';') {
        return None;
    }
    if first.ends_with('}') {
        return Some(1);
    }
    let indent = first.len() - first.trim_start().len();
    for (at, line) in rest.iter().enumerate() {
        let outdented = line.len() - line.trim_start().len() == indent;
        if outdented && line.trim_start().starts_with('}') {
            return Some(at + 2);
        }
        if outdented && line.starts_with([')', ' ']) && line.ends_with(';') {
            return None;
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_what_an_editor_shows() {
        let text = "\
impl A {
    pub(crate) async fn long(
        a: u8,
    ) -> u8 {
        a
    }

    fn short() {}
}
trait B {
    fn declared(
        &self,
    );
    fn too(&self);
}
pub const fn free<T>() {
    if true {
    }
}
";
        let found: Vec<_> = functions(text).into_iter().map(|f| (f.name, f.line, f.lines)).collect();
        assert_eq!(found, [("long", 2, 5), ("short", 8, 1), ("free", 16, 4)]);
    }

    #[test]
    fn a_long_function_is_found() {
        let body = "    x();\n".repeat(LINES_MAX - 1);
        let tree = Tree::of(&[("crates/a/src/b.rs", &format!("fn long() {{\n{body}}}\n"))]);
        assert_eq!(sizes(&tree).len(), 1);
        let body = "    x();\n".repeat(LINES_MAX - 2);
        assert_eq!(sizes(&Tree::of(&[("crates/a/src/b.rs", &format!("fn fits() {{\n{body}}}\n"))])), []);
    }

    #[test]
    fn the_report_shows_the_middle_and_the_end() {
        let tree = Tree::of(&[("crates/a/src/b.rs", "fn a() {}\nfn b() {\n}\n")]);
        assert_eq!(report(&tree)[0], "   2 functions: median 2 lines, p90 2, largest 2");
    }
}
