//! The pages in the repository that are made of the program are the ones it makes today.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::desk::Desk;

fn pages(root: &Path) -> BTreeMap<String, String> {
    let mut pages = BTreeMap::new();
    for folder in ["man", "completions", ""] {
        for entry in fs::read_dir(root.join(folder)).expect("a folder") {
            let path = entry.expect("an entry").path();
            let name = path.strip_prefix(root).expect("below").to_string_lossy().into_owned();
            if path.is_file() && (!folder.is_empty() || name == "FORMATS.md") {
                pages.insert(name, fs::read_to_string(&path).expect("text"));
            }
        }
    }
    pages
}

#[test]
fn the_pages_of_the_repository_are_those_the_program_makes() {
    let desk = Desk::new();
    desk.run_on(&["docs"], &[desk.path("docs")]).well();
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs");
    if std::env::var_os("GOLDEN_WRITE").is_some() {
        desk.run_on(&["docs"], std::slice::from_ref(&kept)).well();
    }
    let (made, kept) = (pages(&desk.path("docs")), pages(&kept));
    assert_eq!(made.keys().collect::<Vec<_>>(), kept.keys().collect::<Vec<_>>(), "run this test with GOLDEN_WRITE=1");
    for (name, page) in made {
        assert_eq!(page, kept[&name], "docs/{name} is old; run this test with GOLDEN_WRITE=1");
    }
}
