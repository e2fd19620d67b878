//! Who asked, and what he was told, is nowhere: in no file the portal wrote, in no line it logged.

use std::collections::BTreeSet;
use std::fs;
use std::net::IpAddr;
use std::path::Path;

use crate::desk::{files_below, text};
use crate::portal::{Portal, REPORT, desk, report_of, token};

/// Visitors whom no report names: of a static address, of a foreign one, by IPv6, and one of no Internet's.
const VISITORS: [&str; 4] = ["203.0.113.61", "198.51.100.62", "2001:db8:63::63", "10.99.98.97"];
/// A visitor whom the report names.
const INFECTED: &str = "203.0.113.5";
/// What is told visitors, in the API's words and the page's. *Seen* alone is an everyday word of reports.
const VERDICTS: [&str; 6] =
    ["not-seen", "cannot-tell", "verdict", "Nothing is recorded", "chưa ghi nhận", "đã ghi nhận dấu hiệu"];

#[test]
fn neither_visitors_nor_what_they_were_told_are_in_any_file_or_log() {
    let desk = desk();
    let before: BTreeSet<_> = files_below(&desk.data()).into_iter().collect();
    let token = token(&desk);
    let mut portal = Portal::start(&desk);
    let sent = portal.deliver(&token, REPORT, "text/csv", report_of(INFECTED)).json();
    portal.wait_for_report(&token, text(&sent["id"]));
    portal.wait_for_verdict(INFECTED, "seen");
    for visitor in VISITORS {
        assert_ne!(portal.check(visitor)["verdict"], "seen");
        for page in ["/kiem-tra", "/en/kiem-tra", "/", "/du-lieu", "/nowhere?ip=1", "/quan-tri"] {
            portal.send(visitor, &format!("GET {page}"), "", "");
        }
        assert_ne!(portal.knock(visitor, "wrong").status, 303);
        let cookie = portal.enter(&desk, visitor);
        assert_eq!(portal.send(visitor, "GET /quan-tri", &cookie, "").status, 200);
    }
    let log = portal.stop();
    assert!(log.contains("\"access\"") && log.contains("\"audit\""), "it logs what it may: {log}");
    look_through("the log", log.as_bytes());
    assert!(!log.contains(INFECTED), "{log}");
    let written: Vec<_> = files_below(&desk.data()).into_iter().filter(|path| !before.contains(path)).collect();
    assert!(written.len() > 5, "{written:?}");
    for path in written {
        look_through(&path.display().to_string(), &bytes_of(&path));
    }
}

/// A file as it was before it was compressed.
fn bytes_of(path: &Path) -> Vec<u8> {
    let bytes = fs::read(path).expect("bytes");
    if path.extension().is_some_and(|ending| ending == "zst") {
        zstd::decode_all(&bytes[..]).expect("zstd")
    } else {
        bytes
    }
}

/// No visitor as text or as the lake's 16 bytes, and no word that he was told.
fn look_through(what: &str, bytes: &[u8]) {
    let contains = |part: &[u8]| bytes.windows(part.len()).any(|window| window == part);
    for visitor in VISITORS {
        let address: IpAddr = visitor.parse().expect("an address");
        let bits = event::address::to_bits(address);
        let halves = event::address::halves(bits);
        assert!(!contains(visitor.as_bytes()), "{visitor} is in {what}");
        assert!(
            !contains(&bits.to_be_bytes()) && !contains(&bits.to_le_bytes()),
            "the bits of {visitor} are in {what}"
        );
        assert!(address.is_ipv4() || !contains(&halves.1.to_le_bytes()), "half of {visitor} is in {what}");
    }
    for verdict in VERDICTS {
        assert!(!contains(verdict.as_bytes()), "{verdict:?} is in {what}: {}", String::from_utf8_lossy(bytes));
    }
}
