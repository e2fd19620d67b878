//! Which counts are too small to be published: data, not code.

use serde::{Deserialize, Serialize};

static SHIPPED: &str = include_str!("../data/disclosure.toml");

/// The rule of a release.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Counts under this are not shown.
    pub limit: u64,
    /// So many values of a count that is not shown stay possible.
    pub spread: u64,
}

impl Rule {
    /// The rule shipped with the product.
    #[expect(clippy::expect_used, reason = "the shipped rule is read by a test")]
    pub fn shipped() -> Self {
        Self::read(SHIPPED).expect("the shipped rule")
    }

    /// Reads `limit = …` and `spread = …`; none if they are not there or ask for what `< limit` alone cannot give:
    /// `2 ≤ spread < limit ≤ 1000`.
    pub fn read(text: &str) -> Option<Self> {
        let rule: Self = toml::from_str(text).ok()?;
        (2 <= rule.spread && rule.spread < rule.limit && rule.limit <= 1_000).then_some(rule)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_rule_can_be_read_and_an_impossible_one_cannot() {
        assert_eq!(Rule::shipped().limit, 10);
        assert_eq!(Rule::read("limit = 10\nspread = 10"), None);
        assert_eq!(Rule::read("limit = 10"), None);
    }
}
