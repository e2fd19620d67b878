//! Logs held against known malware hosts, leak lists without their passwords, and owners from more sources.

use std::fs::{self, File};
use std::path::Path;

use lake::ask::Filter;
use pipeline::hosts::{self, Said};
use pipeline::journal::Rows;
use pipeline::writer::Outcome;
use pipeline::{PipelineError, owners};

use crate::house::{House, csv};
use crate::picture;

const QUERIES: &str = "dns.zeek.log";

/// Two machines that ask for a listed name, one for an allowed one, one for nothing known, and a row without an address.
const DNS: &str = "#separator \\x09\n#fields\tts\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\tquery\n\
    1773100000.0\t10.0.0.1\t50001\t10.0.0.53\t53\tudp\twww.bad.example\n\
    1773100001.0\t192.0.2.77\t50002\t198.51.100.53\t53\tudp\tbad.example\n\
    1773100002.0\t10.0.0.2\t50003\t10.0.0.53\t53\tudp\tfine.bad.example\n\
    1773100003.0\t10.0.0.3\t50004\t10.0.0.53\t53\tudp\texample.org\n\
    1773100004.0\tnobody\t50004\t10.0.0.53\t53\tudp\tbad.example\n";

/// Imports a list that is written beside the data folder.
fn import(house: &House, name: &str, text: &str, said: &Said) -> Result<Vec<hosts::Imported>, PipelineError> {
    hosts::import(&house.data, house.writer().lock(), &house.write(name, text), said, house.now)
}

fn listed(house: &House) {
    let imported = import(house, "lists/Emotet.txt", "# made\nbad.example\n10.0.0.9\ncom\n", &Said::default());
    let imported = imported.expect("import");
    assert_eq!((imported[0].name.as_str(), imported[0].list.accepted, imported[0].list.refused), ("emotet", 1, 2));
    let said = Said { allowed: true, ..Said::default() };
    assert_eq!(import(house, "allowed.txt", "fine.bad.example\n", &said).expect("import")[0].list.accepted, 1);
}

fn events(house: &House) -> Vec<serde_json::Value> {
    picture::json(&house.lake(), &Filter::default()).into_iter().map(serde_json::Value::Object).collect()
}

#[test]
fn a_log_leaves_behind_who_contacted_a_known_malware_host() {
    let house = House::new();
    listed(&house);
    let (_, rows) = house.ingest(QUERIES, DNS.as_bytes());
    assert_eq!(rows, Rows { rows: 5, events: 2, quarantined: 1, passed: 2, days: 1 });
    let mut found: Vec<_> = events(&house)
        .iter()
        .map(|event| {
            ["source.ip", "malware.name", "haidang.kind", "extra.indicator", "feed.name"]
                .map(|name| event[name].as_str().unwrap_or_default().to_owned())
        })
        .collect();
    found.sort();
    let row = |ip: &str| [ip, "emotet", "botnet", "bad.example", "zeek"].map(str::to_owned);
    assert_eq!(found, [row("10.0.0.1"), row("192.0.2.77")]);
}

#[test]
fn nothing_is_held_against_nothing() {
    let house = House::new();
    let Outcome::Refused { why, .. } = house.deliver(QUERIES, DNS.as_bytes()) else { panic!("not refused") };
    assert!(why.contains("indicator"), "{why}");
    listed(&house);
    assert_eq!(house.writer().retry("").expect("retry"), 1);
    assert!(matches!(house.drain()[..], [Outcome::Ingested { rows: Rows { events: 2, .. }, .. }]));
}

#[test]
fn a_list_without_an_indicator_leaves_the_one_before_in_its_place() {
    let house = House::new();
    listed(&house);
    let error = import(&house, "other/emotet.txt", "com\n", &Said::default()).expect_err("nothing to import");
    assert!(error.to_string().contains("line 1"), "{error}");
    assert!(import(&house, "other/nothing.md", "", &Said::default()).is_err());
    assert!(hosts::import(&house.data, house.writer().lock(), Path::new("no/such"), &Said::default(), 0).is_err());
    assert_eq!(house.ingest(QUERIES, DNS.as_bytes()).1.events, 2);
    let lists = hosts::lists(&house.data).expect("lists");
    assert_eq!(lists.keys().collect::<Vec<_>>(), ["allowed", "emotet"]);
}

#[test]
fn a_list_counts_as_of_the_logs_time() {
    let house = House::new();
    let list = "indicator,family,from,until\nbad.example,emotet,2026-03-01,2026-03-09\n";
    import(&house, "dated.csv", list, &Said::default()).expect("import");
    assert_eq!(
        house.ingest(QUERIES, DNS.as_bytes()).1,
        Rows { rows: 5, events: 0, quarantined: 1, passed: 4, days: 0 }
    );
}

#[test]
fn what_is_ours_is_what_the_feed_says_or_the_constituency() {
    let house = House::new();
    listed(&house);
    let tables = house.write("owners/organisations.csv", "code,name,kind\na,A,agency\n");
    house.write("owners/networks.csv", "network,organisation\n198.51.100.0/24,a\n");
    let today = house.data.zone().day(house.now);
    let folder = tables.parent().expect("folder");
    owners::import(&house.data, house.writer().lock(), folder, today, house.now).expect("import");
    import(&house, "hosts.txt", "203.0.113.9:447\n", &Said::default()).expect("import");
    // The way back of a flow: the listed end is the one that seems to call.
    let flow = "#separator \\x09\n#fields\tts\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\n\
        1773100000.0\t203.0.113.9\t447\t198.51.100.7\t50001\ttcp\n";
    assert_eq!(house.ingest("conn.zeek.log", flow.as_bytes()).1.events, 1);
    let event = &events(&house)[0];
    assert_eq!(
        (event["source.ip"].as_str(), event["haidang.organisation"].as_str()),
        (Some("198.51.100.7"), Some("a"))
    );
}

/// Every byte below a folder, what is compressed also as it was.
fn all_bytes(folder: &Path, out: &mut Vec<u8>) {
    for entry in fs::read_dir(folder).expect("folder") {
        let path = entry.expect("entry").path();
        if path.is_dir() {
            all_bytes(&path, out);
            continue;
        }
        out.extend(fs::read(&path).expect("bytes"));
        if path.extension().is_some_and(|ending| ending == "zst") {
            out.extend(zstd::decode_all(File::open(&path).expect("file")).expect("zstd"));
        }
    }
}

fn is_anywhere(house: &House, text: &str) -> bool {
    let mut bytes = Vec::new();
    all_bytes(house.data.root(), &mut bytes);
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

const COMBOS: &str =
    "clerk@agency.example:Made-Up-Secret-1\nhead@mail.agency.example:Made-Up-Secret-2\nMade-Up-Secret-3\n";

#[test]
fn no_password_of_a_leak_list_reaches_the_disk() {
    let house = House::new();
    house.write("owners/organisations.csv", "code,name,kind\na,A,agency\n");
    let tables = house.write("owners/domains.csv", "domain,organisation\nagency.example,a\n");
    let today = house.data.zone().day(house.now);
    let folder = tables.parent().expect("folder");
    owners::import(&house.data, house.writer().lock(), folder, today, house.now).expect("import");
    let (_, rows) = house.ingest("made.leak.txt", COMBOS.as_bytes());
    assert_eq!(rows, Rows { rows: 3, events: 2, quarantined: 1, passed: 0, days: 1 });
    let owners: Vec<_> = events(&house).iter().map(|event| event["haidang.organisation"].clone()).collect();
    assert_eq!(owners, ["a", "a"]);
    assert!(is_anywhere(&house, "clerk@agency.example") && !is_anywhere(&house, "Made-Up-Secret"));
    assert!(matches!(house.deliver("made.leak.txt", COMBOS.as_bytes()), Outcome::Again { .. }));
}

#[test]
fn a_leak_list_under_a_strange_name_loses_its_passwords_once_it_is_known_as_one() {
    let house = House::new();
    assert!(matches!(house.deliver("dump", COMBOS.as_bytes()), Outcome::Refused { .. }));
    fs::write(house.data.path("feeds.toml"), "[feed.leaks]\nformat = \"leak\"\nfiles = [\"dump\"]\n").expect("write");
    assert_eq!(house.writer().retry("").expect("retry"), 1);
    assert!(matches!(house.drain()[..], [Outcome::Ingested { rows: Rows { events: 2, .. }, .. }]));
    assert!(!is_anywhere(&house, "Made-Up-Secret"));
}

#[test]
fn events_of_n6_are_events() {
    let house = House::new();
    let report = r#"[{"id": "0123456789abcdef0123456789abcdef", "source": "made.channel", "restriction": "need-to-know",
        "confidence": "high", "category": "bots", "name": "citadel", "time": "2026-03-09T01:02:03Z",
        "address": [{"ip": "192.0.2.5", "asn": 64496, "cc": "VN"}]}, {"id": "1"}]"#;
    let (_, rows) = house.ingest("made.n6.json", report.as_bytes());
    assert_eq!(rows, Rows { rows: 2, events: 1, quarantined: 1, passed: 0, days: 1 });
    assert_eq!(events(&house)[0]["source.ip"], "192.0.2.5");
}

#[test]
fn what_routing_says_fills_what_the_tables_do_not() {
    let house = House::new();
    house.write("owners/organisations.csv", "code,name,kind\nnet,Operator,isp\n");
    house.write("owners/asns.csv", "asn,isp\n64500,net\n");
    let tables = house.write("owners/sources/routing-20260101.pfx2as", "192.0.2.0\t24\t64500\n");
    let folder = tables.parent().and_then(Path::parent).expect("folder");
    let today = house.data.zone().day(house.now);
    let import = || owners::import(&house.data, house.writer().lock(), folder, today, house.now).expect("import");
    assert!(!owners::has_errors(&import().findings));
    assert!(import().unchanged);
    let rows = csv("timestamp,src_ip,infection", &["2026-03-09 01:00:00,192.0.2.5,sality"]);
    house.ingest("2026-03-09-event4_sinkhole-made.csv", &rows);
    let event = &events(&house)[0];
    assert_eq!((event["haidang.isp"].as_str(), event["haidang.isp_source"].as_str()), (Some("net"), Some("routing")));
    house.write("owners/sources/what.txt", "");
    let error = owners::check(folder, "VN").expect_err("no source");
    assert!(error.to_string().contains("what.txt"), "{error}");
}
