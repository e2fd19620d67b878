//! `cargo xtask bench memory`: one big report, beside one of two million rows: the peak may not grow, nor the rate fall.

use std::fs;

use anyhow::{Context as _, Result};

use super::{
    Typed,
    ingest::{self, Inputs},
    measure::Run,
    sheet::{Asked, Sheet, middle},
};
use crate::{demo, places::Places, terminal::say};

/// Rows of the big report unless told, and of a quick look: 10 GB, and 300 MB.
pub(super) const ROWS: [u64; 2] = [41_000_000, 1_230_000];
/// Rows of the one beside it.
const BESIDE: (u64, u64) = (2_000_000, 300_000);

/// What is asked for; a wavering machine is allowed a tenth.
const PEAK_MB_WANTED: f64 = 512.0;
const RATE_WANTED: f64 = 0.9;

/// Takes in the smaller and the big one by turns.
pub(super) fn run(typed: &Typed) -> Result<()> {
    let places = Places::find()?;
    demo::build(&places)?;
    let folder = super::emptied(&places.target.join("bench"))?;
    let mut sides = Vec::new();
    for rows in [if typed.quick { BESIDE.1 } else { BESIDE.0 }, typed.rows] {
        sides.push((Inputs::make(&places, folder.join(rows.to_string()), rows)?, Vec::new()));
    }
    for pair in 1..=typed.pairs {
        for (inputs, runs) in &mut sides {
            let run = ingest::ours(&places, inputs)?.run;
            typed.progress(&format!("{pair}/{} {} rows: {}", typed.pairs, run.events, run.show()));
            runs.push(run);
        }
    }
    say(&sheet(&sides)?.told(typed.json));
    fs::remove_dir_all(&folder).context("remove the benchmark's files")
}

fn sheet(sides: &[(Inputs, Vec<Run>)]) -> Result<Sheet> {
    let mut sheet = Sheet::new("memory: a big report beside a smaller one");
    for (inputs, runs) in sides {
        let of = |number: fn(&Run) -> f64| middle(runs.iter().map(number));
        let bytes = fs::metadata(&inputs.report).context("read the report's size")?.len();
        sheet.push(vec![
            ("rows", of(|run| run.events).to_string()),
            ("MB", format!("{:.0}", bytes as f64 / 1e6)),
            ("events/s", format!("{:.0}", of(|run| run.events / run.wall))),
            ("events/CPU s", format!("{:.0}", of(Run::events_per_cpu_second))),
            ("s", format!("{:.1}", of(|run| run.wall))),
            ("CPU s", format!("{:.1}", of(|run| run.cpu))),
            ("peak MB", format!("{:.0}", of(|run| run.peak_mb))),
        ]);
    }
    if let [(_, small), (_, big)] = sides {
        let ratios =
            small.iter().zip(big).map(|(small, big)| big.events_per_cpu_second() / small.events_per_cpu_second());
        sheet.ask([
            Asked::at_most("peak MB", PEAK_MB_WANTED, middle(big.iter().map(|run| run.peak_mb))),
            Asked::at_least("its rate to that of the smaller one", RATE_WANTED, middle(ratios)),
        ]);
    }
    Ok(sheet)
}
