//! Nested networks become stretches of addresses that do not nest, each with one answer.

use std::cmp::Reverse;

use crate::block::Block;
use crate::claim::{Claim, TimelineId, Timelines, timeline};
use crate::organisation::Organisations;

/// A network with a prefix, and one row that names it. Two of them nest or are apart: the property the sweep lives on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Piece {
    pub(crate) block: Block,
    pub(crate) claim: Claim,
}

/// The pieces of rows of one family, by first address, the whole before its parts.
pub(crate) fn pieces(rows: &[(Block, Claim)], ipv4: bool) -> Vec<Piece> {
    let family = rows.iter().filter(|(block, _)| block.is_ipv4() == ipv4);
    let mut pieces: Vec<_> =
        family.flat_map(|(block, claim)| block.prefixes().map(|block| Piece { block, claim: *claim })).collect();
    pieces.sort_by_key(|piece| (piece.block.first, Reverse(piece.block.last), piece.claim.line));
    pieces
}

/// From each address on to the next, one timeline. Sorted; the first address is 0.
pub(crate) fn stretches(
    pieces: &[Piece],
    organisations: &Organisations,
    timelines: &mut Timelines,
) -> Vec<(u128, TimelineId)> {
    let mut sweep = Sweep { open: Vec::new(), out: vec![(0, Timelines::NOBODY)] };
    let mut claims = Vec::new();
    for same in pieces.chunk_by(|a, b| a.block == b.block) {
        let block = same[0].block;
        sweep.close_before(block.first);
        claims.clear();
        claims.extend(same.iter().map(|piece| piece.claim));
        let id = timelines.lay_over(timeline(&claims, organisations), sweep.innermost());
        sweep.open(block, id);
    }
    sweep.close_all();
    sweep.out
}

/// The networks around the address the sweep has come to, outermost first, and what has been said so far.
struct Sweep {
    open: Vec<(u128, TimelineId)>,
    out: Vec<(u128, TimelineId)>,
}

impl Sweep {
    fn innermost(&self) -> TimelineId {
        self.open.last().map_or(Timelines::NOBODY, |(_, id)| *id)
    }

    fn open(&mut self, block: Block, id: TimelineId) {
        self.open.push((block.last, id));
        self.say(block.first, id);
    }

    fn close_before(&mut self, first: u128) {
        while self.open.last().is_some_and(|(last, _)| *last < first) {
            self.close();
        }
    }

    fn close_all(&mut self) {
        while !self.open.is_empty() {
            self.close();
        }
    }

    fn close(&mut self) {
        let Some((last, _)) = self.open.pop() else { return };
        if let Some(next) = last.checked_add(1) {
            self.say(next, self.innermost());
        }
    }

    /// From an address on, this is the answer; what was said last of the very same address is forgotten.
    fn say(&mut self, from: u128, id: TimelineId) {
        self.out.pop_if(|(said, _)| *said == from);
        if self.out.last().is_none_or(|(_, said)| *said != id) {
            self.out.push((from, id));
        }
    }
}
