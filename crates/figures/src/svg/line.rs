//! The series of days: a line over its area, gridlines from nought, the last value said.

use std::fmt::Write as _;
use std::ops::Range;

use super::{Caption, Drawing, Px, scale};
use crate::days;
use crate::number::whole;
use crate::picture::{Cell, Dated};
use crate::words::Messages;

/// Height of the picture, its highest and its lowest line, in pixels.
const HEIGHT: f64 = 240.0;
const TOP: f64 = 34.0;
const BASE: f64 = 208.0;
/// Dates under the axis, at most.
const DATES: usize = 4;
/// The words about the last value are this part of the width on a phone: a fifth.
const LABEL_PART: usize = 5;
/// Left and right of the lines, in hundredths of the width, so that the last dot is not cut.
const MARGIN: f64 = 1.0;

/// Draws the days of a period; nothing if there is none to draw.
pub(crate) fn line(days: &[Dated], last: &str, words: &Messages, caption: &Caption<'_>) -> String {
    let Some(largest) = days.iter().filter_map(value).max() else { return String::new() };
    let (step, steps) = scale::axis(largest);
    let chart = Chart { days, top: step * steps, words };
    let mut drawing = Drawing::new("line", &format!("width=\"100%\" height=\"{}\"", Px(HEIGHT)), caption);
    chart.grid(&mut drawing, step);
    chart.runs(&mut drawing);
    chart.numbers(&mut drawing, step);
    chart.dates(&mut drawing);
    chart.marks(&mut drawing, last);
    drawing.finish()
}

fn value(day: &Dated) -> Option<u64> {
    day.addresses.and_then(|cell| cell.shown())
}

struct Chart<'d> {
    days: &'d [Dated],
    top: u64,
    words: &'d Messages,
}

impl Chart<'_> {
    fn y(&self, value: u64) -> f64 {
        BASE - value as f64 / self.top as f64 * (BASE - TOP)
    }

    /// Where a day lies across, in hundredths of the width.
    fn x(&self, at: usize) -> Px {
        let last = self.days.len().saturating_sub(1).max(1) as f64;
        Px(MARGIN + at as f64 / last * (100.0 - 2.0 * MARGIN))
    }

    fn grid(&self, drawing: &mut Drawing, step: u64) {
        for value in (0..=self.top / step).map(|n| n * step) {
            let (y, class) = (Px(self.y(value)), if value == 0 { "fig-axis" } else { "fig-grid" });
            drawing.put(format_args!("<line class=\"{class}\" x2=\"100%\" y1=\"{y}\" y2=\"{y}\"/>"));
        }
    }

    /// What each gridline stands for, over the area, not under it.
    fn numbers(&self, drawing: &mut Drawing, step: u64) {
        for value in (1..=self.top / step).map(|n| n * step) {
            let y = Px(self.y(value) - 4.0);
            drawing.text(format_args!("class=\"fig-tick\" y=\"{y}\""), &whole(value, self.words.lang()));
        }
    }

    fn dates(&self, drawing: &mut Drawing) {
        let last = self.days.len() - 1;
        let dates = DATES.min(self.days.len());
        for n in 0..dates {
            let at = n * last / (dates - 1).max(1);
            let anchor = if n == 0 {
                "start"
            } else if n + 1 == dates {
                "end"
            } else {
                "middle"
            };
            let place = format_args!(
                "class=\"fig-tick\" x=\"{}%\" y=\"{}\" text-anchor=\"{anchor}\"",
                if n == 0 {
                    Px(0.0)
                } else if n + 1 == dates {
                    Px(100.0)
                } else {
                    self.x(at)
                },
                Px(BASE + 20.0)
            )
            .to_string();
            drawing.text(format_args!("{place}"), &days::short(self.days[at].day, self.words));
        }
    }

    /// Unbroken stretches of days that are shown.
    fn stretches(&self) -> Vec<Range<usize>> {
        let mut stretches: Vec<Range<usize>> = Vec::new();
        for at in (0..self.days.len()).filter(|at| value(&self.days[*at]).is_some()) {
            match stretches.last_mut() {
                Some(stretch) if stretch.end == at => stretch.end += 1,
                _ => stretches.push(at..at + 1),
            }
        }
        stretches
    }

    /// The lines, the only part that is stretched to the width.
    fn runs(&self, drawing: &mut Drawing) {
        let across = self.days.len().saturating_sub(1).max(1);
        drawing.put(format_args!(
            "<svg x=\"{}%\" width=\"{}%\" height=\"{}\" viewBox=\"0 0 {across} {}\" preserveAspectRatio=\"none\" \
             overflow=\"visible\">",
            Px(MARGIN),
            Px(100.0 - 2.0 * MARGIN),
            Px(HEIGHT),
            Px(HEIGHT)
        ));
        for stretch in self.stretches().into_iter().filter(|stretch| stretch.len() > 1) {
            let (first, last) = (stretch.start, stretch.end - 1);
            let path = self.path(stretch);
            drawing.put(format_args!("<path class=\"fig-area\" d=\"{path}L{last} {0}H{first}z\"/>", Px(BASE)));
            drawing.put(format_args!("<path class=\"fig-stroke\" vector-effect=\"non-scaling-stroke\" d=\"{path}\"/>"));
        }
        drawing.put(format_args!("</svg>"));
    }

    fn path(&self, stretch: Range<usize>) -> String {
        let mut path = String::new();
        for at in stretch.clone() {
            let letter = if at == stretch.start { 'M' } else { 'L' };
            // A string takes everything.
            let _ = write!(path, "{letter}{at} {}", Px(self.y(value(&self.days[at]).unwrap_or(0))));
        }
        path
    }

    /// Days that stand alone, days that are not shown, and the last value.
    fn marks(&self, drawing: &mut Drawing, last: &str) {
        for stretch in self.stretches().into_iter().filter(|stretch| stretch.len() == 1) {
            self.dot(drawing, stretch.start);
        }
        for (at, day) in self.days.iter().enumerate() {
            if matches!(day.addresses, Some(Cell::Under | Cell::Withheld)) {
                let x = self.x(at);
                drawing.put(format_args!("<circle class=\"fig-hidden\" cx=\"{x}%\" cy=\"{}\" r=\"3\"/>", Px(BASE)));
            }
        }
        let Some(at) = self.days.iter().rposition(|day| value(day).is_some()) else { return };
        self.dot(drawing, at);
        let y = Px(self.clear_of_line(at) - 10.0);
        let (x, anchor) = if at * 2 < self.days.len() { (self.x(at), "start") } else { (self.x(at), "end") };
        drawing.text(format_args!("class=\"fig-last\" x=\"{x}%\" y=\"{y}\" text-anchor=\"{anchor}\""), last);
    }

    /// The highest point of the line where the words about a day will stand.
    fn clear_of_line(&self, at: usize) -> f64 {
        let reach = self.days.len() / LABEL_PART;
        let beside = if at * 2 < self.days.len() { at..=at + reach } else { at.saturating_sub(reach)..=at };
        let values =
            self.days.iter().enumerate().filter(|(at, _)| beside.contains(at)).filter_map(|(_, day)| value(day));
        values.map(|value| self.y(value)).fold(BASE, f64::min)
    }

    fn dot(&self, drawing: &mut Drawing, at: usize) {
        let (x, y) = (self.x(at), Px(self.y(value(&self.days[at]).unwrap_or(0))));
        drawing.put(format_args!("<circle class=\"fig-dot\" cx=\"{x}%\" cy=\"{y}\" r=\"4\"/>"));
    }
}
