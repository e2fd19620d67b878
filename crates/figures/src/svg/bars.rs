//! Bars, the largest first, each under its name and number.

use super::{Caption, Drawing, Px, shortened};

/// Bars of one picture, at most.
pub(crate) const BARS_MAX: usize = 10;
/// Letters of a name over its bar: what fits beside a number on a phone of 360 pixels.
const NAME_LONGEST: usize = 32;
/// Height of one bar with its words, of its words, and of the bar, in pixels.
const PITCH: usize = 38;
const WORDS: usize = 15;
const BAR: usize = 10;

/// One bar.
#[derive(Debug)]
pub(crate) struct Bar {
    /// What it stands for.
    pub(crate) name: String,
    /// Its length, in any unit.
    pub(crate) value: u64,
    /// Its number as the reader's language writes it.
    pub(crate) number: String,
}

/// Draws bars; nothing if there are none.
pub(crate) fn bars(bars: &[Bar], caption: &Caption<'_>) -> String {
    let bars = &bars[..bars.len().min(BARS_MAX)];
    let Some(largest) = bars.iter().map(|bar| bar.value.max(1)).max() else { return String::new() };
    let size = format!("width=\"100%\" height=\"{}\"", bars.len() * PITCH);
    let mut drawing = Drawing::new("bars", &size, caption);
    for (at, bar) in bars.iter().enumerate() {
        let (words, top) = (at * PITCH + WORDS, at * PITCH + WORDS + 6);
        let width = Px((bar.value as f64 / largest as f64 * 100.0).max(0.3));
        drawing.text(format_args!("y=\"{words}\""), &shortened(&bar.name, NAME_LONGEST));
        drawing.text(format_args!("class=\"fig-n\" x=\"100%\" y=\"{words}\" text-anchor=\"end\""), &bar.number);
        drawing.put(format_args!("<rect class=\"fig-track\" y=\"{top}\" width=\"100%\" height=\"{BAR}\" rx=\"2\"/>"));
        drawing.put(format_args!("<rect class=\"fig-bar\" y=\"{top}\" width=\"{width}%\" height=\"{BAR}\" rx=\"2\"/>"));
    }
    drawing.finish()
}
