//! `serve` on a full lake: how long until it can work.

use anyhow::{Context as _, Result};

use super::Lake;
use crate::bench::{
    Typed,
    check::process::Server,
    ingest::NOW,
    sheet::{Asked, Sheet, middle},
};

/// What is asked for with a hundred million events, and so with fewer.
const SECONDS_WANTED: f64 = 3.0;

/// What one start cost.
struct Started {
    seconds: f64,
    cpu: f64,
    peak_mb: f64,
}

/// Starts it once, when nothing is kept yet of what was seen, and then several times.
pub(super) fn look(lake: &Lake, typed: &Typed, sheet: &mut Sheet) -> Result<()> {
    let first = start(lake).context("start the portal")?;
    let mut starts = Vec::new();
    for _ in 0..typed.pairs {
        let started = start(lake).context("start the portal")?;
        typed.progress(&format!("ready after {:.2} s", started.seconds));
        starts.push(started);
    }
    let of = |number: fn(&Started) -> f64| middle(starts.iter().map(number));
    let seconds = of(|start| start.seconds);
    sheet.ask([Asked::at_most("s until ready", SECONDS_WANTED, seconds)]);
    sheet.push(vec![
        ("events", lake.events.to_string()),
        ("ready after s", format!("{seconds:.2}")),
        ("CPU s", format!("{:.2}", of(|start| start.cpu))),
        ("the first ever s", format!("{:.2}", first.seconds)),
        ("its CPU s", format!("{:.2}", first.cpu)),
        ("peak MB", format!("{:.0}", of(|start| start.peak_mb))),
    ]);
    Ok(())
}

fn start(lake: &Lake) -> Result<Started> {
    let (server, seconds) = Server::portal(&lake.places.program(), &lake.data, NOW)?;
    Ok(Started { seconds, cpu: server.cpu_seconds()?, peak_mb: server.peak_mb()? })
}
