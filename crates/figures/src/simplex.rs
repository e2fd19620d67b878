//! A small linear program: how far can an unknown move from its true value?
//!
//! Written in moves away from the truth, which is a point that every relation allows; so the walk begins feasible and
//! needs no first phase. Dense tableau with Bland's rule, which never goes in circles
//! (R. G. Bland, *New finite pivoting rules for the simplex method*, 1977). Every corner visited is a point that all
//! relations allow: a walk cut short claims too little freedom, never too much.

/// Pivots of one walk, after which it is cut short.
const PIVOTS_MAX: usize = 2_000;
/// What counts as nought: coefficients are small whole numbers, values at most 2⁴⁰.
const NEARLY: f64 = 1e-7;

/// One relation: Σ coefficient × move ≤ slack, with `slack ≥ 0`.
#[derive(Debug, Clone)]
pub(crate) struct AtMost {
    /// Unknowns and their coefficients.
    pub(crate) terms: Vec<(usize, f64)>,
    /// How far the truth is from the bound.
    pub(crate) slack: f64,
}

/// The moves that all relations allow, and the corner where the walk stands.
#[derive(Debug)]
pub(crate) struct Walk {
    /// One row for each relation and one for the aim; the last column is the right side.
    rows: Vec<Vec<f64>>,
    /// What each row stands for: column numbers of moves (two for each unknown: up and down), then of slacks.
    basic: Vec<usize>,
    /// What each column stands for.
    free: Vec<usize>,
    /// Lowest and highest move seen, by unknown.
    reach: Vec<(f64, f64)>,
}

impl Walk {
    /// A walk that begins at the truth.
    pub(crate) fn new(unknowns: usize, relations: &[AtMost]) -> Self {
        let (columns, height) = (2 * unknowns, relations.len());
        let mut rows = vec![vec![0.0; columns + 1]; height + 1];
        for (row, relation) in rows.iter_mut().zip(relations) {
            for (unknown, coefficient) in &relation.terms {
                row[2 * unknown] += coefficient;
                row[2 * unknown + 1] -= coefficient;
            }
            row[columns] = relation.slack.max(0.0);
        }
        let basic = (columns..columns + height).collect();
        Self { rows, basic, free: (0..columns).collect(), reach: vec![(0.0, 0.0); unknowns] }
    }

    /// Lowest and highest move seen of an unknown.
    pub(crate) fn reach(&self, unknown: usize) -> (f64, f64) {
        self.reach[unknown]
    }

    /// Moves an unknown up (or down) as far as it goes, or until `enough` says of its reach that it is.
    pub(crate) fn push(&mut self, unknown: usize, up: bool, enough: impl Fn((f64, f64)) -> bool) {
        self.aim(unknown, if up { 1.0 } else { -1.0 });
        for _ in 0..PIVOTS_MAX {
            if enough(self.reach[unknown]) {
                return;
            }
            let Some(column) = self.entering() else { return };
            let Some(row) = self.leaving(column) else {
                // Nothing stops it.
                let reach = &mut self.reach[unknown];
                *reach = if up { (reach.0, f64::INFINITY) } else { (f64::NEG_INFINITY, reach.1) };
                return;
            };
            self.pivot(row, column);
            self.remember();
        }
    }

    /// Fills the last row: minus the gain of each column.
    fn aim(&mut self, unknown: usize, sign: f64) {
        let gain = |variable: usize| match variable.checked_sub(2 * unknown) {
            Some(0) => sign,
            Some(1) => -sign,
            _ => 0.0,
        };
        let mut aim: Vec<f64> = self.free.iter().map(|variable| -gain(*variable)).chain([0.0]).collect();
        for (row, variable) in self.rows.iter().zip(&self.basic) {
            let gain = gain(*variable);
            if gain != 0.0 {
                aim.iter_mut().zip(row).for_each(|(aim, cell)| *aim += gain * cell);
            }
        }
        if let Some(last) = self.rows.last_mut() {
            *last = aim;
        }
    }

    fn entering(&self) -> Option<usize> {
        let aim = self.rows.last()?;
        (0..self.free.len()).filter(|column| aim[*column] < -NEARLY).min_by_key(|column| self.free[*column])
    }

    fn leaving(&self, column: usize) -> Option<usize> {
        let right = self.free.len();
        let candidates = (0..self.basic.len()).filter(|row| self.rows[*row][column] > NEARLY);
        let step = |row: usize| self.rows[row][right].max(0.0) / self.rows[row][column];
        candidates.min_by(|a, b| step(*a).total_cmp(&step(*b)).then(self.basic[*a].cmp(&self.basic[*b])))
    }

    fn pivot(&mut self, row: usize, column: usize) {
        let inverse = 1.0 / self.rows[row][column];
        let mut pivot = std::mem::take(&mut self.rows[row]);
        for other in self.rows.iter_mut().filter(|other| !other.is_empty()) {
            let factor = other[column] * inverse;
            if factor != 0.0 {
                other.iter_mut().zip(&pivot).for_each(|(cell, by)| *cell -= factor * by);
                other[column] = -factor;
            }
        }
        pivot.iter_mut().for_each(|cell| *cell *= inverse);
        pivot[column] = inverse;
        self.rows[row] = pivot;
        std::mem::swap(&mut self.basic[row], &mut self.free[column]);
    }

    /// Widens the reach by the corner where the walk stands.
    fn remember(&mut self) {
        let right = self.free.len();
        for (row, variable) in self.basic.iter().enumerate() {
            let Some(reach) = self.reach.get_mut(variable / 2) else { continue };
            // Of the two moves of an unknown at most one is not nought at a corner.
            let value = self.rows[row][right];
            let moved = if variable % 2 == 0 { value } else { -value };
            *reach = (reach.0.min(moved), reach.1.max(moved));
        }
    }
}
