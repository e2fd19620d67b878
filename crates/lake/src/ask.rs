//! The questions: events, counts, an owner's list, how a feed lives.
//!
//! Days are numbers of the reporting zone, ranges half open. Every answer that names an owner is by the
//! attribution version of the [`Attributor`] it is asked with.

use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_array::cast::AsArray;
use arrow_array::types::{Int32Type, Int64Type, TimestampMicrosecondType};
use constituency::Attributor;
use event::json::text_at;
use event::rules::Kind;
use event::schema::OBSERVED;
use event::subject::Subject;
use event::time::day_text;
use event::tlp::Tlp;

use crate::fold::KEY;
pub use crate::scan::Gaps;
use crate::session::{date, quoted};
use crate::sighting::Sample;
use crate::{Lake, LakeError};

/// Which rows are meant.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// First day.
    pub since: Option<i32>,
    /// The day after the last.
    pub until: Option<i32>,
    /// One subject.
    pub subject: Option<Subject>,
    /// Only these kinds; empty for all.
    pub kinds: Vec<Kind>,
    /// Only this family.
    pub family: Option<String>,
    /// None of these families.
    pub not_families: Vec<String>,
    /// Only this feed.
    pub feed: Option<String>,
    /// The autonomous system the feed gave.
    pub asn: Option<u32>,
    /// Owned by one of these organisations.
    pub organisations: Vec<String>,
    /// Carried by one of these operators.
    pub isps: Vec<String>,
    /// Address ranges outside of which nothing can match, first and last; empty for no bound.
    pub ranges: Vec<(u128, u128)>,
    /// At most so many rows.
    pub limit: Option<u64>,
}

/// The columns that are called differently in the two tables.
struct Names {
    high: &'static str,
    low: &'static str,
    asn: &'static str,
    owner: &'static str,
}

const OF_EVENTS: Names = Names {
    high: "source_ip_hi",
    low: "source_ip_lo",
    asn: "source_asn",
    owner: "owner(source_ip_hi, source_ip_lo, subject_kind, \
            coalesce(source_account, source_url, source_fqdn), day, source_asn, feed_place)",
};

const OF_SIGHTINGS: Names = Names {
    high: "ip_hi",
    low: "ip_lo",
    asn: "feed_asn",
    owner: "owner(ip_hi, ip_lo, subject_kind, subject, day, feed_asn, feed_place)",
};

/// Ranges that are pushed down one by one; more become one range around them all.
const RANGES_MAX: usize = 64;

impl Filter {
    /// The conditions that need no owner.
    fn plain(&self, names: &Names) -> Vec<String> {
        let mut conditions = Vec::new();
        conditions.extend(self.since.map(|day| format!("day >= {}", date(day))));
        conditions.extend(self.until.map(|day| format!("day < {}", date(day))));
        conditions.extend(self.subject.as_ref().map(|subject| subject_is(subject, names)));
        conditions.extend(self.family.as_ref().map(|family| format!("family = {}", quoted(family))));
        conditions.extend(self.feed.as_ref().map(|feed| format!("feed = {}", quoted(feed))));
        conditions.extend(self.asn.map(|asn| format!("{} = {asn}", names.asn)));
        if !self.not_families.is_empty() {
            let listed = one_of("family", self.not_families.iter().map(String::as_str));
            conditions.push(format!("(family IS NULL OR NOT {listed})"));
        }
        if !self.kinds.is_empty() {
            conditions.push(one_of("kind", self.kinds.iter().map(|kind| kind.name())));
        }
        if !self.ranges.is_empty() {
            conditions.push(in_ranges(&self.ranges, names));
        }
        conditions
    }

    /// The address, if nothing but it and days is asked for.
    fn only_address(&self) -> Option<u128> {
        let Self { subject, kinds, family, not_families, feed, asn, ranges, .. } = self;
        let is_alone = kinds.is_empty() && family.is_none() && not_families.is_empty() && feed.is_none();
        match subject {
            Some(Subject::Address(ip)) if is_alone && asn.is_none() && ranges.is_empty() => {
                Some(event::address::to_bits(*ip))
            }
            _ => None,
        }
    }

    pub(crate) fn names_owner(&self) -> bool {
        !self.organisations.is_empty() || !self.isps.is_empty()
    }

    fn owned(&self) -> Vec<String> {
        let mut conditions = Vec::new();
        if !self.organisations.is_empty() {
            conditions.push(one_of("o['organisation']", self.organisations.iter().map(String::as_str)));
        }
        if !self.isps.is_empty() {
            conditions.push(one_of("o['isp']", self.isps.iter().map(String::as_str)));
        }
        conditions
    }
}

fn one_of<'t>(column: &str, texts: impl Iterator<Item = &'t str>) -> String {
    let list: Vec<String> = texts.map(quoted).collect();
    format!("{column} IN ({})", list.join(", "))
}

fn subject_is(subject: &Subject, names: &Names) -> String {
    match subject {
        Subject::Address(ip) => {
            let (high, low) = event::address::halves(event::address::to_bits(*ip));
            format!("{} = {high} AND {} = {low}", names.high, names.low)
        }
        Subject::Account(text) | Subject::Url(text) | Subject::Name(text) if names.high == "ip_hi" => {
            format!("subject_kind = {} AND subject = {}", quoted(subject.kind()), quoted(text))
        }
        Subject::Account(text) => format!("source_account = {}", quoted(text)),
        Subject::Url(text) => format!("source_url = {}", quoted(text)),
        Subject::Name(text) => format!("source_fqdn = {}", quoted(text)),
    }
}

fn in_ranges(ranges: &[(u128, u128)], names: &Names) -> String {
    let around = |part: &[(u128, u128)]| Some((part.iter().map(|r| r.0).min()?, part.iter().map(|r| r.1).max()?));
    let step = ranges.len().div_ceil(RANGES_MAX).max(1);
    let parts: Vec<String> = ranges.chunks(step).filter_map(around).map(|range| in_range(range, names)).collect();
    format!("({} IS NULL OR {})", names.high, parts.join(" OR "))
}

fn in_range((first, last): (u128, u128), names: &Names) -> String {
    let ((high_a, low_a), (high_b, low_b)) = (event::address::halves(first), event::address::halves(last));
    let (high, low) = (names.high, names.low);
    if high_a == high_b {
        format!("({high} = {high_a} AND {low} BETWEEN {low_a} AND {low_b})")
    } else {
        format!("({high} BETWEEN {high_a} AND {high_b})")
    }
}

fn all(conditions: &[String]) -> String {
    if conditions.is_empty() { "TRUE".to_owned() } else { conditions.join(" AND ") }
}

/// What numbers are counted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// The whole country.
    Total,
    /// Malware family.
    Family,
    /// Kind of finding.
    Kind,
    /// Operator.
    Isp,
    /// Autonomous system the feed gave.
    Asn,
    /// Organisation.
    Organisation,
    /// Province.
    Place,
    /// The classification's identifier.
    Identifier,
    /// Day.
    Day,
    /// Feed.
    Feed,
}

/// One line of a count.
#[derive(Debug, Clone, PartialEq)]
pub struct Count {
    /// The group's code; `None` is *unknown*.
    pub group: Option<String>,
    /// The code of the part of the group, of counts by two; `None` is *unknown*, or not asked for.
    pub part: Option<String>,
    /// Distinct subjects over the whole period.
    pub unique: i64,
    /// Distinct subjects per day, mean over all days of the period.
    pub mean_per_day: f64,
    /// Events.
    pub events: i64,
}

/// What a feed saw of an address, over some days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen<'b> {
    /// The address.
    pub bits: u128,
    /// What it means.
    pub kind: Kind,
    /// The family, or the finding's identifier; empty if there is neither.
    pub what: &'b str,
    /// The feed.
    pub feed: &'b str,
    /// The most restrictive mark.
    pub mark: Option<Tlp>,
    /// First day.
    pub first: i32,
    /// Last day.
    pub last: i32,
    /// Days with a sighting.
    pub days: u32,
}

/// One finding of an owner's list, with what went before.
#[derive(Debug, Clone, PartialEq)]
pub struct Listed {
    /// The subject.
    pub subject: String,
    /// Port of an exposed service.
    pub port: Option<i32>,
    /// Transport of an exposed service.
    pub transport: String,
    /// Kind of the finding.
    pub kind: String,
    /// Malware family.
    pub family: String,
    /// Classification identifier.
    pub identifier: String,
    /// Earliest and latest time of the month (of the month before, if gone).
    pub first: i64,
    /// Latest time.
    pub last: i64,
    /// Events in the month.
    pub count: i64,
    /// Days of the month on which it was seen.
    pub days: i64,
    /// Days of the month before.
    pub days_before: i64,
    /// Whether it was seen before that.
    pub earlier: bool,
    /// Operator, organisation, province, flags: the newest.
    pub isp: String,
    /// Organisation.
    pub organisation: String,
    /// Province code.
    pub place: String,
    /// `shared dynamic static`.
    pub flags: String,
    /// Feeds that saw it.
    pub feeds: String,
    /// Some contacts: time and source port.
    pub samples: Vec<Sample>,
}

/// The month of a list and the one before it.
#[derive(Debug, Clone, Copy)]
pub struct Months {
    /// First day of the month before.
    pub before: i32,
    /// First day of the month.
    pub from: i32,
    /// The day after its last.
    pub to: i32,
}

/// Counts of a feed and family on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedDay {
    /// The feed.
    pub feed: String,
    /// Malware family, if any.
    pub family: Option<String>,
    /// Day of the reporting zone.
    pub day: i32,
    /// Events.
    pub events: i64,
    /// Latest event.
    pub last: i64,
}

impl Lake {
    /// Events, in the order of the table, in the columns of [`event::json`].
    ///
    /// # Errors
    /// The query's, or that of `each`.
    pub fn events<E: From<LakeError>>(
        &self,
        attributor: &Arc<Attributor>,
        filter: &Filter,
        mut each: impl FnMut(RecordBatch) -> Result<(), E>,
    ) -> Result<(), E> {
        if filter.subject.is_some() || filter.limit.is_some() {
            return self.events_of(attributor, filter, each);
        }
        // Day after day, as they are ordered: a sort of many days does not fit into the memory of a query.
        let asked = filter.since.unwrap_or(i32::MIN)..filter.until.unwrap_or(i32::MAX);
        for day in self.days()?.into_iter().filter(|day| asked.contains(day)) {
            let of_day = Filter { since: Some(day), until: Some(day + 1), ..filter.clone() };
            self.events_of(attributor, &of_day, &mut each)?;
        }
        Ok(())
    }

    fn events_of<E: From<LakeError>>(
        &self,
        attributor: &Arc<Attributor>,
        filter: &Filter,
        each: impl FnMut(RecordBatch) -> Result<(), E>,
    ) -> Result<(), E> {
        let observed: Vec<&str> =
            OBSERVED.fields().iter().map(|field| field.name().as_str()).filter(|name| *name != "row").collect();
        let ours = "feed AS feed_name, time_observation, day AS haidang_day, seq AS haidang_file, row AS haidang_row, \
                    report AS haidang_report, kind AS haidang_kind, family AS haidang_family, isp AS haidang_isp, \
                    isp_source AS haidang_isp_source, organisation AS haidang_organisation, place AS haidang_place, place_source AS haidang_place_source, \
                    constituency AS haidang_constituency, mark AS haidang_tlp";
        let conditions = filter.plain(&OF_EVENTS);
        let source = if filter.names_owner() {
            let (owner, plain, owned) = (OF_EVENTS.owner, all(&conditions), all(&filter.owned()));
            format!("(SELECT * FROM (SELECT *, {owner} AS o FROM events WHERE {plain}) WHERE {owned})")
        } else {
            format!("(SELECT * FROM events WHERE {})", all(&conditions))
        };
        let limit = filter.limit.map_or_else(String::new, |limit| format!(" LIMIT {limit}"));
        let sql = format!(
            "SELECT {}, {ours} FROM {source} ORDER BY day, source_ip_hi, source_ip_lo, time_source, seq, row{limit}",
            observed.join(", ")
        );
        self.stream(Some(attributor), &sql, each)
    }

    /// Counts by a group, largest first, days in their order. `days` is the length of the period, for the mean.
    ///
    /// # Errors
    /// The query's.
    pub fn count(
        &self,
        attributor: &Arc<Attributor>,
        filter: &Filter,
        by: By,
        days: i32,
    ) -> Result<Vec<Count>, LakeError> {
        self.counts(attributor, filter, (by, None), days)
    }

    /// Every sighting of a filter as it lies in the table; all of an address in no order, others by day.
    ///
    /// # Errors
    /// The query's.
    pub fn sightings(&self, attributor: &Arc<Attributor>, filter: &Filter) -> Result<Vec<RecordBatch>, LakeError> {
        let (found, gaps) = self.sightings_left(attributor, filter)?;
        let missing = |day: &i32| std::io::Error::other(format!("sightings of {} are missing", day_text(*day)));
        gaps.first().map_or(Ok(found), |day| Err(self.blamed(missing(day).into())))
    }

    /// The same; of an address also when files are damaged: days of which something may be missing are told beside it.
    ///
    /// # Errors
    /// The query's.
    pub fn sightings_left(
        &self,
        attributor: &Arc<Attributor>,
        filter: &Filter,
    ) -> Result<(Vec<RecordBatch>, Gaps), LakeError> {
        if let Some(bits) = filter.only_address() {
            return self.find(bits, &(filter.since.unwrap_or(i32::MIN)..filter.until.unwrap_or(i32::MAX)));
        }
        let sql =
            format!("SELECT * FROM sightings WHERE {} ORDER BY {}", all(&filter.plain(&OF_SIGHTINGS)), KEY.join(", "));
        Ok((self.query(Some(attributor), &sql)?, Gaps::new()))
    }

    /// What each feed brought on each day since `since`, by family.
    ///
    /// # Errors
    /// The query's.
    pub fn feed_days(&self, since: i32) -> Result<Vec<FeedDay>, LakeError> {
        let sql = format!(
            "SELECT feed, family, CAST(day AS INT) AS on_day, sum(count), max(last) FROM sightings WHERE day >= {} \
             GROUP BY feed, family, day ORDER BY feed, family, day",
            date(since)
        );
        let mut days = Vec::new();
        for batch in self.query(None, &sql)? {
            for row in 0..batch.num_rows() {
                days.push(FeedDay {
                    feed: text(&batch, 0, row),
                    family: text_at(batch.column(1).as_ref(), row).map(str::to_owned),
                    day: batch.column(2).as_primitive::<Int32Type>().value(row),
                    events: batch.column(3).as_primitive::<Int64Type>().value(row),
                    last: batch.column(4).as_primitive::<TimestampMicrosecondType>().value(row),
                });
            }
        }
        Ok(days)
    }

    /// Events of every report after a number, by its number.
    ///
    /// # Errors
    /// The query's.
    pub fn events_per_report(&self, after: i64) -> Result<Vec<(i64, i64)>, LakeError> {
        let sql = format!("SELECT seq, count(*) FROM events WHERE seq > {after} GROUP BY seq ORDER BY seq");
        let batches = self.query(None, &sql)?;
        let rows = |batch: &RecordBatch| {
            let column = |at: usize| batch.column(at).as_primitive::<Int64Type>().values().to_vec();
            column(0).into_iter().zip(column(1))
        };
        Ok(batches.iter().flat_map(rows).collect())
    }
}

fn text(batch: &RecordBatch, column: usize, row: usize) -> String {
    text_at(batch.column(column).as_ref(), row).unwrap_or_default().to_owned()
}
