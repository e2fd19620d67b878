//! `cargo xtask bench build`: the program built from nothing, and which crate takes how much of a processor.

use std::{collections::BTreeMap, ffi::OsString, fs, os::unix::fs::PermissionsExt as _, path::Path};

use anyhow::{Context as _, Result};

use super::{Typed, measure, sheet::Sheet};
use crate::{places::Places, terminal::say};

/// Runs the compiler that cargo names and adds a line of what it cost: crate, CPU seconds, peak kilobytes.
const WRAPPER: &str = r#"#!/usr/bin/env python3
import os, subprocess, sys
words = sys.argv[1:]
# Cargo hands its tokens over in open files: without them each compiler would take all processors.
child = subprocess.Popen(words, close_fds=False)
_, status, use = os.wait4(child.pid, 0)
if "--crate-name" in words:
    with open(os.environ["HAIDANG_COMPILED"], "a") as costs:
        print(words[words.index("--crate-name") + 1], use.ru_utime + use.ru_stime, use.ru_maxrss, file=costs)
sys.exit(os.waitstatus_to_exitcode(status))
"#;
/// Crates that are shown; the rest is one line.
const SHOWN: usize = 24;

/// What compiling a crate took, its build script included.
#[derive(Debug, Default, Clone, Copy, PartialEq)]
struct Cost {
    cpu: f64,
    peak_mb: f64,
}

/// Builds in a folder of its own, which goes afterwards.
pub(super) fn run(typed: &Typed) -> Result<()> {
    let places = Places::find()?;
    let folder = super::emptied(&places.target.join("bench-build"))?;
    let (wrapper, compiled) = (folder.join("wrapper"), folder.join("compiled"));
    fs::write(&wrapper, WRAPPER).context("write the compiler's wrapper")?;
    fs::set_permissions(&wrapper, fs::Permissions::from_mode(0o755)).context("make the wrapper a program")?;
    let cargo = places.cargo(&["build", "--package", "haidang"])?;
    let set = |name: &str, path: &Path| {
        let mut word = OsString::from(format!("{name}="));
        word.push(path);
        word
    };
    let mut words: Vec<OsString> = vec!["env".into()];
    words.push(set("CARGO_TARGET_DIR", &folder.join("target")));
    words.push(set("RUSTC_WRAPPER", &wrapper));
    words.push(set("HAIDANG_COMPILED", &compiled));
    words.push(cargo.get_program().to_owned());
    words.extend(cargo.get_args().map(OsString::from));
    let whole = measure::run(&words, 0).context("build from nothing")?;
    let costs = read(&fs::read_to_string(&compiled).context("read what the crates cost")?);
    fs::remove_dir_all(&folder).context("remove the benchmark's files")?;
    let sheet = sheet(&costs, whole.cpu, whole.wall);
    say(&sheet.told(typed.json));
    Ok(())
}

/// Lines of the wrapper, added up by crate.
fn read(lines: &str) -> BTreeMap<String, Cost> {
    let mut costs: BTreeMap<String, Cost> = BTreeMap::new();
    for line in lines.lines() {
        let mut words = line.split_whitespace();
        let (name, cpu, peak) = (words.next(), words.next(), words.next());
        let number = |word: Option<&str>| word.and_then(|word| word.parse::<f64>().ok());
        if let (Some(name), Some(cpu), Some(peak)) = (name, number(cpu), number(peak)) {
            let cost = costs.entry(name.to_owned()).or_default();
            cost.cpu += cpu;
            cost.peak_mb = cost.peak_mb.max(peak / 1024.0);
        }
    }
    costs
}

fn sheet(costs: &BTreeMap<String, Cost>, cpu: f64, wall: f64) -> Sheet {
    let mut dear: Vec<(&str, Cost)> = costs.iter().map(|(name, cost)| (name.as_str(), *cost)).collect();
    dear.sort_by(|a, b| b.1.cpu.total_cmp(&a.1.cpu));
    let all: f64 = dear.iter().map(|(_, cost)| cost.cpu).sum();
    let mut sheet = Sheet::new("build: from nothing (wanted: the dear ones have a reason)");
    let mut line = |name: &str, cost: Cost| {
        let share = format!("{:.1}", 100.0 * cost.cpu / cpu.max(f64::EPSILON));
        let (seconds, peak) = (format!("{:.1}", cost.cpu), format!("{:.0}", cost.peak_mb));
        sheet.push(vec![("crate", name.to_owned()), ("CPU s", seconds), ("%", share), ("peak MB", peak)]);
    };
    let whole = format!("whole build, {wall:.0} s on the wall");
    line(&whole, Cost { cpu, peak_mb: 0.0 });
    dear.iter().take(SHOWN).for_each(|(name, cost)| line(name, *cost));
    let rest = dear.iter().skip(SHOWN).map(|(_, cost)| cost.cpu).sum();
    line(&format!("{} more crates", dear.len().saturating_sub(SHOWN)), Cost { cpu: rest, peak_mb: 0.0 });
    line("C compilers, build scripts, cargo", Cost { cpu: (cpu - all).max(0.0), peak_mb: 0.0 });
    sheet
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_crate_costs_is_added_up() {
        let costs = read("lake 2.5 10240\nbuild_script_build 1 1024\nlake 0.5 20480\nhalf a line\n");
        assert_eq!(costs["lake"], Cost { cpu: 3.0, peak_mb: 20.0 });
        assert_eq!(costs.len(), 2);
        let text = sheet(&costs, 8.0, 5.0).told(false);
        assert!(text.contains("whole build, 5 s on the wall") && text.contains("lake"), "{text}");
    }
}
