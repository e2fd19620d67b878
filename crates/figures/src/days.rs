//! Days since 1970-01-01 as a reader writes them.

use jiff::{Span, civil::Date};

use crate::words::Messages;

/// A day as ISO 8601; a day that no calendar has is shown as its number.
pub fn iso(day: i32) -> String {
    date(day).map_or_else(|| day.to_string(), |date| date.to_string())
}

/// A day without its year: `01/11`, `1 Nov`.
pub fn short(day: i32, words: &Messages) -> String {
    written("date.short", day, words)
}

/// A day: `01/11/2026`, `1 Nov 2026`.
pub fn long(day: i32, words: &Messages) -> String {
    written("date.long", day, words)
}

fn written(key: &str, day: i32, words: &Messages) -> String {
    let Some(date) = date(day) else { return day.to_string() };
    let (number, month) = (date.day().to_string(), date.month());
    let two = |n: i8| format!("{n:02}");
    let name = words.say(&format!("month.m{month}"));
    let year = date.year().to_string();
    words.fill(key, &[("d", &number), ("dd", &two(date.day())), ("mm", &two(month)), ("month", &name), ("yyyy", &year)])
}

fn date(day: i32) -> Option<Date> {
    Date::constant(1970, 1, 1).checked_add(Span::new().try_days(day).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Lang;

    #[test]
    fn a_day_is_written_as_the_language_does() {
        assert_eq!(iso(20_758), "2026-11-01");
        assert_eq!(long(20_758, &Messages::of(Lang::Vi)), "01/11/2026");
        assert_eq!(long(20_758, &Messages::of(Lang::En)), "1 Nov 2026");
        assert_eq!(short(20_758, &Messages::of(Lang::Vi)), "01/11");
        assert_eq!(iso(i32::MAX), i32::MAX.to_string());
    }
}
