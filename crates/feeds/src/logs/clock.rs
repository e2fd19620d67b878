//! The ways in which logs write a time, all of them one instant.
//!
//! Seconds since 1970 (with a fraction; twelve digits and more are milliseconds, fifteen and more microseconds),
//! [RFC 3339](https://www.rfc-editor.org/rfc/rfc3339) with any offset or none, `18-Nov-2026 08:15:02.123` (BIND),
//! `18/Nov/2026:08:15:02 +0700` (web servers) and `Nov 18 08:15:02`
//! ([RFC 3164](https://www.rfc-editor.org/rfc/rfc3164#section-4.1.2)). A time without an offset is one of the feed's zone.

use event::rows::{Limits, Problem, Reason};
use event::time::{self, DAY, SECOND};
use jiff::civil;
use jiff::tz::TimeZone;

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// For how long a zone's offset holds at least: changes come at full quarters of an hour.
const QUARTER: i64 = 900 * SECOND;

/// Digits of a number of seconds, and of milliseconds, at most: enough until the years 5138 and 5138.
const SECONDS_DIGITS: usize = 11;
const MILLIS_DIGITS: usize = 14;
/// More are no time.
const MICROS_DIGITS: usize = 17;

/// Reads the times of one log.
#[derive(Debug)]
pub(super) struct Clock {
    zone: TimeZone,
    /// The date of the file's name, in days since 1970: it gives times their year.
    date: Option<i32>,
    /// The quarter of an hour last read in the zone, and what its local time lacks to UTC.
    last: Option<(i64, i64)>,
}

/// A time as its text has it.
enum Written {
    /// Microseconds since 1970.
    Moment(i64),
    /// Microseconds since 1970 of a clock on a wall.
    Local(i64),
    /// Month and day, and microseconds of that day.
    NoYear(i8, i8, i64),
}

impl Clock {
    pub(super) fn new(zone: TimeZone, date: Option<i32>) -> Self {
        Self { zone, date, last: None }
    }

    /// Microseconds since 1970; `column` is named where they cannot be had.
    pub(super) fn read(&mut self, column: &str, text: &str) -> Result<i64, Problem> {
        let at = match written(text.as_bytes()) {
            Some(Written::Moment(at)) => Some(at),
            Some(Written::Local(local)) => self.in_zone(local),
            Some(Written::NoYear(month, day, of_day)) => {
                let Some(date) = self.date else { return Err(Problem::new("year", text, Reason::MissingTime)) };
                nearest(date, month, day).and_then(|day| self.in_zone(i64::from(day) * DAY + of_day))
            }
            None => None,
        };
        match (at, text) {
            (Some(at), _) if at >= Limits::EPOCH => Ok(at),
            // A number that is no time, or a clock that was never set: no indicator is as old.
            (Some(_), text) => Err(Problem::new(column, text, Reason::TooOld)),
            (None, "") => Err(Problem::new(column, "", Reason::MissingTime)),
            (None, text) => Err(Problem::new(column, text, Reason::InvalidValue)),
        }
    }

    fn in_zone(&mut self, local: i64) -> Option<i64> {
        let quarter = local.div_euclid(QUARTER);
        if let Some((known, shift)) = self.last
            && known == quarter
        {
            return Some(local - shift);
        }
        let date = time::date_of(i32::try_from(local.div_euclid(DAY)).ok()?)?;
        let minute = local.rem_euclid(DAY) / (60 * SECOND);
        let wall = date.at((minute / 60) as i8, (minute % 60) as i8, 0, 0);
        let at = wall.to_zoned(self.zone.clone()).ok()?.timestamp().as_microsecond();
        let shift = local - local.rem_euclid(60 * SECOND) - at;
        self.last = Some((quarter, shift));
        Some(local - shift)
    }
}

/// The day (since 1970) of this month and day that is nearest to a date: a log of the turn of the year has two years.
fn nearest(date: i32, month: i8, day: i8) -> Option<i32> {
    let year = time::date_of(date)?.year();
    let days = (year - 1..=year + 1).filter_map(|year| civil::Date::new(year, month, day).ok()).map(time::day_number);
    days.min_by_key(|day| day.abs_diff(date))
}

fn written(text: &[u8]) -> Option<Written> {
    match text {
        [b'A'..=b'Z', ..] => no_year(text),
        [_, _, _, _, b'-', ..] => iso(text),
        [_, b'-' | b'/', ..] | [_, _, b'-' | b'/', ..] => day_first(text),
        _ => epoch(text).map(Written::Moment),
    }
}

/// Seconds since 1970.
fn epoch(text: &[u8]) -> Option<i64> {
    let (mut whole, mut digits) = (0i64, 0);
    while let Some(byte @ b'0'..=b'9') = text.get(digits) {
        if digits == MICROS_DIGITS {
            return None;
        }
        whole = whole * 10 + i64::from(byte - b'0');
        digits += 1;
    }
    match (digits, &text[digits..]) {
        (0, _) => None,
        (1..=SECONDS_DIGITS, rest) => {
            let (fraction, rest) = fraction(rest)?;
            rest.is_empty().then_some(whole * SECOND + fraction)
        }
        (..=MILLIS_DIGITS, []) => Some(whole * 1000),
        (_, []) => Some(whole),
        _ => None,
    }
}

/// `.123456` in microseconds, if it stands here, and what follows; digits beyond the sixth are dropped.
fn fraction(text: &[u8]) -> Option<(i64, &[u8])> {
    let [b'.' | b',', digits @ ..] = text else { return Some((0, text)) };
    let (mut micros, mut worth, mut at) = (0, SECOND / 10, 0);
    while let Some(byte @ b'0'..=b'9') = digits.get(at) {
        micros += i64::from(byte - b'0') * worth;
        worth /= 10;
        at += 1;
    }
    (at > 0).then(|| (micros, &digits[at..]))
}

/// `2026-11-18T08:15:02.123+0700`.
fn iso(text: &[u8]) -> Option<Written> {
    let (date, rest) = text.split_at_checked(10)?;
    let &[_, _, _, _, b'-', _, _, b'-', _, _] = date else { return None };
    let date = civil(number(&date[..4])?, number(&date[5..7])?, number(&date[8..])?)?;
    let [b'T' | b't' | b' ', rest @ ..] = rest else { return None };
    with_clock(date, rest)
}

/// `18-Nov-2026 08:15:02.123`, `18/Nov/2026:08:15:02 +0700`.
fn day_first(text: &[u8]) -> Option<Written> {
    let mark = text.iter().position(|byte| matches!(byte, b'-' | b'/'))?;
    let (month, rest) = text[mark + 1..].split_at_checked(3)?;
    let (year, rest) = rest.split_at_checked(5)?;
    if year[0] != text[mark] {
        return None;
    }
    let date = civil(number(&year[1..])?, month_of(month)?.into(), number(&text[..mark])?)?;
    let [b' ' | b':', rest @ ..] = rest else { return None };
    with_clock(date, rest)
}

/// `Nov 18 08:15:02`, the day in two places.
fn no_year(text: &[u8]) -> Option<Written> {
    let (month, rest) = text.split_at_checked(3)?;
    let [b' ', tens, ones, b' ', rest @ ..] = rest else { return None };
    let day = if *tens == b' ' { number(&[*ones])? } else { number(&[*tens, *ones])? };
    let (of_day, rest) = of_day(rest)?;
    rest.is_empty().then_some(Written::NoYear(month_of(month)?, i8::try_from(day).ok()?, of_day))
}

/// A time of the day and its offset, if one stands there.
fn with_clock(date: civil::Date, text: &[u8]) -> Option<Written> {
    let (of_day, rest) = of_day(text)?;
    let local = i64::from(time::day_number(date)) * DAY + of_day;
    match rest.trim_ascii_start() {
        [] => Some(Written::Local(local)),
        b"Z" | b"z" | b"UTC" | b"GMT" => Some(Written::Moment(local)),
        [sign @ (b'+' | b'-'), rest @ ..] => {
            let ahead = offset(rest)?;
            Some(Written::Moment(if *sign == b'+' { local - ahead } else { local + ahead }))
        }
        _ => None,
    }
}

/// `08:15:02.123` in microseconds, and what follows. A leap second is the next minute's first.
fn of_day(text: &[u8]) -> Option<(i64, &[u8])> {
    let (clock, rest) = text.split_at_checked(8)?;
    let &[_, _, b':', _, _, b':', _, _] = clock else { return None };
    let (hour, minute, second) = (number(&clock[..2])?, number(&clock[3..5])?, number(&clock[6..])?);
    if hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let (fraction, rest) = fraction(rest)?;
    Some((i64::from(hour * 3600 + minute * 60 + second) * SECOND + fraction, rest))
}

/// `0700`, `07:00` or `07` in microseconds.
fn offset(text: &[u8]) -> Option<i64> {
    let (hours, minutes) = match text {
        [a, b] => (number(&[*a, *b])?, 0),
        [a, b, c, d] | [a, b, b':', c, d] => (number(&[*a, *b])?, number(&[*c, *d])?),
        _ => return None,
    };
    (hours < 24 && minutes < 60).then(|| i64::from(hours * 3600 + minutes * 60) * SECOND)
}

fn civil(year: i32, month: i32, day: i32) -> Option<civil::Date> {
    civil::Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

fn month_of(name: &[u8]) -> Option<i8> {
    (1..).zip(MONTHS).find(|(_, month)| month.as_bytes().eq_ignore_ascii_case(name)).map(|(number, _)| number)
}

/// At most four digits.
fn number(digits: &[u8]) -> Option<i32> {
    digits.iter().try_fold(0, |n, byte| byte.is_ascii_digit().then(|| n * 10 + i32::from(byte - b'0')))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn clock(zone: &str, date: Option<&str>) -> Clock {
        Clock::new(TimeZone::get(zone).expect("zone"), date.and_then(time::parse_day))
    }

    #[test]
    fn every_spelling_is_the_same_instant() {
        let wanted = time::parse("2026-11-18T01:15:02.123Z").expect("time");
        for text in [
            "1794964502.123",
            "1794964502.1230009",
            "1794964502123",
            "1794964502123000",
            "2026-11-18T01:15:02.123Z",
            "2026-11-18T08:15:02.123000+0700",
            "2026-11-17t23:15:02,123-02:00",
            "2026-11-18 08:15:02.123",
            "18-Nov-2026 08:15:02.123",
            "18/Nov/2026:08:15:02.123 +07",
            "Nov 18 08:15:02.123",
        ] {
            assert_eq!(clock("Asia/Ho_Chi_Minh", Some("2026-11-19")).read("ts", text), Ok(wanted), "{text}");
        }
    }

    #[test]
    fn nonsense_is_no_time() {
        for text in [
            "-",
            "yesterday",
            "2026-02-30 00:00:00",
            "2026-11-18",
            "2026-11-18 24:00:00",
            "31-Feb-2026 00:00:00",
            "1.",
            "1e9",
            "123456789012345678",
            "Nov 31 00:00:00",
            "Nov 1 00:00:00",
            "2026-11-18T08:15:02+7",
            "12-",
            "1/",
            "2026-11-18T08:15:02é",
            "18-Nov-2026é08:15:02",
        ] {
            let problem = clock("UTC", Some("2026-11-19")).read("ts", text).expect_err(text);
            assert_eq!((problem.column.as_str(), problem.reason), ("ts", Reason::InvalidValue), "{text}");
        }
        assert_eq!(clock("UTC", None).read("ts", "").expect_err("none").reason, Reason::MissingTime);
    }

    #[test]
    fn an_instant_before_every_log_is_too_old() {
        assert_eq!(clock("UTC", None).read("ts", "2000-01-01T00:00:00Z"), Ok(Limits::EPOCH));
        for text in ["1", "0.5", "946684799.9", "1970-01-01T00:00:00Z", "31-Dec-1999 23:59:59"] {
            let problem = clock("UTC", None).read("ts", text).expect_err(text);
            assert_eq!(problem, Problem::new("ts", text, Reason::TooOld));
        }
    }

    #[test]
    fn a_time_without_a_year_has_that_of_the_file() {
        let problem = clock("UTC", None).read("time", "Nov 18 08:15:02").expect_err("no year");
        assert_eq!((problem.column.as_str(), problem.reason), ("year", Reason::MissingTime));
        for (date, text, wanted) in [
            ("2027-01-01", "Dec 31 23:59:59", "2026-12-31T23:59:59Z"),
            ("2026-12-28", "Jan  2 00:00:00", "2027-01-02T00:00:00Z"),
            ("2024-03-01", "Feb 29 00:00:00", "2024-02-29T00:00:00Z"),
        ] {
            assert_eq!(clock("UTC", Some(date)).read("time", text).ok(), time::parse(wanted), "{date} {text}");
        }
    }

    proptest! {
        #[test]
        fn local_times_are_those_of_the_zone(times in proptest::collection::vec(Limits::EPOCH / SECOND..2_000_000_000, 1..20)) {
            for zone in ["Asia/Ho_Chi_Minh", "Europe/Berlin", "Australia/Lord_Howe", "UTC"] {
                let (mut reader, tz) = (clock(zone, None), TimeZone::get(zone).expect("zone"));
                for seconds in &times {
                    let wall = jiff::Timestamp::from_second(*seconds).expect("time").to_zoned(tz.clone()).datetime();
                    let wanted = wall.to_zoned(tz.clone()).expect("zoned").timestamp().as_microsecond();
                    prop_assert_eq!(reader.read("ts", &wall.to_string().replace('T', " ")), Ok(wanted));
                }
            }
        }

        #[test]
        fn any_text_is_read(text in ".{0,30}|[0-9A-Za-z:/. +-]{0,30}") {
            let _ = clock("UTC", Some("2026-11-19")).read("ts", &text);
        }
    }
}
