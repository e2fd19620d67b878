//! Names below which anyone may take a name.

use std::sync::LazyLock;

use rustc_hash::FxHashSet;

static SHIPPED: LazyLock<FxHashSet<&str>> = LazyLock::new(|| {
    let lines = include_str!("../data/suffixes.csv").lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.skip(1).filter_map(|line| line.split(',').next()).collect()
});

/// Whether a name of at least two labels, in lower case, is nobody's own.
pub(crate) fn has(name: &str) -> bool {
    SHIPPED.contains(name) || is_under_country(name)
}

/// `com.vn`, `co.uk`: a label of the table under any top level of two letters.
fn is_under_country(name: &str) -> bool {
    let Some((label, top)) = name.split_once('.') else { return false };
    let is_country = top.len() == 2 && top.bytes().all(|b| b.is_ascii_lowercase());
    is_country && SHIPPED.contains(format!("{label}.*").as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suffixes_are_nobodys_and_names_below_them_are() {
        for name in ["gov.vn", "com.vn", "io.vn", "hanoi.vn", "co.uk", "com.au", "go.jp", "duckdns.org", "in-addr.arpa"]
        {
            assert!(has(name), "{name}");
        }
        for name in ["example.gov.vn", "example.vn", "example.org", "com.example", "go.com", "www.gov.vn"] {
            assert!(!has(name), "{name}");
        }
    }
}
