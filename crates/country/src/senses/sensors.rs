//! The sensors of two ministries: mostly harmless connections, and those of a few infected machines.

use std::net::{IpAddr, Ipv4Addr};

use super::watchlist::Watchlist;
use super::{eve, letters, zeek};
use crate::country::Country;
use crate::desk::Desk;
use crate::family::FAMILIES;
use crate::fault::Fault;
use crate::feed::Feed;
use crate::networks::Network;
use crate::plan::Plan;
use crate::rng::Rng;
use crate::truth::Tally;

/// Where sensors stand, and what they write; each sees its ministry and the bodies below it.
const SITES: [(&str, &[Feed]); 2] = [("M-01", &[Feed::ZeekDns, Feed::ZeekConn]), ("M-14", &[Feed::Suricata])];
/// Harmless rows of a log and day.
const HARMLESS: u64 = 20;
/// One harmless row in so many looks at first as if it were not.
const FALSE_FRIENDS: u64 = 6;
/// Infected machines of one network in the course of a plan: one all the time, the others for a part of it.
const INFECTED: u32 = 3;
/// Contacts of an infected machine in one log of a day: 1 to so many.
const CONTACTS: u64 = 2;
/// Ids of these machines.
const FIRST_ID: u64 = 1 << 52;
/// Seconds of a day.
const DAY: u64 = 86_400;
/// Who is harmless has an address of TEST-NET-1 (RFC 5737), which no list has.
const HARMLESS_NET: [u8; 3] = [192, 0, 2];

/// One sensor.
#[derive(Debug)]
pub(crate) struct Sensor {
    writes: &'static [Feed],
    /// Indices of the networks it sees.
    networks: Vec<usize>,
    infected: Vec<Infected>,
}

#[derive(Debug)]
struct Infected {
    id: u64,
    network: usize,
    place: u32,
    /// Index of the list whose hosts it calls.
    list: usize,
    /// First and last day.
    days: (i32, i32),
}

/// A connection as a sensor sees it.
#[derive(Debug)]
pub(super) struct Contact {
    /// Second of the day.
    pub(super) second: u32,
    /// Microseconds behind it.
    pub(super) micros: u32,
    pub(super) from: IpAddr,
    pub(super) port: u16,
    pub(super) called: Called,
    /// What is wrong with the row that tells it.
    pub(super) fault: Option<Fault>,
}

/// What was called.
#[derive(Debug)]
pub(super) enum Called {
    /// A name, asked for at the resolver or in a handshake.
    Name(String),
    /// An address and a port.
    End(Ipv4Addr, u16),
    /// The host and path of an HTTP request.
    Page(String, String),
}

impl Contact {
    /// The address as the row tells it.
    pub(super) fn address(&self) -> String {
        Fault::address(self.fault, self.from.to_string())
    }
}

impl Sensor {
    /// All of them.
    pub(crate) fn all(country: &Country, offices: &[usize], watchlist: &Watchlist, plan: &Plan) -> Vec<Self> {
        let mut rng = Rng::new(plan.seed, "sensors");
        let mut all: Vec<Self> = Vec::new();
        for (ministry, writes) in SITES {
            let networks: Vec<usize> =
                offices.iter().copied().filter(|&index| is_seen(country, &country.networks[index], ministry)).collect();
            let mut infected = Vec::new();
            for (nth, &network) in networks.iter().enumerate() {
                let first_id = FIRST_ID + ((all.len() as u64) << 16) + ((nth as u64) << 8);
                let lists = watchlist.lists.len();
                infected.extend((0..INFECTED).map(|machine| {
                    let list = (nth + machine as usize) % lists;
                    Infected { list, ..Infected::made(first_id, network, machine, plan, &mut rng) }
                }));
            }
            all.push(Self { writes, networks, infected });
        }
        all
    }

    /// What passes by in one day.
    pub(crate) fn tell(&self, country: &Country, watchlist: &Watchlist, desk: &mut Desk, tally: &mut Tally) {
        for &feed in self.writes.iter().filter(|_| !self.networks.is_empty()) {
            if !desk.delivers(feed) {
                continue;
            }
            for _ in 0..HARMLESS {
                let contact = self.harmless(country, feed, watchlist, &mut desk.rng);
                write(feed, &contact, desk);
                if contact.fault.is_none() {
                    desk.pass(feed);
                }
            }
            for machine in &self.infected {
                machine.tell(country, feed, watchlist, desk, tally);
            }
        }
    }

    fn harmless(&self, country: &Country, feed: Feed, watchlist: &Watchlist, rng: &mut Rng) -> Contact {
        let block = country.networks[self.networks[rng.index(self.networks.len())]].block;
        let from = block.at(u128::from(rng.between(1, block.size() as u64 - 2)));
        let is_friend = rng.below(FALSE_FRIENDS) == 0;
        let called = match (by(feed, rng), is_friend) {
            (By::Name, true) => Called::Name(watchlist.false_friend(rng)),
            (By::Name, false) => Called::Name(harmless_name(country, rng)),
            (By::Page, _) => Called::Page(harmless_name(country, rng), format!("/trang/{}", rng.below(100))),
            (By::End, true) => {
                let (address, port) = watchlist.other_port(rng);
                Called::End(address, port)
            }
            (By::End, false) => {
                let [a, b, c] = HARMLESS_NET;
                Called::End(Ipv4Addr::new(a, b, c, rng.between(1, 254) as u8), [53, 80, 443, 587][rng.index(4)])
            }
        };
        let fault = Fault::throw(rng, feed);
        Contact { fault, ..contact(from, called, rng) }
    }
}

impl Infected {
    fn made(first_id: u64, network: usize, machine: u32, plan: &Plan, rng: &mut Rng) -> Self {
        let (first, days) = (plan.first_day(), u64::from(plan.days));
        let from = first + rng.below(days) as i32;
        let part = (from, from + rng.between(5, 30) as i32);
        Self {
            id: first_id + u64::from(machine),
            network,
            // All different: the smallest network of a ministry or of what is below it has 64 addresses.
            place: 3 + 20 * machine + rng.below(18) as u32,
            list: 0,
            days: if machine == 0 { (first, plan.end_day) } else { part },
        }
    }

    fn tell(&self, country: &Country, feed: Feed, watchlist: &Watchlist, desk: &mut Desk, tally: &mut Tally) {
        if !(self.days.0..=self.days.1).contains(&desk.day) {
            return;
        }
        let (list, network) = (&watchlist.lists[self.list], &country.networks[self.network]);
        let (address, family) = (network.block.at(self.place.into()), FAMILIES[list.family].name);
        for _ in 0..desk.rng.between(1, CONTACTS) {
            let rng = &mut desk.rng;
            let called = match by(feed, rng) {
                By::Name => Called::Name(list.name(rng)),
                By::Page => Called::Page(list.page().0.to_owned(), list.page().1.to_owned()),
                By::End => {
                    let (address, port) = list.end(rng);
                    Called::End(address, port)
                }
            };
            let contact = contact(address, called, rng);
            write(feed, &contact, desk);
            tally.seen(family, self.id, address, desk.day, contact.second);
            tally.touched(feed, family, holder(country, network), address);
        }
    }
}

/// By what a connection is told.
enum By {
    Name,
    End,
    Page,
}

fn by(feed: Feed, rng: &mut Rng) -> By {
    match (feed, rng.below(4)) {
        (Feed::ZeekDns, _) => By::Name,
        (Feed::ZeekConn, _) | (_, 0) => By::End,
        (_, 1) => By::Page,
        _ => By::Name,
    }
}

fn contact(from: IpAddr, called: Called, rng: &mut Rng) -> Contact {
    let (second, micros) = (rng.below(DAY) as u32, rng.below(1_000_000) as u32);
    Contact { second, micros, from, port: rng.between(32_768, 60_999) as u16, called, fault: None }
}

fn write(feed: Feed, contact: &Contact, desk: &mut Desk) {
    let line = match feed {
        Feed::ZeekDns => zeek::dns(contact, desk.day, &mut desk.rng),
        Feed::ZeekConn => zeek::conn(contact, desk.day, &mut desk.rng),
        _ => eve::line(contact, desk.day, &mut desk.rng),
    };
    desk.push(feed, contact.second, contact.fault, line);
}

fn is_seen(country: &Country, network: &Network, ministry: &str) -> bool {
    let body = network.organisation.map(|index| &country.bodies[index]);
    body.is_some_and(|body| body.code == ministry || body.parent == ministry)
}

/// Codes of the body and of the province of a network.
fn holder<'c>(country: &'c Country, network: &Network) -> [&'c str; 2] {
    let body = network.organisation.map_or("", |index| country.bodies[index].code.as_str());
    [body, network.province.map_or("", |index| country.provinces[index].code)]
}

/// A website of a body, or of nobody.
fn harmless_name(country: &Country, rng: &mut Rng) -> String {
    let body = &country.bodies[rng.index(country.bodies.len())];
    match rng.below(3) {
        0 => format!("www.{}", body.domain),
        1 => format!("mail.{}", body.domain),
        _ => format!("tin-tuc-{}.example", letters(rng, 3)),
    }
}
