//! Every kept input, thrown at its target again: what was found once does not come back.

#![expect(clippy::expect_used, reason = "helpers of tests: what cannot be read fails the test")]

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use corpus::TARGETS;

fn fuzz_folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("checkout").join("fuzz").join(name)
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<_> = fs::read_dir(folder).expect("folder").map(|entry| entry.expect("entry").path()).collect();
    files.sort();
    files
}

fn stems(folder: &str) -> BTreeSet<String> {
    let stem = |path: PathBuf| path.file_stem().expect("name").to_string_lossy().into_owned();
    files(&fuzz_folder(folder)).into_iter().map(stem).collect()
}

#[test]
fn every_kept_input_keeps_the_promises() {
    for (name, target) in TARGETS {
        for file in files(&fuzz_folder("corpus").join(name)) {
            // The harness shows what is printed only if the test fails: then this is the input to look at.
            println!("{}", file.display());
            target(&fs::read(&file).expect("input"));
        }
    }
}

#[test]
fn every_target_has_a_fuzz_target_and_inputs() {
    let names: BTreeSet<String> = TARGETS.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(stems("fuzz_targets"), names);
    assert_eq!(stems("corpus"), names);
    for name in &names {
        assert!(!files(&fuzz_folder("corpus").join(name)).is_empty(), "{name}");
    }
}
