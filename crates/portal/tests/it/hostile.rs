//! Rude visitors: too much, too slow, too clever.

use crate::talk::{BEHIND_PROXY, Portal, portal, read};
use portal::serve::HEADERS_MAX;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

async fn still_answers(portal: &Portal) {
    assert_eq!(portal.get("/healthz").await.status, 200);
}

#[tokio::test]
async fn a_megabyte_of_headers_is_refused() {
    let portal = portal(&[]).await;
    for headers in [format!("X-Big: {}\r\n", "a".repeat(1 << 20)), "X-Many: a\r\n".repeat(100_000), "a".repeat(1 << 20)]
    {
        let request = format!("GET / HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n\r\n");
        let answer = portal.send(request.as_bytes()).await;
        assert!(answer.is_none_or(|answer| [400, 431].contains(&answer.status)));
    }
    let path = format!("/{}", "a".repeat(1 << 20));
    let answer = portal.send(format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n").as_bytes()).await;
    assert!(answer.is_none_or(|answer| [400, 414, 431].contains(&answer.status)));
    still_answers(&portal).await;
}

#[tokio::test]
async fn as_many_headers_as_may_be_are_read_and_no_more() {
    let portal = portal(&[]).await;
    // Two are the client's own.
    for (more, status) in [(HEADERS_MAX - 2, 200), (HEADERS_MAX - 1, 431), (HEADERS_MAX + 60, 431)] {
        for path in ["/api/v1/check", "/phuong-phap"] {
            let answer = portal.ask("GET", path, &vec![("X-Many", "a"); more], b"").await;
            assert_eq!(answer.status, status, "{path} {more}");
        }
    }
    still_answers(&portal).await;
}

#[tokio::test]
async fn a_head_that_never_ends_is_given_up() {
    let portal = portal(&[("header_seconds", "1")]).await;
    let mut stream = TcpStream::connect(portal.address).await.expect("connect");
    stream.write_all(b"GET / HTTP/1.1\r\nHost: local").await.expect("write");
    let answer = read(&mut stream).await;
    assert!(answer.is_none_or(|answer| answer.status == 408), "the connection ends");
    still_answers(&portal).await;
}

#[tokio::test]
async fn a_form_that_stands_still_is_given_up() {
    let portal = portal(&[("request_seconds", "1")]).await;
    let mut stream = TcpStream::connect(portal.address).await.expect("connect");
    let head = "POST /yeu-cau/ghi-nhan-sai HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: same-origin\r\nConnection: close\r\n\
                Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n\r\ntext=a";
    stream.write_all(head.as_bytes()).await.expect("write");
    assert_eq!(read(&mut stream).await.expect("answer").status, 408);
}

#[tokio::test]
async fn a_path_that_climbs_gets_nowhere() {
    let portal = portal(&[]).await;
    for path in [
        "/../etc/passwd",
        "/du-lieu/../metrics",
        "/du-lieu/%2e%2e/%2e%2e/etc/passwd",
        "/du-lieu/..%5c..%5cx",
        "//kiem-tra",
        "/kiem-tra/",
        "/kiem-tra%00",
        "/%6b%69em-tra/../quan-tri",
        "/en/en/kiem-tra",
        "/style.css/..",
        "/du-lieu/%ff%fe",
        "/api/v1/reports/..%2f..%2fx",
        "/yeu-cau/phieu/..%2f..",
        "/.git/config",
        "/.well-known/../quan-tri",
    ] {
        let status = portal.get(path).await.status;
        assert!([400, 401, 404].contains(&status), "{path}: {status}");
    }
}

#[tokio::test]
async fn ten_kilobytes_of_languages_change_nothing() {
    let portal = portal(&[]).await;
    let languages = "en;q=0.9,".repeat(1200);
    let page = portal.ask("GET", "/kiem-tra", &[("Accept-Language", &languages)], b"").await;
    assert_eq!((page.status, page.header("content-language")), (200, "vi"));
}

#[tokio::test]
async fn a_chain_of_ten_thousand_proxies_is_not_believed() {
    let portal = portal(&BEHIND_PROXY).await;
    let chain = "192.0.2.7,".repeat(2000);
    let page = portal.get_from(&chain, "/kiem-tra").await;
    assert!(page.status == 200 && page.body.contains("Chưa đủ căn cứ kết luận") && !page.body.contains("192.0.2.7"));
    let rfc = crate::talk::portal(&[BEHIND_PROXY[0], ("proxy_header", "forwarded")]).await;
    let chain = "for=192.0.2.7;by=\"[2001:db8::1]\",".repeat(400);
    let page = rfc.ask("GET", "/kiem-tra", &[("Forwarded", &chain)], b"").await;
    assert!(page.status == 200 && page.body.contains("Chưa đủ căn cứ kết luận") && !page.body.contains("192.0.2.7"));
}

#[tokio::test]
async fn a_large_or_strange_form_is_refused() {
    let portal = portal(&[]).await;
    let large = format!("text={}", "a".repeat(100 << 10));
    assert_eq!(portal.form("/yeu-cau/ghi-nhan-sai", &[], &large).await.status, 413);
    let own = [("Sec-Fetch-Site", "same-origin"), ("Content-Type", "multipart/form-data; boundary=x")];
    assert_eq!(portal.ask("POST", "/yeu-cau/ghi-nhan-sai", &own, b"x").await.status, 415);
    assert_eq!(portal.form("/yeu-cau/ghi-nhan-sai", &[], "%ff%fe=%00&&&=&text=%f0").await.status, 422);
}

#[tokio::test]
async fn nonsense_on_the_line_ends_that_line_only() {
    let portal = portal(&[]).await;
    for bytes in [
        &b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"[..],
        b"\r\n\r\n\r\n",
        b"GET / HTTP/9.9\r\nHost: localhost\r\n\r\n",
        b"GET /\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /metrics HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nX: \0\r\n\r\n",
    ] {
        let mut stream = TcpStream::connect(portal.address).await.expect("connect");
        // The server may hang up before it has heard all.
        let _ = stream.write_all(bytes).await;
        let _ = stream.shutdown().await;
        assert!(read(&mut stream).await.is_none_or(|answer| answer.status >= 400), "{}", bytes.escape_ascii());
    }
    still_answers(&portal).await;
}

#[tokio::test]
async fn private_and_documentation_addresses_are_told_nothing() {
    let portal = portal(&BEHIND_PROXY).await;
    for address in [
        "10.0.0.1",
        "192.168.1.1",
        "100.64.0.1",
        "169.254.0.1",
        "fe80::1",
        "fd00::1",
        "::1",
        "::ffff:10.0.0.1",
        "0.0.0.0",
        "255.255.255.255",
    ] {
        let body = portal.get_from(address, "/api/v1/check").await.body;
        let json: serde_json::Value = serde_json::from_str(&body).expect("json");
        assert_eq!(
            (json["verdict"].as_str(), json["address_is"].as_str()),
            (Some("cannot-tell"), Some("special")),
            "{address}"
        );
    }
    let nobodys = portal.get_from("3fff::1", "/api/v1/check").await.body;
    assert!(nobodys.contains("\"foreign\""), "documentation addresses that nobody owns are foreign");
}
