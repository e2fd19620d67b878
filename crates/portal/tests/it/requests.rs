//! Requests: filed, followed by their code, answered.

use crate::house::{ADMIN_TOKEN, TODAY};
use crate::talk::{BEHIND_PROXY, portal};
use portal::words::{Lang, Words};

const FORM: &str = "text=M%C3%A1y+%C4%91%C3%A3+s%E1%BA%A1ch&contact=nguoi%40example.org";

#[tokio::test]
async fn a_request_gets_a_code_and_a_day() {
    let portal = portal(&BEHIND_PROXY).await;
    let form = portal.get_from("192.0.2.7", "/yeu-cau/ghi-nhan-sai").await.body;
    assert!(form.contains("192.0.2.7") && form.contains("Trả lời trong 5 ngày"));
    let from = [("X-Forwarded-For", "192.0.2.7")];
    let filed = portal.form("/yeu-cau/ghi-nhan-sai", &from, &format!("{FORM}&address=yes")).await;
    assert_eq!(filed.status, 303);
    let slip = portal.get(filed.header("location")).await;
    let due = Words::of(Lang::Vi).day(TODAY + 5);
    assert!(slip.status == 200 && slip.body.contains(&due) && slip.body.contains("Đã tiếp nhận"), "{}", slip.body);
    assert!(
        !slip.body.contains("example.org") && !slip.body.contains("192.0.2.7"),
        "the slip does not repeat what was said"
    );
    let english = portal.form("/en/yeu-cau/xoa-du-lieu", &from, FORM).await;
    assert!(english.header("location").starts_with("/en/yeu-cau/phieu/"));
}

#[tokio::test]
async fn an_officer_sees_it_and_closes_it() {
    let portal = portal(&BEHIND_PROXY).await;
    let from = [("X-Forwarded-For", "192.0.2.7")];
    let filed = portal.form("/yeu-cau/ghi-nhan-sai", &from, FORM).await;
    let code = filed.header("location").rsplit('/').next().expect("code").to_owned();
    let login = portal.form("/quan-tri/dang-nhap", &from, &format!("token={ADMIN_TOKEN}")).await;
    let cookie = login.header("set-cookie").split(';').next().expect("cookie").to_owned();
    let list = portal.ask("GET", "/quan-tri/yeu-cau", &[("Cookie", &cookie)], b"").await.body;
    assert!(list.contains(&code) && list.contains("nguoi@example.org") && list.contains("&#60;b&#62;Xin"));
    let closed = portal.form(&format!("/quan-tri/yeu-cau/{code}/xong"), &[("Cookie", &cookie)], "").await;
    assert_eq!(closed.status, 303);
    assert!(portal.get(&format!("/yeu-cau/phieu/{code}")).await.body.contains("Đã trả lời"));
}

#[tokio::test]
async fn what_is_missing_is_asked_for_and_what_was_written_stays() {
    let portal = portal(&[]).await;
    for form in [
        "text=abc&contact=",
        "text=abc&contact=nobody",
        "text=&contact=a%40example.org",
        "text=abc&contact=a%40b%0d%0aBcc.c",
    ] {
        let page = portal.form("/yeu-cau/ghi-nhan-sai", &[], form).await;
        assert!(page.status == 422 && page.body.contains("role=\"alert\""), "{form}");
    }
    let form = "text=%3Cb%3Eabc&contact=nobody&address=yes";
    let page = portal.form("/yeu-cau/ghi-nhan-sai", &[], form).await.body;
    assert!(
        page.contains("&#60;b&#62;abc") && page.contains("value=\"nobody\"") && page.contains("value=\"yes\" checked")
    );
    assert_eq!(page.matches("aria-invalid").count(), 1, "the field that is wrong is marked");
    let long = format!("text={}&contact=a%40example.org", "a".repeat(2001));
    assert_eq!(portal.form("/yeu-cau/ghi-nhan-sai", &[], &long).await.status, 422);
}

#[tokio::test]
async fn robots_and_other_sites_file_nothing() {
    let portal = portal(&[("requests_per_hour", "2")]).await;
    let robot = portal.form("/yeu-cau/ghi-nhan-sai", &[], &format!("{FORM}&website=http%3A%2F%2Fspam.example")).await;
    assert_eq!(robot.status, 303, "it is told the same");
    assert_eq!(portal.get(robot.header("location")).await.status, 404, "and nothing was kept");
    let form = ("Content-Type", "application/x-www-form-urlencoded");
    for headers in [&[form, ("Origin", "https://evil.example")][..], &[form, ("Sec-Fetch-Site", "cross-site")], &[form]]
    {
        assert_eq!(portal.ask("POST", "/yeu-cau/ghi-nhan-sai", headers, FORM.as_bytes()).await.status, 403);
    }
    assert_eq!(portal.form("/yeu-cau/ghi-nhan-sai", &[], FORM).await.status, 303);
    let limited = portal.form("/yeu-cau/ghi-nhan-sai", &[], FORM).await;
    assert!(limited.status == 429 && !limited.header("retry-after").is_empty());
}

#[tokio::test]
async fn a_code_nobody_got_is_nowhere() {
    let portal = portal(&[]).await;
    for code in ["AAAAAAAAAAAA", "short", "MADE2345678%27", "made23456789"] {
        assert_eq!(portal.get(&format!("/yeu-cau/phieu/{code}")).await.status, 404, "{code}");
    }
}
