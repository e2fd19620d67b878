//! What every request passes on its way in and every answer on its way out, from the outside to the inside.
//!
//! * [`log`] – counted, and logged without who asked;
//! * [`headers`] – what browsers must not do with the answer;
//! * [`host`] – called by one of our names;
//! * [`site`] – no other site speaks through a visitor's browser;
//! * [`time`] – no request takes for ever.

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};

use crate::app::App;

pub mod headers;
pub mod host;
pub mod log;
pub mod site;
pub mod time;

/// Puts the guards around a router.
pub(crate) fn around(router: Router<App>, app: &App) -> Router<App> {
    router
        .layer(from_fn_with_state(app.clone(), time::limit))
        .layer(from_fn_with_state(app.clone(), site::refuse_others))
        .layer(from_fn_with_state(app.clone(), host::check))
        .layer(from_fn_with_state(app.clone(), headers::add))
        .layer(from_fn_with_state(app.clone(), log::write))
}

/// Guards for a single route.
pub(crate) fn officers_only(router: Router<App>, app: &App) -> Router<App> {
    let check = from_fn_with_state(app.clone(), crate::actions::admin::only);
    router.layer(check).layer(from_fn(headers::keep_nothing))
}
