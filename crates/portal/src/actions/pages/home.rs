//! `/`: the check, and the country's picture.

use std::sync::Arc;

use askama::Template;
use axum::response::Response;
use http::{StatusCode, header};

use crate::answer;
use crate::front::{Front, Picture};
use crate::page::Page;
use crate::words::Lang;

#[derive(Template)]
#[template(path = "home.html")]
struct Home<'p> {
    page: &'p Page,
    front: Arc<Front>,
}

impl Home<'_> {
    fn picture(&self) -> Option<&Picture> {
        picture(&self.front, self.page.w.lang())
    }
}

/// The home page.
pub(crate) async fn show(page: Page) -> Response {
    let front = page.app.parts().front.get();
    let answer = page.show(StatusCode::OK, &Home { page: &page, front });
    answer::with(answer, header::CACHE_CONTROL, "public, max-age=60")
}

/// The release in a language.
pub(crate) fn picture(front: &Front, lang: Lang) -> Option<&Picture> {
    match lang {
        Lang::Vi => front.vi.as_ref(),
        Lang::En => front.en.as_ref(),
    }
}
