//! What every request passes on its way in and every answer on its way out, from the outside to the inside.
//!
//! * [`log`] – counted, and logged without who asked;
//! * [`headers`] – what browsers must not do with the answer;
//! * [`host`] – called by one of our names;
//! * [`site`] – no other site speaks through a visitor's browser;
//! * [`time`] – no request takes for ever.

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::Response;

use crate::answer;
use crate::app::App;

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
    let entry = log::Entry::open(&request);
    let allowed = host::check(&app, &request).and_then(|()| site::refuse_others(&request));
    let mut answer = match allowed {
        Ok(()) => time::limit(&app, request, next).await,
        Err(status) => answer::problem(status),
    };
    headers::add(&app, &mut answer);
    entry.close(&app, &answer);
    answer
}

/// Guards for a single route.
pub(crate) fn officers_only(router: Router<App>, app: &App) -> Router<App> {
    let check = from_fn_with_state(app.clone(), crate::actions::admin::only);
    router.layer(check).layer(from_fn(headers::keep_nothing))
}
