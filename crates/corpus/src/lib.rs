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
//! * [`visits`] – what browsers and proxies send: heads, forms, where a visitor comes from;
//! * [`lists`] – lists of indicators: what is taken is canonical, written and read the same again, and found.

pub mod containers;
pub mod lists;
pub mod reports;
pub mod settings;
pub mod sources;
mod targets;
pub mod values;
pub mod visits;

pub use targets::{TARGETS, Target};
