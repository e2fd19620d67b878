//! How many tests ran, read from what the test runners print.

/// Passed and failed tests.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Summary {
    /// Tests that passed.
    pub(crate) passed: u64,
    /// Tests that failed, timed out or could not be started.
    pub(crate) failed: u64,
}

impl Summary {
    /// Adds what a line says, if it is a summary of `cargo nextest` or of `cargo test`.
    pub(crate) fn read_line(&mut self, line: &str) {
        let line = without_colours(line);
        let line = line.trim();
        if line.starts_with("Summary [") || line.starts_with("test result:") {
            self.count(line);
        }
    }

    /// Counts every `N passed`, `N failed`, `N timed out` and `N exec failed`.
    fn count(&mut self, line: &str) {
        let words: Vec<&str> = line.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
        for pair in words.windows(2) {
            let number = pair[0].parse().unwrap_or(0);
            match pair[1] {
                "passed" => self.passed += number,
                "failed" | "timed" | "exec" => self.failed += number,
                _ => {}
            }
        }
    }
}

/// The line without terminal colours (`ESC [ … m`).
fn without_colours(line: &str) -> String {
    let mut parts = line.split('\u{1b}');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + part.split_once('m').map_or("", |(_, rest)| rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(lines: &[&str]) -> (u64, u64) {
        let mut summary = Summary::default();
        lines.iter().for_each(|line| summary.read_line(line));
        (summary.passed, summary.failed)
    }

    #[test]
    fn the_runners_own_words_are_understood() {
        assert_eq!(read(&["     Summary [   0.006s] 9 tests run: 9 passed, 0 skipped"]), (9, 0));
        assert_eq!(
            read(&["Summary [ 1.2s] 4/9 tests run: 2 passed (1 slow), 1 failed, 1 timed out, 0 skipped"]),
            (2, 2)
        );
        assert_eq!(
            read(&[
                "\u{1b}[32;1m     Summary\u{1b}[0m [   0.006s] \u{1b}[1m3\u{1b}[0m tests run: \u{1b}[1m3\u{1b}[0m passed"
            ]),
            (3, 0)
        );
        assert_eq!(read(&["test result: ok. 2 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out"]), (2, 1));
        assert_eq!(read(&["PASS 3 passed"]), (0, 0));
    }

    #[test]
    fn summaries_add_up() {
        assert_eq!(read(&["Summary [ 1s] 2 tests run: 2 passed", "test result: ok. 3 passed; 0 failed"]), (5, 0));
    }
}
