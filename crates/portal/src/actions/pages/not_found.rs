//! Where there is nothing, and where something went wrong: in words for people, as a problem for programs.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::{StatusCode, Uri};

use crate::answer;
use crate::app::App;
use crate::page::Page;
use crate::words::Lang;

#[derive(Template)]
#[template(path = "problem.html")]
struct Problem<'p> {
    page: &'p Page,
    status: StatusCode,
}

impl Problem<'_> {
    fn say(&self, group: &str) -> String {
        let key = format!("{group}.s{}", self.status.as_u16());
        let key = if self.page.w.has(&key) { key } else { format!("{group}.other") };
        self.page.t(&key).into_owned()
    }
}

/// Nothing is here.
pub(crate) async fn show(mut page: Page) -> Response {
    if page.path.starts_with("/api/") {
        return answer::problem(StatusCode::NOT_FOUND);
    }
    if page.path.starts_with("/en/") {
        page = Page::at(&page.app, Lang::En, "");
    }
    page.path = String::new();
    show_status(&page, StatusCode::NOT_FOUND)
}

/// Something is here, but not for this method.
pub(crate) async fn wrong_method(State(app): State<App>, uri: Uri) -> Response {
    if uri.path().starts_with("/api/") {
        return answer::problem(StatusCode::METHOD_NOT_ALLOWED);
    }
    show_status(&Page::at(&app, Lang::Vi, ""), StatusCode::METHOD_NOT_ALLOWED)
}

/// A page for a status that is no success.
pub(crate) fn show_status(page: &Page, status: StatusCode) -> Response {
    page.show(status, &Problem { page, status })
}

/// A page in place of a problem for programs; its headers stay.
pub(crate) fn in_place_of(page: &Page, problem: &Response) -> Response {
    let mut answer = show_status(page, problem.status());
    if let Some(seconds) = problem.headers().get(http::header::RETRY_AFTER) {
        answer.headers_mut().insert(http::header::RETRY_AFTER, seconds.clone());
    }
    answer
}

/// A page for whoever does something too often.
pub(crate) fn limited(page: &Page, seconds: u64) -> Response {
    in_place_of(page, &answer::limited(seconds))
}
