//! A made house behind the seams: a small country of documentation addresses, its feeds and its desk.

#![expect(clippy::expect_used, reason = "made data: what is wrong shows at once")]

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, Mutex};

use event::rules::Kind;
use event::time::{DAY, SECOND, Zone};
use event::tlp::Tlp;
use portal::app::{Clock, Parts, Slot};
use portal::config::Config;
use portal::desk::{Delivery, Desk, Receipt, Refused, Report, State};
use portal::front::{Fact, Front, OpenFile, Ownership, Picture, Section, Whose};
use portal::requests::{Request, Requests, Wish};
use portal::seen::{Restricted, Seen, Sighted};
use portal::tables::Tables;
use portal::tokens::Tokens;
use portal::verdict::Reach;
use portal::watch::{
    BadRow, Conflict, FeedRow, PAGE_ROWS, Paged, QuarantineAsk, Replayed, ReportsAsk, Unanswered, Watch,
};

/// 20 November 2026, 10:00 in Hà Nội.
pub(crate) const NOW: i64 = 1_795_143_600 * SECOND;
/// The same as a day number.
pub(crate) const TODAY: i32 = 20_777;
/// The token of the feed `sinkhole`.
pub(crate) const FEED_TOKEN: &str = "made-token-of-the-feed-sinkhole";
/// The token of the feed `partner`.
pub(crate) const PARTNER_TOKEN: &str = "made-token-of-the-feed-partner";
/// The token of a feed that no catalogue has.
pub(crate) const LOST_TOKEN: &str = "made-token-of-a-feed-that-is-gone";
/// The officers' token.
pub(crate) const ADMIN_TOKEN: &str = "made-token-of-the-officers-0123456789";

/// Addresses that show every answer, with what they show.
pub(crate) const ADDRESSES: [(&str, &str); 12] = [
    ("192.0.2.7", "static, seen: computer"),
    ("192.0.2.8", "static, nothing"),
    ("192.0.2.9", "static, seen: router and camera"),
    ("192.0.2.10", "static, seen long ago"),
    ("192.0.2.11", "static, open service"),
    ("192.0.2.66", "static, restricted: looks like nothing"),
    ("198.51.100.7", "dynamic, seen yesterday"),
    ("198.51.100.8", "dynamic, seen last week: looks like nothing"),
    ("203.0.113.7", "shared"),
    ("203.0.113.200", "mobile"),
    ("198.51.100.250", "relay"),
    ("2001:db8:5:1::7", "IPv6, static, seen: server"),
];

/// Everything the portal needs, with the settings given as flags.
pub(crate) fn parts(flags: &[(&str, &str)], clock: Clock) -> (Parts, Arc<MadeDesk>) {
    let flags: Vec<_> = flags.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let desk = Arc::new(MadeDesk::default());
    let parts = Parts {
        config: Config::resolve("", |_| None, &flags).expect("settings"),
        is_made: false,
        clock,
        zone: Zone::named("Asia/Ho_Chi_Minh").expect("zone"),
        tables: Tables::read(None).expect("tables"),
        seen: Slot::new(Some(seen())),
        front: Slot::new(front()),
        tokens: Slot::new(Tokens::of([("sinkhole", FEED_TOKEN), ("partner", PARTNER_TOKEN), ("gone", LOST_TOKEN)])),
        admin_token: Some(ADMIN_TOKEN.to_owned()),
        metrics_token: Some("made-token-of-metrics".to_owned()),
        ownership: Arc::new(MadeOwners),
        desk: Arc::clone(&desk) as Arc<dyn Desk>,
        watch: Arc::new(MadeWatch),
        requests: Arc::new(MadeRequests::default()),
    };
    (parts, desk)
}

fn seen() -> Seen {
    let row = |address: &str, family: &'static str, kind, first: i32, last: i32, days| Sighted {
        address: address.parse().expect("address"),
        family,
        kind,
        first: TODAY - first,
        last: TODAY - last,
        days,
        public: true,
        tlp: None,
    };
    let rows = [
        row("192.0.2.7", "conficker", Kind::Botnet, 21, 1, 17),
        row("192.0.2.9", "mirai", Kind::Botnet, 3, 0, 3),
        row("192.0.2.9", "open-telnet", Kind::Exposed, 9, 1, 8),
        row("192.0.2.10", "ramnit", Kind::Botnet, 90, 60, 12),
        row("192.0.2.11", "open-rdp", Kind::Exposed, 12, 1, 10),
        Sighted { public: false, ..row("192.0.2.66", "conficker", Kind::Botnet, 4, 1, 3) },
        Sighted { tlp: Some(Tlp::AmberStrict), ..row("192.0.2.66", "mirai", Kind::Botnet, 4, 1, 3) },
        row("192.0.2.66", "made-apt", Kind::Botnet, 4, 1, 3),
        row("198.51.100.7", "sality", Kind::Botnet, 30, 1, 20),
        row("198.51.100.8", "sality", Kind::Botnet, 30, 6, 20),
        row("203.0.113.7", "mirai", Kind::Botnet, 5, 0, 6),
        row("2001:db8:5:1::1", "xorddos", Kind::Botnet, 6, 2, 4),
        row("192.0.2.99", "conficker", Kind::Botnet, 9, 0, 9),
        row("192.0.2.99", "prometei", Kind::Botnet, 9, 0, 9),
        row("192.0.2.99", "mirai", Kind::Botnet, 9, 1, 9),
        row("192.0.2.99", "xorddos", Kind::Botnet, 9, 1, 9),
        row("192.0.2.99", "a-family-nobody-has-a-name-for-yet", Kind::Botnet, 9, 1, 9),
        row("192.0.2.99", "open-rdp", Kind::Exposed, 9, 1, 9),
    ];
    Seen::build(rows, &Restricted::families(["made-apt".to_owned()]), 64, TODAY - 1)
}

/// A made picture: the same in both languages but for its words.
fn front() -> Front {
    let vi = picture(
        "vi",
        [
            "Địa chỉ trong mạng botnet mỗi ngày (giả lập)",
            "Số địa chỉ khác nhau mỗi ngày, bình quân từng tuần.",
            "Xem bảng",
        ],
    );
    let en = picture(
        "en",
        ["Botnet addresses per day (made)", "Unique addresses per day, mean of each week.", "Show the table"],
    );
    let css = ".made-bars{fill:var(--link);width:100%}".to_owned();
    Front { made: NOW - 3 * 3600 * SECOND, vi: Some(vi), en: Some(en), css }
}

fn picture(lang: &str, [heading, definition, label]: [&str; 3]) -> Picture {
    let bar = |n: i32| {
        let height = 130 - n * 7 + (n % 3) * 9;
        format!("<rect x=\"{}\" y=\"{}\" width=\"38\" height=\"{height}\"/>", n * 52 + 8, 150 - height)
    };
    let bars: String = (0..12).map(bar).collect();
    let [csv, json] = ["csv", "json"].map(|ending| format!("daily-2026-11.{lang}.{ending}"));
    let file =
        |name: &str, media_type, bytes: &[u8]| OpenFile { name: name.to_owned(), media_type, bytes: bytes.into() };
    Picture {
        period: "11/2026".to_owned(),
        headline: ["1.234", "468.796"].map(|value| fact(heading, value, definition)).into(),
        files: vec![
            file(&csv, "text/csv; charset=utf-8", b"day,addresses\n2026-11-19,1234\n"),
            file(&json, "application/json", b"[{\"day\":\"2026-11-19\",\"addresses\":1234}]"),
        ],
        sections: vec![Section {
            key: "daily".to_owned(),
            heading: heading.to_owned(),
            svg: format!(
                "<svg class=\"made-bars\" viewBox=\"0 0 632 150\" role=\"img\" aria-label=\"{heading}\">{bars}</svg>"
            ),
            table_label: label.to_owned(),
            table_html: "<table><tr><th>19/11</th><td class=\"n\">1.234</td></tr></table>".to_owned(),
            definition: definition.to_owned(),
            notes: Vec::new(),
            csv,
            json,
        }],
        notes: vec![definition.to_owned()],
    }
}

fn fact(label: &str, value: &str, definition: &str) -> Fact {
    Fact { label: label.to_owned(), value: value.to_owned(), definition: definition.to_owned() }
}

/// The made country: 192.0.2.0/24 static, 198.51.100.0/24 dynamic, 203.0.113.0/24 shared.
#[derive(Debug)]
pub(crate) struct MadeOwners;

impl Ownership for MadeOwners {
    fn whose(&self, address: IpAddr) -> Whose {
        let reach = match address {
            IpAddr::V4(ip) => match ip.octets() {
                [192, 0, 2, _] => Reach::Static,
                [198, 51, 100, 240..=255] => Reach::Relay,
                [198, 51, 100, _] => Reach::Dynamic,
                [203, 0, 113, 128..=255] => Reach::Mobile,
                [203, 0, 113, _] => Reach::Shared,
                _ => Reach::Foreign,
            },
            IpAddr::V6(ip) => match ip.segments() {
                [0x2001, 0xdb8, 5, ..] => Reach::Static,
                [0x2001, 0xdb8, ..] => Reach::Unknown,
                _ => Reach::Foreign,
            },
        };
        let isp = (reach != Reach::Foreign).then(|| "Viễn thông Giả Lập".to_owned());
        Whose { reach, isp }
    }
}

/// A desk in memory: the same content of a feed is one report.
#[derive(Debug, Default)]
pub(crate) struct MadeDesk {
    /// By feed and content.
    pub(crate) taken: Arc<Mutex<Taken>>,
}

/// Reports by feed and content.
type Taken = BTreeMap<(String, Vec<u8>), Report>;

impl Desk for MadeDesk {
    fn knows(&self, feed: &str) -> bool {
        feed == "sinkhole" || feed == "partner"
    }

    fn open(&self, feed: &str, name: &str) -> Result<Box<dyn Delivery>, Refused> {
        match name {
            "busy.csv" => Err(Refused::Busy(7)),
            "broken.csv" => Err(Refused::Unreadable("the archive breaks off".to_owned())),
            "disk.csv" => Err(Refused::Failed("made: the disk is full".to_owned())),
            _ => {
                let (feed, name) = (feed.to_owned(), name.to_owned());
                Ok(Box::new(MadeDelivery { taken: Arc::clone(&self.taken), feed, name, bytes: Vec::new() }))
            }
        }
    }

    fn report(&self, feed: Option<&str>, id: &str) -> Result<Option<Report>, Refused> {
        let is_it = |report: &&Report| report.id == id && feed.is_none_or(|feed| feed == report.feed);
        Ok(self.taken.lock().expect("taken").values().find(is_it).cloned())
    }

    fn ready(&self) -> bool {
        true
    }
}

/// A file on its way.
struct MadeDelivery {
    taken: Arc<Mutex<Taken>>,
    feed: String,
    name: String,
    bytes: Vec<u8>,
}

impl Delivery for MadeDelivery {
    fn write(&mut self, bytes: &[u8]) -> Result<(), Refused> {
        self.bytes.extend_from_slice(bytes);
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<Receipt, Refused> {
        let mut taken = self.taken.lock().expect("taken");
        let number = taken.len() as i64 + 1;
        let key = (self.feed.clone(), self.bytes);
        if let Some(known) = taken.get(&key) {
            return Ok(Receipt { id: known.id.clone(), again: true });
        }
        let rows = key.1.iter().filter(|byte| **byte == b'\n').count() as u64;
        let id = format!("made-{number}");
        let report = report(&id, number, &self.feed, &self.name, rows);
        taken.insert(key, report);
        Ok(Receipt { id, again: false })
    }
}

fn report(id: &str, seq: i64, feed: &str, name: &str, rows: u64) -> Report {
    Report {
        id: id.to_owned(),
        seq: Some(seq),
        feed: feed.to_owned(),
        name: name.to_owned(),
        state: State::Done,
        why: None,
        received: NOW - seq * 3600 * SECOND,
        done: Some(NOW - seq * 3600 * SECOND + 4 * SECOND),
        rows,
        events: rows - rows / 50,
        quarantined: rows / 50,
        members: Vec::new(),
    }
}

/// What officers see in the made house.
#[derive(Debug)]
pub(crate) struct MadeWatch;

impl Watch for MadeWatch {
    fn feeds(&self) -> Result<Vec<FeedRow>, Unanswered> {
        let days: Vec<i64> = (0..29).map(|day| if day == 12 { 0 } else { 800 + (day * 37) % 190 - day * 4 }).collect();
        let row = |feed: &str, vi: &str, en: &str| FeedRow {
            feed: feed.to_owned(),
            title: [vi.to_owned(), en.to_owned()],
            delivered: Some(NOW - 8 * 3600 * SECOND),
            reports: 112,
            quarantined: 57,
            last_day: 774,
            usual: 790,
            days: days.clone(),
            ..FeedRow::default()
        };
        Ok(vec![
            row("sinkhole", "Sinkhole HTTP (giả lập)", "HTTP sinkholes (made)"),
            FeedRow {
                late: true,
                off: true,
                delivered: Some(NOW - 5 * DAY),
                silent: vec!["ramnit".to_owned()],
                ..row("partner", "Đối tác chia sẻ (giả lập)", "A partner (made)")
            },
            FeedRow {
                delivered: None,
                days: Vec::new(),
                reports: 0,
                quarantined: 0,
                last_day: 0,
                usual: 0,
                ..row("new", "Nguồn mới (giả lập)", "A new feed (made)")
            },
        ])
    }

    fn reports(&self, ask: &ReportsAsk) -> Result<Paged<Report>, Unanswered> {
        let name = |n: i64| format!("2026-11-{:02}-event4_sinkhole_http-viet-nam-geo.csv.gz", 20 - n % 20);
        let all = (1..=120).map(|n| report(&format!("made-{n}"), n, "sinkhole", &name(n), 1234 + n as u64));
        let all = all.map(|report| match report.seq {
            Some(3) => Report { state: State::Failed, why: Some("gzip: breaks off".into()), events: 0, ..report },
            Some(1) => Report { state: State::Waiting, done: None, rows: 0, events: 0, quarantined: 0, ..report },
            _ => report,
        });
        let all = all.filter(|report| ask.feed.as_ref().is_none_or(|feed| *feed == report.feed));
        let all = all.filter(|report| ask.since.is_none_or(|day| i64::from(day) * DAY <= report.received));
        Ok(paged(all, ask.page))
    }

    fn quarantine(&self, ask: &QuarantineAsk) -> Result<Paged<BadRow>, Unanswered> {
        let all = (1..=70).map(bad_row).filter(|row| ask.reason.as_ref().is_none_or(|reason| *reason == row.reason));
        let all = all.filter(|row| ask.report.is_none_or(|report| report == row.report));
        Ok(paged(all.filter(|row| ask.feed.as_ref().is_none_or(|feed| *feed == row.feed)), ask.page))
    }

    fn bad_row(&self, report: i64, row: u64) -> Result<Option<BadRow>, Unanswered> {
        Ok((1..=70).map(bad_row).find(|bad| (bad.report, bad.row) == (report, row)))
    }

    fn replay(&self, report: i64) -> Result<Replayed, Unanswered> {
        if report == 13 {
            Err(Unanswered("made: no luck".to_owned()))
        } else {
            Ok(Replayed { events: 4, quarantined: 1 })
        }
    }

    fn conflicts(&self) -> Result<Vec<Conflict>, Unanswered> {
        let conflict = |subject: &str, a: &str, b: &str, line: usize| Conflict {
            subject: subject.to_owned(),
            owners: vec![a.to_owned(), b.to_owned()],
            place: format!("networks.csv:{line}"),
        };
        Ok(vec![
            conflict("192.0.2.64/26", "Sở Khoa học và Công nghệ tỉnh Mẫu", "Đại học Mẫu", 17),
            conflict("2001:db8:5::/48", "Viễn thông Giả Lập", "Truyền số liệu Giả Lập", 204),
        ])
    }
}

fn bad_row(n: u64) -> BadRow {
    let reasons = ["invalid-value", "missing-time", "malformed"];
    BadRow {
        report: 100 - (n as i64) / 5,
        feed: "sinkhole".to_owned(),
        file: "2026-11-20-event4_sinkhole_http-viet-nam-geo.csv.gz".to_owned(),
        row: n * 3,
        column: "timestamp".to_owned(),
        value: "2026-13-45 <b>00:00</b>".to_owned(),
        reason: reasons[n as usize % 3].to_owned(),
        text: format!("2026-13-45 00:00:00,192.0.2.{n},<script>alert(1)</script>,40123,conficker,http"),
    }
}

fn paged<T>(all: impl Iterator<Item = T>, page: usize) -> Paged<T> {
    let mut rows: Vec<T> = all.skip(page * PAGE_ROWS).take(PAGE_ROWS + 1).collect();
    let more = rows.len() > PAGE_ROWS;
    rows.truncate(PAGE_ROWS);
    Paged { rows, more }
}

/// Requests in memory; one is there already.
#[derive(Debug)]
pub(crate) struct MadeRequests(Mutex<Vec<Request>>);

impl Default for MadeRequests {
    fn default() -> Self {
        let first = Request {
            code: "MADE23456789".to_owned(),
            wish: Wish::Wrong,
            address: Some(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 7))),
            contact: "nguoi.dan@example.org".to_owned(),
            text: "Máy đã cài lại từ ngày 10/11 nhưng vẫn báo lây nhiễm.\n<b>Xin kiểm tra lại.</b>".to_owned(),
            at: NOW - 3 * DAY,
            due: TODAY + 2,
            closed: None,
        };
        Self(Mutex::new(vec![first]))
    }
}

impl Requests for MadeRequests {
    fn file(&self, request: &Request) -> Result<(), Unanswered> {
        self.0.lock().expect("requests").push(request.clone());
        Ok(())
    }

    fn find(&self, code: &str) -> Result<Option<Request>, Unanswered> {
        Ok(self.0.lock().expect("requests").iter().find(|request| request.code == code).cloned())
    }

    fn list(&self) -> Result<Vec<Request>, Unanswered> {
        Ok(self.0.lock().expect("requests").clone())
    }

    fn close(&self, code: &str, now: i64) -> Result<(), Unanswered> {
        let mut requests = self.0.lock().expect("requests");
        requests.iter_mut().filter(|request| request.code == code).for_each(|request| request.closed = Some(now));
        Ok(())
    }
}
