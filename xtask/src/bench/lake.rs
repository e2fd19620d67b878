//! `cargo xtask bench query`, `lists`, `start`, `growth`: a lake of ninety days, filled and kept by the program itself, and
//! what is asked of it; `lake`: all four of the same lake.

mod fill;
mod query;
mod start;

use std::{ffi::OsString, fs};

use anyhow::{Context as _, Result, ensure};

use super::{
    Typed,
    measure::{self, Run},
    sheet::{Asked, NONE, Sheet, middle},
};
use crate::{demo, places::Places, terminal::say};
use fill::Lake;
use query::{Peer, QUESTIONS, Question, STATS_READ};

/// Events of the largest lake unless told, and of a quick look.
pub(super) const EVENTS: [u64; 2] = [10_000_000, 300_000];
/// The month that is asked for: the made days' last.
const MONTH: &str = "2026-09";
/// Rows of the report that comes when a lake is full, and of a quick look.
const NEXT_REPORT: (u64, u64) = (1_000_000, 50_000);

/// What is asked for with a hundred million events, and so with fewer.
const LISTS_SECONDS_WANTED: f64 = 10.0;
const LISTS_MB_WANTED: f64 = 1000.0;
/// Of the rate with hardly anything in the lake.
const RATE_WANTED: f64 = 0.9;
/// Files after compaction: one a day and table. 90 days of UTC are 91 of the reporting zone; one more is let pass.
const FILES_WANTED: f64 = 2.0 * (fill::DAYS + 2) as f64;
/// Lists of 10 operators (CSV) and 120 organisations (CSV, XLSX); who has no finding gets none, so only from so many
/// events on, when the least has a dozen.
const LISTS: (usize, u64) = (250, 5_000_000);

/// What is looked at in a full lake.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    /// Three questions, beside DuckDB.
    Query,
    /// All lists of a month.
    Lists,
    /// Until the portal is ready.
    Start,
    /// Taking in and asking, with more and more in the lake. It leaves the lake fuller than it was.
    Growth,
}

impl Look {
    /// All of them, in the order in which they look.
    pub(super) const ALL: [Self; 4] = [Self::Query, Self::Lists, Self::Start, Self::Growth];

    /// By its name.
    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|look| look.name() == name)
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Query => "query",
            Self::Lists => "lists",
            Self::Growth => "growth",
            Self::Start => "start",
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::Query => "query: the lake open, beside DuckDB on the same files",
            Self::Lists => "lists: all of a month",
            Self::Growth => "growth: one more report, and questions, with more in the lake",
            Self::Start => "start: `serve` until /readyz",
        }
    }

    /// Whether it also looks at lakes of a tenth and of a hundredth.
    fn compares_sizes(self) -> bool {
        matches!(self, Self::Lists | Self::Growth)
    }
}

/// Fills lakes and looks at them.
pub(super) fn run(looks: &[Look], typed: &Typed) -> Result<()> {
    let places = Places::find()?;
    demo::build(&places)?;
    let mut sheets: Vec<(Look, Sheet)> = looks.iter().map(|look| (*look, Sheet::new(look.title()))).collect();
    let folder = super::emptied(&places.target.join("bench-lake"))?;
    let (largest, mut smallest) = (typed.rows, None);
    for (events, is_largest) in [(largest / 100, false), (largest / 10, false), (largest, true)] {
        if is_largest || looks.iter().any(|look| look.compares_sizes()) {
            let lake = Lake::fill(&places, &folder, events)?;
            let (filled, files) = (lake.filled.show(), lake.files()?);
            typed.progress(&format!("{} events: {filled} to fill, {files} files", lake.events));
            for (look, sheet) in sheets.iter_mut().filter(|(look, _)| is_largest || look.compares_sizes()) {
                let beside = smallest.as_ref().unwrap_or(&lake);
                self::look(*look, &lake, beside, typed, sheet).with_context(|| format!("look at {}", look.name()))?;
            }
            match smallest {
                None => smallest = Some(lake),
                Some(_) => fs::remove_dir_all(&lake.folder).context("remove the benchmark's files")?,
            }
        }
    }
    fs::remove_dir_all(&folder).context("remove the benchmark's files")?;
    sheets.iter().for_each(|(_, sheet)| say(&sheet.told(typed.json)));
    Ok(())
}

fn look(look: Look, lake: &Lake, smallest: &Lake, typed: &Typed, sheet: &mut Sheet) -> Result<()> {
    match look {
        Look::Query => {
            let peer = Peer::find(lake.places)?;
            sheet.note(STATS_READ);
            QUESTIONS.into_iter().try_for_each(|question| query::beside(question, lake, &peer, typed, sheet))
        }
        Look::Lists => lists(lake, typed, sheet),
        Look::Start => start::look(lake, typed, sheet),
        Look::Growth => growth(lake, smallest, typed, sheet),
    }
}

/// All lists of a month, as files.
fn lists(lake: &Lake, typed: &Typed, sheet: &mut Sheet) -> Result<()> {
    let out = lake.folder.join("lists");
    let mut words = lake.words(&["list", "--all", "--json", "--month", MONTH, "--out"]);
    words.push(out.clone().into());
    let run = |_| {
        super::emptied(&out)?;
        measure::run(&words, lake.events)
    };
    let runs = (0..typed.pairs).map(run).collect::<Result<Vec<Run>>>()?;
    let of = |number: fn(&Run) -> f64| middle(runs.iter().map(number));
    let mut sizes = Vec::new();
    for entry in fs::read_dir(&out).context("read the lists")? {
        sizes.push(entry.and_then(|entry| entry.metadata()).context("read a list's size")?.len());
    }
    ensure!(!sizes.contains(&0), "a list is empty");
    let are_all = sizes.len() == LISTS.0 || sizes.len() < LISTS.0 && lake.events < LISTS.1;
    ensure!(are_all && !sizes.is_empty(), "{} files of lists, not {}", sizes.len(), LISTS.0);
    let (seconds, peak) = (of(|run| run.wall), of(|run| run.peak_mb));
    sheet.ask([
        Asked::at_most(format!("s for the lists of {} events", lake.events), LISTS_SECONDS_WANTED, seconds),
        Asked::at_most("peak MB", LISTS_MB_WANTED, peak),
    ]);
    sheet.push(vec![
        ("events", lake.events.to_string()),
        ("files", sizes.len().to_string()),
        ("MB", format!("{:.1}", sizes.iter().sum::<u64>() as f64 / 1e6)),
        ("s", format!("{seconds:.2}")),
        ("CPU s", format!("{:.2}", of(|run| run.cpu))),
        ("peak MB", format!("{peak:.0}")),
    ]);
    Ok(())
}

/// The questions, then reports that come when the lake is full, by turns with the smallest lake.
fn growth(lake: &Lake, smallest: &Lake, typed: &Typed, sheet: &mut Sheet) -> Result<()> {
    let files = lake.files()?;
    let asked =
        |question: Question| Ok::<_, anyhow::Error>(format!("{:.1}", query::ask_ours(question, lake)?.middle_ms()));
    let (stats, list, address) = (asked(Question::Stats)?, asked(Question::List)?, asked(Question::Whois)?);
    let (next, ratio) = next_reports(lake, smallest, typed)?;
    let events = lake.events;
    sheet.ask([Asked::at_most(format!("files of {events} events after compaction"), FILES_WANTED, files as f64)]);
    sheet.ask(ratio.map(|ratio| {
        Asked::at_least(format!("rate with {events} events to that of the smallest lake"), RATE_WANTED, ratio)
    }));
    sheet.push(vec![
        ("events", lake.events.to_string()),
        ("filling, events/s", format!("{:.0}", wall_rate(&lake.filled))),
        ("next report, events/s", format!("{:.0}", middle(next.iter().map(wall_rate)))),
        ("to the smallest's", ratio.map_or(NONE.to_owned(), |ratio| format!("{ratio:.2}"))),
        ("its CPU s", format!("{:.2}", middle(next.iter().map(|run| run.cpu)))),
        ("its peak MB", format!("{:.0}", middle(next.iter().map(|run| run.peak_mb)))),
        ("compaction s", format!("{:.1}", lake.compacted.wall)),
        ("files before", lake.files_before.to_string()),
        ("after", files.to_string()),
        ("bytes/event", format!("{:.1}", lake.bytes as f64 / lake.events as f64)),
        ("statistics ms", stats),
        ("list ms", list),
        ("address ms", address),
    ]);
    Ok(())
}

/// Taking in one more report, several times, and the median of the pairs' ratios of its rate to that of the smallest lake,
/// which is a copy each time: it stays the smallest.
fn next_reports(lake: &Lake, smallest: &Lake, typed: &Typed) -> Result<(Vec<Run>, Option<f64>)> {
    let is_smallest = std::ptr::eq(lake, smallest);
    let rows = if typed.quick { NEXT_REPORT.1 } else { NEXT_REPORT.0 };
    let (mut next, mut ratios) = (Vec::new(), Vec::new());
    // Each has a row more, so that no report is one the lake has already.
    for rows in (rows..).take(typed.pairs) {
        let beside = smallest.copied()?.take_in_another(rows)?;
        let run = if is_smallest { beside } else { lake.take_in_another(rows)? };
        ratios.push(wall_rate(&run) / wall_rate(&beside));
        next.push(run);
    }
    Ok((next, (!is_smallest).then(|| middle(ratios))))
}

fn wall_rate(run: &Run) -> f64 {
    run.events / run.wall
}

/// Words of a command as the system wants them.
fn os(words: &[&str]) -> Vec<OsString> {
    words.iter().map(OsString::from).collect()
}
