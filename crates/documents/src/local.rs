//! Instants as the reporting zone reads them, to the second: a provider looks a subscriber up by it.

use event::time::Zone;
use jiff::{Timestamp, civil::DateTime, tz::TimeZone};

/// An instant in ISO 8601 with an offset, all its digits 0.
const ISO: [u8; 25] = *b"0000-00-00T00:00:00+00:00";

/// The clock on the wall of the reporting zone.
#[derive(Debug, Clone)]
pub struct Local {
    name: String,
    zone: TimeZone,
}

impl Local {
    /// The wall clock of a reporting zone.
    pub fn of(zone: &Zone) -> Self {
        // A Zone exists only for a name that the time zone database knows.
        Self { name: zone.name().to_owned(), zone: TimeZone::get(zone.name()).unwrap_or(TimeZone::UTC) }
    }

    /// The zone's IANA name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Date and time in the zone, whole seconds; `None` outside the calendar. `micros` are microseconds since 1970 UTC.
    pub fn civil(&self, micros: i64) -> Option<DateTime> {
        let at = Timestamp::from_second(micros.div_euclid(event::time::SECOND)).ok()?;
        Some(self.zone.to_datetime(at))
    }

    /// ISO 8601 with the zone's offset, `2026-11-20T23:59:04+07:00`; empty outside the calendar.
    pub fn with_offset(&self, micros: i64) -> String {
        let mut text = String::with_capacity(ISO.len());
        self.write_with_offset(micros, &mut text);
        text
    }

    /// Adds what [`with_offset`](Self::with_offset) says: digit by digit, for a list has some ten of them in a line.
    pub fn write_with_offset(&self, micros: i64, text: &mut String) {
        let Ok(at) = Timestamp::from_second(micros.div_euclid(event::time::SECOND)) else { return };
        let offset = self.zone.to_offset(at);
        let civil = offset.to_datetime(at);
        let (year, minutes) = (i32::from(civil.year()), offset.seconds() / 60);
        if !(0..=9999).contains(&year) || offset.seconds() % 60 != 0 {
            text.push_str(&self.format(micros, "%Y-%m-%dT%H:%M:%S%:z"));
            return;
        }
        let sign = if minutes < 0 { b'-' } else { b'+' };
        let mut iso = ISO;
        let mut two = |at: usize, number: i32| {
            iso[at] += (number / 10) as u8;
            iso[at + 1] += (number % 10) as u8;
        };
        two(0, year / 100);
        two(2, year % 100);
        let parts = [civil.month(), civil.day(), civil.hour(), civil.minute(), civil.second()].map(i32::from);
        for (at, part) in [5, 8, 11, 14, 17].into_iter().zip(parts) {
            two(at, part);
        }
        two(20, minutes.abs() / 60);
        two(23, minutes.abs() % 60);
        iso[19] = sign;
        text.push_str(str::from_utf8(&iso).unwrap_or_default());
    }

    /// In a form of `strftime`; empty outside the calendar.
    pub fn format(&self, micros: i64, form: &str) -> String {
        let at = Timestamp::from_second(micros.div_euclid(event::time::SECOND));
        at.map_or_else(|_| String::new(), |at| at.to_zoned(self.zone.clone()).strftime(form).to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn midnight_is_the_zones_and_not_utc() {
        let local = Local::of(&Zone::named("Asia/Ho_Chi_Minh").expect("zone"));
        let at = event::time::parse("2026-10-31T17:00:00Z").expect("time");
        assert_eq!(local.with_offset(at), "2026-11-01T00:00:00+07:00");
        assert_eq!(local.civil(at - 1).map(|at| at.to_string()), Some("2026-10-31T23:59:59".to_owned()));
        assert_eq!(local.with_offset(i64::MAX), "");
    }

    #[test]
    fn an_instant_is_written_as_the_library_formats_it() {
        for zone in ["Asia/Ho_Chi_Minh", "America/St_Johns", "Europe/Berlin", "UTC", "Asia/Kathmandu"] {
            let local = Local::of(&Zone::named(zone).expect("zone"));
            for step in -2_000_000..2_000_000_i64 {
                let micros = step * 40_009 * event::time::SECOND;
                if step % 499 == 0 {
                    assert_eq!(
                        local.with_offset(micros),
                        local.format(micros, "%Y-%m-%dT%H:%M:%S%:z"),
                        "{zone} {micros}"
                    );
                }
            }
        }
    }
}
