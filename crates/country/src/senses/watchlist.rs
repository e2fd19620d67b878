//! The made malware hosts that logs are held against, as text lists, and the one name among them that is harmless.

use std::fmt::Write as _;
use std::net::Ipv4Addr;

use super::letters;
use crate::family::{FAMILIES, named};
use crate::rng::Rng;

/// The families that have a list, and by which other name the list calls each.
const LISTED: [(&str, &str); 4] =
    [("qakbot", "made-qbot"), ("necurs", "made-necurs"), ("nymaim", "made-nymaim"), ("tinba", "made-tinba")];
/// Names of a list, the last two under `.test`.
const NAMES: usize = 7;
/// Addresses with a port of a list: of TEST-NET-3 (RFC 5737), each list its own.
const ENDS: u8 = 3;
/// Ports of control servers.
const PORTS: [u16; 3] = [443, 447, 2_222];
/// No indicator has this port.
const OTHER_PORT: u16 = 8_088;

/// The malware hosts of one family.
#[derive(Debug)]
pub(crate) struct List {
    /// Index into [`FAMILIES`].
    pub(super) family: usize,
    alias: &'static str,
    names: Vec<String>,
    ends: Vec<(Ipv4Addr, u16)>,
    /// Host and path of a download.
    page: (String, String),
}

/// All lists.
#[derive(Debug)]
pub(crate) struct Watchlist {
    pub(super) lists: Vec<List>,
}

impl List {
    fn made(number: u8, (family, alias): (&str, &'static str), rng: &mut Rng) -> Self {
        let mut name = |nth: usize| {
            let length = rng.between(8, 14);
            let top = if nth + 2 < NAMES { "example" } else { "test" };
            let below = if nth == 1 { "cdn." } else { "" };
            format!("{below}{}.{top}", letters(rng, length))
        };
        let names = (0..NAMES).map(&mut name).collect();
        let host = format!("tai-ve-{}", name(0));
        let ends = (0..ENDS).map(|nth| (Ipv4Addr::new(203, 0, 113, 16 * (number + 1) + nth), PORTS[usize::from(nth)]));
        let page = (host, format!("/goi/{}.bin", letters(rng, 6)));
        Self { family: named(family), alias, names, ends: ends.collect(), page }
    }

    /// A listed name or, half of the time, one below it.
    pub(super) fn name(&self, rng: &mut Rng) -> String {
        let name = &self.names[rng.index(self.names.len())];
        if rng.below(2) == 0 { name.clone() } else { format!("{}.{name}", letters(rng, 4)) }
    }

    /// A listed address with its port.
    pub(super) fn end(&self, rng: &mut Rng) -> (Ipv4Addr, u16) {
        self.ends[rng.index(self.ends.len())]
    }

    /// The listed URL: host and path.
    pub(super) fn page(&self) -> (&str, &str) {
        (&self.page.0, &self.page.1)
    }

    fn text(&self) -> String {
        let mut out = format!(
            "# Malware hosts of the made country: none of them exists.\n\n# Aliases: {}\n\n# Reference: made up\n\n",
            self.alias
        );
        // Writing to a String cannot fail.
        for name in &self.names {
            let _ = writeln!(out, "{name}");
        }
        out.push_str("\n# Reference: made up, too\n\n");
        for (address, port) in &self.ends {
            let _ = writeln!(out, "{address}:{port}");
        }
        let _ = writeln!(out, "http://{}{}", self.page.0, self.page.1);
        out
    }
}

impl Watchlist {
    pub(crate) fn made(seed: u64) -> Self {
        let mut rng = Rng::new(seed, "watchlist");
        let lists = (0..).zip(LISTED).map(|(number, family)| List::made(number, family, &mut rng));
        Self { lists: lists.collect() }
    }

    /// `<family>.txt` and its text.
    pub(crate) fn files(&self) -> impl Iterator<Item = (String, String)> {
        self.lists.iter().map(|list| (format!("{}.txt", FAMILIES[list.family].name), list.text()))
    }

    /// Harmless though it is below a listed name.
    fn safe(&self) -> String {
        format!("cap-nhat.{}", self.lists[0].names[0])
    }

    /// The allow-list.
    pub(crate) fn allowed(&self) -> String {
        format!("# What is never an indicator, though it is below one.\n{}\n", self.safe())
    }

    /// A name that only looks listed: an allowed one, one below it, and one that ends like a listed one inside a label.
    pub(super) fn false_friend(&self, rng: &mut Rng) -> String {
        match rng.below(3) {
            0 => self.safe(),
            1 => format!("{}.{}", letters(rng, 4), self.safe()),
            _ => format!("x{}", self.lists[rng.index(self.lists.len())].names[0]),
        }
    }

    /// A listed address with a port that is not.
    pub(super) fn other_port(&self, rng: &mut Rng) -> (Ipv4Addr, u16) {
        (self.lists[rng.index(self.lists.len())].end(rng).0, OTHER_PORT)
    }
}
