//! What came of it, for people or as JSON.

use super::{
    Compared, Outcome,
    load::{CONNECTIONS, Measured},
};

/// What is asked for.
const RATIO_WANTED: f64 = 0.7;
const HALF_P99_MS_WANTED: f64 = 5.0;
const LOAD_SECONDS_WANTED: f64 = 2.0;
const BYTES_WANTED: f64 = 64.0;

/// The run in the middle by answers per second; there is at least one.
pub(super) fn middle(runs: &[Measured]) -> Measured {
    let mut runs = runs.to_vec();
    runs.sort_by(|a, b| a.rate.total_cmp(&b.rate));
    runs.get(runs.len() / 2).copied().unwrap_or(Measured { rate: 0.0, p50_ms: 0.0, p99_ms: 0.0, cpu_us: 0.0, wrong: 0 })
}

/// One run in a line.
pub(super) fn show(run: &Measured) -> String {
    let Measured { rate, p50_ms, p99_ms, cpu_us, wrong } = run;
    format!("{rate:.0} answers/s, p50 {p50_ms:.2} ms, p99 {p99_ms:.2} ms, {cpu_us:.0} us CPU each, {wrong} wrong")
}

/// The table.
pub(super) fn text(outcome: &Outcome) -> String {
    let mut lines = vec![
        String::new(),
        format!("load: {}, {CONNECTIONS} keep-alive connections, every request by another visitor", outcome.generator),
        String::new(),
        "| what | ours, answers/s | nginx | ratio | p50 / p99, ours | nginx | CPU us each, ours | nginx |".to_owned(),
        "|---|---|---|---|---|---|---|---|".to_owned(),
    ];
    for compared in &outcome.paths {
        let (ours, nginx) = (middle(&compared.ours), middle(&compared.nginx));
        lines.push(format!(
            "| {} ({} bytes) | {:.0} | {:.0} | {:.2} | {:.2} / {:.2} ms | {:.2} / {:.2} ms | {:.0} | {:.0} |",
            compared.path,
            compared.bytes,
            ours.rate,
            nginx.rate,
            ratio(compared),
            ours.p50_ms,
            ours.p99_ms,
            nginx.p50_ms,
            nginx.p99_ms,
            ours.cpu_us,
            nginx.cpu_us
        ));
    }
    lines.push(String::new());
    for compared in &outcome.paths {
        let (half, full) = (compared.half, middle(&compared.ours));
        lines.push(format!("{} at {:.0} % load: {}", compared.path, 100.0 * half.rate / full.rate, show(&half)));
    }
    let index = outcome.index;
    lines.push(format!(
        "index: {} addresses in {:.2} s, {:.1} bytes each; the process has {:.0} MB",
        index.addresses, index.seconds, index.bytes, outcome.resident_mb
    ));
    lines.push(format!("verdicts right under load: {} of {}", outcome.right.0, outcome.right.1));
    lines.extend(
        wanted(outcome).map(|(what, is, well)| format!("{}: {what} is {is:.2}", if well { "met" } else { "MISSED" })),
    );
    lines.join("\n")
}

/// What is asked for, what it is, whether it is so.
fn wanted(outcome: &Outcome) -> impl Iterator<Item = (String, f64, bool)> {
    let paths = outcome.paths.iter().flat_map(|compared| {
        let (ratio, half) = (ratio(compared), compared.half.p99_ms);
        [
            (format!("{}: ratio >= {RATIO_WANTED}", compared.path), ratio, ratio >= RATIO_WANTED),
            (
                format!("{}: p99 ms at half load <= {HALF_P99_MS_WANTED}", compared.path),
                half,
                half <= HALF_P99_MS_WANTED,
            ),
        ]
    });
    let index = outcome.index;
    paths.chain([
        (
            format!("seconds to load the index <= {LOAD_SECONDS_WANTED}"),
            index.seconds,
            index.seconds <= LOAD_SECONDS_WANTED,
        ),
        (format!("bytes per address <= {BYTES_WANTED}"), index.bytes, index.bytes <= BYTES_WANTED),
    ])
}

/// The median of the pairs' ratios.
fn ratio(compared: &Compared) -> f64 {
    let mut ratios: Vec<f64> =
        compared.ours.iter().zip(&compared.nginx).map(|(ours, nginx)| ours.rate / nginx.rate).collect();
    ratios.sort_by(f64::total_cmp);
    ratios.get(ratios.len() / 2).copied().unwrap_or_default()
}

/// The same for programs.
pub(super) fn json(outcome: &Outcome) -> String {
    let paths: Vec<String> = outcome.paths.iter().map(path_json).collect();
    let index = outcome.index;
    format!(
        "{{\"generator\": \"{}\", \"connections\": {CONNECTIONS}, \"paths\": [{}], \"index\": {{\"addresses\": {}, \
         \"seconds\": {:.3}, \"bytes_per_address\": {:.1}}}, \"resident_mb\": {:.0}, \"verdicts\": {{\"right\": {}, \
         \"asked\": {}}}, \"met\": {}}}",
        outcome.generator,
        paths.join(", "),
        index.addresses,
        index.seconds,
        index.bytes,
        outcome.resident_mb,
        outcome.right.0,
        outcome.right.1,
        wanted(outcome).all(|(_, _, well)| well)
    )
}

fn path_json(compared: &Compared) -> String {
    format!(
        "{{\"path\": \"{}\", \"bytes\": {}, \"ours\": {}, \"nginx\": {}, \"ratio\": {:.3}, \"half_load\": {}}}",
        compared.path,
        compared.bytes,
        run_json(&middle(&compared.ours)),
        run_json(&middle(&compared.nginx)),
        ratio(compared),
        run_json(&compared.half)
    )
}

fn run_json(run: &Measured) -> String {
    format!(
        "{{\"answers_per_s\": {:.0}, \"p50_ms\": {:.3}, \"p99_ms\": {:.3}, \"cpu_us\": {:.1}, \"wrong\": {}}}",
        run.rate, run.p50_ms, run.p99_ms, run.cpu_us, run.wrong
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::check::Index;

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
            half: run(10.0),
        };
        let index = Index { addresses: 7, seconds: 0.5, bytes: 65.0 };
        Outcome { generator: "wrk 4".to_owned(), index, resident_mb: 50.0, paths: vec![compared], right: (4, 4) }
    }

    #[test]
    fn the_ratio_is_the_median_of_the_pairs_and_what_is_missed_is_said() {
        let text = text(&outcome());
        assert!(text.contains("| /kiem-tra (32768 bytes) | 20 | 40 | 0.75 |"), "{text}");
        assert!(text.contains("/kiem-tra at 50 % load: 10 answers/s"), "{text}");
        assert!(text.contains("met: /kiem-tra: ratio >= 0.7 is 0.75"), "{text}");
        assert!(text.ends_with("MISSED: bytes per address <= 64 is 65.00"), "{text}");
    }

    #[test]
    fn programs_are_told_the_same() {
        let json = json(&outcome());
        assert!(json.contains("\"ratio\": 0.750") && json.ends_with("\"met\": false}"), "{json}");
    }
}
