//! Serves a made country with millions of recorded addresses, for `cargo xtask bench check`: `busy FOLDER ADDRESSES`.
//!
//! Before it serves, it writes `visitors.csv` into the folder: addresses, one in eight of them recorded, and the verdict that is
//! right for each, found without the index. Its one line on standard output says where it listens, and what the index
//! took. The log goes to standard error as the program's does.

use std::fs;
use std::io::{self, Write as _};
use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use event::rules::Kind;
use portal::app::{App, Slot};
use portal::front::{Ownership, Whose};
use portal::log;
use portal::seen::{Restricted, Seen, Sighted};
use portal::serve::{serve, stop_signal};
use portal::verdict::Reach;
use portal::visitor::is_special;
use tokio::net::TcpListener;
use tracing_subscriber::filter::{LevelFilter, Targets};

#[path = "../made/house.rs"]
#[expect(dead_code, reason = "a part of the house is enough")]
mod house;

// As the program has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Addresses that come to visit.
const VISITORS: usize = 200_000;
/// Networks of the made country, as many as the benches' constituency has.
const NETWORKS: u32 = 100_000;
/// Operators of the made country.
const ISPS: usize = 40;
/// One address in so many has a second finding.
const SECOND_FINDING: usize = 8;
/// The recorded were first seen on one of so many days.
const FIRST_DAYS: usize = 181;
/// Of so many visitors one is recorded: two million of the sixteen million addresses of the country.
const RECORDED_ONE_IN: usize = 8;
const FAMILIES: [&str; 8] =
    ["conficker", "mirai", "ramnit", "sality", "virut", "prometei", "xorddos", "a-family-without-a-name"];

#[tokio::main]
async fn main() -> io::Result<()> {
    let typed: Vec<String> = std::env::args().skip(1).collect();
    let [folder, addresses] = typed.as_slice() else { return Err(io::Error::other("busy FOLDER ADDRESSES")) };
    let count: usize = addresses.parse().map_err(io::Error::other)?;
    // As the program tells it.
    let told = Targets::new().with_default(LevelFilter::ERROR).with_target("access", LevelFilter::INFO);
    let _log = log::begin(told)?;
    let recorded: Vec<Ipv4Addr> = made().take(count).collect();
    write_visitors(Path::new(folder), &recorded)?;
    let start = Instant::now();
    let seen = seen(&recorded);
    let took = start.elapsed().as_secs_f64();
    let bytes = seen.bytes() as f64 / seen.len() as f64;
    let len = seen.len();
    drop(recorded);
    let clock = Arc::new(move || house::NOW + start.elapsed().as_micros() as i64);
    let (mut parts, _) = house::parts(&[("trusted_proxies", "127.0.0.1/32")], clock);
    parts.seen = Slot::new(Some(seen));
    parts.ownership = Arc::new(Networks::made());
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    writeln!(io::stdout(), "{address} {len} {took:.3} {bytes:.1}")?;
    serve(listener, App::new(parts), stop_signal()).await
}

/// Addresses of the Internet, none of them twice: the steps of the mixing are one to one
/// (the last step of [MurmurHash3](https://github.com/aappleby/smhasher)).
fn made() -> impl Iterator<Item = Ipv4Addr> {
    let mix = |n: u32| {
        let n = (n ^ (n >> 16)).wrapping_mul(0x85eb_ca6b);
        let n = (n ^ (n >> 13)).wrapping_mul(0xc2b2_ae35);
        Ipv4Addr::from_bits(n ^ (n >> 16))
    };
    (1..=u32::MAX).map(mix).filter(|address| !is_special(IpAddr::V4(*address)))
}

fn seen(recorded: &[Ipv4Addr]) -> Seen {
    let sighted = |(at, address): (usize, &Ipv4Addr)| {
        let row = |family: usize| Sighted {
            address: IpAddr::V4(*address),
            family: FAMILIES[family % FAMILIES.len()],
            kind: Kind::Botnet,
            first: house::TODAY - 1 - (at % FIRST_DAYS) as i32,
            last: house::TODAY - 1,
            days: 1 + (at % FIRST_DAYS) as u32 / 2,
            public: true,
            tlp: None,
        };
        [Some(row(at)), (at % SECOND_FINDING == 0).then(|| row(at + 1))].into_iter().flatten()
    };
    let rows = recorded.iter().enumerate().flat_map(sighted);
    Seen::build(rows, &Restricted::default(), 64, house::TODAY - 1)
}

fn write_visitors(folder: &Path, recorded: &[Ipv4Addr]) -> io::Result<()> {
    let known = recorded.iter().step_by((recorded.len() * RECORDED_ONE_IN / VISITORS).max(1));
    let (mut known, mut strangers) = (known.map(|address| (*address, true)), made().skip(recorded.len()));
    let mut text = String::new();
    for at in 0..VISITORS {
        let one =
            if at % RECORDED_ONE_IN == 0 { known.next() } else { strangers.next().map(|address| (address, false)) };
        let Some((address, is_recorded)) = one else { break };
        text += &format!("{address},{}\n", right(address, is_recorded));
    }
    fs::write(folder.join("visitors.csv"), text)
}

/// The right verdict: everything recorded is a day old.
fn right(address: Ipv4Addr, is_recorded: bool) -> &'static str {
    match (reach(network(address)), is_recorded) {
        (Reach::Shared, _) => "cannot-tell",
        (_, true) => "seen",
        (_, false) => "not-seen",
    }
}

fn network(address: Ipv4Addr) -> u32 {
    ((u64::from(address.to_bits()) * u64::from(NETWORKS)) >> 32) as u32
}

fn reach(network: u32) -> Reach {
    match network % 10 {
        0 => Reach::Shared,
        1..=3 => Reach::Dynamic,
        4 => Reach::Unknown,
        _ => Reach::Static,
    }
}

/// Who hands out an address, looked up in few reads of memory, as the program's own index does: by first bits, then
/// among the networks that begin with them.
struct Networks {
    heads: Vec<u32>,
    firsts: Vec<u32>,
    isps: Vec<String>,
}

impl Networks {
    fn made() -> Self {
        let first = |network: u32| ((u64::from(network) << 32).div_ceil(u64::from(NETWORKS))) as u32;
        let firsts: Vec<u32> = (0..NETWORKS).map(first).collect();
        let heads =
            (0..=1 << 16).map(|head: u64| firsts.partition_point(|first| u64::from(*first) <= head << 16) as u32);
        let isps = (0..ISPS).map(|isp| format!("Viễn thông Giả Lập {isp}"));
        Self { heads: heads.collect(), firsts, isps: isps.collect() }
    }
}

impl Ownership for Networks {
    fn whose(&self, address: IpAddr) -> Whose {
        let IpAddr::V4(ip) = address else { return Whose { reach: Reach::Foreign, isp: None } };
        let bits = ip.to_bits();
        let head = (bits >> 16) as usize;
        let (from, to) = (self.heads[head] as usize, self.heads[head + 1] as usize);
        let network = (from + self.firsts[from..to].partition_point(|first| *first <= bits)).saturating_sub(1);
        Whose { reach: reach(network as u32), isp: self.isps.get(network % ISPS).cloned() }
    }
}
