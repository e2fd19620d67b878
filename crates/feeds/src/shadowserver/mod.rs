//! Daily reports of the Shadowserver Foundation: CSV files, mapped to events by a schema file.
//!
//! The schema is the operator's copy of the [public one](https://interchange.shadowserver.org/intelmq/v1/schema);
//! without one, [`own`] maps what is common to the families of reports.
//!
//! * [`name`] – file name → report type;
//! * [`schema`] – the schema file, compiled into one plan per report type;
//! * [`functions`] – what may be done to a cell before it is stored;
//! * [`parser`] – the rows of one report, driven by its plan;
//! * [`own`] – our own mapping.

mod functions;
mod name;
mod own;
mod parser;
mod schema;

pub use parser::Parser;
pub use schema::{Schema, SchemaError};
