//! What a list says that could not be taken as an indicator.

/// Most findings kept of one list; what is beyond them is counted only.
pub const FINDINGS_MAX: usize = 10_000;
/// Most bytes kept of a line that is complained about.
const TEXT_MAX: usize = 200;

/// Why a line is no indicator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, thiserror::Error)]
pub enum Reason {
    /// Nothing is left when blanks, scheme and wildcard are taken away.
    #[error("nothing is written")]
    Empty,
    /// Neither a name, an address, a URL nor a path.
    #[error("neither a name, an address, a URL nor a path")]
    Unreadable,
    /// More than one word.
    #[error("blanks inside")]
    Blanks,
    /// A line or an indicator longer than [`LINE_MAX`](crate::list::LINE_MAX), [`TEXT_MAX`](crate::list::TEXT_MAX), or a URL
    /// or query of more parts than are tried of a request (128).
    #[error("too long")]
    TooLong,
    /// A name or a path so short that it would fit what is harmless.
    #[error("too short to tell harm from harmless")]
    TooShort,
    /// A name of one label.
    #[error("a whole top-level domain, or no domain name")]
    TopLevel,
    /// A name under which a registry lets anyone register.
    #[error("a registry's suffix: anyone's names are below it")]
    Suffix,
    /// Digits and dots that are no address.
    #[error("digits that are no address")]
    Digits,
    /// Port 0.
    #[error("no such port")]
    Port,
    /// An address of a private network or of one link (RFC 1918, 3927, 4193, 4291, 6598).
    #[error("an address of private networks")]
    Private,
    /// A machine's own address.
    #[error("a loopback address")]
    Loopback,
    /// An address of groups.
    #[error("a multicast address")]
    Multicast,
    /// An address that nobody can have.
    #[error("a reserved address")]
    Reserved,
    /// A network; only the list of what is allowed may have them.
    #[error("a network: only an allow-list may have them")]
    Network,
    /// A network of the allow-list that holds a great part of the Internet.
    #[error("a network too wide for an allow-list")]
    TooWide,
    /// CSV: the column `kind` says otherwise, or has no such word.
    #[error("the kind is another than the column says")]
    Kind,
    /// No family, neither in the line nor for the list.
    #[error("no family")]
    Family,
    /// CSV: not a whole number from 0 to 100.
    #[error("the confidence is no number from 0 to 100")]
    Confidence,
    /// CSV: neither a day `YYYY-MM-DD` nor an instant of RFC 3339.
    #[error("neither a day nor an instant")]
    Time,
    /// The indicator begins to count when it has ended already.
    #[error("it never counts: it begins after its end")]
    Never,
    /// CSV: quotes that do not close, or another number of cells than the header has.
    #[error("the cells do not fit the header")]
    Cells,
    /// CSV: a column the format does not have; it is not read.
    #[error("the format has no such column; it is not read")]
    Column,
    /// CSV: no column `indicator`, or a column twice; nothing of the list is read.
    #[error("the header has no column `indicator` or one twice; the list is not read")]
    Header,
    /// More indicators than a list may have; the rest of the list is not read.
    #[error("more indicators than one list may have; the rest is not read")]
    TooMany,
}

/// One line that was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Its number, from 1.
    pub line: u64,
    /// What is written, at most 200 bytes of it.
    pub text: String,
    /// Why it is no indicator.
    pub reason: Reason,
}

impl Finding {
    pub(crate) fn new(line: u64, text: &str, reason: Reason) -> Self {
        Self { line, text: text[..text.floor_char_boundary(TEXT_MAX)].to_owned(), reason }
    }
}
