//! Files: stylesheet, icons, open data, and those that other machines look for.

use axum::extract::{Path, State};
use axum::response::Response;
use event::time::{DAY, to_text};
use http::{HeaderName, StatusCode, header};

use crate::answer;
use crate::app::App;
use crate::page::{ICONS, STYLE};
use crate::words::Lang;

/// For what has its version in its address.
const FOR_EVER: &str = "public, max-age=31536000, immutable";
/// For open data, which change once a day at most.
const FOR_AN_HOUR: &str = "public, max-age=3600";
/// How long security.txt says it holds; RFC 9116 asks for less than a year.
const SECURITY_TXT_DAYS: i64 = 180;
/// Nothing of a visitor or an officer is for search engines.
const ROBOTS: &str = "User-agent: *\nDisallow: /kiem-tra\nDisallow: /en/kiem-tra\nDisallow: /quan-tri\n\
                      Disallow: /en/quan-tri\nDisallow: /yeu-cau/\nDisallow: /en/yeu-cau/\nDisallow: /api/\n";
/// The lighthouse by itself.
static FAVICON: &str = include_str!("../../assets/favicon.svg");

/// The one stylesheet, with what the national picture adds.
pub(crate) async fn style(State(app): State<App>) -> Response {
    let css = format!("{STYLE}{}", app.parts().front.get().css);
    kept(answer::of(StatusCode::OK, "text/css; charset=utf-8", css), FOR_EVER)
}

/// Every icon.
pub(crate) async fn icons() -> Response {
    kept(answer::of(StatusCode::OK, "image/svg+xml", ICONS), FOR_EVER)
}

/// The lighthouse in the corner of a window.
pub(crate) async fn favicon() -> Response {
    kept(answer::of(StatusCode::OK, "image/svg+xml", FAVICON), FOR_AN_HOUR)
}

/// What search engines leave alone.
pub(crate) async fn robots() -> Response {
    kept(answer::of(StatusCode::OK, answer::TEXT, ROBOTS), FOR_AN_HOUR)
}

/// A file of open data: anybody's page may use it.
pub(crate) async fn open_data(State(app): State<App>, Path(name): Path<String>) -> Response {
    let front = app.parts().front.get();
    let Some(file) = front.file(&name) else {
        return answer::problem(StatusCode::NOT_FOUND);
    };
    let answer = kept(answer::of(StatusCode::OK, file.media_type, file.bytes.to_vec()), FOR_AN_HOUR);
    let answer = answer::with(answer, header::ACCESS_CONTROL_ALLOW_ORIGIN, "*");
    answer::with(answer, HeaderName::from_static("cross-origin-resource-policy"), "cross-origin")
}

/// Whom to tell about a weakness of ours, RFC 9116.
pub(crate) async fn security_txt(State(app): State<App>) -> Response {
    let contacts = &app.config().security_contact;
    if contacts.is_empty() {
        return answer::problem(StatusCode::NOT_FOUND);
    }
    let mut text: String = contacts.iter().map(|contact| format!("Contact: {contact}\n")).collect();
    // To the day, so that the file does not change with every look.
    let expires = (app.now() / DAY + SECURITY_TXT_DAYS) * DAY;
    let languages: Vec<_> = Lang::ALL.into_iter().map(Lang::tag).collect();
    text.push_str(&format!("Expires: {}\n", to_text(expires).replace("+00:00", "Z")));
    text.push_str(&format!("Preferred-Languages: {}\n", languages.join(", ")));
    kept(answer::of(StatusCode::OK, answer::TEXT, text), FOR_AN_HOUR)
}

fn kept(answer: Response, how_long: &str) -> Response {
    answer::with(answer, header::CACHE_CONTROL, how_long)
}
