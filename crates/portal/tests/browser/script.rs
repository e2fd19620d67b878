//! Without JavaScript nothing is missing: the same pages, and every task can be done.

use serde_json::json;

use crate::chromium::{Browser, Tools, run};
use crate::country;
use crate::door::Door;
use crate::house::ADMIN_TOKEN;
use crate::stops::{House, STOPS, in_lang};
use crate::walk::fill;

#[test]
fn without_javascript_every_page_is_the_same_and_every_task_can_be_done() {
    let Some(tools) = Tools::ready() else { return };
    let house = Door::open(|parts| parts.front.set(country::full()));
    let door = house.visitor("192.0.2.7");
    run(async {
        let browser = Browser::start(tools).await;
        compare(&browser, &door).await;
        script(&browser, false).await;
        file_a_request(&browser, &door).await;
        watch(&browser, &door).await;
        browser.quit().await;
    });
}

async fn script(browser: &Browser, on: bool) {
    browser.tell("Emulation.setScriptExecutionDisabled", json!({ "value": !on })).await;
}

/// Pages that anybody may open are the same with and without.
async fn compare(browser: &Browser, door: &str) {
    for stop in STOPS.iter().filter(|stop| stop.house == House::Full && stop.fill.is_empty()) {
        let mut sources = Vec::new();
        for on in [true, false] {
            script(browser, on).await;
            browser.open(&format!("{door}{}", in_lang(stop.path, "vi"))).await;
            sources.push(browser.web().source().await.expect("source"));
        }
        assert!(sources[0].contains("<main") && sources[0] == sources[1], "{}", stop.name);
    }
}

/// From the home page through the check to a request that is filed.
async fn file_a_request(browser: &Browser, door: &str) {
    browser.open(door).await;
    for link in ["main .button", "main a[href$='/yeu-cau/ghi-nhan-sai']"] {
        browser.follow(link).await;
    }
    click(browser, "#address").await;
    fill(browser, &[("text", "Máy đã cài lại."), ("contact", "024 0000 0000")]).await;
    assert!(read(browser, "main h1").await.contains("Phiếu yêu cầu"));
    browser.follow("a.lang").await;
    assert!(read(browser, "main h1").await.contains("Your request"));
}

/// From the officers' door to rows that are tried again, and out.
async fn watch(browser: &Browser, door: &str) {
    browser.open(&format!("{door}/quan-tri")).await;
    fill(browser, &[("token", ADMIN_TOKEN)]).await;
    assert!(read(browser, "main h1").await.contains("Nguồn dữ liệu"));
    browser.follow("nav a[href='/quan-tri/dong-loi']").await;
    click(browser, "#ly-do option[value='missing-time']").await;
    browser.follow("form.filter button").await;
    assert!(read(browser, "tbody").await.contains("thiếu thời điểm"));
    browser.follow("tbody a").await;
    browser.follow("main form button").await;
    assert!(read(browser, "main h1").await.contains("Đã đọc lại"));
    browser.follow("nav form button").await;
    assert!(read(browser, "main h1").await.contains("Đăng nhập"));
}

async fn click(browser: &Browser, selector: &str) {
    browser.find(selector).await.click().await.unwrap_or_else(|error| panic!("{selector}: {error}"));
}

async fn read(browser: &Browser, selector: &str) -> String {
    browser.find(selector).await.text().await.expect("text")
}
