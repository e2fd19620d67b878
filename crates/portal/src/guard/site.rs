//! No other site speaks through a visitor's browser: Fetch Metadata, and `Origin` for what changes something.
//!
//! Programs send neither header; they carry a token, or ask what anybody may.

use http::header::{AsHeaderName, HeaderName};
use http::{HeaderMap, Method, Request, StatusCode, header};

/// Which site asks. Made once: else the name is taken apart at each request.
static FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// 403 for what another site made a browser do, links to our pages excepted.
pub(crate) fn refuse_others<B>(request: &Request<B>) -> Result<(), StatusCode> {
    let path = request.uri().path();
    let refused = match text(request.headers(), &FETCH_SITE) {
        Some("same-origin" | "none") => false,
        Some(_) => !is_open(path) && !is_link(request),
        None => is_change(request) && !origin_is_ours(request.headers()),
    };
    if refused { Err(StatusCode::FORBIDDEN) } else { Ok(()) }
}

/// Whether a form was sent from one of our own pages, by what the browser says. A request that says nothing was not.
pub fn is_own_form(headers: &HeaderMap) -> bool {
    match text(headers, &FETCH_SITE) {
        Some(site) => site == "same-origin",
        None => headers.contains_key(header::ORIGIN) && origin_is_ours(headers),
    }
}

/// Open data may be used by anybody's page.
fn is_open(path: &str) -> bool {
    path.strip_prefix("/du-lieu/").is_some_and(|file| !file.is_empty())
}

/// A link or an address typed, opened as a page of its own.
fn is_link<B>(request: &Request<B>) -> bool {
    let headers = request.headers();
    let page =
        text(headers, "sec-fetch-mode") == Some("navigate") && text(headers, "sec-fetch-dest") == Some("document");
    page && request.method() == Method::GET && !request.uri().path().starts_with("/api/")
}

fn is_change<B>(request: &Request<B>) -> bool {
    !matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS)
}

/// No `Origin`, or that of the host that was called.
fn origin_is_ours(headers: &HeaderMap) -> bool {
    let Some(origin) = text(headers, header::ORIGIN) else { return !headers.contains_key(header::ORIGIN) };
    let called = text(headers, header::HOST);
    origin.split_once("://").is_some_and(|(_, host)| Some(host) == called)
}

fn text(headers: &HeaderMap, name: impl AsHeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}
