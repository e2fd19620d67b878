//! Many rude visitors at once: what they take is bounded, and whoever behaves is answered rightly meanwhile.
//!
//! Nobody sleeps here: rude visitors go on when a good one was answered, and the server's own time limits are settings.

use std::fs;
use std::process::{Command, Stdio};

use crate::house::FEED_TOKEN;
use crate::talk::{BEHIND_PROXY, Portal, portal, read, until};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};

/// Connections that stand idle, where the system gives as many handles.
const IDLE: usize = 10_000;
/// Handles left to other tests of the same process.
const HANDLES_LEFT: usize = 2_048;
/// Most bytes that an idle connection may take, both of its ends together.
const IDLE_BYTES_MAX: usize = 64 << 10;
/// Visitors who drip.
const DRIPPING: usize = 200;

/// Whoever asks here asks often.
const OFTEN: (&str, &str) = ("checks_per_minute", "1000000");

/// A good visitor gets the verdict that is right for him.
async fn is_answered_rightly(portal: &Portal) {
    for (visitor, verdict) in
        [("192.0.2.7", "\"seen\""), ("192.0.2.8", "\"not-seen\""), ("203.0.113.7", "\"cannot-tell\"")]
    {
        let answer = portal.get_from(visitor, "/api/v1/check").await;
        assert_eq!(answer.status, 200);
        assert!(answer.body.contains(&format!("\"verdict\":{verdict}")), "{visitor}: {}", answer.body.trim_end());
    }
}

async fn connect(portal: &Portal) -> TcpStream {
    TcpStream::connect(portal.address).await.expect("connect")
}

/// Handles this process may open: what is needed where it may say so itself (root may), else what the system lets it ask for.
fn handles() -> usize {
    let limit = |at: usize| {
        let limits = fs::read_to_string("/proc/self/limits").unwrap_or_default();
        let line = limits.lines().find_map(|line| line.strip_prefix("Max open files").map(str::to_owned));
        line.and_then(|line| line.split_whitespace().nth(at)?.parse::<usize>().ok()).unwrap_or(1024)
    };
    let (own, needed) = (std::process::id().to_string(), 2 * IDLE + HANDLES_LEFT);
    for wanted in [format!("--nofile={needed}:{needed}"), format!("--nofile={}:", limit(1))] {
        if limit(0) < needed {
            // Where there is no such program, what there is must do.
            let _ = Command::new("prlimit").args(["--pid", &own, &wanted]).stderr(Stdio::null()).status();
        }
    }
    limit(0)
}

/// Resident bytes of this process, the server's and the visitors'.
fn resident() -> usize {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:").map(str::to_owned));
    line.and_then(|line| line.trim().split(' ').next()?.parse::<usize>().ok()).unwrap_or(0) * 1024
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_idle_connections_hold_nobody_up() {
    // Both ends of each are here.
    let idle = IDLE.min(handles().saturating_sub(HANDLES_LEFT) / 2);
    println!("{idle} idle connections of {IDLE}: as many as there are handles for");
    let most = (idle + 100).to_string();
    let flags = [("connections_max", &*most), ("connections_per_visitor", &most), ("header_seconds", "600")];
    let portal = portal(&[&flags[..], &[OFTEN, BEHIND_PROXY[0]]].concat()).await;
    let before = resident();
    let mut open = Vec::with_capacity(idle);
    let mut head = [0; 15];
    for at in 0..idle {
        let mut stream = connect(&portal).await;
        // Every other one has asked before it stands idle.
        if at % 2 == 0 {
            stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n").await.expect("ask");
            stream.read_exact(&mut head).await.expect("answer");
            assert_eq!(&head, b"HTTP/1.1 200 OK");
        }
        open.push(stream);
    }
    until(async || connections(&portal).await > idle as u64).await;
    let each = resident().saturating_sub(before) / idle;
    println!("{each} bytes each");
    assert!(each < IDLE_BYTES_MAX, "{each} bytes for each idle connection");
    is_answered_rightly(&portal).await;
    drop(open);
    until(async || connections(&portal).await == 1).await;
    is_answered_rightly(&portal).await;
}

/// Connections open, that of the question among them.
async fn connections(portal: &Portal) -> u64 {
    let headers = [("X-Forwarded-For", "192.0.2.1"), ("Authorization", "Bearer made-token-of-metrics")];
    let text = portal.ask("GET", "/metrics", &headers, b"").await.body;
    let line = text.lines().find_map(|line| line.strip_prefix("haidang_portal_connections "));
    line.and_then(|number| number.parse().ok()).expect("a number")
}

/// Writes one more byte on every connection; those that the server has closed are gone.
async fn drip(open: &mut Vec<TcpStream>, byte: &[u8]) {
    let mut left = Vec::with_capacity(open.len());
    for mut stream in open.drain(..) {
        let mut said = [0; 512];
        // The end of a connection is read as nothing, its answer before that.
        let is_open = matches!(stream.try_read(&mut said), Err(wait) if wait.kind() == std::io::ErrorKind::WouldBlock);
        if is_open && stream.write_all(byte).await.is_ok() {
            left.push(stream);
        }
    }
    *open = left;
}

#[tokio::test(flavor = "multi_thread")]
async fn heads_that_drip_are_given_up_and_nobody_waits_for_them() {
    let portal = portal(&[("header_seconds", "2"), OFTEN, BEHIND_PROXY[0]]).await;
    let mut open = Vec::new();
    for _ in 0..DRIPPING {
        let mut stream = connect(&portal).await;
        stream.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ").await.expect("write");
        open.push(stream);
    }
    let mut rounds = 0;
    until(async || {
        drip(&mut open, b"a").await;
        is_answered_rightly(&portal).await;
        rounds += 1;
        open.is_empty()
    })
    .await;
    assert!(rounds > 1, "nobody was given up at once");
    until(async || connections(&portal).await == 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn deliveries_that_drip_are_given_up_and_others_come_in_meanwhile() {
    let flags =
        [("upload_seconds", "2"), ("upload_idle_seconds", "60"), ("uploads_per_feed", "64"), ("uploads_max", "128")];
    let portal = portal(&[&flags[..], &[OFTEN, BEHIND_PROXY[0]]].concat()).await;
    let head = format!(
        "POST /api/v1/feeds/sinkhole/reports HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {FEED_TOKEN}\r\n\
         X-Report-Name: slow.csv\r\nContent-Type: text/csv\r\nContent-Length: 1000000\r\n\r\n"
    );
    let mut open = Vec::new();
    for _ in 0..32 {
        let mut stream = connect(&portal).await;
        stream.write_all(head.as_bytes()).await.expect("write");
        open.push(stream);
    }
    let bearer = format!("Bearer {FEED_TOKEN}");
    let headers = [("Authorization", bearer.as_str()), ("X-Report-Name", "a.csv"), ("Content-Type", "text/csv")];
    until(async || {
        drip(&mut open, b"a").await;
        is_answered_rightly(&portal).await;
        let good = portal.ask("POST", "/api/v1/feeds/sinkhole/reports", &headers, b"a\n1\n").await;
        assert_eq!(good.status, 202, "{}", good.body);
        open.is_empty()
    })
    .await;
    assert_eq!(portal.desk.taken.lock().expect("taken").len(), 1, "of what dripped nothing is left");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_visitor_who_opens_all_he_can_leaves_places_for_others() {
    let flags = [("connections_max", "64"), ("connections_per_visitor", "32"), ("header_seconds", "600")];
    let portal = portal(&[&flags[..], &[OFTEN]].concat()).await;
    let mut rude = Vec::new();
    for _ in 0..500 {
        rude.push(connect(&portal).await);
    }
    // Another address of this machine is another visitor.
    let other = || async {
        let socket = TcpSocket::new_v4().expect("socket");
        socket.bind("127.0.0.2:0".parse().expect("address")).expect("bind");
        let mut stream = socket.connect(portal.address).await.expect("connect");
        stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").await.expect("ask");
        read(&mut stream).await.expect("answer").status
    };
    for _ in 0..100 {
        assert_eq!(other().await, 200);
    }
    // Of the rude one's 32 stand open, whichever these are; the others were closed.
    let mut reading = tokio::task::JoinSet::new();
    for mut stream in rude {
        reading.spawn(async move { matches!(stream.read(&mut [0; 1]).await, Ok(0) | Err(_)) });
    }
    for _ in 32..500 {
        assert!(reading.join_next().await.expect("all were asked").expect("no panic"));
    }
    assert!(reading.try_join_next().is_none(), "more were closed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_who_takes_nothing_is_given_up() {
    let portal = portal(&[("request_seconds", "1"), OFTEN, BEHIND_PROXY[0]]).await;
    let mut deaf = Vec::new();
    for _ in 0..20 {
        let mut stream = connect(&portal).await;
        // More answers than the system's buffers hold: 5,000 pages of 12 KiB.
        let asked = b"GET /kiem-tra HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(5_000);
        // The server reads no further than it can answer.
        let _ = tokio::time::timeout(std::time::Duration::from_millis(1), stream.write_all(&asked)).await;
        deaf.push(stream);
    }
    assert!(connections(&portal).await > 1, "they are there");
    until(async || {
        is_answered_rightly(&portal).await;
        connections(&portal).await == 1
    })
    .await;
}
