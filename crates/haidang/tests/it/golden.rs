//! The road on real input: the samples of a national report sender, with owners made for them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use crate::desk::{Desk, base, files_called, number, text};

/// The reports that lack a column their mapping requires: every row waits in quarantine.
const WITHOUT_PORT: [&str; 2] = ["malware_url", "sandbox_url"];
/// The made operator of the country's networks.
const NATIONAL: &str = "VN-NET";
/// All the time of the samples.
const ALL_TIME: [&str; 6] = ["--since", "2010-01-01", "--until", "2022-12-31", "--kind", "all"];

/// The samples and what they should become.
struct Samples {
    files: Vec<PathBuf>,
    schema: PathBuf,
    /// Report type → its events.
    expected: BTreeMap<String, Vec<Map<String, Value>>>,
    /// The country's networks.
    networks: Vec<String>,
}

impl Samples {
    /// Those beside the checkout; nothing where it stands alone.
    fn find() -> Option<Self> {
        let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
        let sender = data.join("shadowserver");
        if !sender.exists() {
            println!("skipped: no real samples beside the checkout");
            return None;
        }
        let lines = |path: &Path| fs::read_to_string(path).expect("a file");
        let events = |path: &Path| lines(path).lines().map(|line| serde_json::from_str(line).expect(line)).collect();
        let expected = files_called(&sender.join("expected"), "jsonl");
        let networks = ["vn-ipv4.cidr", "vn-ipv6.cidr"].map(|name| lines(&data.join("networks").join(name)));
        Some(Self {
            files: files_called(&sender.join("samples"), "csv"),
            schema: sender.join("schema/intelmq.json"),
            expected: expected.iter().map(|path| (stem(path), events(path))).collect(),
            networks: networks.iter().flat_map(|text| text.lines()).map(str::to_owned).collect(),
        })
    }

    fn ingest(&self, desk: &Desk) -> BTreeMap<String, Value> {
        let schema = self.schema.to_string_lossy().into_owned();
        let said = desk.run_on(&["ingest", "--json", "--schema", &schema], &self.files).well();
        crate::desk::outcomes(&said)
    }

    fn events(&self) -> impl Iterator<Item = &Map<String, Value>> {
        self.expected.values().flatten()
    }
}

fn stem(path: &Path) -> String {
    path.file_stem().expect("a name").to_string_lossy().into_owned()
}

/// An event as comparable text: what only we add, or only the moment of reading knows, left out.
fn plain(event: &Map<String, Value>) -> String {
    let ours = |key: &str| key.starts_with("haidang.") || key.starts_with("feed.");
    let moment = |key: &str| key == "raw" || key == "time.observation";
    let kept: BTreeMap<_, _> = event.iter().filter(|(key, _)| !ours(key) && !moment(key)).collect();
    serde_json::to_string(&kept).expect("JSON")
}

fn sorted(events: &[Map<String, Value>]) -> Vec<String> {
    let mut lines: Vec<String> = events.iter().map(plain).collect();
    lines.sort_unstable();
    lines
}

fn events_by_report(desk: &Desk) -> BTreeMap<String, Vec<Map<String, Value>>> {
    let mut events = BTreeMap::<String, Vec<_>>::new();
    for event in desk.run(&["events", "--format", "intelmq"]).well().json() {
        let Value::Object(event) = event else { panic!("an event is an object") };
        events.entry(text(&event["haidang.report"]).to_owned()).or_default().push(event);
    }
    events
}

#[test]
fn every_real_sample_becomes_the_events_it_should_and_the_rest_waits() {
    let Some(samples) = Samples::find() else { return };
    let desk = Desk::new();
    let outcomes = samples.ingest(&desk);
    let events = events_by_report(&desk);
    for (report, expected) in &samples.expected {
        let ours = events.get(report).map_or(&[][..], Vec::as_slice);
        assert_eq!(sorted(ours), sorted(expected), "{report}");
    }
    assert!(events.keys().all(|report| samples.expected.contains_key(report)));
    let mut rows = 0;
    for file in &samples.files {
        let outcome = &outcomes[&base(file)];
        let (read, kept, aside) = counts(&outcome["rows"]);
        assert_eq!(read, kept + aside, "{outcome}");
        let report = text(&outcome["report"]);
        assert_eq!(kept, samples.expected[report].len() as i64, "{outcome}");
        assert_eq!(aside > 0, WITHOUT_PORT.contains(&report), "{outcome}");
        rows += read;
    }
    assert_eq!((number(&outcomes[""]["rows"]), number(&outcomes[""]["files"])), (rows, samples.files.len() as i64));
    check_quarantine(&desk);
}

fn counts(rows: &Value) -> (i64, i64, i64) {
    (number(&rows["rows"]), number(&rows["events"]), number(&rows["quarantined"]))
}

fn check_quarantine(desk: &Desk) {
    let reports = desk.ask(&["quarantine", "list"]).remove(0);
    let reports = reports.as_array().expect("a list");
    let names: BTreeSet<&str> = reports.iter().map(|report| text(&report["identity"]["report"])).collect();
    assert_eq!(names, BTreeSet::from(WITHOUT_PORT));
    for report in reports {
        let rows = desk.ask(&["quarantine", "show", &report["seq"].to_string(), "--limit", "1000"]);
        assert_eq!(rows.len() as i64, number(&report["rows"]["quarantined"]));
        for row in rows {
            assert_eq!((text(&row["reason"]), text(&row["column"])), ("missing-column", "port"), "{row}");
        }
    }
}

/// Owners for everything in the samples: an operator per ASN, one for the country's networks, one office.
fn import_owners(desk: &Desk, samples: &Samples) {
    let asns: BTreeSet<i64> = samples.events().filter_map(|event| event.get("source.asn")?.as_i64()).collect();
    let mut bodies = String::from("code,name,name_en,kind,sector,parent,province,valid_from,valid_to\n");
    let mut systems = String::from("asn,isp,name,valid_from,valid_to\n");
    for asn in asns {
        writeln!(bodies, "AS-{asn},Nhà mạng {asn},Operator {asn},isp,telecom,,01,2000-01-01,").expect("memory");
        writeln!(systems, "{asn},AS-{asn},AS{asn},2000-01-01,").expect("memory");
    }
    writeln!(bodies, "{NATIONAL},Nhà mạng quốc gia,National operator,isp,telecom,,01,2000-01-01,").expect("memory");
    writeln!(bodies, "CQ-01,Cơ quan thử,Office,other,other,,48,2000-01-01,").expect("memory");
    let mut networks = String::from("network,isp,organisation,province,flags,valid_from,valid_to\n");
    for network in &samples.networks {
        writeln!(networks, "{network},{NATIONAL},,,,2000-01-01,").expect("memory");
    }
    writeln!(networks, "113.160.0.0/28,{NATIONAL},CQ-01,48,static,2000-01-01,").expect("memory");
    desk.write("owners/organisations.csv", bodies);
    desk.write("owners/asns.csv", systems);
    desk.write("owners/networks.csv", networks);
    desk.run_on(&["constituency", "import"], &[desk.path("owners")]).well();
}

/// The operator an event must have: of the country's networks if its address lies there, else of its ASN.
fn operator(event: &Map<String, Value>, networks: &Networks) -> Option<String> {
    let address: IpAddr = event.get("source.ip")?.as_str()?.parse().expect("an address");
    if networks.hold(address) {
        return Some(NATIONAL.to_owned());
    }
    Some(format!("AS-{}", event.get("source.asn")?))
}

/// The country's networks, by a look at each.
struct Networks(Vec<(u128, u32)>);

impl Networks {
    fn read(lines: &[String]) -> Self {
        let one = |line: &String| {
            let (address, length) = line.split_once('/').expect("a prefix");
            let address: IpAddr = address.parse().expect("an address");
            let length: u32 = length.parse().expect("a length");
            (event::address::to_bits(address), if address.is_ipv4() { length + 96 } else { length })
        };
        Self(lines.iter().map(one).collect())
    }

    fn hold(&self, address: IpAddr) -> bool {
        let bits = event::address::to_bits(address);
        self.0.iter().any(|(network, length)| (network ^ bits).leading_zeros() >= *length)
    }
}

/// What an event is about.
fn subject(event: &Map<String, Value>) -> Option<&str> {
    ["source.ip", "source.account", "source.url", "source.fqdn"].iter().find_map(|key| event.get(*key)?.as_str())
}

#[test]
fn real_events_find_their_operators_by_network_and_by_asn() {
    let Some(samples) = Samples::find() else { return };
    let desk = Desk::new();
    import_owners(&desk, &samples);
    samples.ingest(&desk);
    let networks = Networks::read(&samples.networks);
    let mut by_operator = BTreeMap::<String, (BTreeSet<String>, i64)>::new();
    for event in events_by_report(&desk).into_values().flatten() {
        let (Some(operator), Some(subject)) = (operator(&event, &networks), subject(&event)) else { continue };
        assert_eq!(text(&event["haidang.isp"]), operator, "{event:?}");
        let (subjects, events) = by_operator.entry(operator).or_default();
        subjects.insert(subject.to_owned());
        *events += 1;
    }
    assert!(by_operator.len() > 100 && by_operator.contains_key(NATIONAL));
    let of_many = subjects_of_many(&by_operator);
    by_operator.retain(|_, (subjects, _)| subjects.is_disjoint(&of_many));
    assert!(by_operator.len() > 50 && by_operator.contains_key(NATIONAL));
    check_stats(&desk, &by_operator);
    check_whois(&desk);
    check_lists(&desk, &samples);
}

/// The samples give some addresses to several systems on one day, which no address is: its sightings have one of them.
fn subjects_of_many(by_operator: &BTreeMap<String, (BTreeSet<String>, i64)>) -> BTreeSet<String> {
    let mut operators = BTreeMap::<&String, u64>::new();
    for subject in by_operator.values().flat_map(|(subjects, _)| subjects) {
        *operators.entry(subject).or_default() += 1;
    }
    operators.into_iter().filter(|(_, count)| *count > 1).map(|(subject, _)| subject.clone()).collect()
}

fn check_stats(desk: &Desk, by_operator: &BTreeMap<String, (BTreeSet<String>, i64)>) {
    let stats = desk.ask(&[&["stats", "--by", "isp"][..], &ALL_TIME].concat()).remove(0);
    let counted: BTreeMap<String, (i64, i64)> = stats["rows"]
        .as_array()
        .expect("rows")
        .iter()
        .filter(|row| by_operator.contains_key(text(&row["group"])))
        .map(|row| (text(&row["group"]).to_owned(), (number(&row["unique"]), number(&row["events"]))))
        .collect();
    let wanted: BTreeMap<String, (i64, i64)> = by_operator
        .iter()
        .map(|(operator, (subjects, events))| (operator.clone(), (subjects.len() as i64, *events)))
        .collect();
    assert_eq!(counted, wanted);
}

fn check_whois(desk: &Desk) {
    for (address, operator, office) in [
        ("113.160.0.0", NATIONAL, "CQ-01"),
        ("113.160.0.16", NATIONAL, ""),
        ("2001:dc8::1", NATIONAL, ""),
        ("192.0.2.1", "", ""),
    ] {
        let answer = desk.ask(&["whois", address]).remove(0);
        let codes = (text(&answer["isp"]["code"]), text(&answer["organisation"]["code"]));
        assert_eq!(codes, (operator, office), "{answer}");
    }
    let seen = desk.ask(&["whois", "113.160.0.0", "--at", "2020-01-01"]).remove(0);
    assert_eq!(seen["sightings"].as_array().map(Vec::len), Some(1), "{seen}");
    assert!(text(&seen["because"][0]["file"]).contains("networks.csv"), "{seen}");
}

/// The list of an ASN names each subject of it, and nothing else.
fn check_lists(desk: &Desk, samples: &Samples) {
    let out = desk.path("lists");
    let words = ["list", "--asn", "64512", "--month", "2016-07", "--kind", "all", "--json", "--out"];
    let list = desk.run_on(&words, std::slice::from_ref(&out)).well().last();
    let list = &list["lists"][0];
    assert_eq!(text(&list["owner"]), "AS64512");
    let mine = |event: &&Map<String, Value>| {
        event.get("source.asn") == Some(&64512.into()) && text(&event["time.source"]).starts_with("2016-07")
    };
    let wanted: BTreeSet<&str> = samples.events().filter(mine).filter_map(subject).collect();
    let rows = fs::read_to_string(out.join("AS64512-2016-07.csv")).expect("a list");
    let listed: BTreeSet<&str> = rows.lines().skip(1).filter_map(|line| line.split(',').nth(1)).collect();
    assert_eq!(listed, wanted);
    assert_eq!(number(&list["new"]), rows.lines().count() as i64 - 1);
}
