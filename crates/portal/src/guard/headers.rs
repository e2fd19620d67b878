//! Headers that tell browsers what must not be done with an answer.

use std::sync::LazyLock;

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use http::header::{self, HeaderName};
use http::{HeaderMap, HeaderValue};

use crate::app::App;

/// Nothing is loaded but our own stylesheet and pictures, nothing runs, nobody frames us, forms come to us only.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; \
                      frame-ancestors 'none'";
/// Two years, as browsers' preload lists ask.
static ONLY_ENCRYPTED: HeaderValue = HeaderValue::from_static("max-age=63072000; includeSubDomains");

/// On every answer, but that an action may say otherwise of caching and embedding. `same-origin` and not `no-referrer`: the
/// latter makes browsers hide the origin of our own forms.
static ALWAYS: LazyLock<HeaderMap> = LazyLock::new(|| {
    let headers = [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "same-origin"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (
            HeaderName::from_static("permissions-policy"),
            "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()",
        ),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    headers.map(|(name, value)| (name, HeaderValue::from_static(value))).into_iter().collect()
});

/// Adds them. All are copied at once and the few of the action put in: one by one they take three times as long.
pub(crate) fn add<B>(app: &App, answer: &mut Response<B>) {
    let own = std::mem::replace(answer.headers_mut(), ALWAYS.clone());
    let headers = answer.headers_mut();
    headers.extend(own);
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
