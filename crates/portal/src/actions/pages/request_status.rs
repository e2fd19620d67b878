//! `/yeu-cau/phieu/{code}`: how a request stands. The code is the only key to it.

use askama::Template;
use axum::extract::Path;
use axum::response::Response;
use http::StatusCode;

use crate::actions::pages::not_found;
use crate::page::Page;
use crate::requests::Request;
use crate::secret::CODE_LEN;
use crate::visitor::Visitor;

#[derive(Template)]
#[template(path = "request_status.html")]
struct RequestStatus<'p> {
    page: &'p Page,
    request: Request,
}

impl RequestStatus<'_> {
    fn wish(&self) -> String {
        self.page.t(&format!("wish_title.{}", self.request.wish.name())).into_owned()
    }

    fn days_left(&self) -> i32 {
        (self.request.due - self.page.app.today()).max(0)
    }
}

/// The slip of a request. Codes are tried no more often than addresses are checked.
pub(crate) async fn show(page: Page, visitor: Visitor, Path(code): Path<String>) -> Response {
    if let Err(seconds) = page.app.count(page.app.checks(), visitor) {
        return not_found::limited(&page, seconds);
    }
    if code.len() != CODE_LEN || !code.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return not_found::show(page).await;
    }
    match page.app.block(move |parts| parts.requests.find(&code)).await {
        Ok(Ok(Some(request))) => page.show(StatusCode::OK, &RequestStatus { page: &page, request }),
        Ok(Ok(None)) => not_found::show(page).await,
        Ok(Err(why)) => {
            tracing::error!(%why, "failed to find a request");
            not_found::show_status(&page, StatusCode::SERVICE_UNAVAILABLE)
        }
        Err(answer) => answer,
    }
}
