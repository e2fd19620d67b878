//! The questions, against a calendar small enough to be checked by hand.

use std::sync::Arc;

use constituency::{Attributor, Role};
use event::rules::Kind;
use event::subject::Subject;
use lake::Lake;
use lake::ask::{By, Count, Filter, Listed, Months};
use lake::lists::Whose;
use tempfile::TempDir;

use crate::made::{self, Report, Seen, day};

const ORGANISATIONS: &str = "\
code,name,kind,parent,province
isp-1,Operator one,isp,,
isp-2,Operator two,isp,,
ministry,Ministry,ministry,,01
agency,Agency,agency,ministry,79
bank,Bank,bank,,01
";
const NETWORKS: &str = "\
network,isp,organisation,flags
192.0.2.0/24,isp-1,ministry,static
192.0.2.128/25,isp-1,agency,dynamic
198.51.100.0/24,isp-2,bank,shared
";
const ASNS: &str = "asn,isp\n64496,isp-1\n64497,isp-2\n";
const DOMAINS: &str = "domain,organisation\nagency.example.org,agency\n";

fn owners() -> Arc<Attributor> {
    made::owners(&[
        ("organisations.csv", ORGANISATIONS),
        ("networks.csv", NETWORKS),
        ("asns.csv", ASNS),
        ("domains.csv", DOMAINS),
    ])
}

fn sinkhole() -> Report {
    let mut seen: Vec<Seen> = [
        // New: on two days of March, twice on the first.
        ("192.0.2.1", "2026-03-05 01:00:00"),
        ("192.0.2.1", "2026-03-05 02:00:00"),
        ("192.0.2.1", "2026-03-06 01:00:00"),
        // Still: the last UTC hours of February are the first of March here.
        ("192.0.2.2", "2026-02-10 01:00:00"),
        ("192.0.2.2", "2026-02-28 17:00:00"),
        // Back: in January, not in February, on the last day of March.
        ("192.0.2.130", "2026-01-03 01:00:00"),
        ("192.0.2.130", "2026-03-31 16:59:59"),
        // Gone: on two days of February.
        ("192.0.2.131", "2026-02-27 01:00:00"),
        ("192.0.2.131", "2026-02-28 01:00:00"),
        // Not in the list of March: too long ago, and in April.
        ("192.0.2.5", "2026-01-31 01:00:00"),
        ("192.0.2.6", "2026-03-31 17:00:00"),
        // Of others.
        ("198.51.100.7", "2026-03-05 01:00:00"),
        ("203.0.113.9", "2026-03-05 01:00:00"),
        ("clerk@mail.agency.example.org", "2026-03-07 01:00:00"),
    ]
    .map(|(subject, at)| Seen::infected(subject, at))
    .into();
    seen.push(Seen { family: Some("andromeda"), ..Seen::infected("198.51.100.7", "2026-03-05 03:00:00") });
    seen.push(Seen { asn: Some(64_497), ..Seen::infected("203.0.113.10", "2026-03-08 01:00:00") });
    seen.push(Seen { asn: Some(64_496), place: Some("48"), ..Seen::infected("2001:db8::7", "2026-03-08 01:00:00") });
    Report::of("sinkhole", seen)
}

fn others() -> [Report; 2] {
    [
        Report::of("partner", vec![Seen { port: Some(1025), ..Seen::infected("192.0.2.1", "2026-03-05 00:30:00") }]),
        Report::of(
            "scan",
            vec![
                Seen::exposed("192.0.2.1", 23, "2026-03-05 01:00:00"),
                Seen::exposed("192.0.2.1", 2323, "2026-03-05 01:00:00"),
                Seen::exposed("192.0.2.1", 23, "2026-02-05 01:00:00"),
            ],
        ),
    ]
}

fn calendar() -> (TempDir, Lake) {
    let [partner, scan] = others();
    made::lake(&[sinkhole(), partner, scan])
}

const MARCH: fn() -> Months = || Months { before: day("2026-02-01"), from: day("2026-03-01"), to: day("2026-04-01") };

fn march() -> Filter {
    Filter { since: Some(day("2026-03-01")), until: Some(day("2026-04-01")), ..Filter::default() }
}

fn list(lake: &Lake, filter: &Filter) -> Vec<Listed> {
    let mut listed = Vec::new();
    lake.list(&owners(), filter, MARCH(), |row| {
        listed.push(row);
        Ok::<_, lake::LakeError>(())
    })
    .expect("list");
    listed
}

/// Subject, port, count, days of the month, days of the month before, seen before that.
fn told(row: &Listed) -> (String, Option<i32>, i64, i64, i64, bool) {
    (row.subject.clone(), row.port, row.count, row.days, row.days_before, row.earlier)
}

/// An organisation with all below it, as the commands ask: bounded by its networks.
fn of(code: &str) -> Filter {
    let owners = owners();
    let below = owners.subtree(code, day("2026-03-31"));
    let ranges = owners.networks_of(&below, Role::Organisation, i32::MIN..day("2026-04-01"));
    assert!(!ranges.is_empty(), "{code} has networks");
    let organisations = below.iter().map(|id| owners.code(*id).to_owned()).collect();
    Filter { organisations, ranges, ..Filter::default() }
}

#[test]
fn a_months_list_tells_new_still_back_and_gone() {
    let (_folder, lake) = calendar();
    let rows = list(&lake, &Filter { kinds: vec![Kind::Botnet], ..of("ministry") });
    let rows: Vec<_> = rows.iter().map(told).collect();
    let row = |subject: &str, count, days, before, earlier| (subject.to_owned(), None, count, days, before, earlier);
    assert_eq!(
        rows,
        [
            row("192.0.2.1", 4, 2, 0, false),
            row("192.0.2.2", 1, 1, 1, false),
            row("192.0.2.130", 1, 1, 0, true),
            row("192.0.2.131", 0, 0, 2, false),
            row("clerk@mail.agency.example.org", 1, 1, 0, false),
        ]
    );
}

#[test]
fn every_exposed_service_of_an_address_is_a_finding_of_its_own() {
    let (_folder, lake) = calendar();
    let rows = list(&lake, &Filter { kinds: vec![Kind::Exposed], ..of("ministry") });
    assert_eq!(
        rows.iter().map(told).collect::<Vec<_>>(),
        [("192.0.2.1".into(), Some(23), 1, 1, 1, false), ("192.0.2.1".into(), Some(2323), 1, 1, 0, false)]
    );
    assert!(rows.iter().all(|row| (row.identifier.as_str(), row.transport.as_str()) == ("open-telnet", "tcp")));
}

#[test]
fn a_listed_finding_names_owner_feeds_times_and_samples() {
    let (_folder, lake) = calendar();
    let rows = list(&lake, &Filter { kinds: vec![Kind::Botnet], ..of("ministry") });
    let [new, _, back, gone, account] = &rows[..] else { panic!("{rows:?}") };
    assert_eq!((new.feeds.as_str(), new.family.as_str()), ("partner sinkhole", "conficker"));
    assert_eq!((new.isp.as_str(), new.organisation.as_str(), new.place.as_str()), ("isp-1", "ministry", "01"));
    assert_eq!((new.flags.as_str(), back.flags.as_str()), ("static", "dynamic"));
    let time = |text| event::time::parse(text).expect("time");
    assert_eq!((new.first, new.last), (time("2026-03-05 00:30:00"), time("2026-03-06 01:00:00")));
    let samples: Vec<_> = new.samples.iter().map(|sample| (sample.time, sample.port)).collect();
    let wanted = ["2026-03-05 00:30:00", "2026-03-05 01:00:00", "2026-03-05 02:00:00", "2026-03-06 01:00:00"];
    assert_eq!(samples, wanted.map(|at| (time(at), if at == wanted[0] { 1025 } else { -1 })));
    assert_eq!((gone.first, gone.last), (time("2026-02-27 01:00:00"), time("2026-02-28 01:00:00")));
    assert_eq!((gone.feeds.as_str(), gone.samples.len()), ("", 0));
    assert_eq!((account.isp.as_str(), account.organisation.as_str(), account.place.as_str()), ("", "agency", "79"));
}

#[test]
fn bounding_by_the_owners_networks_changes_no_answer() {
    let (_folder, lake) = calendar();
    for code in ["ministry", "agency", "bank"] {
        let bounded = of(code);
        let unbounded = Filter { ranges: Vec::new(), ..bounded.clone() };
        assert_eq!(list(&lake, &bounded), list(&lake, &unbounded), "{code}");
        let count = |filter: &Filter| lake.count(&owners(), filter, By::Family, 31).expect("count");
        assert_eq!(count(&bounded), count(&unbounded), "{code}");
        let events = |filter: &Filter| made::events(&lake, &owners(), filter);
        assert_eq!(events(&bounded), events(&unbounded), "{code}");
        assert!(!events(&bounded).is_empty(), "{code}");
    }
}

#[test]
fn many_ranges_are_as_good_as_few() {
    let (_folder, lake) = calendar();
    let single = |low: u32| u128::from(low) | 0xffff_0000_0000;
    let mut ranges: Vec<(u128, u128)> =
        (0..300u32).map(|n| single(0xc000_0200 + 2 * n)).map(|bits| (bits, bits)).collect();
    ranges.push((0x2001_0db8 << 96, (0x2001_0db9 << 96) - 1));
    let many = Filter { ranges, ..march() };
    let subjects = |filter: &Filter| {
        let found = lake.sightings(&owners(), filter).expect("sightings");
        found.iter().map(arrow_array::RecordBatch::num_rows).sum::<usize>()
    };
    // The even addresses of 192.0.2.0/23 and the IPv6 network, and what is no address; others may be among them.
    assert!(subjects(&many) >= 4, "192.0.2.2, 192.0.2.130, 2001:db8::7 and the account");
    assert!(subjects(&many) < subjects(&march()));
}

fn lines(counts: &[Count]) -> Vec<(&str, i64, i64)> {
    counts.iter().map(|count| (count.group.as_deref().unwrap_or("?"), count.unique, count.events)).collect()
}

#[test]
fn counts_are_of_distinct_subjects_over_the_period_and_in_the_mean_of_its_days() {
    let (_folder, lake) = calendar();
    let filter = Filter { kinds: vec![Kind::Botnet], ..march() };
    let count = |by| lake.count(&owners(), &filter, by, 31).expect("count");
    let total = count(By::Total);
    assert_eq!(lines(&total), [("total", 8, 12)]);
    // Two days of 192.0.2.1, one of each of the others.
    assert!((total[0].mean_per_day - 9.0 / 31.0).abs() < 1e-12, "{total:?}");
    assert_eq!(lines(&count(By::Family)), [("conficker", 8, 11), ("andromeda", 1, 1)]);
    assert_eq!(
        lines(&count(By::Organisation)),
        [("?", 3, 3), ("agency", 2, 2), ("ministry", 2, 5), ("bank", 1, 2)].map(|line| line),
    );
    assert_eq!(lines(&count(By::Isp)), [("isp-1", 4, 7), ("isp-2", 2, 3), ("?", 2, 2)]);
    assert_eq!(lines(&count(By::Place)), [("01", 3, 7), ("79", 2, 2), ("?", 2, 2), ("48", 1, 1)]);
    assert_eq!(lines(&count(By::Asn)), [("?", 6, 10), ("64496", 1, 1), ("64497", 1, 1)]);
    assert_eq!(lines(&count(By::Feed)), [("sinkhole", 8, 11), ("partner", 1, 1)]);
    let wanted = [
        ("2026-03-01", 1, 1),
        ("2026-03-05", 3, 6),
        ("2026-03-06", 1, 1),
        ("2026-03-07", 1, 1),
        ("2026-03-08", 2, 2),
        ("2026-03-31", 1, 1),
    ];
    assert_eq!(lines(&count(By::Day)), wanted, "in their order");
    let kinds = lake.count(&owners(), &march(), By::Kind, 31).expect("count");
    assert_eq!(lines(&kinds), [("botnet", 8, 12), ("exposed", 1, 2)]);
}

#[test]
fn a_filter_means_what_it_says() {
    let (_folder, lake) = calendar();
    let subjects = |filter: Filter| {
        let lines = made::events(&lake, &owners(), &filter);
        let subject = |line: &String| {
            let event: serde_json::Value = serde_json::from_str(line).expect("json");
            let names = ["source.ip", "source.account", "source.url", "source.fqdn"];
            names.iter().find_map(|name| event[*name].as_str()).expect("subject").to_owned()
        };
        let mut subjects: Vec<String> = lines.iter().map(subject).collect();
        subjects.sort_unstable();
        subjects.dedup();
        subjects
    };
    let text = |text: &str| text.to_owned();
    assert_eq!(subjects(Filter { family: Some(text("andromeda")), ..march() }), ["198.51.100.7"]);
    assert_eq!(subjects(Filter { family: Some(text("o'hara; --")), ..march() }), Vec::<String>::new());
    assert_eq!(subjects(Filter { asn: Some(64_497), ..march() }), ["203.0.113.10"]);
    assert_eq!(subjects(Filter { isps: vec![text("isp-2")], ..march() }), ["198.51.100.7", "203.0.113.10"]);
    assert_eq!(subjects(Filter { feed: Some(text("partner")), ..march() }), ["192.0.2.1"]);
    assert_eq!(subjects(Filter { kinds: vec![Kind::Exposed], ..march() }), ["192.0.2.1"]);
    let account = Subject::parse("clerk@mail.agency.example.org");
    assert_eq!(subjects(Filter { subject: account.clone(), ..march() }), ["clerk@mail.agency.example.org"]);
    let stored = lake.sightings(&owners(), &Filter { subject: account, ..march() }).expect("sightings");
    assert_eq!(stored.iter().map(arrow_array::RecordBatch::num_rows).sum::<usize>(), 1);
    assert_eq!(subjects(Filter { organisations: vec![text("bank")], ..march() }), ["198.51.100.7"]);
    assert_eq!(made::events(&lake, &owners(), &Filter { limit: Some(3), ..march() }).len(), 3);
}

#[test]
fn many_lists_in_one_pass_are_the_lists_made_one_by_one() {
    let (_folder, lake) = calendar();
    let owners = owners();
    let below =
        |code: &str| owners.subtree(code, day("2026-03-31")).iter().map(|id| owners.code(*id).to_owned()).collect();
    let organisations = |code: &str| Whose { organisations: below(code), ..Whose::default() };
    let operators = |code: &str| Whose { isps: vec![code.to_owned()], ..Whose::default() };
    let both = Whose { organisations: below("ministry"), isps: vec!["isp-1".to_owned()] };
    let whose = [organisations("ministry"), organisations("agency"), operators("isp-1"), operators("isp-2"), both];
    let whose: Vec<Whose> = whose.into_iter().chain([Whose::default()]).collect();
    let mut lists = vec![Vec::new(); whose.len()];
    let told = lake.lists(&owners, &Filter::default(), MARCH(), &whose, |at, row| {
        lists[at].push(row);
        Ok::<_, lake::LakeError>(())
    });
    told.expect("lists");
    for (whose, made) in whose.iter().zip(&lists) {
        let Whose { organisations, isps } = whose.clone();
        assert_eq!(*made, list(&lake, &Filter { organisations, isps, ..Filter::default() }), "{whose:?}");
        assert!(!made.is_empty(), "{whose:?}");
    }
    assert!(lists[5].len() > lists[0].len());
}
