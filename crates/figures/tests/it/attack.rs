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
