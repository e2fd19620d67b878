//! Another site in the same browser: whatever it tries, every visitor of the portal looks the same to it.

use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::chromium::{Browser, Tools, run};
use crate::door::Door;
use crate::house::ADMIN_TOKEN;
use crate::walk::fill;

/// Seen, never seen, seen but restricted, and behind a shared address.
const VISITORS: [&str; 4] = ["192.0.2.7", "192.0.2.8", "192.0.2.66", "203.0.113.7"];
/// Another site, and another origin of the same site: of both the browser says so.
const ATTACKERS: [&str; 2] = ["127.0.0.2:0", "127.0.0.1:0"];
/// What is worth knowing of a visitor.
const TARGETS: [&str; 4] = ["/kiem-tra", "/en/kiem-tra", "/api/v1/check", "/quan-tri"];

/// Every way a page has to another site's answer; gives what each way told.
const ATTACK: &str = r"(async url => {
    const told = {};
    const rules = node => {
        try { return node.sheet ? node.sheet.cssRules.length : null; } catch (error) { return error.name; }
    };
    const load = (kind, name, more) => new Promise(done => {
        const node = document.createElement(name);
        const end = what => done(told[kind] ??= [what, node.naturalWidth, node.width, node.height,
            rules(node), node.contentDocument === undefined ? null : !!node.contentDocument,
            node.contentWindow ? node.contentWindow.length : null]);
        node.onload = () => end('load');
        node.onerror = () => end('error');
        setTimeout(() => end('silence'), 3000);
        Object.assign(node, more);
        document.body.append(node);
    });
    const get = async (kind, how) => {
        try {
            const answer = await fetch(url, how);
            told[kind] = [answer.type, answer.status, (await answer.text()).length];
        } catch (error) { told[kind] = error.message; }
    };
    await get('cors', { credentials: 'omit' });
    await get('cors with credentials', { credentials: 'include' });
    await get('opaque', { mode: 'no-cors', credentials: 'omit' });
    await get('opaque with credentials', { mode: 'no-cors', credentials: 'include' });
    await get('posted', { method: 'POST', mode: 'no-cors', credentials: 'include', body: 'a=b' });
    await get('kept', { mode: 'no-cors', cache: 'force-cache' });
    await load('image', 'img', { src: url });
    await load('script', 'script', { src: url });
    await load('module', 'script', { src: url, type: 'module' });
    await load('style', 'link', { rel: 'stylesheet', href: url });
    await load('frame', 'iframe', { src: url });
    await load('object', 'object', { data: url });
    const other = window.open(url);
    for (let tries = 0; other && !other.closed && tries < 2000; tries++) {
        await fetch('/');
    }
    told.window = [!!other, other?.closed, other?.length];
    told.sizes = performance.getEntriesByType('resource').filter(one => one.name === url).map(one =>
        [one.initiatorType, one.transferSize, one.encodedBodySize, one.decodedBodySize, one.responseStatus,
            one.nextHopProtocol, one.responseStart, one.requestStart]);
    return told;
})";

#[test]
fn another_site_learns_nothing_of_a_visitor() {
    let Some(tools) = Tools::ready() else { return };
    let house = Door::open(|_| ());
    let doors = VISITORS.map(|from| house.visitor(from));
    run(async {
        let browser = Browser::start(tools).await;
        // An officer has a cookie to lose. All doors are one host, for which it is sent.
        browser.open(&format!("{}/quan-tri/dang-nhap", doors[0])).await;
        fill(&browser, &[("token", ADMIN_TOKEN)]).await;
        for attacker in ATTACKERS {
            let attacker = attack_from(attacker).await;
            for target in TARGETS {
                let mut told = Vec::new();
                for door in &doors {
                    browser.open(&attacker).await;
                    told.push(attack(&browser, &format!("{door}{target}")).await);
                    close_others(&browser).await;
                }
                learns_nothing(&told, target);
            }
            // That the same page can read what is open to all shows that it would have read the rest.
            browser.open(&attacker).await;
            let open = attack(&browser, &format!("{}/du-lieu/daily-2026-11.vi.csv", doors[0])).await;
            assert_eq!((&open["cors"][1], &open["cors"][2]), (&200.into(), &30.into()), "{open}");
            close_others(&browser).await;
        }
        same_to_the_wire(&browser, &doors).await;
        browser.quit().await;
    });
    let log = house.log.text();
    let asked: Vec<&str> = log.lines().filter(|line| line.contains("\"route\":\"/api/v1/check\"")).collect();
    assert!(asked.len() >= 8 * ATTACKERS.len() * VISITORS.len(), "{} attempts arrived", asked.len());
    assert!(asked.iter().all(|line| line.contains("\"status\":403")), "the API answered another site");
}

async fn attack(browser: &Browser, url: &str) -> Value {
    let told = browser.value(&format!("{ATTACK}({})", Value::from(url))).await;
    let told = told.to_string().replace(url, "URL");
    serde_json::from_str(&told).expect("JSON")
}

/// Nothing was read, nothing could be measured, and all visitors look the same.
fn learns_nothing(told: &[Value], target: &str) {
    let first = &told[0];
    for kind in ["cors", "cors with credentials", "opaque", "opaque with credentials", "posted", "kept"] {
        assert_eq!(first[kind], "Failed to fetch", "{target}: {first}");
    }
    for kind in ["image", "script", "module", "style"] {
        assert_eq!(first[kind][0], "error", "{target} as {kind}: {first}");
    }
    assert_eq!((&first["window"][0], &first["window"][1]), (&true.into(), &true.into()), "{target}: cut off: {first}");
    let frame = &first["frame"];
    assert!(frame[5] == false && frame[6] == 0, "{target}: the frame is closed and empty: {first}");
    for size in first["sizes"].as_array().expect("sizes") {
        let numbers = size.as_array().expect("numbers").iter().skip(1);
        assert!(numbers.into_iter().all(|number| *number == 0 || *number == ""), "{target}: {size}");
    }
    assert!(told.iter().all(|other| other == first), "{target}: {told:#?}");
}

/// What a window was opened for is gone before the next attack.
async fn close_others(browser: &Browser) {
    let own = browser.web().window().await.expect("the attacker's window");
    for window in browser.web().windows().await.expect("windows").into_iter().filter(|window| *window != own) {
        browser.web().switch_to_window(window).await.expect("the other window");
        browser.web().close_window().await.expect("it closes");
    }
    browser.web().switch_to_window(own).await.expect("the attacker's window");
}

/// Who watches the wire sees as many bytes for one visitor as for the other.
async fn same_to_the_wire(browser: &Browser, doors: &[String]) {
    for target in ["/kiem-tra", "/en/kiem-tra"] {
        let mut sizes = Vec::new();
        for door in doors {
            browser.open(&format!("{door}{target}")).await;
            let size = "(one => [one.transferSize, one.encodedBodySize, one.responseStatus])\
                        (performance.getEntriesByType('navigation')[0])";
            sizes.push(browser.value(size).await);
        }
        assert!(sizes[0][0].as_u64() > Some(10_000) && sizes.iter().all(|size| *size == sizes[0]), "{sizes:?}");
    }
}

/// A page of nobody's on an address of its own.
async fn attack_from(address: &str) -> String {
    serve(address, "<!doctype html><title>x</title><link rel=icon href='data:,'><body>").await
}

/// Serves one page; gives where.
pub(crate) async fn serve(address: &str, page: &'static str) -> String {
    let listener = TcpListener::bind(address).await.expect("listen");
    let address = listener.local_addr().expect("address");
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            // A browser that hangs up is no failure.
            tokio::spawn(async move { drop(show(stream, page).await) });
        }
    });
    format!("http://{address}/")
}

async fn show(mut stream: TcpStream, page: &str) -> std::io::Result<()> {
    let mut head = [0; 4096];
    let _ = stream.read(&mut head).await?;
    let length = page.len();
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(page.as_bytes()).await
}
