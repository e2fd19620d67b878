//! The 34 provinces and cities: their names, and where each lies on the tile map.

use std::sync::LazyLock;

use crate::words::{Lang, Text};

/// A tile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    /// Code of the national list of units.
    pub(crate) code: String,
    /// Row of the grid, from the north.
    pub(crate) row: u32,
    /// Column, from the west.
    pub(crate) column: u32,
    /// Full name.
    pub(crate) name: Text,
    /// What stands on the tile.
    pub(crate) short: Text,
}

static PLACES: LazyLock<Vec<Place>> = LazyLock::new(|| read(include_str!("../data/tiles.csv")));
static ISLANDS: LazyLock<Vec<Place>> = LazyLock::new(|| read(include_str!("../data/islands.csv")));

/// Every province and city.
pub(crate) fn places() -> &'static [Place] {
    &PLACES
}

/// The archipelagos, each with the code of the unit it belongs to.
pub(crate) fn islands() -> &'static [Place] {
    &ISLANDS
}

/// The place of a code.
pub(crate) fn place(code: &str) -> Option<&'static Place> {
    PLACES.iter().find(|place| place.code == code)
}

/// Columns and rows of the grid.
pub(crate) fn extent() -> (u32, u32) {
    let all = || PLACES.iter().chain(ISLANDS.iter());
    let past = |last: Option<u32>| last.map_or(0, |last| last + 1);
    (past(all().map(|place| place.column).max()), past(all().map(|place| place.row).max()))
}

impl Place {
    /// The short name in lines: as one while it fits a tile, else broken at its blank.
    pub(crate) fn lines(&'static self, lang: Lang) -> Vec<&'static str> {
        let short = self.short.get(lang);
        match short.split_once(' ') {
            Some((first, second)) if short.chars().count() > LINE_LONGEST => vec![first, second],
            _ => vec![short],
        }
    }
}

/// Letters that fit on one line of a tile.
const LINE_LONGEST: usize = 7;

fn read(table: &str) -> Vec<Place> {
    let rows = table.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).skip(1);
    rows.filter_map(|line| place_of(&line.split(',').collect::<Vec<_>>())).collect()
}

fn place_of(cells: &[&str]) -> Option<Place> {
    let [code, row, column, vi, en, short @ ..] = cells else { return None };
    let [short_vi, short_en] = short else { return place_of(&[code, row, column, vi, en, vi, en]) };
    let text = |vi: &str, en: &str| Text { vi: vi.to_owned(), en: en.to_owned() };
    Some(Place {
        code: (*code).to_owned(),
        row: row.parse().ok()?,
        column: column.parse().ok()?,
        name: text(vi, en),
        short: text(short_vi, short_en),
    })
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_unit_has_a_tile_of_its_own_and_touches_another() {
        let at: HashSet<(u32, u32)> = places().iter().chain(islands()).map(|place| (place.row, place.column)).collect();
        assert_eq!((places().len(), islands().len(), at.len()), (34, 2, 36));
        for place in places() {
            let beside = |other: &&Place| other.row.abs_diff(place.row).max(other.column.abs_diff(place.column)) == 1;
            assert!(places().iter().any(|other| beside(&other)), "{}", place.name.en);
        }
        assert!(islands().iter().all(|island| place(&island.code).is_some()));
    }

    #[test]
    fn codes_and_names_are_those_of_the_constituency() {
        let known = include_str!("../../constituency/data/places.csv");
        for place in places() {
            assert!(known.contains(&format!("\n{},{},", place.code, place.name.vi)), "{}", place.name.vi);
        }
    }
}
