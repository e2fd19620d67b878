//! Reports with content of their own, pushed as fast as they are taken; what is in them is known.

use std::{
    fmt::Write as _,
    io::{Read as _, Write as _},
    net::TcpStream,
    sync::atomic::Ordering,
    thread,
    time::Duration,
};

use anyhow::{Context as _, Result};

use super::{Dice, Shared, held, house::FEED};

/// Rows of a report.
const ROWS: u64 = 5_000;
/// Addresses that are told of: the memory of the check follows them, so they do not become more.
pub(super) const ADDRESSES: u64 = 20_000;
/// Days that are told of, the last of September.
const DAYS: u64 = 7;
/// Reports that may wait in the spool: as many as are taken in a moment.
const WAITING_MAX: usize = 24;
/// Before a report is tried again, or the spool is looked at again.
const PAUSE: Duration = Duration::from_millis(50);
/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(60);
/// Bytes of an answer's head that are read: its status is in the first.
const HEAD: usize = 1 << 12;

/// What the portal has taken, by what was in it.
#[derive(Debug, Default, Clone, Copy, PartialEq)]
pub(super) struct Pushed {
    pub(super) reports: u64,
    pub(super) rows: u64,
    pub(super) events: u64,
    pub(super) quarantined: u64,
    /// Deliveries that broke off or were refused, and were tried again.
    pub(super) again: u64,
}

/// An address that is told of, by its number.
pub(super) fn address(number: u64) -> String {
    let number = number % ADDRESSES;
    format!("10.0.{}.{}", number / 250, 1 + number % 250)
}

/// A report by its number, and how many of its rows are broken.
fn report(number: u64) -> (String, u64) {
    let mut dice = Dice(number.wrapping_mul(0x2545_f491_4f6c_dd1d));
    let broken = number % 4;
    let mut text = String::from("timestamp,src_ip,src_port,infection\n");
    for row in 0..ROWS {
        let dice = dice.throw();
        let who = dice % ADDRESSES;
        let (day, second) = (24 + (dice >> 16) % DAYS, (dice >> 24) % 86_400);
        let family = ["mirai", "conficker", "sality", "ramnit"][(who % 4) as usize];
        let year = if row < broken { "2O26" } else { "2026" };
        let [h, m, s] = [second / 3600, second / 60 % 60, second % 60];
        let port = 1_024 + number % 60_000;
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{year}-09-{day:02} {h:02}:{m:02}:{s:02},{},{port},{family}", address(who));
    }
    (text, broken)
}

/// Delivers report after report, each until it is taken.
pub(super) fn push(shared: &Shared) {
    while !shared.ends() {
        if shared.house.waiting() > WAITING_MAX {
            thread::park_timeout(PAUSE);
            continue;
        }
        let number = shared.next.fetch_add(1, Ordering::Relaxed);
        let (text, broken) = report(number);
        // What was begun is brought to its end, also when the time is over: so it is known what is in.
        while deliver(shared, number, &text).ok() != Some(202) {
            held(&shared.pushed).again += 1;
            thread::park_timeout(PAUSE);
        }
        let mut pushed = held(&shared.pushed);
        pushed.reports += 1;
        pushed.rows += ROWS;
        pushed.events += ROWS - broken;
        pushed.quarantined += broken;
    }
}

/// Sends a report; the status of the answer.
fn deliver(shared: &Shared, number: u64, text: &str) -> Result<u16> {
    let mut stream = TcpStream::connect(shared.house.address).context("connect")?;
    stream.set_read_timeout(Some(PATIENCE)).context("set a time limit")?;
    stream.set_write_timeout(Some(PATIENCE)).context("set a time limit")?;
    let (address, token) = (shared.house.address, &shared.house.token);
    let head = format!(
        "POST /api/v1/feeds/{FEED}/reports HTTP/1.1\r\nHost: {address}\r\nX-Forwarded-For: 192.0.2.1\r\nConnection: close\r\n\
         Authorization: Bearer {token}\r\nX-Report-Name: 2026-09-30-event4_sinkhole-s{number}-geo.csv\r\n\
         Content-Type: text/csv\r\nContent-Length: {}\r\n\r\n",
        text.len()
    );
    stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(text.as_bytes())).context("send")?;
    let mut answer = [0; HEAD];
    let read = stream.read(&mut answer).context("hear the answer")?;
    let answer = String::from_utf8_lossy(&answer[..read]);
    answer.split(' ').nth(1).and_then(|status| status.parse().ok()).context("understand the answer")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_report_has_its_own_content_and_as_many_broken_rows_as_told() {
        let (one, broken) = report(7);
        assert_eq!((broken, one.lines().count() as u64), (3, ROWS + 1));
        assert_eq!(one.matches("2O26-").count(), 3);
        assert!(one != report(8).0 && one == report(7).0);
    }
}
