//! The sides of a benchmark: run by turns, so that a busy machine slows all, and told in one table. A peer is compared
//! with the side of ours that stands before it, pair by pair; what counts is the median of the ratios.

use anyhow::{Context as _, Result};

use super::{
    measure::Run,
    sheet::{Asked, Line, NONE, Sheet, middle},
};
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
    /// The median of a number of its turns.
    pub(super) fn of(&self, number: impl Fn(&Turn) -> f64) -> f64 {
        middle(self.turns.iter().map(number))
    }
}

/// The table; `bytes` says what the bytes are, `asked` what is wanted besides ratios.
pub(super) fn sheet(bench: &str, bytes: &'static str, compared: &[Compared], asked: Vec<Asked>) -> Sheet {
    let pairs = compared.first().map_or(0, |side| side.turns.len());
    let mut sheet = Sheet::new(format!("{bench}: medians of {pairs} pairs"));
    let ratios = ratios(compared);
    for (side, ratio) in compared.iter().zip(&ratios) {
        sheet.ask(wanted(side, *ratio));
        sheet.push(line(side, *ratio, bytes));
    }
    sheet.ask(asked);
    sheet
}

fn wanted(side: &Compared, ratio: Option<f64>) -> Option<Asked> {
    let (by, least) = side.against?;
    Some(Asked::at_least(format!("ratio to {} by {}", side.name, by.name()), least?, ratio?))
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
        medians.push(Some(middle(pairs.map(|(our, their)| by.rate(&our.run) / by.rate(&their.run)))));
    }
    medians
}

fn line(side: &Compared, ratio: Option<f64>, bytes_are: &'static str) -> Line {
    let of = |number: fn(&Turn) -> f64, digits: usize| format!("{:.digits$}", side.of(number));
    let or_none = |is_there: bool, text: String| if is_there { text } else { NONE.to_owned() };
    // Memory of a small process is known to be no more than so much.
    let peak = of(|turn| turn.run.peak_mb, 0);
    let is_floor = side.of(|turn| turn.run.peak_mb) <= side.of(|turn| turn.run.floor_mb);
    // What a wavering machine leaves when there was little to do but to start says nothing.
    let is_telling = side.of(|turn| turn.run.start) <= 0.95 * side.of(|turn| turn.run.cpu);
    vec![
        ("side", side.name.to_owned()),
        ("rows", of(|turn| turn.run.events, 0)),
        ("rows/CPU-s", or_none(is_telling, of(|turn| By::Cpu.rate(&turn.run), 0))),
        ("rows/s", of(|turn| By::Wall.rate(&turn.run), 0)),
        ("ours to it", or_none(ratio.is_some(), format!("{:.2}", ratio.unwrap_or_default()))),
        ("by", side.against.map_or(NONE, |(by, _)| by.name()).to_owned()),
        ("CPU s", of(|turn| turn.run.cpu, 2)),
        ("of it start", of(|turn| turn.run.start, 2)),
        ("wall s", of(|turn| turn.run.wall, 2)),
        ("peak MB", if is_floor { format!("<= {peak}") } else { peak }),
        (bytes_are, or_none(side.of(|turn| turn.bytes as f64) > 0.0, of(|turn| turn.bytes as f64 / 1e6, 1))),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn side(name: &'static str, against: Option<(By, Option<f64>)>, walls: &[f64]) -> Compared {
        let turn = |wall: &f64| {
            let run = Run { events: 1000.0, cpu: 2.0 * wall, start: 0.0, wall: *wall, peak_mb: 10.0, floor_mb: 9.0 };
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
        let text = sheet("x", "Parquet MB", &compared, vec![Asked::at_least("a", 1.0, 1.0)]).told(false);
        assert!(text.contains("x: medians of 3 pairs"), "{text}");
        assert!(text.contains("| peer | 1000 | 250 | 500 | 1.00 | wall |"), "{text}");
        assert!(text.contains("MISSED: ratio to peer by wall >= 1.5 is 1.00"), "{text}");
        assert!(
            text.contains("met: ratio to slow by CPU >= 10 is 20.00") && text.ends_with("met: a >= 1 is 1.00"),
            "{text}"
        );
    }
}
