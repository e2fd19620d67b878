//! `GET /api/v1/reports/{id}`: how a delivery went; for whoever has a token of its feed.

use axum::extract::{Path, State};
use axum::response::Response;
use http::{HeaderMap, StatusCode, header};
use serde_json::{Value, json};

use crate::actions::operation::bearer;
use crate::answer;
use crate::app::App;
use crate::desk::{ID_MAX, Report};

/// Rows, events, rows kept aside, times. Another feed's report is not there.
pub(crate) async fn show(State(app): State<App>, Path(id): Path<String>, headers: HeaderMap) -> Response {
    let tokens = app.parts().tokens.get();
    let Some(own) = bearer(&headers).and_then(|token| tokens.feed_of(token)).map(str::to_owned) else {
        let refused = answer::problem(StatusCode::UNAUTHORIZED);
        return answer::with(refused, header::WWW_AUTHENTICATE, "Bearer");
    };
    if !is_id(&id) {
        return answer::problem(StatusCode::NOT_FOUND);
    }
    match app.block(move |parts| parts.desk.report(Some(&own), &id)).await {
        Ok(Ok(Some(report))) => status(&report),
        Ok(Ok(None)) => answer::problem(StatusCode::NOT_FOUND),
        Ok(Err(why)) => {
            tracing::error!(%why, "failed to look a report up");
            answer::problem(StatusCode::INTERNAL_SERVER_ERROR)
        }
        Err(answer) => answer,
    }
}

/// Whether a text can be an id of a report.
pub(crate) fn is_id(id: &str) -> bool {
    !id.is_empty() && id.len() <= ID_MAX && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

fn status(report: &Report) -> Response {
    let mut value = told(report);
    if !report.members.is_empty() {
        value["members"] = report.members.iter().map(told).collect();
    }
    answer::json(StatusCode::OK, &value)
}

fn told(report: &Report) -> Value {
    let time = |at: i64| event::time::to_text(at);
    json!({
        "id": report.id,
        "report": report.seq,
        "feed": report.feed,
        "name": report.name,
        "state": report.state,
        "why": report.why,
        "received": time(report.received),
        "done": report.done.map(time),
        "rows": report.rows,
        "events": report.events,
        "quarantined": report.quarantined,
    })
}
