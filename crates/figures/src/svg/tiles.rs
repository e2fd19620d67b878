//! The tile map of the provinces: one square each, coloured by class and told by number.

use super::{Caption, Drawing, scale};
use crate::number::whole;
use crate::picture::Cell;
use crate::places::{Place, extent, islands, places};
use crate::words::Messages;

/// Width and height of a tile with the gap to the next, and the gap; on a phone about one pixel each.
const WIDE: u32 = 52;
const HIGH: u32 = 46;
const GAP: u32 = 2;
/// Height of a line of words.
const LINE: u32 = 12;
/// Where the legend stands: in the sea of the map, west of the narrow centre. Its rows, and the row of *unknown*.
const LEGEND_ROW: u32 = 5;
const UNKNOWN_ROW: u32 = 9;

/// What stands on the map.
#[derive(Debug)]
pub(crate) struct Tiles<'t> {
    /// A code and its number.
    pub(crate) cells: Vec<(&'t str, Cell<u64>)>,
    /// Words for those of which the place is not known: a heading and the number with its share.
    pub(crate) unknown: [String; 2],
    /// Words for a cell that is not shown.
    pub(crate) under: String,
    /// The same for one that is withheld.
    pub(crate) withheld: String,
}

/// Draws the map.
pub(crate) fn tiles(map: &Tiles<'_>, words: &Messages, caption: &Caption<'_>) -> String {
    let (columns, rows) = extent();
    let size = format!("viewBox=\"0 0 {} {}\"", columns * WIDE, rows * HIGH);
    let mut drawing = Drawing::new("tiles", &size, caption);
    let shown: Vec<u64> = map.cells.iter().filter_map(|(_, cell)| cell.shown()).collect();
    let bounds = scale::bounds(&shown);
    for place in places() {
        let cell = map.cells.iter().find(|(code, _)| *code == place.code);
        tile(&mut drawing, place, cell.map_or(Cell::Under, |(_, cell)| *cell), map, &bounds, words);
    }
    islands().iter().for_each(|place| island(&mut drawing, place, words));
    legend(&mut drawing, map, &bounds, words);
    unknown(&mut drawing, map);
    drawing.finish()
}

fn tile(
    drawing: &mut Drawing,
    place: &'static Place,
    cell: Cell<u64>,
    map: &Tiles<'_>,
    bounds: &[u64],
    words: &Messages,
) {
    let (class, number) = match cell {
        Cell::Shown(value) => (format!("fig-q{}", scale::class(value, bounds)), whole(value, words.lang())),
        Cell::Under => ("fig-none".to_owned(), map.under.clone()),
        Cell::Withheld => ("fig-none".to_owned(), map.withheld.clone()),
    };
    let names = place.lines(words.lang());
    let (x, y) = (place.column * WIDE, place.row * HIGH);
    drawing.put(format_args!("<g class=\"{class}\" transform=\"translate({x} {y})\">"));
    drawing.put(format_args!("<rect width=\"{}\" height=\"{}\" rx=\"3\"/>", WIDE - GAP, HIGH - GAP));
    // One line of name stands lower than the first of two.
    let mut line = if names.len() == 1 { 18 } else { 13 };
    for name in &names {
        drawing.text(format_args!("x=\"25\" y=\"{line}\""), name);
        line += LINE;
    }
    drawing.text(format_args!("class=\"fig-n\" x=\"25\" y=\"{}\"", line + 1), &number);
    drawing.put(format_args!("</g>"));
}

/// An archipelago: islets and its name, inside a dashed frame.
fn island(drawing: &mut Drawing, place: &'static Place, words: &Messages) {
    let (x, y) = (place.column * WIDE, place.row * HIGH);
    drawing.put(format_args!("<g class=\"fig-isle\" transform=\"translate({x} {y})\">"));
    for (cx, cy) in [(14, 14), (24, 9), (33, 16), (25, 21)] {
        drawing.put(format_args!("<circle cx=\"{cx}\" cy=\"{cy}\" r=\"2\"/>"));
    }
    drawing.text(format_args!("x=\"25\" y=\"38\""), place.name.get(words.lang()));
    drawing.put(format_args!("</g>"));
}

fn legend(drawing: &mut Drawing, map: &Tiles<'_>, bounds: &[u64], words: &Messages) {
    let top = LEGEND_ROW * HIGH;
    drawing.put(format_args!("<g class=\"fig-legend\" transform=\"translate(0 {top})\">"));
    drawing.text(format_args!("class=\"fig-n\" y=\"10\""), &words.say("picture.legend"));
    let mut y = 18;
    let any_shown = map.cells.iter().any(|(_, cell)| cell.shown().is_some());
    for (class, range) in ranges(bounds, words).into_iter().filter(|_| any_shown) {
        swatch(drawing, &class, y, &range);
        y += 18;
    }
    if map.cells.iter().any(|(_, cell)| cell.shown().is_none()) {
        swatch(drawing, "fig-none", y, &words.say("picture.hidden"));
    }
    drawing.put(format_args!("</g>"));
}

fn swatch(drawing: &mut Drawing, class: &str, y: u32, words: &str) {
    drawing.put(format_args!("<g class=\"{class}\"><rect y=\"{y}\" width=\"16\" height=\"14\" rx=\"2\"/></g>"));
    drawing.text(format_args!("x=\"22\" y=\"{}\"", y + 11), words);
}

/// The classes from the highest down, each with its range in words.
fn ranges(bounds: &[u64], words: &Messages) -> Vec<(String, String)> {
    let number = |value: u64| whole(value, words.lang());
    let range = |at: usize| match (at.checked_sub(1).and_then(|at| bounds.get(at)), bounds.get(at)) {
        (Some(low), Some(high)) if low + 1 == *high => number(*low),
        (Some(low), Some(high)) => {
            words.fill("picture.range", &[("low", &number(*low)), ("high", &number(high.saturating_sub(1)))])
        }
        (Some(low), None) => words.fill("picture.from", &[("low", &number(*low))]),
        (None, Some(high)) => words.fill("picture.below", &[("high", &number(*high))]),
        (None, None) => words.fill("picture.from", &[("low", &number(0))]),
    };
    let class = |at: usize| format!("fig-q{}", scale::CLASSES + at - bounds.len());
    (0..=bounds.len()).rev().map(|at| (class(at), range(at))).collect()
}

fn unknown(drawing: &mut Drawing, map: &Tiles<'_>) {
    let [heading, number] = &map.unknown;
    let top = UNKNOWN_ROW * HIGH;
    drawing.put(format_args!("<g class=\"fig-legend\" transform=\"translate(0 {top})\">"));
    drawing.text(format_args!("y=\"10\""), heading);
    drawing.text(format_args!("class=\"fig-n\" y=\"26\""), number);
    drawing.put(format_args!("</g>"));
}
