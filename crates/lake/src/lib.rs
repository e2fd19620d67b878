//! Events and sightings at rest, and every question asked of them.
//!
//! Two Delta Lake tables in a folder, both partitioned by day of the reporting zone, readable by any
//! Delta reader. `events` is the truth; `sightings` is folded from it and can be rebuilt.
//!
//! In the order the data flows:
//!
//! * [`schema`] – the columns of both tables;
//! * [`order`] – a batch of events sorted by day, subject and finding;
//! * [`fold`], [`sighting`] – sorted events → sightings, and sightings → fewer sightings;
//! * [`writer`] – batches → Parquet files by day, which readers may skip ([`file`], [`words`]) and damage shows in ([`sum`]);
//! * [`store`], [`table`] – a Delta table whose log and data are synced to the disk before they count;
//! * [`lake`] – both tables together: commit one report, recover, open;
//! * [`session`], [`owner`] – SQL over the tables, with *who owned it that day* as a function;
//! * [`ask`] – the questions, as SQL or, through many days, straight from files: [`scan`] by what [`skip`] and
//!   [`wanted`] leave, for [`tally`], [`seen`], [`lists`];
//! * [`care`], [`damage`] – compaction, retention, vacuum, rebuilding; which files are damaged, and others in their place;
//!   [`merge`] puts a day's files together;
//! * [`parts`] – stretches of all addresses, for lists and for [`merge`].

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
mod seen;
pub mod session;
pub mod sighting;
mod skip;
pub mod store;
mod sum;
pub mod table;
mod tally;
mod wanted;
mod words;
pub mod writer;

pub use error::LakeError;
pub use lake::Lake;
