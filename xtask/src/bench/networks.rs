//! The same made networks for both sides: as our tables, and as the peer's text table.

use std::{fmt::Write as _, fs, net::Ipv4Addr, path::Path};

use anyhow::{Context as _, Result};

/// Where the made report's addresses lie: first address and prefix length, all reserved (RFC 6890).
const SPACE: [(u32, u32); 4] = [(0x0a00_0000, 8), (0x6440_0000, 10), (0xac10_0000, 12), (0xc612_0000, 15)];
/// Prefix length of each network: a little over twenty thousand of them.
const LENGTH: u32 = 22;
/// Holders of the networks, each a provider with one number.
const PROVIDERS: u32 = 40;
/// First of the autonomous system numbers for private use (RFC 6996).
const FIRST_ASN: u32 = 64_512;

/// Writes `organisations.csv`, `networks.csv` and the peer's table.
pub(super) fn write(tables: &Path, ipasn: &Path) -> Result<()> {
    fs::create_dir_all(tables).with_context(|| format!("make {}", tables.display()))?;
    let write = |path: &Path, text: String| fs::write(path, text).with_context(|| format!("write {}", path.display()));
    write(&tables.join("organisations.csv"), organisations())?;
    write(
        &tables.join("networks.csv"),
        lines("network,isp\n", |network, holder| format!("{network},ISP-{holder:02}\n")),
    )?;
    write(ipasn, lines("; made\n", |network, holder| format!("{network}\t{}\n", FIRST_ASN + holder)))
}

fn organisations() -> String {
    let mut out = String::from("code,name,kind\n");
    for holder in 0..PROVIDERS {
        // Writing to a String cannot fail.
        let _ = writeln!(out, "ISP-{holder:02},Provider {holder} (made),isp");
    }
    out
}

fn lines(head: &str, line: impl Fn(&str, u32) -> String) -> String {
    let mut out = head.to_owned();
    for (first, length) in SPACE {
        for number in 0..1u32 << (LENGTH - length) {
            let network = format!("{}/{LENGTH}", Ipv4Addr::from_bits(first + (number << (32 - LENGTH))));
            out.push_str(&line(&network, number % PROVIDERS));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_network_is_inside_its_space_and_told_once() {
        let text = lines("", |network, _| format!("{network}\n"));
        let distinct: std::collections::BTreeSet<&str> = text.lines().collect();
        assert_eq!((distinct.len(), text.lines().count()), (21_632, 21_632));
        assert!(distinct.contains("10.255.252.0/22") && distinct.contains("198.19.252.0/22"));
    }
}
