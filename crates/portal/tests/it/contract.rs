//! Things that are written twice agree: the API's description and the router, messages and their keys.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use portal::tables::Tables;
use portal::verdict::Reach;
use portal::words::{Lang, Words};

#[test]
fn the_description_of_the_api_names_the_routers_calls_and_no_others() {
    let router = include_str!("../../src/router.rs");
    let routed: BTreeSet<String> = router
        .lines()
        .filter_map(|line| line.trim().strip_prefix(".route(\"/api/"))
        .filter_map(|rest| {
            let (path, rest) = rest.split_once("\", ")?;
            let method = rest.split('(').next()?;
            Some(format!("{method} /api/{path}"))
        })
        .collect();
    let text = include_str!("../../data/openapi.json");
    let described: serde_json::Value = serde_json::from_str(text).expect("openapi.json");
    let paths = described["paths"].as_object().expect("paths").iter();
    let described: BTreeSet<String> = paths
        .flat_map(|(path, calls)| {
            calls.as_object().expect("calls").keys().map(move |method| format!("{method} {path}"))
        })
        .collect();
    assert_eq!(routed, described);
    assert!(router.contains(&format!("const DELIVER: &str = \"{}\"", "/api/v1/feeds/{feed}/reports")));
}

/// Every text of this crate's code and templates.
fn sources(folder: &Path, all: &mut String) {
    for entry in fs::read_dir(folder).expect("folder") {
        let path = entry.expect("entry").path();
        if path.is_dir() {
            sources(&path, all);
        } else {
            all.push_str(&fs::read_to_string(&path).expect("text"));
        }
    }
}

#[test]
fn every_message_that_is_named_is_there() {
    let mut all = String::new();
    for folder in ["src", "templates"] {
        sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), &mut all);
    }
    let words = Words::of(Lang::Vi);
    let mut named = BTreeSet::new();
    for start in ["page.t(\"", "self.page.t(\"", "page.with(\"", "Some(\"form."] {
        let skip = if start.ends_with('.') { "form." } else { "" };
        named.extend(all.split(start).skip(1).filter_map(|rest| Some(format!("{skip}{}", rest.split('"').next()?))));
    }
    assert!(named.len() > 80, "{}", named.len());
    let missing: Vec<_> = named.iter().filter(|key| key.contains('.') && !words.has(key)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn every_message_that_data_names_is_there() {
    let tables = Tables::read(None).expect("tables");
    let words = Words::of(Lang::Vi);
    let mut keys: Vec<String> = tables.decisions.words().map(|name| format!("words.{name}")).collect();
    keys.extend(Reach::ALL.map(|reach| format!("reach.{}", reach.name())));
    keys.extend(tables.retention.iter().map(|kept| format!("retention_what.{}", kept.name)));
    keys.extend(tables.retention.iter().map(|kept| format!("retention_why.{}", kept.name)));
    keys.extend(tables.retention.iter().map(|kept| format!("retention_keep.{}", kept.keep)));
    for kind in event::rules::Kind::ALL {
        keys.extend([format!("kind.{}", kind.name()), format!("verdict.seen-{}", kind.name())]);
    }
    let missing: Vec<_> = keys.iter().filter(|key| !words.has(key)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn every_icon_that_is_named_is_there() {
    let mut templates = String::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("templates"), &mut templates);
    let icons = include_str!("../../assets/icons.svg");
    let named = templates.split("page.version() }}#").skip(1).filter_map(|rest| rest.split('"').next());
    for name in named.filter(|name| !name.contains('{')).chain([
        "seen",
        "not-seen",
        "cannot-tell",
        "pc",
        "server",
        "router",
        "camera",
        "open",
        "any",
    ]) {
        assert!(icons.contains(&format!("<symbol id=\"{name}\"")), "{name}");
    }
}
