//! A quick no: a Bloom filter whose bits of one key lie in one word, so that a key that is not in it costs one look at the
//! memory (F. Putze, P. Sanders, J. Singler, *Cache-, Hash- and Space-Efficient Bloom Filters*, 2007).

/// Bits for each key: one in a hundred keys that are not in it is let through.
const BITS_PER_KEY: usize = 16;

/// Keys by their 64-bit hash.
#[derive(Clone, Default)]
pub(crate) struct Filter {
    words: Box<[u64]>,
}

impl Filter {
    /// Room for so many keys.
    pub(crate) fn for_keys(keys: usize) -> Self {
        Self { words: vec![0; (keys * BITS_PER_KEY).div_ceil(64)].into() }
    }

    pub(crate) fn add(&mut self, hash: u64) {
        if let Some(word) = self.words.get_mut(place(hash, self.words.len())) {
            *word |= mask(hash);
        }
    }

    /// Whether a key may be in it; never a false no.
    #[inline]
    pub(crate) fn may_have(&self, hash: u64) -> bool {
        let mask = mask(hash);
        self.words.get(place(hash, self.words.len())).is_some_and(|word| word & mask == mask)
    }

    pub(crate) fn bytes(&self) -> usize {
        size_of_val(&*self.words)
    }
}

/// The place of a hash among so many, in the order of the hashes (D. Lemire, *Fast Random Integer Generation*, 2019).
#[inline]
pub(crate) fn place(hash: u64, places: usize) -> usize {
    ((u128::from(hash) * places as u128) >> 64) as usize
}

/// Four bits of a word, of the end of the hash; its beginning chose the word.
#[inline]
fn mask(hash: u64) -> u64 {
    1 << (hash & 63) | 1 << (hash >> 6 & 63) | 1 << (hash >> 12 & 63) | 1 << (hash >> 18 & 63)
}
