//! Answers: pages, JSON, problems (RFC 9457), files.

use axum::response::Response;
use http::StatusCode;
use http::header::{self, HeaderName, HeaderValue};
use serde::Serialize;

/// HTML of this charset only.
pub(crate) const HTML: &str = "text/html; charset=utf-8";
/// Plain text.
pub(crate) const TEXT: &str = "text/plain; charset=utf-8";
/// JSON.
pub(crate) const JSON: &str = "application/json";
/// A problem in JSON, RFC 9457.
const PROBLEM: &str = "application/problem+json";

/// An answer of a media type.
pub(crate) fn of<B>(status: StatusCode, media_type: &'static str, body: impl Into<B>) -> Response<B> {
    let mut answer = Response::new(body.into());
    *answer.status_mut() = status;
    answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    answer
}

/// A value as JSON.
pub(crate) fn json(status: StatusCode, value: &impl Serialize) -> Response {
    match serde_json::to_vec(value) {
        Ok(bytes) => of(status, JSON, bytes),
        Err(_) => problem(StatusCode::INTERNAL_SERVER_ERROR),
    }
}

/// A problem without more to say than its status.
pub(crate) fn problem(status: StatusCode) -> Response {
    problem_because(status, "")
}

/// A problem with what the caller can do about it.
pub(crate) fn problem_because(status: StatusCode, detail: &str) -> Response {
    let title = status.canonical_reason().unwrap_or("problem");
    let mut value = serde_json::json!({ "title": title, "status": status.as_u16() });
    if !detail.is_empty() {
        value["detail"] = detail.into();
    }
    of(status, PROBLEM, value.to_string())
}

/// A problem that passes: come again in so many seconds.
pub(crate) fn come_again(status: StatusCode, seconds: u64) -> Response {
    let answer = problem_because(status, &format!("come again in {seconds} s"));
    with(answer, header::RETRY_AFTER, &seconds.to_string())
}

/// Held back by a limit.
pub(crate) fn limited(seconds: u64) -> Response {
    come_again(StatusCode::TOO_MANY_REQUESTS, seconds)
}

/// See another page: after a form was taken in.
pub(crate) fn see(path: &str) -> Response {
    with(of(StatusCode::SEE_OTHER, TEXT, ""), header::LOCATION, path)
}

/// An answer with one more header; a value that is none is left out.
pub(crate) fn with(mut answer: Response, name: HeaderName, value: &str) -> Response {
    if let Ok(value) = HeaderValue::from_str(value) {
        answer.headers_mut().insert(name, value);
    }
    answer
}
