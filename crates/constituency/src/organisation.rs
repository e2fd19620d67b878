//! Organisations.

pub use crate::owner::OrgId;
use crate::owner::PlaceId;
use crate::validity::Validity;

/// One organisation as it was during some days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organisation {
    /// Its code, the name by which every other table calls it.
    pub code: String,
    /// Its name, Vietnamese.
    pub name: String,
    /// Its name in English; may be empty.
    pub name_en: String,
    /// One word of the list of kinds (`isp`, `ministry`, `province`, …).
    pub kind: String,
    /// Its sector, free text; may be empty.
    pub sector: String,
    /// The organisation above it.
    pub parent: Option<OrgId>,
    /// Its own province; `None` when it has that of its parent.
    pub province: Option<PlaceId>,
    /// The days on which all this holds.
    pub validity: Validity,
    /// Line in `organisations.csv`.
    pub line: u32,
}
