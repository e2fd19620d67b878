//! One day's reports being written: rows in, broken here and there, sorted by time, counted.

use std::collections::BTreeMap;

use event::time;

use crate::family::FAMILIES;
use crate::fault::Fault;
use crate::feed::Feed;
use crate::machine::{PORT_BLOCK, Source};
use crate::rng::{Rng, hash};
use crate::senses;
use crate::shadowserver;
use crate::truth::{FileTruth, Tally};

/// What a row tells of its source, perhaps wrongly.
#[derive(Debug)]
pub(crate) struct Told {
    /// `YYYY-MM-DD hh:mm:ss`, UTC.
    pub(crate) time: String,
    pub(crate) address: String,
    pub(crate) port: u16,
    pub(crate) asn: u32,
    pub(crate) region: &'static str,
    pub(crate) city: String,
    pub(crate) host: String,
    pub(crate) naics: u32,
    pub(crate) sector: &'static str,
}

/// The desk of one day.
#[derive(Debug)]
pub(crate) struct Desk {
    /// Days since 1970, UTC.
    pub(crate) day: i32,
    pub(crate) rng: Rng,
    date: String,
    sheets: Vec<Sheet>,
    categories: BTreeMap<String, u64>,
}

#[derive(Debug)]
struct Sheet {
    feed: Feed,
    records: Vec<(u32, Vec<u8>)>,
    truth: FileTruth,
}

/// A row seen by a botnet feed: the machine, its family (index).
pub(crate) type Infected = (u64, usize);

impl Desk {
    /// The desk of a day, with an empty sheet for each feed that delivers.
    pub(crate) fn open(day: i32, seed: u64, feeds: impl Iterator<Item = Feed>) -> Self {
        let date = time::day_text(day);
        let rng = Rng::new(hash(seed, day as u64), "desk");
        let sheets = feeds.map(|feed| Sheet { feed, records: Vec::new(), truth: FileTruth::of(feed, day) }).collect();
        Self { day, rng, date, sheets, categories: BTreeMap::new() }
    }

    /// Writes a row about a source at a second of the day, broken now and then.
    pub(crate) fn tell(
        &mut self,
        feed: Feed,
        source: &Source,
        second: u32,
        fill: impl FnOnce(&Told, &mut Rng) -> String,
    ) -> Option<Fault> {
        let fault = Fault::throw(&mut self.rng, feed);
        self.put(feed, source, second, fault, fill);
        fault
    }

    /// The same, never broken.
    pub(crate) fn tell_truly(
        &mut self,
        feed: Feed,
        source: &Source,
        second: u32,
        fill: impl FnOnce(&Told, &mut Rng) -> String,
    ) {
        self.put(feed, source, second, None, fill);
    }

    fn put(
        &mut self,
        feed: Feed,
        source: &Source,
        second: u32,
        fault: Option<Fault>,
        fill: impl FnOnce(&Told, &mut Rng) -> String,
    ) {
        let told = told(source, &self.date, second, fault, &mut self.rng);
        let line = fill(&told, &mut self.rng);
        self.push(feed, second, fault, line);
    }

    /// Adds a finished row; lost if the feed does not deliver today.
    pub(crate) fn push(&mut self, feed: Feed, second: u32, fault: Option<Fault>, line: String) {
        let Some(sheet) = self.sheets.iter_mut().find(|sheet| sheet.feed == feed) else { return };
        sheet.records.push((second, Fault::bytes(fault, line)));
        sheet.truth.count(fault);
    }

    /// The last row of a log touches nothing that is watched.
    pub(crate) fn pass(&mut self, feed: Feed) {
        self.sheets.iter_mut().filter(|sheet| sheet.feed == feed).for_each(|sheet| sheet.truth.passed += 1);
    }

    /// The last record counts as one row more.
    pub(crate) fn one_more(&mut self, feed: Feed) {
        self.sheets.iter_mut().filter(|sheet| sheet.feed == feed).for_each(|sheet| sheet.truth.count(None));
    }

    /// An event of n6 was told, in a row that is broken or not.
    pub(crate) fn tell_of(&mut self, category: &str, fault: Option<Fault>) {
        if fault.is_none() {
            *self.categories.entry(category.to_owned()).or_default() += 1;
        }
    }

    /// Category → events of n6 told today.
    pub(crate) fn categories(&mut self) -> BTreeMap<String, u64> {
        std::mem::take(&mut self.categories)
    }

    /// Whether a feed delivers today.
    pub(crate) fn delivers(&self, feed: Feed) -> bool {
        self.sheets.iter().any(|sheet| sheet.feed == feed)
    }

    /// The day's files in delivery order: bytes and what is true of them.
    pub(crate) fn close(self) -> impl Iterator<Item = (Vec<u8>, FileTruth)> {
        let day = self.day;
        self.sheets.into_iter().map(move |mut sheet| {
            // Stable: rows of one second stay in the order they were told.
            sheet.records.sort_by_key(|(second, _)| *second);
            let Frame { head, between, tail } = Frame::of(sheet.feed, day);
            let mut bytes = head.into_bytes();
            for (nth, (_, record)) in sheet.records.into_iter().enumerate() {
                if nth > 0 {
                    bytes.extend(between.as_bytes());
                }
                bytes.extend(record);
            }
            if sheet.truth.rows > 0 {
                bytes.push(b'\n');
            }
            bytes.extend(tail.into_bytes());
            (bytes, sheet.truth)
        })
    }
}

fn told(source: &Source, date: &str, second: u32, fault: Option<Fault>, rng: &mut Rng) -> Told {
    let port = match source.ports {
        // Below 1024 are the services' own.
        0 => rng.between(1024, 65_535) as u16,
        first => first + rng.below(PORT_BLOCK.into()) as u16,
    };
    Told {
        time: Fault::time(fault, format!("{date} {}", clock(second))),
        address: Fault::address(fault, source.address.to_string()),
        port,
        asn: source.asn,
        region: source.region,
        city: Fault::city(fault, source.city),
        host: Fault::host(fault, &source.host),
        naics: source.naics,
        sector: source.sector,
    }
}

/// `hh:mm:ss` of a second of the day.
pub(crate) fn clock(second: u32) -> String {
    format!("{:02}:{:02}:{:02}", second / 3600, second / 60 % 60, second % 60)
}

/// What stands before the rows, between and behind them.
struct Frame {
    head: String,
    between: &'static str,
    tail: String,
}

impl Frame {
    fn of(feed: Feed, day: i32) -> Self {
        let (head, tail) = match feed {
            // An array one day, lines the next.
            Feed::N6 if day % 2 == 0 => {
                return Self { head: "[\n".to_owned(), between: ",\n", tail: "]\n".to_owned() };
            }
            Feed::Partner | Feed::N6 | Feed::Suricata | Feed::LeakCombo => (String::new(), String::new()),
            Feed::Blocklist => {
                ("# hosts of the made country's attackers; one subject per line\n".to_owned(), String::new())
            }
            Feed::ZeekDns | Feed::ZeekConn => senses::zeek::frame(feed, day),
            Feed::LeakSheet => (format!("{}\n", senses::leak::HEADER), String::new()),
            _ => (format!("{}\n", shadowserver::header(feed)), String::new()),
        };
        Self { head, between: "\n", tail }
    }
}

/// Tallies what a botnet feed told, unless the row is too broken to tell it.
pub(crate) fn tally(tally: &mut Tally, desk: &Desk, source: &Source, second: u32, who: Infected, fault: Option<Fault>) {
    if fault.is_none_or(Fault::is_harmless) {
        let (machine, family) = who;
        tally.seen(FAMILIES[family].name, machine, source.address, desk.day, second);
    }
}
