//! What 1.5 million names cost, in memory and in time: `cargo run --release -p indicators --example measure`.

#![expect(clippy::print_stdout, reason = "it is run to be read")]

use std::hint::black_box;
use std::time::Instant;

use event::time::Zone;
use indicators::inside::Inside;
use indicators::list::{self, Defaults, Format, INDICATORS_MAX, Purpose, Reading};
use indicators::{Contact, End, Set, Watch};

const NAMES: u64 = 1_500_000;
const QUERIES: u64 = 4_000_000;

/// Numbers that look like chance and are the same every time (Marsaglia, *Xorshift RNGs*, 2003).
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// A name as generated ones are: 8 to 19 letters under one of five top levels.
    fn name(&mut self) -> String {
        let mut number = self.next();
        let length = 8 + self.next() % 12;
        let mut name: String = (0..length).map(|_| self.letter(&mut number)).collect();
        name.push_str([".example", ".test", ".invalid", ".x.example", ".y.test"][self.next() as usize % 5]);
        name
    }

    fn letter(&mut self, number: &mut u64) -> char {
        let letter = b'a' + (*number % 26) as u8;
        *number = *number / 26 + self.next() % 1000;
        char::from(letter)
    }
}

fn main() {
    let mut chance = Chance(0x9e37_79b9_7f4a_7c15);
    let names: Vec<String> = (0..NAMES).map(|_| chance.name()).collect();
    let set = std::sync::Arc::new(build(&names));
    let per = set.bytes() as f64 / set.len() as f64;
    println!("{} names: {} MB, {per:.1} bytes each", set.len(), set.bytes() / 1_000_000);
    let watch = Watch::new(set, std::sync::Arc::default(), Inside::private());
    let strange: Vec<String> = (0..QUERIES).map(|n| host(n, &chance.name())).collect();
    ask("strange names", &watch, &strange);
    let listed: Vec<String> = (0..QUERIES).map(|n| host(n, &names[chance.next() as usize % names.len()])).collect();
    ask("listed names", &watch, &listed);
}

/// Of two names one is asked for as it is, and one with a host before it.
fn host(n: u64, name: &str) -> String {
    if n.is_multiple_of(2) { name.to_owned() } else { format!("www.{name}") }
}

/// A set of a text list of these names.
fn build(names: &[String]) -> Set {
    let text = names.join("\n");
    let Some(zone) = Zone::named("UTC") else { return Set::default() };
    let defaults = Defaults { family: "made-up-bot".to_owned(), confidence: Some(80), ..Defaults::default() };
    let (format, purpose, most) = (Format::Text, Purpose::Indicators, INDICATORS_MAX);
    let mut builder = Set::builder();
    builder.begin("made-up", 0);
    let begun = Instant::now();
    let report = list::read(text.as_bytes(), Reading { format, purpose, defaults, zone: &zone, most }, |indicator| {
        if let Err(unfit) = builder.add(&indicator) {
            println!("{}: {unfit}", indicator.text);
        }
    });
    println!("{} read, {} refused, in {:?}", report.accepted, report.refused, begun.elapsed());
    let begun = Instant::now();
    let set = builder.build();
    println!("built in {:?}", begun.elapsed());
    set
}

fn ask(what: &str, watch: &Watch, names: &[String]) {
    let from = Some(End { ip: [10, 0, 0, 1].into(), port: None });
    let begun = Instant::now();
    let hits = names.iter().filter(|name| {
        let contact = Contact { at: 0, from, to: None, name: Some(name), path: None };
        black_box(watch.find(black_box(&contact))).is_some()
    });
    let hits = hits.count();
    let each = begun.elapsed().as_nanos() as f64 / names.len() as f64;
    println!("{what}: {hits} of {} hit, {each:.0} ns each, {:.1} M/s", names.len(), 1000.0 / each);
}
