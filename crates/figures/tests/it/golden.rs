//! Every folder of `tests/golden`: `counts.json` becomes what lies in `expected`.
//! `FIGURES_BLESS=1` writes what is made over what is expected; look at it before it is committed.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use figures::words::Lang;

use crate::page::{page, path, picture};

/// File names and contents of a release in both languages.
fn made(case: &Path) -> BTreeMap<String, Vec<u8>> {
    let picture = picture(&case.join("counts.json"));
    let mut made = BTreeMap::new();
    for lang in Lang::ALL {
        let front = picture.render(lang);
        made.insert(format!("page.{}.html", lang.code()), page(&front, lang).into_bytes());
        made.extend(front.files.into_iter().map(|file| (file.name, file.bytes)));
    }
    made
}

#[test]
fn every_case_is_rendered_as_expected() {
    let mut cases = 0;
    for case in fs::read_dir(path("golden")).expect("cases").map(|case| case.expect("a case").path()) {
        if !case.is_dir() {
            continue;
        }
        cases += 1;
        let (made, expected) = (made(&case), case.join("expected"));
        if std::env::var_os("FIGURES_BLESS").is_some() {
            fs::create_dir_all(&expected).expect("a folder");
            made.iter().for_each(|(name, bytes)| fs::write(expected.join(name), bytes).expect("written"));
        }
        let files = fs::read_dir(&expected).expect("expected files").count();
        assert_eq!(files, made.len(), "{}", expected.display());
        for (name, bytes) in made {
            let wanted = fs::read(expected.join(&name)).unwrap_or_else(|e| panic!("{name}: {e}"));
            assert!(wanted == bytes, "{name} of {} differs", case.display());
        }
    }
    assert!(cases >= 3);
}
