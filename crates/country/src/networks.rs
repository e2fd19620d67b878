//! Who holds which addresses, and from when to when.

use crate::block::{self, Block};
use crate::bodies::{Body, Kind, PROVINCES_BEGIN, RECORDS_BEGIN};
use crate::places::Province;
use crate::rng::Rng;

/// One line of `networks.csv`.
#[derive(Debug, Clone)]
pub(crate) struct Network {
    pub(crate) block: Block,
    /// Index of the ISP; ISPs are the first bodies.
    pub(crate) isp: Option<usize>,
    /// Index of the body that uses it.
    pub(crate) organisation: Option<usize>,
    pub(crate) province: Option<usize>,
    pub(crate) flags: &'static str,
    pub(crate) from: i32,
    /// First day on which it no longer holds.
    pub(crate) to: Option<i32>,
}

/// How many ISPs there are.
pub(crate) const ISPS: usize = 6;
/// CGNAT and mobile pools of one ISP.
pub(crate) const POOLS: u32 = 4;
/// One body in so many has a second line that is no prefix but a range.
const RANGE_EVERY: u64 = 6;
/// One body in so many holds addresses of its own, without an ISP.
const INDEPENDENT_EVERY: u64 = 12;
/// Networks that change hands in mid-period, beside the planted one.
const CHANGES: usize = 6;

/// Every network; `middle` is the day on which some change hands.
pub(crate) fn networks(provinces: &[Province], bodies: &[Body], middle: i32, seed: u64) -> Vec<Network> {
    let mut rng = Rng::new(seed, "networks");
    let mut all: Vec<Network> = (0..ISPS).flat_map(|isp| of_isp(isp, provinces.len())).collect();
    all.extend(of_bodies(bodies, provinces.len(), &mut rng));
    all.extend((0..CHANGES).flat_map(|number| change(number, bodies, middle, &mut rng)));
    all
}

fn open(block: Block, isp: usize, province: Option<usize>, flags: &'static str) -> Network {
    Network { block, isp: Some(isp), organisation: None, province, flags, from: RECORDS_BEGIN, to: None }
}

/// The whole blocks of an ISP and, nested in them, its homes, business lines and pools.
fn of_isp(isp: usize, provinces: usize) -> Vec<Network> {
    let mut all = vec![
        open(block::fixed(isp), isp, None, ""),
        open(block::shared(isp), isp, None, "shared"),
        open(block::six(isp), isp, None, ""),
    ];
    for province in 0..provinces {
        let since = |network| Network { from: PROVINCES_BEGIN, ..network };
        all.push(since(open(block::homes(isp, province), isp, Some(province), "dynamic")));
        all.push(since(open(block::business(isp, province), isp, Some(province), "static")));
        all.push(since(open(block::six_homes(isp, province), isp, Some(province), "dynamic")));
    }
    all.extend((0..POOLS).map(|number| open(block::pool(isp, number), isp, None, "shared dynamic")));
    all
}

/// How many addresses a body of a kind has.
fn size(kind: Kind) -> u32 {
    match kind {
        Kind::Ministry | Kind::School => 256,
        Kind::Province | Kind::Bank => 128,
        Kind::Agency | Kind::Enterprise | Kind::Hospital => 64,
        Kind::Isp | Kind::Department | Kind::Other => 32,
    }
}

/// Hands out parts of the business lines, one after the other.
struct Allotment {
    provinces: usize,
    used: Vec<u32>,
    independent: u32,
}

impl Allotment {
    fn new(provinces: usize) -> Self {
        Self { provinces, used: vec![0; ISPS * provinces], independent: 0 }
    }

    /// An aligned part at one of the ISPs, the wanted one if it has room.
    fn business(&mut self, wanted: usize, province: usize, size: u32) -> Option<(usize, Block)> {
        (0..ISPS).map(|step| (wanted + step) % ISPS).find_map(|isp| {
            let lines = block::business(isp, province);
            let used = &mut self.used[isp * self.provinces + province];
            let start = used.next_multiple_of(size);
            let fits = u128::from(start + size) <= lines.size();
            fits.then(|| *used = start + size).map(|()| (isp, lines.part(start, size)))
        })
    }

    fn independent(&mut self, size: u32) -> Block {
        let start = self.independent.next_multiple_of(size);
        self.independent = start + size;
        block::INDEPENDENT.part(start, size)
    }
}

fn of_bodies(bodies: &[Body], provinces: usize, rng: &mut Rng) -> Vec<Network> {
    let mut allotment = Allotment::new(provinces);
    let mut all = Vec::new();
    for (index, body) in bodies.iter().enumerate().filter(|(_, body)| body.to.is_none()) {
        if rng.below(INDEPENDENT_EVERY) == 0 {
            let block = allotment.independent(size(body.kind));
            all.push(Network { isp: None, ..held(body, index, 0, block) });
            continue;
        }
        let wanted = if body.kind == Kind::Isp { index } else { rng.index(ISPS) };
        if let Some((isp, block)) = allotment.business(wanted, body.province, size(body.kind)) {
            all.push(held(body, index, isp, block));
        }
        if rng.below(RANGE_EVERY) == 0
            && let Some((isp, block)) = allotment.business(wanted, body.province, 64)
        {
            all.push(held(body, index, isp, block.part(3, rng.between(21, 45) as u32)));
        }
    }
    all
}

fn held(body: &Body, index: usize, isp: usize, block: Block) -> Network {
    let organisation = Some(index);
    Network { organisation, from: body.from, ..open(block, isp, Some(body.province), "static") }
}

/// One block, two holders: two bodies, or (every third) one ISP and the next.
fn change(number: usize, bodies: &[Body], middle: i32, rng: &mut Rng) -> [Network; 2] {
    let isp = number % ISPS;
    let whole = block::spare(isp, 1 + number as u32);
    let until = |network| Network { to: Some(middle), ..network };
    let since = |network| Network { from: middle, ..network };
    if number % 3 == 2 {
        return [until(open(whole, isp, None, "dynamic")), since(open(whole, (isp + 1) % ISPS, None, "dynamic"))];
    }
    let fit: Vec<usize> = (ISPS..bodies.len()).filter(|&index| bodies[index].to.is_none()).collect();
    let before = rng.index(fit.len());
    let after = (before + 1 + rng.index(fit.len() - 1)) % fit.len();
    let holder = |at: usize| held(&bodies[fit[at]], fit[at], isp, whole.part(0, 64));
    [until(holder(before)), since(holder(after))]
}
