//! `organisations.csv`: the organisations, then the tree they form.

use std::borrow::Cow;

use crate::finding::{At, Code, Findings};
use crate::organisation::{LEVELS_MAX, Organisation, Organisations};
use crate::owner::OrgId;
use crate::reference::Reference;
use crate::sheet::{Columns, Sheet};
use crate::tables::validity;
use crate::validity::Validity;

const COLUMNS: Columns<9> = Columns {
    names: ["code", "name", "kind", "name_en", "sector", "parent", "province", "valid_from", "valid_to"],
    needed: 3,
};
/// Longest code, in bytes.
const CODE_MAX: usize = 64;
/// The kind of an organisation whose kind is not known.
const OTHER: &str = "other";

/// A row that stands, with its parent still as written.
struct Entry<'t> {
    id: OrgId,
    at: At<'t>,
    validity: Validity,
    parent: Cow<'t, str>,
}

/// Reads the table.
pub(crate) fn read((file, text): (&str, &str), reference: &Reference, findings: &mut Findings) -> Organisations {
    let mut organisations = Organisations::default();
    if text.is_empty() {
        return organisations;
    }
    let mut entries = Vec::new();
    let mut sheet = Sheet::open(file, text, COLUMNS, findings);
    while let Some(row) = sheet.next_row(findings) {
        let at = At { file, line: row.line };
        entries.extend(add(at, row.cells, &mut organisations, reference, findings));
    }
    for entry in &entries {
        let parent = find_parent(entry, &organisations, findings);
        organisations.set_parent(entry.id, entry.validity.from, parent);
    }
    cut_loops(&entries, &mut organisations, findings);
    organisations.link();
    organisations
}

fn add<'t>(
    at: At<'t>,
    cells: [Cow<'t, str>; 9],
    organisations: &mut Organisations,
    reference: &Reference,
    findings: &mut Findings,
) -> Option<Entry<'t>> {
    let [code, name, kind, name_en, sector, parent, province, from, to] = cells;
    if code.is_empty() || code.len() > CODE_MAX || code.contains(|c: char| c.is_whitespace() || c.is_control()) {
        findings.add(at, "code", &code, Code::BadCode, format!("a code has 1 to {CODE_MAX} bytes and no blanks"));
        return None;
    }
    let validity = validity(at, &from, &to, findings)?;
    let organisation = Organisation {
        name: name_or_code(at, &name, &code, findings),
        name_en: name_en.into_owned(),
        kind: known_kind(at, &kind, reference, findings),
        sector: sector.into_owned(),
        parent: None,
        province: reference.place(at, &province, findings),
        validity,
        line: at.line,
        code: code.into_owned(),
    };
    let code = organisation.code.clone();
    let added = organisations.add(organisation).map_err(|line| {
        findings.add(
            at,
            "code",
            &code,
            Code::Overlap,
            format!("line {line} holds on some of the same days; this row is not used"),
        );
    });
    added.ok().map(|id| Entry { id, at, validity, parent })
}

fn name_or_code(at: At<'_>, name: &str, code: &str, findings: &mut Findings) -> String {
    if !name.is_empty() {
        return name.to_owned();
    }
    findings.add(at, "name", "", Code::Empty, "no name; the code stands for it");
    code.to_owned()
}

fn known_kind(at: At<'_>, kind: &str, reference: &Reference, findings: &mut Findings) -> String {
    if reference.kinds.iter().any(|known| known == kind) {
        return kind.to_owned();
    }
    findings.add(at, "kind", kind, Code::UnknownKind, format!("no such kind; taken as {OTHER}"));
    OTHER.to_owned()
}

fn find_parent(entry: &Entry<'_>, organisations: &Organisations, findings: &mut Findings) -> Option<OrgId> {
    let code = &*entry.parent;
    if code.is_empty() {
        return None;
    }
    let Some(parent) = organisations.id(code) else {
        findings.add(entry.at, "parent", code, Code::UnknownOrganisation, "no such organisation; the cell is not used");
        return None;
    };
    if !organisations.covers(parent, entry.validity) {
        let message = "the parent does not exist on all days of the row; on the others there is none";
        findings.add(entry.at, "parent", code, Code::OutsideOrganisation, message);
    }
    Some(parent)
}

/// Takes the parent from every row that is in a loop. All are found before the first is cut: none is to blame more than another.
fn cut_loops(entries: &[Entry<'_>], organisations: &mut Organisations, findings: &mut Findings) {
    let is_endless = |entry: &&Entry<'_>| {
        let mut days = organisations.turns(entry.id).into_iter();
        days.any(|day| entry.validity.holds(day) && organisations.is_endless(entry.id, day))
    };
    let endless: Vec<_> = entries.iter().filter(|entry| !entry.parent.is_empty()).filter(is_endless).collect();
    for entry in endless {
        let message =
            format!("the organisation is above itself, or has more than {LEVELS_MAX} above it; the parent is not used");
        findings.add(entry.at, "parent", &entry.parent, Code::ParentLoop, message);
        organisations.set_parent(entry.id, entry.validity.from, None);
    }
}
