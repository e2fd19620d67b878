//! Where a listed path may end in the path that was asked for.
//!
//! A listed path without a query is a beginning that ends at a `/`, at the query or at the end: `/a` fits `/a`, `/a/`,
//! `/a/b` and `/a?x`, not `/ab`. One with a query is a beginning that ends where a word ends (on either side of anything but
//! an ASCII letter or digit): `/a?id=7` fits `/a?id=7&x`, not `/a?id=77`.

/// Most endings that are tried of one request.
pub(crate) const CUTS_MAX: usize = 128;

/// What was asked for, without what is never sent.
pub(crate) fn sent(request: &str) -> &[u8] {
    request.split('#').next().unwrap_or_default().as_bytes()
}

/// Where the query begins: the place of its `?`, or the end.
pub(crate) fn query(request: &[u8]) -> usize {
    request.iter().position(|byte| *byte == b'?').unwrap_or(request.len())
}

/// A path without the slashes at its end.
pub(crate) fn without_slashes(path: &[u8]) -> &[u8] {
    let end = path.iter().rposition(|byte| *byte != b'/').map_or(0, |at| at + 1);
    &path[..end]
}

/// Every beginning of `request` that a URL may be listed by, the longest first; the path begins at `start`.
pub(crate) fn beginnings(request: &[u8], start: usize) -> impl Iterator<Item = &[u8]> {
    let query = query(request);
    let whole = without_slashes(&request[..query]).len();
    let slashes = (start + 1..whole).filter(|at| request[*at] == b'/');
    let path = slashes.chain((whole > start).then_some(whole));
    longest_first(request, path.chain(words(request, query)))
}

/// Every beginning of `request` that ends in its query, the longest first.
pub(crate) fn queries(request: &[u8]) -> impl Iterator<Item = &[u8]> {
    longest_first(request, words(request, query(request)))
}

/// Whether a listed URL or path (its path begins at `start`) is among the endings that are tried of a request for it.
pub(crate) fn is_tried(listed: &[u8], start: usize) -> bool {
    beginnings(listed, start).next() == Some(listed)
}

/// Where words end behind the `?` at `query`.
fn words(request: &[u8], query: usize) -> impl Iterator<Item = usize> {
    let is_inside =
        |at: usize| request.get(at).is_some_and(u8::is_ascii_alphanumeric) && request[at - 1].is_ascii_alphanumeric();
    (query + 1..request.len() + 1).filter(move |at| !is_inside(*at))
}

fn longest_first(request: &[u8], ends: impl Iterator<Item = usize>) -> impl Iterator<Item = &[u8]> {
    let mut ends: Vec<usize> = ends.take(CUTS_MAX).collect();
    ends.reverse();
    ends.into_iter().map(|end| &request[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts<'t>(cuts: impl Iterator<Item = &'t [u8]>) -> Vec<&'t str> {
        cuts.map(|cut| std::str::from_utf8(cut).expect("text")).collect()
    }

    #[test]
    fn beginnings_end_where_something_ends() {
        let all = |request: &'static str| texts(beginnings(request.as_bytes(), 1));
        assert_eq!(all("h/a/b"), ["h/a/b", "h/a"]);
        assert_eq!(all("h/a/b//"), ["h/a/b", "h/a"]);
        assert_eq!(all("h/a?x=12"), ["h/a?x=12", "h/a?x=", "h/a?x", "h/a?", "h/a"]);
        assert_eq!(all("h/"), [""; 0]);
        assert_eq!(all("h/?"), ["h/?"]);
        assert_eq!(all("h"), [""; 0]);
    }

    #[test]
    fn queries_end_where_words_end() {
        assert_eq!(texts(queries(b"/a?id=7&b")), ["/a?id=7&b", "/a?id=7&", "/a?id=7", "/a?id=", "/a?id", "/a?"]);
        assert_eq!(texts(queries(b"/a/b")), [""; 0]);
        let long = format!("/?{}", "a&".repeat(5000));
        assert_eq!(texts(queries(long.as_bytes())).len(), CUTS_MAX);
    }

    #[test]
    fn what_has_more_ends_than_are_tried_is_known() {
        for (listed, wanted) in [("h/a?", true), ("h/a/b?c=d", true), ("h/?", true)] {
            assert_eq!(is_tried(listed.as_bytes(), 1), wanted, "{listed}");
        }
        let deep = |depth: usize| format!("h{}", "/a".repeat(depth));
        assert!(is_tried(deep(CUTS_MAX).as_bytes(), 1) && !is_tried(deep(CUTS_MAX + 1).as_bytes(), 1));
    }
}
