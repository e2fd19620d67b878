//! One line per request: method, route, status, time. No address, no path as typed, no query, no verdict.

use axum::response::Response;
use http::{Method, StatusCode};
use tokio::time::Instant;

use crate::app::App;

/// What stands for a path that is nowhere.
const NOWHERE: &str = "-";

/// A request under way.
pub(crate) struct Entry {
    start: Instant,
    method: Method,
}

impl Entry {
    /// A request that comes in.
    pub(crate) fn open(method: &Method) -> Self {
        Self { start: Instant::now(), method: method.clone() }
    }

    /// Counts and logs it with its answer, by the route it took, if there is one.
    pub(crate) fn close<B>(self, app: &App, route: Option<&str>, answer: &Response<B>) {
        let Self { start, method } = self;
        let (status, took) = (answer.status().as_u16(), start.elapsed());
        let (method, route, millis) = (method.as_str(), route.unwrap_or(NOWHERE), took.as_millis() as u64);
        app.metrics().count(route, method, status, took.as_secs_f64());
        // 503 is said on purpose: not loaded yet, or too much at once.
        if status >= 500 && answer.status() != StatusCode::SERVICE_UNAVAILABLE {
            tracing::error!(target: "access", method, route, status, millis);
        } else {
            tracing::info!(target: "access", method, route, status, millis);
        }
    }
}
