//! Steps of a chore, each shown with its time; all are run, so that one run tells everything that is wrong.

use std::{
    process::Command,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};

use crate::terminal::say;

/// The steps done so far.
#[derive(Default)]
pub(crate) struct Steps {
    failed: Vec<String>,
}

impl Steps {
    /// Does one step and shows how it went and how long it took.
    pub(crate) fn step(&mut self, name: &str, work: impl FnOnce() -> Result<()>) {
        say(&format!("── {name}"));
        let begun = Instant::now();
        let outcome = work();
        let took = show(begun.elapsed());
        match outcome {
            Ok(()) => say(&format!("   ok, {took}")),
            Err(error) => {
                say(&format!("   FAILED, {took}: {error:#}"));
                self.failed.push(name.to_owned());
            }
        }
    }

    /// The names of the steps that failed.
    pub(crate) fn failed(&self) -> &[String] {
        &self.failed
    }
}

/// Runs a command to its end; it fails if the command does.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let name = command.get_program().to_string_lossy().into_owned();
    let status = command.status().with_context(|| format!("start {name}"))?;
    ensure!(status.success(), "{name} ended with {status}");
    Ok(())
}

fn show(took: Duration) -> String {
    let seconds = took.as_secs();
    if seconds < 60 {
        format!("{:.1} s", took.as_secs_f64())
    } else {
        format!("{} min {} s", seconds / 60, seconds % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_step_is_remembered_and_the_next_still_runs() {
        let mut steps = Steps::default();
        let mut ran = 0;
        steps.step("first", || anyhow::bail!("no"));
        steps.step("second", || {
            ran += 1;
            Ok(())
        });
        assert_eq!((steps.failed(), ran), (&["first".to_owned()][..], 1));
    }

    #[test]
    fn times_read_well() {
        assert_eq!(show(Duration::from_millis(1240)), "1.2 s");
        assert_eq!(show(Duration::from_secs(125)), "2 min 5 s");
    }
}
