//! Owners' lists: the findings of a month with what was before, for many owners in one pass over the files.
//!
//! Files are sorted by subject, so a part of all addresses is a stretch of every file: each part is read by a thread of its
//! own, added up by stretches that a processor's cache can hold, and told before the next but one is begun. What is held
//! depends on a part and not on the country.

mod entry;

use std::ops::Range;
use std::path::PathBuf;
use std::vec;

use constituency::{Attributor, OrgId, Owner};
use indexmap::IndexMap;
use rustc_hash::{FxBuildHasher, FxHashMap};

use crate::ask::{Filter, Listed, Months};
use crate::parts::{Part, in_turn};
use crate::scan::skip::Sought;
use crate::scan::wanted::{Owned, Wanted};
use crate::scan::{Numbered, Rows};
use crate::{Lake, LakeError};
use entry::{Entry, FeedSets, Finding, FindingColumns, Found, Key, NONE, Seen, Stretch, Subject};

/// Rows that are added up together: what they come to stays in a processor's cache.
const STRETCH_ROWS: usize = 32 * 1024;
/// What tells findings and owners apart, and is read of the days before both months.
const EARLIER: [&str; 11] = [
    "subject_kind",
    "ip_hi",
    "ip_lo",
    "subject",
    "kind",
    "family",
    "identifier",
    "transport",
    "port",
    "feed",
    "feed_asn",
];
/// What is read of the month before besides.
const BEFORE: [&str; 3] = ["first", "last", "feed_place"];
/// What is read of the month itself besides.
const THIS: [&str; 2] = ["count", "samples"];

/// Whose findings make a list: those of one of these organisations, of one of these operators; of everybody if none is
/// named.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Whose {
    /// Codes of organisations.
    pub organisations: Vec<String>,
    /// Codes of operators.
    pub isps: Vec<String>,
}

/// The days' files.
type Files = Vec<(i32, Vec<PathBuf>)>;

impl Lake {
    /// The findings of an owner in a month, those of the month before that are gone among them (`count` 0): by address,
    /// then what is no address, then by finding.
    ///
    /// # Errors
    /// The disk's, or that of `each`.
    pub fn list<E: From<LakeError>>(
        &self,
        attributor: &Attributor,
        filter: &Filter,
        months: Months,
        mut each: impl FnMut(Listed) -> Result<(), E>,
    ) -> Result<(), E> {
        let whose = Whose { organisations: filter.organisations.clone(), isps: filter.isps.clone() };
        self.lists(attributor, filter, months, &[whose], |_, listed| each(listed))
    }

    /// As [`list`](Self::list) for many owners at once, each finding with the number of its list. Of the filter no owner
    /// counts.
    ///
    /// # Errors
    /// The disk's, or that of `each`.
    pub fn lists<E: From<LakeError>>(
        &self,
        attributor: &Attributor,
        filter: &Filter,
        months: Months,
        owners: &[Whose],
        each: impl FnMut(usize, Listed) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut sought = Sought::all();
        if !filter.ranges.is_empty() {
            sought.ranges.clone_from(&filter.ranges);
        }
        let since = filter.since.unwrap_or(i32::MIN);
        let files = |days: Range<i32>| self.sighting_files(&days, |file| sought.may_be_in(file));
        let (earlier, both) = (files(since..months.before)?, files(since.max(months.before)..months.to)?);
        let lists = Lists::of(owners, attributor);
        let (words, texts) = (Numbered::default(), Numbered::default());
        let pass = Pass { lake: self, attributor, filter, months, lists, words, texts, earlier, both };
        let files = pass.both.iter().flat_map(|(_, files)| files).map(PathBuf::as_path);
        let parts = self.parts(&sought, files).map_err(|error| self.blamed(error))?;
        pass.run(parts, each)
    }
}

/// Which lists an owner's findings go to.
struct Lists {
    everyone: Vec<u32>,
    /// By [`OrgId::index`].
    of_organisation: Vec<Vec<u32>>,
    of_isp: Vec<Vec<u32>>,
    /// Of each list that names both, the operators.
    also: FxHashMap<u32, Vec<OrgId>>,
}

impl Lists {
    fn of(owners: &[Whose], attributor: &Attributor) -> Self {
        let all = vec![Vec::new(); attributor.codes().len()];
        let mut lists =
            Self { everyone: Vec::new(), of_organisation: all.clone(), of_isp: all, also: FxHashMap::default() };
        let ids = |codes: &[String]| codes.iter().filter_map(|code| attributor.id(code)).collect::<Vec<_>>();
        for (list, whose) in (0..).zip(owners) {
            let (organisations, isps) = (ids(&whose.organisations), ids(&whose.isps));
            if whose.organisations.is_empty() && whose.isps.is_empty() {
                lists.everyone.push(list);
            } else if whose.organisations.is_empty() {
                isps.iter().for_each(|id| lists.of_isp[id.index()].push(list));
            } else {
                organisations.iter().for_each(|id| lists.of_organisation[id.index()].push(list));
                if !whose.isps.is_empty() {
                    lists.also.insert(list, isps);
                }
            }
        }
        lists
    }

    fn with(&self, owner: &Owner) -> impl Iterator<Item = u32> {
        let by_organisation = owner.organisation.map_or(&[][..], |id| &self.of_organisation[id.index()]);
        let by_isp = owner.isp.map_or(&[][..], |id| &self.of_isp[id.index()]);
        let isp = owner.isp;
        let is_also = move |list: &&u32| {
            self.also.is_empty() || self.also.get(list).is_none_or(|isps| isp.is_some_and(|isp| isps.contains(&isp)))
        };
        self.everyone.iter().chain(by_isp).chain(by_organisation.iter().filter(is_also)).copied()
    }
}

/// A part's findings being told, in their order.
struct Telling {
    entries: vec::IntoIter<(Key, Entry)>,
    findings: Vec<Finding>,
    words: Vec<String>,
    texts: Vec<String>,
    feeds: FeedSets,
}

impl Telling {
    /// The next, with the number of its list.
    fn next(&mut self, pass: &Pass<'_>) -> Option<(usize, Listed)> {
        let (key, entry) = self.entries.next()?;
        let (high, low) = key.subject.bits;
        let subject = text_of(&self.texts, key.subject).map_or_else(
            || event::address::from_bits(u128::from(high) << 64 | u128::from(low)).to_string(),
            |(_, text)| text.to_owned(),
        );
        let finding = &self.findings[key.finding as usize];
        Some((key.list as usize, pass.listed(subject, finding, entry, &self.words, &self.feeds)))
    }
}

/// The kind and the text of a subject that is no address.
fn text_of(texts: &[String], subject: Subject) -> Option<(&str, &str)> {
    texts.get(subject.text as usize)?.split_once(' ')
}

/// Lists in the making.
struct Pass<'p> {
    lake: &'p Lake,
    attributor: &'p Attributor,
    filter: &'p Filter,
    months: Months,
    lists: Lists,
    words: Numbered,
    /// Subjects that are no addresses, after their kind.
    texts: Numbered,
    earlier: Files,
    both: Files,
}

impl Pass<'_> {
    /// Folds parts and tells them in their order; one that has too many is cut in two and begun anew, if it can be cut.
    fn run<E: From<LakeError>>(
        &self,
        parts: Vec<Part>,
        mut each: impl FnMut(usize, Listed) -> Result<(), E>,
    ) -> Result<(), E> {
        in_turn(
            parts,
            |part| self.fold(part).map_err(|error| self.lake.blamed(error)),
            |found, part| {
                if let Some(middle) = part.middle().filter(|_| found.is_full()) {
                    return Ok(part.cut_at([middle]));
                }
                self.tell(found, &mut each)?;
                Ok(Vec::new())
            },
        )
    }

    /// All findings of a part; of one that is to be cut, too many, and not all.
    fn fold(&self, part: &Part) -> Result<Found, LakeError> {
        let mut found = Found::of(part, STRETCH_ROWS, self.lake.part_rows);
        for (day, files) in &self.both {
            let this = THIS.iter().filter(|_| *day >= self.months.from);
            let columns: Vec<&str> = EARLIER.iter().chain(&BEFORE).chain(this).copied().collect();
            for file in files {
                self.lake.read_sought(file, &columns, &part.sought, |rows| {
                    self.collect(&mut found, &part.sought, *day, rows);
                    Ok(())
                })?;
            }
        }
        let earlier = if found.findings.all.is_empty() { &[][..] } else { &self.earlier };
        for (day, files) in earlier {
            for file in files {
                self.lake.read_sought(file, &EARLIER, &part.sought, |rows| {
                    self.collect_earlier(&mut found, &part.sought, *day, rows);
                    Ok(())
                })?;
            }
        }
        for stretch in std::mem::take(&mut found.stretches) {
            self.add_up(&mut found, &stretch);
            if found.is_full() {
                break;
            }
        }
        Ok(found)
    }

    /// The rows of both months, each to its stretch.
    fn collect(&self, found: &mut Found, sought: &Sought, day: i32, rows: &Rows<'_>) {
        let (findings, feeds) = (FindingColumns::of(rows, &self.words), rows.numbered("feed", &self.words));
        let (firsts, lasts) = (rows.instants("first").unwrap_or_default(), rows.instants("last").unwrap_or_default());
        let (counts, samples) = (rows.whole("count"), rows.samples());
        self.each_owned(sought, day, rows, |row, subject, owner| {
            let finding = found.findings.number(findings.finding(row));
            let stretch = found.stretch(subject);
            let begin = stretch.samples.len();
            stretch.samples.extend(samples.iter().flat_map(|samples| samples.of(row)));
            stretch.seen.push(Seen {
                what: (subject, finding),
                day,
                owner: *owner,
                first: firsts.get(row).copied().unwrap_or_default(),
                last: lasts.get(row).copied().unwrap_or_default(),
                count: counts.get(row).unwrap_or_default(),
                feed: feeds.0.code(row).and_then(|code| feeds.1.get(code).copied()).unwrap_or(NONE),
                samples: (begin as u32, stretch.samples.len() as u32),
            });
        });
    }

    /// The rows of the days before.
    fn collect_earlier(&self, found: &mut Found, sought: &Sought, day: i32, rows: &Rows<'_>) {
        let findings = FindingColumns::of(rows, &self.words);
        self.each_owned(sought, day, rows, |row, subject, owner| {
            if let Some(finding) = found.findings.known(findings.finding(row)) {
                found.stretch(subject).earlier.push(((subject, finding), *owner));
            }
        });
    }

    /// What the rows of a stretch come to.
    fn add_up(&self, found: &mut Found, stretch: &Stretch) {
        let mut entries: IndexMap<Key, Entry, FxBuildHasher> = IndexMap::default();
        let key = |(subject, finding), list| Key { subject, finding, list };
        for seen in &stretch.seen {
            let is_this = seen.day >= self.months.from;
            let month = if is_this { self.months.from } else { self.months.before };
            let bit = 1 << ((seen.day - month) as u32 % u32::BITS);
            let samples = &stretch.samples[seen.samples.0 as usize..seen.samples.1 as usize];
            for list in self.lists.with(&seen.owner) {
                let entry = entries.entry(key(seen.what, list)).or_default();
                entry.see(seen, is_this, bit, samples, &mut found.feeds, self.attributor);
            }
        }
        for (what, owner) in &stretch.earlier {
            for list in self.lists.with(owner) {
                entries.entry(key(*what, list)).and_modify(|entry| entry.earlier = true);
            }
        }
        found.entries.extend(entries);
    }

    /// Every row that is wanted and somebody's, with its subject and owner.
    fn each_owned(&self, sought: &Sought, day: i32, rows: &Rows<'_>, mut each: impl FnMut(usize, Subject, &Owner)) {
        let (wanted, owned) = (Wanted::of(self.filter, rows), Owned::of(rows));
        let mut kept = Vec::with_capacity(rows.len());
        for row in 0..rows.len() {
            let bits = owned.bits(row);
            if sought.has(bits) && wanted.wants(row, &owned) {
                kept.push((row, bits));
            }
        }
        let owners = owned.owners(&kept, day, self.attributor);
        let is_listed = |owner: &Owner| self.lists.with(owner).next().is_some();
        for ((row, bits), owner) in kept.into_iter().zip(&owners).filter(|(_, owner)| is_listed(owner)) {
            let subject = bits.map_or_else(
                || Subject { text: owned.number(row, &self.texts), bits: (0, 0) },
                |bits| Subject { text: NONE, bits: ((bits >> 64) as u64, bits as u64) },
            );
            each(row, subject, owner);
        }
    }

    /// Tells a part's findings in their order.
    fn tell<E>(&self, found: Found, each: &mut impl FnMut(usize, Listed) -> Result<(), E>) -> Result<(), E> {
        let mut telling = self.telling(found);
        while let Some((list, listed)) = telling.next(self) {
            each(list, listed)?;
        }
        Ok(())
    }

    /// What is told of a part, in order.
    fn telling(&self, found: Found) -> Telling {
        let words = self.words.texts();
        let texts =
            if found.entries.iter().any(|(key, _)| key.subject.text != NONE) { self.texts.texts() } else { Vec::new() };
        let (ranks, findings) = (found.findings.ranks(&words), found.findings.all);
        let mut entries = found.entries;
        entries.sort_unstable_by_key(|(key, _)| {
            let text = text_of(&texts, key.subject).map(|(kind, text)| (text, kind));
            (text, key.subject.bits, ranks[key.finding as usize], key.list)
        });
        Telling { entries: entries.into_iter(), findings, words, texts, feeds: found.feeds }
    }

    fn listed(&self, subject: String, finding: &Finding, entry: Entry, words: &[String], feeds: &FeedSets) -> Listed {
        let word = |number: u32| words.get(number as usize).cloned().unwrap_or_default();
        let code = |id: Option<OrgId>| id.map_or_else(String::new, |id| self.attributor.code(id).to_owned());
        let [kind, family, identifier, transport] = finding.words().map(word);
        let Owner { isp, organisation, place, flags, .. } = entry.owner;
        let mut feeds: Vec<String> = feeds.of(entry.feeds).iter().map(|feed| word(*feed)).collect();
        feeds.sort_unstable();
        Listed {
            subject,
            port: finding.port(),
            transport,
            kind,
            family,
            identifier,
            first: entry.first,
            last: entry.last,
            count: entry.count,
            days: entry.days.count_ones().into(),
            days_before: entry.days_before.count_ones().into(),
            earlier: entry.earlier,
            isp: code(isp),
            organisation: code(organisation),
            place: place.map_or_else(String::new, |place| place.code().to_owned()),
            flags: flags.names().collect::<Vec<_>>().join(" "),
            feeds: feeds.join(" "),
            samples: entry.samples,
        }
    }
}
