//! The lake as its callers see it: nothing lost, nothing doubled, whatever the order, the split and the chores.

#![expect(clippy::expect_used, reason = "a test fails by panicking")]

mod asking;
mod chores;
mod folding;
mod forms;
mod made;
mod naive;
mod skipping;
mod tracing;
