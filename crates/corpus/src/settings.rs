//! What an operator writes: he is trusted, and makes mistakes.

use std::sync::Arc;

use constituency::{Constituency, Hints, Tables, tables::FILES};
use event::subject::Subject;
use feeds::{
    catalogue::{Catalogue, Speaks},
    format::Format,
    generic::Mapping,
    shadowserver::Schema,
};

use crate::reports::{check, split_line};

/// Between the parts of one input.
const CUT: u8 = 0;
/// The owners' tables are asked on the days on which something begins or ends in them, and on this one.
const DAY: i32 = 20_777;
/// Who is asked about.
const SUBJECTS: [&str; 6] =
    ["192.0.2.1", "198.51.100.77", "2001:db8::1", "www.example.vn", "http://203.0.113.5/x", "a@b.example"];

/// A mapping, a cut, and a list to be read by it.
pub fn mapping(data: &[u8]) {
    let (mapping, list) = cut(data);
    let Ok(mapping) = Mapping::parse(&String::from_utf8_lossy(mapping)) else { return };
    check(&Format::Generic(Arc::new(mapping)), "2026-11-19-list.txt", list);
}

/// A schema file, a cut, and a report whose first line is its name.
pub fn schema(data: &[u8]) {
    let (schema, report) = cut(data);
    let Ok(schema) = Schema::parse(&String::from_utf8_lossy(schema)) else { return };
    let types: Vec<String> = schema.types().map(str::to_owned).collect();
    let schema = Arc::new(schema);
    let (name, rest) = split_line(report);
    check(&Format::Shadowserver(schema.clone()), name, rest);
    for report in types.iter().take(2) {
        check(&Format::Shadowserver(schema.clone()), &format!("2026-11-19-{report}-made-geo.csv"), rest);
    }
}

/// A catalogue of feeds, a cut, and the name of a file.
pub fn catalogue(data: &[u8]) {
    let (catalogue, name) = cut(data);
    let Ok(catalogue) = Catalogue::parse(&String::from_utf8_lossy(catalogue)) else { return };
    let name = String::from_utf8_lossy(name);
    if let Some(feed) = catalogue.feed_for_file(&name) {
        assert!(feed.has_file(&name), "a feed was given a file that is not its own");
    }
    for feed in catalogue.feeds() {
        assert!(catalogue.feed(&feed.name).is_some(), "a feed cannot be found by its name");
        if let Speaks::Generic(mapping) = &feed.speaks {
            check(&Format::Generic(mapping.clone()), &name, b"a,b\n192.0.2.1,c\n");
        }
    }
}

/// The four owners' tables, cut from each other.
pub fn constituency(data: &[u8]) {
    let texts: Vec<_> = data.splitn(FILES.len(), |byte| *byte == CUT).map(String::from_utf8_lossy).collect();
    let files: Vec<(&str, &str)> = FILES.into_iter().zip(texts.iter().map(AsRef::as_ref)).collect();
    let (tables, findings) = Tables::read(&files);
    for finding in &findings {
        assert!(!finding.message.is_empty(), "a finding says nothing");
    }
    let constituency = Constituency::build(tables);
    for subject in SUBJECTS.iter().filter_map(|text| Subject::parse(text)) {
        for day in [i32::MIN, 0, DAY, i32::MAX] {
            let owner = constituency.owner_at(&subject, day, Hints::default());
            assert_eq!(
                owner,
                constituency.owner_at(&subject, day, Hints::default()),
                "asked twice, answered otherwise"
            );
            let _ = constituency.explain(&subject, day);
        }
    }
}

fn cut(data: &[u8]) -> (&[u8], &[u8]) {
    let end = data.iter().position(|byte| *byte == CUT).unwrap_or(data.len());
    (&data[..end], data.get(end + 1..).unwrap_or_default())
}
