//! The portal in a real browser: every page as people see it, and what other sites can find out through it.
//!
//! Needs Chromium with its driver and axe-core, which `cargo xtask test` puts ready; without them the tests say so and
//! pass. Screenshots: `screens` beside what cargo builds.

#![expect(clippy::expect_used, reason = "a test fails by panicking")]
#![expect(clippy::print_stdout, reason = "a test that is skipped says so")]

#[path = "../../examples/made/house.rs"]
#[expect(dead_code, reason = "shared with the tests without a browser")]
mod house;
#[path = "../../examples/made/relay.rs"]
mod relay;
#[path = "../it/talk.rs"]
#[expect(dead_code, reason = "shared with the tests without a browser")]
mod talk;

mod chromium;
mod country;
mod door;
mod look;
mod script;
mod sites;
mod stops;
mod walk;
