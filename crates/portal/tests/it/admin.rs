//! Officers' pages: the door, what they show, who may change something.

use crate::house::ADMIN_TOKEN;
use crate::talk::{Answer, Portal, portal, portal_with};

const PAGES: [&str; 7] = [
    "/quan-tri",
    "/quan-tri/bao-cao",
    "/quan-tri/bao-cao/made-1",
    "/quan-tri/dong-loi",
    "/quan-tri/dong-loi/100/3",
    "/quan-tri/xung-dot",
    "/quan-tri/yeu-cau",
];

/// The cookie of an officer who has logged in.
async fn cookie(portal: &Portal) -> String {
    let answer = portal.form("/quan-tri/dang-nhap", &[], &format!("token={ADMIN_TOKEN}")).await;
    assert_eq!((answer.status, answer.header("location")), (303, "/quan-tri"));
    answer.header("set-cookie").split(';').next().expect("cookie").to_owned()
}

async fn look(portal: &Portal, cookie: &str, path: &str) -> Answer {
    portal.ask("GET", path, &[("Cookie", cookie)], b"").await
}

#[tokio::test]
async fn without_the_cookie_there_is_only_the_door() {
    let portal = portal(&[]).await;
    for path in PAGES {
        let answer = portal.get(path).await;
        assert_eq!((answer.status, answer.header("location")), (303, "/quan-tri/dang-nhap"), "{path}");
        assert_eq!(portal.get(&format!("/en{path}")).await.header("location"), "/en/quan-tri/dang-nhap");
        assert_eq!(look(&portal, "haidang=0123", path).await.status, 303, "{path}");
    }
    assert_eq!(portal.get("/quan-tri/dang-nhap").await.status, 200);
}

#[tokio::test]
async fn the_token_is_exchanged_for_a_strict_cookie() {
    let portal = portal(&[]).await;
    let answer = portal.form("/quan-tri/dang-nhap", &[], &format!("token={ADMIN_TOKEN}")).await;
    let cookie = answer.header("set-cookie");
    for text in ["haidang=", "HttpOnly", "SameSite=Strict", "Max-Age=43200", "Path=/"] {
        assert!(cookie.contains(text), "{cookie}");
    }
    let wrong = portal.form("/quan-tri/dang-nhap", &[], "token=wrong").await;
    assert_eq!((wrong.status, wrong.header("set-cookie")), (403, ""));
    let secure = crate::talk::portal(&crate::talk::BEHIND_PROXY).await;
    let answer = secure.form("/quan-tri/dang-nhap", &[], &format!("token={ADMIN_TOKEN}")).await;
    assert!(
        answer.header("set-cookie").starts_with("__Host-haidang=") && answer.header("set-cookie").contains("; Secure")
    );
}

#[tokio::test]
async fn the_token_cannot_be_tried_often() {
    let portal = portal(&[("logins_per_minute", "2")]).await;
    let mut statuses = Vec::new();
    for _ in 0..3 {
        statuses.push(portal.form("/quan-tri/dang-nhap", &[], "token=wrong").await.status);
    }
    assert_eq!(statuses, [403, 403, 429]);
}

#[tokio::test]
async fn officers_see_what_there_is_in_both_languages() {
    let portal = portal(&[]).await;
    let cookie = cookie(&portal).await;
    // The desk in memory knows reports that were delivered.
    let token = format!("Bearer {}", crate::house::FEED_TOKEN);
    let headers = [("Authorization", token.as_str()), ("X-Report-Name", "a.csv"), ("Content-Type", "text/csv")];
    portal.ask("POST", "/api/v1/feeds/sinkhole/reports", &headers, b"a\n").await;
    for path in PAGES {
        for path in [path.to_owned(), format!("/en{path}")] {
            let page = look(&portal, &cookie, &path).await;
            assert_eq!((page.status, page.header("cache-control")), (200, "no-store"), "{path}");
            assert!(
                !page.body.contains('⟦') && !page.body.contains("<script") && !page.body.contains(" style="),
                "{path}"
            );
            assert!(page.body.len() < portal::front::PAGE_BYTES_MAX, "{path}: {}", page.body.len());
        }
    }
    let feeds = look(&portal, &cookie, "/quan-tri").await.body;
    assert!(
        feeds.contains("trễ: 5 ngày")
            && feeds.contains("không còn thấy: ramnit")
            && feeds.contains("<path d=\"M0 28v-")
    );
    let row = look(&portal, &cookie, "/quan-tri/dong-loi/100/3").await.body;
    assert!(row.contains("&#60;script&#62;alert(1)"), "what a sender wrote is text");
}

#[tokio::test]
async fn lists_are_filtered_and_turned_page_by_page() {
    let portal = portal(&[]).await;
    let cookie = cookie(&portal).await;
    let first = look(&portal, &cookie, "/quan-tri/dong-loi").await.body;
    assert!(first.contains("?trang=2") && !first.contains("rel=\"prev\""));
    let second = look(&portal, &cookie, "/quan-tri/dong-loi?trang=2").await.body;
    assert!(second.contains("?trang=1") && !second.contains("rel=\"next\""));
    let one = look(&portal, &cookie, "/quan-tri/dong-loi?ly-do=missing-time&bao-cao=98").await.body;
    assert!(
        one.contains("thiếu thời điểm")
            && one.contains("/quan-tri/dong-loi/98/doc-lai")
            && one.contains("value=\"98\"")
    );
    assert!(!one.contains("<td data-head=\"Lý do\">sai định dạng"));
    let none = look(&portal, &cookie, "/quan-tri/bao-cao?nguon=%22%3E%3Cb%3E").await.body;
    assert!(none.contains("Không có dữ liệu") && !none.contains("\"><b>"));
}

#[tokio::test]
async fn a_date_or_page_beyond_all_sense_is_an_empty_list_and_no_error() {
    let portal = portal(&[]).await;
    let cookie = cookie(&portal).await;
    for query in [
        "tu=9999-12-31",
        "tu=-9999-01-01",
        "tu=99999-01-01",
        "tu=2026-02-30",
        "tu=%00",
        "trang=0",
        "trang=-1",
        "trang=99999999999999999999",
        "bao-cao=9223372036854775808",
        "trang=%F0%28",
        "nguon=%ff",
    ] {
        for path in ["/quan-tri/bao-cao", "/quan-tri/dong-loi"] {
            assert_eq!(look(&portal, &cookie, &format!("{path}?{query}")).await.status, 200, "{path}?{query}");
        }
    }
    assert!(look(&portal, &cookie, "/quan-tri/bao-cao?tu=9999-12-31").await.body.contains("Không có dữ liệu"));
    assert_eq!(look(&portal, &cookie, "/quan-tri/dong-loi/x/y").await.status, 400);
    assert_eq!(look(&portal, &cookie, "/quan-tri/dong-loi/1/999999").await.status, 404);
}

#[tokio::test]
async fn rows_are_tried_again_from_our_own_pages_only() {
    let portal = portal(&[]).await;
    let cookie = cookie(&portal).await;
    let path = "/quan-tri/dong-loi/98/doc-lai";
    let own = portal.form(path, &[("Cookie", &cookie)], "").await;
    assert!(own.status == 200 && own.body.contains("Đã đọc lại"));
    let form = ("Content-Type", "application/x-www-form-urlencoded");
    for headers in [
        &[form, ("Cookie", &cookie), ("Sec-Fetch-Site", "cross-site")][..],
        &[form, ("Cookie", &cookie), ("Sec-Fetch-Site", "same-site")],
        &[form, ("Cookie", &cookie), ("Origin", "https://evil.example")],
        &[form, ("Cookie", &cookie), ("Origin", "null")],
        &[form, ("Cookie", &cookie)],
    ] {
        assert_eq!(portal.ask("POST", path, headers, b"").await.status, 403, "{headers:?}");
    }
    let origin = [form, ("Cookie", &cookie), ("Origin", "http://localhost")];
    assert_eq!(portal.ask("POST", path, &origin, b"").await.status, 200, "an older browser's own form");
    assert_eq!(look(&portal, &cookie, path).await.status, 405);
    assert_eq!(portal.form("/quan-tri/dong-loi/13/doc-lai", &[("Cookie", &cookie)], "").await.status, 500);
}

#[tokio::test]
async fn an_officer_who_leaves_is_out() {
    let portal = portal(&[]).await;
    let cookie = cookie(&portal).await;
    let out = portal.form("/quan-tri/dang-xuat", &[("Cookie", &cookie)], "").await;
    assert!(out.status == 303 && out.header("set-cookie").contains("Max-Age=0"));
    assert_eq!(look(&portal, &cookie, "/quan-tri").await.status, 303);
}

#[tokio::test]
async fn without_a_token_there_are_no_officers_pages() {
    let portal = portal_with(&[], |parts| parts.admin_token = None).await;
    for path in ["/quan-tri", "/quan-tri/dang-nhap"] {
        assert_eq!(portal.get(path).await.status, 404);
    }
}
