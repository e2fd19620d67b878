//! What the house shows the world: public pages, the check, the arrival of reports, the officer's desk.
//!
//! One process, rendered on the server, usable without JavaScript; the program fills the seams. Nothing here opens the lake.
//!
//! In the order a request flows:
//!
//! * [`config`] – everything that can be set, from file, environment and flags;
//! * [`serve`], [`tls`] – the door: connections in, a graceful end, certificates that change while it stands open;
//! * [`guard`] – what every request passes: host, fetch metadata, headers of the answer, the log;
//! * [`router`] – the table of contents: which path is which file in [`actions`];
//! * [`visitor`], [`limit`], [`session`], [`tokens`] – who asks, how often, with which right;
//! * [`seen`], [`verdict`], [`advice`] – the check: what is recorded of an address, what may be said of it, what to do;
//! * [`desk`], [`watch`], [`requests`], [`front`] – the seams: what the program must fill;
//! * [`page`], [`words`], [`tables`] – what answers are made of; [`metrics`], [`log`] – what is told of them.

pub mod actions;
pub mod advice;
pub mod answer;
pub mod app;
pub mod config;
pub mod desk;
pub mod front;
pub mod guard;
pub mod limit;
pub mod log;
pub mod metrics;
pub mod page;
pub mod requests;
pub mod router;
mod secret;
pub mod seen;
pub mod serve;
pub mod session;
pub mod tables;
pub mod tls;
pub mod tokens;
pub mod verdict;
pub mod visitor;
pub mod watch;
pub mod words;
