//! Files of the lake are put together while others write: both come out right, to the row.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use disk::{Disk, Step};
use lake::ask::Filter;
use lake::care::Done;
use lake::together::Compacted;
use pipeline::{DataFolder, PipelineError, Writer, mend};

use crate::house::{self, House, NOW, SINKHOLE, TELNET, clock, day, sinkhole, telnet};
use crate::picture;

/// A third report of the two days of the others, and a fourth.
const THIRD: &str = "2026-03-10-event4_sinkhole-made.csv";
const FOURTH: &str = "2026-03-10-scan_telnet-made.csv";

fn three_reports() -> House {
    let house = House::new();
    for (name, bytes) in [(SINKHOLE, sinkhole()), (TELNET, telnet()), (THIRD, sinkhole())] {
        house.ingest(name, &bytes);
    }
    house
}

/// Puts all files together and does something once, when the first file made of others is about to get its name.
fn compact_and_meanwhile(
    house: &House,
    work: impl Fn(&DataFolder) + Send + Sync + 'static,
) -> Result<Compacted, PipelineError> {
    let (others, done) = (house.data.clone(), AtomicBool::new(false));
    let is_made = |path: &Path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("c-"));
    let disk = Disk::watched(Arc::new(move |step| {
        if matches!(step, Step::Rename(path) if is_made(path)) && !done.swap(true, Ordering::SeqCst) {
            work(&others);
        }
        Ok(())
    }));
    compact(&house::open(house.data.root(), &disk)?)
}

fn compact(data: &DataFolder) -> Result<Compacted, PipelineError> {
    pipeline::compact::compact(data, &clock(NOW), 1, |_| {})
}

fn take_in(data: &DataFolder, name: &str, bytes: &[u8]) {
    house::accept(data, name, bytes, NOW).expect("accept");
    Writer::open(data.clone(), clock(NOW)).expect("nobody else writes").drain(|_| {}).expect("drain");
}

/// Parquet files of a day of a table that the table names.
fn files(house: &House, table: &str, day: &str) -> usize {
    let log = fs::read_dir(house.data.path(&format!("lake/{table}/_delta_log"))).expect("log");
    let mut named = std::collections::BTreeSet::new();
    let mut entries: Vec<_> = log.map(|entry| entry.expect("entry").path()).collect();
    entries.sort();
    for entry in entries {
        for line in fs::read_to_string(entry).expect("entry").lines() {
            let action: serde_json::Value = serde_json::from_str(line).expect("action");
            let path = |of: &str| action[of]["path"].as_str().map(str::to_owned);
            path("remove").map(|path| named.remove(&path));
            named.extend(path("add"));
        }
    }
    named.iter().filter(|path| path.contains(day)).count()
}

#[test]
fn a_report_is_taken_in_while_files_are_put_together() {
    let (house, calm) = (three_reports(), three_reports());
    calm.ingest(FOURTH, &telnet());
    let compacted = compact_and_meanwhile(&house, |data| take_in(data, FOURTH, &telnet())).expect("compact");
    let done = Done { days: 4, files_before: 10, files_after: 4 };
    assert_eq!(compacted, Compacted { done, dropped: 0 });
    picture::of(&house.data).assert_is(&picture::of(&calm.data), "a report beside");
    let left = |day: &str| ["events", "sightings"].map(|table| files(&house, table, day));
    assert_eq!((left("2026-03-08"), left("2026-03-09")), ([1, 1], [2, 2]), "the report came later");
    compact(&house.data).expect("compact");
    picture::of(&house.data).assert_is(&picture::of(&calm.data), "all files together");
    assert_eq!(left("2026-03-09"), [1, 1]);
}

#[test]
fn what_was_put_together_is_dropped_when_others_folded_the_days_again() {
    let (house, calm) = (three_reports(), three_reports());
    let rebuild = |data: &DataFolder| {
        let mut writer = Writer::open(data.clone(), clock(NOW)).expect("nobody else writes");
        writer.lake().rebuild(NOW).expect("rebuild");
    };
    let compacted = compact_and_meanwhile(&house, rebuild).expect("compact");
    assert_eq!((compacted.done.days, compacted.dropped), (2, 2), "sightings are as they were rebuilt");
    picture::of(&house.data).assert_is(&picture::of(&calm.data), "rebuilt beside");
}

#[test]
fn what_was_put_together_does_not_bring_back_what_was_forgotten() {
    let (house, calm) = (three_reports(), three_reports());
    let forget = |data: &DataFolder| {
        let mut writer = Writer::open(data.clone(), clock(NOW)).expect("nobody else writes");
        writer.forget(day("2026-03-09")).expect("forget");
    };
    forget(&calm.data);
    let compacted = compact_and_meanwhile(&house, forget).expect("compact");
    assert_eq!((compacted.done.days, compacted.dropped), (2, 2));
    let events = |house: &House| picture::json(&house.lake(), &Filter::default()).len();
    assert_eq!((events(&house), events(&calm)), (6, 6));
    let days = |house: &House| house.lake().feed_days(0).expect("days");
    assert!(
        days(&house).iter().map(|day| (day.day, day.events)).eq(days(&calm).iter().map(|day| (day.day, day.events)))
    );
}

/// Cuts the first file below a folder whose name ends so.
fn cut(folder: &Path, ending: &str) {
    let names = picture::names(folder);
    let path = folder.join(names.iter().find(|name| name.ends_with(ending)).expect("a file"));
    let bytes = fs::read(&path).expect("file");
    fs::write(&path, &bytes[..bytes.len() / 2]).expect("file");
}

#[test]
fn files_that_are_mended_meanwhile_are_left_as_they_were_mended() {
    let (house, calm) = (three_reports(), three_reports());
    let compacted = compact_and_meanwhile(&house, |data| {
        cut(&data.path("lake/events/day=2026-03-09"), ".parquet");
        assert!(mend::mend(data.clone(), clock(NOW)).expect("mended").is_whole());
    });
    let compacted = compacted.expect("compact");
    // The sightings of a day whose events were mended are folded again, too.
    assert_eq!((compacted.done.days, compacted.dropped), (2, 2));
    picture::of(&house.data).assert_is(&picture::of(&calm.data), "mended beside");
}

#[test]
fn a_damaged_file_is_named_and_not_made_to_look_sound() {
    let house = three_reports();
    let folder = house.data.path("lake/events/day=2026-03-09");
    let name = picture::names(&folder).remove(0);
    let mut bytes = fs::read(folder.join(&name)).expect("file");
    bytes[100] ^= 1;
    fs::write(folder.join(&name), bytes).expect("file");
    let error = compact(&house.data).expect_err("damaged").to_string();
    assert!(error.contains(&name) && error.contains("haidang lake mend"), "{error}");
    assert!(mend::mend(house.data.clone(), clock(NOW)).expect("mended").is_whole());
    compact(&house.data).expect("compact");
    picture::of(&house.data).assert_is(&picture::of(&three_reports().data), "mended");
}

#[test]
fn the_lake_stays_where_it_is_while_its_files_are_put_together() {
    let (house, calm) = (three_reports(), three_reports());
    compact_and_meanwhile(&house, |data| {
        cut(&data.path("lake/events/_delta_log"), "2.json");
        let held = mend::mend(data.clone(), clock(NOW)).expect_err("the lake is used");
        assert!(matches!(held, PipelineError::Held { .. }), "{held}");
        let held = compact(data).expect_err("one at a time");
        assert!(matches!(held, PipelineError::Held { .. }), "{held}");
    })
    .expect_err("the log is damaged");
    let mended = mend::mend(house.data.clone(), clock(NOW)).expect("mended");
    assert!(mended.is_whole() && mended.anew.is_some(), "{mended:?}");
    picture::of(&house.data).assert_is(&picture::of(&calm.data), "made anew");
}
