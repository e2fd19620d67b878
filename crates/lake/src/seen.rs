//! What was seen of every address, over many days.

use event::address;
use event::rules::Kind;
use event::tlp::Tlp;
use rustc_hash::FxHashMap;

use crate::ask::Seen;
use crate::scan::{Coded, Gaps, Numbered, Rows};
use crate::{Lake, LakeError};

/// What it is made of.
const COLUMNS: [&str; 7] = ["ip_hi", "ip_lo", "kind", "family", "identifier", "feed", "tlp"];
/// Columns of words that make a line of their own.
const WORDS: usize = 4;
/// No word.
const NONE: u32 = u32::MAX;

/// The stored halves of an address and, by number, kind, what it is, feed and mark.
type Key = (i64, i64, [u32; WORDS]);

/// First and last day, and days with a sighting.
#[derive(Debug, Clone, Copy)]
struct Days {
    first: i32,
    last: i32,
    count: u32,
}

/// The words of rows: of the second the first column that has one.
struct Words<'b>([(Coded<'b>, Vec<u32>); 5]);

impl<'b> Words<'b> {
    fn of(rows: &Rows<'b>, known: &Numbered) -> Self {
        Self(["kind", "family", "identifier", "feed", "tlp"].map(|name| {
            let words = rows.words(name);
            (words, words.each(|word| known.number(word)))
        }))
    }

    fn get(&self, row: usize) -> [u32; WORDS] {
        let number = |at: usize| self.0[at].0.code(row).map(|code| self.0[at].1[code]);
        [number(0), number(1).or_else(|| number(2)), number(3), number(4)].map(|number| number.unwrap_or(NONE))
    }
}

impl Lake {
    /// What was seen of every address since a day, a line for each finding, feed and mark. Answers the days of damaged
    /// files: what they have is missing.
    ///
    /// # Errors
    /// The disk's.
    pub fn seen(&self, since: i32, mut each: impl FnMut(Seen<'_>)) -> Result<Gaps, LakeError> {
        let known = Numbered::default();
        let dealt = self.scan_rest(&(since..i32::MAX), &COLUMNS, |seen: &mut FxHashMap<Key, Days>, day, rows| {
            let words = Words::of(rows, &known);
            let (high, low) = (rows.whole("ip_hi"), rows.whole("ip_lo"));
            for row in 0..rows.len() {
                let Some((high, low)) = high.get(row).zip(low.get(row)) else { continue };
                let days = seen.entry((high, low, words.get(row))).or_insert(Days { first: day, last: day, count: 1 });
                // Days come in order.
                days.count += u32::from(days.last != day);
                days.last = day;
            }
            Ok(())
        })?;
        let gaps = dealt.gaps();
        let texts = known.texts();
        let word = |number: u32| texts.get(number as usize).map(String::as_str);
        for ((high, low, [kind, what, feed, mark]), days) in together(dealt.made) {
            each(Seen {
                bits: address::join(high, low),
                kind: word(kind).and_then(Kind::parse).unwrap_or(Kind::None),
                what: word(what).unwrap_or_default(),
                feed: word(feed).unwrap_or_default(),
                mark: word(mark).and_then(Tlp::parse),
                first: days.first,
                last: days.last,
                days: days.count,
            });
        }
        Ok(gaps)
    }
}

/// What all threads saw; a day was seen by one.
fn together(threads: Vec<FxHashMap<Key, Days>>) -> FxHashMap<Key, Days> {
    let mut threads = threads.into_iter();
    let mut all = threads.next().unwrap_or_default();
    for (key, days) in threads.flatten() {
        all.entry(key)
            .and_modify(|known| {
                known.first = known.first.min(days.first);
                known.last = known.last.max(days.last);
                known.count += days.count;
            })
            .or_insert(days);
    }
    all
}
