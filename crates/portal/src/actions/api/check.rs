//! `GET /api/v1/check`: the check for programs; `?lang=en` for English words.

use std::borrow::Cow;

use axum::extract::State;
use axum::response::Response;
use event::time::day_text;
use http::{StatusCode, Uri};
use serde::Serialize;

use crate::actions::checking::check;
use crate::actions::told::{Case, Form, HOLE};
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
    let Some(lang) = lang(&uri) else {
        return answer::problem_because(StatusCode::BAD_REQUEST, "lang: vi or en, once");
    };
    let checked = match check(&app, visitor) {
        Ok(checked) => checked,
        Err(seconds) => return answer::limited(seconds),
    };
    let words = Words::of(lang);
    let write = || serde_json::to_string(&to_tell(&app, &checked.case, words)).ok();
    match app.told().find(Form::Json(lang), &checked.case, write) {
        Some(told) => answer::of(StatusCode::OK, answer::JSON, told.to(checked.address, JSON_BYTES)),
        None => answer::problem(StatusCode::INTERNAL_SERVER_ERROR),
    }
}

/// The language that is asked for; Vietnamese if none is.
fn lang(uri: &Uri) -> Option<Lang> {
    let mut asked = form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()).filter(|(key, _)| key == "lang");
    let Some((_, tag)) = asked.next() else { return Some(Lang::Vi) };
    Lang::ALL.into_iter().find(|lang| lang.tag() == tag && asked.next().is_none())
}

/// What programs are told.
#[derive(Serialize)]
struct ToTell<'a> {
    address: Option<&'static str>,
    address_is: &'static str,
    isp: Option<&'a str>,
    verdict: Verdict,
    title: Cow<'static, str>,
    about: Cow<'static, str>,
    todo: &'static [String],
    findings: Vec<Found<'a>>,
    advice: Vec<Advice<'a>>,
    data_until: Option<String>,
}

#[derive(Serialize)]
struct Found<'a> {
    family: &'a str,
    kind: &'static str,
    first_day: Option<String>,
    last_day: Option<String>,
    days: Option<u32>,
}

fn to_tell<'a>(app: &'a App, case: &'a Case, words: &'static Words) -> ToTell<'a> {
    ToTell {
        address: case.v6.map(|_| HOLE),
        address_is: case.reach.name(),
        isp: case.isp.as_deref(),
        verdict: case.judged.verdict,
        title: case.title(words),
        about: case.about(words),
        todo: case.todo(words),
        findings: case.judged.shown.iter().map(|shown| finding(app, case, shown)).collect(),
        advice: case.advice(app, words),
        data_until: case.until.map(day_text),
    }
}

fn finding<'a>(app: &'a App, case: &'a Case, shown: &'a Shown) -> Found<'a> {
    Found {
        family: case.family(app, shown),
        kind: shown.kind.name(),
        first_day: shown.first.map(day_text),
        last_day: shown.last.map(day_text),
        days: shown.days,
    }
}
