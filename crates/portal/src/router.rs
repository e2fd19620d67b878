//! The table of contents: which path is which file.

use axum::Router;
use axum::extract::Extension;
use axum::response::Redirect;
use axum::routing::{get, post};

use crate::actions::{admin, api, assets, operation, pages};
use crate::app::App;
use crate::guard;
use crate::words::Lang;

/// Where reports are delivered: the one route with times and sizes of its own.
pub(crate) const DELIVER: &str = "/api/v1/feeds/{feed}/reports";

/// Every route, with its guards.
pub fn router(app: &App) -> Router {
    let mut router = Router::new()
        .merge(pages().layer(Extension(Lang::Vi)))
        .nest("/en", pages().layer(Extension(Lang::En)))
        .route("/en/", get(|| async { Redirect::permanent("/en") }))
        .merge(api())
        .merge(files())
        .merge(operation());
    if app.sessions().is_some() {
        router = router
            .merge(officers(app).layer(Extension(Lang::Vi)))
            .nest("/en", officers(app).layer(Extension(Lang::En)));
    }
    let router = router.fallback(pages::not_found::show).method_not_allowed_fallback(pages::not_found::wrong_method);
    guard::around(router, app).with_state(app.clone())
}

/// What people read; once per language.
fn pages() -> Router<App> {
    Router::new()
        .route("/", get(pages::home::show))
        .route("/kiem-tra", get(pages::check::show))
        .route("/phuong-phap", get(pages::method::show))
        .route("/du-lieu", get(pages::data::show))
        .route("/quyen-rieng-tu", get(pages::privacy::show))
        .route("/yeu-cau", get(pages::requests::show))
        .route("/yeu-cau/{wish}", get(pages::request_form::show).post(pages::request_form::file))
        .route("/yeu-cau/phieu/{code}", get(pages::request_status::show))
}

/// What programs call.
fn api() -> Router<App> {
    Router::new()
        .route("/api/v1/check", get(api::check::show))
        .route("/api/v1/feeds/{feed}/reports", post(api::deliver_report::take_in))
        .route("/api/v1/reports/{id}", get(api::report_status::show))
        .route("/api/v1/openapi.json", get(api::openapi::show))
}

/// What pages need, and what is there to download.
fn files() -> Router<App> {
    Router::new()
        .route("/style.css", get(assets::style))
        .route("/icons.svg", get(assets::icons))
        .route("/favicon.svg", get(assets::favicon))
        .route("/robots.txt", get(assets::robots))
        .route("/du-lieu/{file}", get(assets::open_data))
        .route("/.well-known/security.txt", get(assets::security_txt))
}

/// What those who run it ask.
fn operation() -> Router<App> {
    Router::new()
        .route("/healthz", get(operation::healthz))
        .route("/readyz", get(operation::readyz))
        .route("/metrics", get(operation::metrics))
}

/// What officers see; only with the token's cookie, but for the door itself.
fn officers(app: &App) -> Router<App> {
    let inside = Router::new()
        .route("/quan-tri", get(admin::feeds::show))
        .route("/quan-tri/bao-cao", get(admin::reports::show))
        .route("/quan-tri/bao-cao/{id}", get(admin::report::show))
        .route("/quan-tri/dong-loi", get(admin::quarantine::show))
        .route("/quan-tri/dong-loi/{report}/{row}", get(admin::bad_row::show))
        .route("/quan-tri/dong-loi/{report}/doc-lai", post(admin::replay::again))
        .route("/quan-tri/xung-dot", get(admin::conflicts::show))
        .route("/quan-tri/yeu-cau", get(admin::requests::show))
        .route("/quan-tri/yeu-cau/{code}/xong", post(admin::requests::close))
        .route("/quan-tri/dang-xuat", post(admin::login::leave));
    guard::officers_only(inside, app).route("/quan-tri/dang-nhap", get(admin::login::show).post(admin::login::enter))
}
