//! What the tables are judged by: provinces, kinds of organisations, names under which anyone may register.

use event::clean;
use rustc_hash::FxHashSet;

use crate::finding::{At, Code, Findings};
use crate::owner::PlaceId;
use crate::places::Places;

/// Dated and undated lists that are data, not code: an operator may bring his own.
#[derive(Debug, Clone)]
pub struct Reference {
    /// The provinces.
    pub places: Places,
    /// The words of `kind` in `organisations.csv`.
    pub kinds: Vec<String>,
    /// Names that belong to nobody.
    pub suffixes: Suffixes,
}

impl Reference {
    /// The lists shipped with the product.
    pub fn shipped() -> Self {
        Self {
            places: Places::shipped(),
            kinds: column(include_str!("../data/organisation-kinds.csv")).map(str::to_owned).collect(),
            suffixes: Suffixes::read(include_str!("../data/registry-suffixes.csv")),
        }
    }

    /// The province a table names; `None` when the cell is empty or there is no such province.
    pub(crate) fn place(&self, at: At<'_>, code: &str, findings: &mut Findings) -> Option<PlaceId> {
        if code.is_empty() {
            return None;
        }
        let place = PlaceId::parse(code).filter(|place| self.places.has(*place));
        if place.is_none() {
            findings.add(at, "province", code, Code::UnknownPlace, "no such province; the cell is not used");
        }
        place
    }
}

/// Domain names under which a registry lets anyone register; they own nothing.
#[derive(Debug, Clone)]
pub struct Suffixes(FxHashSet<String>);

impl Suffixes {
    /// Reads a list: the first column of a CSV text with a header, `#` comments.
    pub fn read(text: &str) -> Self {
        Self(column(text).map(str::to_ascii_lowercase).collect())
    }

    /// Whether a name in lower case belongs to nobody: it is in the list, or has one label only.
    pub fn has(&self, name: &str) -> bool {
        !name.contains('.') || self.0.contains(name)
    }

    /// A written domain name in the form events carry: IDNA, lower case, no trailing dot.
    pub(crate) fn domain(&self, text: &str) -> Option<String> {
        let name = clean::fqdn(text)?;
        let plain = name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'));
        plain.then(|| name.into_owned())
    }
}

/// The first column of a small table: no quotes, `#` comments, a header line first.
fn column(text: &str) -> impl Iterator<Item = &str> {
    rows(text).filter_map(|cells| cells.into_iter().next())
}

/// The rows of a small table: no quotes, `#` comments, a header line first.
pub(crate) fn rows(text: &str) -> impl Iterator<Item = Vec<&str>> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.skip(1).map(|line| line.split(',').map(str::trim).collect())
}
