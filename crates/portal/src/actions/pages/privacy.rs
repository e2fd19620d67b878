//! `/quyen-rieng-tu`: what is kept, why, how long.

use askama::Template;
use axum::response::Response;
use http::StatusCode;

use crate::page::Page;
use crate::tables::Kept;

#[derive(Template)]
#[template(path = "privacy.html")]
struct Privacy<'p> {
    page: &'p Page,
}

impl Privacy<'_> {
    fn retention(&self) -> &[Kept] {
        &self.page.app.parts().tables.retention
    }

    fn say(&self, group: &str, name: &str) -> String {
        self.page.t(&format!("{group}.{name}")).into_owned()
    }
}

/// The privacy notice.
pub(crate) async fn show(page: Page) -> Response {
    page.show(StatusCode::OK, &Privacy { page: &page })
}
