//! What leaves the house as a file: an owner's list as CSV for machines and as a workbook for people.
//!
//! In the order the data flows:
//!
//! * [`list`] – the list itself: its head, its rows, what changed against the month before;
//! * [`local`] – instants as the reporting zone reads them;
//! * [`message`] – the words, in Vietnamese and English;
//! * [`csv`] – the list as RFC 4180 text, any number of rows;
//! * [`xlsx`] – the list as a workbook with title, notes and those gone, up to a limit;
//! * [`error`] – what the caller decides when a file cannot be made.

pub mod csv;
pub mod error;
pub mod list;
pub mod local;
pub mod message;
pub mod xlsx;
