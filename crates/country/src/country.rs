//! The whole made country in memory, and its four constituency files.

use std::fmt::Write as _;

use event::time;

use crate::block;
use crate::bodies::{Body, RECORDS_BEGIN, bodies};
use crate::networks::{ISPS, Network, networks};
use crate::places::{Province, provinces};

/// Places, organisations and networks, as one seed makes them.
#[derive(Debug)]
pub(crate) struct Country {
    pub(crate) provinces: Vec<Province>,
    pub(crate) bodies: Vec<Body>,
    pub(crate) networks: Vec<Network>,
    pub(crate) middle: i32,
}

impl Country {
    /// The country of a seed; on the day `middle` some networks and names change hands.
    pub(crate) fn made(seed: u64, middle: i32) -> Self {
        let provinces = provinces();
        let bodies = bodies(&provinces);
        let networks = networks(&provinces, &bodies, middle, seed);
        Self { provinces, bodies, networks, middle }
    }

    /// Its files: name and text.
    pub(crate) fn files(&self) -> [(&'static str, String); 4] {
        [
            ("organisations.csv", self.organisations()),
            ("networks.csv", self.networks()),
            ("asns.csv", self.asns()),
            ("domains.csv", self.domains()),
        ]
    }

    /// Index of the body of a code.
    pub(crate) fn body(&self, code: &str) -> usize {
        self.bodies.iter().position(|body| body.code == code).unwrap_or(0)
    }

    fn organisations(&self) -> String {
        let mut out = String::from("code,name,name_en,kind,sector,parent,province,valid_from,valid_to\n");
        for b in &self.bodies {
            let province = self.provinces[b.province].code;
            row(
                &mut out,
                &[&b.code, &b.name, &b.name_en, b.kind.name(), b.sector, &b.parent, province],
                (b.from, b.to),
            );
        }
        out
    }

    fn networks(&self) -> String {
        let mut out = String::from("network,isp,organisation,province,flags,valid_from,valid_to\n");
        for n in &self.networks {
            let code = |body: Option<usize>| body.map_or("", |index| self.bodies[index].code.as_str());
            let province = n.province.map_or("", |index| self.provinces[index].code);
            let block = n.block.to_string();
            row(&mut out, &[&block, code(n.isp), code(n.organisation), province, n.flags], (n.from, n.to));
        }
        out
    }

    fn asns(&self) -> String {
        let mut out = String::from("asn,isp,name,valid_from,valid_to\n");
        for (isp, body) in self.bodies[..ISPS].iter().enumerate() {
            let names = [format!("{} fixed", body.name_en), format!("{} mobile", body.name_en)];
            for (asn, name) in [fixed_asn(isp), mobile_asn(isp)].into_iter().zip(names) {
                row(&mut out, &[&asn.to_string(), &body.code, &name], (RECORDS_BEGIN, None));
            }
        }
        self.sold_asns(&mut out);
        out
    }

    /// Numbers that went from one ISP to another.
    fn sold_asns(&self, out: &mut String) {
        for number in 0..SOLD_ASNS {
            let (before, after) = (number as usize % ISPS, (number as usize + 1) % ISPS);
            let (asn, name) = ((SOLD_ASN_FIRST + number).to_string(), format!("Former exchange {}", number + 1));
            row(out, &[&asn, &self.bodies[before].code, &name], (RECORDS_BEGIN, Some(self.middle)));
            row(out, &[&asn, &self.bodies[after].code, &name], (self.middle, None));
        }
    }

    fn domains(&self) -> String {
        let mut out = String::from("domain,organisation,valid_from,valid_to\n");
        for b in &self.bodies {
            row(&mut out, &[&b.domain, &b.code], (b.from, b.to));
        }
        for (domain, before, after) in SOLD_NAMES {
            row(&mut out, &[domain, before], (RECORDS_BEGIN, Some(self.middle)));
            row(&mut out, &[domain, after], (self.middle, None));
        }
        out
    }

    /// The number from which an address of a network is announced.
    pub(crate) fn asn(network: &Network) -> u32 {
        match network.isp {
            None => block::INDEPENDENT_ASN,
            Some(isp) if network.flags.starts_with("shared") => mobile_asn(isp),
            Some(isp) => fixed_asn(isp),
        }
    }
}

/// Of 64512-64540 (RFC 6996), the fixed network of an ISP.
pub(crate) fn fixed_asn(isp: usize) -> u32 {
    64_512 + isp as u32
}

/// Of 64512-64540, the mobile network of an ISP.
pub(crate) fn mobile_asn(isp: usize) -> u32 {
    64_520 + isp as u32
}

/// First of the four-byte numbers for documentation, 65536-65551 (RFC 5398), that were sold.
const SOLD_ASN_FIRST: u32 = 65_536;
/// How many were.
const SOLD_ASNS: u32 = 3;

/// Names that went from one body to another: domain, before, after.
const SOLD_NAMES: [(&str, &str, &str); 3] = [
    ("dichvuso.gov.example", "M-02", "M-12"),
    ("vantaibien.com.example", "DN-05", "DN-10"),
    ("tramyte.health.example", "BV-01", "BV-03"),
];

/// One line: cells, then the days from which and until which it holds.
fn row(out: &mut String, cells: &[&str], (from, to): (i32, Option<i32>)) {
    for cell in cells {
        if cell.contains([',', '"']) {
            // Writing to a String cannot fail.
            let _ = write!(out, "\"{}\",", cell.replace('"', "\"\""));
        } else {
            let _ = write!(out, "{cell},");
        }
    }
    let _ = writeln!(out, "{},{}", time::day_text(from), to.map(time::day_text).unwrap_or_default());
}
