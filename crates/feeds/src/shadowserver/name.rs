//! The report type in a file name: `2021-03-04-scan_adb-vietnam-asn.csv` is a `scan_adb`.

use crate::name;

/// Length of `YYYY-MM-DD-`.
const DATE_LENGTH: usize = 11;

/// The report type: word characters after an optional date, up to the next `-` or `.csv`.
pub(super) fn report_type(file_name: &str) -> Option<&str> {
    let base = name::without_container(name::base(file_name));
    let rest = base.get(DATE_LENGTH..).filter(|_| begins_with_date(base)).unwrap_or(base);
    let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
    let (word, after) = rest.split_at(end);
    let ends_well = after.starts_with('-') || after.starts_with(".csv");
    (ends_well && !word.is_empty()).then_some(word)
}

fn begins_with_date(base: &str) -> bool {
    base.bytes().take(DATE_LENGTH).enumerate().all(|(at, byte)| match at {
        4 | 7 | 10 => byte == b'-',
        _ => byte.is_ascii_digit(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_type_is_what_follows_the_date() {
        for (name, wanted) in [
            ("2021-03-04-scan_adb-vietnam-asn.csv", Some("scan_adb")),
            ("in/scan6_smb.csv", Some("scan6_smb")),
            ("2021-03-04-event4_sinkhole-x.csv.zst", Some("event4_sinkhole")),
            ("2021-99-99-special-x.csv", Some("special")),
            ("2021-03-04-.csv", None),
            ("scan_adb.txt", None),
            ("scan adb-x.csv", None),
            ("é-x", Some("é")),
            ("-é-x", None),
            ("", None),
        ] {
            assert_eq!(report_type(name), wanted, "{name}");
        }
    }
}
