//! The provinces, with the shape of the made population and the spellings geo-IP data use.

/// One of the 34 units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Province {
    /// Two digits.
    pub(crate) code: &'static str,
    /// `thành phố` or `tỉnh`.
    pub(crate) rank: &'static str,
    /// Its name alone.
    pub(crate) name: &'static str,
    /// Its name in a domain.
    pub(crate) slug: &'static str,
    /// How many of the people live there, in tenths of a million.
    pub(crate) share: u32,
    /// Region and city as geo-IP writes them, the unit's own first, then those of the units it took in.
    pub(crate) geo: Vec<(&'static str, &'static str)>,
}

/// All of them, by code.
pub(crate) fn provinces() -> Vec<Province> {
    rows(include_str!("../data/provinces.csv")).filter_map(|cells| province(&cells)).collect()
}

fn province(cells: &[&'static str]) -> Option<Province> {
    let [code, rank, name, slug, share, geo] = *cells else { return None };
    let geo = geo.split('|').filter_map(|place| place.split_once('/')).collect();
    Some(Province { code, rank, name, slug, share: share.parse().ok()?, geo })
}

/// The cells of our own plain tables: no quotes, `#` comments, header first.
pub(crate) fn rows(table: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    let lines = table.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    lines.skip(1).map(|line| line.split(',').collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_34_in_order_of_code() {
        let provinces = provinces();
        assert_eq!(provinces.len(), 34);
        assert!(provinces.is_sorted_by_key(|p| p.code));
        assert_eq!(provinces.iter().filter(|p| p.rank == "thành phố").count(), 7);
        assert_eq!(provinces.iter().map(|p| p.geo.len()).sum::<usize>(), 63);
    }
}
