//! Events in motion: whatever comes, in whatever order, and whenever the power goes, every row is somewhere exactly once.

#![expect(clippy::expect_used, reason = "a test fails by panicking")]

mod beside;
mod clock;
mod crash;
mod forgetting;
mod handover;
mod house;
mod inbox;
mod mending;
mod once;
mod order;
mod owning;
mod picture;
mod refusing;
mod replay;
mod senses;
