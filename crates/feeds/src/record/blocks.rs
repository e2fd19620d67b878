//! Telling cells apart sixty-four bytes at a time, where quotes stand as they should: in front of a cell and behind it.
//!
//! One bit stands for each byte of a block; what is in quotes is found by carrying the exclusive or of the quotes
//! along, as in Langdale and Lemire, *Parsing gigabytes of JSON per second* (2019), §3.1.

use wide::u8x16;

use super::{Cell, Records};

/// Bytes of a block: a bit of a word for each.
const BLOCK: usize = 64;
/// Bytes compared at once.
const LANE: usize = 16;

/// Where in a block a byte is this one.
#[inline]
fn places(block: &[u8; BLOCK], byte: u8) -> u64 {
    let wanted = u8x16::splat(byte);
    let lane = |at: usize| {
        let mut bytes = [0; LANE];
        bytes.copy_from_slice(&block[at * LANE..][..LANE]);
        u64::from(u8x16::new(bytes).simd_eq(wanted).to_bitmask()) << (at * LANE)
    };
    lane(0) | lane(1) | lane(2) | lane(3)
}

/// For each bit whether an odd number of bits is set up to it, itself counted.
#[inline]
fn odd(mut bits: u64) -> u64 {
    for shift in [1, 2, 4, 8, 16, 32] {
        bits ^= bits << shift;
    }
    bits
}

impl Records {
    /// Fills the cells with the record at the start of the window; its length without and with its line end. `None`
    /// for a record that has to be looked at more closely: quotes inside of a cell, NULs, the last bytes of a window.
    #[inline]
    pub(super) fn scan_blocks(&mut self, window: &[u8]) -> Option<(usize, usize)> {
        self.cells.clear();
        let (mut start, mut base) = (0, 0);
        // Of the byte before the block: all bits if it is in quotes; one if a cell begins behind it; one if it closed a cell.
        let (mut inside, mut begins, mut closed) = (0, 1, 0);
        loop {
            let block: &[u8; BLOCK] = window.get(base..)?.first_chunk()?;
            let quotes = if self.quote == 0 { 0 } else { places(block, self.quote) };
            let quoted = odd(quotes) ^ inside;
            let ends = (places(block, self.delimiter) | places(block, b'\n')) & !quoted;
            // Of this record: up to its line end, and that with it.
            let lines = places(block, b'\n') & ends;
            let own = lines ^ lines.wrapping_sub(1);
            let opening = quotes & quoted & !(ends << 1 | begins);
            let closing = ((quotes & !quoted) << 1 | closed) & !ends;
            if (opening | closing | places(block, 0)) & own != 0 {
                return None;
            }
            let mut left = ends & own;
            while left != 0 {
                let stop = base + left.trailing_zeros() as usize;
                self.push_plain(window, start, stop);
                start = stop + 1;
                left &= left - 1;
            }
            if lines != 0 {
                return Some((start - 1, start));
            }
            (inside, begins, closed) = (((quoted as i64) >> 63) as u64, ends >> 63, (quotes & !quoted) >> 63);
            base += BLOCK;
        }
    }

    #[inline]
    fn push_plain(&mut self, window: &[u8], start: usize, stop: usize) {
        let is_quoted = self.quote != 0 && window[start] == self.quote;
        let is_bare_end = !is_quoted && window[stop] == b'\n';
        let inset = usize::from(is_quoted);
        let (from, mut to) = (start + inset, stop - inset);
        while is_bare_end && to > from && window[to - 1] == b'\r' {
            to -= 1;
        }
        self.cells.push(Cell { start: from as u32, end: to as u32, copied: false });
    }
}
