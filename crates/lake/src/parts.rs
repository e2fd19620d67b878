//! Stretches of all addresses, worked on by some threads and told in their order: files are sorted by subject, so each is a
//! stretch of every file, and what is held depends on a stretch and not on the country.

use std::collections::VecDeque;
use std::io;
use std::path::Path;
use std::thread;

use crate::lake::THREADS;
use crate::scan::skip::Sought;
use crate::{Lake, LakeError};

/// Rows of sightings that make a part, to the rows that the lake holds at once: a finding has many, and those of one part had
/// better be far more than the pages it shares with the next.
const PART_FACTOR: usize = 4;
/// What is no part of its own but to keep both threads busy.
const SMALLEST_PART: usize = 32 * 1024;

/// A stretch of all addresses.
pub(crate) struct Part {
    pub(crate) sought: Sought,
    /// Where pages begin in it, with their rows, in order.
    pub(crate) pages: Vec<(u128, usize)>,
}

impl Part {
    /// What is sought, and where pages begin in it.
    pub(crate) fn of(sought: Sought, mut pages: Vec<(u128, usize)>) -> Self {
        pages.sort_unstable();
        Self { sought, pages }
    }

    /// Cuts it into such of about so many rows.
    pub(crate) fn cut(self, rows: usize) -> Vec<Self> {
        let bounds = self.bounds(rows);
        self.cut_at(bounds)
    }

    /// Cuts it at some addresses, in order.
    pub(crate) fn cut_at(self, bounds: impl IntoIterator<Item = u128>) -> Vec<Self> {
        let (mut parts, mut pages, mut from) = (Vec::new(), self.pages.as_slice(), 0);
        for bound in bounds {
            let (before, rest) = pages.split_at(pages.partition_point(|page| page.0 < bound));
            let sought = Sought { ranges: self.sought.within((from, bound - 1)), texts: false };
            parts.push(Self { sought, pages: before.to_vec() });
            (pages, from) = (rest, bound);
        }
        let sought = Sought { ranges: self.sought.within((from, u128::MAX)), texts: self.sought.texts };
        parts.push(Self { sought, pages: pages.to_vec() });
        parts
    }

    /// The addresses at which stretches of about so many rows begin, but for the first.
    pub(crate) fn bounds(&self, rows: usize) -> Vec<u128> {
        let mut begun = self.pages.first().map_or(0, |page| page.0);
        let (mut bounds, mut held) = (Vec::new(), 0);
        for (address, page) in &self.pages {
            if held >= rows && *address > begun {
                bounds.push(*address);
                (begun, held) = (*address, 0);
            }
            held += page;
        }
        bounds
    }

    /// Where to cut it so that both parts have fewer pages: with half its rows before, or where the last page begins if that
    /// has more than all others. `None` if all pages begin at the same address: that is no smaller however it is cut.
    pub(crate) fn middle(&self) -> Option<u128> {
        let half = self.bounds(self.rows().div_ceil(2)).first().copied();
        let (first, last) = (self.pages.first()?.0, self.pages.last()?.0);
        half.or_else(|| (last > first).then_some(last))
    }

    pub(crate) fn rows(&self) -> usize {
        self.pages.iter().map(|page| page.1).sum()
    }
}

impl Lake {
    /// Cuts what is sought so that each part has about as many rows of some files of sightings as the lake holds at once.
    ///
    /// # Errors
    /// The disk's.
    pub(crate) fn parts<'f>(
        &self,
        sought: &Sought,
        files: impl Iterator<Item = &'f Path>,
    ) -> Result<Vec<Part>, LakeError> {
        let mut pages = Vec::new();
        for file in files {
            pages.extend(self.address_samples(file, sought)?);
        }
        let whole = Part::of(sought.clone(), pages);
        let rows = whole.rows().div_ceil(2 * THREADS).max(SMALLEST_PART).min(self.part_rows * PART_FACTOR);
        Ok(whole.cut(rows))
    }
}

/// Works on some parts at a time and tells what came of them in their order. `tell` answers parts that are to be done in
/// place of the one that was told.
///
/// # Errors
/// That of `work` or of `tell`.
pub(crate) fn in_turn<T: Send, E: From<LakeError>>(
    parts: Vec<Part>,
    work: impl Fn(&Part) -> Result<T, LakeError> + Sync,
    mut tell: impl FnMut(T, Part) -> Result<Vec<Part>, E>,
) -> Result<(), E> {
    let (broken, work) = (|_| LakeError::from(io::Error::other("a thread of the lake broke off")), &work);
    thread::scope(|scope| {
        let begin = |part: Part| scope.spawn(move || (work(&part), part));
        let mut waiting = parts.into_iter();
        let mut begun: VecDeque<_> = waiting.by_ref().take(THREADS).map(begin).collect();
        while let Some(first) = begun.pop_front() {
            let (made, part) = first.join().map_err(broken)?;
            begun.extend(waiting.next().map(begin));
            for part in tell(made?, part)?.into_iter().rev() {
                begun.push_front(begin(part));
            }
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn whole(pages: Vec<(u128, usize)>) -> Part {
        Part::of(Sought::all(), pages)
    }

    #[test]
    fn the_middle_is_no_end() {
        assert_eq!(whole(vec![(1, 10), (2, 10), (3, 10), (4, 10)]).middle(), Some(3));
        assert_eq!(whole(vec![(1, 100), (2, 4_096)]).middle(), Some(2), "the last is larger than all before it");
        assert_eq!(whole(vec![(7, 4_096), (7, 4_096), (7, 4_096)]).middle(), None);
        assert_eq!((whole(vec![]).middle(), whole(vec![(1, 4_096)]).middle()), (None, None));
    }

    proptest! {
        #[test]
        fn cutting_in_two_comes_to_an_end_and_loses_nothing(
            pages in prop::collection::vec((0u128..9, prop_oneof![1usize..10, 4_000usize..4_097]), 0..40),
        ) {
            let all = whole(pages);
            let (pages, mut next) = (all.pages.clone(), 0);
            let (mut left, mut told, mut cuts) = (vec![all], Vec::new(), 0);
            while let Some(part) = left.pop() {
                let Some(middle) = part.middle() else {
                    // The parts follow upon each other.
                    prop_assert_eq!(part.sought.ranges[0].0, next);
                    next = part.sought.ranges[0].1.wrapping_add(1);
                    prop_assert_eq!(part.sought.texts, left.is_empty());
                    prop_assert!(part.pages.iter().all(|page| part.sought.has(Some(page.0))));
                    told.extend(part.pages);
                    continue;
                };
                let before = part.pages.len();
                let parts = part.cut_at([middle]);
                prop_assert_eq!(parts.len(), 2);
                prop_assert!(parts.iter().all(|part| part.pages.len() < before));
                cuts += 1;
                prop_assert!(cuts < pages.len());
                left.extend(parts.into_iter().rev());
            }
            prop_assert_eq!((told, next), (pages, 0));
        }
    }
}
