//! The door: names, watchdogs, counters, and a graceful end.

use std::sync::Arc;

use portal::app::App;
use portal::serve::{Entrance, serve_all};
use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

use crate::house::{self, FEED_TOKEN, NOW};
use crate::talk::{BEHIND_PROXY, Portal, portal, read, until};

#[tokio::test]
async fn only_our_own_names_are_answered() {
    let portal = portal(&[("hosts", "kiemtra.example.org,localhost")]).await;
    let asked = async |head: &str| {
        let request = format!("GET / HTTP/1.1\r\n{head}Connection: close\r\n\r\n");
        portal.send(request.as_bytes()).await.expect("answer").status
    };
    for good in ["kiemtra.example.org", "KiemTra.Example.org:8443", "localhost"] {
        assert_eq!(asked(&format!("Host: {good}\r\n")).await, 200, "{good}");
    }
    for bad in ["evil.example", "kiemtra.example.org.evil.example", "kiemtra.example.org@evil.example", "127.0.0.1"] {
        assert!([400, 421].contains(&asked(&format!("Host: {bad}\r\n")).await), "{bad}");
    }
    assert_eq!(asked("").await, 400);
    assert_eq!(asked("Host: localhost\r\nHost: evil.example\r\n").await, 400);
    let absolute = "GET http://evil.example/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    assert_eq!(portal.send(absolute.as_bytes()).await.expect("answer").status, 400);
    let watchdog = "GET /healthz HTTP/1.1\r\nHost: 10.0.0.5\r\nConnection: close\r\n\r\n";
    assert_eq!(portal.send(watchdog.as_bytes()).await.expect("answer").body, "ok\n");
}

#[tokio::test]
async fn counters_are_for_this_machine_or_whoever_has_the_token() {
    let here = portal(&[]).await;
    here.get("/phuong-phap").await;
    let text = here.get("/metrics").await;
    assert_eq!(text.status, 200);
    for line in [
        "route=\"/phuong-phap\",method=\"GET\",status=\"200\"",
        "haidang_portal_seen_addresses 9",
        "haidang_portal_seen_age_days 1",
    ] {
        assert!(text.body.contains(line), "{line} in {}", text.body);
    }
    assert_eq!(here.ask("GET", "/metrics", &[("X-Forwarded-For", "192.0.2.7")], b"").await.status, 403);
    let behind = portal(&BEHIND_PROXY).await;
    assert_eq!(behind.get_from("192.0.2.7", "/metrics").await.status, 403);
    assert_eq!(behind.get_from("127.0.0.1", "/metrics").await.status, 403);
    let token = [("X-Forwarded-For", "192.0.2.7"), ("Authorization", "Bearer made-token-of-metrics")];
    assert_eq!(behind.ask("GET", "/metrics", &token, b"").await.status, 200);
}

#[tokio::test]
async fn one_visitor_does_not_take_every_place() {
    let portal = portal(&[("connections_per_visitor", "1")]).await;
    let mut first = TcpStream::connect(portal.address).await.expect("connect");
    first.write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n").await.expect("write");
    // Both are open at the same time only once the first was let in; until then the second may be answered.
    let again = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    until(async || portal.send(again).await.is_none()).await;
    first.write_all(b"Connection: close\r\n\r\n").await.expect("write");
    assert_eq!(read(&mut first).await.expect("answer").status, 200);
    until(async || portal.send(again).await.is_some()).await;
}

#[tokio::test]
async fn what_is_under_way_is_finished_before_the_end() {
    let mut portal = portal(&[]).await;
    let mut stream = TcpStream::connect(portal.address).await.expect("connect");
    let head = format!(
        "POST /api/v1/feeds/sinkhole/reports HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {FEED_TOKEN}\r\n\
         X-Report-Name: a.csv\r\nContent-Type: text/csv\r\nContent-Length: 4\r\n\r\na\n"
    );
    stream.write_all(head.as_bytes()).await.expect("write");
    // Until the delivery has its place.
    until(async || portal.get("/metrics").await.body.contains("haidang_portal_deliveries 1")).await;
    portal.stop.take().expect("stop").send(()).expect("told");
    until(async || TcpStream::connect(portal.address).await.is_err()).await;
    stream.write_all(b"b\n").await.expect("write");
    assert_eq!(read(&mut stream).await.expect("answer").status, 202);
    portal.serving.await.expect("served").expect("no error");
}

#[tokio::test]
async fn an_idle_connection_does_not_hold_up_the_end() {
    let mut portal = portal(&[("drain_seconds", "60")]).await;
    let _idle = TcpStream::connect(portal.address).await.expect("connect");
    portal.get("/healthz").await;
    portal.stop.take().expect("stop").send(()).expect("told");
    portal.serving.await.expect("served").expect("no error");
}

#[tokio::test]
async fn whoever_comes_in_by_a_played_visitors_door_counts_as_him_and_others_have_no_such_door() {
    let serving = |listener, flags: &[(&str, &str)]| {
        let (parts, desk) = house::parts(flags, Arc::new(|| NOW));
        let (stop, stopped) = oneshot::channel::<()>();
        let entrances = vec![Entrance { listener, plays: "192.0.2.7".parse().ok() }];
        let served = serve_all(entrances, App::new(parts), async { drop(stopped.await) });
        (tokio::spawn(served), desk, stop)
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("listen");
    let address = listener.local_addr().expect("address");
    let (serving_here, desk, stop) = serving(listener, &BEHIND_PROXY);
    let here = Portal { address, desk, stop: Some(stop), serving: serving_here };
    let told = here.get_from("192.0.2.8", "/api/v1/check").await;
    assert!(told.body.contains("\"192.0.2.7\"") && told.body.contains("\"seen\""), "{}", told.body);
    let everywhere = TcpListener::bind("0.0.0.0:0").await.expect("listen");
    let (refused, _desk, _stop) = serving(everywhere, &BEHIND_PROXY);
    assert!(refused.await.expect("an end").is_err());
}
