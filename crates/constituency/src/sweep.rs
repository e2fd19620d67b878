//! Nested networks become stretches of addresses that do not nest, each with one answer.

use crate::block::Block;
use crate::claim::{Claim, TimelineId, Timelines};

/// A network with a prefix, and one row that names it. Two of them nest or are apart: the property the sweep lives on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Piece {
    pub(crate) block: Block,
    pub(crate) claim: Claim,
}

/// The pieces of rows of one family, by first address, the whole before its parts.
pub(crate) fn pieces(rows: &[(Block, Claim)], ipv4: bool) -> Vec<Piece> {
    let family = rows.iter().filter(|(block, _)| block.is_ipv4() == ipv4);
    let pieces: Vec<_> =
        family.flat_map(|(block, claim)| block.prefixes().map(|block| Piece { block, claim: *claim })).collect();
    if ipv4 {
        sorted(&pieces, |block| (block.first as u32, !(block.last as u32)))
    } else {
        sorted(&pieces, |block| (block.first, !block.last))
    }
}

/// Pieces by a key of their block; where it is the same, by line, which is the order they come in.
fn sorted<K: Ord>(pieces: &[Piece], key: fn(Block) -> K) -> Vec<Piece> {
    let mut order: Vec<(K, usize)> = pieces.iter().enumerate().map(|(at, piece)| (key(piece.block), at)).collect();
    order.sort_unstable();
    order.into_iter().map(|(_, at)| pieces[at]).collect()
}

/// From each address on to the next, one timeline. Sorted; the first address is 0.
pub(crate) fn stretches(pieces: &[Piece], timelines: &mut Timelines<'_>) -> Vec<(u128, TimelineId)> {
    let mut sweep = Sweep::from(Timelines::NOBODY);
    let mut claims = Vec::new();
    for same in pieces.chunk_by(|a, b| a.block == b.block) {
        let block = same[0].block;
        sweep.close_before(block.first);
        claims.clear();
        claims.extend(same.iter().map(|piece| piece.claim));
        let own = timelines.of(&claims);
        sweep.open(block, timelines.lay_over(own, sweep.innermost()));
    }
    sweep.finish()
}

/// The networks around the address the sweep has come to, outermost first, and what has been said so far.
pub(crate) struct Sweep {
    outside: u32,
    open: Vec<(u128, u32)>,
    out: Vec<(u128, u32)>,
}

impl Sweep {
    /// Before the first network; `outside` is said where there is none.
    pub(crate) fn from(outside: u32) -> Self {
        Self { outside, open: Vec::new(), out: vec![(0, outside)] }
    }

    /// What is said of the smallest network around the address.
    pub(crate) fn innermost(&self) -> u32 {
        self.open.last().map_or(self.outside, |(_, id)| *id)
    }

    /// Enters a network. Its neighbours to the left must be closed.
    pub(crate) fn open(&mut self, block: Block, id: u32) {
        self.open.push((block.last, id));
        self.say(block.first, id);
    }

    /// Leaves the networks that end before an address.
    pub(crate) fn close_before(&mut self, first: u128) {
        while self.open.last().is_some_and(|(last, _)| *last < first) {
            self.close();
        }
    }

    /// Leaves all networks: from each address on to the next, what is said. Sorted; the first address is 0.
    pub(crate) fn finish(mut self) -> Vec<(u128, u32)> {
        while !self.open.is_empty() {
            self.close();
        }
        self.out
    }

    fn close(&mut self) {
        let Some((last, _)) = self.open.pop() else { return };
        if let Some(next) = last.checked_add(1) {
            self.say(next, self.innermost());
        }
    }

    /// From an address on, this is the answer; what was said last of the very same address is forgotten.
    fn say(&mut self, from: u128, id: u32) {
        self.out.pop_if(|(said, _)| *said == from);
        if self.out.last().is_none_or(|(_, said)| *said != id) {
            self.out.push((from, id));
        }
    }
}
