//! The published figures as their readers see them: those who look, and those who do sums.

#![expect(clippy::expect_used, reason = "a test fails by panicking")]

mod attack;
mod golden;
mod page;
mod properties;
mod shape;
