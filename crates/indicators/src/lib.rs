//! Known malware hosts, and whether a connection touched one.

pub mod watch;
