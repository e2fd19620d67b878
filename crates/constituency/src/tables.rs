//! The four tables, read from CSV: every row that is right is used, every row that is wrong is a finding.

use std::borrow::Cow;
use std::sync::Arc;

use crate::block::{self, Block};
use crate::checks;
use crate::claim::Claim;
use crate::finding::{At, Code, Finding, Findings};
use crate::organisation::Organisations;
use crate::owner::{Flags, OrgId};
use crate::places::Places;
use crate::reference::Reference;
use crate::roster;
use crate::sheet::{Columns, Row, Sheet};
use crate::validity::Validity;

/// The tables by the last part of their file's name, in the order in which they are read.
pub const FILES: [&str; 4] = ["organisations.csv", "networks.csv", "asns.csv", "domains.csv"];

/// Position of the networks in [`FILES`].
pub(crate) const NETWORKS: usize = 1;
/// Position of the domains in [`FILES`].
pub(crate) const DOMAINS: usize = 3;

const NETWORK_COLUMNS: Columns<7> =
    Columns { names: ["network", "isp", "organisation", "province", "flags", "valid_from", "valid_to"], needed: 1 };
const ASN_COLUMNS: Columns<5> = Columns { names: ["asn", "isp", "name", "valid_from", "valid_to"], needed: 2 };
const DOMAIN_COLUMNS: Columns<4> = Columns { names: ["domain", "organisation", "valid_from", "valid_to"], needed: 2 };

/// The four tables as they were read: every row that could be used.
#[derive(Debug, Clone, Default)]
pub struct Tables {
    pub(crate) organisations: Organisations,
    pub(crate) networks: Vec<(Block, Claim)>,
    pub(crate) asns: Vec<(u32, Claim)>,
    pub(crate) domains: Vec<(Box<str>, Claim)>,
    pub(crate) texts: [Arc<str>; 4],
    pub(crate) places: Places,
}

impl Tables {
    /// Reads the tables from (file name, text) pairs, in any order; the last part of a name says which of [`FILES`] it is.
    /// Judged by the reference data shipped with the product.
    pub fn read(files: &[(&str, &str)]) -> (Self, Vec<Finding>) {
        Self::read_by(&Reference::shipped(), files)
    }

    /// How many rows of each of [`FILES`] are used.
    pub fn row_counts(&self) -> [usize; 4] {
        let organisations = self.organisations.ids().map(|id| self.organisations.rows(id).len()).sum();
        [organisations, self.networks.len(), self.asns.len(), self.domains.len()]
    }

    /// As [`Tables::read`], by other reference data.
    pub fn read_by(reference: &Reference, files: &[(&str, &str)]) -> (Self, Vec<Finding>) {
        let mut findings = Findings::default();
        let (tables, names) = Self::read_rows(reference, files, &mut findings);
        checks::find_conflicts(&tables, names, &mut findings);
        (tables, findings.finish())
    }

    /// As [`Tables::read`], of tables that were judged when they were taken in: nothing is told of them again.
    pub fn read_judged(files: &[(&str, &str)]) -> Self {
        Self::read_rows(&Reference::shipped(), files, &mut Findings::default()).0
    }

    /// The rows, and what the files are called.
    fn read_rows<'t>(
        reference: &Reference,
        files: &[(&'t str, &'t str)],
        findings: &mut Findings,
    ) -> (Self, [&'t str; 4]) {
        let files = sort(files, findings);
        let [organisations, networks, asns, domains] = files;
        let mut tables =
            Self { places: reference.places.clone(), texts: files.map(|(_, text)| text.into()), ..Self::default() };
        tables.organisations = roster::read(organisations, reference, findings);
        let mut reader = Reader { reference, organisations: &tables.organisations, findings };
        tables.networks = reader.rows(networks, NETWORK_COLUMNS, Reader::network);
        tables.asns = reader.rows(asns, ASN_COLUMNS, Reader::asn);
        tables.domains = reader.rows(domains, DOMAIN_COLUMNS, Reader::domain);
        (tables, files.map(|(name, _)| name))
    }
}

/// The given files in the order of [`FILES`]; one that is missing is empty under its own name.
fn sort<'t>(files: &[(&'t str, &'t str)], findings: &mut Findings) -> [(&'t str, &'t str); 4] {
    let mut sorted = [None; 4];
    for (name, text) in files {
        let at = At { file: name, line: 0 };
        let base = name.rsplit(['/', '\\']).next().unwrap_or(name);
        match FILES.iter().position(|file| *file == base) {
            None => findings.add(at, "", base, Code::UnknownFile, "no table is called so; it is not read"),
            Some(which) if sorted[which].is_none() => {
                sorted[which] = Some((*name, *text));
                if text.is_empty() {
                    findings.add(at, "", "", Code::NoHeader, "the file is empty");
                }
            }
            Some(_) => {
                findings.add(at, "", base, Code::UnknownFile, "the table is there twice; the second is not read")
            }
        }
    }
    std::array::from_fn(|which| {
        sorted[which].unwrap_or_else(|| {
            let at = At { file: FILES[which], line: 0 };
            findings.add(at, "", "", Code::MissingFile, "the table is missing; it is taken as empty");
            (FILES[which], "")
        })
    })
}

/// What reading a row needs to know.
struct Reader<'t, 'f> {
    reference: &'t Reference,
    organisations: &'t Organisations,
    findings: &'f mut Findings,
}

impl Reader<'_, '_> {
    fn rows<'t, const N: usize, T>(
        &mut self,
        (file, text): (&'t str, &'t str),
        columns: Columns<N>,
        read: fn(&mut Self, At<'t>, [Cow<'t, str>; N]) -> Option<T>,
    ) -> Vec<T> {
        if text.is_empty() {
            return Vec::new();
        }
        let mut rows = Vec::new();
        let mut sheet = Sheet::open(file, text, columns, self.findings);
        while let Some(Row { line, cells }) = sheet.next_row(self.findings) {
            rows.extend(read(self, At { file, line }, cells));
        }
        rows
    }

    fn network(&mut self, at: At<'_>, cells: [Cow<'_, str>; 7]) -> Option<(Block, Claim)> {
        let [network, isp, organisation, province, flags, from, to] = cells;
        let Some(written) = block::parse(&network) else {
            self.findings.add(at, "network", &network, Code::BadNetwork, "neither a network nor a range of addresses");
            return None;
        };
        if written.host_bits {
            self.findings.add(
                at,
                "network",
                &network,
                Code::HostBits,
                "bits beyond the prefix are set; they are cleared",
            );
        }
        let validity = validity(at, &from, &to, self.findings)?;
        let claim = Claim {
            line: at.line,
            validity,
            isp: self.organisation(at, "isp", &isp, validity),
            organisation: self.organisation(at, "organisation", &organisation, validity),
            place: self.reference.place(at, &province, self.findings),
            flags: self.flags(at, &flags),
        };
        self.owned(at, claim, isp.is_empty() && organisation.is_empty()).map(|claim| (written.block, claim))
    }

    fn asn(&mut self, at: At<'_>, cells: [Cow<'_, str>; 5]) -> Option<(u32, Claim)> {
        let [asn, isp, _, from, to] = cells;
        let digits = asn.strip_prefix("AS").or_else(|| asn.strip_prefix("as")).unwrap_or(&asn);
        let plain = digits.bytes().all(|b| b.is_ascii_digit());
        let Some(number) = digits.parse().ok().filter(|number| plain && *number > 0) else {
            self.findings.add(at, "asn", &asn, Code::BadAsn, "no autonomous system number");
            return None;
        };
        let validity = validity(at, &from, &to, self.findings)?;
        let claim = Claim { isp: self.organisation(at, "isp", &isp, validity), ..nobody(at, validity) };
        self.owned(at, claim, isp.is_empty()).map(|claim| (number, claim))
    }

    fn domain(&mut self, at: At<'_>, cells: [Cow<'_, str>; 4]) -> Option<(Box<str>, Claim)> {
        let [domain, organisation, from, to] = cells;
        let Some(name) = self.reference.suffixes.domain(&domain) else {
            self.findings.add(at, "domain", &domain, Code::BadDomain, "no domain name");
            return None;
        };
        if self.reference.suffixes.has(&name) {
            self.findings.add(at, "domain", &domain, Code::RegistrySuffix, "anyone may register under this name");
            return None;
        }
        let validity = validity(at, &from, &to, self.findings)?;
        let id = self.organisation(at, "organisation", &organisation, validity);
        let claim = Claim { organisation: id, ..nobody(at, validity) };
        self.owned(at, claim, organisation.is_empty()).map(|claim| (name.into(), claim))
    }

    fn organisation(&mut self, at: At<'_>, column: &str, code: &str, validity: Validity) -> Option<OrgId> {
        if code.is_empty() {
            return None;
        }
        let Some(id) = self.organisations.id(code) else {
            self.findings.add(
                at,
                column,
                code,
                Code::UnknownOrganisation,
                "no such organisation; the cell is not used",
            );
            return None;
        };
        if !self.organisations.covers(id, validity) {
            let message = "the organisation does not exist on all days of the row; on the others it owns nothing";
            self.findings.add(at, column, code, Code::OutsideOrganisation, message);
        }
        Some(id)
    }

    fn flags(&mut self, at: At<'_>, words: &str) -> Flags {
        let mut flags = Flags::default();
        for word in words.split_ascii_whitespace() {
            match Flags::parse(word) {
                Some(flag) => flags = flags.with(flag),
                None => self.findings.add(at, "flags", word, Code::BadFlags, "no such flag; the word is not used"),
            }
        }
        if flags.dynamic() && flags.static_() {
            self.findings.add(at, "flags", words, Code::BadFlags, "dynamic and static at once; no flag is used");
            return Flags::default();
        }
        flags
    }

    /// The row, if anybody is left that it names.
    fn owned(&mut self, at: At<'_>, claim: Claim, nobody_written: bool) -> Option<Claim> {
        if nobody_written {
            self.findings.add(at, "", "", Code::NoOwner, "the row names nobody; it is not used");
        }
        (claim.isp.is_some() || claim.organisation.is_some()).then_some(claim)
    }
}

fn nobody(at: At<'_>, validity: Validity) -> Claim {
    Claim { line: at.line, validity, isp: None, organisation: None, place: None, flags: Flags::default() }
}

/// The days of a row; `None` when they are wrong, and then the row is not used.
pub(crate) fn validity(at: At<'_>, from: &str, to: &str, findings: &mut Findings) -> Option<Validity> {
    let mut day = |column: &str, text: &str, open: i32| {
        let day = if text.is_empty() { Some(open) } else { crate::validity::parse_day(text) };
        if day.is_none() {
            findings.add(at, column, text, Code::BadDate, "no date YYYY-MM-DD; the row is not used");
        }
        day
    };
    let validity = Validity { from: day("valid_from", from, i32::MIN)?, to: day("valid_to", to, i32::MAX)? };
    if validity.from >= validity.to {
        findings.add(at, "valid_to", to, Code::NoDays, "valid_from is not before valid_to; the row is not used");
        return None;
    }
    Some(validity)
}
