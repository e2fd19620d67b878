//! The lists of 22 families in the shared data, where they are at hand.

use std::fs;
use std::path::{Path, PathBuf};

use indicators::list::{self, Format, Purpose};
use indicators::{Kind, Reason, Set};

use crate::made;

fn files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/indicators");
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut files: Vec<_> = entries.map(|entry| entry.expect("entry").path()).collect();
    files.retain(|file| file.extension().is_some_and(|ending| ending == "txt"));
    files.sort();
    files
}

#[test]
fn all_lists_are_read_and_nearly_every_line_of_them() {
    let (files, zone) = (files(), made::zone());
    if files.is_empty() {
        println!("skipped: no shared lists here");
        return;
    }
    let (mut builder, mut all, mut aliases, mut findings) = (Set::builder(), Vec::new(), 0, Vec::new());
    for file in &files {
        let mut reading = made::reading(Format::Text, Purpose::Indicators, &zone);
        reading.defaults.family = file.file_stem().expect("stem").to_string_lossy().into_owned();
        let (indicators, report) = made::read(&fs::read(file).expect("list"), reading);
        println!("{}: {} taken, {} refused", file.display(), report.accepted, report.refused);
        assert_eq!((report.accepted, report.refused), (indicators.len() as u64, report.findings.len() as u64));
        builder.begin(&indicators[0].family, 0);
        for indicator in &indicators {
            builder.add(indicator).expect("canonical");
        }
        all.extend(indicators);
        findings.extend(report.findings);
        aliases += usize::from(!report.aliases.is_empty());
    }
    let (refused, taken) = (findings.len(), all.len());
    let of = |kind| all.iter().filter(|indicator| indicator.kind == kind).count();
    println!(
        "{taken} taken, {refused} refused, {aliases} with aliases: {:?}",
        Kind::ALL.map(|kind| (kind.name(), of(kind)))
    );
    for finding in &findings {
        println!("{}: {}", finding.text, finding.reason);
    }
    assert_eq!(files.len(), 22);
    assert!(taken > 100_000 && refused * 1000 < taken, "{refused} of {taken} are refused");
    assert!(findings.iter().all(|finding| finding.reason != Reason::TooMany));
    every_one_is_found(&builder.build(), &all);
    let (again, report) =
        made::read(list::write_csv(&all).as_bytes(), made::reading(Format::Csv, Purpose::Indicators, &zone));
    assert!(again == all && report.refused == 0);
}

/// Each is found as itself: names, addresses and paths by what they say.
fn every_one_is_found(set: &Set, all: &[indicators::Indicator<'_>]) {
    for indicator in all {
        let text = &*indicator.text;
        let found = match indicator.kind {
            Kind::Domain => set.domain(text, 0),
            Kind::Address => set.address(made::end(text).ip, 0),
            Kind::AddressPort => {
                let end = made::end(text);
                end.port.and_then(|port| set.address_port(end.ip, port, 0))
            }
            Kind::Path => set.path(text, 0),
            Kind::Url => {
                let (authority, path) = text.split_at(text.find('/').expect("path"));
                let (host, port) = authority.rsplit_once(':').unwrap_or((authority, ""));
                set.url(host, port.parse().ok(), path, 0)
            }
        };
        assert_eq!(found.map(|found| (found.kind, found.indicator)), Some((indicator.kind, text)));
    }
}
