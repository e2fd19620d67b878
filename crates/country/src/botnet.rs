//! What the botnet feeds see of the infected machines in one day.

use crate::country::Country;
use crate::desk::{Desk, tally};
use crate::family::FAMILIES;
use crate::feed::Feed;
use crate::machine::Source;
use crate::partner;
use crate::plan::Plan;
use crate::population::{Machine, Population};
use crate::shadowserver;
use crate::truth::Tally;

/// A machine is seen by its sinkhole on a day with this chance: it sleeps, or asks another server.
const SINKHOLE: f64 = 0.33;
/// By the partner's sensors with this.
const PARTNER: f64 = 0.1;
/// A machine with IPv6 calls that way with this chance.
const BY_SIX: f64 = 0.5;
/// An infected thing tries a honeypot's password with this.
const BRUTE_FORCE: f64 = 0.05;
/// Rows of one machine, sinkhole and day: 1 to so many.
const CALLS: u64 = 4;
/// Rows of one machine and day at the partner's, and at the honeypots.
const FEW_CALLS: u64 = 2;
/// Seconds of a day.
const DAY: u64 = 86_400;

/// One day of all sinkholes, honeypots and the partner.
pub(crate) fn tell(country: &Country, plan: &Plan, population: &Population, desk: &mut Desk, seen: &mut Tally) {
    for machine in population.infected() {
        let source = machine.home.source(country, machine.id, desk.day);
        if desk.rng.chance(SINKHOLE) {
            call(country, plan, machine, &source, desk, seen);
        }
        if desk.rng.chance(PARTNER) {
            rows(Feed::Partner, machine, &source, FEW_CALLS, desk, seen);
        }
        if FAMILIES[machine.family].name == "mirai" && desk.rng.chance(BRUTE_FORCE) {
            guess(&source, desk);
        }
    }
}

/// The calls of a machine at the sinkhole of its kind.
fn call(country: &Country, plan: &Plan, machine: &Machine, source: &Source, desk: &mut Desk, seen: &mut Tally) {
    let http = FAMILIES[machine.family].http;
    let six = machine.home.six(country, machine.id, desk.day).filter(|_| desk.rng.chance(BY_SIX));
    let (feed, source) = match &six {
        Some(six) => (Feed::Sinkhole6, six),
        None if http => (Feed::SinkholeHttp, source),
        None => (Feed::Sinkhole, source),
    };
    let nth = (desk.day - plan.first_day()) as u32;
    if feed.sees(plan, machine.family, nth) {
        rows(feed, machine, source, CALLS, desk, seen);
    }
}

fn rows(feed: Feed, machine: &Machine, source: &Source, most: u64, desk: &mut Desk, seen: &mut Tally) {
    if !desk.delivers(feed) {
        return;
    }
    for _ in 0..desk.rng.between(1, most) {
        let second = desk.rng.below(DAY) as u32;
        let fault = desk.tell(feed, source, second, |told, rng| match feed {
            Feed::Partner => partner::line(machine.family, told),
            _ => shadowserver::sinkhole(feed, machine.family, told, rng),
        });
        tally(seen, desk, source, second, (machine.id, machine.family), fault);
    }
}

/// One call of a machine at a sinkhole at a second of the day.
pub(crate) fn call_once(country: &Country, machine: &Machine, feed: Feed, second: u32, desk: &mut Desk) {
    let by_six = if feed == Feed::Sinkhole6 { machine.home.six(country, machine.id, desk.day) } else { None };
    let source = by_six.unwrap_or_else(|| machine.home.source(country, machine.id, desk.day));
    desk.tell(feed, &source, second, |told, rng| shadowserver::sinkhole(feed, machine.family, told, rng));
}

fn guess(source: &Source, desk: &mut Desk) {
    for _ in 0..desk.rng.between(1, FEW_CALLS) {
        let second = desk.rng.below(DAY) as u32;
        desk.tell(Feed::BruteForce, source, second, shadowserver::brute_force);
    }
}
