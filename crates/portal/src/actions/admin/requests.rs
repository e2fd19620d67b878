//! `/quan-tri/yeu-cau`: what visitors have asked, and by when they are answered.

use askama::Template;
use axum::extract::{Extension, Path};
use axum::response::Response;
use http::StatusCode;

use super::{Officer, unanswered};
use crate::answer;
use crate::page::Page;
use crate::requests::Request;

#[derive(Template)]
#[template(path = "admin/requests.html")]
struct Requests<'p> {
    page: &'p Page,
    requests: Vec<Request>,
}

impl Requests<'_> {
    fn wish(&self, request: &Request) -> String {
        self.page.t(&format!("wish_title.{}", request.wish.name())).into_owned()
    }

    fn address(&self, request: &Request) -> String {
        request.address.map(|address| address.to_string()).unwrap_or_default()
    }

    fn is_overdue(&self, request: &Request) -> bool {
        request.closed.is_none() && request.due < self.page.app.today()
    }

    fn days_left(&self, request: &Request) -> i32 {
        request.due - self.page.app.today()
    }
}

/// Open ones first, by the day they are due.
pub(crate) async fn show(page: Page, Extension(officer): Extension<Officer>) -> Response {
    officer.looked("requests", "");
    match page.app.block(|parts| parts.requests.list()).await {
        Ok(Ok(requests)) => page.show(StatusCode::OK, &Requests { page: &page, requests }),
        Ok(Err(why)) => unanswered(&page, &why),
        Err(answer) => answer,
    }
}

/// One was answered.
pub(crate) async fn close(page: Page, Extension(officer): Extension<Officer>, Path(code): Path<String>) -> Response {
    officer.looked("request closed", "");
    let now = page.app.now();
    match page.app.block(move |parts| parts.requests.close(&code, now)).await {
        Ok(Ok(())) => answer::see(&page.href("/quan-tri/yeu-cau")),
        Ok(Err(why)) => unanswered(&page, &why),
        Err(answer) => answer,
    }
}
