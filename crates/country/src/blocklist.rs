//! A list of the attackers' own hosts: control servers and phishing pages, one subject per line.

use crate::desk::Desk;
use crate::fault::Fault;
use crate::feed::Feed;
use crate::rng::Rng;

/// Hosts known on the first day.
const AT_START: u64 = 40;
/// New ones a day.
const NEW_A_DAY: u64 = 2;
/// A host lives so many days at least and at most.
const LIFE: (u64, u64) = (5, 40);

#[derive(Debug)]
struct Host {
    subject: String,
    until: i32,
}

/// The hosts of the day.
#[derive(Debug)]
pub(crate) struct Blocklist {
    hosts: Vec<Host>,
    rng: Rng,
}

impl Blocklist {
    pub(crate) fn first(seed: u64, day: i32) -> Self {
        let mut list = Self { hosts: Vec::new(), rng: Rng::new(seed, "blocklist") };
        list.grow(AT_START, day);
        list
    }

    fn grow(&mut self, count: u64, day: i32) {
        for _ in 0..count {
            let until = day + self.rng.between(LIFE.0, LIFE.1) as i32;
            let subject = subject(&mut self.rng);
            self.hosts.push(Host { subject, until });
        }
    }

    /// Some hosts go, some come, and the list of the day is told.
    pub(crate) fn tell(&mut self, desk: &mut Desk) {
        self.hosts.retain(|host| host.until > desk.day);
        self.grow(NEW_A_DAY, desk.day);
        for (number, host) in self.hosts.iter().enumerate() {
            let fault = Fault::throw(&mut desk.rng, Feed::Blocklist);
            let line = if fault.is_some() { format!("hxxp:///{}", number) } else { host.subject.clone() };
            desk.push(Feed::Blocklist, number as u32, fault, line);
        }
    }
}

/// An address of TEST-NET-3 (RFC 5737), a name or a URL under `.example`.
fn subject(rng: &mut Rng) -> String {
    let name: String = (0..rng.between(7, 12)).map(|_| char::from(b'a' + rng.below(26) as u8)).collect();
    match rng.below(4) {
        0 => format!("203.0.113.{}", rng.below(256)),
        1 => format!("http://dang-nhap-{name}.example/xac-thuc"),
        _ => format!("{name}.c2.example"),
    }
}
