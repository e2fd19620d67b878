//! What those who run it ask: does it live, can it work, how does it go.

use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, StatusCode};

use crate::answer;
use crate::app::App;
use crate::secret;
use crate::visitor::{Visitor, is_forwarded};

/// It lives.
pub(crate) async fn healthz() -> Response {
    answer::of(StatusCode::OK, answer::TEXT, "ok\n")
}

/// It can work: the index is loaded and reports are taken in.
pub(crate) async fn readyz(State(app): State<App>) -> Response {
    let loaded = app.parts().seen.get().is_some();
    let takes_in = match app.block(|parts| parts.desk.ready()).await {
        Ok(ready) => ready,
        Err(answer) => return answer,
    };
    let status = if loaded && takes_in { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    answer::of(status, answer::TEXT, format!("index loaded: {loaded}\ntakes reports in: {takes_in}\n"))
}

/// How it goes, for Prometheus: to this machine itself, or to whoever has the token.
pub(crate) async fn metrics(State(app): State<App>, visitor: Visitor, headers: HeaderMap) -> Response {
    let is_here = visitor.address.is_some_and(|address| address.is_loopback()) && !is_forwarded(&headers);
    if !is_here && !has_token(&app, &headers) {
        return answer::problem(StatusCode::FORBIDDEN);
    }
    let slot = app.parts().seen.get();
    let seen = slot.as_ref().as_ref();
    let addresses = seen.map_or(0, |seen| seen.len() as i64);
    let age = seen.map_or(-1, |seen| i64::from(app.today() - seen.until()));
    let gauges = [
        ("seen_addresses", "Addresses and prefixes in the index of the check.", addresses),
        ("seen_age_days", "Days since the last day in the index; -1 before it is loaded.", age),
    ];
    answer::of(StatusCode::OK, "text/plain; version=0.0.4; charset=utf-8", app.metrics().text(&gauges))
}

fn has_token(app: &App, headers: &HeaderMap) -> bool {
    let wanted = app.parts().metrics_token.as_deref();
    let given = bearer(headers);
    wanted.zip(given).is_some_and(|(wanted, given)| secret::same(&secret::hash(wanted), &secret::hash(given)))
}

/// The bearer token of a request (RFC 6750 §2.1).
pub(crate) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(http::header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && token.len() <= crate::session::TOKEN_MAX).then_some(token)
}
