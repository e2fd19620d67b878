//! `/yeu-cau/{wish}`: a request is written and filed.

use askama::Template;
use axum::body::Body;
use axum::extract::Path;
use axum::response::Response;
use http::{HeaderMap, StatusCode};

use crate::actions::admin::refuse_foreign_form;
use crate::actions::form::Form;
use crate::actions::pages::not_found;
use crate::answer;
use crate::page::Page;
use crate::requests::{CONTACT_MAX, Request, TEXT_MAX, Wish};
use crate::secret;
use crate::visitor::Visitor;

#[derive(Template)]
#[template(path = "request_form.html")]
struct RequestForm<'p> {
    page: &'p Page,
    wish: Wish,
    address: String,
    contact: String,
    text: String,
    /// Whether the address is to be sent along.
    send_address: bool,
    /// The message of what is wrong with what was sent; empty on the first look.
    wrong: &'static str,
}

impl RequestForm<'_> {
    fn days(&self) -> i32 {
        self.page.app.parts().tables.clocks.days(self.wish)
    }

    fn say(&self, group: &str) -> String {
        self.page.t(&format!("{group}.{}", self.wish.name())).into_owned()
    }
}

/// The empty form.
pub(crate) async fn show(page: Page, visitor: Visitor, Path(slug): Path<String>) -> Response {
    let Some(wish) = wish(&slug) else { return not_found::show(page).await };
    let form = empty(&page, wish, visitor);
    page.show(StatusCode::OK, &form)
}

/// Files what was written; the answer is the page of its code.
pub(crate) async fn file(
    page: Page,
    visitor: Visitor,
    Path(slug): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let Some(wish) = wish(&slug) else { return not_found::show(page).await };
    if let Some(refused) = refuse_foreign_form(&headers) {
        return refused;
    }
    let form = match Form::read(&headers, body).await {
        Ok(form) => form,
        Err(refused) => return not_found::in_place_of(&page, &refused),
    };
    if let Some(wrong) = wrong(&form) {
        let (contact, text) = (form.get("contact").to_owned(), form.get("text").to_owned());
        let send_address = form.get("address") == "yes";
        let again = RequestForm { contact, text, send_address, wrong, ..empty(&page, wish, visitor) };
        return page.show(StatusCode::UNPROCESSABLE_ENTITY, &again);
    }
    if let Err(seconds) = page.app.count(page.app.filings(), visitor) {
        return not_found::limited(&page, seconds);
    }
    keep(&page, wish, visitor, &form).await
}

async fn keep(page: &Page, wish: Wish, visitor: Visitor, form: &Form) -> Response {
    let Ok(code) = secret::code() else { return not_found::show_status(page, StatusCode::INTERNAL_SERVER_ERROR) };
    let request = Request {
        code: code.clone(),
        wish,
        address: visitor.address.filter(|_| form.get("address") == "yes"),
        contact: form.get("contact").to_owned(),
        text: form.get("text").to_owned(),
        at: page.app.now(),
        due: page.app.today() + page.app.parts().tables.clocks.days(wish),
        closed: None,
    };
    // What robots fill in and people do not see. They are told the same.
    let by_robot = !form.get("website").is_empty();
    match page.app.block(move |parts| if by_robot { Ok(()) } else { parts.requests.file(&request) }).await {
        Ok(Ok(())) => answer::see(&page.href(&format!("/yeu-cau/phieu/{code}"))),
        Ok(Err(why)) => {
            tracing::error!(%why, "failed to keep a request");
            not_found::show_status(page, StatusCode::SERVICE_UNAVAILABLE)
        }
        Err(answer) => answer,
    }
}

/// What is wrong with a form, as the key of a message.
fn wrong(form: &Form) -> Option<&'static str> {
    let (contact, text) = (form.get("contact"), form.get("text"));
    let is_mail = contact.split_once('@').is_some_and(|(name, host)| !name.is_empty() && host.contains('.'));
    let is_phone = contact.bytes().filter(u8::is_ascii_digit).count() >= 9;
    if contact.chars().count() > CONTACT_MAX || contact.chars().any(char::is_control) || !(is_mail || is_phone) {
        return Some("form.wrong_contact");
    }
    let is_odd = |sign: char| sign.is_control() && !matches!(sign, '\n' | '\r' | '\t');
    let is_wrong = text.is_empty() || text.chars().count() > TEXT_MAX || text.chars().any(is_odd);
    is_wrong.then_some("form.wrong_text")
}

fn empty(page: &Page, wish: Wish, visitor: Visitor) -> RequestForm<'_> {
    let address = visitor.address.map(|address| address.to_string()).unwrap_or_default();
    RequestForm { page, wish, address, contact: String::new(), text: String::new(), send_address: false, wrong: "" }
}

fn wish(slug: &str) -> Option<Wish> {
    Wish::ALL.into_iter().find(|wish| wish.slug() == slug)
}
