//! `/kiem-tra` and `/api/v1/check`: what is told, to whom, and what nobody can find out.

use std::sync::Arc;

use portal::app::App;
use portal::router::router;
use portal::visitor::Peer;
use tower::ServiceExt as _;

use crate::house::{self, ADDRESSES, NOW};
use crate::talk::{BEHIND_PROXY, portal, portal_with};

#[tokio::test]
async fn a_static_address_is_told_what_was_seen_and_what_to_do() {
    let portal = portal(&BEHIND_PROXY).await;
    let page = portal.get_from("192.0.2.7", "/kiem-tra").await.body;
    for text in [
        "Đã ghi nhận dấu hiệu lây nhiễm",
        "192.0.2.7",
        "IPv4",
        "Conficker",
        "30/10/2026",
        "19/11/2026",
        ">17<",
        "Máy tính Windows",
        "IPv6",
        "Viễn thông Giả Lập",
    ] {
        assert!(page.contains(text), "{text}");
    }
    let page = portal.get_from("192.0.2.9", "/en/kiem-tra").await.body;
    assert!(page.contains("Router") && page.contains("Camera") && page.contains("Signs of infection"));
}

#[tokio::test]
async fn a_dynamic_address_is_told_the_last_day_only() {
    let portal = portal(&BEHIND_PROXY).await;
    let page = portal.get_from("198.51.100.7", "/kiem-tra").await.body;
    assert!(page.contains("Sality") && page.contains("19/11/2026") && !page.contains("21/10/2026"));
    let json = portal.get_from("198.51.100.7", "/api/v1/check").await.body;
    let json: serde_json::Value = serde_json::from_str(&json).expect("json");
    assert_eq!(json["findings"][0]["last_day"], "2026-11-19");
    assert!(json["findings"][0]["first_day"].is_null() && json["findings"][0]["days"].is_null());
}

#[tokio::test]
async fn a_shared_address_cannot_be_told_anything_whatever_is_recorded() {
    let portal = portal(&BEHIND_PROXY).await;
    for (address, words) in [
        ("203.0.113.7", "nhiều thuê bao dùng chung"),
        ("203.0.113.200", "Bật Wi-Fi ở nhà"),
        ("198.51.100.250", "VPN"),
        ("198.18.0.1", "không xác định được"),
        ("2a00::1", "không thuộc các mạng trong nước"),
    ] {
        let page = portal.get_from(address, "/kiem-tra").await.body;
        assert!(page.contains("Chưa đủ căn cứ kết luận") && page.contains(words), "{address}");
        assert!(!page.contains("Mirai"));
    }
}

#[tokio::test]
async fn nothing_is_called_safe() {
    let portal = portal(&BEHIND_PROXY).await;
    for path in ["/kiem-tra", "/en/kiem-tra", "/api/v1/check"] {
        let body = portal.get_from("192.0.2.8", path).await.body.to_lowercase();
        assert!(!body.contains("an toàn</h2>") && !body.contains("is safe") && !body.contains("bạn an toàn"), "{path}");
    }
    assert!(portal.get_from("192.0.2.8", "/kiem-tra").await.body.contains("Chưa ghi nhận dấu hiệu"));
}

#[tokio::test]
async fn every_verdict_has_the_same_length_and_the_same_head() {
    let portal = portal(&BEHIND_PROXY).await;
    for path in ["/kiem-tra", "/en/kiem-tra", "/api/v1/check", "/api/v1/check?lang=en"] {
        let first = portal.get_from("192.0.2.8", path).await;
        assert_eq!(first.status, 200);
        let others = ADDRESSES.map(|(address, _)| address);
        for address in
            others.into_iter().chain(["192.0.2.99", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", "10.0.0.1", "junk"])
        {
            let answer = portal.get_from(address, path).await;
            assert_eq!(answer.head, first.head, "{address} {path}");
            assert_eq!(answer.body.len(), first.body.len(), "{address} {path}");
            // Texts that grow are to be noticed before an answer has more blocks than others.
            let told = answer.body.trim_end().len();
            assert!(told > 0 && told * 8 <= answer.body.len() * 7, "{address} {path}: {told} bytes");
        }
    }
}

#[tokio::test]
async fn what_is_restricted_is_answered_exactly_like_what_was_never_seen() {
    let portal = portal(&BEHIND_PROXY).await;
    for path in ["/kiem-tra", "/en/kiem-tra", "/api/v1/check"] {
        let restricted = portal.get_from("192.0.2.66", path).await;
        let unseen = portal.get_from("192.0.2.67", path).await;
        assert_eq!(restricted.head, unseen.head);
        assert_eq!(restricted.body, unseen.body.replace("192.0.2.67", "192.0.2.66"));
        let old = portal.get_from("198.51.100.8", path).await;
        assert_eq!(old.body, portal.get_from("198.51.100.9", path).await.body.replace("100.9", "100.8"));
    }
}

#[tokio::test]
async fn a_typed_address_is_not_looked_up() {
    let portal = portal(&BEHIND_PROXY).await;
    let plain = portal.get_from("192.0.2.8", "/kiem-tra").await.body;
    for query in ["?address=192.0.2.7", "?ip=192.0.2.7", "?dia-chi=192.0.2.7"] {
        assert_eq!(portal.get_from("192.0.2.8", &format!("/kiem-tra{query}")).await.body, plain);
    }
    assert_eq!(portal.get_from("192.0.2.8", "/kiem-tra/192.0.2.7").await.status, 404);
    assert_eq!(portal.form("/kiem-tra", &[], "address=192.0.2.7").await.status, 405);
}

#[tokio::test]
async fn ipv6_is_checked_by_its_prefix_and_named() {
    let portal = portal(&BEHIND_PROXY).await;
    let page = portal.get_from("2001:db8:5:1:abcd::9", "/kiem-tra").await.body;
    assert!(page.contains("2001:db8:5:1:abcd::9") && page.contains("XorDDoS") && page.contains(">IPv6<"));
    assert!(portal.get_from("2001:db8:5:2::1", "/kiem-tra").await.body.contains("Chưa ghi nhận dấu hiệu"));
}

#[tokio::test]
async fn a_forged_header_changes_nothing_for_an_undeclared_visitor() {
    let portal = portal(&[]).await;
    let forged = [
        ("X-Forwarded-For", "192.0.2.7"),
        ("Forwarded", "for=192.0.2.7"),
        ("X-Real-IP", "192.0.2.7"),
        ("True-Client-IP", "192.0.2.7"),
        ("CF-Connecting-IP", "192.0.2.7"),
    ];
    let page = portal.ask("GET", "/kiem-tra", &forged, b"").await.body;
    assert!(page.contains("127.0.0.1") && !page.contains("192.0.2.7") && !page.contains("Conficker"));
}

#[tokio::test]
async fn a_chain_is_believed_from_the_right() {
    let xff = portal(&BEHIND_PROXY).await;
    assert!(xff.get_from("192.0.2.7, 192.0.2.8", "/kiem-tra").await.body.contains("<code>192.0.2.8</code>"));
    assert!(xff.get_from("::ffff:192.0.2.7", "/kiem-tra").await.body.contains("<code>192.0.2.7</code>"));
    let both = [("X-Forwarded-For", "192.0.2.7"), ("X-Forwarded-For", "192.0.2.8, 127.0.0.1")];
    assert!(xff.ask("GET", "/kiem-tra", &both, b"").await.body.contains("<code>192.0.2.8</code>"));
    let rfc = portal(&[BEHIND_PROXY[0], ("proxy_header", "forwarded")]).await;
    let chain =
        [("Forwarded", "for=192.0.2.7;proto=http, for=\"[2001:db8:5:1::7]:4711\""), ("X-Forwarded-For", "192.0.2.8")];
    assert!(rfc.ask("GET", "/kiem-tra", &chain, b"").await.body.contains("<code>2001:db8:5:1::7</code>"));
}

#[tokio::test]
async fn an_answer_is_kept_by_nobody_and_read_by_no_other_site() {
    let portal = portal(&BEHIND_PROXY).await;
    for path in ["/kiem-tra", "/api/v1/check"] {
        let answer =
            portal.ask("GET", path, &[("X-Forwarded-For", "192.0.2.7"), ("Origin", "https://evil.example")], b"").await;
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(answer.header("cross-origin-resource-policy"), "same-origin");
        assert_eq!(answer.header("access-control-allow-origin"), "");
        assert!(answer.header("content-security-policy").contains("frame-ancestors 'none'"));
    }
    let cross = |mode, dest| [("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Mode", mode), ("Sec-Fetch-Dest", dest)];
    let status = async |path: &str, headers: [(&str, &str); 3]| portal.ask("GET", path, &headers, b"").await.status;
    assert_eq!(status("/api/v1/check", cross("cors", "empty")).await, 403);
    assert_eq!(status("/api/v1/check", cross("navigate", "document")).await, 403);
    assert_eq!(status("/kiem-tra", cross("no-cors", "image")).await, 403);
    assert_eq!(status("/kiem-tra", cross("navigate", "iframe")).await, 403);
    assert_eq!(status("/kiem-tra", cross("navigate", "document")).await, 200, "a link to the page is welcome");
    let sibling = [("Sec-Fetch-Site", "same-site"), ("Sec-Fetch-Mode", "cors"), ("Sec-Fetch-Dest", "empty")];
    assert_eq!(status("/api/v1/check", sibling).await, 403);
}

#[tokio::test]
async fn who_asks_too_often_waits_and_nobody_else_does() {
    let portal = portal(&[BEHIND_PROXY[0], ("checks_per_minute", "3")]).await;
    let mut statuses = Vec::new();
    for n in 0..5 {
        statuses.push(portal.get_from(&format!("2001:db8:5:1::{n}"), "/kiem-tra").await.status);
    }
    assert_eq!(statuses, [200, 200, 200, 429, 429], "one /64 is one visitor");
    let limited = portal.get_from("2001:db8:5:1::7", "/api/v1/check").await;
    assert_eq!((limited.status, limited.header("retry-after")), (429, "20"));
    assert_eq!(portal.get_from("192.0.2.7", "/kiem-tra").await.status, 200);
    for _ in 0..10 {
        assert_eq!(portal.get_from("203.0.113.200", "/kiem-tra").await.status, 200, "many share it");
    }
}

#[tokio::test]
async fn the_other_protocol_can_be_checked_where_it_has_a_name_of_its_own() {
    let names = [("check_ipv4", "https://v4.example.org"), ("check_ipv6", "https://v6.example.org")];
    let portal = portal(&[BEHIND_PROXY[0], names[0], names[1]]).await;
    let page = portal.get_from("192.0.2.7", "/en/kiem-tra").await.body;
    assert!(page.contains("https://v6.example.org/en/kiem-tra") && !page.contains("https://v4.example.org"));
    let page = portal.get_from("2001:db8:5:1::7", "/kiem-tra").await.body;
    assert!(page.contains("https://v4.example.org/kiem-tra") && !page.contains("https://v6.example.org"));
}

#[tokio::test]
async fn nothing_is_told_before_the_index_is_loaded() {
    let portal = portal_with(&BEHIND_PROXY, |parts| parts.seen.set(None)).await;
    let page = portal.get_from("192.0.2.7", "/kiem-tra").await;
    assert!(page.status == 200 && page.body.contains("Dữ liệu đang được nạp"));
    assert_eq!(portal.get("/readyz").await.status, 503);
}

#[tokio::test]
async fn the_short_way_past_the_router_gives_the_answers_of_the_long_one() {
    let portal = portal(&BEHIND_PROXY).await;
    let (parts, _) = house::parts(&BEHIND_PROXY, Arc::new(|| NOW));
    let long = router(&App::new(parts));
    let browser = [("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "document")];
    let others: [&[(&str, &str)]; 6] = [
        &[],
        &[("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "cross-site"), browser[0], browser[1]],
        &[("sec-fetch-site", "none")],
        &[("x-forwarded-for", "unknown")],
        &[("host", "elsewhere.example.org")],
    ];
    let paths = ["/kiem-tra", "/en/kiem-tra", "/api/v1/check", "/api/v1/check?lang=en", "/api/v1/check?lang=xx"];
    for (address, _) in ADDRESSES {
        for (path, others) in paths.iter().flat_map(|path| others.map(|others| (path, others))) {
            let own = [("X-Forwarded-For", address)];
            let short = portal.ask("GET", path, &[&own, others].concat(), b"").await;
            let mut request = http::Request::get(*path).extension(Peer(([127, 0, 0, 1], 1).into()));
            for (name, value) in [&[("host", "localhost"), own[0]], others].concat() {
                request = request.header(name, value);
            }
            let request = request.body(axum::body::Body::empty()).expect("a request");
            let answer = long.clone().oneshot(request).await.expect("an answer");
            assert_eq!(short.status, answer.status().as_u16(), "{address} {path} {others:?}");
            for (name, value) in answer.headers() {
                assert_eq!(short.header(name.as_str()), value.to_str().expect("text"), "{address} {path} {others:?}");
            }
            // One is the connection's own; its date is left out already.
            assert_eq!(short.headers.len(), answer.headers().len() + 1, "{address} {path} {others:?} {}", short.head);
            let body = axum::body::to_bytes(answer.into_body(), 1 << 20).await.expect("a body");
            assert_eq!(short.body.as_bytes(), body, "{address} {path} {others:?}");
        }
    }
}
