//! A big log of name queries, and a big list of indicators that some of them touch.
//!
//! The log is that of BIND as it wrote queries up to 9.8, behind seconds since 1970 as collectors put them there: of all
//! lines that `dns-log` reads the one that costs least, so that the matching is measured and not the reading.
//!
//! A line carries who asked, when, and for what name; no answer. So the addresses in the list, one indicator in five, are
//! touched by none: what they cost is the memory of the set.

use std::io::{self, Write};
use std::net::Ipv6Addr;

use crate::bench::CHUNK;
use crate::rng::{Rng, hash, mix};

/// One line in so many touches an indicator: 0.1 %.
const HIT_ONE_IN: u64 = 1_000;
/// One indicator in so many is an address.
const ADDRESS_ONE_IN: u64 = 5;
/// Where the addresses lie: 2001:db8::/32, for documentation (RFC 3849).
const ADDRESSES: u128 = 0x2001_0db8 << 96;
/// One hit in so many is of a name below the listed one.
const BELOW_ONE_IN: u64 = 2;
/// The log's day begins: 2026-09-30, seconds since 1970.
const BEGIN: u64 = 1_790_726_400;
/// Seconds of it.
const DAY: u64 = 86_400;
/// Harmless names: three queries in four are for one of the few, the others for one of the many.
const FEW: u64 = 1 << 12;
const MANY: u64 = 1 << 22;
/// Digits of a name that is a number: enough for 64 bits, five each.
const DIGITS: usize = 13;
/// Letters and digits that cannot be taken for each other.
const ALPHABET: &[u8; 32] = b"abcdefghijkmnopqrstuvwxyz2345678";

/// Writes a log of so many queries, each `1790726400 client 10.1.2.3#51234: query: name.example IN A +`.
/// One line in a thousand asks for a name of [`indicator_list`]`(indicators, seed, …)` or, half of the time, for one
/// below it; in a thousand lines it is any. Returns how many do. Times go through 2026-09-30 (UTC); clients have
/// addresses of 10.0.0.0/8. Holds 64 KiB.
///
/// # Errors
/// What `out` answers.
pub fn dns_log(lines: u64, indicators: u64, seed: u64, mut out: impl Write) -> io::Result<u64> {
    let mut rng = Rng::new(seed, "bench queries");
    let mut chunk = Vec::with_capacity(2 * CHUNK);
    let (mut hits, mut next_hit) = (0, hit(seed, 0));
    for line in 0..lines {
        let dice = rng.next();
        begin(&mut chunk, BEGIN + line * DAY / lines, dice);
        if line == next_hit && indicators > 0 {
            listed(&mut chunk, seed, dice % indicators, dice >> 32);
            hits += 1;
        } else {
            harmless(&mut chunk, seed, dice);
        }
        if line == next_hit {
            next_hit = hit(seed, line / HIT_ONE_IN + 1);
        }
        chunk.extend_from_slice(b" IN A +\n");
        if chunk.len() > CHUNK {
            out.write_all(&chunk)?;
            chunk.clear();
        }
    }
    out.write_all(&chunk)?;
    out.flush()?;
    Ok(hits)
}

/// Writes so many distinct indicators, one a line, as a text list: names, and one in five an address.
///
/// # Errors
/// What `out` answers.
pub fn indicator_list(count: u64, seed: u64, mut out: impl Write) -> io::Result<()> {
    let mut chunk = b"# Malware hosts of the benches: none of them exists.\n".to_vec();
    for number in 0..count {
        if is_address(number) {
            write!(chunk, "{}", Ipv6Addr::from_bits(ADDRESSES | u128::from(mix(seed ^ number))))?;
        } else {
            name(&mut chunk, seed, number);
        }
        chunk.push(b'\n');
        if chunk.len() > CHUNK {
            out.write_all(&chunk)?;
            chunk.clear();
        }
    }
    out.write_all(&chunk)?;
    out.flush()
}

/// Whether it is; the one before it is a name.
fn is_address(indicator: u64) -> bool {
    indicator % ADDRESS_ONE_IN == ADDRESS_ONE_IN - 1
}

/// The line of a thousand that is a hit.
fn hit(seed: u64, thousand: u64) -> u64 {
    thousand * HIT_ONE_IN + hash(seed, thousand) % HIT_ONE_IN
}

/// `1790726400 client 10.1.2.3#51234: query: `
fn begin(out: &mut Vec<u8>, second: u64, dice: u64) {
    number(out, second);
    out.extend_from_slice(b" client 10");
    for shift in [40, 48, 56] {
        out.push(b'.');
        number(out, dice >> shift & 0xff);
    }
    out.push(b'#');
    number(out, 32_768 + (dice >> 24 & 0x3fff));
    out.extend_from_slice(b": query: ");
}

fn harmless(out: &mut Vec<u8>, seed: u64, dice: u64) {
    let names = if dice & 3 == 0 { MANY } else { FEW };
    let name = mix(seed ^ (dice >> 2 & (names - 1)));
    if name & 1 == 0 {
        out.extend_from_slice(b"www.");
    }
    out.push(b'h');
    // Half of the digits are as many as a name of this kind needs.
    word(out, name, DIGITS / 2);
    out.extend_from_slice(b".example");
}

/// The name of an indicator, or of the one before an address.
fn listed(out: &mut Vec<u8>, seed: u64, number: u64, dice: u64) {
    if dice.is_multiple_of(BELOW_ONE_IN) {
        out.extend_from_slice(b"a.");
    }
    name(out, seed, number - u64::from(is_address(number)));
}

/// No harmless name begins so, and each number has its own: [`mix`] is a bijection.
fn name(out: &mut Vec<u8>, seed: u64, number: u64) {
    out.push(b'i');
    word(out, mix(seed ^ number), DIGITS);
    out.extend_from_slice(b".example");
}

/// The lowest digits of a number, five bits each.
fn word(out: &mut Vec<u8>, mut number: u64, digits: usize) {
    for _ in 0..digits {
        out.push(ALPHABET[(number & 31) as usize]);
        number >>= 5;
    }
}

fn number(out: &mut Vec<u8>, number: u64) {
    let (mut digits, mut from, mut left) = ([b'0'; 20], 19, number);
    while left >= 10 {
        digits[from] = b'0' + (left % 10) as u8;
        (left, from) = (left / 10, from - 1);
    }
    digits[from] = b'0' + left as u8;
    out.extend_from_slice(&digits[from..]);
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn text(write: impl FnOnce(&mut Vec<u8>)) -> String {
        let mut out = Vec::new();
        write(&mut out);
        String::from_utf8(out).expect("UTF-8")
    }

    #[test]
    fn as_many_lines_touch_the_list_as_are_told() {
        let list = text(|out| indicator_list(5_000, 3, out).expect("memory"));
        let names: BTreeSet<&str> = list.lines().skip(1).collect();
        assert_eq!(names.len(), 5_000);
        assert_eq!(names.iter().filter(|name| name.parse::<Ipv6Addr>().is_ok()).count(), 1_000);
        let mut told = 0;
        let log = text(|out| told = dns_log(20_500, 5_000, 3, out).expect("memory"));
        assert_eq!(log.lines().count(), 20_500);
        let touches = |line: &&str| {
            let name = line.split(' ').nth(4).expect("a name");
            names.contains(name) || names.contains(name.strip_prefix("a.").unwrap_or(name))
        };
        assert_eq!(log.lines().filter(touches).count() as u64, told);
        assert!((20..=21).contains(&told), "{told}");
        assert!(log.starts_with("1790726400 client 10.") && log.contains("\n1790812795 client 10."));
    }

    #[test]
    fn nothing_is_touched_without_a_list() {
        let mut told = 1;
        assert_eq!(text(|out| told = dns_log(3_000, 0, 3, out).expect("memory")).lines().count(), 3_000);
        assert_eq!(told, 0);
    }

    #[test]
    fn the_day_begins_when_it_says() {
        assert_eq!(BEGIN as i64 * event::time::SECOND, event::time::parse("2026-09-30T00:00:00Z").expect("a time"));
    }
}
