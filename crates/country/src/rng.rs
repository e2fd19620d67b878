//! The dice: SplitMix64 (Steele, Lea, Flood, *Fast Splittable Pseudorandom Number Generators*, 2014).
//!
//! Only whole-number steps and IEEE comparisons, no `powf` or `ln`: the same throws on every machine.

/// A seeded stream of numbers.
#[derive(Debug, Clone)]
pub(crate) struct Rng(u64);

/// The odd constant of SplitMix64, 2^64 divided by the golden ratio.
const GAMMA: u64 = 0x9e37_79b9_7f4a_7c15;

impl Rng {
    /// A stream of its own for one purpose: another `stream` is another sequence.
    pub(crate) fn new(seed: u64, stream: &str) -> Self {
        let label = stream.bytes().fold(0, |h: u64, b| mix(h ^ u64::from(b)));
        Self(mix(seed ^ label))
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(GAMMA);
        mix(self.0)
    }

    /// A number below `n`; 0 if `n` is 0.
    pub(crate) fn below(&mut self, n: u64) -> u64 {
        ((u128::from(self.next()) * u128::from(n)) >> 64) as u64
    }

    /// An index below `n`.
    pub(crate) fn index(&mut self, n: usize) -> usize {
        self.below(n as u64) as usize
    }

    /// A number from `low` to `high`, both included.
    pub(crate) fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.below(high - low + 1)
    }

    /// True with a probability.
    pub(crate) fn chance(&mut self, probability: f64) -> bool {
        // 53 bits are what a double holds exactly.
        ((self.next() >> 11) as f64) < probability * (1u64 << 53) as f64
    }

    /// An index, each as likely as its weight.
    pub(crate) fn weighted(&mut self, weights: impl Iterator<Item = u32> + Clone) -> usize {
        let mut left = self.below(weights.clone().map(u64::from).sum());
        for (index, weight) in weights.enumerate() {
            match left.checked_sub(u64::from(weight)) {
                Some(rest) => left = rest,
                None => return index,
            }
        }
        0
    }

    /// A whole number whose mean is `mean`: its floor, or one more by chance.
    pub(crate) fn around(&mut self, mean: f64) -> u64 {
        mean as u64 + u64::from(self.chance(mean.fract()))
    }
}

/// A well-mixed number of two: a throw that needs no stream and can be thrown again.
pub(crate) fn hash(a: u64, b: u64) -> u64 {
    mix(mix(a.wrapping_add(GAMMA)) ^ b.wrapping_mul(GAMMA))
}

/// Another number for every number, and none twice.
pub(crate) fn mix(z: u64) -> u64 {
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_sequence() {
        // First outputs of SplitMix64 for state 0.
        let mut rng = Rng(0);
        assert_eq!([rng.next(), rng.next()], [0xe220_a839_7b1d_cdaf, 0x6e78_9e6a_a1b9_65f4]);
    }

    #[test]
    fn throws_stay_in_their_bounds() {
        let mut rng = Rng::new(1, "test");
        for _ in 0..1000 {
            assert!((3..=5).contains(&rng.between(3, 5)));
            assert_eq!(rng.weighted([0, 7, 0].into_iter()), 1);
        }
        assert!(!rng.chance(0.0) && rng.chance(1.0));
    }
}
