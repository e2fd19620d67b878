//! Events and sightings at rest, and every question asked of them, in the order the data flows.
//!
//! Two Delta Lake tables in a folder, both partitioned by day of the reporting zone, readable by any
//! Delta reader. `events` is the truth; `sightings` is folded from it and can be rebuilt.
//!
//! * [`schema`], [`order`] – the columns of both tables; a batch of events sorted by day, subject and finding;
//! * [`fold`], [`sighting`] – sorted events → sightings, and sightings → fewer sightings;
//! * [`writer`] – batches → Parquet files by day, which readers may skip ([`file`], [`words`]) and damage shows in ([`sum`]);
//! * [`lake`] – both tables ([`table`]) together, synced before they count ([`store`]): commit a report, recover, open;
//! * [`session`], [`owner`] – SQL over the tables, with *who owned it that day* as a function;
//! * [`ask`] – the questions, as SQL or straight from files ([`scan`]): [`tally`], [`seen`], [`lists`];
//! * [`together`], [`care`], [`damage`] – files put together ([`merge`], by [`parts`]), forgotten, rebuilt; which are damaged.

pub mod ask;
pub mod care;
pub mod damage;
pub mod error;
mod file;
pub mod fold;
pub mod lake;
pub mod lists;
mod merge;
pub mod order;
pub mod owner;
mod parts;
mod scan;
pub mod schema;
pub mod seen;
pub mod session;
pub mod sighting;
pub mod store;
mod sum;
pub mod table;
mod tally;
pub mod together;
mod words;
pub mod writer;

pub use error::LakeError;
pub use lake::Lake;
