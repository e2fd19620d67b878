//! Which items are left out: those under the limit, and those that would tell them.
//!
//! First every item under the limit. Then, while the audit finds an unknown exposed, one more item of its table is
//! withheld, the smallest that leaves room; when the table has none left, the total, and then parts of other tables.
//! It ends, because each turn withholds something; if nothing is left and something is still exposed, nothing is published.

use crate::counts::BadCounts;
use crate::items::{Fate, Item, Part, system};
use crate::rule::Rule;

/// Decides the fate of every item. The first item is the country.
///
/// # Errors
/// [`BadCounts::Unprotected`].
pub(crate) fn suppress(items: &mut [Item], days: u64, rule: &Rule) -> Result<(), BadCounts> {
    for item in items.iter_mut() {
        let is_small = rule.is_small(item.measure, item.part.days(days));
        item.fate = if is_small { Fate::Under } else { Fate::Shown };
    }
    loop {
        let exposed = exposed(items, days, rule);
        if exposed.is_empty() {
            return Ok(());
        }
        if exposed.into_iter().filter(|part| withhold(items, *part, days, rule)).count() == 0 {
            return Err(BadCounts::Unprotected);
        }
    }
}

/// The tables in which a reader can work out something that is not shown.
pub(crate) fn exposed(items: &[Item], days: u64, rule: &Rule) -> Vec<Part> {
    let (system, owners) = system(items, days, rule);
    let mut parts: Vec<Part> = Vec::new();
    // The second unknown of an item is its sum of days: so many whole values of its mean must stay possible. The country's
    // own is the sum of days that are published by themselves, each at or above the limit, and is as close as these leave it.
    let spread = |unknown: usize| match (unknown % 2, items[owners[unknown]].part) {
        (0, _) | (_, Part::Country) => rule.spread,
        (_, part) => rule.spread * part.days(days),
    };
    for unknown in system.exposed(spread) {
        let part = items[owners[unknown]].part;
        if !parts.contains(&part) {
            parts.push(part);
        }
    }
    parts
}

/// Withholds one more item on behalf of a table; whether there was one.
fn withhold(items: &mut [Item], part: Part, days: u64, rule: &Rule) -> bool {
    if part == Part::Country {
        return Part::SUMS.into_iter().filter(|part| withhold_in(items, *part, days, rule)).count() > 0;
    }
    let after = [part, Part::Country, Part::Day, Part::Province, Part::Isp, Part::Family];
    after.into_iter().any(|part| withhold_in(items, part, days, rule))
}

fn withhold_in(items: &mut [Item], part: Part, days: u64, rule: &Rule) -> bool {
    let shown = || items.iter().enumerate().filter(|(_, item)| item.part == part && item.fate == Fate::Shown);
    let size = |(_, item): &(usize, &Item)| item.measure.day_sum;
    // Hiding a count just above the limit hides little: a reader knows that it is above.
    let roomy = shown().filter(|shown| size(shown) >= 2 * rule.limit * part.days(days)).min_by_key(size);
    let Some(at) = roomy.or_else(|| shown().max_by_key(size)).map(|(at, _)| at) else { return false };
    items[at].fate = Fate::Withheld;
    true
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::counts::Measure;
    use crate::naive;

    fn item(part: Part, unique: u64) -> Item {
        Item { part, measure: Measure { unique, day_sum: unique * 2 }, fate: Fate::Shown }
    }

    fn country() -> Vec<Item> {
        let day = |addresses| Item {
            part: Part::Day,
            measure: Measure { unique: addresses, day_sum: addresses },
            fate: Fate::Shown,
        };
        let mut items = vec![item(Part::Country, 104), day(104), day(104)];
        items.extend([60, 40, 4].map(|unique| item(Part::Province, unique)));
        items.extend([64, 40].map(|unique| item(Part::Isp, unique)));
        items.extend([100, 7].map(|unique| item(Part::Family, unique)));
        items
    }

    fn fates(items: &[Item], part: Part) -> Vec<Fate> {
        items.iter().filter(|item| item.part == part).map(|item| item.fate).collect()
    }

    #[test]
    fn a_lone_small_cell_takes_the_next_smallest_with_it() {
        let mut items = country();
        suppress(&mut items, 2, &Rule::shipped()).expect("protected");
        assert_eq!(fates(&items, Part::Province), [Fate::Shown, Fate::Withheld, Fate::Under]);
        assert_eq!(fates(&items, Part::Isp), [Fate::Shown; 2]);
        assert_eq!(fates(&items, Part::Country), [Fate::Shown]);
    }

    #[test]
    fn leaving_out_only_what_is_under_the_limit_is_found_out() {
        let rule = Rule::shipped();
        let mut items = country();
        for item in items.iter_mut().filter(|item| rule.is_small(item.measure, item.part.days(2))) {
            item.fate = Fate::Under;
        }
        assert_eq!(exposed(&items, 2, &rule), [Part::Province]);
    }

    #[test]
    fn a_small_family_that_the_others_cannot_make_up_for_is_found_out() {
        let mut items = country();
        // 104 in all, 95 in the large family: the small one has at least 9.
        items.truncate(8);
        items.extend([95, 9].map(|unique| item(Part::Family, unique)));
        suppress(&mut items, 2, &Rule::shipped()).expect("protected");
        assert_eq!(fates(&items, Part::Family), [Fate::Withheld, Fate::Under]);
    }

    #[test]
    fn many_small_operators_are_hidden_and_the_rest_is_shown() {
        let mut items = vec![item(Part::Country, 1_200)];
        let day = Measure { unique: 1_200, day_sum: 1_200 };
        items.extend([Item { part: Part::Day, measure: day, fate: Fate::Shown }; 2]);
        items.push(item(Part::Province, 1_200));
        items.extend((0..400).map(|_| item(Part::Isp, 3)));
        suppress(&mut items, 2, &Rule::shipped()).expect("protected");
        assert_eq!(fates(&items, Part::Country), [Fate::Shown]);
        assert_eq!(fates(&items, Part::Isp), [Fate::Under; 400]);
    }

    /// A country of one or two days: addresses per operator are addresses per province, and all have one family.
    fn tiny() -> impl Strategy<Value = (u64, Vec<Item>)> {
        let groups = (1u64..3, proptest::collection::vec((1u64..17, any::<bool>()), 1..4));
        groups.prop_map(|(days, groups)| {
            let measure = |(unique, stays): &(u64, bool)| Measure {
                unique: *unique,
                day_sum: if *stays { unique * days } else { *unique },
            };
            let item = |part, measure| Item { part, measure, fate: Fate::Shown };
            let measures: Vec<Measure> = groups.iter().map(measure).collect();
            let all = Measure {
                unique: measures.iter().map(|m| m.unique).sum(),
                day_sum: measures.iter().map(|m| m.day_sum).sum(),
            };
            let mut items = vec![item(Part::Country, all)];
            let later = all.day_sum - all.unique;
            let days_counted = [all.unique, later].into_iter().take(days as usize);
            items.extend(days_counted.map(|n| item(Part::Day, Measure { unique: n, day_sum: n })));
            items.extend(measures.iter().map(|measure| item(Part::Province, *measure)));
            items.push(item(Part::Family, all));
            (days, items)
        })
    }

    /// Unknown items that trying every value can cope with, and the values tried.
    const TRIED_ITEMS: usize = 4;
    const TRIED_MOST: u64 = 60;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]

        #[test]
        fn what_the_audit_calls_safe_is_safe_when_every_value_is_tried((days, mut items) in tiny()) {
            let rule = Rule::shipped();
            suppress(&mut items, days, &rule).expect("protected");
            let (system, _) = system(&items, days, &rule);
            prop_assert_eq!(system.untrue(), 0);
            if system.truth().len() <= 2 * TRIED_ITEMS {
                for (low, high) in naive::bounds(&system, TRIED_MOST) {
                    prop_assert!(high - low + 1 >= rule.spread, "{} {} {:?}", low, high, items);
                }
            }
        }
    }
}
