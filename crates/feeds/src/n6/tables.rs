//! What the words of n6 are in the IntelMQ data format: the tables of `data/`.

use std::sync::LazyLock;

const CATEGORIES: &str = include_str!("../../data/n6-categories.csv");
const RESTRICTIONS: &str = include_str!("../../data/n6-restrictions.csv");

/// What an event of a category is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Category {
    /// Its word.
    pub(super) word: &'static str,
    /// `classification.taxonomy`.
    pub(super) taxonomy: &'static str,
    /// `classification.type`.
    pub(super) kind: &'static str,
    /// `classification.identifier` of an event without a name.
    pub(super) identifier: &'static str,
    /// An event's name is a malware family.
    pub(super) names_malware: bool,
    /// Its domain name and URL were called, and are not what it is about.
    pub(super) calls: bool,
}

/// The category of a word.
pub(super) fn category(word: &str) -> Option<&'static Category> {
    static TABLE: LazyLock<Vec<Category>> =
        LazyLock::new(|| rows(CATEGORIES).filter_map(|cells| read(&cells)).collect());
    TABLE.iter().find(|category| category.word == word)
}

fn read(cells: &[&'static str]) -> Option<Category> {
    let &[word, taxonomy, kind, identifier, name, place] = cells else { return None };
    Some(Category { word, taxonomy, kind, identifier, names_malware: name == "malware", calls: place == "destination" })
}

/// The sharing mark of a restriction.
pub(super) fn tlp(restriction: &str) -> Option<&'static str> {
    rows(RESTRICTIONS).find(|cells| cells.first() == Some(&restriction)).and_then(|cells| cells.get(1).copied())
}

/// The rows of a table without its header.
fn rows(table: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    table.lines().filter(|line| !line.starts_with('#')).skip(1).map(|line| line.split(',').collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use event::rsit;
    use event::tlp::Tlp;

    #[test]
    fn the_tables_hold_what_the_event_format_knows() {
        for cells in rows(CATEGORIES) {
            let category = read(&cells).unwrap_or_else(|| panic!("{cells:?}"));
            assert_eq!(rsit::taxonomy_of(category.kind), Some(category.taxonomy), "{}", category.word);
            assert!(["malware", "identifier"].contains(&cells[4]) && ["source", "destination"].contains(&cells[5]));
        }
        for cells in rows(RESTRICTIONS) {
            assert_eq!(Tlp::parse(cells[1]).map(Tlp::name), Some(cells[1]));
        }
        assert_eq!(category("bots").map(|category| category.kind), Some("infected-system"));
        assert_eq!((category("pranks"), tlp("need-to-know"), tlp("secret")), (None, Some("AMBER"), None));
    }
}
