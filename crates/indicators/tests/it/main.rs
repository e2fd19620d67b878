//! Indicators as the program and the feeds see them: lists read, sets built, contacts held against them.

#![expect(clippy::expect_used, reason = "a test fails by panicking")]

mod golden;
mod lists;
mod made;
mod measure;
mod naive;
mod properties;
mod shared;
mod watch;
