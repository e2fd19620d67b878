//! The program as its users meet it: commands in, answers, files and exit codes out.

#![expect(clippy::expect_used, clippy::unwrap_used, reason = "a test fails by panicking")]

mod archives;
mod damage;
mod demo;
mod desk;
mod golden;
mod handover;
mod kills;
mod lists;
mod readers;
mod refusals;
mod words;
