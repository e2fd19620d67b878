//! `/kiem-tra`: is the address a visitor comes from recorded?

use std::borrow::Cow;

use askama::Template;
use axum::response::Response;
use http::StatusCode;

use crate::actions::checking::check;
use crate::actions::pages::not_found;
use crate::actions::told::{Case, Form, HOLE};
use crate::advice::Advice;
use crate::page::Page;
use crate::visitor::Visitor;

/// Every verdict's page has this many bytes; the longest is smaller (tested).
pub(crate) const PAGE_BYTES: usize = 32 << 10;

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
        match self.case.judged.verdict {
            crate::verdict::Verdict::Seen => "seen",
            crate::verdict::Verdict::NotSeen => "not-seen",
            crate::verdict::Verdict::CannotTell => "cannot-tell",
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
        if base.is_empty() { String::new() } else { format!("{base}{}", self.page.href("/kiem-tra")) }
    }

    fn family(&self, shown: &crate::verdict::Shown) -> String {
        let name = self.case.family(&self.page.app, shown);
        self.page.name("finding", name).to_owned()
    }
}

/// The verdict on the address a visitor comes from, never on one that he types.
pub(crate) async fn show(page: Page, visitor: Visitor) -> Response {
    let checked = match check(&page.app, visitor) {
        Ok(checked) => checked,
        Err(seconds) => return not_found::limited(&page, seconds),
    };
    let form = Form::Page(page.w.lang(), page.app.parts().front.get().made);
    match page.app.told().find(form, &checked.case, || write(&page, &checked.case)) {
        Some(told) => page.answer(StatusCode::OK, told.to(checked.address, PAGE_BYTES)),
        None => not_found::show_status(&page, StatusCode::INTERNAL_SERVER_ERROR),
    }
}

fn write(page: &Page, case: &Case) -> Option<String> {
    let check = Check {
        title: case.title(page.w),
        about: case.about(page.w),
        todo: case.todo(page.w),
        advice: case.advice(&page.app, page.w),
        notes: page.w.list("note"),
        page,
        case,
    };
    check.render().ok()
}
