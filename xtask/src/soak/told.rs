//! What a soak promised, and whether it was kept.

use super::{
    CHECKERS, Typed,
    checks::Checked,
    chores::{Compactions, Lists},
    house::Found,
    lives::Lived,
    reports::Pushed,
};

/// 99 of 100 checks take at most so many milliseconds.
const P99_MS: f32 = 50.0;
/// The part answered of the checks that were due while the portal stood: one that hangs answers few, and those fast.
const ANSWERED: f64 = 0.95;
/// Checks that a kill may break off, the start too: one on each connection, and those of eight visitors who try twenty times a
/// second for the two or three seconds in which nobody listens yet.
const BROKEN_OFF: u64 = 400;
/// The part of the answers that must tell *seen* or *not seen*: a portal that is killed every half a minute knows nothing for a
/// third of its life, the last third of the time not at all.
const TELLING: f64 = 0.5;
/// The part of the answers that may tell nothing though the portal had stood for long: the machine may stall.
const LATE: f64 = 0.01;
/// The most that the last third of the calm may have taken of the memory of its first.
const GROWTH: f64 = 1.2;
/// And in megabytes.
const MEMORY_MB: f64 = 1_024.0;
/// A soak of so many means between two kills before the calm is killed once at least: a life is one and a half of them at most.
const KILLED_AFTER: f64 = 2.0;
/// A soak of so many seconds has a compaction that is done: it is tried ten times a second until the folder is free.
const COMPACTED_AFTER: f64 = 120.0;

/// Everything that was measured.
pub(super) struct Outcome {
    pub(super) typed: Typed,
    /// Seconds until nothing waited any more.
    pub(super) drained: f64,
    pub(super) lived: Lived,
    pub(super) pushed: Pushed,
    pub(super) checked: Checked,
    pub(super) lists: Lists,
    pub(super) compactions: Compactions,
    pub(super) found: Found,
}

/// A promise, what came of it, and whether it was kept.
struct Promise {
    what: &'static str,
    is: String,
    kept: bool,
}

impl Promise {
    /// Something that never happens.
    fn none(what: &'static str, count: u64) -> Self {
        Self { what, is: count.to_string(), kept: count == 0 }
    }

    /// Something that happens, where there was time for it.
    fn some(what: &'static str, count: u64, is_due: bool) -> Self {
        Self { what, is: count.to_string(), kept: count > 0 || !is_due }
    }

    /// As many as were told.
    fn same(what: &'static str, told: u64, found: u64) -> Self {
        Self { what, is: format!("{found} of {told}"), kept: told == found }
    }
}

impl Outcome {
    /// Whether every promise was.
    pub(super) fn is_kept(&self) -> bool {
        self.promises().iter().all(|promise| promise.kept)
    }

    fn promises(&self) -> Vec<Promise> {
        let all = [self.of_reports(), self.of_verdicts(), self.of_waiting(), self.of_memory(), self.of_chores()];
        all.into_iter().flatten().collect()
    }

    /// Milliseconds that so many of a hundred checks took at most.
    fn percentile(&self, percent: usize) -> f32 {
        let mut sorted = self.checked.answered_ms.clone();
        sorted.sort_unstable_by(f32::total_cmp);
        sorted.get((sorted.len() * percent / 100).min(sorted.len().saturating_sub(1))).copied().unwrap_or(f32::INFINITY)
    }

    fn of_reports(&self) -> Vec<Promise> {
        let (pushed, found) = (&self.pushed, &self.found);
        vec![
            Promise::some("reports taken", pushed.reports, true),
            Promise::none("reports of which nobody said whether they were taken", pushed.unknown),
            Promise::same("reports in the lake, of those taken", pushed.reports, found.reports),
            Promise::none("reports twice", found.doubled),
            Promise::same("rows read, of those pushed", pushed.rows, found.rows),
            Promise::same("events told by the journal, of those pushed", pushed.events, found.events),
            Promise::same("rows in quarantine, of the broken ones", pushed.quarantined, found.quarantined),
            Promise::same("events that the sightings add up to", pushed.events, found.sighted),
            Promise {
                what: "the doctor finds the events of every report, and nothing wrong",
                is: found.is_sound.to_string(),
                kept: found.is_sound,
            },
        ]
    }

    /// What visitors were told.
    fn of_verdicts(&self) -> Vec<Promise> {
        let checked = &self.checked;
        let answered = checked.answered_ms.len() as f64;
        let telling = (checked.seen + checked.not_seen) as f64;
        vec![
            Promise::none("answers that were no verdict", checked.wrong),
            Promise::some("answers that were *seen*", checked.seen, true),
            Promise::some("answers that were *not seen*", checked.not_seen, true),
            Promise::none("*seen* of whom no report told", checked.made_up),
            Promise::none("*not seen* of who was told of a minute ago or earlier", checked.missed),
            Promise {
                what: "answers that tell *seen* or *not seen*, at least half",
                is: format!("{telling} of {answered}"),
                kept: telling >= TELLING * answered,
            },
            Promise {
                what: "*cannot tell* half a minute after a start or later, at most 1 of 100 answers",
                is: checked.late.to_string(),
                kept: checked.late as f64 <= LATE * answered,
            },
        ]
    }

    /// How visitors waited.
    fn of_waiting(&self) -> Vec<Promise> {
        let (answered, due) = (self.checked.answered_ms.len(), self.due());
        let (broken_off, kills, p99) = (self.checked.broken_off, self.lived.kills, self.percentile(99));
        vec![
            Promise { what: "p99 of the check at most 50 ms", is: format!("{p99:.1} ms"), kept: p99 <= P99_MS },
            Promise {
                what: "checks answered, at least 95 of 100 that were due while the portal stood",
                is: format!("{answered} of {due:.0}"),
                kept: answered as f64 >= ANSWERED * due,
            },
            Promise {
                what: "checks broken off, at most 400 for each kill and the start",
                is: format!("{broken_off}, {kills} kills"),
                kept: broken_off <= (kills + 1) * BROKEN_OFF,
            },
        ]
    }

    fn of_memory(&self) -> Vec<Promise> {
        let ([first, _, third], peak) = (self.lived.thirds(), self.lived.peak_mb);
        vec![
            Promise {
                what: "memory of the last third without kills at most 1.2 times that of the first",
                is: format!("{third:.0} to {first:.0} MB"),
                kept: third > 0.0 && third <= GROWTH * first,
            },
            Promise {
                what: "memory at most 1,024 MB",
                is: format!("{peak:.0} MB"),
                kept: peak > 0.0 && peak <= MEMORY_MB,
            },
        ]
    }

    fn of_chores(&self) -> Vec<Promise> {
        let (lists, compactions) = (&self.lists, &self.compactions);
        let is_killed = self.lived.calm[0] >= KILLED_AFTER * self.typed.kill_every;
        let is_compacted = self.typed.minutes * 60.0 >= COMPACTED_AFTER;
        vec![
            Promise::some("kills", self.lived.kills, is_killed),
            Promise::some("lists", lists.made, true),
            Promise::none("lists without rows", lists.empty),
            Promise::none("lists that failed", lists.failed),
            Promise::some("compactions", compactions.done, is_compacted),
            Promise::none("compactions that failed", compactions.failed),
        ]
    }

    /// Checks that were due while the portal stood.
    fn due(&self) -> f64 {
        self.lived.up * (CHECKERS.0 * CHECKERS.1) as f64
    }

    fn figures(&self) -> Vec<(&'static str, String)> {
        let [first, second, third] = self.lived.thirds();
        let (pushed, checked, seconds) = (&self.pushed, &self.checked, self.typed.minutes * 60.0);
        vec![
            ("minutes", format!("{:.1}", self.typed.minutes)),
            ("of them without kills", format!("{:.1}", (self.lived.calm[1] - self.lived.calm[0]) / 60.0)),
            ("kills", self.lived.kills.to_string()),
            ("reports", pushed.reports.to_string()),
            ("deliveries tried again", pushed.again.to_string()),
            ("events", pushed.events.to_string()),
            ("events a second", format!("{:.0}", pushed.events as f64 / seconds)),
            ("rows in quarantine", pushed.quarantined.to_string()),
            ("drained after s", format!("{:.1}", self.drained)),
            ("checks due", format!("{:.0}", self.due())),
            ("checks answered", checked.answered_ms.len().to_string()),
            ("seen", checked.seen.to_string()),
            ("not seen", checked.not_seen.to_string()),
            ("cannot tell", checked.cannot_tell.to_string()),
            ("broken off by kills", checked.broken_off.to_string()),
            ("p50 ms", format!("{:.2}", self.percentile(50))),
            ("p99 ms", format!("{:.2}", self.percentile(99))),
            ("longest ms", format!("{:.1}", self.percentile(100))),
            ("most MB", format!("{:.0}", self.lived.peak_mb)),
            ("most MB without kills, thirds", format!("{first:.0} {second:.0} {third:.0}")),
            ("lists", self.lists.made.to_string()),
            ("most MB of a list", format!("{:.0}", self.lists.peak_mb)),
            ("compactions done", self.compactions.done.to_string()),
            ("compactions kept off", self.compactions.held.to_string()),
            ("compactions killed", self.compactions.killed.to_string()),
            ("most MB of a compaction", format!("{:.0}", self.compactions.peak_mb)),
        ]
    }
}

/// A table for people, and what was kept and missed.
pub(super) fn text(outcome: &Outcome) -> String {
    let mut text = format!("\nsoak of {} minutes\n\n| what | is |\n|---|---|\n", outcome.typed.minutes);
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
        let checked = Checked {
            answered_ms: (0..1_000).map(|n| n as f32 / 100.0).collect(),
            broken_off: 30,
            seen: 400,
            not_seen: 300,
            cannot_tell: 300,
            late: 10,
            ..Checked::default()
        };
        Outcome {
            typed: Typed { minutes: 3.0, kill_every: 30.0, seed: 1, json: false },
            drained: 1.0,
            lived: Lived {
                kills: 2,
                up: 5.2,
                calm: [120.0, 180.0],
                resident: vec![(1.0, 900.0), (121.0, 100.0), (145.0, 130.0), (179.0, 119.0)],
                peak_mb: 910.0,
            },
            pushed: Pushed { reports: 2, rows: 10, events: 9, quarantined: 1, again: 0, unknown: 0 },
            checked,
            lists: Lists { made: 1, ..Lists::default() },
            compactions: Compactions { done: 1, held: 2, killed: 3, ..Compactions::default() },
            found: Found { reports: 2, doubled: 0, rows: 10, events: 9, quarantined: 1, sighted: 9, is_sound: true },
        }
    }

    /// What was broken after a change.
    fn broken(change: impl Fn(&mut Outcome)) -> Vec<&'static str> {
        let mut outcome = outcome();
        change(&mut outcome);
        outcome.promises().into_iter().filter(|promise| !promise.kept).map(|promise| promise.what).collect()
    }

    /// How a promise begins, and what breaks it.
    type Breaking = (&'static str, fn(&mut Outcome));

    /// For each promise a change that breaks it, and it alone.
    const BREAKING: [Breaking; 27] = [
        ("reports taken", |o| (o.pushed.reports, o.found.reports) = (0, 0)),
        ("reports of which nobody", |o| o.pushed.unknown = 1),
        ("reports in the lake", |o| o.found.reports = 1),
        ("reports twice", |o| o.found.doubled = 1),
        ("rows read", |o| o.found.rows = 11),
        ("events told by the journal", |o| o.found.events = 8),
        ("rows in quarantine", |o| o.found.quarantined = 0),
        ("events that the sightings", |o| o.found.sighted = 8),
        ("the doctor", |o| o.found.is_sound = false),
        ("answers that were no verdict", |o| o.checked.wrong = 1),
        ("answers that were *seen*", |o| (o.checked.seen, o.checked.not_seen) = (0, 700)),
        ("answers that were *not seen*", |o| (o.checked.seen, o.checked.not_seen) = (700, 0)),
        ("*seen* of whom no report", |o| o.checked.made_up = 1),
        ("*not seen* of who", |o| o.checked.missed = 1),
        ("answers that tell", |o| (o.checked.seen, o.checked.cannot_tell) = (199, 501)),
        ("*cannot tell* half a minute", |o| o.checked.late = 11),
        ("p99", |o| o.checked.answered_ms.iter_mut().for_each(|ms| *ms *= 10.0)),
        ("checks answered", |o| o.lived.up = 5.3),
        ("checks broken off", |o| o.checked.broken_off = 1_201),
        ("memory of the last third", |o| o.lived.resident.push((170.0, 121.0))),
        ("memory at most", |o| o.lived.peak_mb = 1_025.0),
        ("kills", |o| o.lived.kills = 0),
        ("lists", |o| o.lists.made = 0),
        ("lists without rows", |o| o.lists.empty = 1),
        ("lists that failed", |o| o.lists.failed = 1),
        ("compactions", |o| o.compactions.done = 0),
        ("compactions that failed", |o| o.compactions.failed = 1),
    ];

    #[test]
    fn every_promise_can_be_broken() {
        assert!(outcome().is_kept(), "{}", text(&outcome()));
        for ((what, change), promise) in BREAKING.into_iter().zip(outcome().promises()) {
            assert!(promise.what.starts_with(what), "{what}: {}", promise.what);
            assert_eq!(broken(change), [promise.what]);
        }
        assert_eq!(BREAKING.len(), outcome().promises().len());
    }

    #[test]
    fn nothing_that_happened_keeps_no_promise_about_what_must() {
        let broken = broken(|o| {
            let typed = Typed { ..o.typed };
            *o = Outcome {
                typed,
                drained: 0.0,
                lived: Lived { calm: o.lived.calm, up: 180.0, ..Lived::default() },
                pushed: Pushed::default(),
                checked: Checked::default(),
                lists: Lists::default(),
                compactions: Compactions::default(),
                found: Found { is_sound: true, ..Found::default() },
            };
        });
        for what in
            ["reports taken", "p99", "checks answered", "memory of", "memory at", "kills", "lists", "compactions"]
        {
            assert!(broken.iter().any(|promise| promise.starts_with(what)), "{what}");
        }
    }

    #[test]
    fn a_short_soak_needs_neither_kill_nor_compaction() {
        let short = |o: &mut Outcome| {
            (o.typed.minutes, o.lived.kills, o.compactions.done) = (1.0, 0, 0);
            o.lived.calm = [40.0, 60.0];
            o.lived.resident = vec![(41.0, 100.0), (59.0, 100.0)];
        };
        assert_eq!(broken(short), [""; 0]);
    }

    #[test]
    fn what_was_broken_is_said() {
        let mut outcome = outcome();
        outcome.lists.failed = 1;
        assert!(
            text(&outcome).contains("BROKEN: lists that failed: 1") && json(&outcome).ends_with("\"kept\": false}")
        );
    }
}
