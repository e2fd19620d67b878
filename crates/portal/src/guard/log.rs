//! One line per request: method, route, status, time. No address, no path as typed, no query, no verdict.

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use tokio::time::Instant;

use crate::app::App;

/// What stands for a path that is nowhere.
const NOWHERE: &str = "-";

/// Counts and logs.
pub(crate) async fn write(State(app): State<App>, request: Request, next: Next) -> Response {
    let start = Instant::now();
    let route = request.extensions().get::<MatchedPath>().map_or(NOWHERE, MatchedPath::as_str).to_owned();
    let method = request.method().clone();
    let answer = next.run(request).await;
    let (status, took) = (answer.status().as_u16(), start.elapsed());
    app.metrics().count(&route, &method, status, took.as_secs_f64());
    if status >= 500 {
        tracing::error!(target: "access", %method, route, status, millis = took.as_millis() as u64);
    } else {
        tracing::info!(target: "access", %method, route, status, millis = took.as_millis() as u64);
    }
    answer
}
