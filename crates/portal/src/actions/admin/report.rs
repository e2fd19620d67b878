//! `/quan-tri/bao-cao/{id}`: one report and how it went.

use askama::Template;
use axum::extract::Path;
use axum::response::Response;
use http::StatusCode;

use super::unanswered;
use crate::actions::api::report_status::is_id;
use crate::actions::pages::not_found;
use crate::desk::Report;
use crate::page::Page;

#[derive(Template)]
#[template(path = "admin/report.html")]
struct OneReport<'p> {
    page: &'p Page,
    report: Report,
}

impl OneReport<'_> {
    /// Seconds between arrival and the lake.
    fn seconds(&self) -> Option<i64> {
        self.report.done.map(|done| (done - self.report.received).max(0) / event::time::SECOND)
    }
}

/// The same as a sender's program is told.
pub(crate) async fn show(page: Page, Path(id): Path<String>) -> Response {
    if !is_id(&id) {
        return not_found::show_status(&page, StatusCode::NOT_FOUND);
    }
    match page.app.block(move |parts| parts.desk.report(None, &id)).await {
        Ok(Ok(Some(report))) => page.show(StatusCode::OK, &OneReport { page: &page, report }),
        Ok(Ok(None)) => not_found::show_status(&page, StatusCode::NOT_FOUND),
        Ok(Err(why)) => unanswered(&page, &why),
        Err(answer) => answer,
    }
}
