//! `GET /api/v1/check`: the check for programs; `?lang=en` for English words.

use axum::extract::State;
use axum::response::Response;
use event::time::day_text;
use http::{StatusCode, Uri};
use serde_json::{Value, json};

use crate::actions::checking::{Checked, check, padded};
use crate::actions::query::asked;
use crate::answer;
use crate::app::App;
use crate::verdict::Shown;
use crate::visitor::Visitor;
use crate::words::{Lang, Words};

/// Every verdict has this many bytes; the longest is smaller (tested).
pub(crate) const JSON_BYTES: usize = 16 << 10;

/// The verdict on the address the request comes from.
pub(crate) async fn show(State(app): State<App>, visitor: Visitor, uri: Uri) -> Response {
    let checked = match check(&app, visitor) {
        Ok(checked) => checked,
        Err(seconds) => return answer::limited(seconds),
    };
    let lang = if asked(&uri, "lang").as_deref() == Some(Lang::En.tag()) { Lang::En } else { Lang::Vi };
    let value = verdict(&app, &checked, Words::of(lang));
    answer::of(StatusCode::OK, answer::JSON, padded(value.to_string(), JSON_BYTES))
}

fn verdict(app: &App, checked: &Checked, words: &Words) -> Value {
    json!({
        "address": checked.address.map(|address| address.to_string()),
        "address_is": checked.reach.name(),
        "isp": checked.isp,
        "verdict": checked.judged.verdict,
        "title": checked.title(words),
        "about": checked.about(words),
        "todo": checked.todo(words),
        "findings": checked.judged.shown.iter().map(|shown| finding(app, checked, shown)).collect::<Vec<_>>(),
        "advice": checked.advice(app, words),
        "data_until": checked.until.map(day_text),
    })
}

fn finding(app: &App, checked: &Checked, shown: &Shown) -> Value {
    json!({
        "family": checked.family(app, shown),
        "kind": shown.kind.name(),
        "first_day": shown.first.map(day_text),
        "last_day": shown.last.map(day_text),
        "days": shown.days,
    })
}
