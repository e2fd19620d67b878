//! `/quan-tri/dong-loi/{report}/doc-lai`: the rows of a report are tried again.

use askama::Template;
use axum::extract::{Extension, Path};
use axum::response::Response;
use http::StatusCode;

use super::{Officer, unanswered};
use crate::page::Page;
use crate::watch::Replayed;

#[derive(Template)]
#[template(path = "admin/replayed.html")]
struct Tried<'p> {
    page: &'p Page,
    report: i64,
    replayed: Replayed,
}

/// A second look; says what came of it.
pub(crate) async fn again(page: Page, Extension(officer): Extension<Officer>, Path(report): Path<i64>) -> Response {
    officer.looked("replay", &report.to_string());
    match page.app.block(move |parts| parts.watch.replay(report)).await {
        Ok(Ok(replayed)) => page.show(StatusCode::OK, &Tried { page: &page, report, replayed }),
        Ok(Err(why)) => unanswered(&page, &why),
        Err(answer) => answer,
    }
}
