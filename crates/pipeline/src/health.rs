//! How the feeds live: last delivery, last event, rows per day, late, far off the usual.

use lake::Lake;
use lake::ask::FeedDay;
use serde::Serialize;

use crate::catalogue::Feeds;
use crate::journal::{Journal, Report};
use crate::{DataFolder, PipelineError};

/// Days of which the usual volume is made.
pub const USUAL_DAYS: i32 = 28;
/// A day's volume is off when it is less than the usual divided by this, or more than the usual times this.
pub const OFF_FACTOR: i64 = 3;
/// A delivery is late when it is overdue by this many of its own periods.
pub const LATE_PERIODS: i64 = 1;
/// A family is silent in a feed that had seen it regularly and has not for so many days.
pub const SILENT_DAYS: i32 = 7;

/// How much came, day by day.
#[derive(Debug, Clone, Serialize)]
pub struct Volume {
    /// The last event, microseconds since 1970.
    pub last_event: Option<i64>,
    /// Events on the last day that is over and has any.
    pub last_day_events: i64,
    /// Median of events per day over the days before it.
    pub usual_per_day: i64,
    /// Whether the last day is far off the usual.
    pub off: bool,
    /// Events per day, oldest first, the last [`USUAL_DAYS`] days and today.
    pub days: Vec<i64>,
}

/// One family in one feed.
#[derive(Debug, Clone, Serialize)]
pub struct FamilyHealth {
    /// The family; none where the feed names no malware.
    pub family: Option<String>,
    /// How much of it came.
    #[serde(flatten)]
    pub volume: Volume,
    /// Seen on most days and no longer, while the feed spoke: either it is clean, or the feed has gone blind.
    pub silent: bool,
}

/// One feed, as it lives.
#[derive(Debug, Clone, Serialize)]
pub struct FeedHealth {
    /// Its name.
    pub feed: String,
    /// Its last delivery, microseconds since 1970; an empty or repeated report counts.
    pub delivered: Option<i64>,
    /// Reports in the lake.
    pub reports: u64,
    /// Rows quarantined, of the newest attempts.
    pub quarantined: u64,
    /// Whether the next delivery is overdue.
    pub late: bool,
    /// How much came.
    #[serde(flatten)]
    pub volume: Volume,
    /// What it is made of, by family, in the order of their names.
    pub families: Vec<FamilyHealth>,
}

impl FeedHealth {
    /// Families it sees no longer.
    pub fn silent_families(&self) -> impl Iterator<Item = &str> {
        self.families.iter().filter(|family| family.silent).filter_map(|family| family.family.as_deref())
    }
}

/// The health of every feed of the catalogue, at an instant.
///
/// # Errors
/// The disk's.
pub fn feeds(
    folder: &DataFolder,
    lake: &Lake,
    journal: &Journal,
    feeds: &Feeds,
    now: i64,
) -> Result<Vec<FeedHealth>, PipelineError> {
    let today = folder.zone().day(now);
    let days = lake.feed_days(today - USUAL_DAYS)?;
    let one = |feed: &feeds::catalogue::Feed| {
        let mine: Vec<_> = days.iter().filter(|day| day.feed == feed.name && day.day <= today).collect();
        let of_feed = |report: &&Report| report.identity.feed == feed.name && report.at <= now;
        let reports: Vec<_> = journal.reports().iter().filter(of_feed).collect();
        // A further attempt at quarantined rows is no delivery; looking back, what came again later does not count.
        let firsts = reports.iter().filter(|report| report.attempt == 1);
        let delivered = firsts.map(|report| if report.delivered <= now { report.delivered } else { report.at }).max();
        let newest = |report: &&Report| journal.find(&report.identity).is_some_and(|newest| newest.seq == report.seq);
        let current: Vec<_> = reports.iter().copied().filter(newest).collect();
        let every = feed.every.map(|every| every.as_micros() as i64);
        FeedHealth {
            feed: feed.name.clone(),
            delivered,
            reports: current.len() as u64,
            quarantined: current.iter().map(|report| report.rows.quarantined).sum(),
            late: delivered.zip(every).is_some_and(|(at, every)| now - at > every * (1 + LATE_PERIODS)),
            volume: volume(&mine, today),
            families: families(&mine, today),
        }
    };
    Ok(feeds.all().iter().map(one).collect())
}

fn volume(days: &[&FeedDay], today: i32) -> Volume {
    let mut per_day = vec![0; USUAL_DAYS as usize + 1];
    for day in days {
        if let Some(sum) = usize::try_from(day.day - (today - USUAL_DAYS)).ok().and_then(|at| per_day.get_mut(at)) {
            *sum += day.events;
        }
    }
    // Today is not over yet, so the last day is the one before.
    let last_day_events = per_day.iter().rev().skip(1).copied().find(|events| *events > 0).unwrap_or(0);
    let usual_per_day = usual(&per_day);
    let off = usual_per_day > 0
        && (last_day_events * OFF_FACTOR < usual_per_day || last_day_events > usual_per_day * OFF_FACTOR);
    Volume { last_event: days.iter().map(|day| day.last).max(), last_day_events, usual_per_day, off, days: per_day }
}

/// The median of the days with events but the last of them.
fn usual(per_day: &[i64]) -> i64 {
    let mut busy: Vec<i64> = per_day.iter().copied().filter(|events| *events > 0).collect();
    busy.pop();
    busy.sort_unstable();
    busy.get(busy.len() / 2).copied().unwrap_or(0)
}

/// The days come sorted by family.
fn families(days: &[&FeedDay], today: i32) -> Vec<FamilyHealth> {
    let speaks = days.iter().any(|day| day.day >= today - SILENT_DAYS);
    let same = |a: &&FeedDay, b: &&FeedDay| a.family == b.family;
    let one = |days: &[&FeedDay]| FamilyHealth {
        family: days[0].family.clone(),
        volume: volume(days, today),
        silent: speaks && is_silent(days, today),
    };
    days.chunk_by(same).map(one).collect()
}

/// Whether a family was there on at least half of the days before the silence, and on none since.
fn is_silent(days: &[&FeedDay], today: i32) -> bool {
    let (since, usual) = (today - SILENT_DAYS, (USUAL_DAYS - SILENT_DAYS) as usize);
    let before = days.iter().filter(|day| day.day < since).count();
    days[0].family.is_some() && before * 2 >= usual && before == days.len()
}
