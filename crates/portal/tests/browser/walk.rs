//! The walk: every page in both languages, by telephone and at a desk, by day and by night – and what it leaves behind.

use std::collections::BTreeMap;

use portal::front::Front;

use crate::chromium::{Browser, Tools, run};
use crate::country;
use crate::door::Door;
use crate::house::ADMIN_TOKEN;
use crate::look::{self, VIEWS};
use crate::sites;
use crate::stops::{House, STOPS, Stop, in_lang};

/// What tells of a visitor: verdicts, what was found, what was typed. Addresses are those of the stops.
const TELLTALES: [&str; 16] = [
    "seen\"",
    "not-seen",
    "cannot-tell",
    "ghi nhận",
    "recorded",
    "conficker",
    "mirai",
    "sality",
    "xorddos",
    "nguoi.dan",
    "khong-phai-thu",
    "nham-lan",
    "khong-co",
    "Mozilla",
    "Chrom",
    ADMIN_TOKEN,
];

#[test]
fn every_page_is_fit_for_everybody_and_nothing_of_a_visit_stays() {
    let Some(tools) = Tools::ready() else { return };
    let full = Door::open(|parts| parts.front.set(country::full()));
    let empty = Door::open(|parts| parts.front.set(Front { css: figures::STYLE.to_owned(), ..Front::default() }));
    let doors: BTreeMap<_, _> = STOPS.iter().map(|stop| ((stop.house, stop.from), "")).collect();
    let open = |((house, from), _)| {
        let door = if house == House::Full { &full } else { &empty };
        ((house, from), door.visitor(from))
    };
    let doors: BTreeMap<_, _> = doors.into_iter().map(open).collect();
    let wrong = run(async {
        let browser = Browser::start(tools).await;
        let mut wrong = Vec::new();
        for lang in ["vi", "en"] {
            for stop in &STOPS {
                let found = visit(&browser, stop, &doors[&(stop.house, stop.from)], lang).await;
                wrong.extend(found.into_iter().map(|what| format!("{}-{lang}: {what}", stop.name)));
            }
            browser.web().delete_all_cookies().await.expect("the officer is out");
        }
        browser.quit().await;
        wrong
    });
    assert!(wrong.is_empty(), "{} findings\n{}", wrong.len(), wrong.join("\n"));
    nothing_stays(&full);
}

/// Looks at one page in one language; gives what is wrong with it.
async fn visit(browser: &Browser, stop: &Stop, door: &str, lang: &str) -> Vec<String> {
    VIEWS[0].show(browser).await;
    browser.open(&format!("{door}{}", in_lang(stop.path, lang))).await;
    fill(browser, stop.fill).await;
    let mut wrong = look::facts(browser, stop.status, lang).await;
    wrong.extend(look::console(browser, stop.status).await);
    wrong.extend(look::keyboard(browser).await);
    browser.load_axe().await;
    for view in VIEWS {
        view.show(browser).await;
        wrong.extend(look::view(browser, view).await);
        look::photograph(browser, stop.name, lang, view).await;
    }
    // What the look itself made the console say is not the page's.
    browser.console().await;
    wrong
}

/// Types into the fields of a page's form and sends it.
pub(crate) async fn fill(browser: &Browser, fields: &[(&str, &str)]) {
    for (id, text) in fields {
        browser.find(&format!("#{id}")).await.send_keys(*text).await.expect("it takes what is typed");
    }
    if !fields.is_empty() {
        browser.follow("main form button").await;
    }
}

/// Everything that must not be on a page: no language, no words where there should be, pale, wide, no ring around what has
/// the focus, and something that its own policy forbids.
const ILL: &str = "<!doctype html><html><head><title>x</title><link rel='icon' href='data:,'>
    <meta http-equiv='Content-Security-Policy' content=\"img-src 'none'\">
    <style>p { color: #ccc; width: 999px } a:focus { outline: none }</style></head>
    <body><main id='main'><h1>x</h1><h2></h2><p>pale</p><a href='#' class='skip'>a</a><img src='/x.png'></main></body></html>";

#[test]
fn a_page_that_shuts_people_out_is_found_out() {
    let Some(tools) = Tools::ready() else { return };
    let [facts, console, keyboard, view] = run(async {
        let browser = Browser::start(tools).await;
        VIEWS[0].show(&browser).await;
        browser.open(&sites::serve("127.0.0.1:0", ILL).await).await;
        let facts = look::facts(&browser, 200, "vi").await;
        let console = look::console(&browser, 200).await;
        let keyboard = look::keyboard(&browser).await;
        browser.load_axe().await;
        let view = look::view(&browser, VIEWS[0]).await;
        browser.quit().await;
        [facts, console, keyboard, view].map(|wrong| wrong.join("\n"))
    });
    for (found, wanted) in [
        (&facts, "language"),
        (&facts, "words are missing"),
        (&console, "Content Security Policy"),
        (&keyboard, "class=\\\"skip"),
        (&view, "html-has-lang"),
        (&view, "color-contrast"),
        (&view, "image-alt"),
        (&view, "sticks out"),
    ] {
        assert!(found.contains(wanted), "{wanted} is not in\n{found}");
    }
}

/// Neither log nor counters nor what is kept of requests tell who came and what he was told.
fn nothing_stays(door: &Door) {
    let (log, counters) = (door.log.text(), door.counters());
    let checks = log.matches("\"route\":\"/kiem-tra\"").count();
    assert!(checks >= 14 && counters.contains("route=\"/kiem-tra\""), "{checks} checks in the log");
    for secret in STOPS.iter().map(|stop| stop.from).chain(TELLTALES) {
        assert!(!log.contains(secret) && !log.contains(&secret.to_lowercase()), "{secret} in the log");
        assert!(!counters.contains(secret), "{secret} in the counters");
    }
    let filed = door.requests.list().expect("requests");
    let filed: Vec<_> = filed.iter().filter(|request| request.contact == "nguoi.dan@example.org").collect();
    let of_the_walk = filed.iter().filter(|request| request.code != "MADE23456789");
    let addresses: Vec<_> = of_the_walk.map(|request| request.address).collect();
    assert_eq!(addresses, [None, None], "an address that nobody agreed to send along is kept");
}
