//! The files of the checkout that rules read.

use std::{fs, path::Path};

use anyhow::{Context as _, Result};

/// Folders that hold no text of ours, by name or by path.
const SKIPPED: &[&str] = &["target", ".git", "fuzz/corpus", "fuzz/artifacts", "testdata"];
/// Endings of the files that are read.
const TEXT: &[&str] = &["rs", "toml", "md", "csv", "lock", "yml", "yaml", "sh"];

/// A file of text.
pub(super) struct File {
    /// From the checkout's root, with `/`.
    pub(super) path: String,
    /// What it holds.
    pub(super) text: String,
}

/// Every file of text in the checkout.
pub(super) struct Tree {
    files: Vec<File>,
}

impl Tree {
    /// Reads a checkout.
    pub(super) fn read(root: &Path) -> Result<Self> {
        let mut files = Vec::new();
        read_folder(root, "", &mut files)?;
        files.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(Self { files })
    }

    /// A tree of files made by a test.
    #[cfg(test)]
    pub(super) fn of(files: &[(&str, &str)]) -> Self {
        let file = |&(path, text): &(&str, &str)| File { path: path.to_owned(), text: text.to_owned() };
        Self { files: files.iter().map(file).collect() }
    }

    /// Every file.
    pub(super) fn files(&self) -> impl Iterator<Item = &File> {
        self.files.iter()
    }

    /// Every Rust file.
    pub(super) fn sources(&self) -> impl Iterator<Item = &File> {
        self.files().filter(|file| file.path.ends_with(".rs"))
    }

    /// Every Rust file that is part of a program or library: no tests, benches, examples.
    pub(super) fn production(&self) -> impl Iterator<Item = &File> {
        self.sources().filter(|file| file.path.split('/').any(|part| part == "src") && !is_test_file(&file.path))
    }

    /// Every `Cargo.toml` of a room, with the room's folder name.
    pub(super) fn manifests(&self) -> impl Iterator<Item = (&str, &File)> {
        self.files().filter_map(|file| {
            let room = file.path.strip_suffix("/Cargo.toml")?;
            Some((room.strip_prefix("crates/").unwrap_or(room), file))
        })
    }
}

/// A module kept in a file of its own and compiled for tests only, by its name.
fn is_test_file(path: &str) -> bool {
    path.ends_with("/tests.rs") || path.contains("/tests/")
}

impl File {
    /// The room a file belongs to: the folder under `crates`, or the first one.
    pub(super) fn room(&self) -> &str {
        let path = self.path.strip_prefix("crates/").unwrap_or(&self.path);
        path.split('/').next().unwrap_or_default()
    }

    /// Its lines of code with their numbers, without comments and without the test module at its end.
    pub(super) fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let lines = production_part(&self.text).lines().enumerate();
        lines.map(|(number, line)| (number + 1, line)).filter(|(_, line)| !line.trim_start().starts_with("//"))
    }
}

/// What stands before the module of tests, which is the last thing in a file.
pub(super) fn production_part(text: &str) -> &str {
    let marker = "\n#[cfg(test)]\nmod ";
    text.find(marker).map_or(text, |at| &text[..=at])
}

fn read_folder(folder: &Path, path: &str, files: &mut Vec<File>) -> Result<()> {
    let entries = fs::read_dir(folder).with_context(|| format!("read {}", folder.display()))?;
    for entry in entries {
        let entry = entry.with_context(|| format!("read {}", folder.display()))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = if path.is_empty() { name.clone() } else { format!("{path}/{name}") };
        let kind = entry.file_type().with_context(|| format!("look at {path}"))?;
        if kind.is_dir() && !SKIPPED.iter().any(|skipped| *skipped == name || *skipped == path) {
            read_folder(&entry.path(), &path, files)?;
        } else if kind.is_file() && is_text(&path) {
            let text = fs::read(entry.path()).with_context(|| format!("read {path}"))?;
            files.push(File { path, text: String::from_utf8_lossy(&text).into_owned() });
        }
    }
    Ok(())
}

fn is_text(path: &str) -> bool {
    path == ".ci/run" || path.rsplit_once('.').is_some_and(|(_, ending)| TEXT.contains(&ending))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_and_comments_are_no_code() {
        let tree =
            Tree::of(&[("crates/a/src/lib.rs", "//! a\nfn x() {}\n\n#[cfg(test)]\nmod tests {\n    fn y() {}\n}\n")]);
        let code: Vec<_> = tree.production().flat_map(File::code).filter(|(_, line)| !line.is_empty()).collect();
        assert_eq!(code, [(2, "fn x() {}")]);
    }

    #[test]
    fn files_know_their_room() {
        let tree =
            Tree::of(&[("crates/feeds/src/lib.rs", ""), ("xtask/src/main.rs", ""), ("crates/feeds/tests/a.rs", "")]);
        assert_eq!(tree.sources().map(File::room).collect::<Vec<_>>(), ["feeds", "xtask", "feeds"]);
        assert_eq!(tree.production().count(), 2);
    }
}
