//! `GET /api/v1/check`: the check for programs; `?lang=en` for English words.

use std::borrow::Cow;

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use event::time::day_text;
use http::{StatusCode, Uri};
use serde::Serialize;

use crate::actions::checking::{Checked, check, family};
use crate::actions::sent::Sent;
use crate::actions::told::{ADDRESS, Case, FOUND, Form, ISP};
use crate::advice::Advice;
use crate::answer;
use crate::app::App;
use crate::guard::headers;
use crate::verdict::{Shown, Verdict};
use crate::visitor::Visitor;
use crate::words::{Lang, Words};

/// Every verdict has this many bytes; the longest is smaller (tested).
pub(crate) const JSON_BYTES: usize = 8 << 10;

/// The verdict on the address the request comes from.
pub(crate) async fn show(State(app): State<App>, visitor: Visitor, uri: Uri) -> Response {
    answer_to(&app, visitor, &uri).map(Body::from)
}

/// The same for whoever has the visitor at hand.
pub(crate) fn answer_to(app: &App, visitor: Visitor, uri: &Uri) -> Response<Sent> {
    let refused = match lang(uri).map(|lang| (lang, check(app, visitor))) {
        None => answer::problem_because(StatusCode::BAD_REQUEST, "lang: vi or en, once"),
        Some((_, Err(seconds))) => answer::limited(seconds),
        Some((lang, Ok(checked))) => match tell(app, &checked, lang) {
            Some(answer) => return answer,
            None => answer::problem(StatusCode::INTERNAL_SERVER_ERROR),
        },
    };
    refused.map(Sent::from)
}

fn tell(app: &App, checked: &Checked, lang: Lang) -> Option<Response<Sent>> {
    let write = || {
        let text = serde_json::to_string(&to_tell(&checked.case, Words::of(lang))).ok()?;
        let mut answer = answer::of(StatusCode::OK, answer::JSON, text);
        headers::add(app, &mut answer);
        Some(answer)
    };
    let told = app.told().find(Form::Json(lang), &checked.case, write)?;
    let isp = checked.isp.as_ref().and_then(|isp| serde_json::to_string(isp).ok()).unwrap_or_default();
    let found: Vec<_> = checked.shown.iter().map(|shown| finding(app, shown)).collect();
    let found = serde_json::to_string(&found).ok()?;
    Some(told.to(checked.address, &isp, &found, JSON_BYTES))
}

/// The language that is asked for; Vietnamese if none is.
fn lang(uri: &Uri) -> Option<Lang> {
    let Some(query) = uri.query() else { return Some(Lang::Vi) };
    let mut asked = form_urlencoded::parse(query.as_bytes()).filter(|(key, _)| key == "lang");
    let Some((_, tag)) = asked.next() else { return Some(Lang::Vi) };
    Lang::ALL.into_iter().find(|lang| lang.tag() == tag && asked.next().is_none())
}

/// What programs are told, but for what is not of the case.
#[derive(Serialize)]
struct ToTell<'a> {
    address: Option<&'static str>,
    address_is: &'static str,
    isp: Option<&'static str>,
    verdict: Verdict,
    title: Cow<'static, str>,
    about: Cow<'static, str>,
    todo: &'static [String],
    findings: &'static str,
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

fn to_tell<'a>(case: &'a Case, words: &'static Words) -> ToTell<'a> {
    ToTell {
        address: case.v6.map(|_| ADDRESS),
        address_is: case.reach.name(),
        isp: case.has_isp.then_some(ISP),
        verdict: case.verdict,
        title: case.title(words),
        about: case.about(words),
        todo: case.todo(words),
        findings: FOUND,
        advice: case.advice(words),
        data_until: case.until.map(day_text),
    }
}

fn finding<'a>(app: &'a App, shown: &'a Shown) -> Found<'a> {
    Found {
        family: family(app, shown),
        kind: shown.kind.name(),
        first_day: shown.first.map(day_text),
        last_day: shown.last.map(day_text),
        days: shown.days,
    }
}
