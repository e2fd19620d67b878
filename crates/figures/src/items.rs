//! The cells of a release and every relation between them.
//!
//! An item is one group of one table with its two counts, which are shown or left out together, because
//! `unique ≤ day_sum ≤ days × unique` binds them. Whatever else is published of it – its mean per day, its tile, its rate
//! per 100 000 addresses – is made of the same two, so that means times days and rates times space tell no more.
//! What adds up and what does not:
//!
//! * the days add up to the country's sum of days, always (and so to its mean);
//! * provinces and operators, *unknown* among them, add up to the country but for the few addresses that changed hands
//!   within the period. We suppose that the reader knows exactly how many those are;
//! * families do **not** add up: an address may be in several. They cover the country, if all are listed;
//! * distinct addresses of the period are no sum of days: at least those of the largest day, at most those of all days;
//! * exposed services count apart, have no total here, and share no sum with anything: they need no item.

use crate::audit::System;
use crate::counts::Measure;
use crate::rule::Rule;

/// Which table an item stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// The whole country: the total of every other table.
    Country,
    /// One day; both of its counts are the same.
    Day,
    /// A malware family.
    Family,
    /// A province, or *unknown*.
    Province,
    /// An operator, or *unknown*.
    Isp,
}

impl Part {
    /// The tables whose parts add up to the country.
    pub(crate) const SUMS: [Self; 3] = [Self::Day, Self::Province, Self::Isp];

    /// Days over which an item's mean is taken.
    pub(crate) fn days(self, of_period: u64) -> u64 {
        if self == Self::Day { 1 } else { of_period }
    }

    /// Whether a group is listed even if nothing was counted: then *not shown* may be nought.
    fn is_always_listed(self) -> bool {
        matches!(self, Self::Country | Self::Day | Self::Province)
    }
}

/// What becomes of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It is shown.
    Shown,
    /// It is under the limit.
    Under,
    /// It could be shown, but would tell one that may not.
    Withheld,
}

/// One item.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Item {
    /// Its table.
    pub(crate) part: Part,
    /// Its true counts.
    pub(crate) measure: Measure,
    /// What becomes of it.
    pub(crate) fate: Fate,
}

/// Which of the two counts.
type Of = fn(&Measure) -> u64;
const COUNTS: [Of; 2] = [|m| m.unique, |m| m.day_sum];

/// An item's two unknowns: its distinct addresses and its sum of days.
type Unknowns = Option<[usize; 2]>;

/// What the reader knows of the items that are not shown. Also the item of each unknown.
pub(crate) fn system(items: &[Item], days: u64, rule: &Rule) -> (System, Vec<usize>) {
    let mut room = Room { items, days, system: System::default(), unknowns: Vec::new() };
    let mut owners = Vec::new();
    for (at, item) in items.iter().enumerate() {
        let unknowns = (item.fate != Fate::Shown).then(|| COUNTS.map(|of| room.system.unknown(of(&item.measure))));
        owners.extend(unknowns.iter().flat_map(|_| [at, at]));
        room.unknowns.push(unknowns);
    }
    (0..items.len()).for_each(|at| room.alone(at, rule));
    Part::SUMS.into_iter().for_each(|part| room.sum(part));
    room.cover();
    room.within();
    (room.system, owners)
}

struct Room<'i> {
    items: &'i [Item],
    days: u64,
    system: System,
    unknowns: Vec<Unknowns>,
}

impl Room<'_> {
    /// What the rule and its two counts say of one item.
    fn alone(&mut self, at: usize, rule: &Rule) {
        let (item, Some([unique, day_sum])) = (self.items[at], self.unknowns[at]) else { return };
        let (limit, days) = (signed(rule.limit), signed(item.part.days(self.days)));
        match item.fate {
            Fate::Under => {
                self.system.at_most(vec![(day_sum, 1)], limit * days - 1);
                self.system.at_least(vec![(unique, 1)], i64::from(!item.part.is_always_listed()));
            }
            _ => self.system.at_least(vec![(day_sum, 1)], limit * days),
        }
        self.system.at_most(vec![(unique, 1), (day_sum, -1)], 0);
        self.system.at_most(vec![(day_sum, 1), (unique, -days)], 0);
    }

    /// The parts add up to the country: exactly, but for a number of addresses that the reader may know.
    fn sum(&mut self, part: Part) {
        let counts = if part == Part::Day { 1..2 } else { 0..2 };
        for which in counts {
            let (terms, shown) = self.difference(part, which);
            if self.items.iter().any(|item| item.part == part) {
                let overlap = signed(self.total(part, which)) - signed(self.country(which));
                self.system.equal(terms, overlap - shown);
            }
        }
    }

    /// Families cover the country, and days cover its distinct addresses.
    fn cover(&mut self) {
        for (part, which) in [(Part::Family, 0), (Part::Family, 1), (Part::Day, 0)] {
            // A list cut at its longest may cover less; then it says nothing, no more than one that is kept empty.
            let is_listed = self.items.iter().any(|item| item.part == part);
            if is_listed && self.total(part, which) >= self.country(which) {
                let (terms, shown) = self.difference(part, which);
                self.system.at_least(terms, -shown);
            }
        }
    }

    /// No part is more than the country.
    fn within(&mut self) {
        for (at, item) in self.items.iter().enumerate() {
            if item.part == Part::Country {
                continue;
            }
            for which in 0..2 {
                let part = self.term(at, which, 1);
                let country = self.term(0, which, -1);
                let shown = part.1 + country.1;
                let terms: Vec<(usize, i64)> = part.0.into_iter().chain(country.0).collect();
                self.system.at_most(terms, -shown);
            }
        }
    }

    /// Σ parts − country: the unknown terms, and the sum of what is shown.
    fn difference(&self, part: Part, which: usize) -> (Vec<(usize, i64)>, i64) {
        let parts = (0..self.items.len()).filter(|at| self.items[*at].part == part).map(|at| (at, 1));
        let (mut terms, mut shown) = (Vec::new(), 0);
        for (at, by) in parts.chain([(0, -1)]) {
            let (term, value) = self.term(at, which, by);
            terms.extend(term);
            shown += value;
        }
        (terms, shown)
    }

    /// A count of an item: an unknown term, or the value that is shown.
    fn term(&self, at: usize, which: usize, by: i64) -> (Option<(usize, i64)>, i64) {
        match self.unknowns[at] {
            Some(unknowns) => (Some((unknowns[which], by)), 0),
            None => (None, by * signed(COUNTS[which](&self.items[at].measure))),
        }
    }

    fn total(&self, part: Part, which: usize) -> u64 {
        self.items.iter().filter(|item| item.part == part).map(|item| COUNTS[which](&item.measure)).sum()
    }

    /// The country is the first item.
    fn country(&self, which: usize) -> u64 {
        self.items.first().map_or(0, |country| COUNTS[which](&country.measure))
    }
}

/// Counts are at most 2⁴⁰, and sums of them far below 2⁶³.
fn signed(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
