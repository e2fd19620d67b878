//! `made`: the large report and constituency of the benches.

use std::fs::File;
use std::io::{BufWriter, Write as _};

use crate::cli::MadeArgs;
use crate::exit;

/// The seed of the benches: the same data on every machine.
const SEED: u64 = 7;

pub(crate) fn run(args: &MadeArgs) -> anyhow::Result<i32> {
    let constituency = args.out.join("constituency");
    std::fs::create_dir_all(&constituency)?;
    let mut report = BufWriter::new(File::create(args.out.join("2026-09-30-event4_sinkhole-made-geo.csv"))?);
    country::sinkhole_csv(args.rows, SEED, &mut report)?;
    report.flush()?;
    std::fs::write(constituency.join("organisations.csv"), country::organisations_csv())?;
    std::fs::write(constituency.join("networks.csv"), country::networks_csv(args.networks.into(), SEED))?;
    Ok(exit::OK)
}
