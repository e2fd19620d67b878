//! How the feeds live: last delivery, last event, rows per day, late, far off the usual.

use event::time::DAY;
use lake::Lake;
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

/// One feed, as it lives.
#[derive(Debug, Clone, Serialize)]
pub struct FeedHealth {
    /// Its name.
    pub feed: String,
    /// Its last delivery, microseconds since 1970; an empty or repeated report counts.
    pub delivered: Option<i64>,
    /// Its last event.
    pub last_event: Option<i64>,
    /// Reports in the lake.
    pub reports: u64,
    /// Rows quarantined, of the newest attempts.
    pub quarantined: u64,
    /// Whether the next delivery is overdue.
    pub late: bool,
    /// Events on the last day that has any.
    pub last_day_events: i64,
    /// Median of events per day over the days before it.
    pub usual_per_day: i64,
    /// Whether the last day is far off the usual.
    pub off: bool,
    /// Families this feed had seen on most days and sees no longer: either clean, or the feed has gone blind.
    pub silent_families: Vec<String>,
    /// Events per day, oldest first, the last [`USUAL_DAYS`] days.
    pub days: Vec<i64>,
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
        let per_day = per_day(&mine, today);
        // Today is not over yet, so the last day is the one before.
        let last_day_events = per_day.iter().rev().skip(1).copied().find(|events| *events > 0).unwrap_or(0);
        let usual_per_day = usual(&per_day);
        FeedHealth {
            feed: feed.name.clone(),
            delivered,
            last_event: mine.iter().map(|day| day.last).max(),
            reports: current.len() as u64,
            quarantined: current.iter().map(|report| report.rows.quarantined).sum(),
            late: delivered.zip(every).is_some_and(|(at, every)| now - at > every * (1 + LATE_PERIODS)),
            last_day_events,
            usual_per_day,
            off: usual_per_day > 0
                && (last_day_events * OFF_FACTOR < usual_per_day || last_day_events > usual_per_day * OFF_FACTOR),
            silent_families: silent(&mine, today),
            days: per_day,
        }
    };
    Ok(feeds.all().iter().map(one).collect())
}

fn per_day(days: &[&lake::ask::FeedDay], today: i32) -> Vec<i64> {
    let mut events = vec![0; USUAL_DAYS as usize + 1];
    for day in days {
        if let Some(sum) = usize::try_from(day.day - (today - USUAL_DAYS)).ok().and_then(|at| events.get_mut(at)) {
            *sum += day.events;
        }
    }
    events
}

/// The median of the days with events but the last of them.
fn usual(per_day: &[i64]) -> i64 {
    let mut busy: Vec<i64> = per_day.iter().copied().filter(|events| *events > 0).collect();
    busy.pop();
    busy.sort_unstable();
    busy.get(busy.len() / 2).copied().unwrap_or(0)
}

/// Families on at least half of the days before the silence, and on none since, while the feed itself spoke.
fn silent(days: &[&lake::ask::FeedDay], today: i32) -> Vec<String> {
    let since = today - SILENT_DAYS;
    let speaks = days.iter().any(|day| day.day >= since);
    let mut families: Vec<&str> = days.iter().filter_map(|day| day.family.as_deref()).collect();
    families.sort_unstable();
    families.dedup();
    let before = (USUAL_DAYS - SILENT_DAYS) as usize;
    let gone = |family: &&str| {
        let seen = |from: i32, to: i32| {
            days.iter().filter(|d| d.family.as_deref() == Some(family) && d.day >= from && d.day < to).count()
        };
        seen(today - USUAL_DAYS, since) * 2 >= before && seen(since, i32::MAX) == 0
    };
    if speaks { families.into_iter().filter(gone).map(str::to_owned).collect() } else { Vec::new() }
}

/// Microseconds as days, rounded down: for "so many days ago".
pub fn days_ago(now: i64, at: i64) -> i64 {
    (now - at).div_euclid(DAY)
}
