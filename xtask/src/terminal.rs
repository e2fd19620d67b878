//! What a chore says.

use std::io::Write as _;

/// Says a line. A reader who closed the pipe no longer wants to hear it.
pub(crate) fn say(line: &str) {
    let _ = writeln!(std::io::stdout(), "{line}");
}

/// Says on standard error why a chore failed.
pub(crate) fn complain(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}
