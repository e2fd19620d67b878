//! A release: the counts of a period without what may not be seen.
//!
//! One release is audited as a whole: every table and file of it together. Publish closed periods, each once: releases
//! of windows that slide by a day would tell, between them, what each of them leaves out.

use std::cmp::Reverse;

use crate::counts::{BadCounts, Basis, Breakdown, Counts, Feeds, LISTED_MAX, Measure, Period, Publisher, Row};
use crate::front::Front;
use crate::items::{Fate, Item, Part};
use crate::number::ratio_tenths;
use crate::rule::Rule;
use crate::suppress::suppress;
use crate::words::{Lang, Text};
use crate::{places, sections};

/// Addresses per this many of an operator's own.
pub(crate) const PER: u128 = 100_000;

/// A count that may be published, or why it is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cell<T> {
    /// It is shown.
    Shown(T),
    /// Its mean per day is under the limit.
    Under,
    /// It is not, but would tell one that is.
    Withheld,
}

impl<T: Copy> Cell<T> {
    /// The count, if it is shown.
    pub fn shown(&self) -> Option<T> {
        match self {
            Self::Shown(count) => Some(*count),
            _ => None,
        }
    }

    /// The same for a number beside the mean: that it is not shown, and not what the mean is under.
    pub(crate) fn beside_mean(self) -> Self {
        match self {
            Self::Under => Self::Withheld,
            other => other,
        }
    }

    fn of(item: &Item, count: impl FnOnce(Measure) -> T) -> Self {
        match item.fate {
            Fate::Shown => Self::Shown(count(item.measure)),
            Fate::Under => Self::Under,
            Fate::Withheld => Self::Withheld,
        }
    }
}

/// One day of the series.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dated {
    /// Day since 1970-01-01.
    pub day: i32,
    /// Distinct addresses; none if there are no data.
    pub addresses: Option<Cell<u64>>,
}

/// One group of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Its code; none for *unknown*.
    pub code: Option<String>,
    /// Its name, if the code is not one.
    pub name: Option<Text>,
    /// IPv4 addresses of an operator.
    pub space: Option<u64>,
    /// Its counts.
    pub cell: Cell<Measure>,
}

/// A table. Groups that are shown come first, largest first; the others by code, so that their place tells nothing.
#[derive(Debug, Clone)]
pub struct Table {
    /// What it rests on.
    pub basis: Basis,
    /// Its groups.
    pub lines: Vec<Line>,
    /// Groups left off because the list is long.
    pub more: usize,
}

/// A release.
#[derive(Debug, Clone)]
pub struct Picture {
    /// The rule it was made by.
    pub rule: Rule,
    /// Its days.
    pub period: Period,
    /// Who publishes it.
    pub publisher: Publisher,
    /// What the country's counts rest on.
    pub country_basis: Basis,
    /// The country.
    pub country: Cell<Measure>,
    /// What the series rests on.
    pub daily_basis: Basis,
    /// Every day of the period.
    pub daily: Vec<Dated>,
    /// Malware families.
    pub families: Table,
    /// Provinces, all 34, and *unknown*.
    pub provinces: Table,
    /// Operators, by their addresses per 100 000 of their own.
    pub isps: Table,
    /// Exposed services.
    pub exposed: Table,
    /// The feeds.
    pub feeds: Feeds,
}

impl Picture {
    /// Leaves out what may not be seen.
    ///
    /// # Errors
    /// Counts that cannot be true together, or that no choice of cells protects: then nothing is published.
    pub fn of(counts: &Counts, rule: &Rule) -> Result<Self, BadCounts> {
        counts.check()?;
        let days = counts.period.days();
        let small = rule.is_small(counts.country.measure, days);
        let (families, more_families) = listed(&counts.families, small, days, rule);
        let (exposed, more_exposed) = listed(&counts.exposed, false, days, rule);
        let (isps, provinces) = (counted(&counts.isps, small), all_provinces(&counts.provinces));
        let items = fates(counts, [&families, &provinces, &isps], rule)?;
        let mut fated = items.iter();
        let country = fated.next().map_or(Cell::Withheld, |item| Cell::of(item, |measure| measure));
        let daily = series(counts, &mut fated);
        let mut table = |basis: &Basis, rows: Vec<Row>, more| {
            let cells = fated.by_ref().take(rows.len()).map(|item| Cell::of(item, |measure| measure));
            let lines = rows.into_iter().zip(cells).map(line).collect();
            sorted(Table { basis: basis.clone(), lines, more }, by_day_sum)
        };
        let families = table(&counts.families.basis, families, more_families);
        let provinces = table(&counts.provinces.basis, provinces, 0);
        let isps = table(&counts.isps.basis, isps, 0);
        Ok(Self {
            rule: *rule,
            period: counts.period.clone(),
            publisher: counts.publisher.clone(),
            country_basis: counts.country.basis.clone(),
            country,
            daily_basis: counts.daily.basis.clone(),
            daily,
            families,
            provinces,
            isps: sorted(isps, |line| Reverse(line.per_space(days))),
            exposed: apart(&counts.exposed.basis, exposed, more_exposed, |measure| rule.is_small(measure, days)),
            feeds: counts.feeds.clone(),
        })
    }

    /// The release in a language: sections in order and the files behind them.
    pub fn render(&self, lang: Lang) -> Front {
        sections::front(self, lang)
    }
}

impl Line {
    /// Tenths of the mean per day for each 100 000 addresses of an operator's own.
    pub(crate) fn per_space(&self, days: u64) -> Option<u64> {
        let (measure, space) = (self.cell.shown()?, self.space.filter(|space| *space > 0)?);
        Some(ratio_tenths(u128::from(measure.day_sum) * PER, u128::from(days) * u128::from(space)))
    }
}

/// What becomes of the country, of each day, and of each row of the tables, in this order.
fn fates(counts: &Counts, tables: [&[Row]; 3], rule: &Rule) -> Result<Vec<Item>, BadCounts> {
    let item = |part: Part, measure: Measure| Item { part, measure, fate: Fate::Shown };
    let mut items = vec![item(Part::Country, counts.country.measure)];
    let day = |(_, n): &(i32, u64)| item(Part::Day, Measure { unique: *n, day_sum: *n });
    items.extend(counts.daily.days.iter().map(day));
    for (part, rows) in [Part::Family, Part::Province, Part::Isp].into_iter().zip(tables) {
        items.extend(rows.iter().map(|row| item(part, row.measure)));
    }
    suppress(&mut items, counts.period.days(), rule)?;
    Ok(items)
}

fn series<'i>(counts: &Counts, items: &mut impl Iterator<Item = &'i Item>) -> Vec<Dated> {
    let mut counted = counts.daily.days.iter().map(|(day, _)| *day).peekable();
    let period = counts.period.first..=counts.period.last;
    period
        .map(|day| {
            let item = counted.next_if_eq(&day).and_then(|_| items.next());
            Dated { day, addresses: item.map(|item| Cell::of(item, |measure| measure.unique)) }
        })
        .collect()
}

/// Groups in which anything was counted; of a country under the limit none, because their names alone would tell.
fn counted(breakdown: &Breakdown, country_is_small: bool) -> Vec<Row> {
    let rows = breakdown.rows.iter().filter(|row| row.measure.unique > 0 && !country_is_small);
    rows.cloned().collect()
}

/// The largest groups, and how many there are besides. Those under the limit are chosen by code: to be listed or not would
/// tell which of them is larger.
fn listed(breakdown: &Breakdown, country_is_small: bool, days: u64, rule: &Rule) -> (Vec<Row>, usize) {
    let mut rows = counted(breakdown, country_is_small);
    let size = |row: &Row| Some(row.measure.unique).filter(|_| !rule.is_small(row.measure, days));
    rows.sort_by(|a, b| size(b).cmp(&size(a)).then_with(|| a.code.cmp(&b.code)));
    let more = rows.len().saturating_sub(LISTED_MAX);
    rows.truncate(LISTED_MAX);
    (rows, more)
}

/// Every province, and *unknown*, those without a row with nought.
fn all_provinces(breakdown: &Breakdown) -> Vec<Row> {
    let codes = places::places().iter().map(|place| Some(place.code.as_str())).chain([None]);
    let row = |code: Option<&str>| {
        let measure = breakdown.rows.iter().find(|row| row.code.as_deref() == code).map(|row| row.measure);
        let measure = measure.unwrap_or(Measure { unique: 0, day_sum: 0 });
        let name = code.and_then(places::place).map(|place| place.name.clone());
        Row { code: code.map(str::to_owned), name, space: None, measure }
    };
    codes.map(row).collect()
}

/// A table that shares no sum with anything.
fn apart(basis: &Basis, rows: Vec<Row>, more: usize, is_small: impl Fn(Measure) -> bool) -> Table {
    let cell = |row: &Row| if is_small(row.measure) { Cell::Under } else { Cell::Shown(row.measure) };
    let lines = rows.into_iter().map(|row| (cell(&row), row)).map(|(cell, row)| line((row, cell))).collect();
    sorted(Table { basis: basis.clone(), lines, more }, by_day_sum)
}

fn line((row, cell): (Row, Cell<Measure>)) -> Line {
    Line { code: row.code, name: row.name, space: row.space, cell }
}

fn by_day_sum(line: &Line) -> Reverse<u64> {
    Reverse(line.cell.shown().map_or(0, |measure| measure.day_sum))
}

/// Shown before not shown, *unknown* last of each, then by a key, then by code.
fn sorted<K: Ord>(mut table: Table, key: impl Fn(&Line) -> K) -> Table {
    table.lines.sort_by_cached_key(|line| {
        let shown = line.cell.shown().is_some();
        (!shown, line.code.is_none(), shown.then(|| key(line)), line.code.clone())
    });
    table
}
