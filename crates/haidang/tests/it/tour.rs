//! The demo that goes on: it serves the made country, reports keep coming, and it stops when it is told to.

use std::fs;

use serde_json::Value;

use crate::desk::{Desk, base, text, wait_until};
use crate::portal::Portal;

/// Some days after a month's end, and so many days of reports that the month is whole.
const NOW: &str = "2026-10-04T01:00:00Z";
const DAYS: &str = "34";

/// The reports that came after the demo's own.
fn arrived(desk: &Desk) -> Vec<String> {
    let journal = fs::read_to_string(desk.data().join("journal.jsonl")).expect("the journal");
    let lines = journal.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let named = lines.filter(|line| line["what"] == "accepted").map(|line| text(&line["name"]).to_owned());
    named.filter(|name| name.contains("-made_")).collect()
}

#[test]
fn the_demo_serves_its_country_while_reports_keep_coming_and_stops_when_told() {
    let desk = Desk::new();
    let size = ["--scale", "0.05", "--days", DAYS, "--now", NOW];
    let words = [&["demo", "--serve", "--port", "0", "--json", "--lang", "en"][..], &size].concat();
    let (mut portal, line) = Portal::of(&mut desk.command(&words, &[]), "\"portal\"");
    let tour: Value = serde_json::from_str(&line).expect("JSON");
    portal.address = text(&tour["portal"]).to_owned();
    wait_until("the portal to be ready", || (portal.send("-", "GET /readyz", "", "").status == 200).then_some(()));
    let home = wait_until("the figures", || {
        let home = portal.send("-", "GET /", "", "");
        (home.status == 200 && home.body.contains("<svg")).then_some(home.body)
    });
    assert!(home.contains("dữ liệu giả lập"), "it does not say that it is made");
    for path in tour["paths"].as_array().expect("paths") {
        assert!(portal.send("-", &format!("GET {}", text(path)), "", "").status < 400, "{path}");
    }
    let name = wait_until("a new report", || arrived(&desk).pop());
    assert!(name.contains("_sinkhole"), "{name}");
    visit(&mut portal, &tour);
    let log = portal.stop();
    // Until it is ready it says so, with an error's status.
    let wrong: Vec<&str> = log.lines().filter(|line| !line.contains("/readyz")).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
    desk.run(&["doctor"]).well();
}

/// Whoever comes in by a visitor's door counts as that visitor, and nobody can say that he is another.
fn visit(portal: &mut Portal, tour: &Value) {
    let visitors = tour["visitors"].as_array().expect("visitors").clone();
    let own = std::mem::take(&mut portal.address);
    for visitor in &visitors {
        portal.address = text(&visitor["at"]).to_owned();
        let told = portal.check("192.0.2.1");
        assert_eq!(told["address"], visitor["address"]);
        let wanted = match text(&visitor["who"]) {
            "tour.seen_static" | "tour.seen_dynamic" => "seen",
            "tour.shared" => "cannot-tell",
            _ => "not-seen",
        };
        assert_eq!(told["verdict"], wanted, "{told}");
    }
    let unseen = visitors.iter().find(|visitor| visitor["who"] == "tour.unseen").expect("one of nothing recorded");
    portal.address = own;
    assert_eq!(portal.check("192.0.2.1")["address_is"], "special");
    let report =
        format!("timestamp,src_ip,src_port,infection\n2026-09-30 01:02:03,{},1,conficker\n", text(&unseen["address"]));
    let headers = format!(
        "Authorization: Bearer {}\r\nX-Report-Name: 2026-09-30-event4_sinkhole-tour-geo.csv\r\nContent-Type: text/csv\r\n",
        text(&tour["feed_token"])
    );
    let sent = portal.send("-", "POST /api/v1/feeds/sinkhole/reports", &headers, report);
    assert_eq!(sent.status, 202, "{}", sent.body);
    portal.address = text(&unseen["at"]).to_owned();
    portal.wait_for_verdict("-", "seen");
    assert!(base(std::path::Path::new(text(&tour["inbox"]))).ends_with("inbox"));
}
