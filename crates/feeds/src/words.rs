//! The formats a feed may speak, for people: what a catalogue calls them and what each wants.

use crate::logs;

/// A format as `feeds.toml` names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FormatWord {
    /// The word after `format =`.
    pub name: &'static str,
    /// What is read, in one sentence.
    pub reads: &'static str,
    /// The fields of the catalogue that only it has.
    pub fields: &'static [&'static str],
    /// The standard, paper or manual it follows; empty if there is none.
    pub source: &'static str,
}

/// Fields of the formats that are logs.
const OF_LOGS: &[&str] = &["zone", "inside"];

/// Every format, in the order of the page that is made of them.
pub const FORMATS: [FormatWord; 10] = [
    FormatWord {
        name: "shadowserver",
        reads: "Shadowserver's daily CSV reports, one type per file; mapped by the operator's schema file, or by our own.",
        fields: &["schema"],
        source: "https://www.shadowserver.org/what-we-do/network-reporting/",
    },
    FormatWord {
        name: "intelmq",
        reads: "Events in the IntelMQ data format, one JSON object a line or an array of them.",
        fields: &[],
        source: "https://docs.intelmq.org/latest/dev/data-format/",
    },
    FormatWord {
        name: "n6",
        reads: "Events of an n6 platform: a JSON array, one JSON object a line, or CSV.",
        fields: &[],
        source: "https://n6.readthedocs.io/",
    },
    FormatWord {
        name: "generic",
        reads: "CSV, JSON lines or text of any make, described by a small mapping: columns, form of the time, constants.",
        fields: &["mapping", "mapping_file"],
        source: "",
    },
    FormatWord {
        name: "leak",
        reads: "Lists of leaked accounts: CSV, JSON or combo lists. Passwords are dropped before anything is written.",
        fields: &[],
        source: "",
    },
    FormatWord {
        name: logs::Kind::Zeek.name(),
        reads: "Zeek's conn, dns, ssl and http logs, as TSV (any order of columns, by the header) or JSON.",
        fields: OF_LOGS,
        source: "https://docs.zeek.org/en/master/logs/index.html",
    },
    FormatWord {
        name: logs::Kind::Suricata.name(),
        reads: "Suricata's EVE log, one JSON object a line.",
        fields: OF_LOGS,
        source: "https://docs.suricata.io/en/latest/output/eve/eve-json-output.html",
    },
    FormatWord {
        name: logs::Kind::Nfdump.name(),
        reads: "Flows as nfdump writes them with -o csv.",
        fields: OF_LOGS,
        source: "https://github.com/phaag/nfdump",
    },
    FormatWord {
        name: logs::Kind::Dns.name(),
        reads: "Query logs of BIND, dnsmasq and unbound.",
        fields: OF_LOGS,
        source: "https://bind9.readthedocs.io/en/latest/reference.html#namedconf-statement-querylog",
    },
    FormatWord {
        name: logs::Kind::Squid.name(),
        reads: "Squid's access.log in its native form.",
        fields: OF_LOGS,
        source: "https://wiki.squid-cache.org/Features/LogFormat",
    },
];
