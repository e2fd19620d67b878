//! `/quan-tri`: how the feeds live.

use std::fmt::Write as _;

use askama::Template;
use axum::response::Response;
use event::time::DAY;
use http::StatusCode;

use super::unanswered;
use crate::page::Page;
use crate::watch::FeedRow;
use crate::words::Lang;

/// Size of the small picture of a feed's days, in units of its own.
const WIDTH: usize = 116;
const HEIGHT: i64 = 28;

#[derive(Template)]
#[template(path = "admin/feeds.html")]
struct Feeds<'p> {
    page: &'p Page,
    feeds: Vec<FeedRow>,
}

impl Feeds<'_> {
    fn title<'f>(&self, feed: &'f FeedRow) -> &'f str {
        &feed.title[usize::from(self.page.w.lang() == Lang::En)]
    }

    /// What is wrong with a feed, worst first; empty if it lives as it should.
    fn alarms(&self, feed: &FeedRow) -> Vec<String> {
        let mut alarms = Vec::new();
        if feed.late {
            let days = feed.delivered.map_or(0, |at| (self.page.app.now() - at).max(0) / DAY);
            alarms.push(self.page.with("feed.late", "days", days));
        }
        if feed.delivered.is_none() {
            alarms.push(self.page.t("feed.never").into_owned());
        }
        if feed.off {
            alarms.push(self.page.t("feed.off").into_owned());
        }
        if !feed.silent.is_empty() {
            alarms.push(self.page.with("feed.silent", "families", feed.silent.join(", ")));
        }
        alarms
    }

    fn late(&self) -> usize {
        self.feeds.iter().filter(|feed| feed.late).count()
    }

    /// The outline of a bar per day, as a path of SVG.
    fn bars(&self, feed: &FeedRow) -> String {
        let most = feed.days.iter().copied().max().unwrap_or(0).max(1);
        let step = WIDTH / feed.days.len().max(1);
        let mut path = String::new();
        for (at, events) in feed.days.iter().enumerate().filter(|(_, events)| **events > 0) {
            let height = (events * HEIGHT / most).max(1);
            // Writing to a String cannot fail.
            let _ = write!(path, "M{} {HEIGHT}v-{height}h{}v{height}z", at * step, step.saturating_sub(1).max(1));
        }
        path
    }
}

/// Whether a feed needs somebody's eyes.
fn is_ill(feed: &FeedRow) -> bool {
    feed.late || feed.off || feed.delivered.is_none() || !feed.silent.is_empty()
}

/// One line per feed; those that are not well come first.
pub(crate) async fn show(page: Page) -> Response {
    match page.app.block(|parts| parts.watch.feeds()).await {
        Ok(Ok(mut feeds)) => {
            feeds.sort_by_key(|feed| (!feed.late, !is_ill(feed)));
            page.show(StatusCode::OK, &Feeds { page: &page, feeds })
        }
        Ok(Err(why)) => unanswered(&page, &why),
        Err(answer) => answer,
    }
}
