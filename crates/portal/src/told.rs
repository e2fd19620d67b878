//! What visitors are told, kept: but for the address of who asks, most are told one of a few dozen things.
//!
//! Kept is what stands before and after the address; no address is. Whatever looks like *never seen* is the same case as
//! *never seen*, so that it takes the same way through here.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::net::IpAddr;
use std::sync::{Arc, PoisonError, RwLock};

use crate::verdict::{Judged, Reach};
use crate::words::Lang;

/// Most cases that are kept: at 32 KiB at most, 32 MiB. What does not fit begins anew.
const CASES_MAX: usize = 1024;
/// Where the address stands in what is written once for all; no message has it.
pub(crate) const HOLE: &str = "⟦address⟧";
/// Blanks that are appended at once.
const BLANKS: &str = match std::str::from_utf8(&[b' '; 4096]) {
    Ok(blanks) => blanks,
    Err(_) => "",
};

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
    before: String,
    after: String,
}

/// Answers without their addresses.
#[derive(Debug, Default)]
pub(crate) struct Kept(RwLock<HashMap<Form, HashMap<Case, Arc<Told>>>>);

impl Kept {
    /// The answer of a case; `write` makes it, with [`HOLE`] in place of the address, if it is not kept yet.
    pub(crate) fn find(&self, form: Form, case: &Case, write: impl FnOnce() -> Option<String>) -> Option<Arc<Told>> {
        let kept = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(told) = kept.get(&form).and_then(|of_form| of_form.get(case)) {
            return Some(Arc::clone(told));
        }
        drop(kept);
        let told = Arc::new(Told::cut(&write()?));
        let mut kept = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if kept.values().map(HashMap::len).sum::<usize>() >= CASES_MAX {
            kept.clear();
        }
        kept.entry(form).or_default().insert(case.clone(), Arc::clone(&told));
        Some(told)
    }
}

impl Told {
    fn cut(text: &str) -> Self {
        let (before, after) = text.split_once(HOLE).unwrap_or((text, ""));
        Self { before: before.to_owned(), after: after.to_owned() }
    }

    /// The answer to an address, filled with blanks up to the next multiple of `to`, so that its length tells nothing.
    pub(crate) fn to(&self, address: Option<IpAddr>, to: usize) -> String {
        let mut text = String::with_capacity(to);
        text.push_str(&self.before);
        if let Some(address) = address {
            // Writing to a String cannot fail.
            let _ = write!(text, "{address}");
        }
        text.push_str(&self.after);
        pad(&mut text, to);
        text
    }
}

fn pad(text: &mut String, to: usize) {
    let mut missing = text.len().next_multiple_of(to) - text.len();
    while missing > 0 {
        let next = missing.min(BLANKS.len());
        text.push_str(&BLANKS[..next]);
        missing -= next;
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

    #[test]
    fn the_address_is_filled_in_and_the_length_tells_nothing() {
        let told = Told::cut("a ⟦address⟧ b");
        assert_eq!(told.to(Some([192, 0, 2, 1].into()), 16), "a 192.0.2.1 b   ");
        assert_eq!(told.to(None, 4), "a  b");
        assert_eq!(Told::cut("").to(None, 8192).len(), 0);
        assert_eq!(Told::cut("a").to(None, 8192).len(), 8192);
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
