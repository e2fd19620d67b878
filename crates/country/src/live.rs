//! What comes after the plan's end: small reports of what a sinkhole has just seen.

use event::time::{DAY, SECOND};

use crate::botnet;
use crate::country::Country;
use crate::desk::Desk;
use crate::family::FAMILIES;
use crate::feed::Feed;
use crate::plan::{MadeError, Plan, offices};
use crate::population::{Machine, Population};
use crate::rng::{Rng, hash};

/// Infected machines that one report tells of.
const MACHINES: (u64, u64) = (8, 32);
/// A report tells of so many seconds before it is sent.
const SPAN: u32 = 600;
/// The sinkholes that report, one after the other.
const FEEDS: [Feed; 3] = [Feed::Sinkhole, Feed::SinkholeHttp, Feed::Sinkhole6];
/// Longest time between the plan's end and a report, in days: the machines' lives are told for every day between.
const AFTER_MAX: i32 = 400;

/// A country that goes on: its machines are cleaned and infected as before.
#[derive(Debug)]
pub struct Live {
    plan: Plan,
    country: Country,
    population: Population,
    day: i32,
    number: u64,
}

impl Live {
    /// The country of a plan on the morning after its last day.
    ///
    /// # Errors
    /// A plan out of bounds.
    pub fn after(plan: &Plan) -> Result<Self, MadeError> {
        plan.check()?;
        let country = Country::made(plan.seed, plan.middle());
        let offices = offices(&country, plan.first_day());
        let population = Population::first(&country, &offices, plan.seed, plan.scale);
        let mut live = Self { plan: *plan, country, population, day: plan.first_day(), number: 0 };
        live.wake_on(plan.end_day + 1);
        Ok(live)
    }

    /// The next report, sent at an instant (microseconds since 1970) after the plan's end: its file's name, and its bytes.
    pub fn report(&mut self, at: i64) -> (String, Vec<u8>) {
        let (day, second) = (at.div_euclid(DAY) as i32, (at.rem_euclid(DAY) / SECOND) as u32);
        self.wake_on(day.min(self.plan.end_day.saturating_add(AFTER_MAX)));
        self.number += 1;
        let feed = FEEDS[self.number as usize % FEEDS.len()];
        let mut dice = Rng::new(hash(self.plan.seed, at as u64), "live");
        let mut desk = Desk::open(day, dice.next(), std::iter::once(feed));
        let callers: Vec<&Machine> = self.population.infected().filter(|machine| self.calls(machine, feed)).collect();
        if !callers.is_empty() {
            for _ in 0..dice.between(MACHINES.0, MACHINES.1) {
                let moment = dice.between(second.saturating_sub(SPAN).into(), second.into()) as u32;
                let machine = callers[dice.index(callers.len())];
                botnet::call_once(&self.country, machine, feed, moment, &mut desk);
            }
        }
        let name = feed.file_name(day).replace("-made-", &format!("-made_{:06}_{second:05}-", self.number));
        let bytes = desk.close().next().map(|(bytes, _)| bytes).unwrap_or_default();
        (name, bytes)
    }

    /// Whether a machine calls at a sinkhole.
    fn calls(&self, machine: &Machine, feed: Feed) -> bool {
        let http = FAMILIES[machine.family].http;
        match feed {
            Feed::Sinkhole6 => machine.home.six(&self.country, machine.id, self.day).is_some(),
            Feed::SinkholeHttp => http,
            _ => !http && feed.sees(&self.plan, machine.family, self.plan.days),
        }
    }

    /// Lets the nights pass until the morning of a day.
    fn wake_on(&mut self, day: i32) {
        while self.day < day {
            self.day += 1;
            self.population.pass_night(&self.country, self.day);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_tell_of_the_last_minutes_only_and_each_has_a_name_of_its_own() {
        let plan = Plan { scale: 0.1, ..Plan::default() };
        let mut live = Live::after(&plan).expect("a plan");
        let at = i64::from(plan.end_day + 3) * DAY + 7 * 3600 * SECOND;
        let mut names = std::collections::BTreeSet::new();
        for _ in 0..6 {
            let (name, bytes) = live.report(at);
            assert!(name.starts_with("2026-10-03-event"), "{name}");
            let text = String::from_utf8_lossy(&bytes).into_owned();
            let rows: Vec<&str> = text.lines().skip(1).filter(|row| row.contains("2026-10-03 ")).collect();
            assert!(rows.len() > 3, "{text}");
            assert!(rows.iter().all(|row| row.contains(" 06:5") || row.contains(" 07:00:00")), "{text}");
            assert!(names.insert(name));
        }
    }
}
