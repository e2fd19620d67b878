//! What the name of a report file says: nothing is believed of it but a date and which feed it is.

use event::time;

/// Endings of compressed files and archives; the content is told by its first bytes, see [`crate::decode`].
const CONTAINERS: [&str; 3] = [".gz", ".zst", ".zip"];

/// The last part of a path, whichever system wrote it.
pub fn base(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

/// A base name without `.gz`, `.zst` or `.zip` at its end.
pub fn without_container(base: &str) -> &str {
    CONTAINERS.iter().find_map(|ending| base.strip_suffix(ending)).unwrap_or(base)
}

/// The date `YYYY-MM-DD` that a file's base name begins with, in days since 1970-01-01.
pub fn date(path: &str) -> Option<i32> {
    let text = base(path).get(..10)?;
    let written_out =
        text.bytes().enumerate().all(|(at, b)| if matches!(at, 4 | 7) { b == b'-' } else { b.is_ascii_digit() });
    if written_out { time::parse_day(text) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_leading_date_counts() {
        assert_eq!(date("in/1970-01-03-list.txt"), Some(2));
        for name in ["list-1970-01-03.txt", "1970-13-03.txt", "19700103.txt", "", "1970-01-0é"] {
            assert_eq!(date(name), None, "{name}");
        }
    }

    #[test]
    fn a_container_is_no_part_of_the_name() {
        assert_eq!(without_container(base("a\\b/list.csv.gz")), "list.csv");
        assert_eq!(without_container("list.csv"), "list.csv");
    }
}
