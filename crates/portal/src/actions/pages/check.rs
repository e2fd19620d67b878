//! `/kiem-tra`: is the address a visitor comes from recorded?

use std::borrow::Cow;

use askama::Template;
use axum::body::Body;
use axum::response::Response;
use http::StatusCode;

use crate::actions::checking::{Checked, check, family};
use crate::actions::pages::not_found;
use crate::actions::sent::Sent;
use crate::actions::told::{ADDRESS, Case, FOUND, Form, ISP};
use crate::advice::Advice;
use crate::app::App;
use crate::guard::headers;
use crate::page::Page;
use crate::verdict::{Shown, Verdict};
use crate::visitor::Visitor;
use crate::words::{Lang, Words};

/// Every verdict's page has this many bytes; the longest is smaller (tested).
pub(crate) const PAGE_BYTES: usize = 12 << 10;
/// Its path without the language.
const PATH: &str = "/kiem-tra";

#[derive(Template)]
#[template(path = "check.html")]
struct Check<'p> {
    page: &'p Page,
    case: &'p Case,
    title: Cow<'static, str>,
    about: Cow<'static, str>,
    todo: &'static [String],
    advice: Vec<Advice<'p>>,
    notes: &'static [String],
}

impl Check<'_> {
    fn icon(&self) -> &'static str {
        match self.case.verdict {
            Verdict::Seen => "seen",
            Verdict::NotSeen => "not-seen",
            Verdict::CannotTell => "cannot-tell",
        }
    }

    fn protocol(&self) -> &'static str {
        if self.case.v6 == Some(true) { "IPv6" } else { "IPv4" }
    }

    /// The same check over the other protocol, where it has a name of its own; empty where not.
    fn other_protocol(&self) -> String {
        let config = self.page.app.config();
        let v6 = self.case.v6 == Some(true);
        let base = if v6 { &config.check_ipv4 } else { &config.check_ipv6 };
        if base.is_empty() { String::new() } else { format!("{base}{}", self.page.href(PATH)) }
    }
}

/// What exactly was seen.
#[derive(Template)]
#[template(path = "found.html")]
struct Found<'p> {
    app: &'p App,
    w: &'static Words,
    shown: &'p [Shown],
}

impl Found<'_> {
    fn family<'a>(&'a self, shown: &'a Shown) -> &'a str {
        self.w.say_or_name("finding", family(self.app, shown))
    }

    fn day(&self, day: &i32) -> String {
        self.w.day(*day)
    }
}

/// The operator's name, as few are called: with what must be written differently in a page.
#[derive(Template)]
#[template(source = "{{ isp }}", ext = "html")]
struct Isp<'p> {
    isp: &'p str,
}

/// The verdict on the address a visitor comes from, never on one that he types.
pub(crate) async fn show(page: Page, visitor: Visitor) -> Response {
    answer_to(&page.app, page.w.lang(), visitor).map(Body::from)
}

/// The same for whoever has the visitor at hand.
pub(crate) fn answer_to(app: &App, lang: Lang, visitor: Visitor) -> Response<Sent> {
    let page = || Page::at(app, lang, PATH);
    let refused = match check(app, visitor) {
        Err(seconds) => not_found::limited(&page(), seconds),
        Ok(checked) => match tell(app, lang, &checked) {
            Some(answer) => return answer,
            None => not_found::show_status(&page(), StatusCode::INTERNAL_SERVER_ERROR),
        },
    };
    refused.map(Sent::from)
}

fn tell(app: &App, lang: Lang, checked: &Checked) -> Option<Response<Sent>> {
    let Checked { address, isp, shown, case } = checked;
    let form = Form::Page(lang, app.parts().front.get().made);
    let told = app.told().find(form, case, || write(&Page::at(app, lang, PATH), case))?;
    let isp = isp.as_ref().map_or(Ok(Cow::Borrowed("")), |isp| escaped(isp)).ok()?;
    let found = Found { app, w: Words::of(lang), shown };
    let found = if shown.is_empty() { String::new() } else { found.render().ok()? };
    Some(told.to(*address, &isp, &found, PAGE_BYTES))
}

/// The operator's name as text of a page.
fn escaped(isp: &str) -> askama::Result<Cow<'_, str>> {
    if isp.contains(['<', '>', '&', '"', '\'']) { Isp { isp }.render().map(Cow::Owned) } else { Ok(Cow::Borrowed(isp)) }
}

fn write(page: &Page, case: &Case) -> Option<Response<String>> {
    let check = Check {
        title: case.title(page.w),
        about: case.about(page.w),
        todo: case.todo(page.w),
        advice: case.advice(page.w),
        notes: page.w.list("note"),
        page,
        case,
    };
    let mut answer = page.answer(StatusCode::OK, check.render().ok()?);
    headers::add(&page.app, &mut answer);
    Some(answer)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_name_is_the_same_text_of_a_page_whether_it_needs_writing_differently_or_not(isp in any::<String>()) {
            prop_assert_eq!(escaped(&isp).expect("text"), Isp { isp: &isp }.render().expect("text"));
        }
    }
}
