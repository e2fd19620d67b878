//! IntelMQ's own bots as a library: the peer of the benchmark. Without its script or schema the peer is left out.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result, ensure};

use super::measure::{self, Run};
use crate::{places::Places, python, terminal::complain};

/// The peer and its network table's reader, at the versions compared with.
const PACKAGES: &[&str] = &["intelmq==3.5.0", "pyasn"];
/// Beside the checkout, not in it: the script that times the peer, and the report schema, which may not be shipped.
const SCRIPT: &str = "../shared/bench/intelmq_bench.py";
const SCHEMA: &str = "../shared/data/shadowserver/schema/intelmq.json";

/// The peer, ready to run.
pub(super) struct Peer {
    python: PathBuf,
    script: PathBuf,
    root: PathBuf,
}

impl Peer {
    /// Installs the peer; `None`, with a message, if its script or schema is not there.
    pub(super) fn find(places: &Places) -> Result<Option<Self>> {
        let (script, schema) = (places.root.join(SCRIPT), places.root.join(SCHEMA));
        if let Some(absent) = [&script, &schema].into_iter().find(|path| !path.exists()) {
            complain(&format!("without IntelMQ: {} is absent", absent.display()));
            return Ok(None);
        }
        let folder = places.tools().join("intelmq");
        let python = python::environment(&folder, PACKAGES)?;
        let root = folder.join("root");
        let bots = root.join("var").join("lib").join("bots");
        fs::create_dir_all(&bots).with_context(|| format!("make {}", bots.display()))?;
        fs::copy(&schema, bots.join("shadowserver-schema.json")).context("give the peer its schema")?;
        Ok(Some(Self { python, script, root }))
    }

    /// Parser, taxonomy and network look-up over the report.
    pub(super) fn run(&self, report: &Path, rows: u64, ipasn: &Path) -> Result<Run> {
        let mut command = Command::new(&self.python);
        command.arg(&self.script).arg("chain").arg(report).arg(rows.to_string()).arg(ipasn);
        let output = command.env("INTELMQ_ROOT_DIR", &self.root).output().context("start the peer")?;
        ensure!(output.status.success(), "the peer failed: {}", String::from_utf8_lossy(&output.stderr));
        let run = read(&String::from_utf8_lossy(&output.stdout)).context("understand what the peer measured")?;
        ensure!(run.events == rows as f64, "{} events came of {rows} rows", run.events);
        Ok(run)
    }
}

/// Our networks as the peer's text table, `prefix TAB number`: its holder's code becomes a number for private use (RFC 6996).
pub(super) fn ipasn(networks: &str) -> String {
    let lines = networks.lines().skip(1).filter_map(|line| {
        let mut cells = line.split(',');
        let (network, holder) = (cells.next()?, cells.next()?);
        let digits: String = holder.chars().filter(char::is_ascii_digit).collect();
        Some(format!("{network}\t{}\n", 64_512 + digits.parse::<u32>().unwrap_or(0)))
    });
    lines.collect()
}

fn read(json: &str) -> Option<Run> {
    let number = |name: &str| measure::number(json, name);
    Some(Run {
        events: number("events")?,
        cpu: number("cpu_s")?,
        start: 0.0,
        wall: number("wall_s")?,
        peak_mb: number("peak_mb")?,
        floor_mb: 0.0,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_peer_gets_our_networks() {
        assert_eq!(
            ipasn("network,isp\n10.0.0.0/8,ISP-07,x\n10.1.0.0/16,,x\n"),
            "10.0.0.0/8\t64519\n10.1.0.0/16\t64512\n"
        );
    }

    #[test]
    fn what_the_peer_prints_is_read() {
        let json = r#"{"mode": "chain", "events": 200, "bytes": 1, "wall_s": 3.0, "cpu_s": 2.0, "events_per_cpu_s": 100, "peak_mb": 90}"#;
        assert_eq!(
            read(json),
            Some(Run { events: 200.0, cpu: 2.0, start: 0.0, wall: 3.0, peak_mb: 90.0, floor_mb: 0.0 })
        );
        assert_eq!(read("{}"), None);
    }
}
