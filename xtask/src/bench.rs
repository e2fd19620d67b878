//! `cargo xtask bench`: ours beside its peers, by turns, on the same machine; one file per benchmark.

mod attribute;
mod build;
mod check;
mod ingest;
mod lake;
mod matching;
mod measure;
mod memory;
mod peer;
mod sheet;
mod sides;

use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context as _, Result, bail};

use crate::terminal::say;

/// Turns of ours and the peer unless told: an odd number has a middle.
const PAIRS: usize = 5;

/// What was typed after the benchmark's name.
#[derive(Debug, PartialEq, Eq)]
struct Typed {
    rows: u64,
    pairs: usize,
    json: bool,
    /// Little data and, unless told, one pair: to see that it runs.
    quick: bool,
}

/// Compiles for a quarter of an hour, so it is named to be run.
const BUILD: &str = "build";
/// All that look at a lake, at the same one.
const LAKE: &str = "lake";
/// Every other benchmark.
const ALL: [&str; 9] = ["ingest", "match", "attribute", "check", "memory", "query", "lists", "start", "growth"];

/// Runs the benchmark that was named.
pub(crate) fn run(typed: &[String]) -> Result<ExitCode> {
    let is_known = |name: &str| ALL.contains(&name) || [BUILD, LAKE, "all"].contains(&name);
    let Some((name, rest)) = typed.split_first().filter(|(name, _)| is_known(name)) else {
        bail!(
            "no such benchmark: cargo xtask bench {}|{LAKE}|{BUILD}|all [--rows N] [--pairs N] [--quick] [--json]",
            ALL.join("|")
        );
    };
    if name == "all" {
        let looks = lake::Look::ALL.map(lake::Look::name);
        ALL.iter().filter(|name| !looks.contains(name)).try_for_each(|name| one(name, rest))?;
        one(LAKE, rest)?;
    } else {
        one(name, rest)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn one(name: &str, typed: &[String]) -> Result<()> {
    let read = |rows| Typed::read(typed, rows);
    match name {
        "attribute" => attribute::run(&read(attribute::LOOK_UPS)?),
        "check" => {
            let Typed { rows, pairs, json, .. } = read([check::ADDRESSES, check::ADDRESSES / 10])?;
            check::run(rows, pairs, json)
        }
        "match" => matching::run(&read(matching::LINES)?),
        LAKE => lake::run(&lake::Look::ALL, &read(lake::EVENTS)?),
        BUILD => build::run(&read([0, 0])?),
        "memory" => memory::run(&read(memory::ROWS)?),
        name => match lake::Look::named(name) {
            Some(look) => lake::run(&[look], &read(lake::EVENTS)?),
            None => ingest::run(&read(ingest::ROWS)?),
        },
    }
}

impl Typed {
    /// What was typed; `rows` are those of a whole run and of a quick one, unless told.
    fn read(typed: &[String], rows: [u64; 2]) -> Result<Self> {
        let quick = typed.iter().any(|word| word == "--quick");
        let mut read =
            Self { rows: rows[usize::from(quick)], pairs: if quick { 1 } else { PAIRS }, json: false, quick };
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

/// A folder for made files, with nothing in it.
fn emptied(folder: &Path) -> Result<PathBuf> {
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("empty {}", folder.display()))?;
    }
    fs::create_dir_all(folder).with_context(|| format!("make {}", folder.display()))?;
    Ok(folder.to_path_buf())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(words: &[&str]) -> Result<Typed> {
        Typed::read(&words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>(), [200, 20])
    }

    #[test]
    fn what_is_typed_is_understood_or_refused() {
        assert_eq!(read(&[]).ok(), Some(Typed { rows: 200, pairs: PAIRS, json: false, quick: false }));
        assert_eq!(
            read(&["--pairs", "0", "--json"]).ok(),
            Some(Typed { rows: 200, pairs: 1, json: true, quick: false })
        );
        assert_eq!(read(&["--quick"]).ok(), Some(Typed { rows: 20, pairs: 1, json: false, quick: true }));
        assert!(read(&["--rows"]).is_err() && read(&["--rows", "x"]).is_err() && read(&["--fast"]).is_err());
    }
}
