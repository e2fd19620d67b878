//! Libraries of which two versions in one program would not fit together.

use super::{Finding, tree::Tree};

/// Packages that must be there once: their types cross from one library to another.
const ONCE: &[&str] = &["arrow-array", "arrow-schema", "datafusion", "object_store", "parquet"];

/// One version each in `Cargo.lock`.
pub(super) fn one_version_each(tree: &Tree) -> Vec<Finding> {
    let Some(lock) = tree.files().find(|file| file.path == "Cargo.lock") else { return Vec::new() };
    let twice = |name: &&&str| versions(&lock.text, name).count() > 1;
    let finding = |name: &&str| {
        let versions: Vec<_> = versions(&lock.text, name).collect();
        Finding::new(&lock.path, 1, format!("`{name}` is there as {}: make them agree", versions.join(" and ")))
    };
    ONCE.iter().filter(twice).map(finding).collect()
}

fn versions<'t>(lock: &'t str, name: &'t str) -> impl Iterator<Item = &'t str> {
    let package = move |package: &'t str| {
        let rest = package.strip_prefix("name = \"")?.strip_prefix(name)?.strip_prefix("\"\nversion = \"")?;
        rest.split('"').next()
    };
    lock.split("[[package]]\n").filter_map(package)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_version_is_found() {
        let one = "[[package]]\nname = \"arrow-array\"\nversion = \"59.0.0\"\n\n[[package]]\nname = \"arrow-array-x\"\nversion = \"1\"\n";
        assert_eq!(one_version_each(&Tree::of(&[("Cargo.lock", one)])), []);
        let two = format!("{one}[[package]]\nname = \"arrow-array\"\nversion = \"58.1.0\"\n");
        let found = one_version_each(&Tree::of(&[("Cargo.lock", &two)]));
        assert_eq!(found[0].what, "`arrow-array` is there as 59.0.0 and 58.1.0: make them agree");
    }
}
