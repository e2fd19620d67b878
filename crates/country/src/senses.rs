//! The senses that came later: a ministry's own sensors, the events of n6, and lists of leaked accounts.
//!
//! In the order the data flows:
//!
//! * [`watchlist`] – the made malware hosts, and what is never one;
//! * [`sensors`] – where sensors stand, and what passes by them; [`zeek`], [`eve`] – how they write it down;
//! * [`n6`] – events about the infected machines, and others;
//! * [`leak`] – accounts of the bodies, delivered once.

mod eve;
pub(crate) mod leak;
mod n6;
mod sensors;
mod watchlist;
pub(crate) mod zeek;

use crate::country::Country;
use crate::desk::Desk;
use crate::feed::Feed;
use crate::plan::Plan;
use crate::population::Population;
use crate::rng::Rng;
use crate::truth::Tally;
use sensors::Sensor;
use watchlist::Watchlist;

/// So many letters drawn by lot.
fn letters(rng: &mut Rng, count: u64) -> String {
    (0..count).map(|_| char::from(b'a' + rng.below(26) as u8)).collect()
}

/// All of them.
#[derive(Debug)]
pub(crate) struct Senses {
    watchlist: Watchlist,
    sensors: Vec<Sensor>,
    seed: u64,
}

impl Senses {
    /// Those of a plan; `offices` are networks that hold all the time.
    pub(crate) fn made(country: &Country, offices: &[usize], plan: &Plan) -> Self {
        let watchlist = Watchlist::made(plan.seed);
        let sensors = Sensor::all(country, offices, &watchlist, plan);
        Self { watchlist, sensors, seed: plan.seed }
    }

    /// The lists of indicators, `<family>.txt`: name and text.
    pub(crate) fn indicators(&self) -> impl Iterator<Item = (String, String)> {
        self.watchlist.files()
    }

    /// What is never an indicator.
    pub(crate) fn allowed(&self) -> String {
        self.watchlist.allowed()
    }

    /// One day of all of them.
    pub(crate) fn tell(&self, country: &Country, population: &Population, desk: &mut Desk, tally: &mut Tally) {
        for sensor in &self.sensors {
            sensor.tell(country, &self.watchlist, desk, tally);
        }
        n6::tell(country, population, desk, tally);
        if desk.delivers(Feed::LeakCombo) {
            leak::tell(country, self.seed, desk, tally);
        }
    }
}
