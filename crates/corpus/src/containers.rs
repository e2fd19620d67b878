//! Delivered files: plain, compressed, archives – within caps small enough to be met.

use std::io::{Cursor, Read};

use feeds::decode::{self, Container, DecodeError, HEAD_LEN, Limits};

/// Caps that a short input can reach.
const LIMITS: Limits = Limits { decoded_max: 1 << 20, ratio_max: 50, ratio_from: 1 << 12, members_max: 8 };
/// Bytes read at a time.
const CHUNK: usize = 1 << 12;

/// A delivered file.
pub fn decode(data: &[u8]) {
    let kind = decode::kind_of(&data[..data.len().min(HEAD_LEN)]);
    if kind == Container::Zip {
        let mut total = 0;
        // What is wrong with an archive is an answer; only a panic or too much is a failure.
        let _ = decode::for_each_member(Cursor::new(data), LIMITS, |name, member| {
            assert!(!name.contains('/'), "a member's name is a path: {name}");
            total += drain(member)?;
            Ok::<_, DecodeError>(())
        });
        assert!(total <= LIMITS.decoded_max, "{total} bytes came out of an archive");
        return;
    }
    if let Ok(mut decoded) = decode::open(kind, data, LIMITS) {
        match drain(&mut decoded) {
            Ok(total) if kind == Container::Plain => assert_eq!(total, data.len() as u64, "plain bytes were lost"),
            Ok(total) => assert!(total <= LIMITS.decoded_max, "{total} bytes came out"),
            Err(_) => {}
        }
    }
}

/// Reads to the end; how many bytes came.
fn drain(mut reader: impl Read) -> Result<u64, DecodeError> {
    let mut chunk = [0; CHUNK];
    let mut total = 0;
    loop {
        match reader.read(&mut chunk)? {
            0 => return Ok(total),
            read => total += read as u64,
        }
    }
}
