//! `cargo xtask bench ingest`: our ingest beside three others on made reports of the same kind.
//!
//! IntelMQ's own bots parse, classify and look the network up, then drop the event; compared per CPU-second, starting left
//! out. DuckDB reads the columns, types them and writes Parquet; no attribution, folding, quarantine or sync; compared by
//! the wall time of the whole run, as is a reader of CSV that only counts records, on one core: the limit. Ours does all.

use std::{
    ffi::OsString,
    fs,
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context as _, Result, ensure};

use super::{
    Typed,
    measure::{self, Run},
    peer::{self, Peer},
    sides::{self, By, Side, Turn},
};
use crate::{demo, places::Places, python, steps, terminal::say};

/// Rows of the report unless told, and of a quick run.
pub(super) const ROWS: [u64; 2] = [2_000_000, 200_000];
/// Most rows of IntelMQ's report, which takes a hundred times as long, and of a quick run.
const INTELMQ_ROWS: [u64; 2] = [200_000, 20_000];
/// Networks of both sides' tables.
const NETWORKS: u64 = 100_000;
/// When the made report is read: the day after its last.
pub(super) const NOW: &str = "2026-10-01T00:00:00Z";
/// DuckDB, at the version compared with, and what it does.
const DUCKDB: &[&str] = &["duckdb==2.0.0"];
const DUCKDB_SCRIPT: &str = include_str!("ingest.py");
/// The ratios asked for.
const TO_INTELMQ: f64 = 200.0;
const TO_DUCKDB: f64 = 1.5;
const TO_RECORDS: f64 = 0.3;

/// A made report and what is read beside it.
pub(super) struct Inputs {
    folder: PathBuf,
    pub(super) report: PathBuf,
    /// A report of the same type without rows.
    empty: PathBuf,
    networks: PathBuf,
    rows: u64,
}

/// Runs the sides by turns and says what came of them.
pub(super) fn run(typed: &Typed) -> Result<()> {
    let places = Places::find()?;
    demo::build(&places)?;
    let folder = super::emptied(&places.target.join("bench"))?;
    let large = Inputs::make(&places, folder.join("large"), typed.rows)?;
    let small_rows = typed.rows.min(INTELMQ_ROWS[usize::from(typed.quick)]);
    let small = Inputs::make(&places, folder.join("small"), small_rows)?;
    let peer = Peer::find(&places)?;
    let mut sides = vec![side("ours", None, || ours(&places, &large))];
    sides.push(duckdb(&places, &large)?);
    sides.extend(readers(&places, &large)?);
    if let Some(peer) = &peer {
        let ipasn = folder.join("ipasn.dat");
        let networks = fs::read_to_string(small.networks.join("networks.csv")).context("read the made networks")?;
        fs::write(&ipasn, peer::ipasn(&networks)).context("write the peer's networks")?;
        sides.push(side("ours, small", None, || ours(&places, &small)));
        let small = &small;
        let turn = move || Ok(Turn { run: peer.run(&small.report, small.rows, &ipasn)?, bytes: 0 });
        sides.push(side("IntelMQ", Some((By::Cpu, Some(TO_INTELMQ))), turn));
    }
    let compared = sides::by_turns(&sides, typed.pairs, typed.json)?;
    let mut sheet = sides::sheet("ingest", "Parquet MB", &compared, Vec::new());
    if peer.is_none() {
        sheet.note("without IntelMQ, whose script or schema is absent: its ratio is not known");
    }
    say(&sheet.told(typed.json));
    fs::remove_dir_all(&folder).context("remove the benchmark's files")
}

fn side<'b>(name: &'static str, against: Option<(By, Option<f64>)>, turn: impl Fn() -> Result<Turn> + 'b) -> Side<'b> {
    Side { name, against, turn: Box::new(turn) }
}

/// The report as one Parquet file.
fn duckdb<'b>(places: &Places, inputs: &'b Inputs) -> Result<Side<'b>> {
    let python = python::environment(&places.tools().join("duckdb"), DUCKDB)?;
    let (script, out) = (inputs.folder.join("ingest.py"), inputs.folder.join("duckdb.parquet"));
    fs::write(&script, DUCKDB_SCRIPT).context("write the script of DuckDB")?;
    let words = [&python, &script, &inputs.report, &out].map(|path| path.clone().into_os_string());
    let turn = move || {
        let run = all_rows(&words, inputs.rows)?;
        Ok(Turn { run, bytes: fs::metadata(&out).context("look at the file of DuckDB")?.len() })
    };
    Ok(side("DuckDB", Some((By::Wall, Some(TO_DUCKDB))), turn))
}

/// The quickest reader of CSV in Rust on one core, which finds where records end, or also where their cells do.
fn readers<'b>(places: &Places, inputs: &'b Inputs) -> Result<[Side<'b>; 2]> {
    steps::run(places.cargo(&["build", "--package", "feeds", "--example", "records"])?.stdout(Stdio::null()))?;
    let program = places.target.join("debug").join("examples").join("records");
    let read = [("count", "records counted", Some(TO_RECORDS)), ("cells", "records split into cells", None)];
    Ok(read.map(|(word, name, ratio)| {
        let words = [program.clone().into_os_string(), word.into(), inputs.report.clone().into_os_string()];
        let turn = move || Ok(Turn { run: all_rows(&words, inputs.rows)?, bytes: 0 });
        side(name, Some((By::Wall, ratio)), turn)
    }))
}

/// A run of a peer that tells how many rows it saw: all of them, or there is nothing to compare with.
fn all_rows(words: &[OsString], rows: u64) -> Result<Run> {
    let (run, said) = measure::heard(words, rows)?;
    ensure!(measure::number(&said, "rows") == Some(rows as f64), "{rows} rows were to be read: {said}");
    Ok(run)
}

impl Inputs {
    pub(super) fn make(places: &Places, folder: PathBuf, rows: u64) -> Result<Self> {
        let mut make = Command::new(places.program());
        make.arg("made").arg(&folder).args(["--rows", &rows.to_string(), "--networks", &NETWORKS.to_string()]);
        steps::run(make.stdout(Stdio::null())).context("make the report and its networks")?;
        let report = report_in(&folder)?;
        Ok(Self { empty: make_empty(&report, &folder)?, report, networks: folder.join("constituency"), folder, rows })
    }
}

/// The made report: the one file whose name begins with a date.
fn report_in(folder: &Path) -> Result<PathBuf> {
    let entries = fs::read_dir(folder).with_context(|| format!("read {}", folder.display()))?;
    let mut files = entries.filter_map(|entry| Some(entry.ok()?.path()));
    let is_report = |path: &PathBuf| path.file_name().is_some_and(|name| name.as_encoded_bytes()[0].is_ascii_digit());
    files.find(is_report).with_context(|| format!("find the made report in {}", folder.display()))
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

/// A fresh data folder each time, in which a report without rows made what is made once: measured is the report alone.
pub(super) fn ours(places: &Places, inputs: &Inputs) -> Result<Turn> {
    let data = inputs.folder.join("data");
    if data.exists() {
        fs::remove_dir_all(&data).context("empty the data folder")?;
    }
    prepare(&places.program(), &data, &inputs.networks)?;
    let ingest = |report: &Path, rows| {
        let mut words = vec![places.program().into_os_string(), "ingest".into(), "--data".into(), data.clone().into()];
        words.extend(["--now".into(), NOW.into(), "--json".into(), report.into()]);
        taken_in(&words, rows)
    };
    let start = ingest(&inputs.empty, 0)?;
    let run = Run { start: start.cpu, ..ingest(&inputs.report, inputs.rows)? };
    Ok(Turn { run, bytes: parquet_bytes(&data)? })
}

/// A run of our own ingest: every row is an event now, or it measured something else.
pub(super) fn taken_in(words: &[OsString], rows: u64) -> Result<Run> {
    let (run, said) = measure::heard(words, rows)?;
    let total = said.lines().last().unwrap_or_default();
    let became = ["rows", "events", "quarantined"].map(|name| measure::number(total, name));
    ensure!(became == [rows as f64, rows as f64, 0.0].map(Some), "{rows} rows were to be events: {total}");
    Ok(run)
}

/// Bytes of all Parquet files in a folder.
fn parquet_bytes(folder: &Path) -> Result<u64> {
    let mut bytes = 0;
    for entry in fs::read_dir(folder).with_context(|| format!("read {}", folder.display()))? {
        let entry = entry.with_context(|| format!("read {}", folder.display()))?;
        let (path, facts) = (entry.path(), entry.metadata().context("look at a file")?);
        if facts.is_dir() {
            bytes += parquet_bytes(&path)?;
        } else if path.extension().is_some_and(|ending| ending == "parquet") {
            bytes += facts.len();
        }
    }
    Ok(bytes)
}

/// The constituency is imported before the clock starts, as the peer's networks are loaded before its own starts.
pub(super) fn prepare(program: &Path, data: &Path, networks: &Path) -> Result<()> {
    let mut import = Command::new(program);
    import.args(["constituency", "import"]).arg(networks).args(["--now", NOW, "--data"]).arg(data);
    steps::run(import.stdout(Stdio::null())).context("import the made networks")
}
