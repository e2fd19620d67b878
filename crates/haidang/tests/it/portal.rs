//! A portal that is running, and those who ask it.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::thread::JoinHandle;

use serde_json::Value;

use crate::desk::{Desk, text, wait_until};

/// A feed of the shipped catalogue that may be told to visitors, and a name of its reports.
pub(crate) const FEED: &str = "shadowserver-sinkhole";
pub(crate) const REPORT: &str = "2026-09-30-event4_sinkhole-made-geo.csv";
/// Where that feed delivers.
const POST: &str = "POST /api/v1/feeds/shadowserver-sinkhole/reports";

/// A portal that is running, and where.
pub(crate) struct Portal {
    child: Child,
    log: Option<JoinHandle<String>>,
    pub(crate) address: String,
}

/// What was answered.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(self.body.trim()).unwrap_or_else(|_| panic!("{}", self.body))
    }
}

impl Portal {
    pub(crate) fn start(desk: &Desk) -> Self {
        Self::start_with(desk, &[])
    }

    /// Starts it with further words, and waits until it is ready.
    pub(crate) fn start_with(desk: &Desk, more: &[&str]) -> Self {
        let words = ["serve", "--listen", "127.0.0.1:0", "--lang", "en"];
        // The test asks more often than a visitor may.
        let flags = ["--set", "trusted_proxies=127.0.0.1/32", "--set", "checks_per_minute=1000000"];
        let (mut portal, line) = Self::of(&mut desk.command(&[&words[..], &flags, more].concat(), &[]), "http://");
        portal.address = line.split("http://").nth(1).and_then(|rest| rest.split('/').next()).expect(&line).to_owned();
        wait_until("the portal to be ready", || {
            (portal.send("192.0.2.1", "GET /readyz", "", "").status == 200).then_some(())
        });
        portal
    }

    /// Starts a command that serves, and gives the first line it says that has a text in it.
    pub(crate) fn of(command: &mut Command, awaited: &str) -> (Self, String) {
        let piped = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = piped.spawn().expect("it starts");
        let mut lines = BufReader::new(child.stdout.take().expect("its words")).lines();
        let line = lines.find_map(|line| line.ok().filter(|line| line.contains(awaited))).expect("the line awaited");
        // What it says further is heard, so that it is never kept waiting.
        let mut log = child.stderr.take().expect("its log");
        std::thread::spawn(move || lines.count());
        let log = std::thread::spawn(move || std::io::read_to_string(&mut log).expect("a log"));
        (Self { child, log: Some(log), address: String::new() }, line)
    }

    /// Sends a request as a visitor of an address and hears the answer to its end.
    pub(crate) fn send(&self, visitor: &str, request: &str, headers: &str, body: impl AsRef<[u8]>) -> Answer {
        let body = body.as_ref();
        let mut stream = TcpStream::connect(&self.address).expect("a connection");
        let head = format!(
            "{request} HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Forwarded-For: {visitor}\r\nConnection: close\r\n\
             Content-Length: {}\r\n{headers}\r\n",
            body.len()
        );
        stream.write_all(&[head.as_bytes(), body].concat()).expect("a request");
        let answer = std::io::read_to_string(stream).expect("an answer");
        let (head, body) = answer.split_once("\r\n\r\n").expect(&answer);
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect(head);
        Answer { status, head: head.to_owned(), body: body.to_owned() }
    }

    pub(crate) fn check(&self, visitor: &str) -> Value {
        let answer = self.send(visitor, "GET /api/v1/check", "", "");
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.json()
    }

    /// Waits until a visitor is told something; asked to come again, he does.
    pub(crate) fn wait_for_verdict(&self, visitor: &str, verdict: &str) -> Value {
        wait_until(&format!("{visitor} to be told {verdict}"), || {
            let answer = self.send(visitor, "GET /api/v1/check", "", "");
            assert!([200, 429].contains(&answer.status), "{}", answer.body);
            let told = answer.json();
            (told["verdict"] == verdict).then_some(told)
        })
    }

    /// Tries a token at the officers' door.
    pub(crate) fn knock(&self, visitor: &str, token: &str) -> Answer {
        let form = "Origin: http://127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\n";
        self.send(visitor, "POST /quan-tri/dang-nhap", form, format!("token={token}"))
    }

    /// Goes in as an officer and gives what a browser would show from then on.
    pub(crate) fn enter(&self, desk: &Desk, visitor: &str) -> String {
        let token = std::fs::read_to_string(desk.data().join("portal/admin-token")).expect("the officers' token");
        let answer = self.knock(visitor, token.trim());
        let cookie = answer.head.lines().find_map(|line| line.strip_prefix("set-cookie: "));
        let cookie = cookie.and_then(|cookie| cookie.split(';').next()).expect(&answer.head);
        format!("Cookie: {cookie}\r\n")
    }

    /// Delivers a report with a feed's token.
    pub(crate) fn deliver(&self, token: &str, name: &str, kind: &str, body: impl AsRef<[u8]>) -> Answer {
        self.deliver_for(FEED, token, name, kind, body)
    }

    /// The same for a feed.
    pub(crate) fn deliver_for(
        &self,
        feed: &str,
        token: &str,
        name: &str,
        kind: &str,
        body: impl AsRef<[u8]>,
    ) -> Answer {
        let headers = format!("Authorization: Bearer {token}\r\nX-Report-Name: {name}\r\nContent-Type: {kind}\r\n");
        self.send("192.0.2.1", &POST.replace(FEED, feed), &headers, body)
    }

    /// How a delivery stands.
    pub(crate) fn report(&self, token: &str, id: &str) -> Answer {
        let headers = format!("Authorization: Bearer {token}\r\n");
        self.send("192.0.2.1", &format!("GET /api/v1/reports/{id}"), &headers, "")
    }

    /// How a delivery went, once it is done.
    pub(crate) fn wait_for_report(&self, token: &str, id: &str) -> Value {
        wait_until("the report to be read", || {
            let status = self.report(token, id).json();
            (status["state"] == "done").then_some(status)
        })
    }

    /// Asks it to stop, and hears what it logged.
    pub(crate) fn stop(&mut self) -> String {
        let asked = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().expect("kill");
        assert!(asked.success());
        let said = self.log.take().expect("it was not stopped before").join().expect("its log");
        assert!(self.child.wait().expect("an end").success(), "{said}");
        said
    }
}

/// A test that fails leaves no portal behind.
impl Drop for Portal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A data folder whose constituency is one network of static addresses.
pub(crate) fn desk() -> Desk {
    let desk = Desk::new();
    desk.write("owners/organisations.csv", "code,name,kind\nNET,Operator,isp\n");
    desk.write("owners/networks.csv", "network,isp,flags\n203.0.113.0/24,NET,static\n");
    desk.run_on(&["constituency", "import"], &[desk.path("owners")]).well();
    desk
}

/// A token of the feed.
pub(crate) fn token(desk: &Desk) -> String {
    token_of(desk, FEED)
}

/// What a feed proves itself with.
pub(crate) fn token_of(desk: &Desk, feed: &str) -> String {
    text(&desk.ask(&["token", feed]).remove(0)["token"]).to_owned()
}

/// A report that tells of an address.
pub(crate) fn report_of(address: &str) -> String {
    format!("timestamp,src_ip,src_port,infection\n2026-09-29 01:02:03,{address},4711,conficker\n")
}
