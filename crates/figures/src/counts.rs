//! What was counted, before anything is left out.
//!
//! Every count is of **distinct** addresses. Two counts stand beside each other everywhere, because dynamic addresses
//! inflate the second: per day (summed over the days, so that the mean is exact) and over the whole period.
//! Who counts leaves out what may not be seen by anybody: restricted findings never get here.

use std::collections::HashSet;

use serde::Deserialize;
use thiserror::Error;

use crate::places;
use crate::words::{Lang, Messages, Text};

/// Days of the longest period: a leap year.
pub const DAYS_MAX: i64 = 366;
/// Provinces, operators, feeds. Their rows add up, so none can be left off; the audit's work grows with their square.
pub const ROWS_MAX: usize = 400;
/// Families and exposed services that are listed, the largest first; feeds can name any number of them.
pub const LISTED_MAX: usize = 100;
/// Families and exposed services that are looked at; that many of the largest counts still add up in 64 bits.
pub const GROUPS_MAX: usize = 10_000;
/// Letters of a code or name that comes from outside.
pub const NAME_LONGEST: usize = 200;
/// The largest count: more than all addresses of IPv4, and exact in every number format we write.
pub const COUNT_MAX: u64 = 1 << 40;

/// Everything one release is made of.
#[derive(Debug, Clone, Deserialize)]
pub struct Counts {
    /// The days counted.
    pub period: Period,
    /// Who publishes, on what terms.
    pub publisher: Publisher,
    /// Botnet addresses of the whole country.
    pub country: Country,
    /// Botnet addresses of each day.
    pub daily: Daily,
    /// Botnet addresses by malware family. An address may be in several.
    pub families: Breakdown,
    /// Botnet addresses by province: codes of the national list, `null` for unknown. Those not named have none.
    pub provinces: Breakdown,
    /// Botnet addresses by operator, `null` for unknown.
    pub isps: Breakdown,
    /// Addresses with an exposed service, by identifier. They count apart from botnets.
    pub exposed: Breakdown,
    /// How the feeds live; none is named.
    pub feeds: Feeds,
}

/// Whole days of the reporting zone, which is already applied.
#[derive(Debug, Clone, Deserialize)]
pub struct Period {
    /// First day, in days since 1970-01-01.
    pub first: i32,
    /// Last day, included.
    pub last: i32,
    /// Name of the reporting zone, for the reader.
    pub zone: String,
}

impl Period {
    /// Number of days.
    pub fn days(&self) -> u64 {
        u64::try_from(i64::from(self.last) - i64::from(self.first) + 1).unwrap_or(0)
    }
}

/// Who publishes, on what terms; configuration of the authority that runs the platform.
#[derive(Debug, Clone, Deserialize)]
pub struct Publisher {
    /// Its name.
    pub name: Text,
    /// The terms under which the files may be used again.
    pub licence: Text,
}

/// What a figure rests on.
#[derive(Debug, Clone, Deserialize)]
pub struct Basis {
    /// Key of the definition in `data/messages.toml`.
    pub definition: String,
    /// Version of the attribution.
    pub attribution: u32,
}

/// Distinct addresses, in both ways.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct Measure {
    /// Over the whole period.
    pub unique: u64,
    /// Those of each day, summed over the days.
    pub day_sum: u64,
}

/// The whole country.
#[derive(Debug, Clone, Deserialize)]
pub struct Country {
    /// What it rests on.
    pub basis: Basis,
    /// The counts.
    #[serde(flatten)]
    pub measure: Measure,
}

/// The series of days.
#[derive(Debug, Clone, Deserialize)]
pub struct Daily {
    /// What it rests on.
    pub basis: Basis,
    /// Day (since 1970-01-01) and addresses, in order. A day that is not there has no data: no feed delivered.
    pub days: Vec<(i32, u64)>,
}

/// Counts by a group.
#[derive(Debug, Clone, Deserialize)]
pub struct Breakdown {
    /// What it rests on.
    pub basis: Basis,
    /// One row for each group, in any order.
    pub rows: Vec<Row>,
}

/// One group.
#[derive(Debug, Clone, Deserialize)]
pub struct Row {
    /// Its code; none for *unknown*.
    pub code: Option<String>,
    /// Its name, if the code is not one.
    #[serde(default)]
    pub name: Option<Text>,
    /// IPv4 addresses that an operator announces.
    #[serde(default)]
    pub space: Option<u64>,
    /// The counts.
    #[serde(flatten)]
    pub measure: Measure,
}

/// How the feeds live, without their names.
#[derive(Debug, Clone, Deserialize)]
pub struct Feeds {
    /// What it rests on.
    pub basis: Basis,
    /// The state of each feed, in any order.
    pub states: Vec<FeedState>,
    /// How many feeds delivered for each day of the period.
    pub delivered: Vec<u32>,
}

/// The state of a feed, as the public is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FeedState {
    /// Delivers as usual.
    Well,
    /// Overdue.
    Late,
    /// Its volume is far off its usual.
    Off,
    /// It no longer sees a family it used to see.
    Silent,
    /// It has not delivered yet.
    Never,
}

impl FeedState {
    /// Every state, best first.
    pub const ALL: [Self; 5] = [Self::Well, Self::Late, Self::Off, Self::Silent, Self::Never];

    /// The word used in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Well => "well",
            Self::Late => "late",
            Self::Off => "off",
            Self::Silent => "silent",
            Self::Never => "never",
        }
    }
}

/// Why counts are not published. Whoever asked for them asks again, or mends how they are counted.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum BadCounts {
    /// No day, or more than [`DAYS_MAX`].
    #[error("count over {0} days")]
    Period(i64),
    /// A list that is too long, with its name and length.
    #[error("take {1} rows of {0}")]
    TooMany(&'static str, usize),
    /// A day outside of the period, or out of order.
    #[error("place day {0} in the period")]
    Day(i32),
    /// A group that is there twice, is no province, or has an endless name.
    #[error("tell apart {1:?} among {0}")]
    Group(&'static str, String),
    /// A definition that no text has.
    #[error("find the definition {0:?}")]
    Definition(String),
    /// Counts that cannot all be true: what disagrees with the country's.
    #[error("make {0} agree with the country")]
    Contradiction(&'static str),
    /// No choice of cells to leave out keeps the small ones unknown.
    #[error("hide the small cells")]
    Unprotected,
}

impl Counts {
    /// Whether the counts can all be true of one country.
    ///
    /// # Errors
    /// The first thing that cannot.
    pub fn check(&self) -> Result<(), BadCounts> {
        let days = i64::from(self.period.last) - i64::from(self.period.first) + 1;
        if !(1..=DAYS_MAX).contains(&days) {
            return Err(BadCounts::Period(days));
        }
        let country = self.country.measure;
        self.check_measure("country", country)?;
        self.check_days()?;
        for (name, breakdown) in self.breakdowns() {
            self.check_breakdown(name, breakdown)?;
            let covers = |of: fn(&Measure) -> u64| breakdown.rows.iter().map(|row| of(&row.measure)).sum::<u64>();
            let inside = |row: &Row| {
                row.measure.unique <= country.unique && row.measure.day_sum <= country.day_sum || name == "exposed"
            };
            let whole = covers(|m| m.unique) >= country.unique && covers(|m| m.day_sum) >= country.day_sum;
            if !breakdown.rows.iter().all(inside) || !(whole || name == "exposed") {
                return Err(BadCounts::Contradiction(name));
            }
        }
        self.check_feeds(days)
    }

    fn breakdowns(&self) -> [(&'static str, &Breakdown); 4] {
        [("families", &self.families), ("provinces", &self.provinces), ("isps", &self.isps), ("exposed", &self.exposed)]
    }

    fn check_days(&self) -> Result<(), BadCounts> {
        known(&self.daily.basis)?;
        known(&self.country.basis)?;
        let mut next = i64::from(self.period.first);
        for (day, _) in &self.daily.days {
            if i64::from(*day) < next || *day > self.period.last {
                return Err(BadCounts::Day(*day));
            }
            next = i64::from(*day) + 1;
        }
        let country = self.country.measure;
        let counts = || self.daily.days.iter().map(|(_, addresses)| *addresses);
        if counts().any(|addresses| addresses > country.unique) || counts().sum::<u64>() != country.day_sum {
            return Err(BadCounts::Contradiction("daily"));
        }
        Ok(())
    }

    /// An address of the period was there on at least one day and at most on all.
    fn check_measure(&self, name: &'static str, Measure { unique, day_sum }: Measure) -> Result<(), BadCounts> {
        let fits = unique <= COUNT_MAX && unique <= day_sum && day_sum <= unique * self.period.days();
        if fits { Ok(()) } else { Err(BadCounts::Contradiction(name)) }
    }

    fn check_breakdown(&self, name: &'static str, breakdown: &Breakdown) -> Result<(), BadCounts> {
        known(&breakdown.basis)?;
        let most = if matches!(name, "families" | "exposed") { GROUPS_MAX } else { ROWS_MAX };
        if breakdown.rows.len() > most {
            return Err(BadCounts::TooMany(name, breakdown.rows.len()));
        }
        let mut seen = HashSet::new();
        for row in &breakdown.rows {
            let code = row.code.as_deref();
            let is_place = name != "provinces" || code.is_none_or(|code| places::place(code).is_some());
            let short = code.is_none_or(|code| !code.is_empty() && code.len() <= NAME_LONGEST)
                && row.name.iter().all(|name| name.vi.len() <= NAME_LONGEST && name.en.len() <= NAME_LONGEST);
            if !seen.insert(code) || !is_place || !short {
                return Err(BadCounts::Group(name, code.unwrap_or_default().to_owned()));
            }
            self.check_measure(name, row.measure)?;
        }
        Ok(())
    }

    fn check_feeds(&self, days: i64) -> Result<(), BadCounts> {
        known(&self.feeds.basis)?;
        let (states, delivered) = (self.feeds.states.len(), &self.feeds.delivered);
        if states > ROWS_MAX {
            return Err(BadCounts::TooMany("feeds", states));
        }
        let fits = delivered.iter().all(|feeds| usize::try_from(*feeds).is_ok_and(|feeds| feeds <= states));
        if i64::try_from(delivered.len()) != Ok(days) || !fits {
            return Err(BadCounts::Contradiction("feeds"));
        }
        Ok(())
    }
}

fn known(basis: &Basis) -> Result<(), BadCounts> {
    if Messages::of(Lang::Vi).has(&basis.definition) {
        Ok(())
    } else {
        Err(BadCounts::Definition(basis.definition.clone()))
    }
}
