//! What a soak promised, and whether it was kept.

use super::{checks::Checked, house::Found, reports::Pushed};

/// 99 of 100 checks take at most so many milliseconds.
const P99_MS: f32 = 50.0;
/// The most that the last third may have taken of the memory of the one before.
const GROWTH: f64 = 1.2;
/// And in megabytes.
const MEMORY_MB: f64 = 1_024.0;

/// Seconds since the beginning, and megabytes.
pub(super) type Memory = Vec<(f64, f64)>;

/// Everything that was measured.
pub(super) struct Outcome {
    pub(super) typed_minutes: f64,
    pub(super) seconds: f64,
    /// Seconds until nothing waited any more.
    pub(super) drained: f64,
    pub(super) kills: u64,
    pub(super) memory: Memory,
    pub(super) pushed: Pushed,
    pub(super) checked: Checked,
    /// Done, failed.
    pub(super) lists: Vec<u64>,
    /// Done, kept off by another writer, killed, failed.
    pub(super) compactions: Vec<u64>,
    pub(super) found: Found,
}

/// A promise, what came of it, and whether it was kept.
struct Promise {
    what: &'static str,
    is: String,
    kept: bool,
}

impl Outcome {
    /// Whether every promise was.
    pub(super) fn is_kept(&self) -> bool {
        self.promises().iter().all(|promise| promise.kept)
    }

    /// The most memory in each third.
    fn thirds(&self) -> [f64; 3] {
        let third = self.seconds / 3.0;
        [0.0, 1.0, 2.0].map(|at: f64| {
            let within = self.memory.iter().filter(|(second, _)| (at * third..(at + 1.0) * third).contains(second));
            within.map(|(_, mb)| *mb).fold(0.0, f64::max)
        })
    }

    /// Milliseconds that so many of a hundred checks took at most.
    fn percentile(&self, percent: usize) -> f32 {
        let mut sorted = self.checked.answered_ms.clone();
        sorted.sort_unstable_by(f32::total_cmp);
        sorted.get((sorted.len() * percent / 100).min(sorted.len().saturating_sub(1))).copied().unwrap_or_default()
    }

    fn promises(&self) -> Vec<Promise> {
        let (pushed, found) = (&self.pushed, &self.found);
        let same =
            |what, told: u64, found: u64| Promise { what, is: format!("{found} of {told}"), kept: told == found };
        let [_, second, third] = self.thirds();
        let p99 = self.percentile(99);
        vec![
            same("reports in the lake, of those taken", pushed.reports, found.reports),
            Promise { what: "reports twice", is: found.doubled.to_string(), kept: found.doubled == 0 },
            same("rows read, of those pushed", pushed.rows, found.rows),
            same("events told by the journal, of those pushed", pushed.events, found.events),
            same("rows in quarantine, of the broken ones", pushed.quarantined, found.quarantined),
            same("events that the sightings add up to", pushed.events, found.sighted),
            Promise {
                what: "the doctor finds the events of every report, and nothing wrong",
                is: found.is_sound.to_string(),
                kept: found.is_sound,
            },
            Promise { what: "p99 of the check at most 50 ms", is: format!("{p99:.1} ms"), kept: p99 <= P99_MS },
            Promise {
                what: "answers that were no verdict",
                is: self.checked.wrong.to_string(),
                kept: self.checked.wrong == 0,
            },
            Promise {
                what: "memory of the last third at most 1.2 times that of the second",
                is: format!("{third:.0} to {second:.0} MB"),
                kept: third <= GROWTH * second,
            },
            Promise {
                what: "memory at most 1,024 MB",
                is: format!("{:.0} MB", second.max(third)),
                kept: second.max(third) <= MEMORY_MB,
            },
            Promise { what: "lists that failed", is: self.lists[1].to_string(), kept: self.lists[1] == 0 },
            Promise {
                what: "compactions that failed",
                is: self.compactions[3].to_string(),
                kept: self.compactions[3] == 0,
            },
        ]
    }

    fn figures(&self) -> Vec<(&'static str, String)> {
        let [first, second, third] = self.thirds();
        let pushed = &self.pushed;
        vec![
            ("minutes", format!("{:.1}", self.seconds / 60.0)),
            ("kills", self.kills.to_string()),
            ("reports", pushed.reports.to_string()),
            ("deliveries tried again", pushed.again.to_string()),
            ("events", pushed.events.to_string()),
            ("events a second", format!("{:.0}", pushed.events as f64 / self.seconds)),
            ("rows in quarantine", pushed.quarantined.to_string()),
            ("drained after s", format!("{:.1}", self.drained)),
            ("checks answered", self.checked.answered_ms.len().to_string()),
            ("broken off by kills", self.checked.broken_off.to_string()),
            ("p50 ms", format!("{:.2}", self.percentile(50))),
            ("p99 ms", format!("{:.2}", self.percentile(99))),
            ("longest ms", format!("{:.1}", self.percentile(100))),
            ("most MB, thirds", format!("{first:.0} {second:.0} {third:.0}")),
            ("lists", self.lists[0].to_string()),
            ("compactions done", self.compactions[0].to_string()),
            ("compactions killed", self.compactions[2].to_string()),
        ]
    }
}

/// A table for people, and what was kept and missed.
pub(super) fn text(outcome: &Outcome) -> String {
    let mut text = format!("\nsoak of {} minutes\n\n| what | is |\n|---|---|\n", outcome.typed_minutes);
    outcome.figures().iter().for_each(|(name, value)| text += &format!("| {name} | {value} |\n"));
    text += "\n";
    for Promise { what, is, kept } in outcome.promises() {
        text += &format!("{}: {what}: {is}\n", if kept { "kept" } else { "BROKEN" });
    }
    text
}

/// The same for programs.
pub(super) fn json(outcome: &Outcome) -> String {
    let figures: Vec<String> = outcome.figures().iter().map(|(name, value)| format!("{name:?}: {value:?}")).collect();
    let promise = |p: Promise| format!("{{\"what\": {:?}, \"is\": {:?}, \"kept\": {}}}", p.what, p.is, p.kept);
    let promises: Vec<String> = outcome.promises().into_iter().map(promise).collect();
    format!(
        "{{\"soak\": {{{}}}, \"promises\": [{}], \"kept\": {}}}",
        figures.join(", "),
        promises.join(", "),
        outcome.is_kept()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome() -> Outcome {
        let pushed = Pushed { reports: 2, rows: 10, events: 9, quarantined: 1, again: 0 };
        let found = Found { reports: 2, doubled: 0, rows: 10, events: 9, quarantined: 1, sighted: 9, is_sound: true };
        let checked = Checked { answered_ms: (0..100).map(|n| n as f32 / 10.0).collect(), broken_off: 3, wrong: 0 };
        let memory = vec![(1.0, 90.0), (11.0, 100.0), (21.0, 119.0)];
        let (lists, compactions) = (vec![1, 0], vec![1, 2, 3, 0]);
        Outcome {
            typed_minutes: 0.5,
            seconds: 30.0,
            drained: 1.0,
            kills: 2,
            memory,
            pushed,
            checked,
            lists,
            compactions,
            found,
        }
    }

    #[test]
    fn a_row_too_few_memory_that_grows_and_slow_answers_break_a_promise() {
        assert!(outcome().is_kept(), "{}", text(&outcome()));
        let broken: [fn(&mut Outcome); 5] = [
            |o| o.found.sighted = 8,
            |o| o.found.doubled = 1,
            |o| o.memory.push((22.0, 121.0)),
            |o| o.checked.answered_ms.iter_mut().for_each(|ms| *ms *= 10.0),
            |o| o.lists[1] = 1,
        ];
        for change in broken {
            let mut outcome = outcome();
            change(&mut outcome);
            assert!(
                !outcome.is_kept() && text(&outcome).contains("BROKEN") && json(&outcome).ends_with("\"kept\": false}")
            );
        }
    }
}
