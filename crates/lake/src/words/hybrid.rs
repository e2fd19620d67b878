//! Parquet's [hybrid of runs and packed bits](https://github.com/apache/parquet-format/blob/master/Encodings.md#run-length-encoding--bit-packing-hybrid-rle--3):
//! equal neighbours are told as a count and a value, the rest in groups of eight, each value in as many bits as the
//! largest needs.

/// Values of a packed group, and the shortest run worth a count of its own.
const GROUP: usize = 8;

/// Bits that places in a dictionary of `words` need; at least one.
pub(super) fn width(words: usize) -> u8 {
    let largest = words.saturating_sub(1).max(1) as u32;
    (u32::BITS - largest.leading_zeros()) as u8
}

/// Appends values, each below two to the power of `width`.
pub(super) fn encode(values: &[u32], width: u8, out: &mut Vec<u8>) {
    // What lies between `told` and `at` waits to be packed: whole groups.
    let (mut told, mut at) = (0, 0);
    while let Some(group) = values[at..].first_chunk::<GROUP>() {
        if !is_run_of(group[0], group) {
            at += GROUP;
            continue;
        }
        pack(&values[told..at], width, out);
        let run = run_length(group[0], &values[at..]);
        repeat(group[0], run, width, out);
        at += run;
        told = at;
    }
    pack(&values[told..], width, out);
}

/// Whether a group is nothing but a value. No early exit: so it is compared at once.
fn is_run_of(value: u32, group: &[u32]) -> bool {
    group.iter().fold(true, |same, other| same & (*other == value))
}

/// How many times a value stands at the start.
fn run_length(value: u32, values: &[u32]) -> usize {
    let groups = values.chunks_exact(GROUP).take_while(|group| is_run_of(value, group)).count() * GROUP;
    groups + values[groups..].iter().take_while(|other| **other == value).count()
}

fn repeat(value: u32, count: usize, width: u8, out: &mut Vec<u8>) {
    push_varint((count as u64) << 1, out);
    out.extend(&value.to_le_bytes()[..usize::from(width.div_ceil(8))]);
}

/// The last group is filled with zeros: readers know how many values there are.
fn pack(values: &[u32], width: u8, out: &mut Vec<u8>) {
    if values.is_empty() {
        return;
    }
    let groups = values.len().div_ceil(GROUP);
    push_varint((groups as u64) << 1 | 1, out);
    let end = out.len() + groups * usize::from(width);
    let (mut bits, mut held) = (0_u64, 0);
    for value in values {
        bits |= u64::from(*value) << held;
        held += width;
        while held >= 8 {
            out.push(bits as u8);
            bits >>= 8;
            held -= 8;
        }
    }
    if held > 0 {
        out.push(bits as u8);
    }
    out.resize(end, 0);
}

fn push_varint(mut number: u64, out: &mut Vec<u8>) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Reads as the standard says it, without a thought of speed.
    fn decode(mut bytes: &[u8], width: u8, count: usize) -> Vec<u32> {
        let mut values = Vec::new();
        while values.len() < count {
            let mut header = 0_u64;
            for shift in (0..).step_by(7) {
                header |= u64::from(bytes[0] & 0x7f) << shift;
                let more = bytes[0] & 0x80 != 0;
                bytes = &bytes[1..];
                if !more {
                    break;
                }
            }
            if header & 1 == 0 {
                let size = usize::from(width.div_ceil(8));
                let mut value = [0; 4];
                value[..size].copy_from_slice(&bytes[..size]);
                bytes = &bytes[size..];
                values.extend(std::iter::repeat_n(u32::from_le_bytes(value), (header >> 1) as usize));
            } else {
                let size = (header >> 1) as usize * usize::from(width);
                let bit = |at: usize| u32::from(bytes[at / 8] >> (at % 8) & 1);
                let value = |at: usize| (0..usize::from(width)).map(|n| bit(at * usize::from(width) + n) << n).sum();
                values.extend((0..(header >> 1) as usize * GROUP).map(value).collect::<Vec<u32>>());
                bytes = &bytes[size..];
            }
        }
        assert!(bytes.is_empty(), "{} bytes behind the last value", bytes.len());
        values.truncate(count);
        values
    }

    proptest! {
        #[test]
        fn what_is_encoded_can_be_read(runs in prop::collection::vec((0..70_000_u32, 1..30_usize), 0..60), words in 1..80_000_usize) {
            let width = width(words);
            let values: Vec<u32> =
                runs.iter().flat_map(|(value, count)| std::iter::repeat_n(value % words as u32, *count)).collect();
            let mut out = Vec::new();
            encode(&values, width, &mut out);
            prop_assert_eq!(decode(&out, width, values.len()), values);
        }
    }

    #[test]
    fn a_column_that_never_changes_is_a_few_bytes() {
        let mut out = Vec::new();
        encode(&[0; 20_000], 1, &mut out);
        assert_eq!(out, [0xc0, 0xb8, 0x02, 0]);
    }

    #[test]
    fn as_many_bits_as_the_last_place_needs() {
        assert_eq!([0, 1, 2, 3, 4, 5, 256, 257].map(width), [1, 1, 1, 2, 2, 3, 8, 9]);
    }
}
