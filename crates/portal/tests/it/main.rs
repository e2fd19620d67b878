//! The portal as its visitors meet it: a real server on this machine, made data behind the seams.

#![expect(clippy::expect_used, reason = "a test fails by panicking")]

#[path = "../../examples/made/house.rs"]
mod house;

mod admin;
mod arrival;
mod check;
mod contract;
mod door;
mod hostile;
mod pages;
mod privacy;
mod requests;
mod schema;
mod stress;
mod talk;
mod tls;
