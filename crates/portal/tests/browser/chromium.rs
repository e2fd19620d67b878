//! Chromium behind its driver: one process of each, gone when the test ends, however it ends.

use std::env::var_os;
use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use http::header;
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http1::handshake;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tempfile::TempDir;
use thirtyfour::common::capabilities::chromium::ChromiumLikeCapabilities as _;
use thirtyfour::error::{WebDriverError, WebDriverResult};
use thirtyfour::session::http::{Body, HttpClient};
use thirtyfour::{BrowserLogEntry, By, ChromeCapabilities, LoggingPrefsLogLevel, WebDriver, WebElement};
use tokio::net::TcpStream;

use crate::talk;

/// Longest time for one command of the driver.
const COMMAND: Duration = Duration::from_secs(60);

/// Runs what drives the browser to its end.
pub(crate) fn run<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(work)
}

/// What the browser is started with: nothing of its own goes out, nothing of it stays.
const ARGUMENTS: [&str; 11] = [
    "--headless=new",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--hide-scrollbars",
    "--force-color-profile=srgb",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.*",
];

/// What `cargo xtask test` has put ready.
pub(crate) struct Tools {
    driver: PathBuf,
    axe: String,
}

impl Tools {
    /// The tools; nothing, with a word, where none were promised. What was promised must be there.
    pub(crate) fn ready() -> Option<Self> {
        let (driver, axe) = (var_os("HAIDANG_TEST_CHROMEDRIVER"), var_os("HAIDANG_TEST_AXE"));
        if driver.is_none() && axe.is_none() {
            println!("skipped: no HAIDANG_TEST_CHROMEDRIVER and HAIDANG_TEST_AXE (cargo xtask test names them)");
            return None;
        }
        let driver = driver.expect("HAIDANG_TEST_CHROMEDRIVER names the driver of Chromium").into();
        let axe = axe.expect("HAIDANG_TEST_AXE names axe.min.js of axe-core");
        let axe = std::fs::read_to_string(&axe).expect("axe-core is where HAIDANG_TEST_AXE says");
        Some(Self { driver, axe })
    }
}

/// A browser with one window.
pub(crate) struct Browser {
    // In the order in which they must go.
    web: WebDriver,
    _driver: Driver,
    _profile: TempDir,
    axe: String,
}

impl Browser {
    /// Starts it.
    pub(crate) async fn start(tools: Tools) -> Self {
        let driver = Driver::start(&tools.driver);
        let profile = tempfile::tempdir().expect("a folder for the profile");
        let capabilities = capabilities(profile.path()).expect("capabilities");
        let address = format!("http://127.0.0.1:{}", driver.port);
        let web = WebDriver::builder(address, capabilities).client(Wire).connect().await.expect("Chromium starts");
        Self { web, _driver: driver, _profile: profile, axe: tools.axe }
    }

    /// What the library offers.
    pub(crate) fn web(&self) -> &WebDriver {
        &self.web
    }

    /// Opens an address and waits until all of it is there.
    pub(crate) async fn open(&self, address: &str) {
        self.web.goto(address).await.expect("the page opens");
    }

    /// A command of the DevTools protocol.
    pub(crate) async fn tell(&self, method: &str, parameters: Value) -> Value {
        self.web.cdp().send_raw(method, parameters).await.unwrap_or_else(|error| panic!("{method}: {error}"))
    }

    /// The value of an expression on the page, waited for if it is a promise. The page's policy does not hold it up.
    pub(crate) async fn value(&self, expression: &str) -> Value {
        let parameters = json!({ "expression": expression, "awaitPromise": true, "returnByValue": true });
        let mut answer = self.tell("Runtime.evaluate", parameters).await;
        let start: String = expression.chars().take(80).collect();
        assert!(answer["exceptionDetails"].is_null(), "{start}: {}", answer["exceptionDetails"]);
        answer["result"]["value"].take()
    }

    /// The element of a selector.
    pub(crate) async fn find(&self, selector: &str) -> WebElement {
        self.web.find(By::Css(selector)).await.unwrap_or_else(|error| panic!("{selector}: {error}"))
    }

    /// Clicks on what opens another page, and waits until all of that is there.
    pub(crate) async fn follow(&self, selector: &str) {
        self.value("window.isOld = true").await;
        self.find(selector).await.click().await.unwrap_or_else(|error| panic!("{selector}: {error}"));
        let is_there = json!({ "expression": "!window.isOld && document.readyState === 'complete'" });
        // Between two pages there is nothing to ask.
        let ask = async || self.web.cdp().send_raw("Runtime.evaluate", &is_there).await;
        talk::until(async || ask().await.is_ok_and(|answer| answer["result"]["value"] == true)).await;
    }

    /// Puts axe-core on the page.
    pub(crate) async fn load_axe(&self) {
        self.value(&format!("{};0", self.axe)).await;
    }

    /// What the console has said since it was asked last: errors, and what the page's policy forbade.
    pub(crate) async fn console(&self) -> Vec<BrowserLogEntry> {
        self.web.browser_log().await.expect("the console's lines")
    }

    /// Ends it.
    pub(crate) async fn quit(self) {
        self.web.clone().quit().await.expect("Chromium ends");
    }
}

fn capabilities(profile: &Path) -> WebDriverResult<ChromeCapabilities> {
    let mut capabilities = ChromeCapabilities::new();
    for argument in ARGUMENTS {
        capabilities.add_arg(argument)?;
    }
    capabilities.add_arg(&format!("--user-data-dir={}", profile.display()))?;
    // The browser's own walls need a user who is not root.
    if std::fs::metadata("/proc/self").is_ok_and(|me| me.uid() == 0) {
        capabilities.add_arg("--no-sandbox")?;
    }
    capabilities.set_browser_log_level(LoggingPrefsLogLevel::All)?;
    Ok(capabilities)
}

/// The driver's process; it ends with this.
struct Driver {
    child: Child,
    port: u16,
    /// Kept open, so that it may go on printing.
    _printed: BufReader<ChildStdout>,
}

impl Driver {
    /// Starts it on a port that the system chooses and it prints.
    fn start(program: &Path) -> Self {
        let mut command = Command::new(program);
        command.args(["--port=0", "--log-level=SEVERE"]).stdin(Stdio::null()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap_or_else(|error| panic!("{}: {error}", program.display()));
        let mut printed = BufReader::new(child.stdout.take().expect("what it prints"));
        let port = std::iter::from_fn(|| {
            let mut line = String::new();
            printed.read_line(&mut line).ok().filter(|read| *read > 0).map(|_| line)
        })
        .find_map(|line| line.split_once("successfully on port ")?.1.trim().trim_end_matches('.').parse().ok());
        let port = port.expect("the driver says its port");
        Self { child, port, _printed: printed }
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // What has ended already is what was wanted.
        for browser in children(self.child.id()) {
            let _ = Command::new("kill").arg(browser).status();
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The processes that a process has started: the browser, unless it was told to quit.
fn children(process: u32) -> Vec<String> {
    let threads = std::fs::read_dir(format!("/proc/{process}/task")).into_iter().flatten().flatten();
    let lists = threads.filter_map(|thread| std::fs::read_to_string(thread.path().join("children")).ok());
    lists.flat_map(|list| list.split_whitespace().map(str::to_owned).collect::<Vec<_>>()).collect()
}

/// Carries commands to the driver, one connection each.
struct Wire;

#[async_trait::async_trait]
impl HttpClient for Wire {
    async fn send(&self, request: http::Request<Body<'_>>) -> WebDriverResult<http::Response<bytes::Bytes>> {
        let answer = tokio::time::timeout(COMMAND, carry(&request)).await;
        answer.map_err(|_| WebDriverError::Timeout(format!("no answer to {}", request.uri())))?
    }

    async fn new(&self) -> Arc<dyn HttpClient> {
        Arc::new(Self)
    }
}

async fn carry(request: &http::Request<Body<'_>>) -> WebDriverResult<http::Response<bytes::Bytes>> {
    let lost = |error: hyper::Error| WebDriverError::HttpError(format!("{}: {error}", request.uri()));
    let body = match request.body() {
        Body::Empty => String::new(),
        Body::Json(json) => json.to_string(),
    };
    let host = request.uri().authority().map_or("", http::uri::Authority::as_str);
    let asked = http::Request::builder()
        .method(request.method())
        .uri(request.uri().path())
        .header(header::HOST, host)
        .header(header::CONTENT_TYPE, "application/json; charset=utf-8")
        .body(Full::new(bytes::Bytes::from(body)))
        .map_err(|error| WebDriverError::HttpError(error.to_string()))?;
    let (mut sender, connection) = handshake(TokioIo::new(TcpStream::connect(host).await?)).await.map_err(lost)?;
    let connection = tokio::spawn(connection);
    let (head, body) = sender.send_request(asked).await.map_err(lost)?.into_parts();
    let body = body.collect().await.map_err(lost)?.to_bytes();
    // The driver would keep it open.
    connection.abort();
    Ok(http::Response::from_parts(head, body))
}
