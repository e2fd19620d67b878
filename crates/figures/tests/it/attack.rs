//! A reader who does sums: from the published JSON files alone, with his own arithmetic, nothing of the audit's.
//!
//! He writes down every equation between cells of all files (days and their mean; provinces and operators and the country,
//! even knowing how many addresses are counted in two), solves them exactly, and looks for a cell that is not shown but
//! has one value only.

use std::collections::{BTreeMap, BTreeSet};

use figures::counts::{Breakdown, Counts};
use figures::picture::Picture;
use figures::words::Lang;
use serde_json::Value;

/// A number of an equation: exact.
type Fraction = (i128, i128);

/// Σ coefficient × cell = right side.
#[derive(Debug, Clone, Default)]
struct Equation {
    left: BTreeMap<String, Fraction>,
    right: i128,
}

/// What is not shown and can be worked out by sums.
pub(crate) fn recovered(counts: &Counts, picture: &Picture) -> Vec<String> {
    let files = files(picture);
    let equations = vec![
        days(&files["daily"], counts),
        parts(&files["provinces"], counts, &counts.provinces, "unique"),
        parts(&files["provinces"], counts, &counts.provinces, "mean"),
        parts(&files["isps"], counts, &counts.isps, "unique"),
        parts(&files["isps"], counts, &counts.isps, "mean"),
    ];
    determined(equations.into_iter().filter(|equation| !equation.left.is_empty()).collect())
}

/// Numbers under the limit that a reader finds in the files by looking, or by multiplying: means, days, and the addresses
/// per day that a rate stands for.
pub(crate) fn small_numbers(picture: &Picture) -> Vec<String> {
    let limit = picture.rule.limit as f64;
    let mut small = Vec::new();
    for (table, file) in files(picture).iter().filter(|(table, _)| *table != "feeds") {
        for row in ["rows", "totals"].iter().flat_map(|part| file[*part].as_array().expect("rows")) {
            let number = |name: &str| row[name].as_f64();
            let told = number("rate").zip(number("space")).map(|(rate, space)| (rate + ROUNDED) * space / 1e5);
            let numbers = [number("mean"), number("unique"), number("addresses"), told];
            small.extend(
                numbers.iter().flatten().filter(|told| **told < limit).map(|told| format!("{table} {told} {row}")),
            );
        }
    }
    small
}

/// Means and rates are rounded to tenths: so far is the true one at most.
const ROUNDED: f64 = 0.05;

/// What a reader knows of the sum of days of one cell.
type Range = (f64, f64);

/// Cells that are not shown and whose mean per day is known to fewer whole values than the rule's spread, to a reader who
/// knows nothing but the files: sums of days from means (times days) and rates (times space), and what *under* and
/// *hidden* say, put together until nothing more follows.
pub(crate) fn narrowed(counts: &Counts, picture: &Picture) -> Vec<String> {
    let (files, days) = (files(picture), counts.period.days() as f64);
    let mut narrow = Vec::new();
    for table in ["daily", "provinces", "isps"] {
        let of_mean = if table == "daily" { 1.0 } else { days };
        let rows = files[table]["rows"].as_array().expect("rows").iter().filter(|row| row["status"] != "no_data");
        let mut parts: Vec<(String, bool, Range)> = rows.map(|row| known(row, of_mean, picture)).collect();
        let (_, _, mut whole) = known(&files["daily"]["totals"][0], days, picture);
        // Addresses counted in two groups: suppose that he knows how many.
        let truth = if table == "isps" { &counts.isps } else { &counts.provinces };
        let twice = truth.rows.iter().map(|row| row.measure.day_sum).sum::<u64>() - counts.country.measure.day_sum;
        let twice = if table == "daily" { 0.0 } else { twice as f64 };
        if parts.is_empty() {
            continue;
        }
        for _ in 0..10 {
            propagate(&mut parts, &mut whole, twice);
        }
        let values = |(low, high): Range| (high + 1e-6).floor() - (low - 1e-6).ceil() + 1.0;
        let spread = picture.rule.spread as f64 * of_mean;
        narrow.extend(
            parts
                .into_iter()
                .filter(|(_, shown, range)| !shown && values(*range) < spread)
                .map(|(name, ..)| format!("{table} {name}")),
        );
    }
    narrow
}

/// What a row says by itself: its name, whether its number is shown, the range of its sum of days.
fn known(row: &Value, days: f64, picture: &Picture) -> (String, bool, Range) {
    let name = ["code", "day", "status"].iter().find_map(|name| row[*name].as_str()).unwrap_or_default().to_owned();
    let around = |value: f64, by: f64, each: f64| ((value - by) * each, (value + by) * each);
    let meet = |a: Range, b: Range| (a.0.max(b.0), a.1.min(b.1));
    let mean = row["mean"].as_f64().or(row["addresses"].as_f64()).map(|mean| around(mean, ROUNDED, days));
    let rate = row["rate"].as_f64().zip(row["space"].as_f64());
    let rate = rate.map(|(rate, space)| around(rate, ROUNDED, days * space / 1e5));
    let limit = picture.rule.limit as f64 * days;
    let hidden = if row["status"] == "under_limit" { (0.0, limit - 1.0) } else { (limit, f64::INFINITY) };
    let told = [mean, rate].into_iter().flatten().reduce(meet);
    (name, told.is_some(), told.unwrap_or(hidden))
}

/// Each part is what the whole leaves when the others are as large, or as small, as they can be; and the other way round.
fn propagate(parts: &mut [(String, bool, Range)], whole: &mut Range, twice: f64) {
    let sums = |parts: &[(String, bool, Range)]| {
        parts.iter().fold((0.0, 0.0), |sum, (.., range)| (sum.0 + range.0, sum.1 + range.1))
    };
    let (low, high) = sums(parts);
    *whole = (whole.0.max(low - twice), whole.1.min(high - twice));
    for at in 0..parts.len() {
        let mut others = (0.0, 0.0);
        for (.., range) in parts.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, part)| part) {
            others = (others.0 + range.0, others.1 + range.1);
        }
        let range = &mut parts[at].2;
        *range = (range.0.max(whole.0 + twice - others.1), range.1.min(whole.1 + twice - others.0));
    }
}

fn files(picture: &Picture) -> BTreeMap<String, Value> {
    let files = picture.render(Lang::En).files.into_iter().filter(|file| file.name.ends_with(".json"));
    let value = |bytes: &[u8]| serde_json::from_slice::<Value>(bytes).expect("JSON");
    files.map(|file| (file.name.split('-').next().expect("a name").to_owned(), value(&file.bytes))).collect()
}

fn add(equation: &mut Equation, cell: String, by: i128, shown: Option<u64>) {
    match shown {
        Some(value) => equation.right -= by * i128::from(value),
        None => {
            equation.left.insert(cell, (by, 1));
        }
    }
}

/// The exact number behind a published one; a mean is rounded, but suppose that the reader knows it to the last digit.
fn exact(row: &Value, true_value: u64) -> Option<u64> {
    (row["status"] == "shown").then_some(true_value)
}

fn country(file: &Value, counts: &Counts, which: &str, equation: &mut Equation) {
    let (unique, day_sum) = (counts.country.measure.unique, counts.country.measure.day_sum);
    let value = if which == "unique" { unique } else { day_sum };
    add(equation, format!("country {which}"), -1, exact(&file["totals"][0], value));
}

fn days(file: &Value, counts: &Counts) -> Equation {
    let mut equation = Equation::default();
    for row in file["rows"].as_array().expect("rows") {
        if row["status"] != "no_data" {
            let day = row["day"].as_str().expect("a day");
            add(&mut equation, format!("day {day}"), 1, row["addresses"].as_u64());
        }
    }
    country(file, counts, "mean", &mut equation);
    equation
}

fn parts(file: &Value, counts: &Counts, truth: &Breakdown, which: &str) -> Equation {
    let mut equation = Equation::default();
    // Of a country under the limit no operator is listed: an empty list adds up to nothing.
    if file["rows"].as_array().is_some_and(Vec::is_empty) {
        return equation;
    }
    let value = |code: Option<&str>| {
        let row = truth.rows.iter().find(|row| row.code.as_deref() == code);
        row.map_or(0, |row| if which == "unique" { row.measure.unique } else { row.measure.day_sum })
    };
    let mut total = 0;
    for row in file["rows"].as_array().expect("rows") {
        let code = row["code"].as_str();
        total += value(code);
        let numbers = ["mean", "unique", "rate"].map(|name| row.get(name).is_some_and(Value::is_number));
        assert!(row["status"] == "shown" || numbers == [false; 3], "{row}");
        assert!(which == "mean" || row["status"] != "shown" || row["unique"].as_u64() == Some(value(code)));
        add(
            &mut equation,
            format!("{} {} {which}", file["table"].as_str().unwrap_or_default(), code.unwrap_or("unknown")),
            1,
            exact(row, value(code)),
        );
    }
    let measure = counts.country.measure;
    equation.right += i128::from(total) - i128::from(if which == "unique" { measure.unique } else { measure.day_sum });
    country(file, counts, which, &mut equation);
    equation
}

/// Gauss and Jordan, with fractions: cells that stand alone in an equation at the end.
fn determined(mut equations: Vec<Equation>) -> Vec<String> {
    let cells: BTreeSet<String> = equations.iter().flat_map(|equation| equation.left.keys().cloned()).collect();
    let mut done = 0;
    for cell in cells {
        let Some(at) = (done..equations.len()).find(|at| equations[*at].left.contains_key(&cell)) else { continue };
        equations.swap(done, at);
        let pivot = equations[done].clone();
        for (other, equation) in equations.iter_mut().enumerate() {
            if other != done && equation.left.contains_key(&cell) {
                subtract(equation, &pivot, &cell);
            }
        }
        done += 1;
    }
    let alone = equations[..done].iter().filter(|equation| equation.left.len() == 1);
    alone.flat_map(|equation| equation.left.keys().cloned()).collect()
}

fn subtract(equation: &mut Equation, pivot: &Equation, cell: &str) {
    let factor = divided(equation.left[cell], pivot.left[cell]);
    for (name, by) in &pivot.left {
        let less = reduced((by.0 * factor.0, by.1 * factor.1));
        let had = equation.left.get(name).copied().unwrap_or((0, 1));
        let now = reduced((had.0 * less.1 - less.0 * had.1, had.1 * less.1));
        equation.left.insert(name.clone(), now);
    }
    equation.left.retain(|_, by| by.0 != 0);
}

fn divided(a: Fraction, b: Fraction) -> Fraction {
    reduced((a.0 * b.1, a.1 * b.0))
}

fn reduced((a, b): Fraction) -> Fraction {
    let (mut x, mut y) = (a.abs().max(1), b.abs());
    while y > 0 {
        (x, y) = (y, x % y);
    }
    let sign = b.signum();
    if a == 0 { (0, 1) } else { (sign * a / x, sign * b / x) }
}

#[test]
fn a_lone_cell_is_recovered_by_the_attack() {
    let equation =
        |cells: &[&str]| Equation { left: cells.iter().map(|cell| ((*cell).to_owned(), (1, 1))).collect(), right: 7 };
    assert_eq!(determined(vec![equation(&["a", "b", "c"]), equation(&["a", "b"])]), ["c"]);
    assert!(determined(vec![equation(&["a", "b", "c"]), equation(&["a", "d"])]).is_empty());
}

#[test]
fn a_mean_under_the_limit_is_found_and_what_two_means_leave_is_narrowed_down() {
    let counts = crate::page::counts(&crate::page::path("golden/country/counts.json"));
    let mut picture = Picture::of(&counts, &figures::rule::Rule::shipped()).expect("protected");
    assert_eq!((small_numbers(&picture), narrowed(&counts, &picture)), (Vec::new(), Vec::new()));
    let truth = |code: &Option<String>| {
        let row = counts.provinces.rows.iter().find(|row| row.code == *code);
        row.map_or(figures::counts::Measure { unique: 0, day_sum: 0 }, |row| row.measure)
    };
    let withheld = picture.provinces.lines.iter_mut().filter(|line| line.cell == figures::picture::Cell::Withheld);
    withheld.for_each(|line| line.cell = figures::picture::Cell::Shown(truth(&line.code)));
    assert!(!narrowed(&counts, &picture).is_empty(), "without what is withheld the small ones are known");
    for line in &mut picture.provinces.lines {
        line.cell = figures::picture::Cell::Shown(truth(&line.code));
    }
    assert!(!small_numbers(&picture).is_empty());
}
