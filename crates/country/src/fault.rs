//! What is wrong with some rows: about one in two thousand, as in life.

use crate::feed::Feed;
use crate::rng::Rng;

/// One row in so many is broken.
const ONE_IN: u64 = 2_000;
/// In the small files of the newer senses, so that there are any.
const ONE_IN_SMALL: u64 = 150;
/// Length of the over-long cell: above the mebibyte at which a careful reader gives a row up.
const LONG_CELL: usize = 1_100_000;
/// A date no report can carry yet.
const FAR_FUTURE: &str = "2099-01-01 00:00:00";
/// `Đà Nẵng` as far as Latin-1 goes; in that encoding it is no UTF-8.
const LATIN1_CITY: &str = "\u{d0}\u{c0} N\u{c3}NG";

/// A way of being broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fault {
    BadTime,
    BadAddress,
    MissingCells,
    FarFuture,
    Latin1,
    LongCell,
}

impl Fault {
    const ALL: [(Self, u32); 6] = [
        (Self::BadTime, 4),
        (Self::BadAddress, 4),
        (Self::MissingCells, 4),
        (Self::FarFuture, 3),
        (Self::Latin1, 4),
        // Rare: each is a megabyte.
        (Self::LongCell, 1),
    ];

    /// Its name in the truth.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::BadTime => "bad_time",
            Self::BadAddress => "bad_address",
            Self::MissingCells => "missing_cells",
            Self::FarFuture => "far_future",
            Self::Latin1 => "latin1",
            Self::LongCell => "long_cell",
        }
    }

    /// Whether the row still says truly who was seen and when.
    pub(crate) fn is_harmless(self) -> bool {
        self == Self::Latin1
    }

    /// Throws the dice for one row of a feed.
    pub(crate) fn throw(rng: &mut Rng, feed: Feed) -> Option<Self> {
        if rng.below(if feed.is_small() { ONE_IN_SMALL } else { ONE_IN }) != 0 {
            return None;
        }
        let fault = Self::ALL[rng.weighted(Self::ALL.iter().map(|(_, weight)| *weight))].0;
        match (feed, fault) {
            // A list has nothing but subjects.
            (Feed::Blocklist, _) => Some(Self::BadAddress),
            // JSON is UTF-8 by definition; a website has a name beside its address.
            (Feed::Partner, Self::Latin1) | (Feed::Website, Self::BadAddress) => Some(Self::BadTime),
            // An array that is cut is no array; these have no city and no host.
            (Feed::N6, Self::Latin1 | Self::MissingCells | Self::LongCell) => Some(Self::BadTime),
            // A row of a log that touches nothing is counted whenever it was, if only its time can be read.
            (Feed::ZeekDns | Feed::ZeekConn | Feed::Suricata, Self::FarFuture | Self::Latin1 | Self::LongCell) => {
                Some(Self::BadTime)
            }
            _ => Some(fault),
        }
    }

    /// The time such a row tells, `true_time` being `YYYY-MM-DD hh:mm:ss`.
    pub(crate) fn time(fault: Option<Self>, true_time: String) -> String {
        match fault {
            Some(Self::BadTime) => true_time.replacen("20", "20O", 1),
            Some(Self::FarFuture) => FAR_FUTURE.to_owned(),
            _ => true_time,
        }
    }

    /// The time such a row of a log tells, however it is written.
    pub(crate) fn stamp(fault: Option<Self>, true_time: String) -> String {
        if fault == Some(Self::BadTime) { format!("x{true_time}") } else { true_time }
    }

    /// The address such a row tells.
    pub(crate) fn address(fault: Option<Self>, true_address: String) -> String {
        if fault == Some(Self::BadAddress) { format!("999.{true_address}") } else { true_address }
    }

    /// The city such a row tells.
    pub(crate) fn city(fault: Option<Self>, true_city: &str) -> String {
        if fault == Some(Self::Latin1) { LATIN1_CITY } else { true_city }.to_owned()
    }

    /// The host name such a row tells.
    pub(crate) fn host(fault: Option<Self>, true_host: &str) -> String {
        if fault == Some(Self::LongCell) { "x".repeat(LONG_CELL) } else { true_host.to_owned() }
    }

    /// The bytes of a finished row, without its line end.
    pub(crate) fn bytes(fault: Option<Self>, line: String) -> Vec<u8> {
        match fault {
            Some(Self::MissingCells) => cut(&line).into_bytes(),
            Some(Self::Latin1) => line.chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?')).collect(),
            _ => line.into_bytes(),
        }
    }
}

/// A row that ends after its first cell; a JSON object that ends in its middle.
fn cut(line: &str) -> String {
    let end = if line.starts_with('{') { line.len() * 2 / 3 } else { line.find([',', '\t']).unwrap_or(0) };
    line.get(..end).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broken_row_is_broken_where_it_says() {
        let time = "2026-07-01 10:00:00".to_owned();
        assert_eq!(event::time::parse(&Fault::time(Some(Fault::BadTime), time.clone())), None);
        assert_eq!(Fault::time(None, time.clone()), time);
        assert!(event::clean::parse_address(&Fault::address(Some(Fault::BadAddress), "10.0.0.1".into())).is_none());
        assert!(String::from_utf8(Fault::bytes(Some(Fault::Latin1), LATIN1_CITY.into())).is_err());
        assert_eq!(Fault::bytes(Some(Fault::MissingCells), "\"t\",\"tcp\"".into()), b"\"t\"");
    }
}
