//! `/phuong-phap`: how it is counted, and what can be said.

use askama::Template;
use axum::response::Response;
use http::StatusCode;

use crate::page::Page;

#[derive(Template)]
#[template(path = "method.html")]
struct Method<'p> {
    page: &'p Page,
}

impl Method<'_> {
    /// Headings and their paragraphs: groups `method_1`, `method_2` … of the messages.
    fn parts(&self) -> Vec<&'static [String]> {
        let part = |number: usize| self.page.w.list(&format!("method_{number}"));
        (1..).map(part).take_while(|part| !part.is_empty()).collect()
    }
}

/// The page on the method.
pub(crate) async fn show(page: Page) -> Response {
    page.show(StatusCode::OK, &Method { page: &page })
}
