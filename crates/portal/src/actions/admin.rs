//! Pages for officers. Every look at others' addresses leaves a line in the audit trail (log target `audit`).

use axum::extract::{Extension, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::{HeaderMap, StatusCode, Uri};

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

/// A value of the query, trimmed; an empty one is none.
pub(crate) fn asked(uri: &Uri, name: &str) -> Option<String> {
    let pairs = form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
    let value = pairs.into_iter().find(|(key, _)| key == name).map(|(_, value)| value.trim().to_owned());
    value.filter(|value| !value.is_empty() && value.len() <= crate::desk::NAME_MAX)
}

/// The page of a list that is asked for, from 0; nonsense is the first.
pub(crate) fn page_asked(uri: &Uri) -> usize {
    let page = asked(uri, "trang").and_then(|page| page.parse::<usize>().ok()).unwrap_or(1);
    page.saturating_sub(1).min(crate::watch::PAGES_MAX)
}

/// The query of another page of the same list.
pub(crate) fn other_page(filters: &[(&str, &str)], page: usize) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(filters.iter().filter(|(_, value)| !value.is_empty()));
    query.append_pair("trang", &(page + 1).to_string());
    query.finish()
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
