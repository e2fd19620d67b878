//! Bytes of a report → events in columns. Pure: no file, no network, no clock.
//!
//! In the order the data flows:
//!
//! * [`decode`] – what a delivered file is: plain, compressed, or an archive of reports;
//! * [`name`] – what its name says;
//! * [`format`] – the closed list of formats and the one way to drive any of them;
//! * [`record`] – how records are told apart: CSV rows and lines;
//! * [`shadowserver`] – daily CSV reports, mapped by the operator's schema file or our own;
//! * [`intelmq`] – JSON lines in the IntelMQ data format;
//! * [`n6`] – events of the n6 platform of CERT Polska, as JSON or CSV;
//! * [`logs`] – logs of Zeek, Suricata, nfdump, name servers and Squid, held against known malware hosts;
//! * [`generic`] – CSV, JSON lines or text, described by a small TOML mapping;
//! * [`leak`] – lists of leaked accounts, and how they lose their passwords before anything is kept;
//! * [`catalogue`] – `feeds.toml`: which feed speaks which format, and how far it is trusted and shared;
//! * [`words`] – the formats, for people.

pub mod catalogue;
pub mod decode;
pub mod format;
pub mod generic;
pub mod intelmq;
mod json;
pub mod leak;
pub mod logs;
pub mod n6;
pub mod name;
pub mod record;
pub mod shadowserver;
pub mod words;
