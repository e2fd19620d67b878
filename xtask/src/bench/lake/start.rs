//! `serve` on a full lake: how long until it can work.

use anyhow::{Context as _, Result};

use super::Lake;
use crate::bench::{
    Typed,
    check::process::Server,
    ingest::NOW,
    sheet::{Line, middle},
};

/// What one start cost.
struct Started {
    seconds: f64,
    cpu: f64,
    resident_mb: f64,
}

/// Starts it once, when nothing is kept yet of what was seen, and then several times.
pub(super) fn line(lake: &Lake, typed: &Typed) -> Result<Line> {
    let first = start(lake).context("start the portal")?;
    let mut starts = Vec::new();
    for _ in 0..typed.pairs {
        let started = start(lake).context("start the portal")?;
        typed.progress(&format!("ready after {:.2} s", started.seconds));
        starts.push(started);
    }
    let of = |number: fn(&Started) -> f64| middle(starts.iter().map(number));
    Ok(vec![
        ("events", lake.events.to_string()),
        ("ready after s", format!("{:.2}", of(|start| start.seconds))),
        ("CPU s", format!("{:.2}", of(|start| start.cpu))),
        ("the first ever s", format!("{:.2}", first.seconds)),
        ("CPU s", format!("{:.2}", first.cpu)),
        ("resident MB", format!("{:.0}", of(|start| start.resident_mb))),
    ])
}

fn start(lake: &Lake) -> Result<Started> {
    let (server, seconds) = Server::portal(&lake.places.program(), &lake.data, NOW)?;
    Ok(Started { seconds, cpu: server.cpu_seconds()?, resident_mb: server.resident_mb() })
}
