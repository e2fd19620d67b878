//! Look-ups.

use event::subject::Subject;

use crate::owner::Owner;
use crate::tables::Tables;

/// What the feed said about a subject besides naming it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Hints<'h> {
    /// Autonomous system number.
    pub asn: Option<u32>,
    /// Province, two digits.
    pub place: Option<&'h str>,
}

/// The tables made ready for look-ups.
#[derive(Debug)]
pub struct Constituency {
    pub(crate) tables: Tables,
}

impl Constituency {
    /// Makes tables ready.
    pub fn build(tables: Tables) -> Self {
        Self { tables }
    }

    /// The owner of an address (128 bits, IPv4 in `::ffff:0:0/96`) on a day of the reporting zone.
    pub fn owner_of_address(&self, bits: u128, day: i32, feed_asn: Option<u32>, feed_place: Option<&str>) -> Owner {
        let _ = (bits, day, feed_asn, feed_place);
        Owner::default()
    }

    /// The owner of a domain name on a day.
    pub fn owner_of_domain(&self, name: &str, day: i32, feed_place: Option<&str>) -> Owner {
        let _ = (name, day, feed_place);
        Owner::default()
    }

    /// The owner of any subject on a day.
    pub fn owner_at(&self, subject: &Subject, day: i32, hints: Hints<'_>) -> Owner {
        let _ = (subject, day, hints);
        Owner::default()
    }
}
