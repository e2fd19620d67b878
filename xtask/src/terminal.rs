//! What a chore says.

use std::io::Write as _;

/// Says a line. A reader who closed the pipe no longer wants to hear it.
pub(crate) fn say(line: &str) {
    let _ = writeln!(std::io::stdout(), "{line}");
}

/// Says on standard error, beside what a chore was asked for, why it failed or what it has to do first.
pub(crate) fn complain(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}
