//! What was measured, as a table for people or as JSON: one line for each thing, the same columns in each; below it what was
//! asked for, and whether it is so.

use std::fmt::Write as _;

/// Columns and their values, in order.
pub(super) type Line = Vec<(&'static str, String)>;

/// What stands where there is no value.
pub(super) const NONE: &str = "–";

/// A table being filled.
#[derive(Default)]
pub(super) struct Sheet {
    /// What was measured, and how it should be.
    title: String,
    lines: Vec<Line>,
    notes: Vec<String>,
    asked: Vec<Asked>,
}

/// Something asked for.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Asked {
    what: String,
    is: f64,
    met: bool,
}

impl Asked {
    /// Met by this and more.
    pub(super) fn at_least(what: impl std::fmt::Display, least: f64, is: f64) -> Self {
        Self { what: format!("{what} >= {least}"), is, met: is >= least }
    }

    /// Met by this and less.
    pub(super) fn at_most(what: impl std::fmt::Display, most: f64, is: f64) -> Self {
        Self { what: format!("{what} <= {most}"), is, met: is <= most }
    }

    fn text(&self) -> String {
        let Self { what, is, met } = self;
        format!("{}: {what} is {is:.2}", if *met { "met" } else { "MISSED" })
    }

    fn json(&self) -> String {
        let Self { what, is, met } = self;
        format!("{{\"what\":{what:?},\"is\":{is:.3},\"met\":{met}}}")
    }
}

impl Sheet {
    /// A table without lines.
    pub(super) fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), ..Self::default() }
    }

    /// Adds a line.
    pub(super) fn push(&mut self, line: Line) {
        self.lines.push(line);
    }

    /// Adds a sentence below the table.
    pub(super) fn note(&mut self, note: impl Into<String>) {
        self.notes.push(note.into());
    }

    /// Adds what is asked for.
    pub(super) fn ask(&mut self, asked: impl IntoIterator<Item = Asked>) {
        self.asked.extend(asked);
    }

    /// For people or for programs.
    pub(super) fn told(&self, json: bool) -> String {
        if json { self.json() } else { self.text() }
    }

    /// Markdown, the title above.
    fn text(&self) -> String {
        let row = |cells: Vec<&str>| format!("| {} |\n", cells.join(" | "));
        let mut text = format!("\n{}\n\n", self.title);
        if let Some(first) = self.lines.first() {
            text += &row(first.iter().map(|(name, _)| *name).collect());
            text += &row(vec!["---"; first.len()]).replace(' ', "");
        }
        self.lines.iter().for_each(|line| text += &row(line.iter().map(|(_, value)| value.as_str()).collect()));
        let below: Vec<String> = self.notes.iter().cloned().chain(self.asked.iter().map(Asked::text)).collect();
        if below.is_empty() { text } else { text + "\n" + &below.join("\n") }
    }

    /// One object; numbers are numbers.
    fn json(&self) -> String {
        let value = |text: &str| match text.parse::<f64>() {
            Ok(_) => text.to_owned(),
            Err(_) if text == NONE => "null".to_owned(),
            Err(_) => format!("{text:?}"),
        };
        let mut json = format!("{{\"title\":{:?},\"lines\":[", self.title);
        for (at, line) in self.lines.iter().enumerate() {
            let pairs: Vec<String> = line.iter().map(|(name, text)| format!("{name:?}:{}", value(text))).collect();
            // Writing to a String cannot fail.
            let _ = write!(json, "{}{{{}}}", if at == 0 { "" } else { "," }, pairs.join(","));
        }
        let asked: Vec<String> = self.asked.iter().map(Asked::json).collect();
        let is_met = self.asked.iter().all(|asked| asked.met);
        json + &format!("],\"notes\":{:?},\"asked\":[{}],\"met\":{is_met}}}", self.notes, asked.join(","))
    }
}

/// The number in the middle, or halfway between the two that are.
pub(super) fn middle(numbers: impl IntoIterator<Item = f64>) -> f64 {
    let mut numbers: Vec<f64> = numbers.into_iter().collect();
    numbers.sort_by(f64::total_cmp);
    let at = |place: usize| numbers.get(place).copied().unwrap_or_default();
    (at(numbers.len().saturating_sub(1) / 2) + at(numbers.len() / 2)) / 2.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_markdown_or_json() {
        let mut sheet = Sheet::new("speed");
        sheet.push(vec![("what", "one".to_owned()), ("ms", "1.5".to_owned()), ("MB", NONE.to_owned())]);
        let table = "\nspeed\n\n| what | ms | MB |\n|---|---|---|\n| one | 1.5 | – |\n";
        assert_eq!(sheet.told(false), table);
        sheet.note("by turns");
        sheet.ask([Asked::at_least("speed", 2.0, 2.5), Asked::at_most("ms", 1.0, 1.5)]);
        assert_eq!(sheet.told(false), format!("{table}\nby turns\nmet: speed >= 2 is 2.50\nMISSED: ms <= 1 is 1.50"));
        let json = r#"{"title":"speed","lines":[{"what":"one","ms":1.5,"MB":null}],"notes":["by turns"],"asked":[{"what":"speed >= 2","is":2.500,"met":true},{"what":"ms <= 1","is":1.500,"met":false}],"met":false}"#;
        assert_eq!(sheet.told(true), json);
    }

    #[test]
    fn the_middle_is_the_median_of_odd_and_even_numbers() {
        assert_eq!((middle([3.0, 1.0, 2.0]), middle([4.0, 1.0, 2.0, 9.0]), middle([])), (2.0, 3.0, 0.0));
    }
}
