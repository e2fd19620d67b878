//! `POST /api/v1/feeds/{feed}/reports`: a feed delivers a file.
//!
//! The body is the file as it is (CSV, JSON, gzip, zstd, zip), its name stands in `X-Report-Name`. The answer 202 means
//! that it is on our disk; the same content again gets the same id.

use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::Response;
use bytes::Bytes;
use http::{HeaderMap, StatusCode, header};
use http_body_util::BodyExt as _;
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout_at};

use crate::actions::operation::bearer;
use crate::answer;
use crate::app::{App, Crowded, Parts};
use crate::desk::{NAME_MAX, Receipt, Refused};

/// Pieces of a body that wait for the disk: with pieces of at most 64 KiB, 1 MiB per delivery.
const WAITING_MAX: usize = 16;
/// When to come again where there is no place now.
const AGAIN_SECONDS: u64 = 10;
/// The file's name.
const NAME: &str = "x-report-name";
/// What a report may be sent as; nothing a browser's form can send without asking first.
const TYPES: [&str; 8] = [
    "application/octet-stream",
    "text/csv",
    "application/json",
    "application/x-ndjson",
    "application/gzip",
    "application/x-gzip",
    "application/zip",
    "application/zstd",
];

/// A piece of a delivery on its way to the desk.
enum Piece {
    Bytes(Bytes),
    End,
}

/// Takes a file in, if its sender may deliver and there is a place.
pub(crate) async fn take_in(
    State(app): State<App>,
    Path(feed): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    if let Err(refused) = may_deliver(&app, &feed, &headers).await {
        return refused;
    }
    let name = match check_head(&app, &headers) {
        Ok(name) => name,
        Err((status, why)) => return answer::problem_because(status, &why),
    };
    let _place = match app.arrive(&feed) {
        Ok(place) => place,
        Err(Crowded::Feed) => return answer::come_again(StatusCode::TOO_MANY_REQUESTS, AGAIN_SECONDS),
        Err(Crowded::All) => return answer::come_again(StatusCode::SERVICE_UNAVAILABLE, AGAIN_SECONDS),
    };
    match pass_on(&app, feed, name, body).await {
        Ok(receipt) => accepted(&receipt),
        Err(refused) => refused,
    }
}

/// Whether the token is one of this feed's. Who has none learns nothing about which feeds there are.
async fn may_deliver(app: &App, feed: &str, headers: &HeaderMap) -> Result<(), Response> {
    let tokens = app.parts().tokens.get();
    let Some(own) = bearer(headers).and_then(|token| tokens.feed_of(token)) else {
        let refused = answer::problem(StatusCode::UNAUTHORIZED);
        return Err(answer::with(refused, header::WWW_AUTHENTICATE, "Bearer"));
    };
    if own != feed {
        return Err(answer::problem(StatusCode::FORBIDDEN));
    }
    let feed = feed.to_owned();
    let known = app.block(move |parts| parts.desk.knows(&feed)).await?;
    if known {
        Ok(())
    } else {
        Err(answer::problem_because(StatusCode::NOT_FOUND, "this feed is not in the catalogue"))
    }
}

/// What can be refused before a byte of the body is read, and why; gives the file's name.
fn check_head(app: &App, headers: &HeaderMap) -> Result<String, (StatusCode, String)> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = text("content-type").split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if !TYPES.contains(&kind.as_str()) {
        return Err((StatusCode::UNSUPPORTED_MEDIA_TYPE, format!("send {}", TYPES.join(", "))));
    }
    let name = text(NAME);
    if !is_base_name(name) {
        let why = "X-Report-Name: letters, digits and . _ - + only, not beginning with a dot";
        return Err((StatusCode::BAD_REQUEST, why.to_owned()));
    }
    let too_large = text("content-length").parse::<u64>().is_ok_and(|bytes| bytes > app.config().upload_bytes_max);
    if too_large { Err((StatusCode::PAYLOAD_TOO_LARGE, at_most(app))) } else { Ok(name.to_owned()) }
}

fn is_base_name(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-+".contains(&byte);
    !name.is_empty() && name.len() <= NAME_MAX && !name.starts_with('.') && name.bytes().all(plain)
}

/// Reads the body and gives it to the desk, piece by piece, at the desk's pace.
async fn pass_on(app: &App, feed: String, name: String, body: Body) -> Result<Receipt, Response> {
    let (pieces, waiting) = mpsc::channel(WAITING_MAX);
    let desk = app.block(move |parts| take(parts, &feed, &name, waiting));
    let (sent, taken) = tokio::join!(send(app, body, pieces), desk);
    match (sent, taken?) {
        (_, Err(refused)) => Err(refuse(&refused)),
        (Err(refused), Ok(_)) => Err(refused),
        (Ok(()), Ok(receipt)) => receipt.ok_or_else(|| answer::problem(StatusCode::BAD_REQUEST)),
    }
}

/// The desk's side, where waiting is allowed; a delivery that does not end is dropped, and gives no receipt.
fn take(parts: &Parts, feed: &str, name: &str, mut waiting: mpsc::Receiver<Piece>) -> Result<Option<Receipt>, Refused> {
    let mut delivery = parts.desk.open(feed, name)?;
    while let Some(piece) = waiting.blocking_recv() {
        match piece {
            Piece::Bytes(bytes) => delivery.write(&bytes)?,
            Piece::End => return delivery.finish().map(Some),
        }
    }
    Ok(None)
}

/// The sender's side, under his limits.
async fn send(app: &App, mut body: Body, pieces: mpsc::Sender<Piece>) -> Result<(), Response> {
    let config = app.config();
    let end = Instant::now() + Duration::from_secs(config.upload_seconds.into());
    let mut total = 0;
    loop {
        let patience = Instant::now() + Duration::from_secs(config.upload_idle_seconds.into());
        let frame = timeout_at(patience.min(end), body.frame()).await;
        let bytes = match frame {
            Err(_) => return Err(answer::problem(StatusCode::REQUEST_TIMEOUT)),
            Ok(Some(Err(_))) => return Err(answer::problem_because(StatusCode::BAD_REQUEST, "the file broke off")),
            Ok(Some(Ok(frame))) => frame.into_data().unwrap_or_default(),
            Ok(None) => break,
        };
        total += bytes.len() as u64;
        app.metrics().delivered_bytes.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        if total > config.upload_bytes_max {
            return Err(answer::problem_because(StatusCode::PAYLOAD_TOO_LARGE, &at_most(app)));
        }
        if pieces.send(Piece::Bytes(bytes)).await.is_err() {
            // The desk has refused; it says why.
            return Ok(());
        }
    }
    // As above.
    let _ = pieces.send(Piece::End).await;
    Ok(())
}

fn accepted(receipt: &Receipt) -> Response {
    let answer = answer::json(StatusCode::ACCEPTED, receipt);
    answer::with(answer, header::LOCATION, &format!("/api/v1/reports/{}", receipt.id))
}

fn refuse(refused: &Refused) -> Response {
    match refused {
        Refused::Busy(seconds) => answer::come_again(StatusCode::SERVICE_UNAVAILABLE, (*seconds).into()),
        Refused::Unreadable(why) => answer::problem_because(StatusCode::UNPROCESSABLE_ENTITY, why),
        Refused::Failed(why) => {
            tracing::error!(%why, "failed to take a report in");
            answer::problem(StatusCode::INTERNAL_SERVER_ERROR)
        }
    }
}

fn at_most(app: &App) -> String {
    format!("at most {} bytes", app.config().upload_bytes_max)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_base_names_are_names() {
        for name in ["2026-11-20-event4_sinkhole-vietnam-geo.csv.gz", "a", "A+b_c-1.json"] {
            assert!(is_base_name(name), "{name}");
        }
        for name in ["", ".hidden", "..", "../a", "a/b", "a\\b", "a b", "a\0", "ă", &"a".repeat(NAME_MAX + 1)] {
            assert!(!is_base_name(name), "{name}");
        }
    }
}
