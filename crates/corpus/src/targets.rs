//! Every fuzz target by its name.

use crate::{containers, lists, reports, settings, sources, values, visits};

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
    ("visit_form", visits::form),
    ("visit_head", visits::head),
    ("visit_proxies", visits::proxies),
    ("whois", sources::whois),
    ("zeek", reports::zeek),
];
