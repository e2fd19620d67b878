//! What is sent: an answer that is kept goes out in one go, in pieces that nobody copies but the kernel.

use std::io::IoSlice;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::Body as AnyBody;
use bytes::{Buf, Bytes};
use hyper::body::{Body, Frame, SizeHint};

/// Bytes that follow each other: before the address of whoever asks, from it to the findings, after them, blanks.
#[derive(Debug)]
pub(crate) struct Pieces(pub(crate) [Bytes; 4]);

/// The body of an answer. One frame for all pieces: for each that it is handed, hyper does everything anew.
#[derive(Debug)]
pub(crate) enum Sent {
    /// One that is kept; `None` when it has gone.
    Kept(Option<Pieces>),
    /// Any other.
    Other(AnyBody),
}

impl Buf for Pieces {
    fn remaining(&self) -> usize {
        self.0.iter().map(Bytes::len).sum()
    }

    fn chunk(&self) -> &[u8] {
        self.0.iter().find(|piece| !piece.is_empty()).map_or(&[], |piece| piece)
    }

    fn chunks_vectored<'p>(&'p self, to: &mut [IoSlice<'p>]) -> usize {
        let left = self.0.iter().filter(|piece| !piece.is_empty());
        to.iter_mut().zip(left).map(|(to, piece)| *to = IoSlice::new(piece)).count()
    }

    fn advance(&mut self, mut count: usize) {
        for piece in &mut self.0 {
            let gone = count.min(piece.len());
            piece.advance(gone);
            count -= gone;
        }
    }
}

impl Body for Sent {
    type Data = Pieces;
    type Error = axum::Error;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Pieces>, axum::Error>>> {
        match self.get_mut() {
            Self::Kept(pieces) => Poll::Ready(pieces.take().map(|pieces| Ok(Frame::data(pieces)))),
            Self::Other(body) => {
                let alone = |bytes| Pieces([bytes, Bytes::new(), Bytes::new(), Bytes::new()]);
                Pin::new(body).poll_frame(context).map_ok(|frame| frame.map_data(alone))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Kept(pieces) => pieces.is_none(),
            Self::Other(body) => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Kept(pieces) => SizeHint::with_exact(pieces.as_ref().map_or(0, Pieces::remaining) as u64),
            Self::Other(body) => body.size_hint(),
        }
    }
}

impl From<AnyBody> for Sent {
    fn from(body: AnyBody) -> Self {
        Self::Other(body)
    }
}

/// For the long way, past the router, which `HEAD` takes.
impl From<Sent> for AnyBody {
    fn from(sent: Sent) -> Self {
        match sent {
            Sent::Kept(pieces) => {
                pieces.map_or_else(Self::empty, |mut pieces| pieces.copy_to_bytes(pieces.remaining()).into())
            }
            Sent::Other(body) => body,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_the_same_bytes_however_many_are_taken_at_once() {
        for texts in [["abc", "d", "", "efghi"], ["", "", "", ""], ["", "a", "", ""]] {
            for step in 1..=texts.concat().len() + 1 {
                let mut pieces = Pieces(texts.map(Bytes::from));
                let mut taken = Vec::new();
                while pieces.has_remaining() {
                    let mut slices = [IoSlice::new(&[]); 3];
                    let count = pieces.chunks_vectored(&mut slices);
                    let next: Vec<u8> = slices[..count].iter().flat_map(|slice| slice.to_vec()).collect();
                    assert!(next.starts_with(pieces.chunk()) && !pieces.chunk().is_empty());
                    let step = step.min(next.len());
                    taken.extend_from_slice(&next[..step]);
                    pieces.advance(step);
                }
                assert_eq!(taken, texts.concat().as_bytes());
            }
        }
    }
}
