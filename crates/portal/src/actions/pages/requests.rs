//! `/yeu-cau`: what can be asked of the authority.

use askama::Template;
use axum::response::Response;
use http::StatusCode;

use crate::page::Page;
use crate::requests::Wish;

#[derive(Template)]
#[template(path = "requests.html")]
struct Requests<'p> {
    page: &'p Page,
}

impl Requests<'_> {
    /// Path, title, explanation and days of each.
    fn wishes(&self) -> Vec<(String, String, String, i32)> {
        let one = |wish: Wish| {
            let title = self.page.t(&format!("wish_title.{}", wish.name())).into_owned();
            let about = self.page.t(&format!("wish_about.{}", wish.name())).into_owned();
            let path = self.page.href(&format!("/yeu-cau/{}", wish.slug()));
            (path, title, about, self.page.app.parts().tables.clocks.days(wish))
        };
        Wish::ALL.map(one).into()
    }
}

/// The choice.
pub(crate) async fn show(page: Page) -> Response {
    page.show(StatusCode::OK, &Requests { page: &page })
}
