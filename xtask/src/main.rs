//! Every chore of the house: `cargo xtask demo`, `test`, `tidy`, `bench`, `soak`, `fuzz`.
//!
//! One file per chore, the standard library and `anyhow` only: the first thing a newcomer builds must build in seconds.

mod bench;
mod browser;
mod debian;
mod demo;
mod fuzz;
mod places;
mod python;
mod soak;
mod steps;
mod summary;
mod terminal;
mod test;
mod tidy;
mod tools;

use std::process::ExitCode;

use anyhow::Result;

const HELP: &str = "\
Chores of the house. Use: cargo xtask CHORE

  demo [--scale N] [--once] [--port N] [--data DIR]
                                           build, run the main job on a small made country, then serve its
                                           portal until Ctrl+C (--once: end before)
  test                                     install what the tests need, then run every check and test
  tidy                                     check sizes, heads, and what crates may know of each other
  bench NAME [--rows N] [--pairs N] [--quick] [--json]
                                           ours beside its peers, by turns; --quick: little data, one pair
        ingest                             a report into the lake: DuckDB, readers of CSV, IntelMQ
        match                              a log of N lines held against a list: the parse limit, grep -F, rg -F
        attribute                          whose an address was on a day: pyasn, a hash map
        check                              the check over N addresses: nginx sending a file of the same size
        query|lists|start|growth           a lake of N events over 90 days: questions beside DuckDB, all lists of a month,
                                           seconds until the portal is ready, cost against size
        lake                               those four of the same lake
        memory                             a report of N rows: its peak of memory, its rate
        all                                every one of those above
        build                              the program from nothing: CPU seconds of each crate
  soak [--minutes N] [--kill-every S] [--seed N] [--json]
                                           the portal under everything at once, killed again and again; fails when a
                                           row, the memory or the check's p99 is not as promised
  fuzz [--seconds N] [TARGET]              run the fuzz targets for a while (nightly compiler, cargo-fuzz)";

fn main() -> ExitCode {
    let typed: Vec<String> = std::env::args().skip(1).collect();
    match run(&typed) {
        Ok(done) => done,
        Err(error) => {
            terminal::complain(&format!("{error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn run(typed: &[String]) -> Result<ExitCode> {
    let (chore, rest) = typed.split_first().map_or(("help", typed), |(chore, rest)| (chore.as_str(), rest));
    match chore {
        "demo" => demo::run(rest),
        "test" => test::run(),
        "tidy" => tidy::run(),
        "bench" => bench::run(rest),
        "soak" => soak::run(rest),
        "fuzz" => fuzz::run(rest),
        "help" | "--help" | "-h" => {
            terminal::say(HELP);
            Ok(ExitCode::SUCCESS)
        }
        other => {
            terminal::complain(&format!("no chore is called {other:?}\n\n{HELP}"));
            Ok(ExitCode::from(2))
        }
    }
}
