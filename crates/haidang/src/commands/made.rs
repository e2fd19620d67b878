//! `made`: the large report and constituency of the benches, or reports of many days, or their log and list.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;

use crate::cli::MadeArgs;
use crate::exit;

/// The seed of the benches: the same data on every machine.
const SEED: u64 = 7;
/// Addresses to ask for after many days.
const ASKED: u64 = 20;

pub(crate) fn run(args: &MadeArgs) -> anyhow::Result<i32> {
    if let Some(lines) = args.dns_lines {
        return log(args, lines);
    }
    let constituency = args.out.join("constituency");
    std::fs::create_dir_all(&constituency)?;
    if let Some(count) = args.days {
        return days(args, count, &constituency);
    }
    let mut report = BufWriter::new(File::create(args.out.join("2026-09-30-event4_sinkhole-made-geo.csv"))?);
    country::sinkhole_csv(args.rows, SEED, &mut report)?;
    report.flush()?;
    std::fs::write(constituency.join("organisations.csv"), country::organisations_csv())?;
    std::fs::write(constituency.join("networks.csv"), country::networks_csv(args.networks.into(), SEED))?;
    Ok(exit::OK)
}

/// The reports of many days, the country they are from, and some of their addresses (`asked.txt`).
fn days(args: &MadeArgs, count: u32, constituency: &Path) -> anyhow::Result<i32> {
    let rows = args.rows / u64::from(count.max(1));
    for (number, day) in country::report_days(count).iter().enumerate() {
        let mut report = BufWriter::new(File::create(args.out.join(format!("{day}-event4_sinkhole-made-geo.csv")))?);
        country::sinkhole_day(number as u64, day, rows, SEED, &mut report)?;
        report.flush()?;
    }
    std::fs::write(constituency.join("organisations.csv"), country::few_organisations_csv())?;
    std::fs::write(constituency.join("networks.csv"), country::few_networks_csv())?;
    let asked: String =
        country::asked_addresses(count.into(), rows, ASKED).iter().map(|address| format!("{address}\n")).collect();
    std::fs::write(args.out.join("asked.txt"), asked)?;
    Ok(exit::OK)
}

/// The log, its list, and how many lines of the log are hits.
fn log(args: &MadeArgs, lines: u64) -> anyhow::Result<i32> {
    let lists = args.out.join("lists");
    std::fs::create_dir_all(&lists)?;
    let mut log = BufWriter::new(File::create(args.out.join("queries.log"))?);
    let hits = country::dns_log(lines, args.names, SEED, &mut log)?;
    log.flush()?;
    let mut list = BufWriter::new(File::create(lists.join("made.txt"))?);
    country::indicator_list(args.names, SEED, &mut list)?;
    list.flush()?;
    std::fs::write(args.out.join("hits.txt"), hits.to_string())?;
    Ok(exit::OK)
}
