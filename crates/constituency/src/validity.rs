//! The days on which a row holds: half open, open ended when nothing is written.

use event::time;

/// Days since 1970-01-01 in the reporting zone, from the first day up to but not including the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Validity {
    /// First day; `i32::MIN` when open.
    pub from: i32,
    /// The day after the last; `i32::MAX` when open.
    pub to: i32,
}

impl Validity {
    /// Every day.
    pub const ALWAYS: Self = Self { from: i32::MIN, to: i32::MAX };

    /// Whether a day lies in it.
    pub fn holds(self, day: i32) -> bool {
        self.from <= day && day < self.to
    }

    /// The days in both, if there are any.
    pub fn and(self, other: Self) -> Option<Self> {
        let both = Self { from: self.from.max(other.from), to: self.to.min(other.to) };
        (both.from < both.to).then_some(both)
    }
}

/// A written day `YYYY-MM-DD`, no other spelling.
pub(crate) fn parse_day(text: &str) -> Option<i32> {
    const WRITTEN: usize = "YYYY-MM-DD".len();
    if text.len() == WRITTEN { time::parse_day(text) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_day_is_not_in_it() {
        let one = Validity { from: 10, to: 20 };
        assert!(one.holds(10) && one.holds(19) && !one.holds(20) && !one.holds(9));
        assert_eq!(one.and(Validity { from: 20, to: 30 }), None);
        assert_eq!(one.and(Validity::ALWAYS), Some(one));
    }

    #[test]
    fn only_the_long_form_is_a_day() {
        assert_eq!(parse_day("1970-01-02"), Some(1));
        for text in ["19700102", "1970-1-2", "1970-02-30", "", "1970-01-02 "] {
            assert_eq!(parse_day(text), None, "{text}");
        }
    }
}
