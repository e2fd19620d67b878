//! Visitors who check at a fixed rate, each from an address of his own behind a declared proxy.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};

use super::{CHECKERS, Shared, held, reports};

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(20);
/// Before somebody comes again who found nobody.
const PAUSE: Duration = Duration::from_millis(50);
/// Most bytes of an answer: 8 KiB and its head.
const ANSWER_MAX: usize = 1 << 16;

/// What visitors met.
#[derive(Debug, Default)]
pub(super) struct Checked {
    /// Milliseconds from when each was due to ask until he had his whole answer.
    pub(super) answered_ms: Vec<f32>,
    /// Asked while the portal was down or was killed meanwhile.
    pub(super) broken_off: u64,
    /// Answers that were no verdict.
    pub(super) wrong: u64,
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
            let answer = check(&mut stream, shared, visitor);
            let took = due.elapsed().as_secs_f32() * 1e3;
            let mut checked = held(&shared.checked);
            match answer {
                Ok(true) => checked.answered_ms.push(took),
                Ok(false) => checked.wrong += 1,
                Err(_) => {
                    checked.broken_off += 1;
                    break;
                }
            }
            due += every;
        }
    }
}

fn connect(shared: &Shared) -> Result<TcpStream> {
    let stream = TcpStream::connect(shared.house.address).context("connect")?;
    stream.set_read_timeout(Some(PATIENCE)).context("set a time limit")?;
    stream.set_nodelay(true).context("send at once")?;
    Ok(stream)
}

/// One check on an open connection: whether it was answered by a verdict.
fn check(stream: &mut TcpStream, shared: &Shared, visitor: u64) -> Result<bool> {
    let (address, visitor) = (shared.house.address, reports::address(visitor));
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
    Ok(answer.starts_with("HTTP/1.1 200") && answer.contains("\"verdict\":\""))
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
}
