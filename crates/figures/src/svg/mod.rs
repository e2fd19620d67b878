//! The pictures, as SVG made on the server.
//!
//! Colours come from classes alone, because the page's content security policy allows no inline style. Charts have no
//! `viewBox`: heights are pixels, places across are percentages, and only the lines themselves are stretched; so letters
//! have one size on a phone and on a wide screen. Every picture is one image to a screen reader, with title and
//! description ([SVG Accessibility API Mappings](https://www.w3.org/TR/svg-aam-1.0/)); the table beside it has the rest.

pub(crate) mod bars;
pub(crate) mod line;
pub(crate) mod scale;
pub(crate) mod spark;
pub(crate) mod tiles;

use std::fmt::{self, Write as _};

/// What a picture is called, for those who do not see it.
#[derive(Debug)]
pub(crate) struct Caption<'t> {
    /// Key of its section.
    pub(crate) key: &'t str,
    /// Its title.
    pub(crate) title: &'t str,
    /// What it shows, in words.
    pub(crate) description: &'t str,
}

/// A picture being drawn.
#[derive(Debug)]
pub(crate) struct Drawing(String);

impl Drawing {
    /// A picture of a kind (its class) with the attributes that give its size.
    pub(crate) fn new(kind: &str, size: &str, caption: &Caption<'_>) -> Self {
        let Caption { key, title, description } = caption;
        let (title, description) = (escaped(title), escaped(description));
        let ids = format!("fig-{key}-t fig-{key}-d");
        Self(format!(
            "<svg class=\"fig-svg fig-{kind}\" {size} role=\"img\" aria-labelledby=\"{ids}\" focusable=\"false\">\
             <title id=\"fig-{key}-t\">{title}</title><desc id=\"fig-{key}-d\">{description}</desc>"
        ))
    }

    /// Draws more.
    pub(crate) fn put(&mut self, shape: fmt::Arguments<'_>) {
        // A string takes everything.
        let _ = self.0.write_fmt(shape);
    }

    /// Words at a place: `at` are attributes.
    pub(crate) fn text(&mut self, at: fmt::Arguments<'_>, words: &str) {
        self.put(format_args!("<text {at}>{}</text>", escaped(words)));
    }

    /// The finished picture.
    pub(crate) fn finish(self) -> String {
        self.0 + "</svg>"
    }
}

/// A text inside of markup or of a quoted attribute. Characters that are not seen but change what is, are left out.
pub(crate) fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars().filter(|c| !is_unseen(*c)) {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            _ => safe.push(c),
        }
    }
    safe
}

/// Controls, and marks that turn the direction of writing
/// ([Unicode TR 36](https://www.unicode.org/reports/tr36/), bidirectional text spoofing).
pub(crate) fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// A text of at most so many letters.
pub(crate) fn shortened(text: &str, longest: usize) -> String {
    if text.chars().count() <= longest {
        return text.to_owned();
    }
    let begin: String = text.chars().take(longest.saturating_sub(1)).collect();
    format!("{}…", begin.trim_end())
}

/// A place or length with one decimal at most, which is finer than a pixel of any screen.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Px(pub(crate) f64);

impl fmt::Display for Px {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tenths = (self.0 * 10.0).round();
        if tenths % 10.0 == 0.0 { write!(f, "{:.0}", tenths / 10.0) } else { write!(f, "{:.1}", tenths / 10.0) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_from_outside_stays_a_text() {
        assert_eq!(escaped("<b onload='x'>&\u{202e}\u{0}"), "&lt;b onload=&#39;x&#39;&gt;&amp;");
        assert_eq!(shortened("mirai và những gì khác", 10), "mirai và…");
    }

    #[test]
    fn a_place_is_written_as_short_as_it_can_be() {
        assert_eq!([Px(1.0), Px(1.25), Px(0.04)].map(|px| px.to_string()), ["1", "1.3", "0"]);
    }
}
