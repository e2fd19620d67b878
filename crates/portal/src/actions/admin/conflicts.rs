//! `/quan-tri/xung-dot`: networks, numbers and names that two owners claim.

use askama::Template;
use axum::response::Response;
use http::StatusCode;

use super::unanswered;
use crate::page::Page;
use crate::watch::Conflict;

#[derive(Template)]
#[template(path = "admin/conflicts.html")]
struct Conflicts<'p> {
    page: &'p Page,
    conflicts: Vec<Conflict>,
}

/// One line per conflict.
pub(crate) async fn show(page: Page) -> Response {
    match page.app.block(|parts| parts.watch.conflicts()).await {
        Ok(Ok(conflicts)) => page.show(StatusCode::OK, &Conflicts { page: &page, conflicts }),
        Ok(Err(why)) => unanswered(&page, &why),
        Err(answer) => answer,
    }
}
