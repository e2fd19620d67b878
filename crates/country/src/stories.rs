//! The planted stories: machines whose every day is known.

use event::time;

use crate::block::{self, Block};
use crate::country::Country;
use crate::desk::{Desk, tally};
use crate::family::{FAMILIES, named};
use crate::feed::Feed;
use crate::machine::{Home, PORT_BLOCK, Source};
use crate::networks::Network;
use crate::plan::Plan;
use crate::shadowserver;
use crate::truth::{Period, Story, StoryKind, Tally};

/// Ids of planted machines.
const FIRST_ID: u64 = 1 << 50;
/// Rows of a planted machine and day.
const CALLS: u64 = 2;
/// Between 01:00 and 16:00 UTC the day is the same in the reporting zone.
const HOURS: (u64, u64) = (3_600, 16 * 3_600);

/// A planted machine.
#[derive(Debug)]
struct Planted {
    family: usize,
    home: Home,
    /// First port of its block if it shares its address, else 0.
    ports: u16,
    /// First and last days (inclusive) on which it is seen.
    seen: Vec<(i32, i32)>,
}

/// All of them, with the stories they tell.
#[derive(Debug, Default)]
pub(crate) struct Stories {
    machines: Vec<Planted>,
    told: Vec<Story>,
}

impl Stories {
    /// Plants them; their networks, which nobody else uses, are added to the country's.
    pub(crate) fn plant(country: &mut Country, plan: &Plan) -> Self {
        let mut stories = Self::default();
        let (first, last) = (plan.first_day(), plan.end_day);
        let day = |nth| first + plan.nth(nth) as i32;
        stories.office(country, (StoryKind::CleansUp, "conficker"), ("BV-02", None), 3, &[(first, day(30))]);
        let twice = [(first, day(25)), (day(60), last)];
        stories.office(country, (StoryKind::Relapses, "ramnit"), ("DH-06", None), 1, &twice);
        let always = [(first, last)];
        stories.office(country, (StoryKind::ChangesOwner, "sality"), ("DN-04", Some("DN-08")), 1, &always);
        stories.shared(country, &always);
        stories
    }

    /// A story in a network of 64 addresses of one body, or of one and then another.
    fn office(
        &mut self,
        country: &mut Country,
        (kind, family): (StoryKind, &str),
        (holder, next): (&str, Option<&str>),
        machines: u32,
        seen: &[(i32, i32)],
    ) {
        let isp = self.told.len();
        let block = block::spare(isp, 60).part(0, 64);
        let network = country.networks.len();
        let middle = country.middle;
        let to = next.map(|_| middle);
        let network_of = |code: &str| held(country, block, isp, code);
        let before = Network { to, ..network_of(holder) };
        let after = next.map(|code| Network { from: middle, ..network_of(code) });
        country.networks.push(before);
        country.networks.extend(after);
        let family = named(family);
        for place in 10..10 + machines {
            self.machines.push(Planted {
                family,
                home: Home::Office { network, place },
                ports: 0,
                seen: seen.to_vec(),
            });
        }
        self.told.push(Story {
            kind,
            organisations: std::iter::once(holder).chain(next).map(str::to_owned).collect(),
            isp: country.bodies[isp].code.clone(),
            addresses: (10..10 + machines).map(|place| block.at(place.into())).collect(),
            family: FAMILIES[family].name.to_owned(),
            seen: seen.iter().map(|&(from, to)| Period::of(from, to)).collect(),
            changes_on: to.map(time::day_text),
            ports: None,
        });
    }

    /// Three machines of three families behind one address; the first is the story's.
    fn shared(&mut self, country: &mut Country, seen: &[(i32, i32)]) {
        let isp = self.told.len();
        let block = block::pool(isp, 200);
        let (network, place) = (country.networks.len(), 7);
        let whole = Network { organisation: None, province: None, ..held(country, block, isp, "") };
        country.networks.push(Network { flags: "shared dynamic", ..whole });
        for (family, number) in [("ramnit", 20), ("sality", 31), ("hummer", 47)] {
            let (home, ports) = (Home::Office { network, place }, number * PORT_BLOCK);
            self.machines.push(Planted { family: named(family), home, ports, seen: seen.to_vec() });
        }
        self.told.push(Story {
            kind: StoryKind::BehindSharedAddress,
            organisations: Vec::new(),
            isp: country.bodies[isp].code.clone(),
            addresses: vec![block.at(place.into())],
            family: "ramnit".to_owned(),
            seen: seen.iter().map(|&(from, to)| Period::of(from, to)).collect(),
            changes_on: None,
            ports: Some((20 * PORT_BLOCK, 21 * PORT_BLOCK - 1)),
        });
    }

    /// What the sinkhole sees of them today.
    pub(crate) fn tell(&self, country: &Country, desk: &mut Desk, seen: &mut Tally) {
        for (number, machine) in self.machines.iter().enumerate() {
            let today = machine.seen.iter().any(|&(from, to)| (from..=to).contains(&desk.day));
            if today {
                machine.call(country, FIRST_ID + number as u64, desk, seen);
            }
        }
    }

    /// The stories, to be told in the truth.
    pub(crate) fn told(self) -> Vec<Story> {
        self.told
    }
}

impl Planted {
    fn call(&self, country: &Country, id: u64, desk: &mut Desk, seen: &mut Tally) {
        let source = Source { ports: self.ports, ..self.home.source(country, id, desk.day) };
        for _ in 0..CALLS {
            let second = desk.rng.between(HOURS.0, HOURS.1) as u32;
            desk.tell_truly(Feed::Sinkhole, &source, second, |told, rng| {
                shadowserver::sinkhole(Feed::Sinkhole, self.family, told, rng)
            });
            tally(seen, desk, &source, second, (id, self.family), None);
        }
    }
}

/// A network of a body at an ISP.
fn held(country: &Country, block: Block, isp: usize, code: &str) -> Network {
    let body = country.body(code);
    Network {
        block,
        isp: Some(isp),
        organisation: Some(body),
        province: Some(country.bodies[body].province),
        flags: "static",
        from: country.bodies[body].from,
        to: None,
    }
}
