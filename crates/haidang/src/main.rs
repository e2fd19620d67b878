//! `haidang`: the platform from the command line. Arguments and wiring only.

mod cli;
mod clock;
mod commands;
mod exit;
mod out;
mod service;
mod table;

use clap::Parser as _;

// Batches of columns come and go by the second; this allocator keeps their pages (see docs/PERFORMANCE.md).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let cli = cli::Cli::parse();
    let code = commands::run(&cli).unwrap_or_else(|error| exit::report(&error, &cli));
    std::process::exit(code);
}
