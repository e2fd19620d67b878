//! Made countries of a few addresses, counted as the lake counts: whatever is published, nobody works out the rest.

use std::collections::{BTreeMap, BTreeSet};

use figures::counts::{Basis, Breakdown, Country, Counts, Daily, FeedState, Feeds, Measure, Period, Publisher, Row};
use figures::picture::{Cell, Picture};
use figures::rule::Rule;
use figures::words::Text;
use proptest::prelude::*;

use crate::attack::{narrowed, recovered, small_numbers};

/// First day of the made countries.
const FIRST: i32 = 20_700;
const PLACES: [Option<&str>; 5] = [Some("01"), Some("48"), Some("79"), Some("96"), None];
const ISPS: [Option<&str>; 4] = [Some("A"), Some("B"), Some("C"), None];
const FAMILIES: [&str; 5] = ["mirai", "conficker", "ramnit", "sality", "virut"];

/// Addresses that behave alike: how many, their days as bits, place, other place of some days, operator, families.
#[derive(Debug, Clone)]
struct Flock {
    size: u64,
    days: u8,
    place: usize,
    moved_to: Option<usize>,
    isp: usize,
    family: usize,
    also: Option<usize>,
}

fn flock() -> impl Strategy<Value = Flock> {
    let size = prop_oneof![4 => 0u64..12, 2 => 10u64..60, 1 => 500u64..5000];
    let moved = prop_oneof![9 => Just(None), 1 => (0..PLACES.len()).prop_map(Some)];
    let also = prop_oneof![4 => Just(None), 1 => (0..FAMILIES.len()).prop_map(Some)];
    (size, 1u8..128, 0..PLACES.len(), moved, 0..ISPS.len(), 0..FAMILIES.len(), also).prop_map(
        |(size, days, place, moved_to, isp, family, also)| Flock { size, days, place, moved_to, isp, family, also },
    )
}

fn counts(flocks: &[Flock], length: i32) -> Counts {
    let basis = |name: &str| Basis { definition: format!("define.{name}"), attribution: 1 };
    let days_of = |flock: &Flock| (0..length).filter(|day| flock.days >> day & 1 == 1).collect::<Vec<_>>();
    let alive: Vec<&Flock> = flocks.iter().filter(|flock| flock.size > 0 && !days_of(flock).is_empty()).collect();
    let sum = |f: &dyn Fn(&Flock) -> u64| alive.iter().map(|flock| f(flock)).sum::<u64>();
    let on = |day: i32| sum(&|flock| if days_of(flock).contains(&day) { flock.size } else { 0 });
    let measure = Measure { unique: sum(&|f| f.size), day_sum: sum(&|f| f.size * days_of(f).len() as u64) };
    let by = |groups: &dyn Fn(&Flock) -> BTreeSet<Option<String>>| {
        let mut rows = BTreeMap::new();
        for flock in &alive {
            for group in groups(flock) {
                let row: &mut Measure = rows.entry(group).or_insert(Measure { unique: 0, day_sum: 0 });
                row.unique += flock.size;
                row.day_sum += flock.size * days_of(flock).len() as u64;
            }
        }
        let row = |(code, measure)| Row { code, name: None, space: Some(4096), measure };
        rows.into_iter().map(row).collect::<Vec<Row>>()
    };
    let owned = |text: Option<&str>| text.map(str::to_owned);
    let places = |f: &Flock| [Some(f.place), f.moved_to].into_iter().flatten().map(|at| owned(PLACES[at])).collect();
    let isps = |f: &Flock| BTreeSet::from([owned(ISPS[f.isp])]);
    let families =
        |f: &Flock| [Some(f.family), f.also].into_iter().flatten().map(|at| Some(FAMILIES[at].to_owned())).collect();
    let text = |text: &str| Text { vi: text.to_owned(), en: text.to_owned() };
    let exposed = by(&families);
    Counts {
        period: Period { first: FIRST, last: FIRST + length - 1, zone: "Asia/Ho_Chi_Minh".to_owned() },
        publisher: Publisher { name: text("x"), licence: text("y") },
        country: Country { basis: basis("country"), measure },
        daily: Daily { basis: basis("daily"), days: (0..length).map(|day| (FIRST + day, on(day))).collect() },
        families: Breakdown { basis: basis("families"), rows: by(&families) },
        provinces: Breakdown { basis: basis("provinces"), rows: by(&places) },
        isps: Breakdown { basis: basis("isps"), rows: by(&isps) },
        exposed: Breakdown { basis: basis("exposed"), rows: exposed },
        feeds: Feeds { basis: basis("feeds"), states: vec![FeedState::Well], delivered: vec![1; length as usize] },
    }
}

fn cells(picture: &Picture) -> Vec<(String, Cell<Measure>)> {
    let tables = [&picture.families, &picture.provinces, &picture.isps, &picture.exposed];
    let lines = tables
        .into_iter()
        .enumerate()
        .flat_map(|(at, table)| table.lines.iter().map(move |line| (format!("{at} {:?}", line.code), line.cell)));
    lines.chain([("country".to_owned(), picture.country)]).collect()
}

/// The shipped rule, and others that an authority may choose.
fn rule() -> impl Strategy<Value = Rule> {
    let others = [(5, 3), (20, 8), (10, 5)].map(|(limit, spread)| Rule { limit, spread });
    prop_oneof![2 => Just(Rule::shipped()), 1 => proptest::sample::select(others.to_vec())]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn nothing_left_out_can_be_worked_out_by_sums(
        flocks in proptest::collection::vec(flock(), 0..12), length in 1i32..8, rule in rule(),
    ) {
        let counts = counts(&flocks, length);
        let picture = Picture::of(&counts, &rule).expect("protected");
        prop_assert_eq!(recovered(&counts, &picture), Vec::<String>::new());
    }

    #[test]
    fn no_mean_left_out_can_be_worked_out_nearly_by_means_rates_and_bounds(
        flocks in proptest::collection::vec(flock(), 0..12), length in 1i32..8, rule in rule(),
    ) {
        let counts = counts(&flocks, length);
        let picture = Picture::of(&counts, &rule).expect("protected");
        prop_assert_eq!(narrowed(&counts, &picture), Vec::<String>::new());
        prop_assert_eq!(small_numbers(&picture), Vec::<String>::new());
    }

    #[test]
    fn no_count_under_the_limit_is_in_any_file(
        flocks in proptest::collection::vec(flock(), 0..12), length in 1i32..8, rule in rule(),
    ) {
        let counts = counts(&flocks, length);
        let picture = Picture::of(&counts, &rule).expect("protected");
        for (name, cell) in cells(&picture) {
            let is_large = |measure: Measure| measure.day_sum >= rule.limit * length as u64 && measure.unique >= rule.limit;
            prop_assert!(cell.shown().is_none_or(is_large), "{}", name);
        }
        for day in &picture.daily {
            let shown = day.addresses.and_then(|cell| cell.shown());
            prop_assert!(shown.is_none_or(|addresses| addresses >= rule.limit));
        }
    }
}

/// What is left out is left out for a reason.
#[test]
fn a_country_with_few_small_cells_is_published_but_for_them() {
    let flocks: Vec<Flock> = (0..20)
        .map(|n| Flock {
            size: 40 + n as u64,
            days: 127,
            place: n % 5,
            moved_to: None,
            isp: n % 4,
            family: n % 5,
            also: None,
        })
        .collect();
    let picture = Picture::of(&counts(&flocks, 7), &Rule::shipped()).expect("a release");
    let hidden: Vec<String> =
        cells(&picture).into_iter().filter(|(_, cell)| cell.shown().is_none()).map(|(name, _)| name).collect();
    // The provinces in which there is nobody, and one more, because the others would tell that there is nobody.
    assert_eq!(hidden.len(), 31, "{hidden:?}");
    assert!(picture.daily.iter().all(|day| matches!(day.addresses, Some(Cell::Shown(_)))));
}

/// The attack finds what is there to find: a release in which only the small cells are left out.
#[test]
fn without_the_withheld_cells_the_small_ones_are_recovered() {
    let counts = crate::page::counts(&crate::page::path("golden/country/counts.json"));
    let mut picture = Picture::of(&counts, &Rule::shipped()).expect("protected");
    assert_eq!(recovered(&counts, &picture), Vec::<String>::new());
    let truth =
        |code: &Option<String>| counts.provinces.rows.iter().find(|row| row.code == *code).expect("a row").measure;
    for line in picture.provinces.lines.iter_mut().filter(|line| line.cell == Cell::Withheld) {
        line.cell = Cell::Shown(truth(&line.code));
    }
    assert_eq!(recovered(&counts, &picture), ["provinces 96 mean", "provinces 96 unique"]);
}
