//! Events of n6, the platform of CERT Polska: an array one day, one object per line the next;
//! <https://n6.readthedocs.io/>.

use serde_json::{Value, json};

use crate::country::Country;
use crate::desk::{Desk, Told, tally};
use crate::family::FAMILIES;
use crate::feed::Feed;
use crate::machine::{Home, Source};
use crate::population::{Machine, Population};
use crate::rng::{Rng, hash};
use crate::truth::Tally;

/// An infected machine is told of on a day with this chance.
const BOTS: f64 = 0.02;
/// A thing among them is scanning, not calling, with this.
const SCANNERS: f64 = 0.3;
/// Phishing pages of a day: 0 to so many.
const PAGES: u64 = 2;
/// How sure a source may be.
const CONFIDENCES: [&str; 3] = ["low", "medium", "high"];
/// Seconds of a day.
const DAY: u64 = 86_400;

/// One day.
pub(super) fn tell(country: &Country, population: &Population, desk: &mut Desk, seen: &mut Tally) {
    let mut last: Option<(&Machine, Source)> = None;
    for machine in population.infected() {
        if !desk.rng.chance(BOTS) {
            continue;
        }
        let source = machine.home.source(country, machine.id, desk.day);
        let second = desk.rng.below(DAY) as u32;
        if FAMILIES[machine.family].name == "mirai" && desk.rng.chance(SCANNERS) {
            one(desk, "scanning", &source, second, scanner);
            continue;
        }
        let fault = desk.tell(Feed::N6, &source, second, |told, rng| bot(machine.family, told, rng).to_string());
        tally(seen, desk, &source, second, (machine.id, machine.family), fault);
        desk.tell_of("bots", fault);
        // Now and then two machines of a family are one event.
        if let Some((before, other)) = last.replace((machine, source.clone()))
            && before.family == machine.family
            && other.address != source.address
        {
            pair(desk, seen, [(before, &other), (machine, &source)]);
        }
    }
    pages(country, desk);
}

/// One event with two addresses, which is two events.
fn pair(desk: &mut Desk, seen: &mut Tally, machines: [(&Machine, &Source); 2]) {
    let second = desk.rng.below(DAY) as u32;
    let [(first, source), (other, beside)] = machines;
    desk.tell_truly(Feed::N6, source, second, |told, rng| {
        let mut event = bot(first.family, told, rng);
        if let Some(list) = event["address"].as_array_mut() {
            list.push(json!({"ip": beside.address, "asn": beside.asn, "cc": "VN"}));
        }
        event.to_string()
    });
    desk.one_more(Feed::N6);
    for (machine, source) in [(first, source), (other, beside)] {
        tally(seen, desk, source, second, (machine.id, machine.family), None);
        desk.tell_of("bots", None);
    }
}

/// Pages that ask for passwords, on websites of bodies.
fn pages(country: &Country, desk: &mut Desk) {
    for _ in 0..desk.rng.between(0, PAGES) {
        let second = desk.rng.below(DAY) as u32;
        let body = desk.rng.index(country.bodies.len());
        let network = country.networks.iter().find(|network| network.organisation == Some(body));
        let Some(network) = network.filter(|network| network.from <= desk.day && network.to.is_none()) else {
            continue;
        };
        let id = hash(desk.day as u64, u64::from(second));
        let home = Home::Line { isp: 0, province: network.province.unwrap_or(0), lease: 7, six: false };
        let (address, asn) = (network.block.at(2), Country::asn(network));
        let source = Source { address, asn, ..home.source(country, id, desk.day) };
        let domain = country.bodies[body].domain.as_str();
        one(desk, "phish", &source, second, |told, rng| page(domain, told, rng));
    }
}

fn one(desk: &mut Desk, category: &str, source: &Source, second: u32, event: impl FnOnce(&Told, &mut Rng) -> Value) {
    let fault = desk.tell(Feed::N6, source, second, |told, rng| event(told, rng).to_string());
    desk.tell_of(category, fault);
}

/// What every event has.
fn event(category: &str, restriction: &str, told: &Told, rng: &mut Rng) -> Value {
    let time = format!("{}Z", told.time.replace(' ', "T"));
    json!({
        "id": format!("{:016x}{:016x}", rng.next(), rng.next()),
        "source": "made.sensor",
        "restriction": restriction,
        "confidence": CONFIDENCES[rng.index(CONFIDENCES.len())],
        "category": category,
        "time": time,
        "address": [{"ip": told.address, "asn": told.asn, "cc": "VN"}],
    })
}

/// An infected machine; the same call may stand for many until a later time.
fn bot(family: usize, told: &Told, rng: &mut Rng) -> Value {
    let known = FAMILIES[family];
    let mut event = event("bots", "need-to-know", told, rng);
    event["name"] = known.name.into();
    event["fqdn"] = format!("{}-{}.c2.example", known.name, rng.below(5)).into();
    event["proto"] = known.transport.into();
    event["sport"] = told.port.into();
    event["dport"] = known.port.into();
    if rng.below(3) == 0 {
        event["until"] = event["time"].clone();
        event["count"] = rng.between(2, 50).into();
    }
    event
}

fn scanner(told: &Told, rng: &mut Rng) -> Value {
    let mut event = event("scanning", "internal", told, rng);
    event["name"] = "telnet".into();
    event["proto"] = "tcp".into();
    event["dport"] = 23.into();
    event["dip"] = format!("198.51.100.{}", 10 + rng.below(12)).into();
    event
}

fn page(domain: &str, told: &Told, rng: &mut Rng) -> Value {
    let mut event = event("phish", "public", told, rng);
    event["fqdn"] = format!("dang-nhap.{domain}").into();
    event["url"] = format!("http://dang-nhap.{domain}/{}", rng.below(1_000)).into();
    event
}
