//! `/du-lieu`: what can be downloaded.

use std::sync::Arc;

use askama::Template;
use axum::response::Response;
use http::StatusCode;

use crate::actions::pages::home::picture;
use crate::front::{Front, Picture};
use crate::page::Page;

#[derive(Template)]
#[template(path = "data.html")]
struct Data<'p> {
    page: &'p Page,
    front: Arc<Front>,
}

impl Data<'_> {
    fn picture(&self) -> Option<&Picture> {
        picture(&self.front, self.page.w.lang())
    }
}

/// The page of open data.
pub(crate) async fn show(page: Page) -> Response {
    let front = page.app.parts().front.get();
    page.show(StatusCode::OK, &Data { page: &page, front })
}
