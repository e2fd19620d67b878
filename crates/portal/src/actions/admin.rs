//! Pages for officers. Every look at others' addresses leaves a line in the audit trail (log target `audit`).

use axum::extract::{Extension, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::{HeaderMap, StatusCode};

use crate::answer;
use crate::app::App;
use crate::guard::site::is_own_form;
use crate::page::Page;
use crate::words::Lang;

pub(crate) mod bad_row;
pub(crate) mod conflicts;
pub(crate) mod feeds;
pub(crate) mod login;
pub(crate) mod quarantine;
pub(crate) mod replay;
pub(crate) mod report;
pub(crate) mod reports;
pub(crate) mod requests;

/// The session a request belongs to.
#[derive(Debug, Clone)]
pub(crate) struct Officer(pub(crate) String);

impl Officer {
    /// A line of the audit trail: who looked at what. `of` is a number or code of ours, never what was typed.
    pub(crate) fn looked(&self, what: &'static str, of: &str) {
        tracing::info!(target: "audit", session = %self.0, what, of);
    }
}

/// Lets officers pass; sends others to the door. What changes something must come from our own pages.
pub(crate) async fn only(
    State(app): State<App>,
    Extension(lang): Extension<Lang>,
    mut request: Request,
    next: Next,
) -> Response {
    let Some(mark) = app.sessions().and_then(|sessions| sessions.of(request.headers(), app.now())) else {
        return answer::see(&format!("{}/quan-tri/dang-nhap", lang.prefix()));
    };
    if request.method() == http::Method::POST && !is_own_form(request.headers()) {
        return answer::problem(StatusCode::FORBIDDEN);
    }
    request.extensions_mut().insert(Officer(mark));
    next.run(request).await
}

/// The page that says that something could not be looked up; why is in the log.
pub(crate) fn unanswered(page: &Page, why: &dyn std::fmt::Display) -> Response {
    tracing::error!(%why, "failed to look something up for an officer");
    super::pages::not_found::show_status(page, StatusCode::INTERNAL_SERVER_ERROR)
}

/// Whether a form may be taken from whoever sends it.
pub(crate) fn refuse_foreign_form(headers: &HeaderMap) -> Option<Response> {
    (!is_own_form(headers)).then(|| answer::problem(StatusCode::FORBIDDEN))
}
