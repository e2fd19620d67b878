//! What is true of every page that a person looks at.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use base64::Engine as _;
use serde_json::{Value, json};
use thirtyfour::Key;

use crate::chromium::Browser;

/// How a page is looked at.
#[derive(Debug, Clone, Copy)]
pub(crate) struct View {
    pub(crate) width: u32,
    height: u32,
    scheme: &'static str,
}

/// A telephone and a desk, by day and by night.
pub(crate) const VIEWS: [View; 4] = [
    View { width: 360, height: 740, scheme: "light" },
    View { width: 360, height: 740, scheme: "dark" },
    View { width: 1280, height: 900, scheme: "dark" },
    View { width: 1280, height: 900, scheme: "light" },
];

impl View {
    /// Makes the browser look this way.
    pub(crate) async fn show(self, browser: &Browser) {
        let Self { width, height, scheme } = self;
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 700 });
        browser.tell("Emulation.setDeviceMetricsOverride", size).await;
        let media = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        browser.tell("Emulation.setEmulatedMedia", media).await;
    }
}

/// Facts of the page as it came.
const FACTS: &str = r"(() => {
    const page = performance.getEntriesByType('navigation')[0];
    const lines = [...document.querySelectorAll('h1, h2, h3, p, li, td, th, dt, dd, label')];
    return {
        status: page.responseStatus, bytes: page.encodedBodySize, lang: document.documentElement.lang,
        title: document.title, holes: document.body.innerText.includes('⟦'), scripts: document.scripts.length,
        styles: document.styleSheets.length, headings: document.querySelectorAll('h1').length,
        empty: lines.filter(line => line.checkVisibility() && !line.innerText.trim() && !line.querySelector('svg, input'))
            .map(line => line.outerHTML.slice(0, 80)),
    };
})()";

/// What sticks out of the window on the right, with what cannot be scrolled to.
const WIDE: &str = r"(() => {
    const width = document.documentElement.clientWidth;
    const inside = node => node.closest('.scroll, pre, .hidden, .skip, .trap, svg, thead, [class*=scroll]');
    const wide = [...document.body.querySelectorAll('*')].filter(node =>
        !inside(node) && node.getBoundingClientRect().right > width + 1);
    return { page: document.documentElement.scrollWidth, wide: wide.slice(0, 3).map(node => node.outerHTML.slice(0, 80)) };
})()";

/// Everything that axe-core finds. WCAG 2.2 A and AA, and what its makers recommend.
const AXE: &str = r"axe.run(document, {
    resultTypes: ['violations'], preload: false, rules: { 'target-size': { enabled: true } },
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
}).then(found => found.violations.map(one => one.id + ': ' + one.help + ': '
    + one.nodes.slice(0, 4).map(node => node.target.join(' ') + ' ' + (node.any[0]?.message ?? '')).join('; ')))";

/// Begins to note what gets the keyboard's focus; gives how often Tab must be pressed to come round.
const NOTE_FOCUS: &str = r"(() => {
    const all = 'a[href], button, input:not([tabindex=\'-1\']), select, textarea, summary, [tabindex=\'0\']';
    window.wanted = new Set([...document.querySelectorAll(all)].filter(node => node.checkVisibility()));
    window.hidden = [];
    window.first = null;
    document.addEventListener('focusin', event => {
        const node = event.target, style = getComputedStyle(node), box = node.getBoundingClientRect();
        const seen = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2
            && box.width > 0 && box.height > 0 && box.left >= 0;
        if (!seen && node.id !== 'main') hidden.push(node.outerHTML.slice(0, 80));
        wanted.delete(node);
        first ??= [node.className, box.top >= 0 && box.bottom <= innerHeight];
    });
    return wanted.size + 6 * document.querySelectorAll('input[type=date]').length + 2;
})()";

/// What the keyboard came by.
const FOCUSED: &str = r"({ first, hidden, missed: [...wanted].map(node => node.outerHTML.slice(0, 80)) })";
/// Where it has led.
const SKIPPED: &str = "document.activeElement.id + location.hash";

/// What is wrong with the page as it came.
pub(crate) async fn facts(browser: &Browser, status: u16, lang: &str) -> Vec<String> {
    let facts = browser.value(FACTS).await;
    let mut wrong = Vec::new();
    let mut expect = |is_so: bool, what: &str| {
        if !is_so {
            wrong.push(format!("{what}: {facts}"));
        }
    };
    expect(facts["status"] == status, "status");
    expect(facts["lang"] == lang, "language");
    expect(facts["holes"] == false && facts["empty"] == json!([]), "words are missing");
    expect(facts["title"].as_str().is_some_and(|title| title.ends_with(" – Hải Đăng")), "title");
    expect(facts["scripts"] == 0 && facts["styles"] == 1 && facts["headings"] == 1, "make");
    expect(facts["bytes"].as_u64().is_some_and(|bytes| bytes <= portal::front::PAGE_BYTES_MAX as u64), "size");
    wrong
}

/// What the console says of a page with a status; that a status is no success is no news.
pub(crate) async fn console(browser: &Browser, status: u16) -> Vec<String> {
    let expected = format!("the server responded with a status of {status}");
    let lines = browser.console().await.into_iter().filter(|line| status == 200 || !line.message.contains(&expected));
    lines.map(|line| format!("console: {} {}", line.level, line.message)).collect()
}

/// What somebody without a mouse cannot reach or see.
pub(crate) async fn keyboard(browser: &Browser) -> Vec<String> {
    let times = browser.value(NOTE_FOCUS).await.as_u64().expect("a number") as usize;
    press(browser, &vec![Key::Tab; times]).await;
    let focused = browser.value(FOCUSED).await;
    browser.value("document.querySelector('.skip').focus()").await;
    press(browser, &[Key::Enter]).await;
    let skipped = browser.value(SKIPPED).await;
    let is_well = focused == json!({ "first": ["skip", true], "hidden": [], "missed": [] });
    [(is_well, focused), (skipped == "main#main", skipped)]
        .into_iter()
        .filter(|(well, _)| !well)
        .map(|(_, what)| format!("keyboard: {what}"))
        .collect()
}

async fn press(browser: &Browser, keys: &[Key]) {
    let chain = browser.web().action_chain_with_delay(Some(Duration::ZERO), Some(Duration::ZERO));
    let chain = keys.iter().fold(chain, |chain, key| chain.send_keys(key.clone()));
    chain.perform().await.expect("keys are pressed");
}

/// What is wrong in the view that is shown, its tables unfolded: what sticks out, what axe-core finds.
pub(crate) async fn view(browser: &Browser, view: View) -> Vec<String> {
    unfold(browser, true).await;
    let wide = browser.value(WIDE).await;
    let mut wrong: Vec<String> = strings(&browser.value(AXE).await);
    unfold(browser, false).await;
    if wide["page"].as_u64().is_none_or(|page| page > view.width.into()) || wide["wide"] != json!([]) {
        wrong.push(format!("sticks out: {wide}"));
    }
    wrong.into_iter().map(|what| format!("{} {}: {what}", view.width, view.scheme)).collect()
}

async fn unfold(browser: &Browser, open: bool) {
    browser.value(&format!("document.querySelectorAll('details').forEach(one => one.open = {open})")).await;
}

fn strings(list: &Value) -> Vec<String> {
    list.as_array().into_iter().flatten().filter_map(|one| one.as_str().map(str::to_owned)).collect()
}

/// Writes what is seen, the whole page, to the folder of screenshots.
pub(crate) async fn photograph(browser: &Browser, name: &str, lang: &str, view: View) {
    let size = browser.tell("Page.getLayoutMetrics", json!({})).await;
    let clip = json!({ "x": 0, "y": 0, "width": view.width, "height": size["cssContentSize"]["height"], "scale": 1 });
    let how = json!({ "format": "png", "captureBeyondViewport": true, "optimizeForSpeed": true, "clip": clip });
    let shot = browser.tell("Page.captureScreenshot", how).await;
    let bytes = base64::prelude::BASE64_STANDARD.decode(shot["data"].as_str().expect("a picture")).expect("base64");
    let path = folder().join(format!("{name}-{lang}-{}-{}.png", view.width, view.scheme));
    fs::write(&path, bytes).expect("the screenshot is written");
}

/// `screens` beside the folders of what cargo builds.
pub(crate) fn folder() -> PathBuf {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("the folder of what is built");
    let folder = target.join("screens");
    fs::create_dir_all(&folder).expect("a folder for screenshots");
    folder
}
