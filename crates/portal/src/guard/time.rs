//! No request takes for ever. Deliveries have times of their own.

use std::time::Duration;

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::StatusCode;

use crate::answer;
use crate::app::App;
use crate::router::DELIVER;

/// 408 for what takes too long.
pub(crate) async fn limit(State(app): State<App>, request: Request, next: Next) -> Response {
    let is_delivery = request.extensions().get::<MatchedPath>().is_some_and(|path| path.as_str() == DELIVER);
    if is_delivery {
        return next.run(request).await;
    }
    let time = Duration::from_secs(app.config().request_seconds.into());
    let answer = tokio::time::timeout(time, next.run(request)).await;
    answer.unwrap_or_else(|_| answer::problem(StatusCode::REQUEST_TIMEOUT))
}
