//! What a reader can work out about the cells that are not shown.
//!
//! He has every published cell, every relation between cells, and the rule. Each unknown cell then has a lowest and a
//! highest possible value; the cell is **exposed** if fewer values than the rule's spread lie between. The bounds are
//! those of a linear program, so any way of putting relations together is found, not only sums one by one.

use crate::simplex::{AtMost, Walk};

/// What counts as a whole number, when a bound comes out of the linear program.
const NEARLY_WHOLE: f64 = 1e-4;

/// Unknown cells and what is known of them. Values are what they truly are, which every relation must allow.
#[derive(Debug, Clone, Default)]
pub struct System {
    truth: Vec<u64>,
    relations: Vec<(Vec<(usize, i64)>, i64)>,
}

impl System {
    /// Adds an unknown cell with its true value; its number.
    pub fn unknown(&mut self, truth: u64) -> usize {
        self.truth.push(truth);
        self.truth.len() - 1
    }

    /// Σ coefficient × cell ≤ bound.
    pub fn at_most(&mut self, terms: Vec<(usize, i64)>, bound: i64) {
        if !terms.is_empty() {
            self.relations.push((terms, bound));
        }
    }

    /// Σ coefficient × cell ≥ bound.
    pub fn at_least(&mut self, terms: Vec<(usize, i64)>, bound: i64) {
        self.at_most(terms.into_iter().map(|(cell, by)| (cell, -by)).collect(), -bound);
    }

    /// Σ coefficient × cell = bound.
    pub fn equal(&mut self, terms: Vec<(usize, i64)>, bound: i64) {
        self.at_most(terms.clone(), bound);
        self.at_least(terms, bound);
    }

    /// True values of the unknown cells.
    pub fn truth(&self) -> &[u64] {
        &self.truth
    }

    /// Every relation as `Σ coefficient × cell ≤ bound`.
    pub fn relations(&self) -> impl Iterator<Item = (&[(usize, i64)], i64)> {
        self.relations.iter().map(|(terms, bound)| (terms.as_slice(), *bound))
    }

    /// The relations that the true values do not fulfil; a system with one of these is wrong.
    pub fn untrue(&self) -> usize {
        self.relations().filter(|(terms, bound)| self.slack(terms, *bound) < 0).count()
    }

    /// The cells of which fewer values stay possible than `spread` says for each.
    pub fn exposed(&self, spread: impl Fn(usize) -> u64) -> Vec<usize> {
        let mut walk = self.walk();
        let wide = |cell: usize, reach: (f64, f64)| self.values(cell, reach) >= spread(cell) as f64;
        let mut exposed = Vec::new();
        for cell in 0..self.truth.len() {
            for up in [true, false] {
                if !wide(cell, walk.reach(cell)) {
                    walk.push(cell, up, |reach| wide(cell, reach));
                }
            }
            if !wide(cell, walk.reach(cell)) {
                exposed.push(cell);
            }
        }
        exposed
    }

    /// Lowest and highest possible value of each cell, as reals.
    pub fn bounds(&self) -> Vec<(f64, f64)> {
        let mut walk = self.walk();
        let bound = |cell: usize| {
            walk.push(cell, true, |_| false);
            walk.push(cell, false, |_| false);
            let (low, high) = walk.reach(cell);
            (self.truth[cell] as f64 + low, self.truth[cell] as f64 + high)
        };
        (0..self.truth.len()).map(bound).collect()
    }

    fn walk(&self) -> Walk {
        let relation = |(terms, bound): (&[(usize, i64)], i64)| AtMost {
            terms: terms.iter().map(|(cell, by)| (*cell, *by as f64)).collect(),
            slack: self.slack(terms, bound) as f64,
        };
        let relations: Vec<AtMost> = self.relations().map(relation).collect();
        Walk::new(self.truth.len(), &relations)
    }

    /// How far the truth is from a bound.
    fn slack(&self, terms: &[(usize, i64)], bound: i64) -> i64 {
        let value = |cell: usize| i64::try_from(self.truth[cell]).unwrap_or(i64::MAX);
        terms.iter().fold(bound, |slack, (cell, by)| slack.saturating_sub(by.saturating_mul(value(*cell))))
    }

    /// Whole values that a cell can have.
    fn values(&self, cell: usize, (low, high): (f64, f64)) -> f64 {
        let truth = self.truth[cell] as f64;
        (truth + high + NEARLY_WHOLE).floor() - (truth + low - NEARLY_WHOLE).ceil() + 1.0
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::naive;

    fn between(system: &mut System, truth: u64, low: i64, high: i64) -> usize {
        let cell = system.unknown(truth);
        system.at_least(vec![(cell, 1)], low);
        system.at_most(vec![(cell, 1)], high);
        cell
    }

    #[test]
    fn one_missing_part_of_a_sum_is_exposed_and_two_are_not() {
        let mut system = System::default();
        let a = between(&mut system, 4, 0, 9);
        system.equal(vec![(a, 1)], 4);
        assert_eq!(system.exposed(|_| 5), [a]);
        let mut system = System::default();
        let (a, b) = (between(&mut system, 4, 0, 9), between(&mut system, 5, 0, 9));
        system.equal(vec![(a, 1), (b, 1)], 9);
        assert_eq!(system.exposed(|_| 5), [0usize; 0]);
    }

    #[test]
    fn two_small_parts_with_the_largest_sum_are_exposed() {
        let mut system = System::default();
        let (a, b) = (between(&mut system, 9, 0, 9), between(&mut system, 9, 0, 9));
        system.equal(vec![(a, 1), (b, 1)], 18);
        assert_eq!(system.exposed(|_| 2), [a, b]);
    }

    #[test]
    fn relations_put_together_expose_what_none_does_alone() {
        let mut system = System::default();
        let cells: Vec<usize> = [3, 4, 5].iter().map(|truth| between(&mut system, *truth, 0, 9)).collect();
        system.equal(cells.iter().map(|cell| (*cell, 1)).collect(), 12);
        system.equal(vec![(cells[0], 1), (cells[1], 1)], 7);
        assert_eq!(system.exposed(|_| 2), [cells[2]]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn bounds_are_those_of_trying_every_value(
            truth in proptest::collection::vec(0u64..10, 1..5),
            masks in proptest::collection::vec((1usize..16, 0i64..4, any::<bool>()), 0..4),
        ) {
            let mut system = System::default();
            for value in &truth {
                between(&mut system, *value, 0, 9);
            }
            for (mask, slack, exact) in masks {
                let terms: Vec<(usize, i64)> =
                    (0..truth.len()).filter(|cell| mask >> cell & 1 == 1).map(|cell| (cell, 1)).collect();
                let sum: i64 = terms.iter().map(|(cell, _)| truth[*cell] as i64).sum();
                if exact { system.equal(terms, sum) } else { system.at_most(terms, sum + slack) }
            }
            prop_assert_eq!(system.untrue(), 0);
            for ((low, high), (least, most)) in system.bounds().into_iter().zip(naive::bounds(&system, 9)) {
                // The reals reach at least as far, and less than one further: sums of cells with ones as coefficients.
                prop_assert!(low <= least as f64 + 1e-4 && high >= most as f64 - 1e-4);
                prop_assert!((low - 1e-4).ceil() > least as f64 - 1.0 && (high + 1e-4).floor() < most as f64 + 1.0);
            }
        }
    }
}
