//! Big files of one kind, for measurements: a sinkhole report, and the networks its addresses lie in; a log of queries
//! and the indicators it is held against ([`dns`]); a million networks and what is looked up in them ([`Prefixes`]);
//! reports of many days ([`days`]).

use std::collections::HashSet;
use std::fmt::Write as _;
use std::io::{self, Write};

use crate::feed::Feed;
use crate::rng::{Rng, hash};
use crate::shadowserver;

mod days;
mod dns;
mod prefixes;

pub use days::{asked_addresses, few_networks_csv, few_organisations_csv, report_days, sinkhole_day};
pub use dns::{dns_log, indicator_list};
pub use prefixes::Prefixes;

/// Where the addresses of both files lie: first address and size of 10.0.0.0/8, 100.64.0.0/10, 172.16.0.0/12 and
/// 198.18.0.0/15, all reserved (RFC 6890).
const SPACE: [(u32, u32); 4] =
    [(0x0a00_0000, 1 << 24), (0x6440_0000, 1 << 22), (0xac10_0000, 1 << 20), (0xc612_0000, 1 << 17)];
/// Addresses in [`SPACE`].
const SPACE_SIZE: u64 = (1 << 24) + (1 << 22) + (1 << 20) + (1 << 17);

/// Three rows in ten repeat an address told before.
const REPEATED_OF_TEN: u64 = 3;
/// How far back a repeated address was told, in rows.
const BACK: usize = 4_096;
/// First of the two days: 2026-09-29.
const DATES: [&str; 2] = ["2026-09-29", "2026-09-30"];
/// Bytes gathered before they are written.
const CHUNK: usize = 1 << 16;

/// The families of the report, some under their feed's own names.
const FAMILIES: [&str; 18] = [
    "mirai",
    "conficker",
    "sality",
    "ramnit",
    "gamarue",
    "virut",
    "zeroaccess",
    "cutwai",
    "necurs",
    "qakbot",
    "nymaim",
    "tinba",
    "mozi",
    "android.hummer",
    "pykspa",
    "phorpiex",
    "gozi",
    "emotet",
];
/// Region and city as geo-IP writes them.
const PLACES: [(&str, &str); 12] = [
    ("HA NOI", "HANOI"),
    ("HO CHI MINH", "HO CHI MINH CITY"),
    ("DA NANG", "DA NANG"),
    ("HAI PHONG", "HAI PHONG"),
    ("CAN THO", "CAN THO"),
    ("NGHE AN", "VINH"),
    ("BINH DUONG", "THU DAU MOT"),
    ("DONG NAI", "BIEN HOA"),
    ("THANH HOA", "THANH HOA"),
    ("KHANH HOA", "NHA TRANG"),
    ("BAC NINH", "BAC NINH"),
    ("THUA THIEN-HUE", "HUE"),
];

/// Writes an `event4_sinkhole` report of so many rows: 30 columns, 18 families, two days, three addresses in ten
/// told before. Its name should be `YYYY-MM-DD-event4_sinkhole-made-geo.csv`.
///
/// # Errors
/// What `out` answers.
pub fn sinkhole_csv(rows: u64, seed: u64, mut out: impl Write) -> io::Result<()> {
    let mut rng = Rng::new(seed, "sinkhole");
    let mut told = vec![0u32; BACK];
    let mut chunk = format!("{}\n", shadowserver::header(Feed::Sinkhole));
    for row in 0..rows {
        let place = row as usize % BACK;
        let repeated = row >= BACK as u64 && rng.below(10) < REPEATED_OF_TEN;
        told[place] = if repeated { told[rng.index(BACK)] } else { address(rng.below(SPACE_SIZE)) };
        let second = row * 172_800 / rows;
        sinkhole_row(&mut chunk, told[place], (DATES[usize::from(second >= 86_400)], second), rng.next());
        if chunk.len() > CHUNK {
            out.write_all(chunk.as_bytes())?;
            chunk.clear();
        }
    }
    out.write_all(chunk.as_bytes())?;
    out.flush()
}

/// The address at a place in [`SPACE`].
fn address(place: u64) -> u32 {
    let mut left = place as u32;
    for (first, size) in SPACE {
        if left < size {
            return first + left;
        }
        left -= size;
    }
    SPACE[0].0
}

/// One row; `dice` decides all that is not given.
fn sinkhole_row(out: &mut String, from: u32, (date, second): (&str, u64), dice: u64) {
    let pick = |shift: u32, n: u64| ((dice >> shift) & 0xffff) % n;
    let family = FAMILIES[pick(0, 18) as usize];
    let (region, city) = PLACES[(hash(from.into(), 0) % 12) as usize];
    let (port, sensor, asn) = (1024 + pick(16, 64_512), 10 + pick(32, 200), 64_512 + u64::from(from >> 21) % 29);
    let [h, m, s] = [second / 3600 % 24, second / 60 % 60, second % 60];
    let [a, b, c, d] = from.to_be_bytes();
    // Writing to a String cannot fail.
    let _ = writeln!(
        out,
        "\"{date} {h:02}:{m:02}:{s:02}\",\"tcp\",\"{a}.{b}.{c}.{d}\",{port},{asn},\"VN\",\"{region}\",\"{city}\",\
         \"dyn-{a}-{b}-{c}-{d}.made.example\",517111,\"Telecommunications\",,,,\
         \"198.51.100.{sensor}\",80,64496,\"SG\",\"SINGAPORE\",\"SINGAPORE\",,518210,,\"made\",\
         \"{family}\",\"{family}\",,,,"
    );
}

/// Organisations named by [`networks_csv`], beside its ISPs.
const HOLDERS: u64 = 1_000;
/// ISPs likewise.
const ISPS: u64 = 12;
/// Prefix lengths and how many networks in a hundred have them: many small ones nested in few large.
const LENGTHS: [(u32, u32); 8] = [(12, 1), (14, 2), (16, 7), (18, 10), (20, 15), (22, 20), (24, 35), (28, 10)];

/// The longest prefix a crowded network is moved to: there are 5.6 million of them.
const LONGEST: u32 = 30;
/// Most networks made.
const NETWORKS_MAX: u64 = 2_000_000;

/// So many nested networks over the addresses of [`sinkhole_csv`], in the form of `networks.csv`; one in eight changes
/// hands on 2026-09-30 and takes two lines. No network is made twice; at most two million are made. Holders are those
/// of [`organisations_csv`].
pub fn networks_csv(count: u64, seed: u64) -> String {
    let mut rng = Rng::new(seed, "bench networks");
    let mut out = String::from("network,isp,organisation,province,flags,valid_from,valid_to\n");
    let mut taken: HashSet<_> = SPACE.into_iter().collect();
    for number in 0..count.min(NETWORKS_MAX) {
        let length = LENGTHS[rng.weighted(LENGTHS.iter().map(|(_, weight)| *weight))].0;
        let network = match SPACE.get(number as usize) {
            Some(&whole) => whole,
            None => new_network(&mut rng, length, &mut taken),
        };
        let flags = ["", "static", "dynamic", "shared"][rng.index(4)];
        if rng.below(8) == 0 {
            holder(&mut out, &mut rng, network, flags, "2020-01-01,2026-09-30");
            holder(&mut out, &mut rng, network, flags, "2026-09-30,");
        } else {
            holder(&mut out, &mut rng, network, flags, "2020-01-01,");
        }
    }
    out
}

/// A network that is not taken yet: of the wanted length or, where those are rare, of a longer one.
fn new_network(rng: &mut Rng, mut length: u32, taken: &mut HashSet<(u32, u32)>) -> (u32, u32) {
    loop {
        let size = 1 << (32 - length);
        let network = (address(rng.below(SPACE_SIZE)) & !(size - 1), size);
        if taken.insert(network) {
            return network;
        }
        length = (length + 2).min(LONGEST);
    }
}

fn holder(out: &mut String, rng: &mut Rng, (first, size): (u32, u32), flags: &str, days: &str) {
    let (network, length) = (std::net::Ipv4Addr::from_bits(first), 32 - size.trailing_zeros());
    let (isp, body, province) = (1 + rng.below(ISPS), 1 + rng.below(HOLDERS), PROVINCES[rng.index(4)]);
    // Writing to a String cannot fail.
    let _ = writeln!(out, "{network}/{length},ISP-{isp:02},B-{body:04},{province},{flags},{days}");
}

const PROVINCES: [&str; 4] = ["01", "31", "48", "79"];

/// The holders of [`networks_csv`], in the form of `organisations.csv`.
pub fn organisations_csv() -> String {
    organisations(ISPS, HOLDERS)
}

/// So many operators and other organisations, in the form of `organisations.csv`.
fn organisations(isps: u64, holders: u64) -> String {
    let mut out = String::from("code,name,name_en,kind,sector,parent,province,valid_from,valid_to\n");
    // Writing to a String cannot fail.
    for isp in 1..=isps {
        let _ = writeln!(out, "ISP-{isp:02},Nhà mạng {isp} (giả định),ISP {isp} (made),isp,telecom,,01,2020-01-01,");
    }
    for body in 1..=holders {
        let _ = writeln!(out, "B-{body:04},Đơn vị {body} (giả định),Unit {body} (made),other,other,,01,2020-01-01,");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_have_the_header_s_cells() {
        let mut out = Vec::new();
        sinkhole_csv(10_000, 1, &mut out).expect("a vector takes all");
        let text = String::from_utf8(out).expect("UTF-8");
        assert_eq!(text.lines().count(), 10_001);
        assert!(text.lines().all(|line| line.split(',').count() == 30));
    }

    #[test]
    fn three_addresses_in_ten_are_told_twice() {
        let mut out = Vec::new();
        sinkhole_csv(50_000, 2, &mut out).expect("a vector takes all");
        let text = String::from_utf8(out).expect("UTF-8");
        let addresses = text.lines().skip(1).filter_map(|line| line.split(',').nth(2));
        let distinct = addresses.collect::<std::collections::BTreeSet<_>>().len();
        assert!((34_000..38_500).contains(&distinct), "{distinct}");
    }

    #[test]
    fn networks_name_holders_that_exist() {
        let bodies = organisations_csv();
        let networks = networks_csv(20_000, 1);
        let mut held = HashSet::new();
        for line in networks.lines().skip(1) {
            let cells: Vec<&str> = line.split(',').collect();
            assert_eq!(cells.len(), 7, "{line}");
            assert!(held.insert((cells[0], cells[5])), "twice: {line}");
            assert!(event::clean::network(cells[0]).as_deref() == Some(cells[0]), "{line}");
            assert!(cells[1..3].iter().all(|code| bodies.contains(&format!("\n{code},"))), "{line}");
        }
    }
}
