//! The medians of both sides and their ratio, for people or as JSON.

use super::measure::Run;

/// What is said at the end.
pub(super) fn write(ours: &[Run], theirs: &[Run], json: bool) -> String {
    let (our_middle, their_middle) = (middle(ours), middle(theirs));
    let ratio =
        our_middle.zip(their_middle).map(|(our, their)| our.events_per_cpu_second() / their.events_per_cpu_second());
    if json {
        return format!(
            "{{\"ours\": {}, \"intelmq\": {}, \"ratio\": {}}}",
            our_middle.map_or_else(null, to_json),
            their_middle.map_or_else(null, to_json),
            ratio.map_or_else(null, |ratio| format!("{ratio:.1}"))
        );
    }
    let line = |name: &str, run: Option<Run>| run.map(|run| format!("median {name}: {}", run.show()));
    let ratio = ratio.map(|ratio| format!("ratio: {ratio:.1} times the events per CPU-second"));
    [line("ours", our_middle), line("IntelMQ", their_middle), ratio]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join("\n")
}

/// The run in the middle by events per CPU-second.
fn middle(runs: &[Run]) -> Option<Run> {
    let mut runs = runs.to_vec();
    runs.sort_by(|a, b| a.events_per_cpu_second().total_cmp(&b.events_per_cpu_second()));
    runs.get(runs.len() / 2).copied()
}

fn to_json(run: Run) -> String {
    format!(
        "{{\"events\": {}, \"events_per_cpu_s\": {:.0}, \"cpu_s\": {:.3}, \"start_cpu_s\": {:.3}, \"wall_s\": {:.3}, \"peak_mb\": {:.0}}}",
        run.events,
        run.events_per_cpu_second(),
        run.cpu,
        run.start,
        run.wall,
        run.peak_mb
    )
}

fn null() -> String {
    "null".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(cpu: f64) -> Run {
        Run { events: 1000.0, cpu, start: 0.0, wall: cpu, peak_mb: 10.0 }
    }

    #[test]
    fn the_middle_run_counts() {
        let text = write(&[run(1.0), run(9.0), run(2.0)], &[run(100.0)], false);
        assert!(
            text.contains("median ours: 500 events/CPU-s")
                && text.ends_with("ratio: 50.0 times the events per CPU-second"),
            "{text}"
        );
    }

    #[test]
    fn without_the_peer_there_is_no_ratio() {
        let json = write(&[run(1.0)], &[], true);
        assert!(json.ends_with("\"intelmq\": null, \"ratio\": null}"), "{json}");
    }
}
