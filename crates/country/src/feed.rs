//! The feeds: what they are called, when they fail, and what they cannot see.
//!
//! A new feed is a variant here, a name, and a function that writes its rows.

use event::time;

use crate::family::FAMILIES;
use crate::plan::Plan;

/// A source of daily reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Feed {
    Sinkhole,
    SinkholeHttp,
    Sinkhole6,
    Telnet,
    Rdp,
    BruteForce,
    Website,
    Partner,
    Blocklist,
    ZeekDns,
    ZeekConn,
    Suricata,
    N6,
    LeakCombo,
    LeakSheet,
}

/// The feed that fails, and from which day of a 90-day plan until which.
pub(crate) const OUTAGE: (Feed, u32, u32) = (Feed::SinkholeHttp, 70, 75);
/// Suricata's events are fetched once in so many days, n6 and Zeek write every day.
const SURICATA_EVERY: u32 = 7;
/// From which day of a 90-day plan the leak lists are, which come once.
const LEAKED: u32 = 40;
/// A sinkhole handed over: the feed, the family it no longer sees, from which day of a 90-day plan on.
pub(crate) const HANDED_OVER: (Feed, &str, u32) = (Feed::Sinkhole, "virut", 75);

impl Feed {
    /// All of them, in the order in which a day's files are delivered.
    pub(crate) const ALL: [Self; 15] = [
        Self::Sinkhole,
        Self::SinkholeHttp,
        Self::Sinkhole6,
        Self::Telnet,
        Self::Rdp,
        Self::BruteForce,
        Self::Website,
        Self::Partner,
        Self::Blocklist,
        Self::ZeekDns,
        Self::ZeekConn,
        Self::Suricata,
        Self::N6,
        Self::LeakCombo,
        Self::LeakSheet,
    ];

    /// Its report type, or its name if it has no types.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Sinkhole => "event4_sinkhole",
            Self::SinkholeHttp => "event4_sinkhole_http",
            Self::Sinkhole6 => "event6_sinkhole",
            Self::Telnet => "scan_telnet",
            Self::Rdp => "scan_rdp",
            Self::BruteForce => "event4_honeypot_brute_force",
            Self::Website => "compromised_website",
            Self::Partner => "partner",
            Self::Blocklist => "c2",
            Self::ZeekDns => "zeek_dns",
            Self::ZeekConn => "zeek_conn",
            Self::Suricata => "suricata_eve",
            Self::N6 => "n6",
            Self::LeakCombo => "leak_combo",
            Self::LeakSheet => "leak_sheet",
        }
    }

    /// The name of its file of a day.
    pub(crate) fn file_name(self, day: i32) -> String {
        let (date, name) = (time::day_text(day), self.name());
        match self {
            Self::Partner => format!("{date}-{name}.intelmq.jsonl"),
            Self::Blocklist => format!("{date}-{name}.blocklist.txt"),
            Self::ZeekDns => format!("{date}-m-01-dns.zeek.log"),
            Self::ZeekConn => format!("{date}-m-01-conn.zeek.log"),
            Self::Suricata => format!("{date}-m-14.eve.json"),
            Self::N6 => format!("{date}-{name}.json"),
            Self::LeakCombo => format!("{date}-made-combo.leak.txt"),
            Self::LeakSheet => format!("{date}-made-breach.leak.csv"),
            _ => format!("{date}-{name}-made-geo.csv"),
        }
    }

    /// Whether its files are so small that faults must be more frequent for there to be any.
    pub(crate) fn is_small(self) -> bool {
        matches!(self, Self::ZeekDns | Self::ZeekConn | Self::Suricata | Self::N6)
    }

    /// How it spells a family: one writes a rarer name, one has never corrected a slip of the key.
    pub(crate) fn spelling(self, family: usize) -> &'static str {
        match (self, FAMILIES[family].name) {
            (Self::SinkholeHttp, "andromeda") => "gamarue",
            (Self::Sinkhole, "hummer") => "android.hummer",
            (Self::Partner, "cutwail") => "cutwai",
            (_, name) => name,
        }
    }

    /// Whether its file of the nth day (from 0) arrives.
    pub(crate) fn delivers(self, plan: &Plan, nth: u32) -> bool {
        match self {
            Self::Suricata => return nth.is_multiple_of(SURICATA_EVERY),
            Self::LeakCombo | Self::LeakSheet => return nth == plan.nth(LEAKED),
            _ => {}
        }
        let (feed, from, until) = OUTAGE;
        self != feed || nth < plan.nth(from) || nth >= plan.nth(until)
    }

    /// Whether it sees a family on the nth day.
    pub(crate) fn sees(self, plan: &Plan, family: usize, nth: u32) -> bool {
        let (feed, name, from) = HANDED_OVER;
        self != feed || FAMILIES[family].name != name || nth < plan.nth(from)
    }
}
