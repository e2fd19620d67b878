//! Only requests for one of our names are answered: another name in front of our address is somebody's trick.

use http::uri::Authority;
use http::{HeaderMap, Request, StatusCode, Uri, header};

use crate::app::App;

/// What a machine's watchdog asks by address.
const BY_ANY_NAME: [&str; 2] = ["/healthz", "/readyz"];

/// 400 for none or several names, 421 for one that is not ours.
pub(crate) fn check<B>(app: &App, request: &Request<B>) -> Result<(), StatusCode> {
    if BY_ANY_NAME.contains(&request.uri().path()) {
        return Ok(());
    }
    let name = name(request.uri(), request.headers()).ok_or(StatusCode::BAD_REQUEST)?;
    let is_ours = app.config().hosts.iter().any(|own| own.eq_ignore_ascii_case(&name));
    if is_ours { Ok(()) } else { Err(StatusCode::MISDIRECTED_REQUEST) }
}

/// The one name a request is for, without its port; an absolute target must agree with it.
pub fn name(uri: &Uri, headers: &HeaderMap) -> Option<String> {
    let mut lines = headers.get_all(header::HOST).iter();
    let line = lines.next()?.to_str().ok()?;
    let authority: Authority = line.parse().ok()?;
    let agrees = uri.host().is_none_or(|host| host.eq_ignore_ascii_case(authority.host()));
    (lines.next().is_none() && agrees && !line.contains('@')).then(|| authority.host().to_owned())
}
