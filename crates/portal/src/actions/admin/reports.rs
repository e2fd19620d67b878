//! `/quan-tri/bao-cao`: what came in; `?nguon=` of one feed, `?tu=` since a day, `?trang=` page.

use askama::Template;
use axum::response::Response;
use event::time::{day_text, parse_day};
use http::{StatusCode, Uri};

use super::unanswered;
use crate::actions::query::{asked, other_page, page_asked};
use crate::desk::Report;
use crate::page::Page;
use crate::watch::{Paged, ReportsAsk};

#[derive(Template)]
#[template(path = "admin/reports.html")]
struct Reports<'p> {
    page: &'p Page,
    ask: ReportsAsk,
    found: Paged<Report>,
}

impl Reports<'_> {
    fn feed(&self) -> &str {
        self.ask.feed.as_deref().unwrap_or_default()
    }

    fn since(&self) -> String {
        self.ask.since.map(day_text).unwrap_or_default()
    }

    fn page_query(&self, page: usize) -> String {
        other_page(&[("nguon", self.feed()), ("tu", &self.since())], page)
    }
}

/// One line per report, newest first.
pub(crate) async fn show(page: Page, uri: Uri) -> Response {
    let since = asked(&uri, "tu").and_then(|day| parse_day(&day));
    let ask = ReportsAsk { feed: asked(&uri, "nguon"), since, page: page_asked(&uri) };
    let (question, ask) = (ask.clone(), ask);
    match page.app.block(move |parts| parts.watch.reports(&question)).await {
        Ok(Ok(found)) => page.show(StatusCode::OK, &Reports { page: &page, ask, found }),
        Ok(Err(why)) => unanswered(&page, &why),
        Err(answer) => answer,
    }
}
