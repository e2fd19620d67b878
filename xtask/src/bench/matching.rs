//! `cargo xtask bench match`: a made log of DNS queries held against a made list of names, beside `grep -F -f` and
//! `rg -F -f` on the same names.
//!
//! Ours reads each line's time, client and name, and finds a name or one above it in the list; the peers find a listed
//! name anywhere in the line and count lines. In this log both come to the same number. Compared by the wall time of whole
//! runs: a list is read and made ready each time.

use std::{
    ffi::OsString,
    fs::{self, File},
    io::{BufRead as _, BufReader, Write as _},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context as _, Result, ensure};

use super::{
    Typed,
    measure::{self, Run},
    sheet::Asked,
    sides::{self, By, Compared, Side, Turn},
};
use crate::{
    debian, demo,
    places::Places,
    steps,
    terminal::{complain, say},
};

/// Lines of the log unless told, and of a quick run.
pub(super) const LINES: [u64; 2] = [50_000_000, 2_000_000];
/// Names of the list, and of a quick run.
const NAMES: [u64; 2] = [1_500_000, 50_000];
/// Bytes that ripgrep takes for a name of the list, and for which it is left out where they are not free.
const RG_BYTES: u64 = 11_000;
/// Lines of the log that measures starting: a hit is among them, or grep would say it found nothing.
const START_LINES: usize = 1_000;
/// What is asked for.
const MILLIONS_A_SECOND_WANTED: f64 = 2.0;
const SET_MB_WANTED: f64 = 150.0;

/// The made files.
struct Inputs {
    folder: PathBuf,
    log: PathBuf,
    /// The first lines of the log.
    start: PathBuf,
    lines: u64,
    /// How many lines are hits.
    hits: f64,
}

/// Runs the sides by turns and says what came of them.
pub(super) fn run(typed: &Typed) -> Result<()> {
    let places = Places::find()?;
    debian::ensure(&[("rg", "ripgrep")])?;
    demo::build(&places)?;
    let names = NAMES[usize::from(typed.quick)];
    let inputs = Inputs::make(&places, &places.target.join("bench-match"), typed.rows, names)?;
    let mut sides = vec![
        inputs.side("ours", None, |log| inputs.ours(&places, log), "hits")?,
        inputs.side("grep -F", Some((By::Wall, None)), |log| inputs.peer(&["grep"], log), "")?,
    ];
    if free_memory() >= names * RG_BYTES {
        sides.push(inputs.side("rg -F", Some((By::Wall, None)), |log| inputs.peer(&["rg", "--no-config"], log), "")?);
    } else {
        complain("without ripgrep: it would take more memory than is free");
    }
    let compared = sides::by_turns(&sides, typed.pairs, typed.json)?;
    say(&sides::sheet("match", "set MB", &compared, asked(&compared)).told(typed.json));
    fs::remove_dir_all(&inputs.folder).context("remove the benchmark's files")
}

impl Inputs {
    fn make(places: &Places, folder: &Path, lines: u64, names: u64) -> Result<Self> {
        let folder = super::emptied(folder)?;
        let mut make = Command::new(places.program());
        make.arg("made").arg(&folder).args(["--dns-lines", &lines.to_string(), "--names", &names.to_string()]);
        steps::run(make.stdout(Stdio::null())).context("make the log and its list")?;
        let (log, start) = (folder.join("queries.log"), folder.join("start.log"));
        copy_lines(&log, &start, 0, START_LINES)?;
        // The list begins with a remark.
        copy_lines(&list(&folder), &folder.join("names.txt"), 1, usize::MAX)?;
        let hits = fs::read_to_string(folder.join("hits.txt")).context("read how many hits were planted")?;
        let hits = hits.trim().parse().context("understand how many hits were planted")?;
        Ok(Self { folder, log, start, lines, hits })
    }

    /// A side whose starting is measured now; it must find all hits, which it prints under a name, or alone.
    fn side<'b>(
        &'b self,
        name: &'static str,
        against: Option<(By, Option<f64>)>,
        words: impl Fn(&Path) -> Vec<OsString>,
        hits: &'static str,
    ) -> Result<Side<'b>> {
        let start = measure::run(&words(&self.start), 0)?.cpu;
        let words = words(&self.log);
        let turn = move || {
            let (run, said) = measure::heard(&words, self.lines)?;
            let found = if hits.is_empty() { said.trim().parse().ok() } else { measure::number(&said, hits) };
            ensure!(found == Some(self.hits), "{found:?} hits where {} were planted", self.hits);
            let bytes = measure::number(&said, "set_bytes").unwrap_or_default() as u64;
            Ok(Turn { run: Run { start, ..run }, bytes })
        };
        Ok(Side { name, against, turn: Box::new(turn) })
    }

    fn ours(&self, places: &Places, log: &Path) -> Vec<OsString> {
        let mut words: Vec<OsString> = vec![places.program().into()];
        words.extend(["indicators", "match", "--json", "--data"].map(OsString::from));
        words.extend([self.folder.join("none").into(), "--indicators".into(), list(&self.folder).into(), log.into()]);
        words
    }

    /// In the plain locale: names are bytes.
    fn peer(&self, program: &[&str], log: &Path) -> Vec<OsString> {
        let mut words: Vec<OsString> = ["env", "LC_ALL=C"].iter().chain(program).map(OsString::from).collect();
        words.extend(["-c", "-F", "-f"].map(OsString::from));
        words.extend([self.folder.join("names.txt").into(), log.into()]);
        words
    }
}

/// Bytes of memory that are free or can be freed (`proc(5)`).
fn free_memory() -> u64 {
    let facts = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let line = facts.lines().find_map(|line| line.strip_prefix("MemAvailable:"));
    line.and_then(|line| line.trim().split(' ').next()?.parse::<u64>().ok()).unwrap_or_default() * 1024
}

fn list(folder: &Path) -> PathBuf {
    folder.join("lists").join("made.txt")
}

/// Some lines of a file, as another.
fn copy_lines(from: &Path, to: &Path, skip: usize, take: usize) -> Result<()> {
    let read = BufReader::new(File::open(from).with_context(|| format!("open {}", from.display()))?);
    let mut out = std::io::BufWriter::new(File::create(to).with_context(|| format!("make {}", to.display()))?);
    for line in read.lines().skip(skip).take(take) {
        writeln!(out, "{}", line.context("read a line")?).context("write a line")?;
    }
    out.flush().context("write the last lines")
}

fn asked(compared: &[Compared]) -> Vec<Asked> {
    let ours = |number: fn(&Turn) -> f64| compared.first().map_or(0.0, |ours| ours.of(number));
    let (rate, set) = (ours(|turn| turn.run.events_per_cpu_second()), ours(|turn| turn.bytes as f64 / 1e6));
    vec![
        Asked::at_least("millions of lines a second and core", MILLIONS_A_SECOND_WANTED, rate / 1e6),
        Asked::at_most("MB of the set", SET_MB_WANTED, set),
    ]
}
