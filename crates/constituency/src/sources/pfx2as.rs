//! Prefixes and their origins: `203.0.113.0<tab>24<tab>64500`; several origins as `64500_64501`, a set as `64500,64501`.

use super::{Origin, Reading, Row, asn};
use crate::block;
use crate::finding::Code;

/// Reads such a text; it says nothing of its day.
pub(super) fn read(text: &str, reading: &mut Reading<'_>) -> Option<i32> {
    for (line, written) in (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty()) {
        let Some([address, length, origins]) = cells(written) else {
            reading.wrong(line, "", written, Code::BadRow, "not an address, a length and an origin");
            continue;
        };
        let network = format!("{address}/{length}");
        // `parse` also takes ranges and lone addresses.
        let block = block::parse(&network).filter(|_| !address.contains(['-', '/']));
        let Some(written) = block else {
            reading.wrong(line, "network", &network, Code::BadNetwork, "no network");
            continue;
        };
        let Some(origin) = origin(origins) else {
            reading.wrong(line, "asn", origins, Code::BadAsn, "no autonomous system number");
            continue;
        };
        if !reading.push(line, Row { origin: Some(origin), ..Row::addresses(written.block) }) {
            break;
        }
    }
    None
}

fn cells(line: &str) -> Option<[&str; 3]> {
    let cells: Vec<_> = line.split_ascii_whitespace().collect();
    cells.try_into().ok()
}

/// One origin, however often it is written.
fn origin(text: &str) -> Option<Origin> {
    let mut numbers = text.split(['_', ',']).map(asn);
    let first = numbers.next()??;
    let mut is_one = true;
    for number in numbers {
        is_one &= number? == first;
    }
    Some(if is_one { Origin::One(first) } else { Origin::Several })
}
