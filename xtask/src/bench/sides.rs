//! The sides of a benchmark: run by turns, so that a busy machine slows all, and told in one table. A peer is compared
//! with the side of ours that stands before it, pair by pair; what counts is the median of the ratios.

use anyhow::{Context as _, Result};

use super::measure::Run;
use crate::terminal::say;

/// What a peer is compared by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum By {
    /// Rows per CPU-second, starting left out on both sides.
    Cpu,
    /// Rows per second of the whole run, start to end.
    Wall,
}

impl By {
    fn rate(self, run: &Run) -> f64 {
        match self {
            Self::Cpu => run.events_per_cpu_second(),
            Self::Wall => run.events / run.wall,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Cpu => "CPU",
            Self::Wall => "wall",
        }
    }
}

/// One run of a side, and the bytes it wrote or holds ready; 0 where there are none.
#[derive(Debug, Clone, Copy)]
pub(super) struct Turn {
    pub(super) run: Run,
    pub(super) bytes: u64,
}

/// One side.
pub(super) struct Side<'b> {
    pub(super) name: &'static str,
    /// Of a peer: what it is compared by, and the ratio asked for.
    pub(super) against: Option<(By, Option<f64>)>,
    pub(super) turn: Box<dyn Fn() -> Result<Turn> + 'b>,
}

/// A side and its turns.
pub(super) struct Compared {
    pub(super) name: &'static str,
    against: Option<(By, Option<f64>)>,
    turns: Vec<Turn>,
}

/// Something asked for besides ratios.
pub(super) struct Asked {
    pub(super) what: String,
    pub(super) is: f64,
    pub(super) met: bool,
}

/// Runs so many turns of all sides.
pub(super) fn by_turns(sides: &[Side<'_>], pairs: usize, json: bool) -> Result<Vec<Compared>> {
    let empty = |side: &Side<'_>| Compared { name: side.name, against: side.against, turns: Vec::new() };
    let mut compared: Vec<Compared> = sides.iter().map(empty).collect();
    for pair in 1..=pairs {
        for (side, compared) in sides.iter().zip(&mut compared) {
            let turn = (side.turn)().with_context(|| format!("run {}", side.name))?;
            if !json {
                say(&format!("{pair}/{pairs} {}: {}", side.name, turn.run.show()));
            }
            compared.turns.push(turn);
        }
    }
    Ok(compared)
}

impl Compared {
    /// The turn in the middle by wall time; there is at least one.
    pub(super) fn middle(&self) -> Option<Turn> {
        let mut turns = self.turns.clone();
        turns.sort_by(|a, b| a.run.wall.total_cmp(&b.run.wall));
        turns.get(turns.len() / 2).copied()
    }
}

/// The table, or the same as one JSON object; `bytes` says what the bytes are.
pub(super) fn report(bench: &str, bytes: &str, compared: &[Compared], asked: &[Asked], json: bool) -> String {
    let ratios = ratios(compared);
    let wanted = |(compared, ratio): (&Compared, &Option<f64>)| {
        let (by, least) = compared.against?;
        let (least, is) = (least?, (*ratio)?);
        let what = format!("ratio to {} by {} >= {least}", compared.name, by.name());
        Some(Asked { what, is, met: is >= least })
    };
    let of_ratios: Vec<Asked> = compared.iter().zip(&ratios).filter_map(wanted).collect();
    let asked: Vec<&Asked> = of_ratios.iter().chain(asked).collect();
    let rows: Vec<Row<'_>> = compared.iter().zip(&ratios).filter_map(|(side, ratio)| row(side, *ratio)).collect();
    if json { to_json(bench, bytes, &rows, &asked) } else { to_text(bytes, &rows, &asked) }
}

/// The median of the pairs' ratios of each peer; `None` for ours.
fn ratios(compared: &[Compared]) -> Vec<Option<f64>> {
    let mut ours: &[Turn] = &[];
    let mut medians = Vec::with_capacity(compared.len());
    for Compared { against, turns, .. } in compared {
        let Some((by, _)) = against else {
            ours = turns;
            medians.push(None);
            continue;
        };
        let pairs = ours.iter().zip(turns);
        let mut ratios: Vec<f64> = pairs.map(|(our, their)| by.rate(&our.run) / by.rate(&their.run)).collect();
        ratios.sort_by(f64::total_cmp);
        medians.push(ratios.get(ratios.len() / 2).copied());
    }
    medians
}

/// A line of the table.
struct Row<'c> {
    name: &'c str,
    turns: usize,
    middle: Turn,
    ratio: Option<(f64, By)>,
}

fn row(side: &Compared, ratio: Option<f64>) -> Option<Row<'_>> {
    let ratio = ratio.zip(side.against).map(|(ratio, (by, _))| (ratio, by));
    Some(Row { name: side.name, turns: side.turns.len(), middle: side.middle()?, ratio })
}

fn to_text(bytes: &str, rows: &[Row<'_>], asked: &[&Asked]) -> String {
    let mut lines = vec![
        String::new(),
        format!(
            "| side | rows | rows/CPU-s | rows/s | ours to it | CPU s | of it start | wall s | peak MB | {bytes} MB |"
        ),
        "|---|---|---|---|---|---|---|---|---|---|".to_owned(),
    ];
    for Row { name, middle: Turn { run, bytes }, ratio, .. } in rows {
        let Run { events, cpu, start, wall, peak_mb } = run;
        let by_wall = By::Wall.rate(run);
        // What a wavering machine leaves when there was little to do but to start says nothing.
        let by_cpu = if cpu - start < cpu / 20.0 { "–".to_owned() } else { format!("{:.0}", By::Cpu.rate(run)) };
        let ratio = ratio.map_or_else(|| "–".to_owned(), |(ratio, by)| format!("{ratio:.2} ({})", by.name()));
        let bytes = if *bytes == 0 { "–".to_owned() } else { format!("{:.1}", *bytes as f64 / 1e6) };
        lines.push(format!(
            "| {name} | {events} | {by_cpu} | {by_wall:.0} | {ratio} | {cpu:.2} | {start:.2} | {wall:.2} | {peak_mb:.0} | \
             {bytes} |"
        ));
    }
    lines.push(String::new());
    let pairs = rows.first().map_or(0, |row| row.turns);
    lines.push(format!("ratios: medians of {pairs} pairs; figures: the turn in the middle by wall time"));
    lines.extend(
        asked
            .iter()
            .map(|Asked { what, is, met }| format!("{}: {what} is {is:.2}", if *met { "met" } else { "MISSED" })),
    );
    lines.join("\n")
}

fn to_json(bench: &str, bytes: &str, rows: &[Row<'_>], asked: &[&Asked]) -> String {
    let side = |Row { name, turns, middle: Turn { run, bytes }, ratio }: &Row<'_>| {
        let ratio = ratio.map_or_else(
            || "null, \"by\": null".to_owned(),
            |(ratio, by)| format!("{ratio:.3}, \"by\": \"{}\"", by.name()),
        );
        let Run { events, cpu, start, wall, peak_mb } = run;
        format!(
            "{{\"name\": \"{name}\", \"pairs\": {turns}, \"rows\": {events}, \"cpu_s\": {cpu:.3}, \"start_cpu_s\": {start:.3}, \
             \"wall_s\": {wall:.3}, \"peak_mb\": {peak_mb:.0}, \"bytes\": {bytes}, \"ratio\": {ratio}}}"
        )
    };
    let asked_for =
        |Asked { what, is, met }: &&Asked| format!("{{\"what\": \"{what}\", \"is\": {is:.3}, \"met\": {met}}}");
    let sides: Vec<String> = rows.iter().map(side).collect();
    let all: Vec<String> = asked.iter().map(asked_for).collect();
    format!(
        "{{\"bench\": \"{bench}\", \"bytes_are\": \"{bytes}\", \"sides\": [{}], \"asked\": [{}], \"met\": {}}}",
        sides.join(", "),
        all.join(", "),
        asked.iter().all(|asked| asked.met)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn side(name: &'static str, against: Option<(By, Option<f64>)>, walls: &[f64]) -> Compared {
        let turn = |wall: &f64| {
            let run = Run { events: 1000.0, cpu: 2.0 * wall, start: 0.0, wall: *wall, peak_mb: 10.0 };
            Turn { run, bytes: 0 }
        };
        Compared { name, against, turns: walls.iter().map(turn).collect() }
    }

    #[test]
    fn a_peer_is_compared_with_ours_before_it_by_the_median_pair() {
        let compared = [
            side("ours", None, &[1.0, 1.0, 4.0]),
            side("peer", Some((By::Wall, Some(1.5))), &[2.0, 1.0, 4.0]),
            side("ours, small", None, &[1.0]),
            side("slow", Some((By::Cpu, Some(10.0))), &[20.0]),
        ];
        let text = report("x", "Parquet", &compared, &[Asked { what: "a".to_owned(), is: 1.0, met: true }], false);
        assert!(text.contains("| peer | 1000 | 250 | 500 | 1.00 (wall) |"), "{text}");
        assert!(text.contains("MISSED: ratio to peer by wall >= 1.5 is 1.00"), "{text}");
        assert!(
            text.contains("met: ratio to slow by CPU >= 10 is 20.00") && text.ends_with("met: a is 1.00"),
            "{text}"
        );
    }

    #[test]
    fn programs_are_told_the_same() {
        let compared = [side("ours", None, &[1.0]), side("peer", Some((By::Cpu, None)), &[2.0])];
        let json = report("x", "set", &compared, &[], true);
        assert!(json.contains("\"ratio\": 2.000, \"by\": \"CPU\"") && json.ends_with("\"met\": true}"), "{json}");
    }
}
