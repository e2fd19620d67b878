//! The next delimiter or quote. Cells are short: eight bytes and eight more are looked at before a search is set up.

use memchr::{memchr, memchr2};

/// Bytes looked at before a search is set up.
const NEAR: usize = 16;

/// The positions of the bytes of a word that are zero, in their highest bits; exact for the first of them.
#[inline]
fn zeros(word: u64) -> u64 {
    word.wrapping_sub(u64::from_ne_bytes([1; 8])) & !word & u64::from_ne_bytes([0x80; 8])
}

/// The first `byte` at or after `from`.
#[inline]
pub(super) fn find(byte: u8, bytes: &[u8], from: usize) -> Option<usize> {
    let wanted = u64::from_ne_bytes([byte; 8]);
    let mut at = from;
    while at < from + NEAR
        && let Some(word) = bytes.get(at..).and_then(<[u8]>::first_chunk)
    {
        let hits = zeros(u64::from_le_bytes(*word) ^ wanted);
        if hits != 0 {
            return Some(at + (hits.trailing_zeros() / 8) as usize);
        }
        at += 8;
    }
    memchr(byte, &bytes[at..]).map(|n| at + n)
}

/// The first of two bytes at or after `from`, else the length; as [`find`].
#[inline]
pub(super) fn find_either(one: u8, other: u8, bytes: &[u8], from: usize) -> usize {
    let (first, second) = (u64::from_ne_bytes([one; 8]), u64::from_ne_bytes([other; 8]));
    let mut at = from;
    while at < from + NEAR
        && let Some(word) = bytes.get(at..).and_then(<[u8]>::first_chunk)
    {
        let word = u64::from_le_bytes(*word);
        let hits = zeros(word ^ first) | zeros(word ^ second);
        if hits != 0 {
            return at + (hits.trailing_zeros() / 8) as usize;
        }
        at += 8;
    }
    memchr2(one, other, &bytes[at..]).map_or(bytes.len(), |n| at + n)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_first_is_found(bytes in "[ab,\u{0}\u{1}\u{7f}é]{0,40}", from in 0usize..40) {
            let bytes = bytes.as_bytes();
            let from = from.min(bytes.len());
            let first = |wanted: [u8; 2]| (from..bytes.len()).find(|at| wanted.contains(&bytes[*at]));
            prop_assert_eq!(find(b',', bytes, from), first([b','; 2]));
            prop_assert_eq!(find_either(b',', b'a', bytes, from), first([b',', b'a']).unwrap_or(bytes.len()));
        }
    }
}
