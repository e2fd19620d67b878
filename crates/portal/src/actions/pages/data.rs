//! `/du-lieu`: what can be downloaded.

use std::sync::Arc;

use askama::Template;
use axum::response::Response;
use http::StatusCode;

use crate::front::{Front, OpenFile};
use crate::page::Page;
use crate::words::Lang;

#[derive(Template)]
#[template(path = "data.html")]
struct Data<'p> {
    page: &'p Page,
    front: Arc<Front>,
}

impl Data<'_> {
    fn about<'f>(&self, file: &'f OpenFile) -> &'f str {
        &file.about[usize::from(self.page.w.lang() == Lang::En)]
    }

    /// Kilobytes, at least one.
    fn kilobytes(&self, file: &OpenFile) -> String {
        self.page.number(file.bytes.len().div_ceil(1024))
    }
}

/// The page of open data.
pub(crate) async fn show(page: Page) -> Response {
    let front = page.app.parts().front.get();
    page.show(StatusCode::OK, &Data { page: &page, front })
}
