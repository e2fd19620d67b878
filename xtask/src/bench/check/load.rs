//! The load: wrk with 64 keep-alive connections, every request by another visitor.

use std::{
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result, ensure};

use super::process::Server;

/// Open connections.
pub(super) const CONNECTIONS: u32 = 64;
/// Threads of the generator.
const THREADS: u32 = 2;
static SCRIPT: &str = include_str!("load.lua");

/// What to throw at a server.
#[derive(Debug, Clone, Copy)]
pub(super) struct Load<'p> {
    /// The path that is asked.
    pub(super) path: &'p str,
    /// For how long.
    pub(super) seconds: u32,
    /// Mean pause of a connection before each request, in milliseconds: 0 for all that goes.
    pub(super) pause_ms: f64,
}

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Measured {
    /// Answers per second.
    pub(super) rate: f64,
    /// Half of the answers took at most so many milliseconds.
    pub(super) p50_ms: f64,
    /// 99 of 100 did.
    pub(super) p99_ms: f64,
    /// Microseconds of the server's CPU time per answer.
    pub(super) cpu_us: f64,
    /// Answers that were no success, connections that failed.
    pub(super) wrong: u64,
}

/// The generator, ready to run.
pub(super) struct Generator {
    script: PathBuf,
    visitors: PathBuf,
    /// Each run begins with other visitors, so that nobody asks more often than he may.
    first: u32,
}

impl Generator {
    /// With its script in a folder that has the visitors.
    pub(super) fn new(folder: &Path) -> Result<Self> {
        let script = folder.join("load.lua");
        fs::write(&script, SCRIPT).context("write the script of the load")?;
        Ok(Self { script, visitors: folder.join("visitors.csv"), first: 0 })
    }

    /// Its version.
    pub(super) fn version() -> Result<String> {
        let said = Command::new("wrk").arg("-v").output().context("start wrk")?;
        let said = String::from_utf8_lossy(&said.stdout).into_owned();
        Ok(said.split_whitespace().take(2).collect::<Vec<_>>().join(" "))
    }

    /// Throws a load at a server.
    pub(super) fn run(&mut self, server: &Server, load: Load<'_>) -> Result<Measured> {
        let before = server.cpu_seconds()?;
        let output = self.command(server.address, load).output().context("start wrk")?;
        let cpu = server.cpu_seconds()? - before;
        ensure!(output.status.success(), "wrk failed: {}", String::from_utf8_lossy(&output.stderr));
        read(&String::from_utf8_lossy(&output.stdout), cpu).context("understand what wrk measured")
    }

    fn command(&mut self, address: SocketAddr, load: Load<'_>) -> Command {
        self.first = (self.first + 37_000) % 100_000;
        let mut wrk = Command::new("wrk");
        wrk.args(["--threads", &THREADS.to_string(), "--connections", &CONNECTIONS.to_string()]);
        wrk.args(["--duration", &format!("{}s", load.seconds), "--script"]).arg(&self.script);
        wrk.arg(format!("http://{address}{}", load.path)).arg("--").arg(&self.visitors);
        wrk.args([self.first.to_string(), load.pause_ms.to_string()]);
        wrk
    }
}

/// The line that the script writes at the end.
fn read(printed: &str, cpu: f64) -> Option<Measured> {
    let line = printed.lines().find_map(|line| line.strip_prefix("measured "))?;
    let numbers: Vec<f64> = line.split(' ').map(|number| number.parse().ok()).collect::<Option<_>>()?;
    let [answers, micros, refused, failed, p50, p99] = numbers[..] else { return None };
    Some(Measured {
        rate: answers * 1e6 / micros,
        p50_ms: p50 / 1e3,
        p99_ms: p99 / 1e3,
        cpu_us: cpu * 1e6 / answers.max(1.0),
        wrong: (refused + failed) as u64,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_script_writes_is_read() {
        let measured = read("Running\nmeasured 1000 2000000 3 1 1500 9000\n", 0.05).expect("numbers");
        let wanted = Measured { rate: 500.0, p50_ms: 1.5, p99_ms: 9.0, cpu_us: 50.0, wrong: 4 };
        assert_eq!(measured, wanted);
        assert_eq!(read("measured 1 2", 0.0), None);
    }
}
