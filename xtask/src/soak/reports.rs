//! Reports with content of their own, pushed as fast as they are taken; what is in them is known.

use std::{
    fmt::Write as _,
    io::{Read as _, Write as _},
    net::TcpStream,
    sync::atomic::Ordering,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result};

use super::{
    Dice, Shared,
    addresses::{OF_A_GROUP, TOLD, address, report_type},
    held,
    house::FEED,
};

/// Rows of a report: one for each address of a group. The memory of the check follows the addresses, so they do not become more.
const ROWS: u64 = OF_A_GROUP;
/// Days that are told of, the last of September.
const DAYS: u64 = 7;
/// Reports that may wait in the spool: as many as are taken in a moment.
const WAITING_MAX: usize = 24;
/// Before a report is tried again, or the spool is looked at again.
const PAUSE: Duration = Duration::from_millis(50);
/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long after the end a report is still tried: longer than a portal takes to come up.
const GIVEN_UP_AFTER: Duration = Duration::from_secs(60);
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
    /// Reports given up at the end: nobody said whether they were taken.
    pub(super) unknown: u64,
}

/// A report by its number, and how many of its rows are broken. The first of each group is whole and names every address of it.
fn report(number: u64) -> (String, u64) {
    let mut dice = Dice(number.wrapping_mul(0x2545_f491_4f6c_dd1d));
    let (group, broken) = (number % TOLD, number / TOLD % 4);
    let mut text = String::from("timestamp,src_ip,src_port,infection\n");
    for row in 0..ROWS {
        let dice = dice.throw();
        let who = if number < TOLD { row } else { dice % OF_A_GROUP };
        let (day, second) = (24 + (dice >> 16) % DAYS, (dice >> 24) % 86_400);
        let family = ["mirai", "conficker", "sality", "ramnit"][(who % 4) as usize];
        let year = if row < broken { "2O26" } else { "2026" };
        let [h, m, s] = [second / 3600, second / 60 % 60, second % 60];
        let port = 1_024 + number % 60_000;
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{year}-09-{day:02} {h:02}:{m:02}:{s:02},{},{port},{family}", address(group, who));
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
        if !bring(shared, number, &text) {
            held(&shared.pushed).unknown += 1;
            return;
        }
        if let Some(told) = shared.told.get(number as usize) {
            told.get_or_init(Instant::now);
        }
        let mut pushed = held(&shared.pushed);
        pushed.reports += 1;
        pushed.rows += ROWS;
        pushed.events += ROWS - broken;
        pushed.quarantined += broken;
    }
}

/// Delivers a report until it is taken, also when the time is over: so it is known what is in. Whether it was taken.
fn bring(shared: &Shared, number: u64, text: &str) -> bool {
    while deliver(shared, number, text).ok() != Some(202) {
        held(&shared.pushed).again += 1;
        if is_given_up(shared.ended.get().map(Instant::elapsed)) {
            return false;
        }
        thread::park_timeout(PAUSE);
    }
    true
}

/// Whether a report is not tried again, so long after the end.
fn is_given_up(after_end: Option<Duration>) -> bool {
    after_end.is_some_and(|after| after >= GIVEN_UP_AFTER)
}

/// Sends a report; the status of the answer.
fn deliver(shared: &Shared, number: u64, text: &str) -> Result<u16> {
    let mut stream = TcpStream::connect(shared.house.address).context("connect")?;
    stream.set_read_timeout(Some(PATIENCE)).context("set a time limit")?;
    stream.set_write_timeout(Some(PATIENCE)).context("set a time limit")?;
    let (address, token) = (shared.house.address, &shared.house.token);
    let head = format!(
        "POST /api/v1/feeds/{FEED}/reports HTTP/1.1\r\nHost: {address}\r\nX-Forwarded-For: 192.0.2.1\r\nConnection: close\r\n\
         Authorization: Bearer {token}\r\nX-Report-Name: 2026-09-30-{}-s{number}-geo.csv\r\n\
         Content-Type: text/csv\r\nContent-Length: {}\r\n\r\n",
        report_type(number % TOLD),
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
        let (one, broken) = report(13);
        assert_eq!((broken, one.lines().count() as u64), (3, ROWS + 1));
        assert_eq!(one.matches("2O26-").count(), 3);
        assert!(one != report(29).0 && one == report(13).0);
    }

    #[test]
    fn the_first_report_of_a_group_names_every_address_of_it() {
        for group in 0..TOLD {
            let (text, broken) = report(group);
            assert_eq!(broken, 0);
            for (row, who) in text.lines().skip(1).zip(0..) {
                assert!(row.contains(&format!(",{},", address(group, who))), "{row}");
            }
        }
    }

    #[test]
    fn a_report_that_nobody_takes_is_given_up_some_time_after_the_end() {
        assert!(!is_given_up(None) && !is_given_up(Some(Duration::from_secs(59))));
        assert!(is_given_up(Some(GIVEN_UP_AFTER)));
    }
}
