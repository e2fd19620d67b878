//! Secrets: made at random, kept as hashes, compared in constant time.

use std::io;

use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

/// A SHA-256.
pub(crate) type Hash = [u8; 32];

/// Bytes of a secret: 256 bits cannot be guessed.
const BYTES: usize = 32;
/// Letters of a request's code: none that are mistaken for another when read aloud.
const LETTERS: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
/// Letters of a code: 60 bits, tried at a few per minute.
pub(crate) const CODE_LEN: usize = 12;

/// A new secret, in hexadecimal.
pub(crate) fn new() -> io::Result<String> {
    Ok(hex(&random::<BYTES>()?))
}

/// A new code that a person can read aloud.
pub(crate) fn code() -> io::Result<String> {
    Ok(random::<CODE_LEN>()?.iter().map(|byte| char::from(LETTERS[usize::from(byte % 32)])).collect())
}

/// The hash by which a secret is known.
pub(crate) fn hash(secret: &str) -> Hash {
    Sha256::digest(secret.as_bytes()).into()
}

/// Whether two hashes are the same, in a time that does not tell where they differ.
pub(crate) fn same(a: &Hash, b: &Hash) -> bool {
    a.ct_eq(b).into()
}

/// Bytes in hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The hash that hexadecimal digits spell.
pub(crate) fn from_hex(text: &str) -> Option<Hash> {
    let text = text.as_bytes();
    if text.len() != 64 {
        return None;
    }
    let mut hash = [0; 32];
    for (byte, pair) in hash.iter_mut().zip(text.chunks_exact(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(hash)
}

fn random<const N: usize>() -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| io::Error::other(format!("ask the system for chance: {error}")))?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_survives_its_spelling() {
        let hash = hash("secret");
        assert_eq!(from_hex(&hex(&hash)), Some(hash));
        assert_eq!(from_hex(&"é".repeat(32)), None);
        assert!(!same(&hash, &super::hash("Secret")));
    }

    #[test]
    fn codes_have_their_length_and_differ() {
        let (a, b) = (code().expect("code"), code().expect("code"));
        assert_eq!(a.len(), CODE_LEN);
        assert_ne!(a, b);
    }
}
