//! Visitors who check at a fixed rate, each from an address of his own behind a declared proxy, and whether they are told what
//! is so.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};

use super::{
    CHECKERS, Shared,
    addresses::{GROUPS, TOLD, address},
    held, house,
};

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(20);
/// Before somebody comes again who found nobody.
const PAUSE: Duration = Duration::from_millis(50);
/// Most bytes of an answer: 8 KiB and its head.
const ANSWER_MAX: usize = 1 << 16;

/// How long a portal that was started may know nothing yet: it takes in up to a hundred reports before it first answers from
/// the lake, half a million events, ten seconds on two cores; three times that.
const KNOWS_WITHIN: Duration = Duration::from_secs(30);

/// What a visitor must be told.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Due {
    Seen,
    NotSeen,
    /// His address was told of a moment ago, or is about to be.
    Either,
}

/// What visitors met.
#[derive(Debug, Default)]
pub(super) struct Checked {
    /// Milliseconds from when each was due to ask until he had his whole answer.
    pub(super) answered_ms: Vec<f32>,
    /// Asked while the portal was down or was killed meanwhile.
    pub(super) broken_off: u64,
    /// Answers that were no verdict.
    pub(super) wrong: u64,
    /// By verdict.
    pub(super) seen: u64,
    pub(super) not_seen: u64,
    pub(super) cannot_tell: u64,
    /// Seen, though no report ever told of the address.
    pub(super) made_up: u64,
    /// Not seen, though it was surely in.
    pub(super) missed: u64,
    /// Cannot tell, though the portal had stood for long.
    pub(super) late: u64,
}

impl Checked {
    /// Counts an answer by its verdict.
    fn count(&mut self, verdict: &str, due: Due, is_young: bool, took_ms: f32) {
        match verdict {
            "seen" => self.seen += 1,
            "not-seen" => self.not_seen += 1,
            "cannot-tell" => self.cannot_tell += 1,
            _ => {
                self.wrong += 1;
                return;
            }
        }
        self.answered_ms.push(took_ms);
        match (verdict, due) {
            ("seen", Due::NotSeen) => self.made_up += 1,
            ("not-seen", Due::Seen) => self.missed += 1,
            ("cannot-tell", _) => self.late += u64::from(!is_young),
            _ => {}
        }
    }
}

/// Asks until the time is over. When a visitor is due is fixed: a slow answer makes the next one late, and counts for both.
pub(super) fn ask(shared: &Shared, number: u64) {
    let every = Duration::from_secs(1) / u32::try_from(CHECKERS.1).unwrap_or(1);
    let mut visitor = number;
    while !shared.ends() {
        let Ok(mut stream) = connect(shared) else {
            held(&shared.checked).broken_off += 1;
            thread::park_timeout(PAUSE);
            continue;
        };
        let mut due = Instant::now();
        while !shared.ends() {
            thread::park_timeout(due.saturating_duration_since(Instant::now()));
            visitor += CHECKERS.0;
            let (group, who) = (visitor % GROUPS, visitor / GROUPS);
            let (must, is_young) = (must(shared, group), is_young(shared));
            let answer = check(&mut stream, shared, &address(group, who));
            let took = due.elapsed().as_secs_f32() * 1e3;
            let mut checked = held(&shared.checked);
            match answer {
                Ok(verdict) => checked.count(&verdict, must, is_young, took),
                Err(_) => {
                    checked.broken_off += 1;
                    break;
                }
            }
            due += every;
        }
    }
}

/// What whoever comes from a group must be told now.
fn must(shared: &Shared, group: u64) -> Due {
    match group {
        TOLD.. => Due::NotSeen,
        _ if shared.is_surely_in(group) => Due::Seen,
        _ => Due::Either,
    }
}

/// Whether the portal was started, or killed, a moment ago.
fn is_young(shared: &Shared) -> bool {
    held(&shared.risen).is_none_or(|risen| risen.elapsed() < KNOWS_WITHIN)
}

fn connect(shared: &Shared) -> Result<TcpStream> {
    let stream = TcpStream::connect(shared.house.address).context("connect")?;
    stream.set_read_timeout(Some(PATIENCE)).context("set a time limit")?;
    stream.set_nodelay(true).context("send at once")?;
    Ok(stream)
}

/// One check on an open connection: its verdict, or nothing if it was answered otherwise.
fn check(stream: &mut TcpStream, shared: &Shared, visitor: &str) -> Result<String> {
    let address = shared.house.address;
    let head = format!("GET /api/v1/check HTTP/1.1\r\nHost: {address}\r\nX-Forwarded-For: {visitor}\r\n\r\n");
    stream.write_all(head.as_bytes()).context("ask")?;
    let mut bytes = vec![0; ANSWER_MAX];
    let (mut filled, mut wanted) = (0, None);
    while wanted.is_none_or(|wanted| filled < wanted) {
        ensure!(filled < bytes.len(), "an answer is too long");
        let read = stream.read(&mut bytes[filled..]).context("hear the answer")?;
        ensure!(read > 0, "an answer broke off");
        filled += read;
        if wanted.is_none() {
            wanted = length(&String::from_utf8_lossy(&bytes[..filled]));
        }
    }
    let answer = String::from_utf8_lossy(&bytes[..filled]);
    let verdict = house::text(&answer, "verdict").filter(|_| answer.starts_with("HTTP/1.1 200"));
    Ok(verdict.unwrap_or_default())
}

/// Bytes of an answer, its head among them, once the head is whole.
fn length(answer: &str) -> Option<usize> {
    let (head, _) = answer.split_once("\r\n\r\n")?;
    let line =
        head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length:").map(str::to_owned));
    Some(head.len() + 4 + line?.trim().parse::<usize>().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_ends_where_its_head_says() {
        assert_eq!(length("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab"), Some(41));
        assert_eq!(length("HTTP/1.1 200 OK\r\nContent-Le"), None);
    }

    #[test]
    fn a_verdict_is_held_against_what_is_so() {
        let of = |verdict, due, is_young| {
            let mut checked = Checked::default();
            checked.count(verdict, due, is_young, 1.0);
            [checked.made_up, checked.missed, checked.late, checked.wrong]
        };
        for (verdict, due) in
            [("seen", Due::Seen), ("not-seen", Due::NotSeen), ("seen", Due::Either), ("not-seen", Due::Either)]
        {
            assert_eq!(of(verdict, due, false), [0; 4], "{verdict} {due:?}");
        }
        assert_eq!(of("seen", Due::NotSeen, false), [1, 0, 0, 0]);
        assert_eq!(of("not-seen", Due::Seen, true), [0, 1, 0, 0]);
        assert_eq!(
            (of("cannot-tell", Due::Seen, true), of("cannot-tell", Due::NotSeen, false)),
            ([0; 4], [0, 0, 1, 0])
        );
        assert_eq!(of("", Due::Either, true), [0, 0, 0, 1]);
    }
}
