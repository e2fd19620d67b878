//! A part of an address space in which few stretches begin, and whose they are in our days: one line of the cache.

use std::hint::select_unpredictable as either;

use super::{NEAR, SliceAt, Slices, near};

/// A day in few bits: since 1970, and every other the next that there is. They last until 2149.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) struct Day(u16);

impl Day {
    /// Before all that are said.
    pub(super) const FIRST: Self = Self(0);
    /// After all that are asked for.
    pub(super) const NEVER: Self = Self(u16::MAX);

    /// A day that is asked for.
    fn asked(day: i32) -> Self {
        Self(day.clamp(0, i32::from(u16::MAX) - 1) as u16)
    }

    /// A day from which on something holds, if every day asked for is on the same side of both.
    pub(super) fn from(day: i32) -> Option<Self> {
        match (day, Self::asked(day)) {
            (i32::MIN, _) => Some(Self::FIRST),
            (day, short) if day > 0 && i32::from(short.0) == day => Some(short),
            _ => None,
        }
    }
}

/// What a line says of an answer: the slices of its two newest turns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Recent {
    /// The first day of which it says anything.
    pub(super) since: Day,
    /// From this day on the newer counts.
    pub(super) turn: Day,
    pub(super) newer: u16,
    pub(super) older: u16,
}

impl Recent {
    /// Of an answer that has no room in a line.
    pub(super) const NOTHING: Self = Self { since: Day::NEVER, turn: Day::FIRST, newer: 0, older: 0 };
}

/// Stretches of a part in which few begin. Of each stretch, that before the first start too, what it is in our days.
#[derive(Debug, Clone, Copy)]
#[repr(align(64))]
pub(super) struct Line {
    /// From this day on all is said; of days before, [`Older`] are asked.
    since: Day,
    /// Where they begin, by the next bits not seen yet. Behind the last is the last stretch again.
    starts: [u16; Self::STARTS],
    turns: [Day; Self::STARTS + 1],
    newer: [u16; Self::STARTS + 1],
    older: [u16; Self::STARTS + 1],
}

/// The answers of a line's stretches for every day.
pub(super) type Older = [SliceAt; Line::STARTS + 1];

impl Line {
    /// Most stretches that begin in a part.
    pub(super) const STARTS: usize = 7;
    /// A line that says nothing on any day.
    pub(super) const NOTHING: Self = {
        let none = [Day::FIRST; Self::STARTS + 1];
        let of_none = [0; Self::STARTS + 1];
        Self { since: Day::NEVER, starts: [u16::MAX; Self::STARTS], turns: none, newer: of_none, older: of_none }
    };

    /// With the answers it is made of.
    pub(super) fn of(stretches: &[(u128, SliceAt)], before: SliceAt, seen: u32, slices: &Slices) -> (Self, Older) {
        let last = stretches.last().map_or(before, |(_, answer)| *answer);
        let mut line = Self { since: Day::FIRST, ..Self::NOTHING };
        let mut answers = [last; Self::STARTS + 1];
        answers[0] = before;
        for (at, (first, answer)) in stretches.iter().enumerate() {
            line.starts[at] = next_bits(near(first << seen));
            answers[at + 1] = *answer;
        }
        for (at, answer) in answers.iter().enumerate() {
            let recent = slices.recent(*answer);
            line.since = line.since.max(recent.since);
            (line.turns[at], line.newer[at], line.older[at]) = (recent.turn, recent.newer, recent.older);
        }
        (line, answers)
    }

    /// Whether a line can say where a stretch begins in a part.
    pub(super) fn says((first, _): &(u128, SliceAt), seen: u32) -> bool {
        first << NEAR == 0 && first << seen << u16::BITS == 0
    }

    /// Which of its stretches an address lies in.
    pub(super) fn place(&self, rest: u64) -> usize {
        let rest = next_bits(rest);
        let begun: u16 = self.starts.iter().map(|start| u16::from(*start <= rest)).sum();
        usize::from(begun).min(Self::STARTS)
    }

    /// The slice of a stretch on a day, and whether that is true: it may be too long ago.
    pub(super) fn slice(&self, place: usize, day: i32) -> (u16, bool) {
        let day = Day::asked(day);
        (either(self.turns[place] <= day, self.newer[place], self.older[place]), self.since <= day)
    }

    /// Something that stands in it.
    pub(super) fn touch(&self) -> u32 {
        self.starts[0].into()
    }
}

/// The first bits of those not seen yet.
fn next_bits(rest: u64) -> u16 {
    (rest >> (u64::BITS - u16::BITS)) as u16
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_line_is_one_of_the_cache() {
        assert_eq!((size_of::<Line>(), align_of::<Line>()), (64, 64));
    }

    proptest! {
        #[test]
        fn a_short_day_is_on_the_same_side(from in -3..70_000, days in prop::collection::vec(-10..80_000, 1..50)) {
            let near = (from - 3..from + 3).chain([i32::MIN, i32::MAX]);
            for day in days.into_iter().chain(near) {
                if let Some(short) = Day::from(from) {
                    prop_assert_eq!(short <= Day::asked(day), from <= day);
                }
                prop_assert!(Day::FIRST <= Day::asked(day) && Day::asked(day) < Day::NEVER);
            }
            prop_assert_eq!(Day::from(from).is_some(), (1..i32::from(u16::MAX)).contains(&from));
        }
    }
}
