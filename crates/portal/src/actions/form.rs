//! Forms that browsers send: `application/x-www-form-urlencoded`, small.

use std::collections::BTreeMap;

use axum::body::Body;
use axum::response::Response;
use http::{HeaderMap, StatusCode, header};

use crate::answer;

/// Most bytes of a form: a text of two thousand characters, each written as nine (`%E1%BB%87`), and the rest.
const FORM_MAX: usize = 64 << 10;
/// The only type of form that is read.
const FORM: &str = "application/x-www-form-urlencoded";

/// The fields of a form by name; of several with one name the first.
#[derive(Debug)]
pub struct Form(BTreeMap<String, String>);

impl Form {
    /// Reads a form.
    ///
    /// # Errors
    /// 415 for another type, 413 for one too large.
    pub(crate) async fn read(headers: &HeaderMap, body: Body) -> Result<Self, Response> {
        let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        if kind.split(';').next().map(str::trim) != Some(FORM) {
            return Err(answer::problem(StatusCode::UNSUPPORTED_MEDIA_TYPE));
        }
        let bytes = axum::body::to_bytes(body, FORM_MAX).await;
        let bytes = bytes.map_err(|_| answer::problem(StatusCode::PAYLOAD_TOO_LARGE))?;
        Ok(Self::of(&bytes))
    }

    /// The fields of a body.
    pub fn of(body: &[u8]) -> Self {
        let mut fields = BTreeMap::new();
        for (name, value) in form_urlencoded::parse(body) {
            fields.entry(name.into_owned()).or_insert_with(|| value.into_owned());
        }
        Self(fields)
    }

    /// A field without blanks around it; empty if it is not there.
    pub fn get(&self, name: &str) -> &str {
        self.0.get(name).map_or("", |value| value.trim())
    }
}
