//! `GET /api/v1/openapi.json`: the calls, described; kept by hand, held to the router by a test.

use axum::response::Response;
use http::{StatusCode, header};

use crate::answer;

static DESCRIPTION: &str = include_str!("../../../data/openapi.json");

/// The description, OpenAPI 3.1.
pub(crate) async fn show() -> Response {
    answer::with(answer::of(StatusCode::OK, answer::JSON, DESCRIPTION), header::CACHE_CONTROL, "public, max-age=3600")
}
