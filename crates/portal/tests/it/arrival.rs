//! Deliveries: who may, what is taken, what is answered.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::house::{FEED_TOKEN, LOST_TOKEN, PARTNER_TOKEN};
use crate::talk::{Answer, Portal, portal, read, until};
use portal::tokens::Tokens;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

const PATH: &str = "/api/v1/feeds/sinkhole/reports";
const NAME: (&str, &str) = ("X-Report-Name", "2026-11-20-event4_sinkhole-made.csv");
const TYPE: (&str, &str) = ("Content-Type", "text/csv");

fn bearer(token: &str) -> String {
    format!("Bearer {token}")
}

async fn deliver(portal: &Portal, token: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
    let token = bearer(token);
    portal.ask("POST", PATH, &[headers, &[("Authorization", token.as_str())]].concat(), body).await
}

#[tokio::test]
async fn a_delivered_file_gets_an_id_and_can_be_followed() {
    let portal = portal(&[]).await;
    let answer = deliver(&portal, FEED_TOKEN, &[NAME, TYPE], b"a\nb\nc\n").await;
    assert_eq!((answer.status, answer.header("location")), (202, "/api/v1/reports/made-1"));
    assert_eq!(answer.body, r#"{"id":"made-1","again":false}"#);
    let again = deliver(&portal, FEED_TOKEN, &[NAME, TYPE], b"a\nb\nc\n").await;
    assert_eq!((again.status, again.body.as_str()), (202, r#"{"id":"made-1","again":true}"#));

    let token = bearer(FEED_TOKEN);
    let status = portal.ask("GET", "/api/v1/reports/made-1", &[("Authorization", &token)], b"").await;
    let json: serde_json::Value = serde_json::from_str(&status.body).expect("json");
    assert_eq!(
        (json["rows"].as_u64(), json["state"].as_str(), json["feed"].as_str()),
        (Some(3), Some("done"), Some("sinkhole"))
    );
    let other = bearer(PARTNER_TOKEN);
    assert_eq!(portal.ask("GET", "/api/v1/reports/made-1", &[("Authorization", &other)], b"").await.status, 404);
    assert_eq!(portal.get("/api/v1/reports/made-1").await.status, 401);
    assert_eq!(portal.ask("GET", "/api/v1/reports/no-such", &[("Authorization", &token)], b"").await.status, 404);
}

#[tokio::test]
async fn only_the_feeds_own_token_opens_its_door() {
    let portal = portal(&[]).await;
    let missing = portal.ask("POST", PATH, &[NAME, TYPE], b"a\n").await;
    assert_eq!((missing.status, missing.header("www-authenticate")), (401, "Bearer"));
    assert_eq!(deliver(&portal, "wrong", &[NAME, TYPE], b"a\n").await.status, 401);
    assert_eq!(deliver(&portal, &"x".repeat(600), &[NAME, TYPE], b"a\n").await.status, 401);
    assert_eq!(deliver(&portal, PARTNER_TOKEN, &[NAME, TYPE], b"a\n").await.status, 403);
    let token = bearer(LOST_TOKEN);
    let unknown =
        portal.ask("POST", "/api/v1/feeds/gone/reports", &[NAME, TYPE, ("Authorization", &token)], b"a").await;
    assert_eq!(unknown.status, 404);
    let stranger = portal.ask("POST", "/api/v1/feeds/no-such/reports", &[NAME, TYPE], b"a").await;
    assert_eq!(stranger.status, 401, "a stranger does not learn which feeds there are");
    assert!(portal.desk.taken.lock().expect("taken").is_empty());
}

#[tokio::test]
async fn a_token_is_given_and_taken_away_without_a_restart() {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("tokens");
    let flag = path.to_string_lossy().into_owned();
    let portal = portal(&[("feed_tokens", &flag), ("reload_seconds", "1")]).await;
    let token = Tokens::issue(&path, "sinkhole").expect("token");
    // The file is looked at every second.
    until(async || deliver(&portal, &token, &[NAME, TYPE], b"a\n").await.status == 202).await;
    std::fs::write(&path, "feed,sha256\n").expect("write");
    until(async || deliver(&portal, &token, &[NAME, TYPE], b"a\n").await.status == 401).await;
}

#[tokio::test]
async fn what_is_no_report_is_refused_before_its_body() {
    let portal = portal(&[("upload_bytes_max", "1000")]).await;
    for kind in ["multipart/form-data; boundary=x", "application/x-www-form-urlencoded", "text/plain", "text/html", ""]
    {
        assert_eq!(deliver(&portal, FEED_TOKEN, &[NAME, ("Content-Type", kind)], b"a\n").await.status, 415, "{kind}");
    }
    for name in ["../x.csv", "a/b.csv", "..", ".x", "a b.csv", "%2e%2e%2fx", "a\\b.csv", ""] {
        let status = deliver(&portal, FEED_TOKEN, &[("X-Report-Name", name), TYPE], b"a\n").await.status;
        assert_eq!(status, 400, "{name}");
    }
    assert_eq!(deliver(&portal, FEED_TOKEN, &[TYPE], b"a\n").await.status, 400);
    assert_eq!(deliver(&portal, FEED_TOKEN, &[NAME, TYPE], &[b'a'; 1001]).await.status, 413);
    assert_eq!(deliver(&portal, FEED_TOKEN, &[NAME, TYPE], &[b'a'; 1000]).await.status, 202);
}

#[tokio::test]
async fn what_the_desk_says_reaches_the_sender() {
    let portal = portal(&[]).await;
    let busy = deliver(&portal, FEED_TOKEN, &[("X-Report-Name", "busy.csv"), TYPE], b"a\n").await;
    assert_eq!((busy.status, busy.header("retry-after")), (503, "7"));
    let broken = deliver(&portal, FEED_TOKEN, &[("X-Report-Name", "broken.csv"), TYPE], b"a\n").await;
    assert!(broken.status == 422 && broken.body.contains("breaks off"));
    let disk = deliver(&portal, FEED_TOKEN, &[("X-Report-Name", "disk.csv"), TYPE], b"a\n").await;
    assert!(disk.status == 500 && !disk.body.contains("disk is full"), "our troubles are for our log");
}

fn head(extra: &str) -> String {
    format!(
        "POST {PATH} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {FEED_TOKEN}\r\n\
         X-Report-Name: a.csv\r\nContent-Type: text/csv\r\n{extra}\r\n\r\n"
    )
}

#[tokio::test]
async fn a_file_that_breaks_off_leaves_nothing() {
    let portal = portal(&[]).await;
    for (extra, body) in [("Content-Length: 100", "a\nb\n"), ("Transfer-Encoding: chunked", "4\r\na\nb\n\r\n")] {
        let mut stream = TcpStream::connect(portal.address).await.expect("connect");
        stream.write_all(format!("{}{body}", head(extra)).as_bytes()).await.expect("write");
        stream.shutdown().await.expect("shutdown");
        let answer = read(&mut stream).await;
        assert!(answer.is_none_or(|answer| answer.status == 400));
    }
    assert!(portal.desk.taken.lock().expect("taken").is_empty());
}

#[tokio::test]
async fn whoever_closes_his_side_after_the_last_byte_is_answered() {
    let portal = portal(&[]).await;
    let mut stream = TcpStream::connect(portal.address).await.expect("connect");
    stream.write_all(format!("{}a\nb\n", head("Content-Length: 4")).as_bytes()).await.expect("write");
    stream.shutdown().await.expect("shutdown");
    assert_eq!(read(&mut stream).await.expect("answer").status, 202);
    assert_eq!(portal.desk.taken.lock().expect("taken").len(), 1);
}

#[tokio::test]
async fn a_chunked_body_is_counted_as_it_comes() {
    let portal = portal(&[("upload_bytes_max", "1000")]).await;
    let chunk = format!("{:x}\r\n{}\r\n", 600, "a".repeat(600));
    let bytes = format!("{}{chunk}{chunk}0\r\n\r\n", head("Transfer-Encoding: chunked\r\nConnection: close"));
    let answer = portal.send(bytes.as_bytes()).await.expect("answer");
    assert_eq!(answer.status, 413);
    assert!(portal.desk.taken.lock().expect("taken").is_empty());
}

#[tokio::test]
async fn a_body_that_stands_still_is_given_up() {
    let portal = portal(&[("upload_idle_seconds", "1")]).await;
    let mut stream = TcpStream::connect(portal.address).await.expect("connect");
    stream
        .write_all(format!("{}a\n", head("Content-Length: 100\r\nConnection: close")).as_bytes())
        .await
        .expect("write");
    let answer = read(&mut stream).await.expect("answer");
    assert_eq!(answer.status, 408);
    assert!(portal.desk.taken.lock().expect("taken").is_empty());
}

#[tokio::test]
async fn fifty_clients_with_the_same_report_get_one_id() {
    let portal = Arc::new(portal(&[("uploads_per_feed", "8")]).await);
    let body: Arc<[u8]> = "2026-11-20,192.0.2.7\n".repeat(5000).into_bytes().into();
    let client = |portal: Arc<Portal>, body: Arc<[u8]>| async move {
        let mut turned_away = 0;
        loop {
            let answer = deliver(&portal, FEED_TOKEN, &[NAME, TYPE], &body).await;
            match answer.status {
                202 => return (answer.header("location").to_owned(), turned_away),
                429 | 503 => {
                    assert!(!answer.header("retry-after").is_empty());
                    turned_away += 1;
                    tokio::task::yield_now().await;
                }
                status => panic!("{status}"),
            }
        }
    };
    let clients: Vec<_> = (0..50).map(|_| tokio::spawn(client(Arc::clone(&portal), Arc::clone(&body)))).collect();
    let mut ids = BTreeSet::new();
    for client in clients {
        ids.insert(client.await.expect("client").0);
    }
    assert_eq!(ids.len(), 1);
    assert_eq!(portal.desk.taken.lock().expect("taken").len(), 1);
}

#[tokio::test]
async fn who_finds_no_place_is_told_when_to_come_again() {
    for (flag, status) in [("uploads_per_feed", 429), ("uploads_max", 503)] {
        let portal = portal(&[(flag, "1")]).await;
        let mut first = TcpStream::connect(portal.address).await.expect("connect");
        first
            .write_all(format!("{}a", head("Content-Length: 2\r\nConnection: close")).as_bytes())
            .await
            .expect("write");
        until(async || portal.get("/metrics").await.body.contains("haidang_portal_deliveries 1")).await;
        let second = deliver(&portal, FEED_TOKEN, &[NAME, TYPE], b"other\n").await;
        assert_eq!((second.status, second.header("retry-after")), (status, "10"));
        first.write_all(b"\n").await.expect("write");
        assert_eq!(read(&mut first).await.expect("answer").status, 202);
        assert_eq!(deliver(&portal, FEED_TOKEN, &[NAME, TYPE], b"other\n").await.status, 202);
    }
}
