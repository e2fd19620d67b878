//! What came of it.

use super::{
    Compared, Outcome,
    load::{CONNECTIONS, Measured},
    process::Index,
};
use crate::bench::sheet::{self, Asked, Line, Sheet};

/// What is asked for.
const RATIO_WANTED: f64 = 0.7;
const HALF_P99_MS_WANTED: f64 = 5.0;
const LOAD_SECONDS_WANTED: f64 = 2.0;
const BYTES_WANTED: f64 = 64.0;

/// The median of each number, and all that went wrong.
pub(super) fn middle(runs: &[Measured]) -> Measured {
    let of = |number: fn(&Measured) -> f64| sheet::middle(runs.iter().map(number));
    Measured {
        rate: of(|run| run.rate),
        p50_ms: of(|run| run.p50_ms),
        p99_ms: of(|run| run.p99_ms),
        cpu_us: of(|run| run.cpu_us),
        wrong: runs.iter().map(|run| run.wrong).sum(),
    }
}

/// One run in a line.
pub(super) fn show(run: &Measured) -> String {
    let Measured { rate, p50_ms, p99_ms, cpu_us, wrong } = run;
    format!("{rate:.0} answers/s, p50 {p50_ms:.2} ms, p99 {p99_ms:.2} ms, {cpu_us:.0} us CPU each, {wrong} wrong")
}

/// The table.
pub(super) fn sheet(outcome: &Outcome) -> Sheet {
    let Outcome { generator, index, peak_mb: [ours_mb, nginx_mb], paths, right } = outcome;
    let mut sheet = Sheet::new(format!(
        "check: {generator}, {CONNECTIONS} keep-alive connections, every request by another visitor; medians, the ratio's of pairs"
    ));
    for compared in paths {
        let (path, ratio) = (compared.path, ratio(compared));
        sheet.push(line(compared, ratio));
        sheet.ask([
            Asked::at_least(format!("{path}: ratio"), RATIO_WANTED, ratio),
            Asked::at_most(format!("{path}: p99 ms at half load"), HALF_P99_MS_WANTED, middle(&compared.half).p99_ms),
            Asked::at_most(format!("{path}: answers that were none, of both"), 0.0, wrong(compared) as f64),
        ]);
    }
    let Index { addresses, seconds, bytes } = index;
    sheet.note(format!(
        "index: {addresses} addresses in {seconds:.2} s, {bytes:.1} bytes each; peak MB: ours {ours_mb:.0}, nginx {nginx_mb:.0}"
    ));
    sheet.note(format!("verdicts right under load: {} of {}", right.0, right.1));
    sheet.ask([
        Asked::at_most("seconds to load the index", LOAD_SECONDS_WANTED, *seconds),
        Asked::at_most("bytes per address", BYTES_WANTED, *bytes),
    ]);
    sheet
}

fn line(compared: &Compared, ratio: f64) -> Line {
    let (ours, nginx, half) = (middle(&compared.ours), middle(&compared.nginx), middle(&compared.half));
    vec![
        ("what", compared.path.to_owned()),
        ("bytes", compared.bytes.to_string()),
        ("ours, answers/s", format!("{:.0}", ours.rate)),
        ("nginx, answers/s", format!("{:.0}", nginx.rate)),
        ("ratio", format!("{ratio:.2}")),
        ("ours, p50 ms", format!("{:.2}", ours.p50_ms)),
        ("p99", format!("{:.2}", ours.p99_ms)),
        ("nginx, p50 ms", format!("{:.2}", nginx.p50_ms)),
        ("nginx, p99", format!("{:.2}", nginx.p99_ms)),
        ("ours, CPU us", format!("{:.0}", ours.cpu_us)),
        ("nginx, CPU us", format!("{:.0}", nginx.cpu_us)),
        ("half load, % of full", format!("{:.0}", 100.0 * half.rate / ours.rate)),
        ("its p50 ms", format!("{:.2}", half.p50_ms)),
        ("its p99", format!("{:.2}", half.p99_ms)),
    ]
}

fn wrong(compared: &Compared) -> u64 {
    let runs = compared.ours.iter().chain(&compared.nginx).chain(&compared.half);
    runs.map(|run| run.wrong).sum()
}

/// The median of the pairs' ratios.
fn ratio(compared: &Compared) -> f64 {
    sheet::middle(compared.ours.iter().zip(&compared.nginx).map(|(ours, nginx)| ours.rate / nginx.rate))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(rate: f64) -> Measured {
        Measured { rate, p50_ms: 1.0, p99_ms: 3.0, cpu_us: 50.0, wrong: 0 }
    }

    fn outcome() -> Outcome {
        let runs = |rates: [f64; 3]| rates.map(run).into();
        let compared = Compared {
            path: "/kiem-tra",
            bytes: 32_768,
            ours: runs([10.0, 30.0, 20.0]),
            nginx: runs([40.0, 40.0, 20.0]),
            half: vec![run(10.0)],
        };
        let index = Index { addresses: 7, seconds: 0.5, bytes: 65.0 };
        Outcome { generator: "wrk 4".to_owned(), index, peak_mb: [50.0, 9.0], paths: vec![compared], right: (4, 4) }
    }

    #[test]
    fn the_ratio_is_the_median_of_the_pairs_and_what_is_missed_is_said() {
        let text = sheet(&outcome()).told(false);
        assert!(text.contains("| /kiem-tra | 32768 | 20 | 40 | 0.75 |"), "{text}");
        assert!(text.contains("| 50 | 1.00 | 3.00 |"), "{text}");
        assert!(text.contains("met: /kiem-tra: ratio >= 0.7 is 0.75"), "{text}");
        assert!(text.ends_with("MISSED: bytes per address <= 64 is 65.00"), "{text}");
    }
}
