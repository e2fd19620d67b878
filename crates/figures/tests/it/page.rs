//! A page around a rendered release, to look at in a browser: `tests/golden/<case>/expected/page.<lang>.html`.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use figures::counts::Counts;
use figures::front::Front;
use figures::picture::Picture;
use figures::rule::Rule;
use figures::words::Lang;

/// A folder or file of the tests.
pub(crate) fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(name)
}

pub(crate) fn counts(path: &Path) -> Counts {
    serde_json::from_slice(&fs::read(path).expect("counts")).expect("counts")
}

pub(crate) fn picture(path: &Path) -> Picture {
    Picture::of(&counts(path), &Rule::shipped()).expect("a release")
}

pub(crate) fn page(front: &Front, lang: Lang) -> String {
    let mut page = format!(
        "<!doctype html>\n<html lang=\"{}\">\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{}</title>\n\
         <link rel=\"stylesheet\" href=\"../../page.css\">\n<link rel=\"stylesheet\" href=\"../../../../data/figures.css\">\n",
        lang.code(),
        front.period
    );
    writeln!(page, "<h1>{}</h1>", front.period).expect("memory");
    for fact in &front.headline {
        writeln!(page, "<p class=\"fact\"><b>{}</b> {}</p>", fact.value, fact.label).expect("memory");
    }
    writeln!(page, "<p>{}</p>", front.headline[0].definition).expect("memory");
    for section in &front.sections {
        writeln!(
            page,
            "<section>\n<h2>{}</h2>\n<p>{}</p>\n<div class=\"pair\">\n<div>{}</div>\n<details class=\"fig-details\"{}><summary>{}</summary>{}</details>\n</div>\n\
             <p class=\"note\">{}</p>\n<p><a href=\"{}\">CSV</a> <a href=\"{}\">JSON</a></p>\n</section>",
            section.heading,
            section.definition,
            section.svg,
            if section.key == "provinces" { " open" } else { "" },
            section.table_label,
            section.table_html,
            section.notes.join(" "),
            section.csv,
            section.json
        )
        .expect("memory");
    }
    writeln!(page, "<p class=\"note\">{}</p>", front.notes.join(" ")).expect("memory");
    page
}
