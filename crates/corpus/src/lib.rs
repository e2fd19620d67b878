//! Hostile inputs, and what they are thrown at: every parser of the house behind one kind of function.
//!
//! The fuzz targets in `fuzz/` call these functions with made-up bytes; the replay test calls them with the inputs kept
//! in `fuzz/corpus`, in every test run. Each asserts more than that nothing panics: what must be true of any input.
//!
//! * [`reports`] – the formats of reports and logs: rows in = events + rejected + passed, chunked = whole, events are JSON;
//! * [`settings`] – what an operator writes: schema, mapping, catalogue, owners' tables;
//! * [`sources`] – what others say of addresses: routing tables, registries, geographic databases;
//! * [`containers`] – gzip, zstd and zip within their caps;
//! * [`values`] – times, subjects and the rules of single values: what was cleaned stays as it is;
//! * [`lists`] – lists of indicators: what is taken is canonical, written and read the same again, and found.

pub mod containers;
pub mod lists;
pub mod reports;
pub mod settings;
pub mod sources;
pub mod values;

/// A parser behind a function that panics if what must be true is not.
pub type Target = fn(&[u8]);

/// Every target by its name: that of its file in `fuzz/fuzz_targets` and of its folder in `fuzz/corpus`.
pub const TARGETS: &[(&str, Target)] = &[
    ("catalogue", settings::catalogue),
    ("clean", values::clean),
    ("constituency", settings::constituency),
    ("contact", lists::contact),
    ("decode", containers::decode),
    ("delegated", sources::delegated),
    ("dns_log", reports::dns_log),
    ("eve", reports::eve),
    ("generic_csv", reports::generic_csv),
    ("generic_jsonl", reports::generic_jsonl),
    ("generic_text", reports::generic_text),
    ("indicators_csv", lists::csv),
    ("indicators_text", lists::text),
    ("intelmq", reports::intelmq),
    ("leak", reports::leak),
    ("leak_scrub", reports::leak_scrub),
    ("mapping", settings::mapping),
    ("mmdb", sources::mmdb),
    ("n6", reports::n6),
    ("nfdump", reports::nfdump),
    ("pfx2as", sources::pfx2as),
    ("schema", settings::schema),
    ("shadowserver", reports::shadowserver),
    ("squid", reports::squid),
    ("subject", values::subject),
    ("time", values::time),
    ("whois", sources::whois),
    ("zeek", reports::zeek),
];
