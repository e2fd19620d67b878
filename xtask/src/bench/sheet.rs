//! What was measured, as a table for people or as JSON: one line for each thing, the same columns in each.

use std::fmt::Write as _;

/// Columns and their values, in order.
pub(super) type Line = Vec<(&'static str, String)>;

/// A table being filled.
pub(super) struct Sheet {
    /// What was measured, and how it should be.
    title: String,
    lines: Vec<Line>,
}

impl Sheet {
    /// A table without lines.
    pub(super) fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), lines: Vec::new() }
    }

    /// Adds a line.
    pub(super) fn push(&mut self, line: Line) {
        self.lines.push(line);
    }

    /// Markdown, the title above.
    pub(super) fn text(&self) -> String {
        let row = |cells: Vec<&str>| format!("| {} |\n", cells.join(" | "));
        let mut text = format!("\n{}\n\n", self.title);
        if let Some(first) = self.lines.first() {
            text += &row(first.iter().map(|(name, _)| *name).collect());
            text += &row(vec!["---"; first.len()]).replace(' ', "");
        }
        self.lines.iter().for_each(|line| text += &row(line.iter().map(|(_, value)| value.as_str()).collect()));
        text
    }

    /// One object; numbers are numbers.
    pub(super) fn json(&self) -> String {
        let value = |text: &str| match text.parse::<f64>() {
            Ok(_) => text.to_owned(),
            Err(_) => format!("{text:?}"),
        };
        let mut json = format!("{{\"title\":{:?},\"lines\":[", self.title);
        for (at, line) in self.lines.iter().enumerate() {
            let pairs: Vec<String> = line.iter().map(|(name, text)| format!("{name:?}:{}", value(text))).collect();
            // Writing to a String cannot fail.
            let _ = write!(json, "{}{{{}}}", if at == 0 { "" } else { "," }, pairs.join(","));
        }
        json + "]}"
    }
}

/// The number in the middle.
pub(super) fn middle(numbers: impl IntoIterator<Item = f64>) -> f64 {
    let mut numbers: Vec<f64> = numbers.into_iter().collect();
    numbers.sort_by(f64::total_cmp);
    numbers.get(numbers.len() / 2).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_markdown_or_json() {
        let mut sheet = Sheet::new("speed");
        sheet.push(vec![("what", "one".to_owned()), ("ms", "1.5".to_owned())]);
        assert_eq!(sheet.text(), "\nspeed\n\n| what | ms |\n|---|---|\n| one | 1.5 |\n");
        assert_eq!(sheet.json(), r#"{"title":"speed","lines":[{"what":"one","ms":1.5}]}"#);
    }

    #[test]
    fn the_middle_of_an_odd_number_is_its_median() {
        assert_eq!((middle([3.0, 1.0, 2.0]), middle([])), (2.0, 0.0));
    }
}
