//! Statistics files of the regional registries: `registry|cc|type|start|value|date|status[|extensions]`.

use std::net::IpAddr;

use event::address;

use super::{Country, Of, Reading, Row, asn, compact_day};
use crate::block::{self, Block};
use crate::finding::Code;

/// Statuses of numbers that somebody holds; the others are the registry's own.
const HELD: [&str; 2] = ["allocated", "assigned"];

/// Reads such a text; the day is the last one it covers, by its first line.
pub(super) fn read(text: &str, reading: &mut Reading<'_>) -> Option<i32> {
    let mut day = None;
    for (line, written) in (1..).zip(text.lines()).filter(|(_, line)| !is_skipped(line)) {
        let cells: Vec<_> = written.split('|').map(str::trim).collect();
        match cells[..] {
            // version|registry|serial|records|startdate|enddate|UTCoffset
            [version, _, _, _, _, end, _] if version.starts_with(|c: char| c.is_ascii_digit()) => {
                day = day.or_else(|| compact_day(end));
            }
            [.., "summary"] => {}
            [_, _, _, _, _, _, status, ..] if !HELD.contains(&status) => {}
            [_, country, what, start, value, ..] if cells.len() >= 7 => {
                let row = held(line, [country, what, start, value], reading);
                if row.is_some_and(|row| !reading.push(line, row)) {
                    break;
                }
            }
            _ => reading.wrong(line, "", written, Code::BadRow, "not seven cells or more"),
        }
    }
    day
}

fn is_skipped(line: &str) -> bool {
    let line = line.trim();
    line.is_empty() || line.starts_with('#')
}

fn held(line: u32, [country, what, start, value]: [&str; 4], reading: &mut Reading<'_>) -> Option<Row> {
    let of = match what {
        "ipv4" | "ipv6" => addresses(what, start, value).map(|block| Of::Addresses(block.first, block.last)),
        "asn" => systems(start, value),
        _ => None,
    };
    let Some(of) = of else {
        let code = if what == "asn" { Code::BadAsn } else { Code::BadNetwork };
        reading.wrong(line, what, &format!("{start}|{value}"), code, "no stretch of numbers of this type");
        return None;
    };
    Some(Row { country: Country::parse(country), ..Row::of(of) })
}

/// IPv4: how many addresses, not always a power of two. IPv6: a prefix length.
fn addresses(what: &str, start: &str, value: &str) -> Option<Block> {
    if what == "ipv6" {
        return block::parse(&format!("{start}/{value}")).map(|written| written.block).filter(|block| !block.is_ipv4());
    }
    let first = address::to_bits(IpAddr::V4(start.parse().ok()?));
    let count: u32 = value.parse().ok().filter(|count| *count > 0)?;
    let block = Block { first, last: first + u128::from(count - 1) };
    block.is_ipv4().then_some(block)
}

fn systems(start: &str, value: &str) -> Option<Of> {
    let first = asn(start)?;
    let count: u32 = value.parse().ok().filter(|count| *count > 0)?;
    Some(Of::Systems(first, first.checked_add(count - 1)?))
}
