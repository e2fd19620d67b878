//! `cargo xtask bench match`: a made log of DNS queries held against a made list, four names in five and one address, beside
//! `grep -F -f` and `rg -F -f` on the names alone, and beside ours with a list that has one name, which nothing touches: what
//! reading the lines takes, the parse limit.
//!
//! A line carries time, client and name, and no answer: the listed addresses are touched by none. Ours reads all three and
//! finds a name or one above it in the list; the peers find a listed name anywhere in the line and count lines. In this log
//! both come to the same number. The peers are compared by the wall time of whole runs: a list is read and made ready each
//! time; the limit by CPU time, starting left out.

use std::{
    ffi::OsString,
    fs::{self, File},
    io::{self, BufRead as _, BufReader, Write as _},
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
use crate::{debian, demo, places::Places, steps, terminal::say};

/// Lines of the log unless told, and of a quick run.
pub(super) const LINES: [u64; 2] = [50_000_000, 2_000_000];
/// Indicators of the list, and of a quick run.
const INDICATORS: [u64; 2] = [1_500_000, 50_000];
/// Bytes that ripgrep takes for an indicator of the list (11,000 for a name), and for which it is left out where they are
/// not free.
const RG_BYTES: u64 = 8_800;
/// Lines of the log that measures starting: a hit is among them, or grep would say it found nothing.
const START_LINES: usize = 1_000;
/// What all names of the list end with, and its addresses do not; what one that nobody asks for does not.
const ENDING: &str = ".example";
const UNTOUCHED: &str = "untouched.invalid\n";
/// Below the table.
const LIST_NOTE: &str = "one indicator in five is an address, which no line of the log can touch (it carries a client and a \
     name); grep and ripgrep hold the names alone; the parse limit is ours with a list of one name that nothing touches";
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
    let indicators = INDICATORS[usize::from(typed.quick)];
    let inputs = Inputs::make(&places, &places.target.join("bench-match"), typed.rows, indicators)?;
    let ours = |list: &'static str| inputs.ours(&places, list);
    let (hits, wall) = (inputs.hits, Some((By::Wall, None)));
    let mut sides = vec![
        inputs.side("ours", None, &ours("lists/made.txt"), (true, hits))?,
        inputs.side("parse limit", Some((By::Cpu, None)), &ours("untouched.txt"), (true, 0.0))?,
        inputs.side("grep -F", wall, &inputs.peer(&["grep"]), (false, hits))?,
    ];
    let mut notes = vec![LIST_NOTE];
    if free_memory() >= indicators * RG_BYTES {
        sides.push(inputs.side("rg -F", wall, &inputs.peer(&["rg", "--no-config"]), (false, hits))?);
    } else {
        notes.push("without ripgrep: it would take more memory than is free");
    }
    let compared = sides::by_turns(&sides, typed.pairs, typed.json)?;
    let mut sheet = sides::sheet("match", "set MB", &compared, asked(&compared));
    notes.into_iter().for_each(|note| sheet.note(note));
    say(&sheet.told(typed.json));
    fs::remove_dir_all(&inputs.folder).context("remove the benchmark's files")
}

impl Inputs {
    fn make(places: &Places, folder: &Path, lines: u64, indicators: u64) -> Result<Self> {
        let folder = super::emptied(folder)?;
        let mut make = Command::new(places.program());
        make.arg("made").arg(&folder).args(["--dns-lines", &lines.to_string(), "--names", &indicators.to_string()]);
        steps::run(make.stdout(Stdio::null())).context("make the log and its list")?;
        let (log, start) = (folder.join("queries.log"), folder.join("start.log"));
        copy_lines(&log, &start, "", START_LINES)?;
        copy_lines(&folder.join("lists").join("made.txt"), &folder.join("names.txt"), ENDING, usize::MAX)?;
        fs::write(folder.join("untouched.txt"), UNTOUCHED).context("write the list of one name")?;
        let hits = fs::read_to_string(folder.join("hits.txt")).context("read how many hits were planted")?;
        let hits = hits.trim().parse().context("understand how many hits were planted")?;
        Ok(Self { folder, log, start, lines, hits })
    }

    /// A side whose starting is measured now: what it runs, and then the log; it must find so many hits: the peers
    /// print their number alone.
    fn side<'b>(
        &'b self,
        name: &'static str,
        against: Option<(By, Option<f64>)>,
        words: &[OsString],
        (is_ours, hits): (bool, f64),
    ) -> Result<Side<'b>> {
        let of = |log: &Path| [words, &[log.into()]].concat();
        let start = measure::run(&of(&self.start), 0)?.cpu;
        let words = of(&self.log);
        let turn = move || {
            let (run, said) = measure::heard(&words, self.lines)?;
            let number = |name| measure::number(&said, name);
            let found = if is_ours { number("hits") } else { said.trim().parse().ok() };
            ensure!(found == Some(hits), "{found:?} hits, not {hits}");
            let is_read = [number("rows"), number("quarantined")] == [Some(self.lines as f64), Some(0.0)];
            ensure!(is_read || !is_ours, "not every line was read: {said:.300}");
            let bytes = number("set_bytes").unwrap_or_default() as u64;
            Ok(Turn { run: Run { start, ..run }, bytes })
        };
        Ok(Side { name, against, turn: Box::new(turn) })
    }

    fn ours(&self, places: &Places, list: &str) -> Vec<OsString> {
        let mut words: Vec<OsString> = vec![places.program().into()];
        words.extend(["indicators", "match", "--json", "--data"].map(OsString::from));
        words.extend([self.folder.join("none").into(), "--indicators".into(), self.folder.join(list).into()]);
        words
    }

    /// In the plain locale: names are bytes.
    fn peer(&self, program: &[&str]) -> Vec<OsString> {
        let mut words: Vec<OsString> = ["env", "LC_ALL=C"].iter().chain(program).map(OsString::from).collect();
        words.extend(["-c", "-F", "-f"].map(OsString::from));
        words.push(self.folder.join("names.txt").into());
        words
    }
}

/// Bytes of memory that are free or can be freed (`proc(5)`).
fn free_memory() -> u64 {
    let facts = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let line = facts.lines().find_map(|line| line.strip_prefix("MemAvailable:"));
    line.and_then(|line| line.trim().split(' ').next()?.parse::<u64>().ok()).unwrap_or_default() * 1024
}

/// The first lines of a file that end with something, as another.
fn copy_lines(from: &Path, to: &Path, ending: &str, most: usize) -> Result<()> {
    let read = BufReader::new(File::open(from).with_context(|| format!("open {}", from.display()))?);
    let mut out = io::BufWriter::new(File::create(to).with_context(|| format!("make {}", to.display()))?);
    let fits = |line: &io::Result<String>| line.as_ref().map_or(true, |line| line.ends_with(ending));
    for line in read.lines().filter(fits).take(most) {
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
