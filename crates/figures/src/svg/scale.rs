//! Round numbers for axes and classes.

/// Gridlines of an axis from nought: the step between them and how many steps hold the largest value.
pub(crate) fn axis(largest: u64) -> (u64, u64) {
    let wanted = largest.div_ceil(STEPS).max(1);
    let mut power = 1;
    while power * 10 <= wanted {
        power *= 10;
    }
    let step = [1, 2, 5, 10].into_iter().map(|by| by * power).find(|step| *step >= wanted).unwrap_or(wanted);
    (step, largest.div_ceil(step).max(1))
}

/// Steps of an axis, at most.
const STEPS: u64 = 4;
/// Classes of a coloured scale: as many as the eye tells apart in one hue (C. Brewer, *ColorBrewer*).
pub(crate) const CLASSES: usize = 5;

/// The bounds between at most [`CLASSES`] classes that hold about equally many values, as round numbers, ascending.
pub(crate) fn bounds(values: &[u64]) -> Vec<u64> {
    let mut values = values.to_vec();
    values.sort_unstable();
    let mut bounds: Vec<u64> = (1..CLASSES)
        .filter_map(|class| values.get(values.len() * class / CLASSES))
        .map(|value| round(*value))
        .collect();
    bounds.dedup();
    let lowest = values.first().copied().unwrap_or(0);
    bounds.retain(|bound| *bound > lowest);
    bounds
}

/// The class of a value, 1 to [`CLASSES`]; the highest class is always the last.
pub(crate) fn class(value: u64, bounds: &[u64]) -> usize {
    let at = bounds.iter().filter(|bound| **bound <= value).count();
    CLASSES + at - bounds.len()
}

/// Down to two digits, the second of them 0 or 5.
fn round(value: u64) -> u64 {
    let mut power = 1;
    while power * 100 <= value {
        power *= 10;
    }
    let step = if value < 10 { 1 } else { 5 * power };
    value / step * step
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_axis_ends_above_the_largest_value() {
        for (largest, step, steps) in
            [(0, 1, 1), (3, 1, 3), (47, 20, 3), (468_796, 200_000, 3), (1_000_000, 500_000, 2)]
        {
            assert_eq!(axis(largest), (step, steps), "{largest}");
        }
    }

    #[test]
    fn classes_are_round_and_hold_every_value() {
        let values: Vec<u64> = (1..=34).map(|n| n * n * 13).collect();
        let bounds = bounds(&values);
        assert_eq!(bounds, [600, 2_500, 5_500, 10_000]);
        assert_eq!((class(13, &bounds), class(5_499, &bounds), class(15_000, &bounds)), (1, 3, 5));
    }

    #[test]
    fn few_values_make_few_classes() {
        assert!(bounds(&[]).is_empty() && bounds(&[7, 7, 7]).is_empty());
        assert_eq!(class(7, &[]), CLASSES);
    }
}
