//! `cargo xtask soak`: the portal under everything at once for a quarter of an hour, killed again and again: reports pushed as
//! fast as they are taken, checks at a fixed rate, lists, compaction. Afterwards every row must be where it belongs, the
//! memory must not have grown, and visitors must not have waited.

mod checks;
mod house;
mod reports;
mod told;

use std::{
    process::ExitCode,
    sync::{
        Mutex, PoisonError,
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
use checks::Checked;
use house::{Found, House, Portal};
use reports::Pushed;
use told::{Memory, Outcome};

/// Threads that push reports: a feed may have four deliveries under way.
const PUSHERS: u64 = 3;
/// Threads that check, and checks of each in a second.
const CHECKERS: (u64, u64) = (8, 25);
/// Between two looks at the clock or the memory.
const LOOK: Duration = Duration::from_millis(100);
/// Between two lists, and two compactions.
const CHORES_EVERY: Duration = Duration::from_secs(5);
/// How long the last reports may wait at the end.
const DRAINED_WITHIN: Duration = Duration::from_secs(900);

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
    pushed: Mutex<Pushed>,
    checked: Mutex<Checked>,
    /// Lists made, and those that failed.
    lists: [AtomicU64; 2],
    /// Compactions done, those that another writer kept off, those killed, those that failed.
    compactions: [AtomicU64; 4],
    /// Whether a kill is due that meets a compaction, too.
    kills_chore: AtomicBool,
    ends: AtomicBool,
}

impl Shared {
    fn ends(&self) -> bool {
        self.ends.load(Ordering::Relaxed)
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
    let shared = Shared {
        house: House::make(places)?,
        next: AtomicU64::new(0),
        pushed: Mutex::default(),
        checked: Mutex::default(),
        lists: Default::default(),
        compactions: Default::default(),
        kills_chore: AtomicBool::new(false),
        ends: AtomicBool::new(false),
    };
    let (kills, memory, portal) = thread::scope(|scope| {
        for _ in 0..PUSHERS {
            scope.spawn(|| reports::push(&shared));
        }
        for number in 0..CHECKERS.0 {
            let shared = &shared;
            scope.spawn(move || checks::ask(shared, number));
        }
        scope.spawn(|| chores(&shared, |house| house.list(), &shared.lists));
        scope.spawn(|| compact(&shared));
        let ended = keep_killing(&shared, typed);
        shared.ends.store(true, Ordering::Relaxed);
        ended
    })?;
    // What is awaited after the time is over is not of it.
    let seconds = memory.last().map_or(0.0, |(second, _)| *second);
    let drained = shared.house.wait_until_drained(DRAINED_WITHIN)?;
    portal.stop()?;
    // What was measured is told in any case.
    let found = shared.house.look().unwrap_or_else(|error| {
        complain(&format!("{error:#}"));
        Found::default()
    });
    let count = |counts: &[AtomicU64]| counts.iter().map(|count| count.load(Ordering::Relaxed)).collect::<Vec<_>>();
    let (pushed, checked) = (std::mem::take(&mut *held(&shared.pushed)), std::mem::take(&mut *held(&shared.checked)));
    let (lists, compactions) = (count(&shared.lists), count(&shared.compactions));
    let outcome = Outcome {
        typed_minutes: typed.minutes,
        seconds,
        drained,
        kills,
        memory,
        pushed,
        checked,
        lists,
        compactions,
        found,
    };
    if outcome.is_kept() {
        shared.house.remove()?;
    }
    Ok(outcome)
}

/// Holds the portal up until the time is over, killing it at random instants; the kills, what memory it took (seconds since
/// the beginning, megabytes), and the portal that runs at the end.
fn keep_killing(shared: &Shared, typed: Typed) -> Result<(u64, Memory, Portal)> {
    let (begun, whole) = (Instant::now(), Duration::from_secs_f64(typed.minutes * 60.0));
    let mut dice = Dice(typed.seed);
    let (mut kills, mut memory) = (0, Vec::new());
    let result = loop {
        let portal = match shared.house.start() {
            Ok(portal) => portal,
            Err(error) => break Err(error),
        };
        // Between half and one and a half of the mean.
        let kill_at = Instant::now() + Duration::from_secs_f64(typed.kill_every * (0.5 + dice.part()));
        while Instant::now() < kill_at && begun.elapsed() < whole {
            memory.push((begun.elapsed().as_secs_f64(), portal.resident_mb()));
            thread::park_timeout(LOOK);
        }
        if begun.elapsed() >= whole {
            break Ok(portal);
        }
        shared.kills_chore.store(dice.throw().is_multiple_of(2), Ordering::Relaxed);
        portal.kill()?;
        kills += 1;
        if !typed.json {
            let pushed = held(&shared.pushed).events;
            say(&format!("{:>4.0} s: killed {kills} times, {pushed} events pushed", begun.elapsed().as_secs_f64()));
        }
    };
    // The others end in any case.
    shared.ends.store(true, Ordering::Relaxed);
    Ok((kills, memory, result?))
}

/// Does a chore again and again: how often it was done, and failed.
fn chores(shared: &Shared, chore: impl Fn(&House) -> Result<()>, counts: &[AtomicU64; 2]) {
    while !shared.ends() {
        let failed = chore(&shared.house).is_err();
        counts[usize::from(failed)].fetch_add(1, Ordering::Relaxed);
        thread::park_timeout(CHORES_EVERY);
    }
}

/// Puts files together as often as the folder is free; half of the kills meet it, too.
fn compact(shared: &Shared) {
    while !shared.ends() {
        let ended = shared.house.compact(|| shared.kills_chore.swap(false, Ordering::Relaxed));
        let at = match ended {
            Ok(house::Ended::Done) => 0,
            Ok(house::Ended::Held) => 1,
            Ok(house::Ended::Killed) => 2,
            Err(_) => 3,
        };
        shared.compactions[at].fetch_add(1, Ordering::Relaxed);
        thread::park_timeout(if at == 1 { LOOK } else { CHORES_EVERY });
    }
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
