//! What is true of the made reports, so that a pipeline can be held against it.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use event::time;
use serde::{Deserialize, Serialize};

use crate::fault::Fault;
use crate::feed::Feed;

/// Everything worth asking. Days are `YYYY-MM-DD`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Truth {
    /// First day of the reports (UTC).
    pub first_day: String,
    /// Last day of the reports (UTC).
    pub last_day: String,
    /// Each report, in delivery order.
    pub files: Vec<FileTruth>,
    /// Family → machines seen, summed over the days of the reporting zone: each machine once a day, however many its addresses and rows.
    pub machine_days: BTreeMap<String, u64>,
    /// Family → the same by address, as it can be counted from the reports: distinct (address, day of the reporting zone) in the botnet feeds.
    pub address_days: BTreeMap<String, u64>,
    /// Machines infected on each day, seen or not; the planted ones not counted.
    pub infected: Vec<u64>,
    /// Feeds of which files are missing.
    pub outages: Vec<Outage>,
    /// Families that a feed stopped seeing.
    pub hand_overs: Vec<HandOver>,
    /// The planted stories.
    pub stories: Vec<Story>,
    /// What logs touched of the made indicators, sorted by feed, family and organisation.
    pub hits: Vec<Hits>,
    /// Category of n6 → events, each address of an event being one.
    pub categories: BTreeMap<String, u64>,
    /// Code of the organisation → distinct accounts in the leak lists, those of its mail hosts included; accounts of nobody we know
    /// are in the lists and not here.
    pub accounts: BTreeMap<String, u64>,
}

/// Contacts of one body's machines with the listed hosts of one family, in one log. None of them is in a broken row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hits {
    /// The log: `zeek_dns`, `zeek_conn` or `suricata_eve`.
    pub feed: String,
    /// The family: the name of its list.
    pub family: String,
    /// Code of the organisation.
    pub organisation: String,
    /// Code of its province.
    pub province: String,
    /// How many rows become events.
    pub events: u64,
    /// From where.
    pub addresses: BTreeSet<IpAddr>,
}

/// One report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileTruth {
    /// Its file name.
    pub name: String,
    /// Its report type, or the feed's name.
    pub feed: String,
    /// Its day (UTC).
    pub day: String,
    /// Rows in it, broken or not; header, comments and empty lines are no rows. Of n6 an event with two addresses is two.
    pub rows: u64,
    /// Of a log, the rows that touch nothing on the made lists of indicators; broken ones are not among them.
    pub passed: u64,
    /// What is wrong → how many of these rows. `bad_time`, `bad_address` (no address or account can be read), `missing_cells` (a row that
    /// ends after its first cell, a JSON object that ends in its middle), `long_cell` (above a mebibyte), `far_future` (readable, year
    /// 2099), `latin1` (not UTF-8, yet address and time are right).
    pub broken: BTreeMap<String, u64>,
}

impl FileTruth {
    /// Rows that become events: neither passed nor so broken that they are rejected.
    pub fn events(&self) -> u64 {
        let broken: u64 =
            self.broken.iter().filter(|(fault, _)| *fault != Fault::Latin1.name()).map(|(_, count)| count).sum();
        self.rows - self.passed - broken
    }

    pub(crate) fn of(feed: Feed, day: i32) -> Self {
        Self {
            name: feed.file_name(day),
            feed: feed.name().to_owned(),
            day: time::day_text(day),
            rows: 0,
            passed: 0,
            broken: BTreeMap::new(),
        }
    }

    pub(crate) fn count(&mut self, fault: Option<Fault>) {
        self.rows += 1;
        if let Some(fault) = fault {
            *self.broken.entry(fault.name().to_owned()).or_default() += 1;
        }
    }
}

/// Days on which a feed delivered nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outage {
    /// Report type.
    pub feed: String,
    /// First and last day without a file.
    pub days: Period,
}

/// A sinkhole that went to other hands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandOver {
    /// Report type.
    pub feed: String,
    /// The family it no longer sees.
    pub family: String,
    /// First day without it.
    pub from: String,
}

/// Days in a row, both ends included.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Period {
    /// First.
    pub from: String,
    /// Last.
    pub to: String,
}

impl Period {
    pub(crate) fn of(from: i32, to: i32) -> Self {
        Self { from: time::day_text(from), to: time::day_text(to) }
    }
}

/// Something planted, with all that a test needs to find it again. Every address is seen on every day of its periods, twice, in
/// unbroken rows of `event4_sinkhole`, at hours at which the day of the reporting zone is the day of UTC; and by nothing else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Story {
    /// What happens.
    pub kind: StoryKind,
    /// Codes of the organisations, in the order in which they hold the addresses.
    pub organisations: Vec<String>,
    /// Code of the ISP.
    pub isp: String,
    /// The addresses.
    pub addresses: Vec<IpAddr>,
    /// The family.
    pub family: String,
    /// When it is seen.
    pub seen: Vec<Period>,
    /// First day of the second holder, if the addresses change hands.
    pub changes_on: Option<String>,
    /// First and last source port of the machine, if it shares its address.
    pub ports: Option<(u16, u16)>,
}

/// The kinds of story.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StoryKind {
    /// An organisation cleans its machines for good.
    CleansUp,
    /// A machine is clean for weeks, then infected again.
    Relapses,
    /// An address goes to another organisation while its machine stays infected.
    ChangesOwner,
    /// One of three machines, each of another family, behind one shared address.
    BehindSharedAddress,
}

/// The reporting zone is seven hours before UTC (Asia/Ho_Chi_Minh, without other offset since 1975).
const ZONE_SECONDS: u32 = 7 * 3600;
const DAY_SECONDS: u32 = 86_400;

/// Feed and family, and the codes of organisation and province.
type Touch = (&'static str, &'static str, [String; 2]);

/// The counts being made.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    machines: BTreeMap<&'static str, BTreeSet<(u64, i32)>>,
    addresses: BTreeMap<&'static str, BTreeSet<(IpAddr, i32)>>,
    hits: BTreeMap<Touch, (u64, BTreeSet<IpAddr>)>,
    accounts: BTreeMap<String, BTreeSet<String>>,
}

impl Tally {
    /// A botnet feed told of a machine, at a second of a UTC day.
    pub(crate) fn seen(&mut self, family: &'static str, machine: u64, address: IpAddr, day: i32, second: u32) {
        let day = day + i32::from(second + ZONE_SECONDS >= DAY_SECONDS);
        self.machines.entry(family).or_default().insert((machine, day));
        self.addresses.entry(family).or_default().insert((address, day));
    }

    /// A log tells that a machine of a body touched a listed host; the codes are those of the body and its province.
    pub(crate) fn touched(&mut self, feed: Feed, family: &'static str, codes: [&str; 2], address: IpAddr) {
        let hits = self.hits.entry((feed.name(), family, codes.map(str::to_owned))).or_default();
        hits.0 += 1;
        hits.1.insert(address);
    }

    /// An account of a body stands in a leak list.
    pub(crate) fn leaked(&mut self, organisation: &str, account: String) {
        self.accounts.entry(organisation.to_owned()).or_default().insert(account);
    }

    /// Writes the counts into the truth.
    pub(crate) fn settle(self, truth: &mut Truth) {
        truth.machine_days = counts(&self.machines);
        truth.address_days = counts(&self.addresses);
        truth.accounts = counts(&self.accounts);
        truth.hits = self.hits.into_iter().map(hits).collect();
    }
}

fn hits(((feed, family, [organisation, province]), (events, addresses)): (Touch, (u64, BTreeSet<IpAddr>))) -> Hits {
    Hits { feed: feed.to_owned(), family: family.to_owned(), organisation, province, events, addresses }
}

fn counts<T>(sets: &BTreeMap<impl AsRef<str>, BTreeSet<T>>) -> BTreeMap<String, u64> {
    sets.iter().map(|(name, set)| (name.as_ref().to_owned(), set.len() as u64)).collect()
}
