//! A finding of a list as it is added up, and how findings, words and feeds are numbered meanwhile.

use constituency::{Attributor, OrgId, Owner};
use rustc_hash::FxHashMap;

use crate::parts::Part;
use crate::scan::{Coded, Numbered, Rows};
use crate::schema::SAMPLES_MAX;
use crate::sighting::Sample;

/// Findings that a part may have, some 300 bytes each, to the rows that the lake holds at once; with more it is cut in two.
const FINDINGS_FACTOR: usize = 2;
/// The columns of words of a finding.
const WORDS: [&str; 4] = ["kind", "family", "identifier", "transport"];
/// No word, no text, no port.
pub(super) const NONE: u32 = u32::MAX;

/// An address, or the number of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Subject {
    pub(super) bits: (u64, u64),
    /// [`NONE`] for an address.
    pub(super) text: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Key {
    pub(super) subject: Subject,
    pub(super) finding: u32,
    pub(super) list: u32,
}

/// What was found: the numbers of its [`WORDS`], and the port of an exposed service. Two numbers, because it is looked up
/// for every row: parts written one by one and read together would be waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Finding {
    words: u128,
    port: i64,
}

impl Finding {
    fn of(words: [u32; WORDS.len()], port: Option<i32>) -> Self {
        let words = words.into_iter().fold(0, |all, word| all << u32::BITS | u128::from(word));
        Self { words, port: port.map_or(i64::MAX, i64::from) }
    }

    pub(super) fn words(self) -> [u32; WORDS.len()] {
        std::array::from_fn(|at| (self.words >> (u32::BITS as usize * (WORDS.len() - 1 - at))) as u32)
    }

    pub(super) fn port(self) -> Option<i32> {
        i32::try_from(self.port).ok()
    }
}

/// The columns of findings.
pub(super) struct FindingColumns<'b> {
    words: [(Coded<'b>, Vec<u32>); WORDS.len()],
    ports: Option<&'b arrow_array::Int32Array>,
}

impl<'b> FindingColumns<'b> {
    pub(super) fn of(rows: &Rows<'b>, known: &Numbered) -> Self {
        Self { words: WORDS.map(|name| rows.numbered(name, known)), ports: rows.ports() }
    }

    pub(super) fn finding(&self, row: usize) -> Finding {
        let number = |at: usize| self.words[at].0.code(row).map_or(NONE, |code| self.words[at].1[code]);
        let port = self.ports.filter(|ports| arrow_array::Array::is_valid(ports, row)).map(|ports| ports.value(row));
        Finding::of(std::array::from_fn(number), port)
    }
}

/// Findings by numbers.
#[derive(Default)]
pub(super) struct Findings {
    pub(super) numbers: FxHashMap<Finding, u32>,
    pub(super) all: Vec<Finding>,
}

impl Findings {
    pub(super) fn known(&self, finding: Finding) -> Option<u32> {
        self.numbers.get(&finding).copied()
    }

    pub(super) fn number(&mut self, finding: Finding) -> u32 {
        *self.numbers.entry(finding).or_insert_with(|| {
            self.all.push(finding);
            self.all.len() as u32 - 1
        })
    }

    /// The place of each in the order of their words, what has none last.
    pub(super) fn ranks(&self, words: &[String]) -> Vec<u32> {
        let word = |number: u32| words.get(number as usize).map_or((true, ""), |word| (false, word.as_str()));
        let key = |at: &u32| {
            let (words, port) = (self.all[*at as usize].words(), self.all[*at as usize].port());
            (words.map(word), port.is_none(), port)
        };
        let mut order: Vec<u32> = (0..self.all.len() as u32).collect();
        order.sort_unstable_by_key(key);
        let mut ranks = vec![0; order.len()];
        (0..).zip(order).for_each(|(rank, at)| ranks[at as usize] = rank);
        ranks
    }
}

/// Sets of feeds by numbers: there are few. Number 0 has none.
pub(super) struct FeedSets {
    pub(super) sets: Vec<Vec<u32>>,
    /// The set that a set and one more feed make.
    pub(super) more: FxHashMap<(u32, u32), u32>,
}

impl Default for FeedSets {
    fn default() -> Self {
        Self { sets: vec![Vec::new()], more: FxHashMap::default() }
    }
}

impl FeedSets {
    pub(super) fn of(&self, set: u32) -> &[u32] {
        &self.sets[set as usize]
    }

    pub(super) fn with(&mut self, set: u32, feed: u32) -> u32 {
        if self.of(set).contains(&feed) {
            return set;
        }
        *self.more.entry((set, feed)).or_insert_with(|| {
            let mut more = self.sets[set as usize].clone();
            more.push(feed);
            self.sets.push(more);
            self.sets.len() as u32 - 1
        })
    }
}

/// What a part has.
pub(super) struct Found {
    pub(super) entries: Vec<(Key, Entry)>,
    pub(super) findings: Findings,
    pub(super) feeds: FeedSets,
    /// Rows that are not added up yet.
    pub(super) stretches: Vec<Stretch>,
    /// Addresses at which stretches begin, but for the first.
    bounds: Vec<u128>,
    /// Findings that it may have; `usize::MAX` of a part that cannot be cut.
    findings_max: usize,
}

impl Found {
    /// Of a part, added up by stretches of about so many rows; `held_rows` is what the lake holds at once.
    pub(super) fn of(part: &Part, stretch_rows: usize, held_rows: usize) -> Self {
        let bounds = part.bounds(stretch_rows);
        let can_be_cut = part.middle().is_some();
        Self {
            entries: Vec::new(),
            findings: Findings::default(),
            feeds: FeedSets::default(),
            stretches: (0..=bounds.len()).map(|_| Stretch::of(part.rows().min(stretch_rows))).collect(),
            bounds,
            findings_max: if can_be_cut { held_rows.saturating_mul(FINDINGS_FACTOR) } else { usize::MAX },
        }
    }

    /// The stretch of a subject; what is no address goes to the first.
    pub(super) fn stretch(&mut self, subject: Subject) -> &mut Stretch {
        let bits = u128::from(subject.bits.0) << 64 | u128::from(subject.bits.1);
        &mut self.stretches[self.bounds.partition_point(|bound| *bound <= bits)]
    }

    /// Whether it has too many findings: what is left need not be added up, as its part is cut and begun anew.
    pub(super) fn is_full(&self) -> bool {
        self.entries.len() > self.findings_max
    }
}

/// Rows of a stretch of addresses, by day.
#[derive(Default)]
pub(super) struct Stretch {
    pub(super) seen: Vec<Seen>,
    pub(super) samples: Vec<Sample>,
    /// What was seen before both months, and the owner then.
    pub(super) earlier: Vec<((Subject, u32), Owner)>,
}

impl Stretch {
    /// With room for some rows more than it is cut for: it is cut between pages.
    fn of(rows: usize) -> Self {
        Self { seen: Vec::with_capacity(rows + rows / 4), ..Self::default() }
    }
}

/// A row of sightings.
pub(super) struct Seen {
    /// The subject and the number of the finding.
    pub(super) what: (Subject, u32),
    pub(super) day: i32,
    pub(super) owner: Owner,
    pub(super) first: i64,
    pub(super) last: i64,
    pub(super) count: i64,
    /// [`NONE`] if it has none.
    pub(super) feed: u32,
    /// Where its samples begin and end in those of the stretch.
    pub(super) samples: (u32, u32),
}

/// A finding of a list. Days come in order: what is of the month before is overwritten by the month's.
#[derive(Default)]
pub(super) struct Entry {
    /// Days of the month, and of the month before, a bit each.
    pub(super) days: u32,
    pub(super) days_before: u32,
    pub(super) earlier: bool,
    pub(super) first: i64,
    pub(super) last: i64,
    pub(super) count: i64,
    /// The newest day and the owner on it.
    pub(super) newest: Option<i32>,
    pub(super) owner: Owner,
    pub(super) feeds: u32,
    /// The smallest, in order.
    pub(super) samples: Vec<Sample>,
}

impl Entry {
    /// Adds a row; `bit` is its day in its month.
    pub(super) fn see(
        &mut self,
        seen: &Seen,
        is_this: bool,
        bit: u32,
        samples: &[Sample],
        feeds: &mut FeedSets,
        attributor: &Attributor,
    ) {
        let known = if is_this { &mut self.days } else { &mut self.days_before };
        if *known == 0 {
            (self.first, self.last) = (seen.first, seen.last);
        }
        *known |= bit;
        (self.first, self.last) = (self.first.min(seen.first), self.last.max(seen.last));
        self.own(seen, attributor);
        if is_this {
            self.count += seen.count;
            self.feeds = if seen.feed == NONE { self.feeds } else { feeds.with(self.feeds, seen.feed) };
            samples.iter().for_each(|sample| self.keep(*sample));
        }
    }

    /// The newest owner stays; of two on one day the one whose codes come last, whatever the order of files.
    pub(super) fn own(&mut self, seen: &Seen, attributor: &Attributor) {
        let rank = |owner: &Owner| {
            let code = |id: Option<OrgId>| id.map(|id| attributor.code(id));
            (code(owner.organisation), code(owner.isp), owner.place, owner.flags)
        };
        let is_newer = self.newest.is_none_or(|newest| newest < seen.day);
        if is_newer
            || self.newest == Some(seen.day) && self.owner != seen.owner && rank(&seen.owner) > rank(&self.owner)
        {
            (self.newest, self.owner) = (Some(seen.day), seen.owner);
        }
    }

    pub(super) fn keep(&mut self, sample: Sample) {
        if self.samples.len() == SAMPLES_MAX && self.samples.last().is_some_and(|last| *last < sample) {
            return;
        }
        if let Err(at) = self.samples.binary_search(&sample) {
            self.samples.insert(at, sample);
            self.samples.truncate(SAMPLES_MAX);
        }
    }
}
