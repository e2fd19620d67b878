//! One line per request: method, route, status, time. No address, no path as typed, no query, no verdict.

use axum::extract::{MatchedPath, Request};
use axum::response::Response;
use http::{Method, StatusCode};
use tokio::time::Instant;

use crate::app::App;

/// What stands for a path that is nowhere.
const NOWHERE: &str = "-";

/// A request under way.
pub(crate) struct Entry {
    start: Instant,
    route: Option<MatchedPath>,
    method: Method,
}

impl Entry {
    /// A request that comes in.
    pub(crate) fn open(request: &Request) -> Self {
        let route = request.extensions().get::<MatchedPath>().cloned();
        Self { start: Instant::now(), route, method: request.method().clone() }
    }

    /// Counts and logs it with its answer.
    pub(crate) fn close(self, app: &App, answer: &Response) {
        let Self { start, route, method } = self;
        let (status, took) = (answer.status().as_u16(), start.elapsed());
        let route = route.as_ref().map_or(NOWHERE, MatchedPath::as_str);
        app.metrics().count(route, &method, status, took.as_secs_f64());
        // 503 is said on purpose: not loaded yet, or too much at once.
        if status >= 500 && answer.status() != StatusCode::SERVICE_UNAVAILABLE {
            tracing::error!(target: "access", %method, route, status, millis = took.as_millis() as u64);
        } else {
            tracing::info!(target: "access", %method, route, status, millis = took.as_millis() as u64);
        }
    }
}
