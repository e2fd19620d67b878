//! Bytes of a record as text.

use memchr::memchr;

use super::Inside;

/// What bytes begin with, up to the first that is no UTF-8 or NUL.
pub(super) fn plain_text(bytes: &[u8]) -> &str {
    let bytes = memchr(0, bytes).map_or(bytes, |nul| &bytes[..nul]);
    match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => std::str::from_utf8(&bytes[..error.valid_up_to()]).unwrap_or_default(),
    }
}

/// The content of a cell that begins with a quote: doubled quotes once, NULs dropped, what follows the closing quote as it is.
pub(super) fn unquote(cell: &[u8], quote: u8) -> Vec<u8> {
    let mut content = Vec::with_capacity(cell.len());
    let mut inside = Inside::Quoted;
    for &byte in cell[1..].iter().filter(|byte| **byte != 0) {
        inside = match inside {
            Inside::Quoted if byte == quote => Inside::QuoteSeen,
            Inside::QuoteSeen if byte == quote => Inside::Quoted,
            Inside::QuoteSeen => Inside::Bare,
            _ => inside,
        };
        if inside != Inside::QuoteSeen {
            content.push(byte);
        }
    }
    content
}

/// Appends bytes as text, those that are not UTF-8 as Latin-1.
pub(super) fn push_text(bytes: &[u8], out: &mut String) {
    match std::str::from_utf8(bytes) {
        Ok(text) => out.push_str(text),
        Err(_) => out.extend(bytes.iter().map(|byte| char::from(*byte))),
    }
}

/// Bytes as Latin-1.
pub(super) fn latin1(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| char::from(*byte)).collect()
}

/// The first bytes of something longer, as text.
pub(super) fn kept(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        // Only the last character is cut in two.
        Err(error) if error.error_len().is_none() => kept(&bytes[..error.valid_up_to()]),
        Err(_) => latin1(bytes),
    }
}
