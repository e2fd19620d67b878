//! No request takes for ever.

use std::time::Duration;

use axum::extract::{MatchedPath, Request};
use axum::middleware::Next;
use axum::response::Response;
use http::StatusCode;

use crate::answer;
use crate::app::App;
use crate::router::DELIVER;

/// Routes that take their own time: a delivery has limits of its own, a second look at a report's rows ends when it ends.
const PATIENT: [&str; 3] = [DELIVER, "/quan-tri/dong-loi/{report}/doc-lai", "/en/quan-tri/dong-loi/{report}/doc-lai"];

/// 408 for what takes too long.
pub(crate) async fn limit(app: &App, request: Request, next: Next) -> Response {
    let matched = request.extensions().get::<MatchedPath>();
    if matched.is_some_and(|path| PATIENT.contains(&path.as_str())) {
        return next.run(request).await;
    }
    let time = Duration::from_secs(app.config().request_seconds.into());
    let answer = tokio::time::timeout(time, next.run(request)).await;
    answer.unwrap_or_else(|_| answer::problem(StatusCode::REQUEST_TIMEOUT))
}
