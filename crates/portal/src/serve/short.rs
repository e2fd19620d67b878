//! The short way to the check, past the router: a whole country may ask it at once. Guards, actions and answers are those
//! of the long way (tested), which `HEAD` still takes.

use axum::response::Response;
use http::{Method, Request};

use crate::actions::sent::Sent;
use crate::actions::{api, pages};
use crate::app::App;
use crate::guard;
use crate::visitor::{Peer, visitor};
use crate::words::Lang;

/// The page of the check, by language.
const PAGES: [(&str, Lang); 2] = [("/kiem-tra", Lang::Vi), ("/en/kiem-tra", Lang::En)];
/// The check for programs.
const API: &str = "/api/v1/check";

/// The answer to a request for the check; `None` for all others.
pub(super) fn answer<B>(app: &App, Peer(peer): Peer, request: &Request<B>) -> Option<Response<Sent>> {
    if request.method() != Method::GET {
        return None;
    }
    let who = || visitor(peer.ip(), request.headers(), &app.config().trusted_proxies, app.config().proxy_header);
    let path = request.uri().path();
    if path == API {
        return Some(guard::pass_at_once(app, request, API, || api::check::answer_to(app, who(), request.uri())));
    }
    let (route, lang) = PAGES.into_iter().find(|(route, _)| *route == path)?;
    Some(guard::pass_at_once(app, request, route, || pages::check::answer_to(app, lang, who())))
}
