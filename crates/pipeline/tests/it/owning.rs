//! Who owned it: an event keeps its first answer, a question names the version it is asked by.

use std::path::PathBuf;
use std::sync::Arc;

use constituency::finding::Code;
use event::time;
use lake::ask::{By, Filter};
use pipeline::owners;

use crate::house::{House, NOW, csv, day};
use crate::picture;

const ORGANISATIONS: &str = "code,name,kind\nisp-1,Operator,isp\nold,The old owner,agency\nnew,The new owner,agency\n";

fn tables(house: &House, name: &str, networks: &str) -> PathBuf {
    house.write(&format!("{name}/organisations.csv"), ORGANISATIONS);
    let path = house.write(&format!("{name}/networks.csv"), format!("network,isp,organisation\n{networks}"));
    path.parent().expect("folder").to_owned()
}

fn import(house: &House, name: &str, networks: &str) -> owners::Imported {
    let writer = house.writer();
    let today = house.data.zone().day(house.now);
    owners::import(&house.data, writer.lock(), &tables(house, name, networks), today, house.now).expect("import")
}

/// The same address on two days, the second being the day of [`NOW`].
fn report(port: u32) -> Vec<u8> {
    let row = |at: &str| format!("{at},192.0.2.1,{port},sality");
    let rows = ["2026-03-09 03:00:00", "2026-03-10 03:00:00"].map(row);
    csv("timestamp,src_ip,src_port,infection", &rows.each_ref().map(String::as_str))
}

#[test]
fn a_version_is_read_once_and_a_new_one_at_once() {
    let house = House::new();
    import(&house, "first", "192.0.2.0/24,isp-1,old\n");
    let owners = |version| owners::attributor(&house.data.clone(), version).expect("owners");
    let first = owners(None);
    assert!(Arc::ptr_eq(&first, &owners(Some(1))));
    import(&house, "second", "192.0.2.0/24,isp-1,new\n");
    assert_eq!((owners(None).version(), owners(Some(1)).version(), owners(None).version()), (2, 1, 2));
}

/// Subjects by organisation, by a version.
fn count(house: &House, version: u32, since: &str) -> Vec<(Option<String>, i64, i64)> {
    let owners = owners::attributor(&house.data, Some(version)).expect("attributor");
    let filter = Filter { since: Some(day(since)), ..Filter::default() };
    let counts = house.lake().count(&owners, &filter, By::Organisation, 2).expect("count");
    counts.into_iter().map(|count| (count.group, count.unique, count.events)).collect()
}

fn group(code: &str, events: i64) -> (Option<String>, i64, i64) {
    (Some(code.to_owned()), 1, events)
}

/// First owners and snapshots of all events, by file and row.
fn firsts(house: &House) -> Vec<(i64, i64, String, i64)> {
    let mut firsts: Vec<_> = picture::json(&house.lake(), &Filter::default())
        .iter()
        .map(|event| {
            let number = |name: &str| event[name].as_i64().expect("number");
            let owner = event["haidang.organisation"].as_str().expect("owner").to_owned();
            (number("haidang.file"), number("haidang.row"), owner, number("haidang.constituency"))
        })
        .collect();
    firsts.sort();
    firsts
}

#[test]
fn a_network_that_changes_hands_changes_the_answers_and_not_the_events() {
    let house = House::new();
    let first = import(&house, "first", "192.0.2.0/24,isp-1,old\n");
    assert_eq!((first.snapshot, first.version, first.unchanged), (1, 1, false));
    assert_eq!(first.findings.iter().filter(|finding| finding.code != Code::MissingFile).count(), 0);
    house.ingest("2026-03-09-event4_sinkhole-made.csv", &report(1));
    assert_eq!(count(&house, 1, "2026-03-09"), [group("old", 2)]);

    let second = import(&house, "second", "192.0.2.0/24,isp-1,new\n");
    assert_eq!((second.snapshot, second.version), (2, 2));
    assert_eq!(count(&house, 2, "2026-03-09"), [group("new", 1), group("old", 1)], "from today on");
    assert_eq!(count(&house, 1, "2026-03-09"), [group("old", 2)], "the version of before stays");
    house.ingest("2026-03-10-event4_sinkhole-made.csv", &report(2));
    let events = |second: &str| {
        let event = |file, row, owner: &str, snapshot| (file, row, owner.to_owned(), snapshot);
        vec![event(1, 1, "old", 1), event(1, 2, "old", 1), event(2, 1, "old", 1), event(2, 2, second, 2)]
    };
    assert_eq!(firsts(&house), events("new"));

    let writer = house.writer();
    let version = owners::reattribute(&house.data, writer.lock(), day("2026-03-09"), NOW).expect("reattribute");
    drop(writer);
    assert_eq!(version, 3);
    assert_eq!(count(&house, 3, "2026-03-09"), [group("new", 4)]);
    assert_eq!(count(&house, 2, "2026-03-09"), [group("new", 2), group("old", 2)]);
    assert_eq!(count(&house, 1, "2026-03-10"), [group("old", 2)]);
    assert_eq!(firsts(&house), events("new"), "no event was touched");
}

#[test]
fn two_owners_of_one_network_are_reported_and_neither_is_answered() {
    let house = House::new();
    let imported = import(&house, "both", "192.0.2.0/24,isp-1,old\n192.0.2.0/24,isp-1,new\n");
    assert!(imported.findings.iter().any(|finding| finding.code == Code::Conflict), "{:?}", imported.findings);
    assert!(owners::has_errors(&imported.findings));
    assert_eq!(owners::findings(&house.data, None).expect("findings").len(), imported.findings.len());
    house.ingest("2026-03-09-event4_sinkhole-made.csv", &report(1));
    assert_eq!(count(&house, 1, "2026-03-09"), [(None, 1, 2)]);
    let events = picture::json(&house.lake(), &Filter::default());
    assert!(events.iter().all(|event| !event.contains_key("haidang.organisation")));
    assert!(events.iter().all(|event| event["haidang.isp"] == "isp-1"), "on the operator they agree");
}

#[test]
fn the_same_tables_again_make_no_version() {
    let mut house = House::new();
    import(&house, "first", "192.0.2.0/24,isp-1,old\n");
    house.now += time::DAY;
    let again = import(&house, "again", "192.0.2.0/24,isp-1,old\n");
    assert_eq!((again.snapshot, again.version, again.unchanged), (1, 1, true));
    assert_eq!(owners::attribution(&house.data).expect("versions").versions().len(), 1);
    let error = owners::attributor(&house.data, Some(9)).expect_err("no such version");
    assert!(matches!(error, pipeline::PipelineError::Missing(_)), "{error}");
}

#[test]
fn before_the_first_import_nobody_owns_anything() {
    let house = House::new();
    house.ingest("2026-03-09-event4_sinkhole-made.csv", &report(1));
    let nobody = owners::attributor(&house.data, None).expect("attributor");
    assert_eq!(nobody.version(), 0);
    let counts = house.lake().count(&nobody, &Filter::default(), By::Organisation, 2).expect("count");
    assert_eq!(counts.iter().map(|count| (count.group.clone(), count.unique)).collect::<Vec<_>>(), [(None, 1)]);
}
