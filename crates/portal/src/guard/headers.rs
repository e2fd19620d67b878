//! Headers that tell browsers what must not be done with an answer.

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use http::HeaderValue;
use http::header::{self, HeaderName};

use crate::app::App;

/// Nothing is loaded but our own stylesheet and pictures, nothing runs, nobody frames us, forms come to us only.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; \
                      frame-ancestors 'none'";
/// Two years, as browsers' preload lists ask.
static ONLY_ENCRYPTED: HeaderValue = HeaderValue::from_static("max-age=63072000; includeSubDomains");

/// On every answer. `same-origin` and not `no-referrer`: the latter makes browsers hide the origin of our own forms.
static ALWAYS: [(HeaderName, HeaderValue); 6] = [
    (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (header::REFERRER_POLICY, HeaderValue::from_static("same-origin")),
    (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
    (
        HeaderName::from_static("permissions-policy"),
        HeaderValue::from_static("camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()"),
    ),
];

/// Who may embed an answer.
static RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// Adds them; what an action has said of caching and embedding stands.
pub(crate) fn add(app: &App, answer: &mut Response) {
    let headers = answer.headers_mut();
    headers.reserve(ALWAYS.len() + 3);
    for (name, value) in &ALWAYS {
        headers.insert(name, value.clone());
    }
    headers.entry(&RESOURCE_POLICY).or_insert(HeaderValue::from_static("same-origin"));
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    if app.config().speaks_tls() {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, ONLY_ENCRYPTED.clone());
    }
}

/// Nothing of the answer is kept anywhere, whatever the action says.
pub(crate) async fn keep_nothing(request: Request, next: Next) -> Response {
    let mut answer = next.run(request).await;
    answer.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer
}
