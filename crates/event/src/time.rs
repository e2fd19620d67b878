//! Instants (microseconds since 1970 UTC) and the days of the reporting zone.
//!
//! Reports write times in many ways (ISO 8601, RFC 2822, with a zone's name or none); all of them
//! become one UTC instant. Days, months and partitions are cut in one reporting zone.

use jiff::{Timestamp, Zoned, civil, tz::TimeZone};

use crate::clean;

/// Microseconds in a second.
pub const SECOND: i64 = 1_000_000;
/// Microseconds in a day.
pub const DAY: i64 = 86_400 * SECOND;

/// Reads a time; without a zone it is taken as UTC. Microseconds since 1970.
pub fn parse(text: &str) -> Option<i64> {
    let text = clean::trim(text);
    parse_plain(text.as_bytes()).or_else(|| parse_any(text))
}

/// The form almost every report uses: `YYYY-MM-DD hh:mm:ss`, or with `T`, perhaps ending `Z` or `+00:00`.
fn parse_plain(b: &[u8]) -> Option<i64> {
    let zone_is_utc = matches!(b.get(19..), Some(b"" | b"Z" | b"+00:00" | b" UTC"));
    if !zone_is_utc || b[13] != b':' || b[16] != b':' || (b[10] != b' ' && b[10] != b'T') {
        return None;
    }
    let day = plain_day(b.first_chunk()?)?;
    let (hour, minute, second) = (digits(&b[11..13])?, digits(&b[14..16])?, digits(&b[17..19])?);
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    Some((day * 86_400 + hour * 3600 + minute * 60 + second) * SECOND)
}

/// `YYYY-MM-DD` as days since 1970-01-01.
fn plain_day(b: &[u8; 10]) -> Option<i64> {
    let (year, month, day) = (digits(&b[..4])?, digits(&b[5..7])?, digits(&b[8..])?);
    let is_day = b[4] == b'-' && b[7] == b'-' && (1..=days_in_month(year, month)?).contains(&day);
    is_day.then(|| days_from_civil(year, month, day))
}

fn digits(b: &[u8]) -> Option<i64> {
    b.iter().try_fold(0, |n, c| c.is_ascii_digit().then(|| n * 10 + i64::from(c - b'0')))
}

fn days_in_month(year: i64, month: i64) -> Option<i64> {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 => Some(if leap { 29 } else { 28 }),
        4 | 6 | 9 | 11 => Some(30),
        1..=12 => Some(31),
        _ => None,
    }
}

/// Days since 1970-01-01 of a date of the proleptic Gregorian calendar (H. Hinnant, *chrono-compatible low-level date algorithms*).
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

fn parse_any(text: &str) -> Option<i64> {
    if let Ok(at) = text.parse::<Timestamp>() {
        return Some(at.as_microsecond());
    }
    if let Ok(at) = text.parse::<Zoned>() {
        return Some(at.timestamp().as_microsecond());
    }
    if let Ok(at) = text.parse::<civil::DateTime>() {
        return utc(at);
    }
    parse_named_zone(text).or_else(|| parse_rfc2822(text))
}

fn utc(at: civil::DateTime) -> Option<i64> {
    at.to_zoned(TimeZone::UTC).ok().map(|z| z.timestamp().as_microsecond())
}

/// `2021-03-04 00:00:00.5 UTC`, `2021-03-04 00:00:00 +0700`: a civil time, a blank, a zone.
fn parse_named_zone(text: &str) -> Option<i64> {
    let (time, zone) = text.rsplit_once(' ')?;
    let at: civil::DateTime = time.trim().parse().ok()?;
    if matches!(zone, "UTC" | "GMT" | "Z" | "UTC+0") {
        return utc(at);
    }
    if zone.starts_with(['+', '-']) {
        let zone =
            if zone.len() == 5 && zone.is_ascii() { format!("{}:{}", &zone[..3], &zone[3..]) } else { zone.to_owned() };
        return format!("{at}{zone}").parse::<Timestamp>().ok().map(Timestamp::as_microsecond);
    }
    let zone = TimeZone::get(zone).ok()?;
    at.to_zoned(zone).ok().map(|z| z.timestamp().as_microsecond())
}

/// `Wed, 10 Feb 2010 00:00:00 GMT`; the weekday is not believed, it is misspelt in the wild.
fn parse_rfc2822(text: &str) -> Option<i64> {
    let date = text.split_once(", ").map_or(text, |(_, rest)| rest);
    jiff::fmt::rfc2822::parse(date).ok().map(|z| z.timestamp().as_microsecond())
}

/// An instant in ISO 8601 as the IntelMQ format writes it: `2021-03-04T00:00:00+00:00`, with six digits of fraction if there is one.
pub fn write(micros: i64, out: &mut String) {
    use std::fmt::Write as _;
    let Ok(at) = Timestamp::from_microsecond(micros) else { return };
    let at = at.to_zoned(TimeZone::UTC).datetime();
    // Writing to a String cannot fail.
    let _ = write!(
        out,
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}",
        at.year(),
        at.month(),
        at.day(),
        at.hour(),
        at.minute(),
        at.second()
    );
    let fraction = at.subsec_nanosecond() / 1000;
    if fraction != 0 {
        let _ = write!(out, ".{fraction:06}");
    }
    out.push_str("+00:00");
}

/// [`write()`] into a string of its own.
pub fn to_text(micros: i64) -> String {
    let mut out = String::with_capacity(32);
    write(micros, &mut out);
    out
}

/// Days since 1970-01-01 of a written date `YYYY-MM-DD`.
pub fn parse_day(text: &str) -> Option<i32> {
    let text = text.trim();
    if let Some(day) = text.as_bytes().try_into().ok().and_then(plain_day) {
        return Some(day as i32);
    }
    text.parse().ok().map(day_number)
}

/// Days since 1970-01-01 of a date.
pub fn day_number(date: civil::Date) -> i32 {
    days_from_civil(date.year().into(), date.month().into(), date.day().into()) as i32
}

/// The date of a day number; `None` outside the years -9999 to 9999.
pub fn date_of(day: i32) -> Option<civil::Date> {
    civil::date(1970, 1, 1).checked_add(jiff::Span::new().try_days(day).ok()?).ok()
}

/// A day number as `YYYY-MM-DD`.
pub fn day_text(day: i32) -> String {
    date_of(day).map_or_else(|| format!("day {day}"), |date| date.to_string())
}

/// The first day of a month `YYYY-MM` and the first day of the month after it.
pub fn parse_month(text: &str) -> Option<(i32, i32)> {
    let first: civil::Date = format!("{}-01", text.trim()).parse().ok()?;
    let next = first.checked_add(jiff::Span::new().months(1)).ok()?;
    Some((day_number(first), day_number(next)))
}

/// The zone in which days, months and partitions are cut.
#[derive(Debug, Clone)]
pub struct Zone {
    name: String,
    zone: TimeZone,
}

impl Zone {
    /// The zone of an IANA name, for example `Asia/Ho_Chi_Minh`.
    pub fn named(name: &str) -> Option<Self> {
        let zone = TimeZone::get(name).ok()?;
        Some(Self { name: name.to_owned(), zone })
    }

    /// Its IANA name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The day (days since 1970-01-01 in this zone) of an instant.
    pub fn day(&self, micros: i64) -> i32 {
        let Ok(at) = Timestamp::from_microsecond(micros) else { return 0 };
        let local = micros + i64::from(self.zone.to_offset(at).seconds()) * SECOND;
        local.div_euclid(DAY) as i32
    }

    /// The instant at which a day begins in this zone; `None` for a day outside the calendar.
    pub fn day_start(&self, day: i32) -> Option<i64> {
        let start = date_of(day)?.to_zoned(self.zone.clone()).ok()?;
        Some(start.timestamp().as_microsecond())
    }

    /// A counter of days that remembers the last one: neighbours in a report share their day.
    pub fn days(&self) -> DayOf<'_> {
        DayOf { zone: self, day: 0, from: i64::MAX, to: i64::MIN }
    }

    /// An instant as a person of this zone reads it: `2026-11-20 23:59`.
    pub fn local_text(&self, micros: i64) -> String {
        Timestamp::from_microsecond(micros).map_or_else(
            |_| String::from("?"),
            |at| at.to_zoned(self.zone.clone()).strftime("%Y-%m-%d %H:%M").to_string(),
        )
    }
}

/// Days of instants, the last day kept at hand. Made by [`Zone::days`].
#[derive(Debug)]
pub struct DayOf<'z> {
    zone: &'z Zone,
    day: i32,
    from: i64,
    to: i64,
}

impl DayOf<'_> {
    /// The day of an instant, as [`Zone::day`].
    pub fn of(&mut self, micros: i64) -> i32 {
        if micros >= self.from && micros < self.to {
            return self.day;
        }
        self.day = self.zone.day(micros);
        self.from = self.zone.day_start(self.day).unwrap_or(i64::MAX);
        self.to = self.zone.day_start(self.day.saturating_add(1)).unwrap_or(i64::MIN);
        self.day
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_known_spelling_is_the_same_instant() {
        let wanted = parse("2010-02-10T00:00:00+00:00");
        assert!(wanted.is_some());
        for text in [
            "2010-02-10 00:00:00",
            "2010-02-10 00:00:00 UTC",
            "2010-02-10T00:00:00Z",
            "2010-02-10T00:00:00.000",
            "2010-02-10 07:00:00 +0700",
            "2010-02-10T07:00:00+07:00",
            "2010-02-10 07:00:00 Asia/Ho_Chi_Minh",
            "Wed, 10 Feb 2010 00:00:00 GMT",
            "Wen, 10 Feb 2010 00:00:00 GMT",
            "10 Feb 2010 00:00:00 +0000",
            "2010-02-10",
        ] {
            assert_eq!(parse(text), wanted, "{text}");
        }
    }

    #[test]
    fn nonsense_is_no_time() {
        for text in ["", "yesterday", "2021-02-30 00:00:00", "2021-13-01 00:00:00", "2021-01-01 24:00:00", "12"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_month_ends_where_the_next_begins() {
        let (first, next) = parse_month("2026-02").expect("month");
        assert_eq!((day_text(first), next - first), ("2026-02-01".to_owned(), 28));
        assert_eq!(parse_month("2026-13"), None);
    }

    proptest! {
        #[test]
        fn write_then_parse(micros in -2_000_000_000_000_000i64..4_000_000_000_000_000) {
            prop_assert_eq!(parse(&to_text(micros)), Some(micros));
        }

        #[test]
        fn cached_day_is_the_day(times in proptest::collection::vec(0i64..2_000_000_000_000_000, 1..40)) {
            for name in ["Asia/Ho_Chi_Minh", "Europe/Berlin", "UTC"] {
                let zone = Zone::named(name).expect("zone");
                let mut days = zone.days();
                for &at in &times {
                    prop_assert_eq!(days.of(at), zone.day(at));
                }
            }
        }
    }
}
