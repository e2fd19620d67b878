//! Instants as the reporting zone reads them, to the second: a provider looks a subscriber up by it.

use event::time::Zone;
use jiff::{Timestamp, civil::DateTime, tz::TimeZone};

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
        self.format(micros, "%Y-%m-%dT%H:%M:%S%:z")
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
}
