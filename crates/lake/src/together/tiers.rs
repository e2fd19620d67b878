//! Which of a day's files are put together, by their sizes, smallest first: each row is rewritten seldom, and few files at once.

use std::ops::Range;

/// Files that are put together in one go: what is open and held depends on them and not on how many a day has. Measured with
/// 18,000 files of 2,000 rows: 32 took 71 s of CPU, 64 took 59, 128 took 46, 256 took 52.
pub(super) const FILES_AT_ONCE: usize = 128;

/// How many of a day's files are put together: so many that what comes of it is at least twice as large as the largest of them,
/// which is then rewritten seldom; those left out double in size from one to the next. So a row is written about
/// log2(day / report) times, and so many files are left. More are put together where `files_max` would be exceeded.
pub(super) fn together(sizes: &[i64], files_max: usize) -> usize {
    if sizes.len() <= files_max {
        return 0;
    }
    dominated(sizes).max(sizes.len() - files_max.saturating_sub(1)).min(sizes.len())
}

/// How many until the last that is no larger than all before it.
fn dominated(sizes: &[i64]) -> usize {
    let (mut smaller, mut tier) = (0, 0);
    for (at, size) in sizes.iter().enumerate() {
        if *size <= smaller {
            tier = at + 1;
        }
        smaller += size;
    }
    tier
}

/// Which of the files that are put together become one now, at most `at_once` each. Of more than that what is made is at least
/// twice as large as the largest of it, too; then there is another round, in which what was made is among the others.
pub(super) fn round(sizes: &[i64], at_once: usize) -> Vec<Range<usize>> {
    let at_once = at_once.max(2);
    let (mut groups, mut begin) = (Vec::new(), 0);
    while sizes.len() > at_once && begin < sizes.len() {
        let group = dominated(&sizes[begin..sizes.len().min(begin + at_once)]);
        if group < 2 {
            break;
        }
        groups.push(begin..begin + group);
        begin += group;
    }
    // Few, or each larger than all before it: of many real files that cannot be.
    if groups.is_empty() && !sizes.is_empty() {
        groups.push(0..sizes.len().min(at_once));
    }
    groups
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_large_file_is_left_alone_until_the_small_ones_are_as_much() {
        assert_eq!(together(&[1, 1, 1, 1], 3), 4);
        assert_eq!(together(&[1, 1, 1, 100], 3), 3);
        assert_eq!(together(&[30, 30, 41, 100], 3), 4, "the small ones are as much");
        assert_eq!(together(&[1, 2, 4, 8, 16], 4), 2, "none is dominated by smaller ones, but there are too many");
        assert_eq!(together(&[1, 2, 4, 8, 16], 5), 0);
        assert_eq!((together(&[1, 2, 4], 1), together(&[1, 2, 4], 0), together(&[7], 0)), (3, 3, 1));
        assert_eq!((together(&[], 0), together(&[7], 1)), (0, 0));
    }

    #[test]
    fn many_files_become_one_in_rounds_of_few() {
        let ends = |sizes: &[i64]| round(sizes, 3).into_iter().map(|group| group.end).collect::<Vec<_>>();
        assert_eq!(ends(&[1, 1, 1, 1, 1, 1, 1]), [3, 6], "the last waits for the others");
        assert_eq!(ends(&[1, 1, 1, 1, 1]), [3, 5]);
        assert_eq!(ends(&[1, 1, 100, 100]), [2, 4], "a large file does not join two small ones");
        assert_eq!(ends(&[1, 1, 100]), [3], "all at once, as is wanted");
        assert_eq!(ends(&[1, 2, 4, 8]), [3], "none is dominated");
        assert_eq!((ends(&[]), ends(&[7])), (vec![], vec![1]));
    }

    /// A day's files become fewer as long as there are too many, as [`crate::together::Compaction`] does it.
    struct Day {
        sizes: Vec<i64>,
        /// What was written in all.
        written: i64,
        rounds: usize,
    }

    impl Day {
        fn of(sizes: Vec<i64>) -> Self {
            Self { sizes, written: 0, rounds: 0 }
        }

        fn settle(&mut self, files_max: usize, at_once: usize) {
            loop {
                self.sizes.sort_unstable();
                let count = together(&self.sizes, files_max);
                let groups = round(&self.sizes[..count], at_once);
                let mut left = self.sizes[groups.last().map_or(0, |last| last.end)..].to_vec();
                for group in &groups {
                    let made = self.sizes[group.clone()].iter().sum();
                    self.written += made;
                    left.push(made);
                }
                self.sizes = left;
                self.rounds += groups.len().min(1);
                if count <= at_once {
                    return;
                }
            }
        }
    }

    proptest! {
        #[test]
        fn files_stay_few_and_rows_are_rewritten_seldom(
            bursts in prop::collection::vec(
                prop_oneof![4 => prop::collection::vec(1i64..1_000, 1), 1 => prop::collection::vec(1i64..1_000, 1..300)],
                1..200,
            ),
            files_max in 24usize..60,
            at_once in 24usize..60,
        ) {
            let whole: i64 = bursts.iter().flatten().sum();
            let mut day = Day::of(Vec::new());
            for reports in bursts {
                day.sizes.extend(reports);
                day.settle(files_max, at_once);
                prop_assert!(day.sizes.len() <= files_max);
            }
            // A row is rewritten only into a file at least twice as large as the one it was in.
            let times = i64::from(64 - whole.leading_zeros());
            prop_assert!(day.written <= whole * times, "{} written of {whole}", day.written);
            prop_assert_eq!(day.sizes.iter().sum::<i64>(), whole);
        }

        #[test]
        fn those_left_out_double_in_size(mut sizes in prop::collection::vec(1i64..1_000_000, 1..100), files_max in 24usize..60) {
            sizes.sort_unstable();
            let count = together(&sizes, files_max);
            let mut smaller: i64 = sizes[..count].iter().sum();
            for left in sizes[count..].iter().filter(|_| count > 0) {
                prop_assert!(*left > smaller, "{left} is left after {smaller}");
                smaller += left;
            }
        }

        #[test]
        fn rounds_come_to_an_end_with_as_few_files_as_wanted(
            sizes in prop::collection::vec(prop_oneof![0i64..10, 1i64..1 << 40], 0..300),
            files_max in 0usize..6,
            at_once in 2usize..7,
        ) {
            let (whole, files): (i64, usize) = (sizes.iter().sum(), sizes.len());
            let mut day = Day::of(sizes);
            day.settle(files_max, at_once);
            prop_assert!(day.sizes.len() <= files_max.max(1));
            prop_assert!(day.rounds <= files.max(1));
            prop_assert_eq!(day.sizes.iter().sum::<i64>(), whole);
        }

        #[test]
        fn files_of_one_size_become_one_in_as_few_rounds_as_can_be(size in 1i64..1_000, files in 1usize..5_000, at_once in 4usize..130) {
            let mut day = Day::of(vec![size; files]);
            day.settle(1, at_once);
            let least = (1..).find(|rounds| at_once.saturating_pow(*rounds) >= files).unwrap_or(1) as usize;
            prop_assert!(day.rounds <= least, "{} rounds", day.rounds);
            prop_assert_eq!(day.sizes.len(), 1);
        }

        #[test]
        fn no_round_has_more_files_than_told_and_none_is_in_it_twice(
            mut sizes in prop::collection::vec(1i64..1 << 40, 0..300),
            at_once in 2usize..100,
        ) {
            sizes.sort_unstable();
            let groups = round(&sizes, at_once);
            prop_assert!(groups.iter().all(|group| (1..=at_once).contains(&group.len())));
            prop_assert!(groups.windows(2).all(|pair| pair[0].end == pair[1].start));
            prop_assert_eq!(groups.first().map_or(0, |first| first.start), 0);
            prop_assert_eq!(groups.is_empty(), sizes.is_empty());
        }
    }
}
