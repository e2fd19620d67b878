//! Provinces and cities under the centre, dated, and the many spellings under which feeds name them.
//!
//! The 34 units are those of 2025-07-01; older names lead to the unit they were merged into.

use rustc_hash::FxHashMap;

use crate::fold;
use crate::owner::PlaceId;
use crate::reference::rows;
use crate::validity::{Validity, parse_day};

/// A province or city during some days: one row of `places.csv`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Its code.
    pub id: PlaceId,
    /// Its name, Vietnamese.
    pub name: String,
    /// `city` (under the centre) or `province`.
    pub kind: String,
    /// The days on which all this holds.
    pub validity: Validity,
}

/// The provinces, and which one a spelling means.
#[derive(Debug, Clone, Default)]
pub struct Places {
    places: Vec<Place>,
    /// One bit for each number of a code: asked for every look-up.
    known: u128,
    aliases: FxHashMap<String, PlaceId>,
}

impl Places {
    /// The tables shipped with the product.
    pub fn shipped() -> Self {
        Self::read(include_str!("../data/places.csv"), include_str!("../data/place-aliases.csv"))
    }

    /// Reads a table of places (`code,name,kind,valid_from,valid_to`) and one of aliases (`alias,code,source`), both with
    /// a header and without quotes. A row that has no such form, or leads to no place, is left out.
    pub fn read(places: &str, aliases: &str) -> Self {
        let mut read = Self { places: rows(places).filter_map(|cells| place(&cells)).collect(), ..Self::default() };
        read.known = read.places.iter().fold(0, |known, place| known | 1 << place.id.number());
        let names = read.places.iter().map(|place| (key(&place.name), place.id));
        read.aliases = names.collect();
        for cells in rows(aliases) {
            let [alias, code, _] = cells[..] else { continue };
            if let Some(id) = PlaceId::parse(code).filter(|id| read.has(*id)) {
                read.aliases.insert(key(alias), id);
            }
        }
        read
    }

    /// Every row of the table of places.
    pub fn iter(&self) -> impl Iterator<Item = &Place> {
        self.places.iter()
    }

    /// Whether there is or was such a place.
    pub fn has(&self, id: PlaceId) -> bool {
        self.known >> id.number() & 1 == 1
    }

    /// A place as it was on a day (days since 1970-01-01); before its first day as it was on that.
    pub fn on(&self, id: PlaceId, day: i32) -> Option<&Place> {
        let mut own = self.places.iter().filter(|place| place.id == id);
        own.clone().find(|place| place.validity.holds(day)).or_else(|| own.next())
    }

    /// The newest name of a place, by its code.
    pub fn name(&self, code: &str) -> Option<&str> {
        let id = PlaceId::parse(code)?;
        self.places.iter().rev().find(|place| place.id == id).map(|place| place.name.as_str())
    }

    /// The province of a region as a feed writes it, else of the city.
    /// Case, diacritics, hyphens, blanks and words like *province* do not matter. Folds the texts: resolve each pair once.
    pub fn resolve(&self, region: &str, city: Option<&str>) -> Option<PlaceId> {
        let find = |text: &str| self.aliases.get(&key(text)).copied();
        find(region).or_else(|| city.and_then(find))
    }
}

fn place(cells: &[&str]) -> Option<Place> {
    let [code, name, kind, from, to] = *cells else { return None };
    let day = |text: &str, open: i32| if text.is_empty() { Some(open) } else { parse_day(text) };
    let validity = Validity { from: day(from, i32::MIN)?, to: day(to, i32::MAX)? };
    Some(Place { id: PlaceId::parse(code)?, name: name.to_owned(), kind: kind.to_owned(), validity })
}

/// Words before a name that only say what kind of unit it is.
const BEFORE: [&[&str]; 4] = [&["TINH"], &["THANH", "PHO"], &["THANHPHO"], &["TP"]];
/// Words after a name that only say what kind of unit it is.
const AFTER: [&str; 3] = ["PROVINCE", "CITY", "MUNICIPALITY"];

/// The one spelling under which a name is kept.
fn key(text: &str) -> String {
    let words = fold::words(text);
    let mut name = words.as_slice();
    if let Some(said) =
        BEFORE.iter().find(|said| name.len() > said.len() && name.iter().zip(**said).all(|(a, b)| a == b))
    {
        name = &name[said.len()..];
    }
    while let [before @ .., last] = name
        && !before.is_empty()
        && AFTER.contains(&last.as_str())
    {
        name = before;
    }
    name.concat()
}
