//! `/kiem-tra`: is the address a visitor comes from recorded?

use std::borrow::Cow;

use askama::Template;
use axum::response::Response;
use http::StatusCode;

use crate::actions::checking::{Checked, check, padded};
use crate::actions::pages::not_found;
use crate::advice::Advice;
use crate::page::Page;
use crate::visitor::Visitor;

/// Every verdict's page has this many bytes; the longest is smaller (tested).
pub(crate) const PAGE_BYTES: usize = 32 << 10;

#[derive(Template)]
#[template(path = "check.html")]
struct Check<'p> {
    page: &'p Page,
    checked: Checked,
    title: Cow<'static, str>,
    about: Cow<'static, str>,
    todo: &'static [String],
    advice: Vec<Advice<'p>>,
    notes: &'static [String],
}

impl Check<'_> {
    fn icon(&self) -> &'static str {
        match self.checked.judged.verdict {
            crate::verdict::Verdict::Seen => "seen",
            crate::verdict::Verdict::NotSeen => "not-seen",
            crate::verdict::Verdict::CannotTell => "cannot-tell",
        }
    }

    fn protocol(&self) -> &'static str {
        if self.checked.address.is_some_and(|address| address.is_ipv6()) { "IPv6" } else { "IPv4" }
    }

    /// The same check over the other protocol, where it has a name of its own; empty where not.
    fn other_protocol(&self) -> String {
        let config = self.page.app.config();
        let v6 = self.checked.address.is_some_and(|address| address.is_ipv6());
        let base = if v6 { &config.check_ipv4 } else { &config.check_ipv6 };
        if base.is_empty() { String::new() } else { format!("{base}{}", self.page.href("/kiem-tra")) }
    }

    fn family(&self, shown: &crate::verdict::Shown) -> String {
        self.checked.family(&self.page.app, shown).to_owned()
    }
}

/// The verdict on the address a visitor comes from, never on one that he types.
pub(crate) async fn show(page: Page, visitor: Visitor) -> Response {
    let checked = match check(&page.app, visitor) {
        Ok(checked) => checked,
        Err(seconds) => return not_found::limited(&page, seconds),
    };
    let check = Check {
        title: checked.title(page.w),
        about: checked.about(page.w),
        todo: checked.todo(page.w),
        advice: checked.advice(&page.app, page.w),
        notes: page.w.list("note"),
        page: &page,
        checked,
    };
    match check.render() {
        Ok(html) => page.answer(StatusCode::OK, padded(html, PAGE_BYTES)),
        Err(_) => not_found::show_status(&page, StatusCode::INTERNAL_SERVER_ERROR),
    }
}
