//! A sinkhole's reports of many days, and a country of 10 operators and 120 organisations: what the lake's benches ask about.
//!
//! Machines fall ill and are cleaned: those that report on a day are a window over numbered machines that moves on from
//! day to day, so that a list has new, still and gone findings.

use std::fmt::Write as _;
use std::io::{self, Write};
use std::net::Ipv4Addr;

use event::time::{day_text, parse_day};

use super::{CHUNK, PROVINCES, SPACE, SPACE_SIZE, address, sinkhole_row};
use crate::feed::Feed;
use crate::rng::{Rng, hash};
use crate::shadowserver;

/// The last of the days.
const LAST_DAY: &str = "2026-09-30";
/// How often a machine is told on a day, in the mean.
const CONTACTS: u64 = 2;
/// Days from a machine's first report to its last.
const ILL_DAYS: u64 = 45;
/// Operators and organisations.
const ISPS: u64 = 10;
const BODIES: u64 = 120;
/// Each organisation has a /20 and so many /24, in a part of 10.0.0.0/8 that is its own.
const SMALL: u32 = 8;
/// Addresses of that part.
const PART: u32 = 1 << 17;
/// Operators' networks: each a /14.
const CARRIED: u32 = 1 << 18;

/// So many days up to the last of all, `YYYY-MM-DD`.
pub fn report_days(days: u32) -> Vec<String> {
    let last = parse_day(LAST_DAY).unwrap_or_default();
    (0..days as i32).rev().map(|before| day_text(last - before)).collect()
}

/// Writes the `event4_sinkhole` report of a day of [`report_days`], counted from 0: so many rows of machines each of one
/// family.
///
/// # Errors
/// What `out` answers.
pub fn sinkhole_day(number: u64, day: &str, rows: u64, seed: u64, mut out: impl Write) -> io::Result<()> {
    let mut rng = Rng::new(seed ^ number, "sinkhole day");
    let ill = (rows / CONTACTS).max(1);
    let mut chunk = format!("{}\n", shadowserver::header(Feed::Sinkhole));
    for row in 0..rows {
        let (from, machine) = machine(number * ill.div_ceil(ILL_DAYS) + rng.below(ill));
        let dice = rng.next() & !0xffff | machine & 0xffff;
        sinkhole_row(&mut chunk, from, (day, row * 86_400 / rows), dice);
        if chunk.len() > CHUNK {
            out.write_all(chunk.as_bytes())?;
            chunk.clear();
        }
    }
    out.write_all(chunk.as_bytes())?;
    out.flush()
}

/// The address of a machine, and what is fixed of its dice.
fn machine(number: u64) -> (u32, u64) {
    let machine = hash(number, 1);
    (address(machine % SPACE_SIZE), machine >> 32)
}

/// Addresses of machines that report on the days in the middle.
pub fn asked_addresses(days: u64, rows: u64, count: u64) -> Vec<Ipv4Addr> {
    let ill = (rows / CONTACTS).max(1);
    let first = days / 2 * ill.div_ceil(ILL_DAYS);
    (0..count).map(|at| Ipv4Addr::from_bits(machine(first + at * ill / count.max(1)).0)).collect()
}

/// The country's operators and organisations, in the form of `organisations.csv`.
pub fn few_organisations_csv() -> String {
    super::organisations(ISPS, BODIES)
}

/// Who carries and holds which addresses, in the form of `networks.csv`.
pub fn few_networks_csv() -> String {
    let mut out = String::from("network,isp,organisation,province,flags,valid_from,valid_to\n");
    let mut line = |first: u32, size: u32, isp: u32, body: &str, province: &str| {
        let (network, length) = (Ipv4Addr::from_bits(first), 32 - size.trailing_zeros());
        // Writing to a String cannot fail.
        let _ = writeln!(out, "{network}/{length},ISP-{:02},{body},{province},,2020-01-01,", 1 + isp % ISPS as u32);
    };
    let carried = SPACE.into_iter().flat_map(|(first, size)| {
        let step = CARRIED.min(size);
        (0..size / step).map(move |part| (first + part * step, step))
    });
    for (at, (first, size)) in carried.enumerate() {
        line(first, size, at as u32, "", PROVINCES[at % PROVINCES.len()]);
    }
    for body in 0..BODIES as u32 {
        let (first, code) = (SPACE[0].0 + body * PART, format!("B-{:04}", body + 1));
        let (isp, province) = (first / CARRIED, PROVINCES[body as usize % PROVINCES.len()]);
        line(first, 1 << 12, isp, &code, province);
        for small in 0..SMALL {
            line(first + (1 << 13) + (small << 9), 1 << 8, isp, &code, province);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn addresses(number: u64, day: &str) -> BTreeSet<String> {
        let mut out = Vec::new();
        sinkhole_day(number, day, 9_000, 1, &mut out).expect("a vector takes all");
        let text = String::from_utf8(out).expect("UTF-8");
        assert!(
            text.lines().skip(1).all(|line| line.starts_with(&format!("\"{day} ")) && line.split(',').count() == 30)
        );
        text.lines().skip(1).filter_map(|line| line.split(',').nth(2)).map(str::to_owned).collect()
    }

    #[test]
    fn machines_stay_for_some_weeks() {
        let days = report_days(90);
        assert_eq!((days.len(), days[0].as_str(), days[89].as_str()), (90, "2026-07-03", "2026-09-30"));
        let first = addresses(0, &days[0]);
        let still = |later: u64| addresses(later, &days[later as usize]).intersection(&first).count();
        assert!((3_500..4_500).contains(&first.len()), "{}", first.len());
        assert!(still(1) > 3_000 && (500..2_000).contains(&still(30)) && still(60) < 50);
    }

    #[test]
    fn an_asked_address_is_told_on_the_day_in_the_middle() {
        let days = report_days(90);
        let told = addresses(45, &days[45]);
        let asked = asked_addresses(90, 9_000, 10);
        assert!(asked.iter().filter(|address| told.contains(&format!("\"{address}\""))).count() >= 6);
    }

    #[test]
    fn networks_name_holders_that_exist_and_none_twice() {
        let (bodies, networks) = (few_organisations_csv(), few_networks_csv());
        let mut held = BTreeSet::new();
        for line in networks.lines().skip(1) {
            let cells: Vec<&str> = line.split(',').collect();
            assert!(held.insert(cells[0]), "twice: {line}");
            assert!(event::clean::network(cells[0]).as_deref() == Some(cells[0]), "{line}");
            assert!(cells[1..3].iter().all(|code| code.is_empty() || bodies.contains(&format!("\n{code},"))), "{line}");
        }
        assert!(bodies.lines().count() == 131 && held.len() > 120 * 9);
    }
}
