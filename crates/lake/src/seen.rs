//! What was seen of every address on the days of half a year: an index over `sightings` that is kept beside the tables and
//! goes on file by file.
//!
//! A day is a bit, so that nothing is counted twice however often a file is read. What the index is made of is told by the
//! names of files, which never change: of a day whose files have joined, only the new ones are read; of a day that lost one –
//! files were put together, mended or forgotten – all.

mod days;
mod kept;

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use event::address;
use event::rules::Kind;
use event::tlp::Tlp;
use rustc_hash::FxHashMap;

use crate::ask::Seen;
use crate::parts::in_turn;
use crate::scan::skip::Sought;
use crate::scan::{Coded, Gaps, Numbered, Rows, is_of_file};
use crate::{Lake, LakeError};
use days::Days;
pub use days::RING;

/// What it is made of.
const COLUMNS: [&str; 7] = ["ip_hi", "ip_lo", "kind", "family", "identifier", "feed", "tlp"];
/// Between the words of a line; of them only the last may have it.
const BETWEEN: char = '\t';

/// On which days a line – a finding, a feed and a mark – was seen of an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Trace {
    bits: u128,
    /// Its number among the lines.
    line: u32,
    days: Days,
}

impl Trace {
    fn place(&self) -> (u128, u32) {
        (self.bits, self.line)
    }
}

/// What was seen of every address, by address.
#[derive(Debug, Default)]
pub struct Traces {
    since: i32,
    /// Names of the files that are in it, by day.
    files: Names,
    lines: Vec<String>,
    traces: Vec<Trace>,
    /// Whether what is kept on the disk is another state.
    has_changed: bool,
}

/// Files of some days, each with its day.
type Files = Vec<(i32, PathBuf)>;
/// Their names.
type Names = BTreeMap<i32, BTreeSet<String>>;

impl Traces {
    /// Goes to what the lake has from day `since` on, [`RING`] days at most. Answers the days of damaged files: what they
    /// have is missing, and they are read again the next time.
    ///
    /// # Errors
    /// The disk's.
    pub fn update(&mut self, lake: &Lake, since: i32) -> Result<Gaps, LakeError> {
        let days = lake.sighting_files(&(since..since.saturating_add(RING)), |_| true)?;
        let mut files: Files =
            days.into_iter().flat_map(|(day, files)| files.into_iter().map(move |file| (day, file))).collect();
        self.since = since;
        self.forget_all_but(&names(&files));
        files.retain(|(day, file)| !self.files.get(day).is_some_and(|known| known.contains(&name(file))));
        let known = Numbered::of(&self.lines);
        let (traces, gaps) = lake.traces(&mut files, &known)?;
        self.lines = known.texts();
        self.traces = together(std::mem::take(&mut self.traces), traces);
        self.has_changed |= !files.is_empty();
        for (day, names) in names(&files) {
            self.files.entry(day).or_default().extend(names);
        }
        Ok(gaps)
    }

    /// Every line of every address, by address.
    pub fn iter(&self) -> impl Iterator<Item = Seen<'_>> {
        let lines: Vec<Line<'_>> = self.lines.iter().map(|text| Line::of(text)).collect();
        self.traces.iter().filter_map(move |trace| {
            let (line, (first, last, days)) = (lines.get(trace.line as usize)?, trace.days.told(self.since)?);
            let Line { kind, feed, mark, what } = *line;
            Some(Seen { bits: trace.bits, kind, what, feed, mark, first, last, days })
        })
    }

    /// Forgets the days of which a file is not there any more.
    fn forget_all_but(&mut self, there: &Names) {
        let is_there = |day: &i32, files: &BTreeSet<String>| there.get(day).is_some_and(|there| files.is_subset(there));
        let mut left = Days::ALL;
        let before = self.files.len();
        self.files.retain(|day, files| {
            is_there(day, files) || {
                left.remove(*day);
                false
            }
        });
        if self.files.len() < before {
            self.has_changed = true;
            self.traces.retain_mut(|trace| {
                trace.days = trace.days.only(left);
                !trace.days.is_empty()
            });
        }
    }
}

fn name(file: &Path) -> String {
    file.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn names(files: &Files) -> Names {
    let mut names = Names::new();
    for (day, file) in files {
        names.entry(*day).or_default().insert(name(file));
    }
    names
}

/// Two indexes as one; the lines of both have the same numbers.
fn together(old: Vec<Trace>, new: Vec<Trace>) -> Vec<Trace> {
    if old.is_empty() || new.is_empty() {
        return if new.is_empty() { old } else { new };
    }
    let mut all = Vec::with_capacity(old.len() + new.len());
    let (mut old, mut new) = (old.into_iter().peekable(), new.into_iter().peekable());
    while let (Some(a), Some(b)) = (old.peek(), new.peek()) {
        match a.place().cmp(&b.place()) {
            Ordering::Less => all.extend(old.next()),
            Ordering::Greater => all.extend(new.next()),
            Ordering::Equal => {
                all.extend(old.next().zip(new.next()).map(|(a, b)| Trace { days: a.days.with(b.days), ..a }));
            }
        }
    }
    all.extend(old.chain(new));
    all
}

/// What a line's text says.
#[derive(Clone, Copy)]
struct Line<'t> {
    kind: Kind,
    feed: &'t str,
    mark: Option<Tlp>,
    what: &'t str,
}

impl<'t> Line<'t> {
    fn of(text: &'t str) -> Self {
        let mut words = text.splitn(4, BETWEEN);
        let mut word = || words.next().unwrap_or_default();
        let kind = Kind::parse(word()).unwrap_or(Kind::None);
        Self { kind, feed: word(), mark: Tlp::parse(word()), what: word() }
    }
}

/// The lines of a batch's rows.
struct Lines<'b> {
    kind: Coded<'b>,
    /// Of these the first that a row has.
    what: [Coded<'b>; 2],
    feed: Coded<'b>,
    mark: Coded<'b>,
    /// What is known already, by the numbers that the words have here.
    numbers: FxHashMap<[Option<usize>; 5], u32>,
}

impl<'b> Lines<'b> {
    fn of(rows: &Rows<'b>) -> Self {
        Self {
            kind: rows.words("kind"),
            what: [rows.words("family"), rows.words("identifier")],
            feed: rows.words("feed"),
            mark: rows.words("tlp"),
            numbers: FxHashMap::default(),
        }
    }

    fn number(&mut self, row: usize, known: &Numbered) -> u32 {
        let words = [self.kind, self.what[0], self.what[1], self.feed, self.mark];
        *self.numbers.entry(words.map(|word| word.code(row))).or_insert_with(|| {
            let [kind, family, identifier, feed, mark] = words.map(|word| word.get(row));
            let text = [kind, feed, mark, family.or(identifier)].map(Option::unwrap_or_default);
            known.number(&text.join(BETWEEN.encode_utf8(&mut [0; 4])))
        })
    }
}

impl Lake {
    /// What was seen since a day, as [`Traces::iter`] tells it, and the days of damaged files.
    ///
    /// # Errors
    /// The disk's.
    pub fn seen(&self, since: i32, each: impl FnMut(Seen<'_>)) -> Result<Gaps, LakeError> {
        let mut traces = Traces::default();
        let gaps = traces.update(self, since)?;
        traces.iter().for_each(each);
        Ok(gaps)
    }

    /// The traces of some files, of which damaged ones are taken out: of those not even the beginning counts. Answers their
    /// days.
    fn traces(&self, files: &mut Files, lines: &Numbered) -> Result<(Vec<Trace>, Gaps), LakeError> {
        let mut gaps = Gaps::new();
        loop {
            let (traces, damaged) = self.traces_of(files, lines)?;
            if damaged.is_empty() {
                return Ok((traces, gaps));
            }
            gaps.extend(files.iter().filter(|(_, file)| damaged.contains(file)).map(|(day, _)| *day));
            files.retain(|(_, file)| !damaged.contains(file));
        }
    }

    fn traces_of(&self, files: &Files, lines: &Numbered) -> Result<(Vec<Trace>, BTreeSet<PathBuf>), LakeError> {
        let all = Sought { texts: false, ..Sought::all() };
        let (mut traces, mut damaged) = (Vec::new(), BTreeSet::new());
        for (_, file) in files {
            match self.address_samples(file, &all) {
                Err(error) if is_of_file(&error) => drop(damaged.insert(file.clone())),
                samples => drop(samples?),
            }
        }
        if !damaged.is_empty() {
            return Ok((traces, damaged));
        }
        let parts = self.parts(&all, files.iter().map(|(_, file)| file.as_path()))?;
        in_turn(
            parts,
            |part| self.traces_within(&part.sought, files, lines),
            |(more, broken), _| {
                traces.extend(more);
                damaged.extend(broken);
                Ok::<_, LakeError>(Vec::new())
            },
        )?;
        Ok((traces, damaged))
    }

    /// Those of a stretch of addresses, in order, and the files that cannot be read.
    fn traces_within(
        &self,
        sought: &Sought,
        files: &Files,
        lines: &Numbered,
    ) -> Result<(Vec<Trace>, Vec<PathBuf>), LakeError> {
        let mut seen: FxHashMap<(i64, i64, u32), Days> = FxHashMap::default();
        let mut damaged = Vec::new();
        for (day, file) in files {
            let read = self.read_sought(file, &COLUMNS, sought, |rows| {
                let (mut line, high, low) = (Lines::of(rows), rows.whole("ip_hi"), rows.whole("ip_lo"));
                for row in 0..rows.len() {
                    let Some((high, low)) = high.get(row).zip(low.get(row)) else { continue };
                    if sought.has(Some(address::join(high, low))) {
                        seen.entry((high, low, line.number(row, lines))).or_default().add(*day);
                    }
                }
                Ok(())
            });
            match read {
                Err(error) if is_of_file(&error) => damaged.push(file.clone()),
                read => read?,
            }
        }
        let trace = |((high, low, line), days)| Trace { bits: address::join(high, low), line, days };
        let mut traces: Vec<Trace> = seen.into_iter().map(trace).collect();
        traces.sort_unstable_by_key(Trace::place);
        Ok((traces, damaged))
    }
}
