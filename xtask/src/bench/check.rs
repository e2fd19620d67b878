//! `cargo xtask bench check`: the check of the portal over an index of two million addresses, beside nginx which sends a
//! file of the same size with the same headers, on the same machine and by turns, under the same load.
//!
//! Ours finds out who asks, holds his limit, looks him up, judges and writes the page; its log is written as the program
//! does it. nginx keeps its log too, gathered as ours is: written when 32 KiB wait, or after a second.

mod load;
pub(super) mod process;
mod table;

use std::{fs, path::Path};

use anyhow::{Context as _, Result, ensure};

use crate::{debian, places::Places, terminal::say};
use load::{Generator, Load, Measured};
use process::{Index, Server};

/// Addresses of the index unless told.
pub(super) const ADDRESSES: u64 = 2_000_000;
/// What is asked.
const PATHS: [&str; 2] = ["/kiem-tra", "/api/v1/check"];
/// Seconds of a turn.
const TURN: u32 = 3;
/// About how long an answer takes at half load: so much less is rested.
const ANSWERED_MS: f64 = 0.5;
/// Verdicts that are compared while the load is on.
const SAMPLE: usize = 400;
/// The portal's own limit: checks of one address in a minute.
const CHECKS_PER_MINUTE: usize = 30;

/// Everything that was measured.
struct Outcome {
    generator: String,
    index: Index,
    /// Most memory of ours and of nginx.
    peak_mb: [f64; 2],
    /// One for each path.
    paths: Vec<Compared>,
    /// Verdicts that were right under load, of those compared.
    right: (usize, usize),
}

/// One path on both servers.
struct Compared {
    path: &'static str,
    bytes: usize,
    ours: Vec<Measured>,
    nginx: Vec<Measured>,
    /// Ours at half of its load.
    half: Vec<Measured>,
}

/// Runs `pairs` turns of both and says what came of them.
pub(super) fn run(addresses: u64, pairs: usize, json: bool) -> Result<()> {
    let places = Places::find()?;
    debian::ensure(&[("nginx", "nginx"), ("wrk", "wrk")])?;
    let folder = places.target.join("bench-check");
    if folder.exists() {
        fs::remove_dir_all(&folder).with_context(|| format!("empty {}", folder.display()))?;
    }
    fs::create_dir_all(&folder).with_context(|| format!("make {}", folder.display()))?;
    let outcome = measure(&places, &folder, addresses, pairs, &|line| {
        if !json {
            say(line);
        }
    })?;
    say(&table::sheet(&outcome).told(json));
    fs::remove_dir_all(&folder).context("remove the benchmark's files")
}

fn measure(places: &Places, folder: &Path, addresses: u64, pairs: usize, progress: &dyn Fn(&str)) -> Result<Outcome> {
    let (ours, index) = Server::ours(places, folder, addresses)?;
    let visitors = visitors(folder)?;
    holds_its_limit(&ours)?;
    let pages = PATHS.map(|path| ours.get(path, &visitors[0].0));
    let [page, json] = pages;
    let (page, json) = (page?, json?);
    let nginx = Server::nginx(folder, &[(PATHS[0], &page), (PATHS[1], &json)])?;
    let mut generator = Generator::new(folder)?;
    let right = verdicts_under_load(&ours, &mut generator, &visitors)?;
    progress(&format!("{} of {} verdicts right under load", right.0, right.1));
    ensure!(right.0 == right.1, "{} of {} verdicts were wrong", right.1 - right.0, right.1);
    let mut paths = Vec::new();
    for (path, answer) in PATHS.into_iter().zip([page, json]) {
        paths.push(compare((&ours, &nginx), &mut generator, (path, answer.body.len()), pairs, progress)?);
    }
    let peak_mb = [ours.peak_mb()?, nginx.peak_mb()?];
    Ok(Outcome { generator: Generator::version()?, index, peak_mb, paths, right })
}

fn compare(
    (ours, nginx): (&Server, &Server),
    generator: &mut Generator,
    (path, bytes): (&'static str, usize),
    pairs: usize,
    progress: &dyn Fn(&str),
) -> Result<Compared> {
    let full = Load { path, seconds: TURN, pause_ms: 0.0 };
    let mut compared = (Vec::new(), Vec::new());
    for pair in 1..=pairs {
        for (name, server, runs) in [("ours", ours, &mut compared.0), ("nginx", nginx, &mut compared.1)] {
            let run = generator.run(server, full)?;
            progress(&format!("{pair}/{pairs} {path} {name}: {}", table::show(&run)));
            runs.push(run);
        }
    }
    let (ours_full, nginx) = compared;
    let pause_ms = half_pause_ms(&table::middle(&ours_full));
    let mut half = Vec::new();
    for pair in 1..=pairs {
        let run = generator.run(ours, Load { pause_ms, ..full })?;
        progress(&format!("{pair}/{pairs} {path} ours at half load: {}", table::show(&run)));
        half.push(run);
    }
    Ok(Compared { path, bytes, ours: ours_full, nginx, half })
}

/// How long each connection rests before a request, so that all together ask half as often.
fn half_pause_ms(full: &Measured) -> f64 {
    let round_ms = f64::from(load::CONNECTIONS) * 1e3 / (full.rate / 2.0).max(1.0);
    (round_ms - ANSWERED_MS).max(0.1)
}

/// Addresses and the verdicts that are right for them.
fn visitors(folder: &Path) -> Result<Vec<(String, String)>> {
    let text = fs::read_to_string(folder.join("visitors.csv")).context("read the visitors")?;
    let pair = |line: &str| line.split_once(',').map(|(address, verdict)| (address.to_owned(), verdict.to_owned()));
    let visitors: Vec<_> = text.lines().filter_map(pair).collect();
    ensure!(visitors.len() >= SAMPLE, "only {} visitors", visitors.len());
    Ok(visitors)
}

/// The limit on how often a visitor may ask is on, or there is nothing to measure.
fn holds_its_limit(ours: &Server) -> Result<()> {
    // A documentation address: none of the visitors, and nobody's network.
    let asked: Result<Vec<u16>> =
        (0..=CHECKS_PER_MINUTE).map(|_| Ok(ours.get(PATHS[1], "2001:db8::1")?.status)).collect();
    let asked = asked?;
    ensure!(asked.iter().rev().skip(1).all(|status| *status == 200), "the limit is too narrow: {asked:?}");
    ensure!(asked.last() == Some(&429), "the limit is off: {asked:?}");
    Ok(())
}

/// Compares verdicts with those that are right while the load is on: how many were, of how many.
fn verdicts_under_load(
    ours: &Server,
    generator: &mut Generator,
    visitors: &[(String, String)],
) -> Result<(usize, usize)> {
    let load = Load { path: PATHS[1], seconds: TURN, pause_ms: 0.0 };
    std::thread::scope(|scope| {
        let running = scope.spawn(|| generator.run(ours, load));
        let mut right = 0;
        for (address, verdict) in visitors.iter().step_by(visitors.len() / SAMPLE).take(SAMPLE) {
            let answer = ours.get(PATHS[1], address)?;
            right += usize::from(answer.body.contains(&format!("\"verdict\":\"{verdict}\"")));
        }
        running.join().map_err(|_| anyhow::anyhow!("the load broke off"))??;
        Ok((right, SAMPLE))
    })
}
