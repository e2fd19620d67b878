//! The lives of the portal: killed at random instants, and then left alone, so that its memory can be followed.

use std::{
    sync::atomic::Ordering,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Result, ensure};

use super::{
    Dice, LOOK, Shared, Typed, held,
    house::{Memory, Portal},
};
use crate::terminal::say;

/// The part of the time, its last, in which the portal is not killed: kills that come every half a minute would hide what is
/// never given back. In a third of a quarter of an hour some 15 million events come, and before it some twenty kills.
const CALM: f64 = 1.0 / 3.0;

/// What was seen of the portal.
#[derive(Debug, Default)]
pub(super) struct Lived {
    pub(super) kills: u64,
    /// Seconds in which somebody listened.
    pub(super) up: f64,
    /// The second from which on nobody was killed, and the one of the end.
    pub(super) calm: [f64; 2],
    /// Resident memory: seconds since the beginning, megabytes.
    pub(super) resident: Vec<(f64, f64)>,
    /// The most that any of its lives had.
    pub(super) peak_mb: f64,
}

/// The second from which on nobody is killed.
fn calm_from(typed: Typed) -> f64 {
    typed.minutes * 60.0 * (1.0 - CALM)
}

/// Holds the portal up until the time is over; what was seen of it, and the portal that runs at the end.
pub(super) fn keep_killing(shared: &Shared, typed: Typed) -> Result<(Lived, Portal)> {
    let begun = Instant::now();
    let whole = typed.minutes * 60.0;
    let calm_from = calm_from(typed);
    let mut dice = Dice(typed.seed);
    let mut lived = Lived { calm: [calm_from, whole], ..Lived::default() };
    loop {
        let portal = shared.house.start()?;
        // Between half and one and a half of the mean.
        let kill_at = begun.elapsed().as_secs_f64() + typed.kill_every * (0.5 + dice.part());
        let is_last = kill_at >= calm_from;
        lived.watch(shared, &portal, begun, if is_last { whole } else { kill_at })?;
        if is_last {
            return Ok((lived, portal));
        }
        shared.kills_chore.store(dice.throw().is_multiple_of(2), Ordering::Relaxed);
        *held(&shared.risen) = None;
        portal.kill()?;
        lived.kills += 1;
        if !typed.json {
            let pushed = held(&shared.pushed).events;
            say(&format!(
                "{:>4.0} s: killed {} times, {pushed} events pushed",
                begun.elapsed().as_secs_f64(),
                lived.kills
            ));
        }
    }
}

impl Lived {
    /// Follows one life until a second of the whole.
    fn watch(&mut self, shared: &Shared, portal: &Portal, begun: Instant, until: f64) -> Result<()> {
        let risen = Instant::now();
        *held(&shared.risen) = Some(risen);
        loop {
            let second = begun.elapsed().as_secs_f64();
            if second >= until {
                break;
            }
            // Of a process that has ended there is no memory to tell.
            let Memory { resident_mb, peak_mb } = portal.memory();
            ensure!(resident_mb > 0.0, "the portal ended by itself after {second:.0} s");
            self.resident.push((second, resident_mb));
            self.peak_mb = self.peak_mb.max(peak_mb);
            thread::park_timeout(LOOK.min(Duration::from_secs_f64(until - second)));
        }
        self.up += risen.elapsed().as_secs_f64();
        Ok(())
    }

    /// The most resident memory in each third of the calm.
    pub(super) fn thirds(&self) -> [f64; 3] {
        let [from, to] = self.calm;
        let third = (to - from) / 3.0;
        [0.0, 1.0, 2.0].map(|at: f64| {
            let span = from + at * third..from + (at + 1.0) * third;
            let within = self.resident.iter().filter(|(second, _)| span.contains(second));
            within.map(|(_, mb)| *mb).fold(0.0, f64::max)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thirds_are_of_the_calm_alone() {
        let resident = vec![(1.0, 900.0), (21.0, 10.0), (24.0, 20.0), (25.0, 15.0), (29.0, 30.0)];
        let lived = Lived { calm: [20.0, 30.0], resident, ..Lived::default() };
        assert_eq!(lived.thirds(), [10.0, 20.0, 30.0]);
    }

    #[test]
    fn a_quarter_of_an_hour_has_twenty_kills_and_five_calm_minutes() {
        let typed = Typed { minutes: 15.0, kill_every: 30.0, seed: 1, json: false };
        assert!((calm_from(typed) - 600.0).abs() < 1e-6);
    }
}
