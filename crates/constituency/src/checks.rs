//! Conflicts: two owners of the same thing on the same days.

use event::address;
use rustc_hash::FxHashSet;

use crate::block::Block;
use crate::claim::Claim;
use crate::finding::{At, Code, Findings};
use crate::organisation::{OrgId, Organisations};
use crate::sweep::pieces;
use crate::tables::Tables;

/// Most earlier rows a row is compared with. Histories of one network are shorter.
const RIVALS_MAX: usize = 1000;

/// Every conflict of the tables; `files` are the names of [`crate::tables::FILES`] as they were given.
pub(crate) fn find_conflicts(tables: &Tables, files: [&str; 4], findings: &mut Findings) {
    let [_, networks, asns, domains] = files;
    let organisations = &tables.organisations;
    let mut of_networks = Conflicts::new(networks, organisations, findings);
    for ipv4 in [true, false] {
        for same in pieces(&tables.networks, ipv4).chunk_by(|a, b| a.block == b.block).filter(|same| same.len() > 1) {
            of_networks.compare(&network_text(same[0].block), same.iter().map(|piece| piece.claim).collect());
        }
    }
    let mut of_asns = Conflicts::new(asns, organisations, findings);
    by_key(&tables.asns, |asn, claims| of_asns.compare(&asn.to_string(), claims));
    let mut of_domains = Conflicts::new(domains, organisations, findings);
    by_key(&tables.domains, |name, claims| of_domains.compare(name, claims));
}

fn by_key<K: Ord>(rows: &[(K, Claim)], mut compare: impl FnMut(&K, Vec<Claim>)) {
    let mut sorted: Vec<_> = rows.iter().collect();
    sorted.sort_by_key(|(key, claim)| (key, claim.line));
    for same in sorted.chunk_by(|a, b| a.0 == b.0).filter(|same| same.len() > 1) {
        compare(&same[0].0, same.iter().map(|(_, claim)| *claim).collect());
    }
}

/// A network in prefix notation.
fn network_text(block: Block) -> String {
    let longest = if block.is_ipv4() { 32 } else { 128 };
    let host = block.span().checked_add(1).map_or(128, u128::ilog2);
    format!("{}/{}", address::from_bits(block.first), longest - host)
}

/// Comparing the rows of one table with each other.
struct Conflicts<'t, 'f> {
    file: &'t str,
    organisations: &'t Organisations,
    findings: &'f mut Findings,
    /// Lines complained about, by column: the parts of a range are compared one by one.
    said: FxHashSet<(u32, &'static str)>,
}

impl<'t, 'f> Conflicts<'t, 'f> {
    fn new(file: &'t str, organisations: &'t Organisations, findings: &'f mut Findings) -> Self {
        Self { file, organisations, findings, said: FxHashSet::default() }
    }

    /// Compares each row about the same thing with those that began before it.
    fn compare(&mut self, what: &str, mut claims: Vec<Claim>) {
        claims.sort_by_key(|claim| (claim.validity.from, claim.line));
        let latest = |latest: &mut i32, claim: &Claim| {
            *latest = claim.validity.to.max(*latest);
            Some(*latest)
        };
        let open_until: Vec<i32> = claims.iter().scan(i32::MIN, latest).collect();
        for (at, claim) in claims.iter().enumerate() {
            let open = (0..at).rev().take_while(|before| open_until[*before] > claim.validity.from).take(RIVALS_MAX);
            let rivals =
                open.map(|before| &claims[before]).filter(|rival| rival.validity.and(claim.validity).is_some());
            for role in ["isp", "organisation", "province"] {
                if let Some(rival) = rivals.clone().find(|rival| self.disagree(role, rival, claim)) {
                    self.say(what, role, claim, rival, Code::Conflict);
                }
            }
            if let Some(same) = rivals.clone().find(|rival| agree(rival, claim)) {
                self.say(what, "", claim, same, Code::Repeated);
            }
        }
    }

    fn disagree(&self, role: &str, a: &Claim, b: &Claim) -> bool {
        let Some(days) = a.validity.and(b.validity) else { return false };
        let (a, b) = match role {
            "isp" => (a.isp, b.isp),
            "organisation" => (a.organisation, b.organisation),
            _ => return a.place.is_some() && b.place.is_some() && a.place != b.place,
        };
        a.zip(b).is_some_and(|(a, b)| a != b && self.organisations.both_exist(a, b, days))
    }

    fn say(&mut self, what: &str, column: &'static str, claim: &Claim, other: &Claim, code: Code) {
        if !self.said.insert((claim.line, column)) {
            return;
        }
        let message = match code {
            Code::Conflict => {
                format!("line {} says otherwise on some of the same days; on those neither counts", other.line)
            }
            _ => format!("line {} says the same on some of the same days", other.line),
        };
        let rivals = if code == Code::Conflict { self.named(column, [claim, other]) } else { Vec::new() };
        self.findings.add_rivals(At { file: self.file, line: claim.line }, column, what, code, message, rivals);
    }

    /// The codes that two rows name in a column.
    fn named(&self, column: &str, claims: [&Claim; 2]) -> Vec<String> {
        let code = |claim: &Claim| {
            let owner = |id: Option<OrgId>| id.map(|id| self.organisations.code(id).to_owned());
            match column {
                "isp" => owner(claim.isp),
                "organisation" => owner(claim.organisation),
                _ => claim.place.map(|place| place.code().to_owned()),
            }
        };
        claims.into_iter().filter_map(code).collect()
    }
}

fn agree(a: &Claim, b: &Claim) -> bool {
    (a.isp, a.organisation, a.place, a.flags) == (b.isp, b.organisation, b.place, b.flags)
}
