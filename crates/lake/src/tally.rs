//! Counting distinct subjects: every subject of every group, with its days and events.

use std::cmp::Reverse;
use std::collections::HashSet;
use std::hash::BuildHasher as _;

use constituency::{Attributor, OrgId, Owner, PlaceId};
use event::time::day_text;
use rustc_hash::{FxBuildHasher, FxHashMap};

use crate::ask::{By, Count, Filter};
use crate::scan::wanted::{Owned, Wanted};
use crate::scan::{Coded, Numbered, Rows, Whole};
use crate::{Lake, LakeError};

/// What a count reads.
const COLUMNS: [&str; 11] = [
    "subject_kind",
    "ip_hi",
    "ip_lo",
    "subject",
    "kind",
    "family",
    "identifier",
    "feed",
    "count",
    "feed_asn",
    "feed_place",
];
/// Subjects of groups that a thread holds, 48 bytes each. With more, the sightings are gone through in several parts.
const SUBJECTS_MAX: usize = 2 << 20;
/// The group of what has none.
const UNKNOWN: u32 = u32::MAX;

/// A subject of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Key {
    groups: (u32, u32),
    /// The stored halves of an address, or the number of a text and 0.
    subject: (i64, i64),
    is_text: bool,
}

/// What was seen of it.
#[derive(Debug, Default, Clone, Copy)]
struct Seen {
    days: u32,
    /// The day counted last: a thread meets days in order.
    last: i32,
    events: i64,
}

/// What one thread counted.
#[derive(Default)]
struct Tally {
    seen: FxHashMap<Key, Seen>,
    is_full: bool,
}

/// A count under way.
struct Counting<'c> {
    attributor: &'c Attributor,
    filter: &'c Filter,
    by: (By, Option<By>),
    words: Numbered,
    texts: Numbered,
    organisations: HashSet<Option<OrgId>>,
    isps: HashSet<Option<OrgId>>,
    /// This part of so many, by a hash of the subject.
    part: (u64, u64),
}

impl Lake {
    /// Counts by a group and, if asked for, by its parts; largest first, days in their order. `days` is the length of the
    /// period, for the mean.
    ///
    /// # Errors
    /// The disk's.
    pub fn counts(
        &self,
        attributor: &Attributor,
        filter: &Filter,
        by: (By, Option<By>),
        days: i32,
    ) -> Result<Vec<Count>, LakeError> {
        let ids = |codes: &[String]| codes.iter().map(|code| attributor.id(code)).filter(Option::is_some).collect();
        let (organisations, isps) = (ids(&filter.organisations), ids(&filter.isps));
        let (words, texts) = (Numbered::default(), Numbered::default());
        let mut counting = Counting { attributor, filter, by, words, texts, organisations, isps, part: (0, 1) };
        let mut groups: FxHashMap<(u32, u32), (i64, i64, i64)> = FxHashMap::default();
        while counting.part.0 < counting.part.1 {
            match counting.subjects(self)? {
                Some(subjects) => {
                    for (key, seen) in subjects {
                        let group = groups.entry(key.groups).or_default();
                        *group = (group.0 + 1, group.1 + i64::from(seen.days), group.2 + seen.events);
                    }
                    counting.part.0 += 1;
                }
                None => {
                    groups.clear();
                    counting.part = (0, counting.part.1 * 2);
                }
            }
        }
        Ok(counting.lines(&groups, days))
    }
}

impl Counting<'_> {
    /// The subjects of a part; `None` if they are too many.
    fn subjects(&self, lake: &Lake) -> Result<Option<FxHashMap<Key, Seen>>, LakeError> {
        let days = self.filter.since.unwrap_or(i32::MIN)..self.filter.until.unwrap_or(i32::MAX);
        let threads = lake.scan(&days, &COLUMNS, |tally: &mut Tally, day, rows| {
            if !tally.is_full {
                self.add(tally, day, rows);
                tally.is_full = tally.seen.len() > SUBJECTS_MAX;
            }
            Ok(())
        })?;
        let mut all: FxHashMap<Key, Seen> = FxHashMap::default();
        for tally in threads {
            if tally.is_full {
                return Ok(None);
            }
            if all.is_empty() {
                all = tally.seen;
                continue;
            }
            for (key, seen) in tally.seen {
                let known = all.entry(key).or_default();
                // A day goes to one thread.
                known.days += seen.days;
                known.events += seen.events;
            }
        }
        Ok(Some(all))
    }

    fn add(&self, tally: &mut Tally, day: i32, rows: &Rows<'_>) {
        let wanted = Wanted::of(self.filter, rows);
        let owned = Owned::of(rows);
        let groups = (self.group(self.by.0, rows), self.by.1.map(|by| self.group(by, rows)));
        let groups_ask = |group: &Group<'_>| matches!(group, Group::Isp | Group::Organisation | Group::Place);
        let asks_owner =
            self.filter.names_owner() || groups_ask(&groups.0) || groups.1.as_ref().is_some_and(groups_ask);
        let counts = rows.whole("count");
        let wanted: Vec<usize> = (0..rows.len()).filter(|row| wanted.wants(*row, &owned)).collect();
        let with_bits = |row: &usize| (*row, owned.bits(*row));
        let asked: Vec<_> = wanted.iter().filter(|_| asks_owner).map(with_bits).collect();
        let owners = owned.owners(&asked, day, self.attributor);
        for (at, row) in wanted.into_iter().enumerate() {
            let owner = owners.get(at).copied().unwrap_or_default();
            if !self.owns(&owner) {
                continue;
            }
            let (subject, is_text) = owned.subject(row, &self.texts);
            if self.part.1 > 1 && FxBuildHasher.hash_one(subject) % self.part.1 != self.part.0 {
                continue;
            }
            let group = |group: &Group<'_>| group.of(row, day, &owner);
            let groups = (group(&groups.0), groups.1.as_ref().map_or(UNKNOWN, group));
            let seen = tally
                .seen
                .entry(Key { groups, subject, is_text })
                .or_insert(Seen { last: i32::MIN, ..Seen::default() });
            seen.days += u32::from(seen.last != day);
            seen.last = day;
            seen.events += counts.get(row).unwrap_or_default();
        }
    }

    fn owns(&self, owner: &Owner) -> bool {
        (self.filter.organisations.is_empty()
            || owner.organisation.is_some() && self.organisations.contains(&owner.organisation))
            && (self.filter.isps.is_empty() || owner.isp.is_some() && self.isps.contains(&owner.isp))
    }

    fn group<'b>(&self, by: By, rows: &Rows<'b>) -> Group<'b> {
        let words = |name| {
            let (words, numbers) = rows.numbered(name, &self.words);
            Group::Words(words, numbers)
        };
        match by {
            By::Total => Group::One,
            By::Family => words("family"),
            By::Kind => words("kind"),
            By::Identifier => words("identifier"),
            By::Feed => words("feed"),
            By::Asn => Group::Asn(rows.whole("feed_asn")),
            By::Day => Group::Day,
            By::Isp => Group::Isp,
            By::Organisation => Group::Organisation,
            By::Place => Group::Place,
        }
    }

    fn lines(&self, groups: &FxHashMap<(u32, u32), (i64, i64, i64)>, days: i32) -> Vec<Count> {
        let words = self.words.texts();
        let code = |by: By, number: u32| self.code(by, number, &words);
        let line = |(numbers, (unique, subject_days, events)): (&(u32, u32), &(i64, i64, i64))| Count {
            group: code(self.by.0, numbers.0),
            part: self.by.1.and_then(|by| code(by, numbers.1)),
            unique: *unique,
            mean_per_day: *subject_days as f64 / f64::from(days),
            events: *events,
        };
        let mut counts: Vec<Count> = groups.iter().map(line).collect();
        let largest = |count: &Count| if self.by.0 == By::Day { 0 } else { count.unique };
        counts.sort_by_cached_key(|count| {
            let last_if_unknown = |code: &Option<String>| (code.is_none(), code.clone());
            (Reverse(largest(count)), last_if_unknown(&count.group), last_if_unknown(&count.part))
        });
        counts
    }

    /// What a group's number stands for.
    fn code(&self, by: By, number: u32, words: &[String]) -> Option<String> {
        match by {
            _ if number == UNKNOWN => None,
            By::Total => Some("total".to_owned()),
            By::Family | By::Kind | By::Identifier | By::Feed => words.get(number as usize).cloned(),
            By::Asn => Some(number.to_string()),
            By::Day => Some(day_text(number as i32)),
            By::Isp | By::Organisation => self.attributor.codes().get(number as usize).cloned(),
            By::Place => Some(format!("{number:02}")),
        }
    }
}

/// Where the number of a row's group comes from.
enum Group<'b> {
    One,
    Day,
    /// Words, and the number that each has in all files.
    Words(Coded<'b>, Vec<u32>),
    Asn(Whole<'b>),
    Isp,
    Organisation,
    Place,
}

impl Group<'_> {
    fn of(&self, row: usize, day: i32, owner: &Owner) -> u32 {
        let organisation = |id: Option<OrgId>| id.map(|id| id.index() as u32);
        let number = match self {
            Self::One => Some(0),
            Self::Day => Some(day as u32),
            Self::Words(words, numbers) => words.code(row).and_then(|code| numbers.get(code).copied()),
            Self::Asn(asns) => asns.get(row).map(|asn| asn as u32),
            Self::Isp => organisation(owner.isp),
            Self::Organisation => organisation(owner.organisation),
            Self::Place => owner.place.map(|place: PlaceId| u32::from(place.number())),
        };
        number.unwrap_or(UNKNOWN)
    }
}
