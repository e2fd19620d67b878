//! Events in motion: a delivered file → spool → journal → feed → attribution → lake, exactly once. In the order the data flows:
//!
//! * [`folder`] – the data folder: where everything lies, in which zone days are cut, who may write;
//! * [`spool`] – a delivered file is accepted: unpacked, hashed, compressed, on the disk;
//! * [`inbox`] – the watched folder, from which files go into the spool;
//! * [`delivery`] – what was delivered in one archive;
//! * [`journal`] – which report has which number, and how it went;
//! * [`catalogue`] – which feed a file belongs to, with its schema;
//! * [`quarantine`] – rows that are no events, with their reason;
//! * [`owners`] – snapshots of the constituency, and which of them counts when;
//! * [`enrich`] – what we know of an event beyond what was observed;
//! * [`ingest`] – one report from the spool into the lake;
//! * [`writer`] – the one writer of a data folder: recover, drain the spool, replay;
//! * [`compact`] – files of the lake put together beside him;
//! * [`mend`] – what was damaged, made anew from what is kept;
//! * [`health`] – how the feeds live.

pub mod catalogue;
pub mod compact;
pub mod delivery;
pub mod enrich;
pub mod error;
pub mod folder;
pub mod health;
pub mod hosts;
pub mod inbox;
pub mod ingest;
pub mod journal;
pub mod mend;
pub mod owners;
pub mod quarantine;
pub mod spool;
pub mod writer;

pub use error::PipelineError;
pub use folder::DataFolder;
pub use writer::Writer;
