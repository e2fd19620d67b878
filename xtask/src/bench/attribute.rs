//! `cargo xtask bench attribute`: whose an address was on a day, over a million networks of both families, beside pyasn
//! (which knows no days) on the same prefixes, and a hash map that already holds each address: the limit.

use std::{
    cell::RefCell,
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context as _, Result};

use super::{
    Typed,
    measure::{self, Run},
    sheet::{Asked, middle},
    sides::{self, By, Compared, Side, Turn},
};
use crate::{places::Places, python, steps, terminal::say};

/// Look-ups unless told, and of a quick run.
pub(super) const LOOK_UPS: [u64; 2] = [10_000_000, 1_000_000];
/// Networks, and of a quick run.
const NETWORKS: [u64; 2] = [1_000_000, 100_000];
/// The peer looks up one for so many of ours: it is about so much slower.
const PEER_ONE_IN: u64 = 20;
/// The peer, at the version compared with.
const PACKAGES: &[&str] = &["pyasn==1.6.2"];
const PEER: &str = include_str!("attribute.py");
/// What is asked for.
const MILLIONS_A_SECOND_WANTED: f64 = 20.0;
const BUILD_SECONDS_WANTED: f64 = 2.0;

/// Runs the sides by turns and says what came of them.
pub(super) fn run(typed: &Typed) -> Result<()> {
    let places = Places::find()?;
    let networks = NETWORKS[usize::from(typed.quick)].to_string();
    steps::run(places.cargo(&["build", "--package", "constituency", "--example", "attribute"])?.stdout(Stdio::null()))?;
    let program = places.target.join("debug").join("examples").join("attribute");
    let folder = super::emptied(&places.target.join("bench-attribute"))?;
    let python = python::environment(&places.tools().join("pyasn"), PACKAGES)?;
    let (look_ups, of_peer) = (typed.rows, (typed.rows / PEER_ONE_IN).max(1));
    let words =
        |word: &str| [program.clone().into(), word.into(), networks.clone().into(), look_ups.to_string().into()];
    let peer = peer(&python, &words("peer"), &folder, of_peer)?;
    let side = |name, against, words: Vec<OsString>| {
        let turn = Box::new(move || Ok(turn(&words)?.0));
        Side { name, against, turn }
    };
    let (built, ours) = (RefCell::new(Vec::new()), words("ours"));
    let ours = || {
        let (turn, build) = turn(&ours)?;
        built.borrow_mut().push(build);
        Ok(turn)
    };
    let sides = [
        Side { name: "ours", against: None, turn: Box::new(ours) },
        side("pyasn", Some((By::Cpu, None)), peer),
        side("hash map, all hits", Some((By::Cpu, None)), words("map").into()),
    ];
    let compared = sides::by_turns(&sides, typed.pairs, typed.json)?;
    let asked = asked(&compared, middle(built.take()));
    say(&sides::sheet("attribute", "index MB", &compared, asked).told(typed.json));
    fs::remove_dir_all(&folder).context("remove the benchmark's files")
}

/// What the peer reads is written; the words that run it.
fn peer(python: &Path, write: &[OsString], folder: &Path, look_ups: u64) -> Result<Vec<OsString>> {
    steps::run(Command::new(&write[0]).args(&write[1..]).arg(folder)).context("write the peer's files")?;
    let script = folder.join("attribute.py");
    fs::write(&script, PEER).context("write the peer's script")?;
    let words: [PathBuf; 4] = [python.into(), script, folder.into(), look_ups.to_string().into()];
    Ok(words.map(OsString::from).into())
}

/// One run, and the CPU seconds in which its table was built. All but looking up is starting.
fn turn(words: &[OsString]) -> Result<(Turn, f64)> {
    let (run, said) = measure::heard(words, 0)?;
    let number = |name: &str| measure::number(&said, name).with_context(|| format!("understand {said:?}"));
    let start = (run.cpu - number("cpu_s")?).max(0.0);
    let run = Run { events: number("look_ups")?, start, ..run };
    Ok((Turn { run, bytes: number("bytes")? as u64 }, number("build_s")?))
}

fn asked(compared: &[Compared], built: f64) -> Vec<Asked> {
    let rate = compared.first().map_or(0.0, |ours| ours.of(|turn| turn.run.events_per_cpu_second()));
    vec![
        Asked::at_least("millions of look-ups a second and core", MILLIONS_A_SECOND_WANTED, rate / 1e6),
        Asked::at_most("CPU seconds to build the table", BUILD_SECONDS_WANTED, built),
    ]
}
