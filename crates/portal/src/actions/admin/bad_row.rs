//! `/quan-tri/dong-loi/{report}/{row}`: one row as it came, and why it waits.

use askama::Template;
use axum::extract::{Extension, Path};
use axum::response::Response;
use http::StatusCode;

use super::{Officer, unanswered};
use crate::actions::pages::not_found;
use crate::page::Page;
use crate::watch::BadRow;

#[derive(Template)]
#[template(path = "admin/bad_row.html")]
struct OneRow<'p> {
    page: &'p Page,
    row: BadRow,
}

/// The whole record.
pub(crate) async fn show(
    page: Page,
    Extension(officer): Extension<Officer>,
    Path((report, row)): Path<(i64, u64)>,
) -> Response {
    officer.looked("quarantined row", &format!("{report}/{row}"));
    match page.app.block(move |parts| parts.watch.bad_row(report, row)).await {
        Ok(Ok(Some(row))) => page.show(StatusCode::OK, &OneRow { page: &page, row }),
        Ok(Ok(None)) => not_found::show_status(&page, StatusCode::NOT_FOUND),
        Ok(Err(why)) => unanswered(&page, &why),
        Err(answer) => answer,
    }
}
