//! What else the scanners find: open services and altered websites.

use event::time;

use crate::country::Country;
use crate::desk::Desk;
use crate::feed::Feed;
use crate::machine::{Home, Source};
use crate::rng::Rng;
use crate::shadowserver;

/// Open telnet services in the course of a 90-day plan, at scale 1.
const TELNET: f64 = 300.0;
/// Open remote desktops likewise.
const RDP: f64 = 200.0;
/// Altered websites likewise.
const WEBSITES: f64 = 50.0;
/// Half of the services are open from the first day; the others open on any.
const FROM_START: f64 = 0.5;
/// A service is open for so many days, at least and at most.
const LIFE: (u64, u64) = (10, 120);
/// A scan reaches an open service with this chance.
const REACHED: f64 = 0.75;

/// Ids of services, so that their addresses are others than those of the infected machines.
const FIRST_ID: u64 = 1 << 40;

#[derive(Debug)]
struct Service {
    id: u64,
    feed: Feed,
    home: Home,
    from: i32,
    until: i32,
}

/// All services of the plan's days.
#[derive(Debug)]
pub(crate) struct Exposed(Vec<Service>);

impl Exposed {
    /// Those of `days` days from `first` on.
    pub(crate) fn made(country: &Country, offices: &[usize], seed: u64, scale: f64, first: i32, days: u32) -> Self {
        let mut rng = Rng::new(seed, "exposed");
        let mut services = Vec::new();
        for (feed, count) in [(Feed::Telnet, TELNET), (Feed::Rdp, RDP), (Feed::Website, WEBSITES)] {
            for _ in 0..(count * scale).ceil() as u64 {
                let home = match feed {
                    Feed::Telnet => Home::line(country, &mut rng),
                    _ => Home::office(country, offices, &mut rng),
                };
                let from = if rng.chance(FROM_START) { first } else { first + rng.below(days.into()) as i32 };
                let until = from + rng.between(LIFE.0, LIFE.1) as i32;
                services.push(Service { id: FIRST_ID + services.len() as u64, feed, home, from, until });
            }
        }
        Self(services)
    }

    /// The scans of the day.
    pub(crate) fn tell(&self, country: &Country, desk: &mut Desk) {
        let day = desk.day;
        for service in self.0.iter().filter(|service| (service.from..service.until).contains(&day)) {
            if desk.rng.chance(REACHED) {
                service.tell(country, desk);
            }
        }
    }
}

impl Service {
    fn tell(&self, country: &Country, desk: &mut Desk) {
        let source = self.home.source(country, self.id, desk.day);
        let second = desk.rng.below(86_400) as u32;
        match self.feed {
            Feed::Telnet => drop(desk.tell(self.feed, &source, second, |told, _| shadowserver::telnet(told, self.id))),
            Feed::Rdp => drop(desk.tell(self.feed, &source, second, |told, _| shadowserver::rdp(told, self.id))),
            _ => self.tell_website(country, &source, second, desk),
        }
    }

    fn tell_website(&self, country: &Country, source: &Source, second: u32, desk: &mut Desk) {
        let Home::Office { network, .. } = self.home else { return };
        let Some(body) = country.networks[network].organisation.map(|index| &country.bodies[index]) else { return };
        let kind = (self.id % 3) as usize;
        let (page, category) =
            [("/images/up.php", "webshell"), ("/dang-nhap/", "phishing"), ("/index.php", "injected-script")][kind];
        let (name, since) = (format!("www.{}", body.domain), time::day_text(self.from));
        desk.tell(self.feed, source, second, |told, _| shadowserver::website(told, &name, page, category, &since));
    }
}
