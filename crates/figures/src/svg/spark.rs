//! A small line without axes: how something went, day by day, and where it stands.

use std::fmt::Write as _;

use super::{Caption, Drawing, Px};

/// Height of the picture, its highest and its lowest line, in pixels.
const HEIGHT: f64 = 64.0;
const TOP: f64 = 26.0;
const BASE: f64 = 58.0;

/// Draws values between nought and `most`, as steps, and says the last in words; nothing without values.
pub(crate) fn spark(values: &[u32], most: usize, last: &str, caption: &Caption<'_>) -> String {
    if values.is_empty() || most == 0 {
        return String::new();
    }
    let y = |value: u32| Px(BASE - f64::from(value) / most as f64 * (BASE - TOP));
    let mut drawing = Drawing::new("spark", &format!("width=\"100%\" height=\"{}\"", Px(HEIGHT)), caption);
    drawing.put(format_args!("<line class=\"fig-grid\" x2=\"100%\" y1=\"{0}\" y2=\"{0}\"/>", Px(TOP)));
    drawing.put(format_args!("<line class=\"fig-axis\" x2=\"100%\" y1=\"{0}\" y2=\"{0}\"/>", Px(BASE)));
    let mut path = String::new();
    for (at, value) in values.iter().enumerate() {
        // A string takes everything.
        let _ = if at == 0 { write!(path, "M0 {}H1", y(*value)) } else { write!(path, "V{}H{}", y(*value), at + 1) };
    }
    drawing.put(format_args!(
        "<svg width=\"100%\" height=\"{0}\" viewBox=\"0 0 {1} {0}\" preserveAspectRatio=\"none\">\
         <path class=\"fig-area\" d=\"{path}V{2}H0z\"/>\
         <path class=\"fig-stroke\" vector-effect=\"non-scaling-stroke\" d=\"{path}\"/></svg>",
        Px(HEIGHT),
        values.len(),
        Px(BASE)
    ));
    drawing.text(format_args!("class=\"fig-last\" x=\"100%\" y=\"16\" text-anchor=\"end\""), last);
    drawing.finish()
}
