//! On which days of half a year something was seen, a bit for each.

/// Days that are told apart: a day and the one so many later have the same bit.
pub const RING: i32 = 192;
/// Words of bits.
const WORDS: usize = RING as usize / u64::BITS as usize;

/// Days of [`RING`] in a row, wherever these begin: a day's bit is where it is in the ring, so that time goes on without
/// anything being moved.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Days(pub(super) [u64; WORDS]);

impl Days {
    /// Every day there is.
    pub(super) const ALL: Self = Self([u64::MAX; WORDS]);

    pub(super) fn add(&mut self, day: i32) {
        let (word, bit) = place(day);
        self.0[word] |= 1 << bit;
    }

    pub(super) fn remove(&mut self, day: i32) {
        let (word, bit) = place(day);
        self.0[word] &= !(1 << bit);
    }

    pub(super) fn with(self, other: Self) -> Self {
        Self(std::array::from_fn(|word| self.0[word] | other.0[word]))
    }

    pub(super) fn only(self, other: Self) -> Self {
        Self(std::array::from_fn(|word| self.0[word] & other.0[word]))
    }

    pub(super) fn is_empty(self) -> bool {
        self == Self::default()
    }

    /// First and last day and how many there are, the first possible one being `since`; `None` of no day.
    pub(super) fn told(self, since: i32) -> Option<(i32, i32, u32)> {
        let bits = self.since(since);
        let first = (0..WORDS).find(|word| bits[*word] != 0)?;
        let last = (0..WORDS).rfind(|word| bits[*word] != 0)?;
        let day = |word: usize, bit: u32| since + (word as u32 * u64::BITS + bit) as i32;
        let count = bits.iter().map(|word| word.count_ones()).sum();
        let last = day(last, u64::BITS - 1 - bits[last].leading_zeros());
        Some((day(first, bits[first].trailing_zeros()), last, count))
    }

    /// The bits from a day on, that of the day first.
    fn since(self, day: i32) -> [u64; WORDS] {
        let (word, bit) = place(day);
        let at = |step: usize| u128::from(self.0[(word + step) % WORDS]);
        std::array::from_fn(|step| ((at(step + 1) << u64::BITS | at(step)) >> bit) as u64)
    }
}

fn place(day: i32) -> (usize, u32) {
    let place = day.rem_euclid(RING) as u32;
    ((place / u64::BITS) as usize, place % u64::BITS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    proptest! {
        #[test]
        fn days_are_a_set(since in -400i32..30_000, steps in prop::collection::btree_set(0..RING, 0..20), gone in 0..RING) {
            let mut days = Days::default();
            steps.iter().for_each(|step| days.add(since + step));
            days.remove(since + gone);
            let left: BTreeSet<i32> = steps.iter().filter(|step| **step != gone).map(|step| since + step).collect();
            let told = left.first().zip(left.last()).map(|(first, last)| (*first, *last, left.len() as u32));
            prop_assert_eq!(days.told(since), told);
            prop_assert_eq!(days.is_empty(), left.is_empty());
        }
    }
}
