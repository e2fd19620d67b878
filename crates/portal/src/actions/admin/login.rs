//! `/quan-tri/dang-nhap`, `/quan-tri/dang-xuat`: in and out.

use askama::Template;
use axum::body::Body;
use axum::extract::{Extension, State};
use axum::response::Response;
use http::{HeaderMap, StatusCode, header};

use super::refuse_foreign_form;
use crate::actions::form::Form;
use crate::actions::pages::not_found;
use crate::answer;
use crate::app::App;
use crate::page::Page;
use crate::session::{HOURS, TOKEN_MAX};
use crate::visitor::Visitor;
use crate::words::Lang;

#[derive(Template)]
#[template(path = "admin/login.html")]
struct Login<'p> {
    page: &'p Page,
    wrong: bool,
}

impl Login<'_> {
    fn hours(&self) -> i64 {
        HOURS
    }
}

/// The door.
pub(crate) async fn show(page: Page) -> Response {
    page.show(StatusCode::OK, &Login { page: &page, wrong: false })
}

/// In, with the token.
pub(crate) async fn enter(page: Page, visitor: Visitor, headers: HeaderMap, body: Body) -> Response {
    if let Some(refused) = refuse_foreign_form(&headers) {
        return refused;
    }
    if let Err(seconds) = page.app.count(page.app.logins(), visitor) {
        return not_found::limited(&page, seconds);
    }
    let form = match Form::read(&headers, body).await {
        Ok(form) => form,
        Err(refused) => return not_found::in_place_of(&page, &refused),
    };
    let token = Some(form.get("token")).filter(|token| token.len() <= TOKEN_MAX).unwrap_or_default();
    match page.app.sessions().map(|sessions| sessions.enter(token, page.app.now())) {
        Some(Ok(Some(cookie))) => {
            tracing::info!(target: "audit", what = "login");
            answer::with(answer::see(&page.href("/quan-tri")), header::SET_COOKIE, &cookie)
        }
        Some(Ok(None)) => {
            tracing::warn!(target: "audit", what = "wrong token");
            page.show(StatusCode::FORBIDDEN, &Login { page: &page, wrong: true })
        }
        _ => not_found::show_status(&page, StatusCode::SERVICE_UNAVAILABLE),
    }
}

/// Out.
pub(crate) async fn leave(State(app): State<App>, Extension(lang): Extension<Lang>, headers: HeaderMap) -> Response {
    let answer = answer::see(&format!("{}/quan-tri/dang-nhap", lang.prefix()));
    match app.sessions() {
        Some(sessions) => answer::with(answer, header::SET_COOKIE, &sessions.leave(&headers)),
        None => answer,
    }
}
