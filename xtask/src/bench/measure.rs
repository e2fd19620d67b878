//! What a process cost: its CPU time, its wall time, its peak of memory, as the system counts them.

use std::{
    ffi::OsString,
    process::{Command, Stdio},
};

use anyhow::{Context as _, Result, ensure};

/// Runs its arguments and prints user + system CPU seconds, wall seconds and peak kilobytes of the child alone, the peak
/// kilobytes below which the system does not tell (its own: a child begins as what it was split from), then what the child
/// printed.
/// In Python because the standard library of Rust does not tell a child's use of resources.
const MEASURE: &str = "
import os, resource, subprocess, sys, time
begun = time.monotonic()
child = subprocess.Popen(sys.argv[1:], stdout=subprocess.PIPE)
said = child.stdout.read()
_, status, use = os.wait4(child.pid, 0)
took, floor = time.monotonic() - begun, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(use.ru_utime + use.ru_stime, took, use.ru_maxrss, floor, flush=True)
sys.stdout.buffer.write(said)
sys.exit(0 if status == 0 else 1)
";

/// One run over the report.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Run {
    /// Rows of the report.
    pub(super) events: f64,
    /// User and system CPU seconds, of which `start` go into starting: the same command on a report without rows.
    pub(super) cpu: f64,
    /// CPU seconds of starting. The peer's own clock begins after its start, so it has none.
    pub(super) start: f64,
    /// Seconds on the wall clock.
    pub(super) wall: f64,
    /// Peak resident memory, megabytes.
    pub(super) peak_mb: f64,
    /// A peak of no more than this may have been any less.
    pub(super) floor_mb: f64,
}

impl Run {
    /// Nothing was run yet.
    pub(super) const NONE: Self = Self { events: 0.0, cpu: 0.0, start: 0.0, wall: 0.0, peak_mb: 0.0, floor_mb: 0.0 };

    /// What is compared: starting (program, networks, tables) is left out on both sides.
    pub(super) fn events_per_cpu_second(&self) -> f64 {
        self.events / (self.cpu - self.start).max(f64::EPSILON)
    }

    /// In a line.
    pub(super) fn show(&self) -> String {
        let rate = self.events_per_cpu_second();
        let Self { cpu, start, wall, peak_mb, .. } = self;
        format!(
            "{rate:.0} events/CPU-s, {cpu:.2} s CPU ({start:.2} s of it to start), {wall:.2} s wall, {peak_mb:.0} MB"
        )
    }
}

/// Runs a command to its end and measures it.
pub(super) fn run(words: &[OsString], events: u64) -> Result<Run> {
    Ok(heard(words, events)?.0)
}

/// As [`run`]; also what the command printed.
pub(super) fn heard(words: &[OsString], events: u64) -> Result<(Run, String)> {
    let measure = Command::new("python3").args(["-c", MEASURE]).args(words).stderr(Stdio::inherit()).output();
    let measure = measure.context("start python3, which measures the run")?;
    ensure!(measure.status.success(), "{} failed", words[0].to_string_lossy());
    let printed = String::from_utf8_lossy(&measure.stdout);
    let (line, said) = printed.split_once('\n').context("hear what was measured")?;
    Ok((read(line, events).context("understand what was measured")?, said.to_owned()))
}

/// The first number of a name in JSON.
pub(super) fn number(json: &str, name: &str) -> Option<f64> {
    let (_, rest) = json.split_once(&format!("\"{name}\":"))?;
    rest.split([',', '}', ']']).next()?.trim().parse().ok()
}

fn read(line: &str, events: u64) -> Option<Run> {
    let mut numbers = line.split_whitespace().map(|number| number.parse::<f64>().ok());
    let mut number = || numbers.next()?;
    let (cpu, wall, peak_mb, floor_mb) = (number()?, number()?, number()? / 1024.0, number()? / 1024.0);
    Some(Run { events: events as f64, cpu, start: 0.0, wall, peak_mb, floor_mb })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_measured_is_read() {
        let run = read("2.5 3.0 20480 10240\n", 1000).expect("numbers");
        assert_eq!(run, Run { events: 1000.0, cpu: 2.5, start: 0.0, wall: 3.0, peak_mb: 20.0, floor_mb: 10.0 });
        assert_eq!(run.events_per_cpu_second(), 400.0);
        assert_eq!(Run { start: 0.5, ..run }.events_per_cpu_second(), 500.0);
        assert_eq!(read("2.5 x 1 1", 1), None);
        assert_eq!(number("{\"a\": 1, \"hits\":20}", "hits"), Some(20.0));
    }
}
