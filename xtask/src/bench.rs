//! `cargo xtask bench`. `match`: see [`matching`]; `check`: see [`check`]; `query`, `lists`, `growth`, `start`: see [`lake`];
//! `memory`: see [`memory`]; `all`: one after the other. `ingest`: our ingest beside IntelMQ's own bots on the same rows, by
//! events per CPU-second.
//!
//! Ours does more per row (stores, folds, syncs to disk); the peer parses, classifies and looks the network up, then drops
//! the event. Both run by turns, so that a busy machine slows both.

mod check;
mod lake;
mod matching;
mod measure;
mod memory;
mod peer;
mod report;
mod sheet;

use std::{
    fs,
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Command, ExitCode, Stdio},
};

use anyhow::{Context as _, Result, bail};

use crate::{demo, places::Places, steps, terminal::say};
use measure::Run;
use peer::Peer;

/// Rows of the report unless told.
const ROWS: u64 = 200_000;
/// Of a quick look: rows of the report, lines of the log, addresses of the check.
const QUICK_ROWS: u64 = 50_000;
const QUICK_LINES: u64 = 2_000_000;
const QUICK_ADDRESSES: u64 = 200_000;
/// Turns of ours and the peer unless told: an odd number has a middle.
const PAIRS: usize = 5;
/// Networks of both sides' tables.
const NETWORKS: u64 = 100_000;
/// When the made report is read: the day after its last.
const NOW: &str = "2026-10-01T00:00:00Z";

/// What was typed after the benchmark's name.
#[derive(Debug, PartialEq, Eq)]
struct Typed {
    rows: u64,
    pairs: usize,
    json: bool,
    /// Small data and one pair.
    quick: bool,
}

/// Every benchmark.
const ALL: [&str; 8] = ["ingest", "match", "check", "memory", "query", "lists", "growth", "start"];

/// The files both sides read.
struct Inputs {
    folder: PathBuf,
    report: PathBuf,
    /// A report of the same type without rows.
    empty: PathBuf,
    ipasn: PathBuf,
    rows: u64,
}

/// Runs the benchmark that was named.
pub(crate) fn run(typed: &[String]) -> Result<ExitCode> {
    let Some((name, rest)) = typed.split_first().filter(|(name, _)| ALL.contains(&name.as_str()) || *name == "all")
    else {
        bail!("no such benchmark: cargo xtask bench {}|all [--rows N] [--pairs N] [--quick] [--json]", ALL.join("|"));
    };
    if name == "all" {
        // One lake for all that look at one.
        let looks = lake::Look::ALL.map(lake::Look::name);
        ALL.iter().filter(|name| !looks.contains(name)).try_for_each(|name| one(name, rest))?;
        lake::run(&lake::Look::ALL, &Typed::read(rest, lake::EVENTS)?)?;
    } else {
        one(name, rest)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn one(name: &str, typed: &[String]) -> Result<()> {
    let read = |rows| Typed::read(typed, rows);
    match name {
        "match" => {
            read((matching::LINES, QUICK_LINES)).and_then(|typed| matching::run(typed.rows, typed.pairs, typed.json))
        }
        "check" => {
            read((check::ADDRESSES, QUICK_ADDRESSES)).and_then(|typed| check::run(typed.rows, typed.pairs, typed.json))
        }
        "memory" => read(memory::ROWS).and_then(|typed| memory::run(&typed)),
        name => match lake::Look::named(name) {
            Some(look) => read(lake::EVENTS).and_then(|typed| lake::run(&[look], &typed)),
            None => read((ROWS, QUICK_ROWS)).and_then(|typed| ingest(&typed)),
        },
    }
}

impl Typed {
    /// What was typed; unless told, so many rows, or the second number of a quick look.
    fn read(typed: &[String], (rows, quick_rows): (u64, u64)) -> Result<Self> {
        let quick = typed.iter().any(|word| word == "--quick");
        let mut read = if quick {
            Self { rows: quick_rows, pairs: 1, json: false, quick }
        } else {
            Self { rows, pairs: PAIRS, json: false, quick }
        };
        let mut words = typed.iter();
        while let Some(word) = words.next() {
            let mut number =
                || words.next().and_then(|n| n.parse().ok()).with_context(|| format!("{word} needs a number"));
            match word.as_str() {
                "--rows" => read.rows = number()?,
                "--pairs" => read.pairs = usize::try_from(number()?).context("--pairs is too large")?.max(1),
                "--json" => read.json = true,
                "--quick" => {}
                other => bail!("a benchmark does not know {other:?}"),
            }
        }
        Ok(read)
    }

    /// Tells people how far it is.
    fn progress(&self, line: &str) {
        if !self.json {
            say(line);
        }
    }
}

fn ingest(typed: &Typed) -> Result<()> {
    let places = Places::find()?;
    demo::build(&places)?;
    let inputs = make_inputs(&places, typed.rows)?;
    let peer = Peer::find(&places)?;
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for pair in 1..=typed.pairs {
        let run = run_ours(&places, &inputs)?;
        typed.progress(&format!("{pair}/{} ours: {}", typed.pairs, run.show()));
        ours.push(run);
        if let Some(peer) = &peer {
            let run = peer.run(&inputs.report, inputs.rows, &inputs.ipasn)?;
            typed.progress(&format!("{pair}/{} IntelMQ: {}", typed.pairs, run.show()));
            theirs.push(run);
        }
    }
    say(&report::write(&ours, &theirs, typed.json));
    fs::remove_dir_all(&inputs.folder).context("remove the benchmark's files")
}

fn make_inputs(places: &Places, rows: u64) -> Result<Inputs> {
    let folder = places.target.join("bench");
    if folder.exists() {
        fs::remove_dir_all(&folder).with_context(|| format!("empty {}", folder.display()))?;
    }
    let made = folder.join("made");
    fs::create_dir_all(&made).with_context(|| format!("make {}", made.display()))?;
    let mut make = Command::new(places.program());
    make.arg("made").arg(&made).args(["--rows", &rows.to_string(), "--networks", &NETWORKS.to_string()]);
    steps::run(make.stdout(Stdio::null())).context("make the report and its networks")?;
    let ipasn = folder.join("ipasn.dat");
    let networks =
        fs::read_to_string(made.join("constituency").join("networks.csv")).context("read the made networks")?;
    fs::write(&ipasn, peer::ipasn(&networks)).context("write the peer's networks")?;
    let report = report_in(&made)?;
    Ok(Inputs { empty: make_empty(&report, &folder)?, report, folder, ipasn, rows })
}

/// The made report: the one file whose name begins with a date.
fn report_in(folder: &Path) -> Result<PathBuf> {
    let entries = fs::read_dir(folder).with_context(|| format!("read {}", folder.display()))?;
    let mut files = entries.filter_map(|entry| Some(entry.ok()?.path()));
    let is_report = |path: &PathBuf| path.file_name().is_some_and(|name| name.as_encoded_bytes()[0].is_ascii_digit());
    files.find(is_report).with_context(|| format!("find the made report in {}", folder.display()))
}

/// A fresh data folder each time: what is measured is a first ingest, with everything it makes.
fn run_ours(places: &Places, inputs: &Inputs) -> Result<Run> {
    let data = inputs.folder.join("data");
    if data.exists() {
        fs::remove_dir_all(&data).context("empty the data folder")?;
    }
    prepare(&places.program(), &data, &inputs.folder.join("made").join("constituency"))?;
    let ingest = |report: &Path, rows| {
        let mut words = vec![places.program().into_os_string(), "ingest".into(), "--data".into(), data.clone().into()];
        words.extend(["--now".into(), NOW.into(), "--json".into(), report.into()]);
        measure::run(&words, rows)
    };
    let start = ingest(&inputs.empty, 0)?;
    Ok(Run { start: start.cpu, ..ingest(&inputs.report, inputs.rows)? })
}

/// The head of the report alone, as the report of the day before.
fn make_empty(report: &Path, folder: &Path) -> Result<PathBuf> {
    let mut head = String::new();
    let opened = fs::File::open(report).with_context(|| format!("open {}", report.display()))?;
    BufReader::new(opened).read_line(&mut head).context("read the head of the made report")?;
    let empty = folder.join("2026-09-29-event4_sinkhole-made-geo.csv");
    fs::write(&empty, head).with_context(|| format!("write {}", empty.display()))?;
    Ok(empty)
}

/// The constituency is imported before the clock starts, as the peer's networks are loaded before its own starts.
fn prepare(program: &Path, data: &Path, networks: &Path) -> Result<()> {
    let mut import = Command::new(program);
    import.args(["constituency", "import"]).arg(networks).args(["--now", NOW, "--data"]).arg(data);
    steps::run(import.stdout(Stdio::null())).context("import the made networks")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(words: &[&str]) -> Result<Typed> {
        Typed::read(&words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>(), (ROWS, QUICK_ROWS))
    }

    #[test]
    fn what_is_typed_is_understood_or_refused() {
        assert_eq!(read(&[]).ok(), Some(Typed { rows: ROWS, pairs: PAIRS, json: false, quick: false }));
        assert_eq!(
            read(&["--pairs", "0", "--json"]).ok(),
            Some(Typed { rows: ROWS, pairs: 1, json: true, quick: false })
        );
        assert_eq!(read(&["--rows", "9", "--quick"]).ok(), Some(Typed { rows: 9, pairs: 1, json: false, quick: true }));
        assert!(read(&["--rows"]).is_err() && read(&["--rows", "x"]).is_err() && read(&["--fast"]).is_err());
    }
}
