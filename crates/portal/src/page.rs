//! What every page has: its language, its words, its place among the others.

use std::borrow::Cow;
use std::convert::Infallible;
use std::fmt::Display;
use std::sync::LazyLock;

use askama::Template;
use axum::extract::FromRequestParts;
use axum::response::Response;
use http::request::Parts;
use http::{HeaderValue, StatusCode, header};
use sha2::{Digest as _, Sha256};

use crate::answer;
use crate::app::App;
use crate::secret;
use crate::words::{Lang, Words};

/// The one stylesheet.
pub(crate) static STYLE: &str = include_str!("../assets/style.css");
/// Every icon, as symbols of one file.
pub(crate) static ICONS: &str = include_str!("../assets/icons.svg");

/// Changes whenever stylesheet or icons do, so that browsers may keep them for ever.
static VERSION: LazyLock<String> = LazyLock::new(|| {
    let hash = Sha256::new().chain_update(STYLE).chain_update(ICONS).finalize();
    secret::hex(&hash[..6])
});

/// A page being made.
pub(crate) struct Page {
    /// What the portal knows.
    pub(crate) app: App,
    /// Its words.
    pub(crate) w: &'static Words,
    /// Its path without the language; empty for a page that stands in for one that is not there.
    pub(crate) path: String,
}

impl FromRequestParts<App> for Page {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Infallible> {
        let lang = parts.extensions.get::<Lang>().copied().unwrap_or(Lang::Vi);
        Ok(Self { app: app.clone(), w: Words::of(lang), path: parts.uri.path().to_owned() })
    }
}

impl Page {
    /// A page outside a request: for what is found out before its action runs.
    pub(crate) fn at(app: &App, lang: Lang, path: &str) -> Self {
        Self { app: app.clone(), w: Words::of(lang), path: path.to_owned() }
    }

    /// The page as an answer.
    pub(crate) fn show(&self, status: StatusCode, template: &impl Template) -> Response {
        match template.render() {
            Ok(html) => self.answer(status, html),
            Err(error) => {
                tracing::error!(%error, "failed to render a page");
                answer::problem(StatusCode::INTERNAL_SERVER_ERROR)
            }
        }
    }

    /// HTML of this page's language as an answer.
    pub(crate) fn answer<B>(&self, status: StatusCode, html: impl Into<B>) -> Response<B> {
        let mut answer = answer::of(status, answer::HTML, html);
        answer.headers_mut().insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(self.w.lang().tag()));
        answer
    }

    /// A message.
    pub(crate) fn t(&self, key: &str) -> Cow<'static, str> {
        self.w.say(key)
    }

    /// A message of a group by a name from data; the name if there is none.
    pub(crate) fn name<'a>(&'a self, group: &str, name: &'a str) -> &'a str {
        self.w.say_or_name(group, name)
    }

    /// A message with one place filled.
    pub(crate) fn with(&self, key: &str, name: &str, value: impl Display) -> String {
        self.w.with(key, name, value)
    }

    /// The BCP 47 tag of its language.
    pub(crate) fn tag(&self) -> &'static str {
        self.w.lang().tag()
    }

    /// The address of a page in this language.
    pub(crate) fn href(&self, path: &str) -> String {
        href(self.w.lang(), path)
    }

    /// This page in a language.
    pub(crate) fn same_in(&self, tag: &str) -> String {
        let lang = Lang::ALL.into_iter().find(|lang| lang.tag() == tag).unwrap_or(Lang::Vi);
        href(lang, &self.path)
    }

    /// The tag of the other language.
    pub(crate) fn other_tag(&self) -> &'static str {
        self.w.lang().other().tag()
    }

    /// `page` where a link leads to the page it stands on.
    pub(crate) fn current(&self, path: &str) -> &'static str {
        if self.path == path { "page" } else { "false" }
    }

    /// The authority that runs the portal.
    pub(crate) fn authority(&self) -> &str {
        let config = self.app.config();
        if self.w.lang() == Lang::Vi { &config.authority_vi } else { &config.authority_en }
    }

    /// Its mailbox; may be empty.
    pub(crate) fn contact(&self) -> &str {
        &self.app.config().contact
    }

    /// Its telephone; may be empty.
    pub(crate) fn hotline(&self) -> &str {
        &self.app.config().hotline
    }

    /// What of stylesheet and icons is current.
    pub(crate) fn version(&self) -> String {
        format!("{}{:x}", *VERSION, self.app.parts().front.get().made)
    }

    /// A whole number as the language writes it.
    pub(crate) fn number(&self, number: impl Display) -> String {
        self.w.number(number)
    }

    /// A day as the language writes it.
    pub(crate) fn day(&self, day: &i32) -> String {
        self.w.day(*day)
    }

    /// An instant as a person of the reporting zone reads it.
    pub(crate) fn time(&self, at: &i64) -> String {
        let zone = &self.app.parts().zone;
        let clock = zone.local_text(*at);
        let clock = clock.split_once(' ').map_or("", |(_, clock)| clock);
        format!("{} {clock}", self.w.day(zone.day(*at)))
    }
}

fn href(lang: Lang, path: &str) -> String {
    match (lang, path) {
        (Lang::En, "/" | "") => "/en".to_owned(),
        (Lang::Vi, "") => "/".to_owned(),
        (lang, path) => format!("{}{path}", lang.prefix()),
    }
}
