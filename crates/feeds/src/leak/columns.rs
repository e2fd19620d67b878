//! The columns that are kept, and what is kept of their values.

use std::sync::LazyLock;

use event::rows::Reason;
use rustc_hash::FxHashMap;

use super::canonical::Kept;
use super::shape;

/// A column of the canonical CSV.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Column {
    Account,
    Source,
    LeakDate,
    Kind,
    Host,
}

/// A known column name: which column it is, and how early it stands in the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Known {
    pub(super) column: Column,
    pub(super) rank: usize,
}

static TABLE: LazyLock<FxHashMap<String, Known>> = LazyLock::new(|| {
    let lines = include_str!("../../data/leak-columns.csv").lines().filter(|line| !line.starts_with('#')).skip(1);
    lines.enumerate().filter_map(|(rank, line)| known(rank, line)).collect()
});

fn known(rank: usize, line: &str) -> Option<(String, Known)> {
    let (name, column) = line.split_once(',')?;
    let column = match column {
        "account" => Column::Account,
        "source" => Column::Source,
        "leak_date" => Column::LeakDate,
        "kind" => Column::Kind,
        "host" => Column::Host,
        _ => return None,
    };
    Some((plain(name), Known { column, rank }))
}

/// The one spelling under which a column is known: letters and digits in lower case.
pub(super) fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Which column a name means; `None` for every one that is not kept.
pub(super) fn find(name: &str) -> Option<Known> {
    TABLE.get(&plain(name)).copied()
}

/// What is kept of the values of a row, given in the order of their ranks.
///
/// # Errors
/// Neither an account nor a host.
pub(super) fn keep<'v>(values: impl Iterator<Item = (Column, &'v str)>) -> Result<Kept, Reason> {
    let mut kept = Kept::default();
    for (column, value) in values {
        let (place, value) = match column {
            Column::Account => (&mut kept.account, shape::account(value)),
            Column::Source => (&mut kept.source, Some(shape::words(value))),
            Column::LeakDate => (&mut kept.leak_date, shape::date(value)),
            Column::Kind => (&mut kept.kind, Some(shape::words(value))),
            Column::Host => (&mut kept.host, shape::host(value)),
        };
        if place.is_empty() {
            *place = value.unwrap_or_default();
        }
    }
    if kept.account.is_empty() && kept.host.is_empty() { Err(Reason::InvalidValue) } else { Ok(kept) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::leak::canonical::COLUMNS;

    #[test]
    fn every_row_of_the_table_names_a_column() {
        let rows = include_str!("../../data/leak-columns.csv").lines().filter(|line| !line.starts_with('#')).count();
        assert_eq!(TABLE.len(), rows - 1);
    }

    #[test]
    fn the_canonical_names_are_their_own() {
        for (name, column) in
            COLUMNS.into_iter().zip([Column::Account, Column::Source, Column::LeakDate, Column::Kind, Column::Host])
        {
            assert_eq!(find(name).map(|known| known.column), Some(column), "{name}");
        }
    }

    #[test]
    fn only_known_names_are_kept() {
        for name in [" E-Mail ", "TÀI KHOẢN", "Email_Address", "Tên đăng nhập"] {
            assert_eq!(find(name).map(|known| known.column), Some(Column::Account), "{name}");
        }
        for name in ["password", "Mật khẩu", "pass", "hash", "md5", "bcrypt", "salt", "email password", ""] {
            assert_eq!(find(name), None, "{name}");
        }
    }
}
