//! Which counts are too small to be published: data, not code.

use serde::{Deserialize, Serialize};

use crate::counts::Measure;

static SHIPPED: &str = include_str!("../data/disclosure.toml");

/// The rule of a release.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// A group with a mean per day under this is not shown: neither the mean nor anything that is made of it.
    pub limit: u64,
    /// So many values of a count that is not shown stay possible, and so many whole values of a mean.
    pub spread: u64,
}

impl Rule {
    /// Whether a group has a mean per day under the limit. Its distinct addresses of the period are no fewer than its
    /// mean, so that these are at or above the limit wherever the mean is.
    pub fn is_small(&self, measure: Measure, days: u64) -> bool {
        measure.day_sum < self.limit.saturating_mul(days)
    }

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
    fn a_mean_under_the_limit_is_small_however_many_addresses_make_it() {
        let (rule, measure) = (Rule::shipped(), |unique, day_sum| Measure { unique, day_sum });
        assert!(
            rule.is_small(measure(200, 299), 30) && rule.is_small(measure(9, 9), 1) && rule.is_small(measure(0, 0), 7)
        );
        assert!(!rule.is_small(measure(10, 300), 30) && !rule.is_small(measure(10, 10), 1));
    }

    #[test]
    fn the_shipped_rule_can_be_read_and_an_impossible_one_cannot() {
        assert_eq!(Rule::shipped().limit, 10);
        assert_eq!(Rule::read("limit = 10\nspread = 10"), None);
        assert_eq!(Rule::read("limit = 10"), None);
    }
}
