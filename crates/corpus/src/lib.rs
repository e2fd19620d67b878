//! Hostile inputs, and what they are thrown at: every parser of the house behind one kind of function.
//!
//! The fuzz targets in `fuzz/` call these functions with made-up bytes; the replay test calls them with the inputs kept
//! in `fuzz/corpus`, in every test run. Each asserts more than that nothing panics: what must be true of any input.
//!
//! * [`reports`] – the formats of reports: rows in = events + rejected, chunked = whole, events are JSON;
//! * [`settings`] – what an operator writes: schema, mapping, catalogue, owners' tables;
//! * [`sources`] – what others say of addresses: routing tables, registries, geographic databases;
//! * [`containers`] – gzip, zstd and zip within their caps;
//! * [`values`] – times, subjects and the rules of single values: what was cleaned stays as it is.

pub mod containers;
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
    ("decode", containers::decode),
    ("delegated", sources::delegated),
    ("generic_csv", reports::generic_csv),
    ("generic_jsonl", reports::generic_jsonl),
    ("generic_text", reports::generic_text),
    ("intelmq", reports::intelmq),
    ("leak", reports::leak),
    ("leak_scrub", reports::leak_scrub),
    ("mapping", settings::mapping),
    ("mmdb", sources::mmdb),
    ("pfx2as", sources::pfx2as),
    ("schema", settings::schema),
    ("shadowserver", reports::shadowserver),
    ("subject", values::subject),
    ("time", values::time),
    ("whois", sources::whois),
];
