//! The made logs, n6 files and leak lists, read by the real parsers and held against the country's own truth.

#![expect(clippy::expect_used, reason = "a test stops at what it does not expect")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;
use std::sync::Arc;

use country::{FileTruth, Made, Plan, write};
use event::rows::{EventRows, Limits};
use event::time::Zone;
use feeds::catalogue::{Catalogue, Speaks};
use feeds::format::{Format, Sink};
use feeds::leak::Scrub;
use feeds::logs::Log;
use indicators::inside::Inside;
use indicators::list::{self, Defaults, INDICATORS_MAX, Purpose, Reading};
use indicators::{Set, Watch};
use serde_json::Value;
use tempfile::TempDir;

const SMALL: Plan = Plan { seed: 7, scale: 0.05, end_day: 20_726, days: 90 };
/// 2030-01-01: rows of 2099 are of the future.
const NOW: i64 = 1_893_456_000_000_000;

fn made() -> (TempDir, Made) {
    let folder = TempDir::new().expect("a folder");
    let made = write(&SMALL, folder.path()).expect("made");
    (folder, made)
}

/// The lists of a folder as one set, none of their lines refused.
fn set(paths: impl IntoIterator<Item = std::path::PathBuf>, purpose: Purpose) -> Arc<Set> {
    let zone = Zone::named("Asia/Ho_Chi_Minh").expect("a zone");
    let mut set = Set::builder();
    for path in paths {
        let family = path.file_stem().expect("a name").to_string_lossy().into_owned();
        set.begin(&family, 0);
        let defaults = Defaults { family, ..Defaults::default() };
        let reading = Reading { format: list::Format::Text, purpose, defaults, zone: &zone, most: INDICATORS_MAX };
        let bytes = fs::read(&path).expect("a list");
        let report = list::read(&bytes, reading, |indicator| set.add(&indicator).expect("canonical"));
        assert_eq!((report.findings, report.refused), (Vec::new(), 0), "{}", path.display());
        assert_eq!(report.aliases.len(), usize::from(purpose == Purpose::Indicators));
        assert!(report.accepted > 0);
    }
    Arc::new(set.build())
}

fn watch(folder: &Path) -> Arc<Watch> {
    let lists = fs::read_dir(folder.join("indicators")).expect("lists").map(|entry| entry.expect("a list").path());
    let allowed = set([folder.join("allowed.txt")], Purpose::Allowed);
    Arc::new(Watch::new(set(lists, Purpose::Indicators), allowed, Inside::private()))
}

/// A file as its feed reads it: events, rejected rows, passed rows, all rows.
struct Read {
    events: Vec<Value>,
    rejected: u64,
    passed: u64,
    rows: u64,
}

fn read(folder: &Path, watch: &Arc<Watch>, name: &str) -> Read {
    let catalogue = Catalogue::parse(include_str!("../../haidang/data/demo-feeds.toml")).expect("a catalogue");
    let format = match catalogue.feed_for_file(name).map(|feed| &feed.speaks).expect(name) {
        Speaks::Leak => Format::Leak,
        Speaks::N6 => Format::N6,
        Speaks::Log { kind, zone, .. } => {
            Format::Log(Log { kind: *kind, zone: zone.clone(), watch: Arc::clone(watch) })
        }
        other => panic!("{other:?}"),
    };
    let mut bytes = fs::read(folder.join("reports").join(name)).expect("a report");
    if matches!(format, Format::Leak) {
        assert!(String::from_utf8_lossy(&bytes).contains("made-password"));
        let mut clean = Vec::new();
        Scrub::new().push(&bytes, true, &mut clean);
        assert!(!String::from_utf8_lossy(&clean).contains("made-password"), "{name}");
        bytes = clean;
    }
    let mut parser = format.open(name).expect("readable");
    let mut sink = Sink { events: EventRows::new(Limits::at(NOW)), rejected: Vec::new() };
    assert_eq!(parser.parse(&bytes, true, &mut sink), bytes.len());
    let mut lines = String::new();
    event::json::write_lines(&sink.events.finish(), &mut lines);
    Read {
        events: lines.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect(),
        rejected: sink.rejected.len() as u64,
        passed: parser.passed(),
        rows: parser.rows(),
    }
}

fn of<'m>(made: &'m Made, feeds: &'m [&str]) -> impl Iterator<Item = &'m FileTruth> {
    made.truth.files.iter().filter(|file| feeds.contains(&file.feed.as_str()))
}

fn text<'e>(event: &'e Value, key: &str) -> &'e str {
    event[key].as_str().unwrap_or_default()
}

const LOGS: [&str; 3] = ["zeek_dns", "zeek_conn", "suricata_eve"];
const LEAKS: [&str; 2] = ["leak_combo", "leak_sheet"];

#[test]
fn every_row_becomes_what_the_truth_says() {
    let (folder, made) = made();
    let watch = watch(folder.path());
    let mut sums = BTreeMap::<&str, [u64; 4]>::new();
    for file in of(&made, &["zeek_dns", "zeek_conn", "suricata_eve", "n6", "leak_combo", "leak_sheet"]) {
        let read = read(folder.path(), &watch, &file.name);
        let broken: u64 = file.broken.values().sum();
        let told = [read.rows, read.events.len() as u64, read.passed, read.rejected];
        assert_eq!(told, [file.rows, file.events(), file.passed, broken], "{} {:?}", file.name, file.broken);
        sums.entry(&file.feed).or_default().iter_mut().zip(told).for_each(|(sum, told)| *sum += told);
    }
    assert_eq!(sums.len(), 6);
    for (feed, [rows, events, passed, rejected]) in &sums {
        assert!(*rows > 0 && *events > 0 && *rejected > 0, "{feed} {sums:?}");
        assert_eq!(*passed > 0, LOGS.contains(feed), "{feed}");
    }
    // Small enough for a demo.
    assert!(sums.values().map(|[rows, ..]| rows).sum::<u64>() < 10_000, "{sums:?}");
}

#[test]
fn the_planted_contacts_are_found_and_no_others() {
    let (folder, made) = made();
    let watch = watch(folder.path());
    let (mut found, mut kinds) = (BTreeMap::<(String, String, IpAddr), u64>::new(), BTreeSet::new());
    for file in of(&made, &LOGS) {
        for event in read(folder.path(), &watch, &file.name).events {
            let address = text(&event, "source.ip").parse().expect("an address");
            kinds.insert((file.feed.clone(), text(&event, "extra.indicator_kind").to_owned()));
            *found.entry((file.feed.clone(), text(&event, "malware.name").to_owned(), address)).or_default() += 1;
        }
    }
    for hits in &made.truth.hits {
        let of_body = |address: &IpAddr| found.remove(&(hits.feed.clone(), hits.family.clone(), *address)).unwrap_or(0);
        assert_eq!(hits.addresses.iter().map(of_body).sum::<u64>(), hits.events, "{hits:?}");
    }
    assert_eq!(found, BTreeMap::new());
    let kinds: BTreeSet<(&str, &str)> = kinds.iter().map(|(feed, kind)| (feed.as_str(), kind.as_str())).collect();
    let wanted = [
        ("suricata_eve", "address-port"),
        ("suricata_eve", "domain"),
        ("suricata_eve", "url"),
        ("zeek_conn", "address-port"),
        ("zeek_dns", "domain"),
    ];
    assert_eq!(kinds, BTreeSet::from(wanted));
}

/// First and last address of `a.b.c.d/length` or `first-last`.
fn ends(network: &str) -> Option<(u32, u32)> {
    let bits = |text: &str| text.parse::<Ipv4Addr>().ok().map(Ipv4Addr::to_bits);
    if let Some((first, last)) = network.split_once('-') {
        return Some((bits(first)?, bits(last)?));
    }
    let (first, length) = network.split_once('/')?;
    let first = bits(first)?;
    Some((first, first | (u32::MAX >> length.parse::<u32>().ok()?)))
}

#[test]
fn who_called_a_listed_host_is_a_body_of_a_province() {
    let (folder, made) = made();
    let networks = fs::read_to_string(folder.path().join("constituency/networks.csv")).expect("a file");
    let holds = |address: IpAddr, organisation: &str, province: &str| {
        networks.lines().any(|line| {
            let cells: Vec<&str> = line.split(',').collect();
            let IpAddr::V4(address) = address else { return false };
            let inside = ends(cells[0]).is_some_and(|(first, last)| (first..=last).contains(&address.to_bits()));
            inside && cells[2..4] == [organisation, province]
        })
    };
    let hits = &made.truth.hits;
    for hit in hits {
        assert!(!hit.addresses.is_empty());
        let all = hit.addresses.iter().all(|address| holds(*address, &hit.organisation, &hit.province));
        assert!(all, "{hit:?}");
    }
    let provinces: BTreeSet<&str> = hits.iter().map(|hit| hit.province.as_str()).collect();
    let bodies: BTreeSet<&str> = hits.iter().map(|hit| hit.organisation.as_str()).collect();
    let families: BTreeSet<&str> = hits.iter().map(|hit| hit.family.as_str()).collect();
    assert_eq!((provinces, bodies.len()), (BTreeSet::from(["01", "46"]), 6), "{bodies:?}");
    assert_eq!(families, BTreeSet::from(["necurs", "nymaim", "qakbot", "tinba"]));
    assert!(families.iter().all(|family| folder.path().join(format!("indicators/{family}.txt")).is_file()));
}

#[test]
fn n6_tells_of_as_many_as_the_truth_says() {
    let (folder, made) = made();
    let watch = watch(folder.path());
    let (mut types, mut marks) = (BTreeMap::<String, u64>::new(), BTreeSet::new());
    let mut seen = BTreeMap::<String, BTreeSet<(String, i64)>>::new();
    for file in of(&made, &["n6"]) {
        for event in read(folder.path(), &watch, &file.name).events {
            *types.entry(text(&event, "classification.type").to_owned()).or_default() += 1;
            marks.insert(text(&event, "tlp").to_owned());
            if text(&event, "classification.type") == "infected-system" {
                let at = event::time::parse(text(&event, "time.source")).expect("a time");
                let day = (at + 7 * 3600 * event::time::SECOND).div_euclid(event::time::DAY);
                let family = seen.entry(text(&event, "malware.name").to_owned()).or_default();
                family.insert((text(&event, "source.ip").to_owned(), day));
            }
        }
    }
    let categories = [("bots", "infected-system"), ("phish", "phishing"), ("scanning", "scanner")];
    let wanted = categories.map(|(category, kind)| (kind.to_owned(), made.truth.categories[category]));
    assert_eq!((types, made.truth.categories.len()), (BTreeMap::from(wanted), 3));
    assert_eq!(marks.iter().map(String::as_str).collect::<Vec<_>>(), ["AMBER", "AMBER+STRICT", "CLEAR"]);
    for (family, days) in seen {
        assert!(days.len() as u64 <= made.truth.address_days[&family], "{family}");
    }
}

#[test]
fn accounts_belong_to_the_bodies_of_the_truth() {
    let (folder, made) = made();
    let watch = watch(folder.path());
    let domains = fs::read_to_string(folder.path().join("constituency/domains.csv")).expect("a file");
    let domains: Vec<(&str, &str)> = domains
        .lines()
        .map(|line| line.split_once(',').expect(line))
        .map(|(domain, rest)| (domain, rest.split(',').next().unwrap_or_default()))
        .collect();
    let owner = |host: &str| {
        let above = domains.iter().filter(|(domain, _)| host == *domain || host.ends_with(&format!(".{domain}")));
        above.max_by_key(|(domain, _)| domain.len()).map(|(_, organisation)| (*organisation).to_owned())
    };
    let (mut accounts, mut strangers) = (BTreeMap::<String, BTreeSet<String>>::new(), 0);
    for file in of(&made, &LEAKS) {
        for event in read(folder.path(), &watch, &file.name).events {
            let account = text(&event, "source.account");
            match owner(account.split_once('@').expect("an account").1) {
                Some(owner) => drop(accounts.entry(owner).or_default().insert(account.to_owned())),
                None => strangers += 1,
            }
        }
    }
    let counted: BTreeMap<String, u64> =
        accounts.into_iter().map(|(owner, accounts)| (owner, accounts.len() as u64)).collect();
    assert_eq!(counted, made.truth.accounts);
    assert!(strangers > 0 && counted.len() > 8);
    assert_eq!(of(&made, &LEAKS).count(), 2);
}

#[test]
fn a_big_log_touches_its_list_as_often_as_it_says() {
    let (mut list, mut log) = (Vec::new(), Vec::new());
    country::indicator_list(20_000, 5, &mut list).expect("memory");
    let told = country::dns_log(200_000, 20_000, 5, &mut log).expect("memory");
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("made.txt");
    fs::write(&path, [b"# Aliases: made-up\n".as_slice(), &list].concat()).expect("a list");
    let watch = Arc::new(Watch::new(set([path], Purpose::Indicators), Arc::default(), Inside::private()));
    let zone = jiff::tz::TimeZone::UTC;
    let mut parser =
        Log { kind: feeds::logs::Kind::Dns, zone, watch }.open("2026-09-30-queries.log").expect("indicators");
    let mut sink = Sink { events: EventRows::new(Limits::at(NOW)), rejected: Vec::new() };
    assert_eq!(parser.parse(&log, true, &mut sink), log.len());
    assert_eq!(sink.rejected, []);
    assert_eq!((parser.rows(), parser.passed(), sink.events.len() as u64), (200_000, 200_000 - told, told));
    assert!((199..=200).contains(&told), "{told}");
}
