//! Every page in both languages: whole, light, accessible, without anything a browser would refuse.

use std::collections::BTreeSet;

use crate::talk::{Portal, portal};

const PAGES: [&str; 9] = [
    "/",
    "/kiem-tra",
    "/phuong-phap",
    "/du-lieu",
    "/quyen-rieng-tu",
    "/yeu-cau",
    "/yeu-cau/ghi-nhan-sai",
    "/yeu-cau/xoa-du-lieu",
    "/yeu-cau/phieu/MADE23456789",
];

fn in_english(path: &str) -> String {
    if path == "/" { "/en".to_owned() } else { format!("/en{path}") }
}

#[tokio::test]
async fn every_page_is_whole_in_both_languages() {
    let portal = portal(&[]).await;
    for path in PAGES {
        for (path, lang) in [(path.to_owned(), "vi"), (in_english(path), "en")] {
            let page = portal.get(&path).await;
            assert_eq!(page.status, 200, "{path}");
            assert_eq!(page.header("content-language"), lang, "{path}");
            let body = &page.body;
            assert!(body.len() <= portal::front::PAGE_BYTES_MAX, "{path}: {} bytes", body.len());
            for text in [
                &format!("<html lang=\"{lang}\">"),
                "<main id=\"main\"",
                "class=\"skip\"",
                "<nav aria-label",
                "<header",
                "<footer",
            ] {
                assert!(body.contains(text), "{path}: {text}");
            }
            assert_eq!(body.matches("<h1").count(), 1, "{path}");
            for text in ["⟦", "<script", " style=", "<style", "onclick", "http://", "https://"] {
                assert!(!body.contains(text), "{path}: {text}");
            }
        }
    }
}

#[tokio::test]
async fn every_link_leads_somewhere() {
    let portal = portal(&[]).await;
    let mut seen = BTreeSet::new();
    let mut next = vec!["/".to_owned()];
    while let Some(path) = next.pop() {
        if !seen.insert(path.clone()) {
            continue;
        }
        let page = portal.get(&path).await;
        assert_eq!(page.status, 200, "{path}");
        if page.header("content-type").starts_with("text/html") {
            next.extend(links(&page.body));
        }
    }
    assert!(seen.len() > 20, "{seen:?}");
}

fn links(body: &str) -> Vec<String> {
    let parts = ["href=\"", "src=\""].into_iter().flat_map(|start| body.split(start).skip(1));
    let targets = parts.filter_map(|rest| rest.split('"').next()).filter(|target| target.starts_with('/'));
    targets.map(|target| target.split('#').next().unwrap_or_default().to_owned()).collect()
}

#[tokio::test]
async fn a_page_leads_to_itself_in_the_other_language() {
    let portal = portal(&[]).await;
    assert!(portal.get("/phuong-phap").await.body.contains("href=\"/en/phuong-phap\" hreflang=\"en\""));
    assert!(portal.get("/en/phuong-phap").await.body.contains("href=\"/phuong-phap\" hreflang=\"vi\""));
    assert!(portal.get("/en").await.body.contains("href=\"/\" hreflang=\"vi\""));
}

#[tokio::test]
async fn what_is_nowhere_is_said_in_the_language_of_its_path() {
    let portal = portal(&[]).await;
    let (vi, en) = (portal.get("/khong-co").await, portal.get("/en/khong-co").await);
    assert_eq!((vi.status, en.status), (404, 404));
    assert!(vi.body.contains("Không tìm thấy trang") && en.body.contains("Page not found"), "{}", en.body);
    let api = portal.get("/api/v1/khong-co").await;
    assert_eq!((api.status, api.header("content-type")), (404, "application/problem+json"));
    assert_eq!(portal.ask("DELETE", "/phuong-phap", &[], b"").await.status, 405);
}

#[tokio::test]
async fn every_answer_carries_what_browsers_must_not_do() {
    let portal = portal(&[]).await;
    for path in ["/", "/kiem-tra", "/style.css", "/khong-co", "/healthz", "/api/v1/check", "/metrics", "/quan-tri"] {
        let answer = portal.get(path).await;
        let policy = answer.header("content-security-policy");
        assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{path}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("x-frame-options"), "DENY", "{path}");
        assert_eq!(answer.header("referrer-policy"), "same-origin", "{path}");
        assert_eq!(answer.header("strict-transport-security"), "", "only over TLS: {path}");
        assert_eq!(answer.header("set-cookie"), "", "{path}");
    }
}

#[tokio::test]
async fn open_data_may_be_used_by_anybodys_page() {
    let portal = portal(&[]).await;
    let file = portal.get("/du-lieu/daily-2026-11.vi.csv").await;
    assert!(file.status == 200 && file.body.starts_with("day,addresses"));
    assert_eq!(file.header("access-control-allow-origin"), "*");
    assert_eq!(file.header("cross-origin-resource-policy"), "cross-origin");
    assert_eq!(portal.get("/du-lieu/..%2f..%2fetc%2fpasswd").await.status, 404);
}

#[tokio::test]
async fn security_txt_is_there_once_it_has_a_contact() {
    assert_eq!(portal(&[]).await.get("/.well-known/security.txt").await.status, 404);
    let open = portal(&[("security_contact", "mailto:security@example.org")]).await;
    let text = open.get("/.well-known/security.txt").await.body;
    assert_eq!(
        text,
        "Contact: mailto:security@example.org\nExpires: 2027-05-19T00:00:00Z\nPreferred-Languages: vi, en\n"
    );
}

async fn colours(portal: &Portal) -> String {
    portal.get("/style.css").await.body
}

#[tokio::test]
async fn text_stands_out_from_its_ground_in_light_and_in_dark() {
    let portal = portal(&[]).await;
    let css = colours(&portal).await;
    let (light, dark) = css.split_once("prefers-color-scheme: dark").expect("dark");
    for (name, part) in [("light", light), ("dark", dark)] {
        let colour = |variable: &str| {
            let rest = part.split(&format!("--{variable}: #")).nth(1).unwrap_or_else(|| panic!("{name} {variable}"));
            u32::from_str_radix(&rest[..6], 16).expect("colour")
        };
        for (text, ground) in [
            ("ink", "ground"),
            ("ink", "paper"),
            ("soft", "ground"),
            ("soft", "paper"),
            ("link", "paper"),
            ("link", "ground"),
            ("seen", "seen-ground"),
            ("not-seen", "not-seen-ground"),
            ("cannot", "cannot-ground"),
            ("ink", "seen-ground"),
            ("soft", "seen-ground"),
            ("soft", "not-seen-ground"),
            ("soft", "cannot-ground"),
            ("well", "paper"),
            ("seen", "paper"),
        ] {
            let ratio = contrast(colour(text), colour(ground));
            assert!(ratio >= 4.5, "{name}: {text} on {ground} is {ratio:.2}");
        }
    }
}

/// Contrast of two colours as WCAG 2.2 §1.4.3 defines it.
fn contrast(a: u32, b: u32) -> f64 {
    let light = |colour: u32| {
        let part = |shift: u32| {
            let part = f64::from(colour >> shift & 0xff) / 255.0;
            if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * part(16) + 0.7152 * part(8) + 0.0722 * part(0)
    };
    let (a, b) = (light(a), light(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}
