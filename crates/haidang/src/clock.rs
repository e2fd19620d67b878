//! The one real clock.

use std::sync::Arc;

use pipeline::writer::Clock;

/// The time of this run: the machine's clock, or the instant given on the command line.
pub(crate) fn clock(told: Option<i64>) -> Clock {
    match told {
        Some(at) => Arc::new(move || at),
        None => Arc::new(machine),
    }
}

/// The clock of a run that lasts: one that was told an instant begins there and goes on.
pub(crate) fn running(told: Option<i64>) -> Clock {
    let Some(begin) = told else { return Arc::new(machine) };
    let begun = machine();
    Arc::new(move || begin + (machine() - begun))
}

#[expect(clippy::disallowed_methods, reason = "the one real clock")]
fn machine() -> i64 {
    jiff::Timestamp::now().as_microsecond()
}
