//! The made country through the real program, held against what is true of it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use country::{Story, StoryKind, Truth};
use serde_json::Value;

use crate::desk::{Desk, files_below, files_called, number, text};
use crate::lists::{Listed, read_list, write_all, write_list};

/// A fault that leaves a row readable.
const HARMLESS: &str = "latin1";
/// What every password of the made leak lists has in it.
const PASSWORD: &str = "made-password-";
/// A morning in the middle of the outage, and one in the week after the sinkhole went to other hands.
const HOUR: &str = "T01:00:00Z";

struct Demo {
    desk: Desk,
    truth: Truth,
}

fn play() -> Demo {
    let desk = Desk::new();
    let said = desk.run(&["demo", "--once", "--scale", "0.1"]).well();
    assert!(!said.out.contains('⟦') && said.err.is_empty(), "{}{}", said.out, said.err);
    let truth = fs::read(desk.data().join("made/truth.json")).expect("the truth");
    Demo { truth: serde_json::from_slice(&truth).expect("the truth"), desk }
}

/// One test: the country is made and read once, then asked everything.
#[test]
fn the_made_country_comes_out_as_it_is() {
    let demo = play();
    demo.desk.run(&["doctor"]).well();
    check_rows(&demo);
    check_hits(&demo);
    check_categories(&demo);
    check_accounts(&demo);
    check_address_days(&demo);
    check_stories(&demo);
    check_feeds(&demo);
    check_province(&demo);
    check_all_lists(&demo);
    check_again(&demo);
}

/// Every file is one report with as many rows, good and broken, as were written.
fn check_rows(demo: &Demo) {
    let reports = demo.desk.reports();
    let by_name: BTreeMap<&str, &Value> = reports.values().map(|report| (text(&report["name"]), report)).collect();
    assert_eq!(reports.len(), demo.truth.files.len());
    for file in &demo.truth.files {
        let rows = &by_name[file.name.as_str()]["rows"];
        let broken: u64 = file.broken.iter().filter(|(fault, _)| *fault != HARMLESS).map(|(_, count)| count).sum();
        let told = ["rows", "quarantined", "passed", "events"].map(|name| number(&rows[name]));
        let truth = [file.rows, broken, file.passed, file.events()].map(|rows| rows as i64);
        assert_eq!(told, truth, "{} {:?}", file.name, file.broken);
    }
}

/// The events of some feeds, as a partner would read them.
fn events_of(demo: &Demo, feeds: &[&str]) -> Vec<Value> {
    let mut events = demo.desk.run(&["events", "--kind", "all", "--format", "intelmq"]).well().json();
    events.retain(|event| feeds.contains(&text(&event["feed.name"])));
    events
}

/// Who contacted a known malware host is who was planted, by family and owner.
fn check_hits(demo: &Demo) {
    type Hits = BTreeMap<[String; 4], (u64, BTreeSet<String>)>;
    let (mut told, mut truth) = (Hits::new(), Hits::new());
    for event in events_of(demo, &["zeek", "suricata"]) {
        let names = ["feed.name", "haidang.family", "haidang.organisation", "haidang.place"];
        let hits = told.entry(names.map(|name| text(&event[name]).to_owned())).or_default();
        hits.0 += 1;
        hits.1.insert(text(&event["source.ip"]).to_owned());
    }
    for planted in &demo.truth.hits {
        let feed = if planted.feed.starts_with("zeek") { "zeek" } else { "suricata" };
        let place = [feed, &planted.family, &planted.organisation, &planted.province].map(str::to_owned);
        let hits = truth.entry(place).or_default();
        hits.0 += planted.events;
        hits.1.extend(planted.addresses.iter().map(ToString::to_string));
    }
    assert!(truth.len() > 3, "{truth:?}");
    assert_eq!(told, truth);
}

/// What n6 calls its events is what they become.
fn check_categories(demo: &Demo) {
    let mut told = BTreeMap::<String, u64>::new();
    for event in events_of(demo, &["n6"]) {
        *told.entry(text(&event["classification.type"]).to_owned()).or_default() += 1;
    }
    let called = |category: &str| match category {
        "bots" => "infected-system",
        "phish" => "phishing",
        "scanning" => "scanner",
        other => panic!("no type for {other}"),
    };
    let truth: BTreeMap<String, u64> =
        demo.truth.categories.iter().map(|(name, events)| (called(name).to_owned(), *events)).collect();
    assert_eq!(told, truth);
}

/// Leaked accounts belong to whom their names say, and none of their passwords is anywhere.
fn check_accounts(demo: &Demo) {
    let mut told = BTreeMap::<String, BTreeSet<String>>::new();
    for event in events_of(demo, &["leaks"]) {
        if let (Some(account), Some(owner)) = (event["source.account"].as_str(), event["haidang.organisation"].as_str())
        {
            told.entry(owner.to_owned()).or_default().insert(account.to_owned());
        }
    }
    let told: BTreeMap<String, u64> = told.into_iter().map(|(owner, names)| (owner, names.len() as u64)).collect();
    assert_eq!(told, demo.truth.accounts);
    for folder in ["raw", "quarantine", "lake", "spool"] {
        for path in files_below(&demo.desk.data().join(folder)) {
            let mut bytes = fs::read(&path).expect("bytes");
            if path.extension().is_some_and(|ending| ending == "zst") {
                bytes = zstd::decode_all(&bytes[..]).expect("zstd");
            }
            assert!(!String::from_utf8_lossy(&bytes).contains(PASSWORD), "a password in {}", path.display());
        }
    }
}

/// Distinct addresses per day and family are those of the truth, by the events and by the counts.
fn check_address_days(demo: &Demo) {
    let mut seen = BTreeMap::<String, BTreeSet<(String, String)>>::new();
    for event in demo.desk.run(&["events", "--kind", "botnet", "--format", "intelmq"]).well().json() {
        let place = (text(&event["source.ip"]).to_owned(), text(&event["haidang.day"]).to_owned());
        seen.entry(text(&event["haidang.family"]).to_owned()).or_default().insert(place);
    }
    let counted: BTreeMap<String, u64> = seen.into_iter().map(|(family, days)| (family, days.len() as u64)).collect();
    assert_eq!(counted, demo.truth.address_days);
    // The last evening of UTC is the next day in Hanoi.
    let until = event::time::parse_day(&demo.truth.last_day).expect("a day") + 1;
    let until = event::time::day_text(until);
    let stats =
        demo.desk.ask(&["stats", "--by", "family", "--since", &demo.truth.first_day, "--until", &until]).remove(0);
    let days = stats["days"].as_f64().expect("days");
    for row in stats["rows"].as_array().expect("rows") {
        let truth = demo.truth.address_days[text(&row["group"])] as f64;
        let mean = row["mean_per_day"].as_f64().expect("a mean");
        assert!((mean * days - truth).abs() < days / 100.0, "{row}, {truth} address days in {days} days");
    }
}

fn story(demo: &Demo, kind: StoryKind) -> &Story {
    demo.truth.stories.iter().find(|story| story.kind == kind).expect("a planted story")
}

/// What the list of an owner says of the addresses of a story.
fn told(demo: &Demo, owner: &str, month: &str, story: &Story) -> Vec<Listed> {
    let addresses: BTreeSet<String> = story.addresses.iter().map(ToString::to_string).collect();
    let (_, rows) = write_list(&demo.desk, owner, month);
    rows.into_iter().filter(|row| addresses.contains(&row.address)).collect()
}

fn statuses(rows: &[Listed]) -> Vec<&str> {
    rows.iter().map(|row| row.status.as_str()).collect()
}

fn check_stories(demo: &Demo) {
    let clean = story(demo, StoryKind::CleansUp);
    assert_eq!(statuses(&told(demo, "BV-02", "2026-08", clean)), ["still"; 3]);
    assert_eq!(statuses(&told(demo, "BV-02", "2026-09", clean)), ["gone"; 3]);
    let back = story(demo, StoryKind::Relapses);
    assert_eq!(statuses(&told(demo, "DH-06", "2026-08", back)), ["gone"]);
    assert_eq!(statuses(&told(demo, "DH-06", "2026-09", back)), ["back"]);
    check_change_of_owner(demo, story(demo, StoryKind::ChangesOwner));
    check_shared_address(demo, story(demo, StoryKind::BehindSharedAddress));
}

/// The address counts for who held it on the day.
fn check_change_of_owner(demo: &Demo, story: &Story) {
    let month = |owner: &str, month: &str| {
        let rows = told(demo, owner, month, story);
        rows.into_iter().map(|row| (row.status, row.days)).collect::<Vec<_>>()
    };
    let of = |status: &str, days: i64| vec![(status.to_owned(), days)];
    assert_eq!(story.changes_on.as_deref(), Some("2026-08-17"));
    assert_eq!((month("DN-04", "2026-08"), month("DN-08", "2026-08")), (of("still", 16), of("new", 15)));
    assert_eq!((month("DN-04", "2026-09"), month("DN-08", "2026-09")), (of("gone", 16), of("still", 30)));
    let address = story.addresses[0].to_string();
    for (day, owner) in [("2026-08-16", "DN-04"), ("2026-08-17", "DN-08")] {
        let answer = demo.desk.ask(&["whois", &address, "--at", day]).remove(0);
        assert_eq!(text(&answer["organisation"]["code"]), owner, "{day}");
    }
}

/// Behind a shared address the source port tells the machine.
fn check_shared_address(demo: &Demo, story: &Story) {
    let rows = told(demo, &story.isp, "2026-09", story);
    let families: Vec<&str> = rows.iter().map(|row| row.family.as_str()).collect();
    assert_eq!(families, ["hummer", "ramnit", "sality"]);
    let (first, last) = story.ports.expect("ports");
    let ramnit = rows.iter().find(|row| row.family == "ramnit").expect("a row");
    let ports: Vec<u16> = ramnit
        .samples
        .split("; ")
        .map(|sample| sample.split(' ').nth(1).expect(sample).parse().expect(sample))
        .collect();
    assert!(ports.len() > 1 && ports.iter().all(|port| (first..=last).contains(port)), "{ports:?}");
}

/// How a feed lived on a morning.
fn health(demo: &Demo, feed: &str, day: &str) -> Value {
    let now = format!("{day}{HOUR}");
    let feeds = demo.desk.ask(&["--now", &now, "feeds"]).remove(0);
    let feeds = feeds.as_array().expect("a list");
    feeds.iter().find(|health| health["feed"] == feed).unwrap_or_else(|| panic!("no feed {feed}")).clone()
}

fn day_after(day: &str, days: i32) -> String {
    event::time::day_text(event::time::parse_day(day).expect("a day") + days)
}

fn check_feeds(demo: &Demo) {
    let outage = &demo.truth.outages[0];
    assert_eq!(outage.feed, "event4_sinkhole_http");
    let inside = health(demo, "sinkhole-http", &day_after(&outage.days.from, 3));
    assert_eq!(inside["late"], true, "{inside}");
    let days: Vec<i64> = inside["days"].as_array().expect("days").iter().map(number).collect();
    assert_eq!(days[days.len() - 2..], [0, 0], "{inside}");
    assert!(days[..20].iter().all(|events| *events > 0), "{inside}");
    let after = health(demo, "sinkhole-http", &day_after(&outage.days.to, 3));
    assert_eq!(after["late"], false, "{after}");
    let over = &demo.truth.hand_overs[0];
    assert_eq!((over.feed.as_str(), over.family.as_str()), ("event4_sinkhole", "virut"));
    let silent = |day: &str| -> Vec<Value> {
        let health = health(demo, "sinkhole", day);
        let families = health["families"].as_array().expect("families").iter();
        families.filter(|family| family["silent"] == true).map(|family| family["family"].clone()).collect()
    };
    assert_eq!(silent(&day_after(&over.from, -1)), [] as [Value; 0]);
    assert_eq!(silent(&day_after(&over.from, 10)), ["virut"]);
}

/// The demo leaves the list of one province behind.
fn check_province(demo: &Demo) {
    for ending in ["csv", "xlsx"] {
        let files = files_called(&demo.desk.data().join("lists"), ending);
        assert_eq!(files.len(), 1, "{files:?}");
        assert!(fs::metadata(&files[0]).expect("a list").len() > 100, "{files:?}");
    }
    let rows = read_list(&files_called(&demo.desk.data().join("lists"), "csv")[0]);
    assert!(!rows.is_empty());
}

/// Every owner's list of a month, held against the counts.
fn check_all_lists(demo: &Demo) {
    let lists = write_all(&demo.desk, "2026-09");
    let stats = demo.desk.ask(&["stats", "--by", "isp", "--since", "2026-09-01", "--until", "2026-09-30"]).remove(0);
    let mut operators = 0;
    for row in stats["rows"].as_array().expect("rows").iter().filter(|row| !row["group"].is_null()) {
        let list = &lists[text(&row["group"])];
        let here = list.iter().filter(|row| row.status != "gone");
        let addresses: BTreeSet<&str> = here.clone().map(|row| row.address.as_str()).collect();
        assert_eq!(addresses.len() as i64, number(&row["unique"]), "{row}");
        assert_eq!(here.map(|row| row.count).sum::<i64>(), number(&row["events"]), "{row}");
        operators += 1;
    }
    assert!(operators >= 6 && lists.len() > 20, "{operators} operators, {} lists", lists.len());
}

/// Files that come again.
const AGAIN: usize = 150;

/// The same files again are known, all of them.
fn check_again(demo: &Demo) {
    let stats = || demo.desk.ask(&["stats", "--by", "family"]);
    let before = stats();
    let files = files_below(&demo.desk.data().join("made/reports"));
    let total = demo.desk.ingest(&files[files.len() - AGAIN..]).remove("").expect("a total");
    let files = AGAIN as i64;
    assert_eq!(
        (number(&total["files"]), number(&total["again"]), number(&total["rows"])),
        (files, files, 0),
        "{total}"
    );
    assert_eq!(stats(), before);
}
