//! `cargo xtask bench match`: a made log of DNS queries held against a made list of names, by lines per CPU-second.

use std::{
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context as _, Result, ensure};

use super::measure::{self, Run};
use crate::{demo, places::Places, steps, terminal::say};

/// Lines of the log unless told.
pub(super) const LINES: u64 = 50_000_000;
/// Names of the list.
const NAMES: u64 = 1_500_000;

/// Makes the log, holds it against the list, checks the hits against those planted, then measures `runs` runs.
pub(super) fn run(lines: u64, runs: usize, json: bool) -> Result<()> {
    let places = Places::find()?;
    demo::build(&places)?;
    let folder = places.target.join("bench-match");
    make(&places, &folder, lines)?;
    check(&places, &folder)?;
    let empty = folder.join("empty.log");
    fs::write(&empty, "").context("write the empty log")?;
    let start = measure::run(&words(&places, &folder, &empty), 0)?;
    let mut measured = Vec::new();
    for turn in 1..=runs {
        let log = folder.join("queries.log");
        let run = Run { start: start.cpu, ..measure::run(&words(&places, &folder, &log), lines)? };
        if !json {
            say(&format!("{turn}/{runs} {}", show(&run)));
        }
        measured.push(run);
    }
    measured.sort_by(|a, b| a.cpu.total_cmp(&b.cpu));
    let middle = measured[measured.len() / 2];
    say(&if json { to_json(&middle, lines) } else { format!("median {}", show(&middle)) });
    fs::remove_dir_all(&folder).context("remove the benchmark's files")
}

fn make(places: &Places, folder: &Path, lines: u64) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("empty {}", folder.display()))?;
    }
    let mut make = Command::new(places.program());
    make.arg("made").arg(folder).args(["--dns-lines", &lines.to_string(), "--names", &NAMES.to_string()]);
    steps::run(make.stdout(Stdio::null())).context("make the log and its list")
}

fn words(places: &Places, folder: &Path, log: &Path) -> Vec<OsString> {
    let list: PathBuf = folder.join("lists").join("made.txt");
    let mut words: Vec<OsString> = vec![places.program().into()];
    words.extend(["indicators", "match", "--json", "--data"].map(OsString::from));
    words.extend([folder.join("none").into(), "--indicators".into(), list.into(), log.into()]);
    words
}

/// The hits are those that were planted, or there is nothing to measure.
fn check(places: &Places, folder: &Path) -> Result<()> {
    let words = words(places, folder, &folder.join("queries.log"));
    let said = Command::new(&words[0]).args(&words[1..]).stderr(Stdio::inherit()).output().context("match the log")?;
    let said = String::from_utf8_lossy(&said.stdout).into_owned();
    let planted = fs::read_to_string(folder.join("hits.txt")).context("read how many hits were planted")?;
    let found = said.split("\"hits\":").nth(1).and_then(|rest| rest.split([',', '}']).next()).unwrap_or_default();
    ensure!(found.trim() == planted.trim(), "{found} hits where {} were planted", planted.trim());
    Ok(())
}

fn show(run: &Run) -> String {
    let Run { cpu, start, wall, peak_mb, .. } = run;
    let rate = run.events_per_cpu_second();
    format!("{rate:.0} lines/CPU-s, {cpu:.2} s CPU ({start:.2} s of it to start), {wall:.2} s wall, {peak_mb:.0} MB")
}

fn to_json(run: &Run, lines: u64) -> String {
    let rate = run.events_per_cpu_second();
    format!(
        "{{\"lines\":{lines},\"names\":{NAMES},\"lines_per_cpu_second\":{rate:.0},\"cpu_s\":{:.2},\"peak_mb\":{:.0}}}",
        run.cpu, run.peak_mb
    )
}
