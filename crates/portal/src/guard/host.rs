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
    let hosts = &app.config().hosts;
    if is_plainly_one_of(hosts, request) {
        return Ok(());
    }
    let name = name(request.uri(), request.headers()).ok_or(StatusCode::BAD_REQUEST)?;
    let is_ours = hosts.iter().any(|own| own.eq_ignore_ascii_case(&name));
    if is_ours { Ok(()) } else { Err(StatusCode::MISDIRECTED_REQUEST) }
}

/// Whether a request is for one of our names in the very letters, as almost all are: then nothing needs to be taken apart.
fn is_plainly_one_of<B>(hosts: &[String], request: &Request<B>) -> bool {
    let mut lines = request.headers().get_all(header::HOST).iter();
    let (line, more) = (lines.next().map_or(&b""[..], |line| line.as_bytes()), lines.next());
    let is = |own: &String| {
        let rest = line.strip_prefix(own.as_bytes());
        rest.is_some_and(|rest| matches!(rest, [] | [b':', _, ..]) && rest.iter().skip(1).all(u8::is_ascii_digit))
    };
    more.is_none() && request.uri().host().is_none() && hosts.iter().any(is)
}

/// The one name a request is for, without its port; an absolute target must agree with it.
pub fn name(uri: &Uri, headers: &HeaderMap) -> Option<String> {
    let mut lines = headers.get_all(header::HOST).iter();
    let line = lines.next()?.to_str().ok()?;
    let authority: Authority = line.parse().ok()?;
    let agrees = uri.host().is_none_or(|host| host.eq_ignore_ascii_case(authority.host()));
    (lines.next().is_none() && agrees && !line.contains('@')).then(|| authority.host().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_at_a_glance_is_what_a_closer_look_would_take() {
        let hosts = ["localhost", "[2001:db8::1]", "example.org"].map(str::to_owned);
        let mut taken = 0;
        for own in hosts.iter().map(String::as_str).chain(["EXAMPLE.org", "example.net", "", "a.example.org"]) {
            for rest in
                ["", ":", ":8", ":8080", ":8a", ".", ".net", "@example.net", ":1@example.net", ":80:80", " ", ",x"]
            {
                for uri in ["/", "http://example.net/", "http://example.org/"] {
                    let line = format!("{own}{rest}");
                    let request = Request::get(uri).header("host", &line).body(()).expect("a request");
                    if is_plainly_one_of(&hosts, &request) {
                        taken += 1;
                        assert_eq!(name(request.uri(), request.headers()).as_deref(), Some(own), "{line}");
                    }
                }
            }
        }
        assert_eq!(taken, 3 * 3, "each name alone and with two ports, in no absolute target");
        let twice =
            Request::get("/").header("host", "localhost").header("host", "localhost").body(()).expect("a request");
        assert!(!is_plainly_one_of(&hosts, &twice));
    }
}
