//! Known malware hosts, and whether a connection touched one.
//!
//! An **indicator** is a domain with all names below it, an address, an address with a port, a URL, or a path on whatever
//! host; it has a family, a source, a confidence and the time in which it counts. No file, network or clock here. In the
//! order the data flows:
//!
//! * [`list`] – lists of indicators read from text and CSV, line by line, with a [`finding`] for every refused one, and
//!   written again as one normalised CSV;
//! * [`set`] – any number of lists made one compact, immutable set, built by a [`builder`];
//! * [`inside`] – which addresses are ours;
//! * [`watch`] – one connection held against all of it: indicators, what is never one, and our own side.

pub mod builder;
mod csv;
mod cuts;
mod entry;
mod filter;
pub mod finding;
mod host;
pub mod indicator;
pub mod inside;
pub mod list;
mod record;
pub mod set;
mod special;
mod suffixes;
pub mod watch;

pub use builder::Builder;
pub use finding::{Finding, Reason};
pub use indicator::Indicator;
pub use inside::Inside;
pub use set::Set;
pub use watch::{Contact, End, Hit, Kind, Side, Watch};
