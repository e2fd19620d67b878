//! The infected machines of the country, day by day: infection, clean-up, relapse.

use crate::country::Country;
use crate::family::FAMILIES;
use crate::machine::Home;
use crate::rng::Rng;

/// Machines infected at the start, at scale 1.
const AT_START: f64 = 4_000.0;
/// New infections a day, at scale 1: fewer than get clean, so that the country improves.
const NEW_A_DAY: f64 = 22.0;
/// Of the cleaned machines, how many are infected again.
const RELAPSE: f64 = 0.08;
/// After how many clean days.
const RELAPSE_AFTER: (u64, u64) = (14, 35);
/// The natural logarithm of 2: of a half-life `h`, a share of ln 2 / h is gone each day.
const LN_2: f64 = std::f64::consts::LN_2;

/// One machine.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Machine {
    pub(crate) id: u64,
    /// Index into [`FAMILIES`].
    pub(crate) family: usize,
    pub(crate) home: Home,
    /// Chance of being cleaned on a day.
    cleaned: f64,
    state: State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Infected,
    CleanUntil(i32),
    Clean,
}

impl Machine {
    pub(crate) fn is_infected(&self) -> bool {
        self.state == State::Infected
    }
}

/// All of them.
#[derive(Debug)]
pub(crate) struct Population {
    machines: Vec<Machine>,
    offices: Vec<usize>,
    next: u64,
    new_a_day: f64,
    rng: Rng,
}

impl Population {
    /// The population of the first day. Machines of bodies stand in `offices` (indices of networks).
    pub(crate) fn first(country: &Country, offices: &[usize], seed: u64, scale: f64) -> Self {
        let new_a_day = NEW_A_DAY * scale;
        let rng = Rng::new(seed, "population");
        let mut made = Self { machines: Vec::new(), offices: offices.to_vec(), next: 1, new_a_day, rng };
        for _ in 0..(AT_START * scale).round() as u64 {
            made.infect(country);
        }
        made
    }

    /// Those infected today.
    pub(crate) fn infected(&self) -> impl Iterator<Item = &Machine> {
        self.machines.iter().filter(|machine| machine.is_infected())
    }

    /// The night before `day`: some get clean, some relapse, some are new.
    pub(crate) fn pass_night(&mut self, country: &Country, day: i32) {
        for machine in &mut self.machines {
            machine.state = next_state(machine, day, &mut self.rng);
        }
        self.machines.retain(|machine| machine.state != State::Clean);
        for _ in 0..self.rng.around(self.new_a_day) {
            self.infect(country);
        }
    }

    fn infect(&mut self, country: &Country) {
        let rng = &mut self.rng;
        let family = rng.weighted(FAMILIES.iter().map(|family| family.share));
        let home = match rng.weighted(FAMILIES[family].habitat.weights().into_iter()) {
            0 => Home::line(country, rng),
            1 => Home::shared(rng),
            _ => Home::office(country, &self.offices, rng),
        };
        let cleaned = LN_2 / (FAMILIES[family].half_life * home.patience(country));
        self.machines.push(Machine { id: self.next, family, home, cleaned, state: State::Infected });
        self.next += 1;
    }
}

fn next_state(machine: &Machine, day: i32, rng: &mut Rng) -> State {
    match machine.state {
        State::Infected if !rng.chance(machine.cleaned) => State::Infected,
        State::Infected if rng.chance(RELAPSE) => {
            State::CleanUntil(day + rng.between(RELAPSE_AFTER.0, RELAPSE_AFTER.1) as i32)
        }
        State::Infected => State::Clean,
        State::CleanUntil(back) if back <= day => State::Infected,
        waiting => waiting,
    }
}
