//! Stretches of all addresses, worked on by some threads and told in their order: files are sorted by subject, so each is a
//! stretch of every file, and what is held depends on a stretch and not on the country.

use std::collections::VecDeque;
use std::io;
use std::thread;

use crate::LakeError;
use crate::lake::THREADS;
use crate::scan::skip::Sought;

/// A stretch of all addresses.
pub(crate) struct Part {
    pub(crate) sought: Sought,
    /// Where pages begin in it, with their rows, in order.
    pub(crate) pages: Vec<(u128, usize)>,
}

impl Part {
    /// What is sought, and where pages begin in it.
    pub(crate) fn of(sought: Sought, mut pages: Vec<(u128, usize)>) -> Self {
        pages.sort_unstable();
        Self { sought, pages }
    }

    /// Cuts it into such of about so many rows.
    pub(crate) fn cut(self, rows: usize) -> Vec<Self> {
        let (mut parts, mut held, mut begun, mut from) = (Vec::new(), 0, 0, 0);
        for (at, (address, page)) in self.pages.iter().enumerate() {
            if held >= rows && *address > self.pages[begun].0 {
                let sought = Sought { ranges: self.sought.within((from, address - 1)), texts: false };
                parts.push(Self { sought, pages: self.pages[begun..at].to_vec() });
                (held, begun, from) = (0, at, *address);
            }
            held += page;
        }
        let sought = Sought { ranges: self.sought.within((from, u128::MAX)), texts: self.sought.texts };
        parts.push(Self { sought, pages: self.pages[begun..].to_vec() });
        parts
    }

    pub(crate) fn rows(&self) -> usize {
        self.pages.iter().map(|page| page.1).sum()
    }
}

/// Works on some parts at a time and tells what came of them in their order. `tell` answers parts that are to be done in
/// place of the one that was told.
///
/// # Errors
/// That of `work` or of `tell`.
pub(crate) fn in_turn<T: Send, E: From<LakeError>>(
    parts: Vec<Part>,
    work: impl Fn(&Sought) -> Result<T, LakeError> + Sync,
    mut tell: impl FnMut(T, Part) -> Result<Vec<Part>, E>,
) -> Result<(), E> {
    let (broken, work) = (|_| LakeError::from(io::Error::other("a thread of the lake broke off")), &work);
    thread::scope(|scope| {
        let begin = |part: Part| scope.spawn(move || (work(&part.sought), part));
        let mut waiting = parts.into_iter();
        let mut begun: VecDeque<_> = waiting.by_ref().take(THREADS).map(begin).collect();
        while let Some(first) = begun.pop_front() {
            let (made, part) = first.join().map_err(broken)?;
            begun.extend(waiting.next().map(begin));
            for part in tell(made?, part)?.into_iter().rev() {
                begun.push_front(begin(part));
            }
        }
        Ok(())
    })
}
