//! `GET /api/v1/check`: the check for programs; `?lang=en` for English words.

use std::borrow::Cow;
use std::net::IpAddr;

use axum::extract::State;
use axum::response::Response;
use event::time::day_text;
use http::{StatusCode, Uri};
use serde::Serialize;

use crate::actions::admin::asked;
use crate::actions::checking::{Checked, check, padded};
use crate::advice::Advice;
use crate::answer;
use crate::app::App;
use crate::verdict::{Shown, Verdict};
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
    match serde_json::to_string(&told(&app, &checked, Words::of(lang))) {
        Ok(text) => answer::of(StatusCode::OK, answer::JSON, padded(text, JSON_BYTES)),
        Err(_) => answer::problem(StatusCode::INTERNAL_SERVER_ERROR),
    }
}

/// What programs are told.
#[derive(Serialize)]
struct Told<'a> {
    address: Option<IpAddr>,
    address_is: &'static str,
    isp: Option<&'a str>,
    verdict: Verdict,
    title: Cow<'static, str>,
    about: Cow<'static, str>,
    todo: &'static [String],
    findings: Vec<ToldFinding<'a>>,
    advice: Vec<Advice<'a>>,
    data_until: Option<String>,
}

#[derive(Serialize)]
struct ToldFinding<'a> {
    family: &'a str,
    kind: &'static str,
    first_day: Option<String>,
    last_day: Option<String>,
    days: Option<u32>,
}

fn told<'a>(app: &'a App, checked: &'a Checked, words: &'static Words) -> Told<'a> {
    Told {
        address: checked.address,
        address_is: checked.reach.name(),
        isp: checked.isp.as_deref(),
        verdict: checked.judged.verdict,
        title: checked.title(words),
        about: checked.about(words),
        todo: checked.todo(words),
        findings: checked.judged.shown.iter().map(|shown| finding(app, checked, shown)).collect(),
        advice: checked.advice(app, words),
        data_until: checked.until.map(day_text),
    }
}

fn finding<'a>(app: &'a App, checked: &'a Checked, shown: &'a Shown) -> ToldFinding<'a> {
    ToldFinding {
        family: checked.family(app, shown),
        kind: shown.kind.name(),
        first_day: shown.first.map(day_text),
        last_day: shown.last.map(day_text),
        days: shown.days,
    }
}
