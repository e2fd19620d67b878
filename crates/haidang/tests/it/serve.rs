//! The portal as its senders and visitors meet it: a report comes in, and the address in it is told.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::desk::{base, files_below, files_called, text, wait_until};
use crate::portal::{FEED, Portal, REPORT, desk, report_of, token, token_of};

/// The address of a visitor whose machine is infected, and of one whose is not; both static.
const INFECTED: &str = "203.0.113.5";
const CLEAN: &str = "203.0.113.6";

#[test]
fn a_report_that_is_sent_tells_the_visitor_whose_address_is_in_it() {
    let desk = desk();
    let token = token(&desk);
    let mut portal = Portal::start(&desk);
    assert_eq!(portal.check(INFECTED)["verdict"], "not-seen");
    let body = format!("{}never,{CLEAN},1,x\n", report_of(INFECTED));
    assert_eq!(portal.deliver("nobody's", REPORT, "text/csv", &body).status, 401);
    let sent = portal.deliver(&token, REPORT, "text/csv", &body);
    assert_eq!(sent.status, 202, "{}", sent.body);
    let receipt = sent.json();
    let status = portal.wait_for_report(&token, text(&receipt["id"]));
    assert_eq!((&status["rows"], &status["events"], &status["quarantined"]), (&2.into(), &1.into(), &1.into()));
    assert!(status.get("members").is_none(), "{status}");
    let verdict = portal.wait_for_verdict(INFECTED, "seen");
    assert_eq!(verdict["findings"][0]["first_day"], "2026-09-29", "{verdict}");
    assert_eq!(portal.check(CLEAN)["verdict"], "not-seen");
    let again = portal.deliver(&token, REPORT, "text/csv", &body);
    assert_eq!(again.json()["id"], receipt["id"]);
    for page in ["/", "/en", "/kiem-tra", "/phuong-phap", "/du-lieu", "/quyen-rieng-tu", "/quan-tri"] {
        let answer = portal.send(CLEAN, &format!("GET {page}"), "", "");
        assert!(answer.status < 400, "{page}: {}", answer.status);
    }
    wait_until("the spool to be empty", || files_below(&desk.data().join("spool")).is_empty().then_some(()));
    assert!(portal.stop().contains("taken in"));
    desk.run(&["doctor"]).well();
}

#[test]
fn fifty_senders_of_the_same_bytes_at_once_make_one_report() {
    let desk = desk();
    let token = token(&desk);
    let mut portal = Portal::start(&desk);
    let (sender, body) = (&portal, report_of(INFECTED));
    let send = || loop {
        let answer = sender.deliver(&token, REPORT, "text/csv", &body);
        match answer.status {
            202 => return text(&answer.json()["id"]).to_owned(),
            // No more than some at a time, of a feed and of all.
            429 | 503 => std::thread::yield_now(),
            status => panic!("{status}: {}", answer.body),
        }
    };
    let ids: BTreeSet<String> = std::thread::scope(|scope| {
        let senders: Vec<_> = (0..50).map(|_| scope.spawn(send)).collect();
        senders.into_iter().map(|sender| sender.join().expect("a sender")).collect()
    });
    assert_eq!(ids.len(), 1);
    portal.wait_for_report(&token, ids.first().expect("an id"));
    wait_until("the spool to be empty", || files_below(&desk.data().join("spool")).is_empty().then_some(()));
    portal.stop();
    let reports: Vec<Value> = desk.reports().into_values().collect();
    assert!(reports.len() == 1 && reports[0]["state"] == "done" && reports[0]["deliveries"] == 50, "{reports:?}");
    desk.run(&["doctor"]).well();
}

#[test]
fn a_portal_that_others_can_reach_wants_to_be_encrypted() {
    let desk = desk();
    let said = desk.run(&["serve", "--listen", "0.0.0.0:0", "--lang", "en"]).ended(1);
    assert!(said.err.contains("tls_cert"), "{}", said.err);
    assert!(desk.run(&["token", "nobody"]).ended(1).err.contains("nobody"));
}

#[test]
fn what_another_process_takes_in_is_told_without_a_restart() {
    let desk = desk();
    let mut portal = Portal::start(&desk);
    assert_eq!(portal.check(INFECTED)["verdict"], "not-seen");
    let report = desk.write(REPORT, report_of(INFECTED));
    desk.run_on(&["ingest"], &[report]).well();
    portal.wait_for_verdict(INFECTED, "seen");
    assert_eq!(portal.check(CLEAN)["verdict"], "not-seen");
    portal.stop();
    // What was learned after the start is kept for the next one.
    let lake = desk.data().join("lake");
    let index = files_called(&lake, "parquet").into_iter().find(|file| base(file).starts_with("seen-"));
    let made_of = std::fs::read(index.expect("an index")).expect("its bytes");
    let made_of = String::from_utf8_lossy(&made_of);
    let sightings = files_called(&lake.join("sightings/day=2026-09-29"), "parquet");
    assert!(sightings.len() == 1 && made_of.contains(&base(&sightings[0])), "{sightings:?}");
}

#[test]
fn a_feed_that_may_not_answer_visitors_any_more_is_silent_at_once() {
    let desk = desk();
    desk.ingest(&[desk.write(REPORT, report_of(INFECTED))]);
    let mut portal = Portal::start(&desk);
    portal.wait_for_verdict(INFECTED, "seen");
    let feeds = include_str!("../../../feeds/data/feeds.toml");
    std::fs::write(desk.data().join("feeds.toml"), feeds.replace("public = true", "public = false")).expect("feeds");
    portal.wait_for_verdict(INFECTED, "not-seen");
    portal.stop();
}

/// While another process writes, the portal accepts and does not read: so it is stopped with a report that waits.
#[test]
fn what_was_accepted_before_a_stop_is_read_after_the_next_start() {
    let desk = desk();
    let token = token(&desk);
    let mut portal = Portal::start(&desk);
    let folder = pipeline::DataFolder::open(&desk.data(), None, disk::Disk::default()).expect("the folder");
    let lock = wait_until("the lock", || folder.lock().ok());
    let id = text(&portal.deliver(&token, REPORT, "text/csv", report_of(INFECTED)).json()["id"]).to_owned();
    assert_eq!(portal.report(&token, &id).json()["state"], "waiting");
    portal.stop();
    assert_eq!(files_below(&desk.data().join("spool")).len(), 2, "the bytes and their slip");
    drop(lock);
    let mut portal = Portal::start(&desk);
    assert_eq!(portal.wait_for_report(&token, &id)["events"], 1);
    portal.wait_for_verdict(INFECTED, "seen");
    portal.stop();
}

#[test]
fn two_feeds_with_the_same_bytes_are_each_told_of_their_own() {
    let desk = desk();
    let feeds = [FEED, "shadowserver"].map(|feed| (feed, token_of(&desk, feed)));
    let mut portal = Portal::start(&desk);
    let ids = feeds.each_ref().map(|(feed, token)| {
        let sent = portal.deliver_for(feed, token, REPORT, "text/csv", report_of(INFECTED));
        assert_eq!(sent.status, 202, "{}", sent.body);
        text(&sent.json()["id"]).to_owned()
    });
    assert_eq!(ids[0], ids[1], "an id is made of the content");
    for (feed, token) in &feeds {
        assert_eq!(text(&portal.wait_for_report(token, &ids[0])["feed"]), *feed);
    }
    portal.stop();
}

#[test]
fn an_archive_is_followed_as_a_whole_and_report_by_report() {
    let desk = desk();
    let token = token(&desk);
    let mut portal = Portal::start(&desk);
    let members = [
        ("2026-09-29-event4_sinkhole-a-geo.csv", report_of(INFECTED)),
        ("2026-09-30-event4_sinkhole-b-geo.csv", report_of("203.0.113.77") + "never,203.0.113.78,1,x\n"),
    ];
    let archive = crate::archives::zip(&members.clone().map(|(name, body)| (name, body.into_bytes())));
    let sent = portal.deliver(&token, "both.zip", "application/zip", &archive);
    assert_eq!(sent.status, 202, "{}", sent.body);
    let id = text(&sent.json()["id"]).to_owned();
    let whole = portal.wait_for_report(&token, &id);
    let told: Vec<(&str, &str, i64)> = whole["members"]
        .as_array()
        .expect("members")
        .iter()
        .map(|member| (text(&member["name"]), text(&member["state"]), crate::desk::number(&member["rows"])))
        .collect();
    assert_eq!(told, [(members[0].0, "done", 1), (members[1].0, "done", 2)], "{whole}");
    assert_eq!((&whole["rows"], &whole["events"], &whole["quarantined"]), (&3.into(), &2.into(), &1.into()));
    assert_eq!((text(&whole["name"]), text(&whole["feed"])), ("both.zip", FEED));
    let second = portal.report(&token, text(&whole["members"][1]["id"])).json();
    assert_eq!((&second["rows"], second.get("members")), (&2.into(), None));
    let officer = portal.enter(&desk, CLEAN);
    let page = portal.send(CLEAN, &format!("GET /quan-tri/bao-cao/{id}"), &officer, "").body;
    assert!(page.contains("both.zip") && members.iter().all(|(name, _)| page.contains(name)), "{page}");
    let again: Value = portal.deliver(&token, "both.zip", "application/zip", &archive).json();
    assert_eq!((text(&again["id"]), &again["again"]), (id.as_str(), &true.into()));
    portal.stop();
}
