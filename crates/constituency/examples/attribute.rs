//! Looks addresses up in a made table of networks with days, for `cargo xtask bench attribute`:
//! `attribute ours|map NETWORKS LOOK_UPS` or `attribute peer NETWORKS LOOK_UPS FOLDER`.
//!
//! `ours` reads and builds the tables, compares a sample with what reading every row gives, then looks up; `map` finds the
//! same addresses in a hash map, which knows neither networks nor days: the limit. Both print one JSON object. `peer`
//! writes the files of a peer: `ipasn.dat` (prefix TAB number) and `addresses.txt`. No clock but that of the system's
//! scheduler: what a thread was on a core, whoever else was.

#![expect(clippy::print_stdout, reason = "it is run to be read")]

use std::fs;
use std::hint::black_box;
use std::io;
use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;

use constituency::attribution::{ALL_DAYS, DayRule};
use constituency::{Asked, AttributionVersion, Attributor, Constituency, Hints, Tables};
use country::Prefixes;
use event::{address, time};
use rustc_hash::FxHashMap;

// As the program has it: among other things it asks for huge pages.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The seed of the benches: the same data on every machine.
const SEED: u64 = 7;
/// Distinct addresses: they are asked for again and again, as infected ones are.
const ADDRESSES: usize = 1 << 20;
/// Look-ups of one call, as an ingest has them.
const BATCH: usize = 4_096;
/// Look-ups that are compared with reading every row.
const SAMPLE: usize = 200;

fn main() -> io::Result<()> {
    let typed: Vec<String> = std::env::args().skip(1).collect();
    let wrong = || io::Error::other("attribute ours|map NETWORKS LOOK_UPS, or peer NETWORKS LOOK_UPS FOLDER");
    let number = |at: usize| typed.get(at).and_then(|text| text.parse::<usize>().ok()).ok_or_else(wrong);
    let (networks, look_ups) = (number(1)?, number(2)?);
    let prefixes = Prefixes::made(networks, SEED);
    let asked = prefixes.look_ups(look_ups.min(ADDRESSES), SEED);
    match (typed[0].as_str(), typed.get(3)) {
        ("ours", None) => ours(&prefixes, &asked, look_ups),
        ("map", None) => map(&asked, look_ups),
        ("peer", Some(folder)) => peer(&prefixes, &asked, Path::new(folder)),
        _ => Err(wrong()),
    }
}

fn ours(prefixes: &Prefixes, asked: &[(IpAddr, i32)], look_ups: usize) -> io::Result<()> {
    let (organisations, networks) = (country::organisations_csv(), prefixes.csv(SEED));
    let begun = on_core()?;
    let tables = Tables::read_judged(&[("organisations.csv", &organisations), ("networks.csv", &networks)]);
    let read = on_core()?;
    let country = Constituency::build(tables);
    let built = on_core()?;
    let bytes = country.index_bytes();
    let owners = whole(country)?;
    compare(&networks, &owners, &asked[..SAMPLE.min(asked.len())])?;
    let asked: Vec<Asked<'_>> = asked.iter().map(asked_for).collect();
    let begin = on_core()?;
    let (mut found, mut left) = (0, look_ups);
    for batch in asked.chunks(BATCH).cycle() {
        let batch = &batch[..batch.len().min(left)];
        found += owners.owners_of_addresses(batch).iter().filter(|owner| owner.organisation.is_some()).count();
        left -= batch.len();
        if left == 0 {
            break;
        }
    }
    let took = on_core()? - begin;
    println!(
        "{{\"look_ups\": {look_ups}, \"found\": {found}, \"cpu_s\": {took:.4}, \"read_s\": {:.3}, \"build_s\": {:.3}, \
         \"bytes\": {bytes}}}",
        read - begun,
        built - read
    );
    Ok(())
}

fn asked_for((ip, day): &(IpAddr, i32)) -> Asked<'static> {
    Asked { bits: address::to_bits(*ip), day: *day, hints: Hints::default() }
}

/// One version in which the tables count on every day.
fn whole(country: Constituency) -> io::Result<Attributor> {
    let rules = vec![DayRule { from_day: ALL_DAYS, snapshot: 1 }];
    let version = AttributionVersion { version: 1, made_at: 0, from_day_rules: rules };
    let snapshots = FxHashMap::from_iter([(1, Arc::new(country))]);
    Attributor::new(&version, &snapshots).map_err(io::Error::other)
}

/// One row of `networks.csv`.
struct Row<'t> {
    first: u128,
    last: u128,
    isp: &'t str,
    organisation: &'t str,
    from: i32,
    to: i32,
}

fn row(line: &str) -> Option<Row<'_>> {
    let cells: Vec<&str> = line.split(',').collect();
    let (first, length) = cells[0].split_once('/')?;
    let (first, length): (IpAddr, u32) = (first.parse().ok()?, length.parse().ok()?);
    let size = if first.is_ipv4() { 32 } else { 128 } - length;
    let day = |text: &str, open| if text.is_empty() { Some(open) } else { time::parse_day(text) };
    let bits = address::to_bits(first);
    Some(Row {
        first: bits,
        last: bits + ((1 << size) - 1),
        isp: cells[1],
        organisation: cells[2],
        from: day(cells[5], i32::MIN)?,
        to: day(cells[6], i32::MAX)?,
    })
}

/// Every row names both roles, so that the narrowest that holds that day has the answer.
fn compare(networks: &str, owners: &Attributor, sample: &[(IpAddr, i32)]) -> io::Result<()> {
    let rows: Vec<Row<'_>> = networks.lines().skip(1).filter_map(row).collect();
    let asked: Vec<Asked<'_>> = sample.iter().map(asked_for).collect();
    for ((ip, day), owner) in sample.iter().zip(owners.owners_of_addresses(&asked)) {
        let bits = address::to_bits(*ip);
        let holds = |row: &&Row<'_>| row.first <= bits && bits <= row.last && row.from <= *day && *day < row.to;
        let right = rows.iter().filter(holds).min_by_key(|row| row.last - row.first);
        let said = [owner.isp, owner.organisation].map(|id| id.map_or("", |id| owners.code(id)));
        if said != right.map_or(["", ""], |row| [row.isp, row.organisation]) {
            return Err(io::Error::other(format!("{ip} on day {day} is not of {said:?}")));
        }
    }
    Ok(())
}

fn map(asked: &[(IpAddr, i32)], look_ups: usize) -> io::Result<()> {
    let asked: Vec<u128> = asked.iter().map(|(ip, _)| address::to_bits(*ip)).collect();
    let begun = on_core()?;
    let known: FxHashMap<u128, u32> = asked.iter().copied().zip(0..).collect();
    let built = on_core()?;
    let found = asked.iter().cycle().take(look_ups).filter(|bits| black_box(known.get(bits)).is_some()).count();
    let took = on_core()? - built;
    let bytes = known.capacity() * (size_of::<(u128, u32)>() + 1);
    println!(
        "{{\"look_ups\": {look_ups}, \"found\": {found}, \"cpu_s\": {took:.4}, \"read_s\": 0, \"build_s\": {:.3}, \
         \"bytes\": {bytes}}}",
        built - begun
    );
    Ok(())
}

fn peer(prefixes: &Prefixes, asked: &[(IpAddr, i32)], folder: &Path) -> io::Result<()> {
    // Numbers for private use (RFC 6996).
    let numbered = prefixes.all().zip((0..1_000).cycle());
    let table: String =
        numbered.map(|((first, length), n)| format!("{first}/{length}\t{}\n", 4_200_000_000u32 + n)).collect();
    fs::write(folder.join("ipasn.dat"), table)?;
    let addresses: String = asked.iter().map(|(ip, _)| format!("{ip}\n")).collect();
    fs::write(folder.join("addresses.txt"), addresses)
}

/// Seconds this process, which has one thread, was on a core (`Documentation/scheduler/sched-stats.rst` of Linux).
fn on_core() -> io::Result<f64> {
    let stat = fs::read_to_string("/proc/self/schedstat")?;
    let nanoseconds = stat.split(' ').next().and_then(|text| text.parse::<f64>().ok());
    nanoseconds.map(|nanoseconds| nanoseconds / 1e9).ok_or_else(|| io::Error::other("schedstat has no number"))
}
