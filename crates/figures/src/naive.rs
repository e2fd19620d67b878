//! The audit's slow twin, for tests: tries every whole value.

use crate::audit::System;

/// Lowest and highest value of each cell in all assignments of `0..=most` that every relation allows.
pub(crate) fn bounds(system: &System, most: u64) -> Vec<(u64, u64)> {
    let mut bounds = vec![(u64::MAX, 0); system.truth().len()];
    try_next(system, most, &mut Vec::new(), &mut bounds);
    bounds
}

fn try_next(system: &System, most: u64, values: &mut Vec<u64>, bounds: &mut [(u64, u64)]) {
    if values.len() == bounds.len() {
        for (bound, value) in bounds.iter_mut().zip(values.iter()) {
            *bound = (bound.0.min(*value), bound.1.max(*value));
        }
        return;
    }
    for value in 0..=most {
        values.push(value);
        if is_allowed(system, values) {
            try_next(system, most, values, bounds);
        }
        values.pop();
    }
}

/// Whether every relation holds that the last value completes.
fn is_allowed(system: &System, values: &[u64]) -> bool {
    let last = values.len() - 1;
    let complete = system.relations().filter(|(terms, _)| terms.iter().map(|(cell, _)| *cell).max() == Some(last));
    let sum = |terms: &[(usize, i64)]| terms.iter().map(|(cell, by)| by * values[*cell] as i64).sum::<i64>();
    complete.into_iter().all(|(terms, bound)| sum(terms) <= bound)
}
