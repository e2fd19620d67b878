//! Where the walk stops: every kind of page, in every state a visitor or an officer can meet.

use crate::house::ADMIN_TOKEN;

/// Whose eyes see the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum House {
    /// A country with a picture.
    Full,
    /// The first day: nothing has been counted yet.
    Empty,
}

/// One page in one state.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stop {
    /// Its name on screenshots.
    pub(crate) name: &'static str,
    pub(crate) house: House,
    /// The address its visitor comes from.
    pub(crate) from: &'static str,
    /// Its path in Vietnamese.
    pub(crate) path: &'static str,
    /// What is typed into its fields, by their ids, before its form is sent; nothing is sent without.
    pub(crate) fill: &'static [(&'static str, &'static str)],
    /// The status of what is then seen.
    pub(crate) status: u16,
}

/// An address of which nothing is recorded.
const NOBODY: &str = "192.0.2.8";

const fn stop(name: &'static str, path: &'static str) -> Stop {
    Stop { name, house: House::Full, from: NOBODY, path, fill: &[], status: 200 }
}

const fn check(name: &'static str, from: &'static str) -> Stop {
    Stop { from, ..stop(name, "/kiem-tra") }
}

const fn sent(stop: Stop, fill: &'static [(&'static str, &'static str)], status: u16) -> Stop {
    Stop { fill, status, ..stop }
}

/// What everybody may see; the last lets an officer in.
pub(crate) const STOPS: [Stop; 34] = [
    stop("home", "/"),
    Stop { house: House::Empty, ..stop("home-empty", "/") },
    check("check-seen-static", "192.0.2.7"),
    check("check-seen-router", "192.0.2.9"),
    check("check-seen-past", "192.0.2.10"),
    check("check-seen-open", "192.0.2.11"),
    check("check-seen-many", "192.0.2.99"),
    check("check-seen-dynamic", "198.51.100.7"),
    check("check-seen-ipv6", "2001:db8:5:1::7"),
    check("check-not-seen", NOBODY),
    check("check-not-seen-dynamic", "198.51.100.9"),
    check("check-shared", "203.0.113.7"),
    check("check-mobile", "203.0.113.200"),
    check("check-relay", "198.51.100.250"),
    check("check-foreign", "3fff::1"),
    check("check-private", "10.0.0.1"),
    stop("method", "/phuong-phap"),
    stop("data", "/du-lieu"),
    Stop { house: House::Empty, ..stop("data-empty", "/du-lieu") },
    stop("privacy", "/quyen-rieng-tu"),
    stop("requests", "/yeu-cau"),
    stop("request-form", "/yeu-cau/ghi-nhan-sai"),
    sent(
        stop("request-wrong", "/yeu-cau/ghi-nhan-sai"),
        &[("text", "Máy đã cài lại từ ngày 10/11."), ("contact", "khong-phai-thu")],
        422,
    ),
    sent(
        stop("request-slip", "/yeu-cau/xoa-du-lieu"),
        &[("text", "Máy đã cài lại từ ngày 10/11."), ("contact", "nguoi.dan@example.org")],
        200,
    ),
    Stop { status: 404, ..stop("not-found", "/khong-co") },
    stop("login", "/quan-tri/dang-nhap"),
    sent(stop("login-wrong", "/quan-tri/dang-nhap"), &[("token", "nham-lan")], 403),
    sent(stop("feeds", "/quan-tri/dang-nhap"), &[("token", ADMIN_TOKEN)], 200),
    stop("reports", "/quan-tri/bao-cao"),
    stop("quarantine", "/quan-tri/dong-loi?bao-cao=98"),
    stop("quarantine-nothing", "/quan-tri/dong-loi?nguon=khong-co"),
    stop("quarantine-row", "/quan-tri/dong-loi/100/3"),
    stop("conflicts", "/quan-tri/xung-dot"),
    stop("officers-requests", "/quan-tri/yeu-cau"),
];

/// A language and its path of a page.
pub(crate) fn in_lang(path: &str, lang: &str) -> String {
    match (lang, path) {
        ("en", "/") => "/en".to_owned(),
        ("en", path) => format!("/en{path}"),
        (_, path) => path.to_owned(),
    }
}
