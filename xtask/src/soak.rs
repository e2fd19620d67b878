//! `cargo xtask soak`: the portal under everything at once for a quarter of an hour, killed again and again: reports pushed as
//! fast as they are taken, checks at a fixed rate, lists, compaction. Afterwards every row must be where it belongs, the
//! memory must not have grown, and visitors must have been told what is so, without waiting.

mod addresses;
mod checks;
mod chores;
mod house;
mod lives;
mod reports;
mod told;

use std::{
    process::ExitCode,
    sync::{
        Mutex, OnceLock, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};

use crate::{
    demo,
    places::Places,
    terminal::{complain, say},
};
use addresses::TOLD;
use checks::Checked;
use chores::{Compactions, Lists};
use house::{Found, House};
use reports::Pushed;
use told::Outcome;

/// Threads that push reports: a feed may have four deliveries under way.
const PUSHERS: u64 = 3;
/// Threads that check, and checks of each in a second.
const CHECKERS: (u64, u64) = (8, 25);
/// Between two looks at the clock or the memory.
const LOOK: Duration = Duration::from_millis(100);
/// How long the last reports may wait at the end.
const DRAINED_WITHIN: Duration = Duration::from_secs(900);
/// After so long the first reports are surely in the lake and in what visitors are answered from: longer than a first life
/// of a portal that is killed every half a minute, and five times what it takes in between two renewals.
const SURELY_IN_AFTER: Duration = Duration::from_secs(60);

/// What was typed.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Typed {
    minutes: f64,
    kill_every: f64,
    seed: u64,
    json: bool,
}

impl Typed {
    fn read(typed: &[String]) -> Result<Self> {
        let mut read = Self { minutes: 15.0, kill_every: 30.0, seed: 1, json: false };
        let mut words = typed.iter();
        while let Some(word) = words.next() {
            let mut number = || -> Result<f64> {
                let number = words.next().and_then(|text| text.parse().ok()).filter(|number: &f64| *number > 0.0);
                number.with_context(|| format!("{word} needs a number"))
            };
            match word.as_str() {
                "--minutes" => read.minutes = number()?,
                "--kill-every" => read.kill_every = number()?,
                "--seed" => read.seed = number()? as u64,
                "--json" => read.json = true,
                other => bail!("a soak does not know {other:?}"),
            }
        }
        Ok(read)
    }
}

/// Numbers that look random and are the same every time (Steele et al., *SplitMix*, 2014).
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    /// The next number.
    pub(crate) fn throw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A part of one.
    fn part(&mut self) -> f64 {
        (self.throw() >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// What all threads share.
struct Shared {
    house: House,
    /// The number of the next report.
    next: AtomicU64,
    /// When the report was taken that tells of a whole group of addresses.
    told: [OnceLock<Instant>; TOLD as usize],
    pushed: Mutex<Pushed>,
    checked: Mutex<Checked>,
    lists: Mutex<Lists>,
    compactions: Mutex<Compactions>,
    /// Whether a kill is due that meets a compaction, too.
    kills_chore: AtomicBool,
    /// Since when the portal stands; nothing while it does not.
    risen: Mutex<Option<Instant>>,
    ended: OnceLock<Instant>,
}

impl Shared {
    fn of(house: House) -> Self {
        Self {
            house,
            next: AtomicU64::new(0),
            told: Default::default(),
            pushed: Mutex::default(),
            checked: Mutex::default(),
            lists: Mutex::default(),
            compactions: Mutex::default(),
            kills_chore: AtomicBool::new(false),
            risen: Mutex::default(),
            ended: OnceLock::new(),
        }
    }

    fn ends(&self) -> bool {
        self.ended.get().is_some()
    }

    /// Whether a group of addresses was told of so long ago that every answer must know it.
    fn is_surely_in(&self, group: u64) -> bool {
        let told = self.told.get(group as usize).and_then(OnceLock::get);
        told.is_some_and(|told| told.elapsed() >= SURELY_IN_AFTER)
    }

    fn is_all_surely_in(&self) -> bool {
        (0..TOLD).all(|group| self.is_surely_in(group))
    }

    /// Asked by a compaction; true once for a kill.
    fn is_chore_to_be_killed(&self) -> bool {
        self.kills_chore.swap(false, Ordering::Relaxed)
    }
}

/// Locks, whoever panicked before.
pub(crate) fn held<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Runs it and says what came of it; it fails when a promise is broken.
pub(crate) fn run(typed: &[String]) -> Result<ExitCode> {
    let typed = Typed::read(typed)?;
    let places = Places::find()?;
    demo::build(&places)?;
    let outcome = soak(&places, typed)?;
    say(&if typed.json { told::json(&outcome) } else { told::text(&outcome) });
    Ok(if outcome.is_kept() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn soak(places: &Places, typed: Typed) -> Result<Outcome> {
    let shared = Shared::of(House::make(places)?);
    let (lived, portal) = thread::scope(|scope| {
        for _ in 0..PUSHERS {
            scope.spawn(|| reports::push(&shared));
        }
        for number in 0..CHECKERS.0 {
            let shared = &shared;
            scope.spawn(move || checks::ask(shared, number));
        }
        scope.spawn(|| chores::list(&shared));
        scope.spawn(|| chores::compact(&shared));
        let lived = lives::keep_killing(&shared, typed);
        // The others end in any case.
        shared.ended.get_or_init(Instant::now);
        lived
    })?;
    let drained = shared.house.wait_until_drained(DRAINED_WITHIN)?;
    portal.stop()?;
    // What was measured is told in any case.
    let found = shared.house.look().unwrap_or_else(|error| {
        complain(&format!("{error:#}"));
        Found::default()
    });
    let outcome = Outcome {
        typed,
        drained,
        lived,
        pushed: *held(&shared.pushed),
        checked: std::mem::take(&mut *held(&shared.checked)),
        lists: held(&shared.lists).clone(),
        compactions: held(&shared.compactions).clone(),
        found,
    };
    if outcome.is_kept() {
        shared.house.remove()?;
    }
    Ok(outcome)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_is_understood_or_refused() {
        let read = |words: &[&str]| Typed::read(&words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>());
        let plain = Typed { minutes: 15.0, kill_every: 30.0, seed: 1, json: false };
        assert_eq!(read(&[]).ok(), Some(plain));
        assert_eq!(read(&["--minutes", "1", "--json"]).ok(), Some(Typed { minutes: 1.0, json: true, ..plain }));
        assert!(read(&["--minutes"]).is_err() && read(&["--seed", "x"]).is_err() && read(&["--fast"]).is_err());
    }
}
