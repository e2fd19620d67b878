//! The portal as its senders and visitors meet it: a report comes in, and the address in it is told.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::desk::{Desk, files_below, text, wait_until};

/// The address of a visitor whose machine is infected, and of one whose is not; both static.
const INFECTED: &str = "203.0.113.5";
const CLEAN: &str = "203.0.113.6";
const REPORT: &str = "2026-09-30-event4_sinkhole-made-geo.csv";

/// A portal that is running, and where.
struct Portal {
    child: Child,
    address: String,
}

/// What was answered.
struct Answer {
    status: u16,
    body: String,
}

impl Portal {
    fn start(desk: &Desk) -> Self {
        let mut words = vec!["serve", "--listen", "127.0.0.1:0", "--lang", "en"];
        // The test asks more often than a visitor may.
        words.extend(["--set", "trusted_proxies=127.0.0.1/32", "--set", "checks_per_minute=1000000"]);
        let mut command = desk.command(&words, &[]);
        let mut child =
            command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("its words")).read_line(&mut line).expect("a line");
        let address = line.split("http://").nth(1).and_then(|rest| rest.split('/').next()).expect(&line).to_owned();
        Self { child, address }
    }

    /// Sends a request as a visitor of an address and hears the answer to its end.
    fn send(&self, visitor: &str, request: &str, headers: &str, body: &str) -> Answer {
        let mut stream = TcpStream::connect(&self.address).expect("a connection");
        let head = format!(
            "{request} HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Forwarded-For: {visitor}\r\nConnection: close\r\n\
             Content-Length: {}\r\n{headers}\r\n",
            body.len()
        );
        stream.write_all(format!("{head}{body}").as_bytes()).expect("a request");
        let answer = std::io::read_to_string(stream).expect("an answer");
        let (head, body) = answer.split_once("\r\n\r\n").expect(&answer);
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect(head);
        Answer { status, body: body.to_owned() }
    }

    fn check(&self, visitor: &str) -> Value {
        let answer = self.send(visitor, "GET /api/v1/check", "", "");
        assert_eq!(answer.status, 200, "{}", answer.body);
        serde_json::from_str(answer.body.trim()).expect("JSON")
    }

    /// Asks it to stop, and hears what it logged.
    fn stop(&mut self) -> String {
        let asked = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().expect("kill");
        assert!(asked.success());
        let said = std::io::read_to_string(self.child.stderr.take().expect("its log")).expect("a log");
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

fn desk() -> Desk {
    let desk = Desk::new();
    desk.write("owners/organisations.csv", "code,name,kind\nNET,Operator,isp\n");
    desk.write("owners/networks.csv", "network,isp,flags\n203.0.113.0/24,NET,static\n");
    desk.run_on(&["constituency", "import"], &[desk.path("owners")]).well();
    desk
}

#[test]
fn a_report_that_is_sent_tells_the_visitor_whose_address_is_in_it() {
    let desk = desk();
    let token = desk.ask(&["token", "shadowserver-sinkhole"]).remove(0);
    let mut portal = Portal::start(&desk);
    wait_until("the portal to be ready", || (portal.send(CLEAN, "GET /readyz", "", "").status == 200).then_some(()));
    assert_eq!(portal.check(INFECTED)["verdict"], "not-seen");
    let body = format!(
        "timestamp,src_ip,src_port,infection\n2026-09-29 01:02:03,{INFECTED},4711,conficker\nnever,{CLEAN},1,x\n"
    );
    let token = text(&token["token"]);
    let headers = format!("Authorization: Bearer {token}\r\nX-Report-Name: {REPORT}\r\nContent-Type: text/csv\r\n");
    let post = "POST /api/v1/feeds/shadowserver-sinkhole/reports";
    assert_eq!(portal.send(CLEAN, post, &format!("X-Report-Name: {REPORT}\r\n"), &body).status, 401);
    let sent = portal.send(CLEAN, post, &headers, &body);
    assert_eq!(sent.status, 202, "{}", sent.body);
    let receipt: Value = serde_json::from_str(&sent.body).expect("JSON");
    let status = wait_until("the report to be read", || {
        let answer = portal.send(CLEAN, &format!("GET /api/v1/reports/{}", text(&receipt["id"])), &headers, "");
        let status: Value = serde_json::from_str(&answer.body).expect("JSON");
        (status["state"] == "done").then_some(status)
    });
    assert_eq!((&status["rows"], &status["events"], &status["quarantined"]), (&2.into(), &1.into(), &1.into()));
    let verdict = wait_until("the finding to be told", || {
        let verdict = portal.check(INFECTED);
        (verdict["verdict"] == "seen").then_some(verdict)
    });
    assert_eq!(verdict["findings"][0]["first_day"], "2026-09-29", "{verdict}");
    assert_eq!(portal.check(CLEAN)["verdict"], "not-seen");
    let again = portal.send(CLEAN, post, &headers, &body);
    assert_eq!(serde_json::from_str::<Value>(&again.body).expect("JSON")["id"], receipt["id"]);
    for page in ["/", "/en", "/kiem-tra", "/phuong-phap", "/du-lieu", "/quyen-rieng-tu", "/quan-tri"] {
        let answer = portal.send(CLEAN, &format!("GET {page}"), "", "");
        assert!(answer.status < 400, "{page}: {}", answer.status);
    }
    wait_until("the spool to be empty", || files_below(&desk.data().join("spool")).is_empty().then_some(()));
    let log = portal.stop();
    assert!(log.contains("taken in") && !log.contains(INFECTED) && !log.contains(CLEAN), "{log}");
    desk.run(&["doctor"]).well();
}

#[test]
fn a_portal_that_others_can_reach_wants_to_be_encrypted() {
    let desk = desk();
    let said = desk.run(&["serve", "--listen", "0.0.0.0:0", "--lang", "en"]).ended(1);
    assert!(said.err.contains("tls_cert"), "{}", said.err);
    assert!(desk.run(&["token", "nobody"]).ended(1).err.contains("nobody"));
}
