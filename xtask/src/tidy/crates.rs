//! What the rooms of the house may know: of each other, of libraries, of the world.

use super::{
    Finding,
    tree::{File, Tree},
};

/// Which room may depend on which. A new edge is the most carefully reviewed line of a change.
const EDGES: &[(&str, &[&str])] = &[
    ("event", &[]),
    ("disk", &[]),
    ("indicators", &["event"]),
    ("feeds", &["event", "indicators"]),
    ("constituency", &["event"]),
    ("country", &["event"]),
    ("documents", &["event"]),
    ("figures", &[]),
    ("lake", &["event", "constituency", "disk"]),
    ("pipeline", &["event", "feeds", "indicators", "constituency", "lake", "disk"]),
    ("portal", &["event"]),
    (
        "haidang",
        &[
            "event",
            "feeds",
            "indicators",
            "constituency",
            "country",
            "disk",
            "documents",
            "lake",
            "pipeline",
            "portal",
            "figures",
        ],
    ),
    ("corpus", &["event", "feeds", "constituency", "indicators", "portal"]),
    ("fuzz", &["corpus"]),
    ("xtask", &[]),
];

/// Libraries that one room alone may name, by the beginning of their names.
const KEPT: &[(&str, &[&str])] = &[
    ("lake", &["datafusion", "deltalake", "ballista"]),
    ("ledger", &["sea-orm", "sea_orm", "sqlx", "rusqlite"]),
    ("portal", &["axum", "askama"]),
];

/// What touches files, the network or the clock.
const WORLD: &[&str] =
    &["std::fs", "std::net::Tcp", "std::net::Udp", "std::env", "std::process", "tokio", "SystemTime", "Instant"];

/// No room depends on a room it may not know, and every room is in the table.
pub(super) fn edges(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (room, manifest) in tree.manifests() {
        let Some((_, may)) = EDGES.iter().find(|(name, _)| *name == room) else {
            findings.push(Finding::new(&manifest.path, 1, format!("add `{room}` to the table of edges in xtask")));
            continue;
        };
        for (line, name) in dependencies(&manifest.text) {
            let ours = EDGES.iter().any(|(other, _)| *other == name);
            if ours && !may.contains(&name) {
                findings.push(Finding::new(&manifest.path, line, format!("`{room}` may not know `{name}`")));
            }
        }
    }
    findings
}

/// A library that belongs to one room is named in no other, neither in its manifest nor in its code.
pub(super) fn libraries_kept_in_their_room(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (keeper, libraries) in KEPT {
        for (room, manifest) in tree.manifests().filter(|(room, _)| room != keeper) {
            let named = dependencies(&manifest.text).filter(|(_, name)| libraries.iter().any(|l| name.starts_with(l)));
            let finding = |(line, name)| {
                Finding::new(&manifest.path, line, format!("only `{keeper}` names `{name}`, not `{room}`"))
            };
            findings.extend(named.map(finding));
        }
        for file in tree.production().filter(|file| file.room() != *keeper) {
            findings.extend(
                uses(file, libraries).map(|(line, library)| {
                    Finding::new(&file.path, line, format!("only `{keeper}` names `{library}`"))
                }),
            );
        }
    }
    findings
}

/// Rooms that turn bytes into answers and touch nothing else.
const PURE: &[&str] = &["constituency", "feeds", "indicators"];

/// The pure rooms do no IO.
pub(super) fn pure_rooms_do_no_io(tree: &Tree) -> Vec<Finding> {
    let files = tree.production().filter(|file| PURE.contains(&file.room()));
    let named = files.flat_map(|file| {
        file.code().filter_map(move |(line, code)| {
            let name = WORLD.iter().find(|name| contains_word(code, name))?;
            Some(Finding::new(&file.path, line, format!("`{name}`: this room does no IO and knows no clock")))
        })
    });
    named.collect()
}

/// Only the program's `main.rs` ends the process, so that every other part can be tested.
pub(super) fn only_main_exits(tree: &Tree) -> Vec<Finding> {
    let exit = concat!("process::", "exit");
    let files = tree.production().filter(|file| file.path != "crates/haidang/src/main.rs");
    let found = files.flat_map(|file| file.code().map(move |(line, code)| (file, line, code)));
    found
        .filter(|(_, _, code)| code.contains(exit) || code.contains(concat!("process::", "abort")))
        .map(|(file, line, _)| Finding::new(&file.path, line, "only main ends the process: return an error"))
        .collect()
}

/// Lines of code that begin a path with a library's name: `use datafusion…` or `datafusion::…`.
fn uses<'t>(file: &'t File, libraries: &'t [&'t str]) -> impl Iterator<Item = (usize, &'t str)> {
    file.code().filter_map(|(line, code)| {
        let names = |library: &&&str| {
            let after = code.match_indices(**library).map(|(at, _)| (&code[..at], &code[at + library.len()..]));
            after
                .into_iter()
                .any(|(before, after)| begins_word(before) && after.trim_start_matches(is_word).starts_with("::"))
        };
        Some((line, *libraries.iter().find(names)?))
    })
}

/// Names and lines of the normal and build dependencies of a manifest. Tests may know more.
fn dependencies(manifest: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut inside = false;
    manifest.lines().enumerate().filter_map(move |(at, line)| {
        if let Some(section) = line.trim().strip_prefix('[') {
            let section = section.trim_end_matches(']');
            inside = section.ends_with("dependencies")
                && !section.ends_with("dev-dependencies")
                && !section.starts_with("workspace");
            let (table, name) = section.rsplit_once('.')?;
            return table
                .ends_with("dependencies")
                .then_some((at + 1, name))
                .filter(|_| table != "dev-dependencies" && table != "workspace.dependencies");
        }
        let name = line.split(['=', '.', ' ']).next()?;
        (inside && line.contains('=') && !line.starts_with('#')).then_some((at + 1, name))
    })
}

fn contains_word(code: &str, word: &str) -> bool {
    code.match_indices(word).any(|(at, _)| begins_word(&code[..at]) && !code[at + word.len()..].starts_with(is_word))
}

fn begins_word(before: &str) -> bool {
    !before.ends_with(is_word)
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whats(findings: &[Finding]) -> Vec<&str> {
        findings.iter().map(|finding| finding.what.as_str()).collect()
    }

    #[test]
    fn an_edge_that_is_not_in_the_table_is_found() {
        let tree = Tree::of(&[
            ("crates/feeds/Cargo.toml", "[dependencies]\nevent.workspace = true\nlake.workspace = true\n"),
            ("crates/event/Cargo.toml", "[dependencies.feeds]\npath = \"x\"\n[dev-dependencies]\nlake = 1\n"),
        ]);
        assert_eq!(whats(&edges(&tree)), ["`feeds` may not know `lake`", "`event` may not know `feeds`"]);
    }

    #[test]
    fn a_room_nobody_has_heard_of_is_found() {
        let tree = Tree::of(&[("crates/attic/Cargo.toml", "[dependencies]\n")]);
        assert_eq!(whats(&edges(&tree)), ["add `attic` to the table of edges in xtask"]);
    }

    #[test]
    fn a_library_in_the_wrong_room_is_found() {
        let tree = Tree::of(&[
            ("crates/pipeline/Cargo.toml", "[dependencies]\ndatafusion = \"1\"\n"),
            (
                "crates/pipeline/src/a.rs",
                "use datafusion::prelude;\nlet x = deltalake_core::open();\n// datafusion::x\n",
            ),
            ("crates/lake/src/a.rs", "use datafusion::prelude;\n"),
            ("crates/event/src/a.rs", "let datafusion = 1;\n"),
        ]);
        let found = libraries_kept_in_their_room(&tree);
        assert_eq!(
            found.iter().map(|f| (f.path.as_str(), f.line)).collect::<Vec<_>>(),
            [("crates/pipeline/Cargo.toml", 2), ("crates/pipeline/src/a.rs", 1), ("crates/pipeline/src/a.rs", 2)]
        );
    }

    #[test]
    fn a_feed_that_opens_a_file_is_found() {
        let text = "use std::fs::File;\nuse std::net::IpAddr;\nlet now = SystemTime::now();\n";
        let found = pure_rooms_do_no_io(&Tree::of(&[("crates/feeds/src/a.rs", text), ("crates/lake/src/a.rs", text)]));
        assert_eq!(found.iter().map(|f| f.line).collect::<Vec<_>>(), [1, 3]);
    }

    #[test]
    fn an_exit_outside_main_is_found() {
        let exit = concat!("std::process::", "exit(1);\n");
        let tree = Tree::of(&[("crates/haidang/src/main.rs", exit), ("crates/haidang/src/a.rs", exit)]);
        assert_eq!(
            only_main_exits(&tree).iter().map(|f| f.path.as_str()).collect::<Vec<_>>(),
            ["crates/haidang/src/a.rs"]
        );
    }
}
