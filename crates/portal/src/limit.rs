//! How often one visitor may ask, in a fixed piece of memory that holds no address.
//!
//! Each visitor (an IPv6 one by his /64) falls, by two halves of a hash keyed at the start of the process, into one cell
//! of each of two rows; a cell is one number, the time from which on it is empty again (the generic cell rate algorithm).
//! A visitor is held back only when both of his cells are full, so that it takes two accidents to suffer for others.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::net::IpAddr;
use std::sync::Mutex;

use event::time::SECOND;

/// Cells of a row: with as many visitors in one minute, one in two hundred shares both cells with a busy one. They also
/// bound what all visitors together may do before strangers suffer: 30 a minute in each are 130,000 a second, more than a
/// machine answers. 2 MiB, of which only what is used takes memory.
const CELLS: usize = 1 << 18;

/// How many times as often those behind a shared address may do something: operators put some dozens of customers
/// behind one (RFC 7422 §2 reckons with ten to a hundred).
const SHARED_TIMES: u32 = 64;

/// A limit for visitors with an address of their own, and a wider one for those who share theirs.
#[derive(Debug)]
pub struct Pace {
    own: Limit,
    shared: Limit,
}

impl Pace {
    /// At most `times` in `seconds`.
    pub fn new(times: u32, seconds: u32) -> Self {
        Self { own: Limit::new(times, seconds), shared: Limit::new(times.saturating_mul(SHARED_TIMES), seconds) }
    }

    /// Counts one more.
    ///
    /// # Errors
    /// Seconds to wait.
    pub fn count(&self, address: IpAddr, is_shared: bool, now: i64) -> Result<(), u64> {
        if is_shared { self.shared.count(address, now) } else { self.own.count(address, now) }
    }
}

/// A limit on how often something may be done.
#[derive(Debug)]
pub struct Limit {
    keys: RandomState,
    rows: Mutex<[Vec<i64>; 2]>,
    /// Microseconds between two at the steady rate.
    every: i64,
    /// How many at once, as microseconds.
    burst: i64,
}

impl Limit {
    /// At most `times` in `seconds`, all of them at once if need be.
    pub fn new(times: u32, seconds: u32) -> Self {
        let times = i64::from(times.max(1));
        let whole = i64::from(seconds.max(1)) * SECOND;
        let every = whole / times;
        let rows = Mutex::new([vec![0; CELLS], vec![0; CELLS]]);
        Self { keys: RandomState::new(), rows, every, burst: whole - every }
    }

    /// Counts one more.
    ///
    /// # Errors
    /// Seconds to wait.
    pub fn count(&self, address: IpAddr, now: i64) -> Result<(), u64> {
        let hash = self.keys.hash_one(key(address));
        let cells = [hash, hash >> 32].map(|half| half as usize % CELLS);
        let mut rows = self.rows.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        // Fuller than full is a cell only when the clock was set back: nobody waits for the time that was.
        let fullest = now + self.burst + self.every;
        let full_until = [0, 1].map(|row: usize| {
            let cell = &mut rows[row][cells[row]];
            *cell = (*cell).min(fullest);
            (*cell).max(now)
        });
        let emptier = full_until[0].min(full_until[1]);
        if emptier - now > self.burst {
            return Err(((emptier - now - self.burst) as u64).div_ceil(SECOND as u64).max(1));
        }
        for row in 0..2 {
            // A cell that is fuller than ours is so because of somebody else; it drains by itself.
            rows[row][cells[row]] = full_until[row].max(emptier + self.every);
        }
        Ok(())
    }
}

/// One visitor: an IPv4 address, or the /64 of an IPv6 one.
pub(crate) type Key = (bool, u64);

/// The visitor of an address.
pub(crate) fn key(address: IpAddr) -> Key {
    match address.to_canonical() {
        IpAddr::V4(ip) => (false, ip.to_bits().into()),
        IpAddr::V6(ip) => (true, (ip.to_bits() >> 64) as u64),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().expect("address")
    }

    #[test]
    fn a_burst_then_the_steady_rate() {
        let limit = Limit::new(3, 60);
        let a = ip("192.0.2.1");
        assert_eq!([0, 0, 0, 0].map(|now| limit.count(a, now).is_ok()), [true, true, true, false]);
        assert_eq!(limit.count(a, 0), Err(20));
        assert_eq!(limit.count(ip("192.0.2.2"), 0), Ok(()));
        assert_eq!(limit.count(a, 20 * SECOND), Ok(()));
        assert!(limit.count(a, 20 * SECOND).is_err());
    }

    #[test]
    fn a_clock_that_is_set_back_holds_nobody_back_for_longer_than_the_limit() {
        let limit = Limit::new(3, 60);
        let (a, day) = (ip("192.0.2.1"), 24 * 3600 * SECOND);
        assert_eq!([day, day, day, day].map(|now| limit.count(a, now).is_ok()), [true, true, true, false]);
        assert_eq!(limit.count(a, 0), Err(20));
        assert_eq!(limit.count(a, 20 * SECOND), Ok(()));
    }

    #[test]
    fn all_addresses_of_a_64_are_one_visitor() {
        let limit = Limit::new(1, 60);
        assert!(limit.count(ip("2001:db8::1"), 0).is_ok());
        assert!(limit.count(ip("2001:db8::ffff"), 0).is_err());
        assert!(limit.count(ip("2001:db8:0:1::1"), 0).is_ok());
    }

    #[test]
    fn a_mapped_address_is_the_same_visitor() {
        let limit = Limit::new(1, 60);
        assert!(limit.count(ip("192.0.2.1"), 0).is_ok());
        assert!(limit.count(ip("::ffff:192.0.2.1"), 0).is_err());
    }

    #[test]
    fn a_flood_of_addresses_takes_no_more_memory_and_holds_few_others_back() {
        let limit = Limit::new(2, 60);
        for n in 0..20_000u32 {
            let _ = limit.count(IpAddr::V4(n.into()), 0);
        }
        let held = (1_000_000..1_001_000u32).filter(|n| limit.count(IpAddr::V4((*n).into()), 0).is_err()).count();
        assert!(held < 100, "{held} of 1000 strangers were held back");
        assert_eq!(limit.rows.lock().expect("rows")[0].len(), CELLS);
    }
}
