//! `/quan-tri/dong-loi`: rows that wait; `?nguon=` of one feed, `?bao-cao=` of one report, `?ly-do=` for one reason.

use askama::Template;
use axum::extract::Extension;
use axum::response::Response;
use http::{StatusCode, Uri};

use super::{Officer, unanswered};
use crate::actions::query::{asked, other_page, page_asked};
use crate::page::Page;
use crate::watch::{BadRow, Paged, QuarantineAsk};

/// Every reason a row can wait for: the codes of `event::rows::Reason`.
pub(crate) const REASONS: [&str; 9] = [
    "missing-column",
    "duplicate-column",
    "invalid-value",
    "missing-time",
    "too-old",
    "in-future",
    "too-many-days",
    "too-long",
    "malformed",
];

#[derive(Template)]
#[template(path = "admin/quarantine.html")]
struct Quarantine<'p> {
    page: &'p Page,
    ask: QuarantineAsk,
    found: Paged<BadRow>,
}

impl Quarantine<'_> {
    fn feed(&self) -> &str {
        self.ask.feed.as_deref().unwrap_or_default()
    }

    fn reason(&self) -> &str {
        self.ask.reason.as_deref().unwrap_or_default()
    }

    fn report(&self) -> String {
        self.ask.report.map(|report| report.to_string()).unwrap_or_default()
    }

    fn reasons(&self) -> [&'static str; 9] {
        REASONS
    }

    fn page_query(&self, page: usize) -> String {
        other_page(&[("nguon", self.feed()), ("bao-cao", &self.report()), ("ly-do", self.reason())], page)
    }
}

/// One line per row, newest report first.
pub(crate) async fn show(page: Page, Extension(officer): Extension<Officer>, uri: Uri) -> Response {
    let ask = QuarantineAsk {
        feed: asked(&uri, "nguon"),
        report: asked(&uri, "bao-cao").and_then(|report| report.parse().ok()),
        reason: asked(&uri, "ly-do").filter(|reason| REASONS.contains(&reason.as_str())),
        page: page_asked(&uri),
    };
    officer.looked("quarantine", &ask.report.map(|report| report.to_string()).unwrap_or_default());
    let (question, ask) = (ask.clone(), ask);
    match page.app.block(move |parts| parts.watch.quarantine(&question)).await {
        Ok(Ok(found)) => page.show(StatusCode::OK, &Quarantine { page: &page, ask, found }),
        Ok(Err(why)) => unanswered(&page, &why),
        Err(answer) => answer,
    }
}
