//! The program as its users meet it: commands in, answers, files and exit codes out.

#![expect(clippy::expect_used, clippy::print_stdout, reason = "a test fails by panicking and says what it measured")]

mod archives;
mod damage;
mod demo;
mod desk;
mod docs;
mod full;
mod golden;
mod handover;
mod indicators;
mod kills;
mod lists;
mod mending;
mod portal;
mod privacy;
mod readers;
mod refusals;
mod serve;
mod tour;
mod watched;
mod words;
