//! What to make, and making it.

use std::fs;
use std::path::{Path, PathBuf};

use event::time;

use crate::blocklist::Blocklist;
use crate::bodies::PROVINCES_BEGIN;
use crate::botnet;
use crate::country::Country;
use crate::desk::Desk;
use crate::exposed::Exposed;
use crate::feed::{Feed, HANDED_OVER, OUTAGE};
use crate::population::Population;
use crate::senses::Senses;
use crate::stories::Stories;
use crate::truth::{HandOver, Outage, Period, Tally, Truth};

/// What to make. The same plan makes the same bytes on every machine.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Plan {
    /// The dice.
    pub seed: u64,
    /// Size: at 1.0 some 4,000 machines are infected on the first day.
    pub scale: f64,
    /// Last day of the reports, in days since 1970-01-01.
    pub end_day: i32,
    /// How many days.
    pub days: u32,
}

/// The days on which things happen (outage, hand-over, stories) are told for a plan of so many days.
const USUAL_DAYS: u32 = 90;
/// Longest plan, in days.
const DAYS_MAX: u32 = 400;
/// Largest scale: about ten million rows.
const SCALE_MAX: f64 = 40.0;

impl Default for Plan {
    /// 90 days until 2026-09-30, at scale 1.
    fn default() -> Self {
        Self { seed: 1, scale: 1.0, end_day: 20_726, days: USUAL_DAYS }
    }
}

impl Plan {
    /// First day of the reports.
    pub fn first_day(&self) -> i32 {
        self.end_day.saturating_sub(self.days as i32 - 1)
    }

    /// A day of the usual 90, both counted from 0, in a plan of another length.
    pub(crate) fn nth(&self, of_usual: u32) -> u32 {
        of_usual * self.days / USUAL_DAYS
    }

    /// The day on which some networks and names change hands.
    pub(crate) fn middle(&self) -> i32 {
        self.first_day() + self.nth(45) as i32
    }

    pub(crate) fn check(&self) -> Result<(), MadeError> {
        if self.days == 0 || self.days > DAYS_MAX {
            return Err(MadeError::Days(self.days));
        }
        if !(0.0..=SCALE_MAX).contains(&self.scale) {
            return Err(MadeError::Scale(self.scale));
        }
        if self.first_day() <= PROVINCES_BEGIN || time::date_of(self.end_day).is_none() {
            return Err(MadeError::Day(self.end_day));
        }
        Ok(())
    }
}

/// Why nothing, or not everything, was made.
#[derive(Debug, thiserror::Error)]
pub enum MadeError {
    /// A plan of no days, or too many.
    #[error("make a plan of {0} days (1 to {DAYS_MAX} can be made)")]
    Days(u32),
    /// A scale that is no size.
    #[error("make a country of scale {0} (0 to {SCALE_MAX} can be made)")]
    Scale(f64),
    /// The 34 provinces are younger than the first day.
    #[error("make reports that end on {} (the provinces begin on {})", time::day_text(*.0), time::day_text(PROVINCES_BEGIN))]
    Day(i32),
    /// The folder cannot be written.
    #[error("write {}", path.display())]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
}

/// What was made.
#[derive(Debug)]
pub struct Made {
    /// The reports, in the order in which they would be delivered.
    pub files: Vec<PathBuf>,
    /// What is true of them; also in `truth.json`.
    pub truth: Truth,
}

/// Writes `constituency/*.csv`, `indicators/*.txt`, `allowed.txt`, `reports/*` and `truth.json` into the folder `out`, which is made if it is absent.
///
/// # Errors
/// A plan out of bounds, or a folder that cannot be written.
pub fn write(plan: &Plan, out: &Path) -> Result<Made, MadeError> {
    plan.check()?;
    let mut country = Country::made(plan.seed, plan.middle());
    let offices = offices(&country, plan.first_day());
    let stories = Stories::plant(&mut country, plan);
    for (name, text) in country.files() {
        put(&out.join("constituency"), name, text.as_bytes())?;
    }
    let senses = Senses::made(&country, &offices, plan);
    for (name, text) in senses.indicators() {
        put(&out.join("indicators"), &name, text.as_bytes())?;
    }
    put(out, "allowed.txt", senses.allowed().as_bytes())?;
    let (mut tally, told) = (Tally::default(), Tellers { offices: &offices, stories: &stories, senses: &senses });
    let mut made = write_days(plan, &country, &told, &mut tally, &out.join("reports"))?;
    tally.settle(&mut made.truth);
    made.truth.stories = stories.told();
    put(out, "truth.json", format!("{:#}\n", serde_json::json!(made.truth)).as_bytes())?;
    Ok(made)
}

/// Networks of bodies that hold all the time: where machines of offices stand.
pub(crate) fn offices(country: &Country, first: i32) -> Vec<usize> {
    let steady = |index: &usize| {
        let network = &country.networks[*index];
        network.organisation.is_some() && network.from <= first && network.to.is_none()
    };
    (0..country.networks.len()).filter(steady).collect()
}

/// Who tells of the country, and the networks where machines of offices stand.
struct Tellers<'t> {
    offices: &'t [usize],
    stories: &'t Stories,
    senses: &'t Senses,
}

fn write_days(
    plan: &Plan,
    country: &Country,
    tellers: &Tellers<'_>,
    tally: &mut Tally,
    folder: &Path,
) -> Result<Made, MadeError> {
    let first = plan.first_day();
    let mut population = Population::first(country, tellers.offices, plan.seed, plan.scale);
    let exposed = Exposed::made(country, tellers.offices, plan.seed, plan.scale, first, plan.days);
    let mut blocklist = Blocklist::first(plan.seed, first);
    let mut made = Made { files: Vec::new(), truth: frame(plan) };
    for nth in 0..plan.days {
        let day = first + nth as i32;
        let mut desk = Desk::open(day, plan.seed, Feed::ALL.into_iter().filter(|feed| feed.delivers(plan, nth)));
        botnet::tell(country, plan, &population, &mut desk, tally);
        tellers.stories.tell(country, &mut desk, tally);
        exposed.tell(country, &mut desk);
        blocklist.tell(&mut desk);
        tellers.senses.tell(country, &population, &mut desk, tally);
        made.truth.infected.push(population.infected().count() as u64);
        close(desk, folder, &mut made)?;
        population.pass_night(country, day + 1);
    }
    Ok(made)
}

fn close(mut desk: Desk, folder: &Path, made: &mut Made) -> Result<(), MadeError> {
    for (category, count) in desk.categories() {
        *made.truth.categories.entry(category).or_default() += count;
    }
    for (bytes, truth) in desk.close() {
        made.files.push(put(folder, &truth.name, &bytes)?);
        made.truth.files.push(truth);
    }
    Ok(())
}

/// What is true before the first row is written.
fn frame(plan: &Plan) -> Truth {
    let day = |nth: u32| plan.first_day() + plan.nth(nth) as i32;
    let (silent, from, until) = OUTAGE;
    let (blind, family, since) = HANDED_OVER;
    let missed = plan.nth(from) < plan.nth(until);
    let outage = Outage { feed: silent.name().to_owned(), days: Period::of(day(from), day(until) - 1) };
    Truth {
        first_day: time::day_text(plan.first_day()),
        last_day: time::day_text(plan.end_day),
        outages: missed.then_some(outage).into_iter().collect(),
        hand_overs: vec![HandOver {
            feed: blind.name().to_owned(),
            family: family.to_owned(),
            from: time::day_text(day(since)),
        }],
        ..Truth::default()
    }
}

fn put(folder: &Path, name: &str, bytes: &[u8]) -> Result<PathBuf, MadeError> {
    let path = folder.join(name);
    let failed = |source| MadeError::Write { path: path.clone(), source };
    fs::create_dir_all(folder).and_then(|()| fs::write(&path, bytes)).map_err(failed)?;
    Ok(path)
}
