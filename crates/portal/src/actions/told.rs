//! What visitors are told, kept: but for the address of who asks, most are told one of a few dozen things.
//!
//! Kept is what stands before and after the address; no address is. Whatever looks like *never seen* is the same case as
//! *never seen*, so that it takes the same way through here.

use std::collections::{HashMap, VecDeque};
use std::convert::Infallible;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::{Arc, PoisonError, RwLock};
use std::task::{Context, Poll};

use bytes::{Buf as _, Bytes};
use hyper::body::{Body, Frame, SizeHint};

use crate::verdict::{Judged, Reach};
use crate::words::Lang;

/// Most cases that are kept: at 32 KiB at most, 32 MiB. There are as many as ways of handing out addresses, operators and
/// languages; when there are more, it begins anew.
const CASES_MAX: usize = 1024;
/// Where the address stands in what is written once for all; no message has it.
pub(crate) const HOLE: &str = "⟦address⟧";
/// Most bytes of an answer, blanks to fill it with.
const ANSWER_MAX: usize = 32 << 10;
static BLANKS: [u8; ANSWER_MAX] = [b' '; ANSWER_MAX];

/// What is found out about a visitor, but for his address.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Case {
    /// Whether his address is one of IPv6; `None` if there is none.
    pub(crate) v6: Option<bool>,
    /// How it is handed out.
    pub(crate) reach: Reach,
    /// Who carries it.
    pub(crate) isp: Option<String>,
    /// The judgement.
    pub(crate) judged: Judged,
    /// The last day whose reports are known; `None` until any are loaded.
    pub(crate) until: Option<i32>,
}

/// In which form it is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Form {
    /// A page; it names the version of the stylesheet, which is that of the national picture.
    Page(Lang, i64),
    /// JSON.
    Json(Lang),
}

/// An answer without its address.
#[derive(Debug)]
pub(crate) struct Told {
    before: Bytes,
    after: Bytes,
}

/// An answer in pieces that nobody copies: before the address, the address, after it, blanks.
#[derive(Debug)]
pub(crate) struct Pieces(VecDeque<Bytes>);

/// Answers without their addresses; those that show findings are too many to keep.
#[derive(Debug, Default)]
pub(crate) struct Kept(RwLock<HashMap<Form, HashMap<Case, Arc<Told>>>>);

impl Kept {
    /// The answer of a case; `write` makes it, with [`HOLE`] in place of the address, if it is not kept yet.
    pub(crate) fn find(&self, form: Form, case: &Case, write: impl FnOnce() -> Option<String>) -> Option<Arc<Told>> {
        if !case.judged.shown.is_empty() {
            return Some(Arc::new(Told::cut(write()?)));
        }
        let kept = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(told) = kept.get(&form).and_then(|of_form| of_form.get(case)) {
            return Some(Arc::clone(told));
        }
        drop(kept);
        let told = Arc::new(Told::cut(write()?));
        let mut kept = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if kept.values().map(HashMap::len).sum::<usize>() >= CASES_MAX {
            kept.clear();
        }
        kept.entry(form).or_default().insert(case.clone(), Arc::clone(&told));
        Some(told)
    }
}

impl Told {
    fn cut(text: String) -> Self {
        let at = text.find(HOLE);
        let mut before = Bytes::from(text);
        let mut after = at.map_or_else(Bytes::new, |at| before.split_off(at));
        // What is cut off begins with the hole.
        after.advance(HOLE.len().min(after.len()));
        Self { before, after }
    }

    /// The answer to an address, filled with blanks up to the next multiple of `to`, so that its length tells nothing.
    pub(crate) fn to(&self, address: Option<IpAddr>, to: usize) -> Pieces {
        let address = address.map_or_else(String::new, |address| address.to_string());
        let length = self.before.len() + address.len() + self.after.len();
        let missing = length.next_multiple_of(to) - length;
        let blanks = Bytes::from_static(BLANKS.get(..missing).unwrap_or(&BLANKS));
        Pieces([self.before.clone(), address.into(), self.after.clone(), blanks].into())
    }
}

impl From<Pieces> for axum::body::Body {
    fn from(pieces: Pieces) -> Self {
        Self::new(pieces)
    }
}

impl Body for Pieces {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.0.pop_front().map(|piece| Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.0.iter().map(|piece| piece.len() as u64).sum())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verdict::Verdict;

    fn case(words: &str) -> Case {
        let judged = Judged { verdict: Verdict::NotSeen, words: words.to_owned(), shown: Vec::new() };
        Case { v6: Some(false), reach: Reach::Static, isp: None, judged, until: None }
    }

    fn text(pieces: Pieces) -> String {
        let hint = pieces.size_hint().exact().expect("a length") as usize;
        let bytes: Vec<u8> = pieces.0.into_iter().flatten().collect();
        assert_eq!(bytes.len(), hint);
        String::from_utf8(bytes).expect("text")
    }

    #[test]
    fn the_address_is_filled_in_and_the_length_tells_nothing() {
        let told = Told::cut("a ⟦address⟧ b".to_owned());
        assert_eq!(text(told.to(Some([192, 0, 2, 1].into()), 16)), "a 192.0.2.1 b   ");
        assert_eq!(text(told.to(None, 4)), "a  b");
        assert_eq!(text(Told::cut("a".to_owned()).to(None, ANSWER_MAX)).len(), ANSWER_MAX);
    }

    #[test]
    fn a_case_is_written_once_for_each_form_and_no_more_are_kept_than_may_be() {
        let kept = Kept::default();
        let mut written = 0;
        let page = Form::Page(Lang::Vi, 1);
        for form in [page, page, Form::Page(Lang::Vi, 2), Form::Json(Lang::Vi), page] {
            let told = kept.find(form, &case("none"), || {
                written += 1;
                Some(String::new())
            });
            assert!(told.is_some());
        }
        assert_eq!(written, 3);
        assert!(kept.find(page, &case("other"), || None).is_none());
        for n in 0..3 * CASES_MAX {
            kept.find(page, &case(&n.to_string()), || Some(String::new()));
            assert!(kept.0.read().expect("kept").values().map(HashMap::len).sum::<usize>() <= CASES_MAX);
        }
    }
}
