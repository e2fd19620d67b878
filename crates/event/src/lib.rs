//! The vocabulary of the house: what an **event** is and how it lies in columns.
//!
//! An event is one observation by one feed of one subject at one time. Names and meaning follow the
//! IntelMQ data format in its JSON form; what this platform adds stands under `haidang.*`.
//!
//! In the order the data flows:
//!
//! * [`key`] – the names an event may carry and the rule each value obeys;
//! * [`clean`] – those rules: what is ignored, what is invalid, what is stored;
//! * [`rows`] – a batch of events being filled row by row, columns underneath;
//! * [`schema`] – the Arrow columns of that batch;
//! * [`json`] – a row as one JSON object in the format's own names;
//! * [`subject`] – the address, name, URL or account an event is about;
//! * [`rules`] – malware families and their aliases, the *kind* of a finding, severities, as dated data;
//! * [`rsit`], [`tlp`], [`time`], [`address`] – classification, sharing marks, instants and days, addresses as integers.

pub mod address;
pub mod clean;
pub mod column;
pub mod json;
pub mod key;
pub mod rows;
pub mod rsit;
pub mod rules;
pub mod schema;
pub mod subject;
pub mod time;
pub mod tlp;
