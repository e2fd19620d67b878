//! What visitors are told, kept: but for who asks, who carries him and what was seen, all are told one of a few dozen things.
//!
//! Kept is what stands around these; no address is, and no finding. Whatever looks like *never seen* is the same case as
//! *never seen*, so that it takes the same way through here.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, PoisonError, RwLock};

use bytes::Bytes;
use event::rules::Kind;
use http::{HeaderMap, Response};
use rustc_hash::FxHashMap;

use crate::actions::sent::{Pieces, Sent};
use crate::verdict::{Reach, Verdict};
use crate::words::Lang;

/// Most cases that are kept: at 12 KiB at most, 12 MiB. There are as many as ways of handing out addresses, verdicts, kinds of
/// devices and languages; when there are more, it begins anew.
const CASES_MAX: usize = 1024;
/// Where the address stands in what is written once for all; no message has it.
pub(crate) const ADDRESS: &str = "⟦address⟧";
/// Where the operator's name stands, after it.
pub(crate) const ISP: &str = "⟦isp⟧";
/// Where the findings stand, after that.
pub(crate) const FOUND: &str = "⟦found⟧";
/// Most bytes of an answer, blanks to fill it with.
const ANSWER_MAX: usize = 12 << 10;
static BLANKS: [u8; ANSWER_MAX] = [b' '; ANSWER_MAX];

/// What is found out about a visitor, but for his address, his operator's name and what exactly was seen.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Case {
    /// Whether his address is one of IPv6; `None` if there is none.
    pub(crate) v6: Option<bool>,
    /// How it is handed out.
    pub(crate) reach: Reach,
    /// Whether it is known who carries it.
    pub(crate) has_isp: bool,
    /// The answer.
    pub(crate) verdict: Verdict,
    /// Which explanation goes with it.
    pub(crate) words: String,
    /// The gravest kind of what is shown; `None` if nothing is.
    pub(crate) kind: Option<Kind>,
    /// The devices to look at, each once.
    pub(crate) devices: Vec<String>,
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

impl Form {
    /// What stands in place of address, operator and findings, in this order; in JSON the latter two are values of their own.
    fn holes(self) -> [&'static str; 3] {
        match self {
            Self::Page(..) => [ADDRESS, ISP, FOUND],
            Self::Json(_) => [ADDRESS, "\"⟦isp⟧\"", "\"⟦found⟧\""],
        }
    }
}

/// An answer with three holes: what stands before each, and what after all. Of a hole that it does not have, nothing does.
#[derive(Debug)]
pub(crate) struct Told {
    headers: HeaderMap,
    before: [Bytes; 3],
    after: Bytes,
}

/// Answers with holes. Nothing that a visitor writes is hashed here, so that a quick hash will do.
#[derive(Debug, Default)]
pub(crate) struct Kept(RwLock<FxHashMap<Form, FxHashMap<Case, Arc<Told>>>>);

impl Kept {
    /// The answer of a case; `write` makes it, with [`ADDRESS`], [`ISP`] and [`FOUND`] for what is not of the case and with
    /// all its headers, if it is not kept yet.
    pub(crate) fn find(
        &self,
        form: Form,
        case: &Case,
        write: impl FnOnce() -> Option<Response<String>>,
    ) -> Option<Arc<Told>> {
        let kept = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(told) = kept.get(&form).and_then(|of_form| of_form.get(case)) {
            return Some(Arc::clone(told));
        }
        drop(kept);
        let (head, text) = write()?.into_parts();
        let told = Arc::new(Told::cut(head.headers, &text, form.holes()));
        let mut kept = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if kept.values().map(FxHashMap::len).sum::<usize>() >= CASES_MAX {
            kept.clear();
        }
        kept.entry(form).or_default().insert(case.clone(), Arc::clone(&told));
        Some(told)
    }
}

impl Told {
    fn cut(headers: HeaderMap, text: &str, holes: [&str; 3]) -> Self {
        let mut rest = text;
        let before = holes.map(|hole| {
            let Some((before, after)) = rest.split_once(hole) else { return Bytes::new() };
            rest = after;
            Bytes::copy_from_slice(before.as_bytes())
        });
        Self { headers, before, after: Bytes::copy_from_slice(rest.as_bytes()) }
    }

    /// The answer to an address with its operator and its findings as they are written in this form, filled with blanks up to
    /// the next multiple of `to`, so that its length tells nothing.
    pub(crate) fn to(&self, address: Option<IpAddr>, isp: &str, found: &str, to: usize) -> Response<Sent> {
        let [before, to_isp, to_found] = &self.before;
        // Room for the longest address.
        let mut middle = Vec::with_capacity(40 + to_isp.len() + isp.len() + to_found.len() + found.len());
        match address {
            Some(IpAddr::V4(ip)) => write_v4(ip, &mut middle),
            Some(IpAddr::V6(ip)) => middle.extend_from_slice(ip.to_string().as_bytes()),
            None => {}
        }
        for piece in [to_isp, isp.as_bytes(), to_found, found.as_bytes()] {
            middle.extend_from_slice(piece);
        }
        let length = before.len() + middle.len() + self.after.len();
        let missing = length.next_multiple_of(to) - length;
        let blanks = Bytes::from_static(BLANKS.get(..missing).unwrap_or(&BLANKS));
        let pieces = Pieces([before.clone(), middle.into(), self.after.clone(), blanks]);
        let mut answer = Response::new(Sent::Kept(Some(pieces)));
        *answer.headers_mut() = self.headers.clone();
        answer
    }
}

/// An IPv4 address as text; the library's way takes half as long as all that is done to judge it.
fn write_v4(ip: Ipv4Addr, to: &mut Vec<u8>) {
    let from = to.len();
    for octet in ip.octets() {
        if to.len() > from {
            to.push(b'.');
        }
        for (least, tens) in [(100, 100), (10, 10), (0, 1)] {
            if octet >= least {
                to.push(b'0' + octet / tens % 10);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use hyper::body::Body as _;

    use super::*;

    fn case(words: &str) -> Case {
        let (verdict, words) = (Verdict::NotSeen, words.to_owned());
        let nothing = Case {
            v6: None,
            reach: Reach::Static,
            has_isp: false,
            verdict,
            words,
            kind: None,
            devices: Vec::new(),
            until: None,
        };
        Case { v6: Some(false), ..nothing }
    }

    fn text(answer: Response<Sent>) -> String {
        let hint = answer.body().size_hint().exact().expect("a length") as usize;
        let Sent::Kept(Some(pieces)) = answer.into_body() else { return String::new() };
        let bytes: Vec<u8> = pieces.0.into_iter().flatten().collect();
        assert_eq!(bytes.len(), hint);
        String::from_utf8(bytes).expect("text")
    }

    #[test]
    fn the_address_is_filled_in_and_the_length_tells_nothing() {
        let told = |text: &str| Told::cut(HeaderMap::new(), text, Form::Page(Lang::Vi, 1).holes());
        let address = Some([192, 0, 2, 1].into());
        assert_eq!(text(told("a ⟦address⟧ b").to(address, "", "", 16)), "a 192.0.2.1 b   ");
        assert_eq!(text(told("a ⟦address⟧ b").to(None, "", "", 4)), "a  b");
        assert_eq!(text(told("a").to(None, "", "", ANSWER_MAX)).len(), ANSWER_MAX);
        assert_eq!(text(told("a ⟦isp⟧⟦found⟧").to(None, "b", "", 3)), "a b");
        assert_eq!(text(told("⟦address⟧ ⟦isp⟧ ⟦found⟧.").to(address, "b", "c", 1)), "192.0.2.1 b c.");
    }

    #[test]
    fn what_is_filled_in_is_never_taken_for_a_hole() {
        let told = Told::cut(HeaderMap::new(), "⟦address⟧,\"⟦isp⟧\",\"⟦found⟧\"", Form::Json(Lang::Vi).holes());
        assert_eq!(text(told.to(None, "\"⟦found⟧\"", "⟦address⟧", 1)), ",\"⟦found⟧\",⟦address⟧");
    }

    #[test]
    fn addresses_are_written_as_the_library_does() {
        for octet in 0..=255 {
            let ip = Ipv4Addr::new(octet, 255 - octet, 0, octet / 3);
            let mut written = Vec::new();
            write_v4(ip, &mut written);
            assert_eq!(written, ip.to_string().as_bytes());
        }
    }

    #[test]
    fn a_case_is_written_once_for_each_form_and_no_more_are_kept_than_may_be() {
        let kept = Kept::default();
        let mut written = 0;
        let page = Form::Page(Lang::Vi, 1);
        for form in [page, page, Form::Page(Lang::Vi, 2), Form::Json(Lang::Vi), page] {
            let told = kept.find(form, &case("none"), || {
                written += 1;
                Some(Response::default())
            });
            assert!(told.is_some());
        }
        assert_eq!(written, 3);
        assert!(kept.find(page, &case("other"), || None).is_none());
        for n in 0..3 * CASES_MAX {
            kept.find(page, &case(&n.to_string()), || Some(Response::default()));
            assert!(kept.0.read().expect("kept").values().map(FxHashMap::len).sum::<usize>() <= CASES_MAX);
        }
    }
}
