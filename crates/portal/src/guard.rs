//! What every request passes on its way in and every answer on its way out, from the outside to the inside.
//!
//! * [`log`] – counted, and logged without who asked;
//! * [`headers`] – what browsers must not do with the answer;
//! * [`host`] – called by one of our names;
//! * [`site`] – no other site speaks through a visitor's browser;
//! * [`time`] – no request takes for ever.

use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::Response;
use http::StatusCode;

use crate::actions::sent::Sent;
use crate::answer;
use crate::app::App;
use crate::serve::HEADERS_MAX;

pub mod headers;
pub mod host;
pub mod log;
pub mod site;
pub mod time;

/// Puts the guards around a router, as one layer: each layer costs every request some allocations.
pub(crate) fn around(router: Router<App>, app: &App) -> Router<App> {
    router.layer(from_fn_with_state(app.clone(), pass))
}

async fn pass(State(app): State<App>, request: Request, next: Next) -> Response {
    let entry = log::Entry::open(request.method());
    let route = request.extensions().get::<MatchedPath>().cloned();
    let mut answer = match refuse(&app, &request) {
        Ok(()) => time::limit(&app, request, next).await,
        Err(status) => answer::problem(status),
    };
    headers::add(&app, &mut answer);
    entry.close(&app, route.as_ref().map(MatchedPath::as_str), &answer);
    answer
}

/// The same for an action that waits for nothing, and so takes no time that must be limited.
pub(crate) fn pass_at_once<B>(
    app: &App,
    request: &http::Request<B>,
    route: &'static str,
    act: impl FnOnce() -> Response<Sent>,
) -> Response<Sent> {
    let entry = log::Entry::open(request.method());
    let mut answer = refuse(app, request).map_or_else(|status| answer::problem(status).map(Sent::from), |()| act());
    // What is kept has them.
    if matches!(answer.body(), Sent::Other(_)) {
        headers::add(app, &mut answer);
    }
    entry.close(app, Some(route), &answer);
    answer
}

fn refuse<B>(app: &App, request: &http::Request<B>) -> Result<(), StatusCode> {
    if request.headers().len() > HEADERS_MAX {
        return Err(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE);
    }
    host::check(app, request).and_then(|()| site::refuse_others(request))
}

/// Guards for a single route.
pub(crate) fn officers_only(router: Router<App>, app: &App) -> Router<App> {
    let check = from_fn_with_state(app.clone(), crate::actions::admin::only);
    router.layer(check).layer(from_fn(headers::keep_nothing))
}
