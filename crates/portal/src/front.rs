//! The national picture: pieces of the home page and files of open data, made elsewhere and swapped whole.

use std::net::IpAddr;
use std::sync::Arc;

use crate::verdict::Reach;

/// Most bytes of a page: a slow telephone gets it in a few seconds.
pub const PAGE_BYTES_MAX: usize = 100 << 10;

/// What the home page shows beside the check, and what can be downloaded.
#[derive(Debug, Clone, Default)]
pub struct Front {
    /// When it was computed, microseconds since 1970 UTC.
    pub made: i64,
    /// Its pieces in Vietnamese.
    pub vi: Vec<Piece>,
    /// Its pieces in English.
    pub en: Vec<Piece>,
    /// Rules for the classes the pieces use, appended to the one stylesheet.
    pub css: String,
    /// Files of open data.
    pub files: Vec<OpenFile>,
}

/// A section of the home page.
#[derive(Debug, Clone)]
pub struct Piece {
    /// Its anchor: small letters, digits and hyphens.
    pub id: String,
    /// Its heading.
    pub title: String,
    /// Trusted HTML (SVG, tables) without scripts, `style` attributes or elements of its own: the page's policy
    /// would not apply them.
    pub html: String,
    /// One sentence: what is counted. It stands beside the figures.
    pub definition: String,
}

/// A file of open data.
#[derive(Debug, Clone)]
pub struct OpenFile {
    /// Its name in the path: small letters, digits, hyphens and one dot.
    pub name: String,
    /// Its media type.
    pub media_type: &'static str,
    /// What it holds, in Vietnamese and in English.
    pub about: [String; 2],
    /// Its bytes.
    pub bytes: Arc<[u8]>,
}

/// How an address is handed out, and by whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Whose {
    /// How.
    pub reach: Reach,
    /// The operator that carries it, as people know him.
    pub isp: Option<String>,
}

/// Who hands out an address. Must answer from memory: it is asked at every check.
pub trait Ownership: Send + Sync {
    /// Whose an address is today; [`Reach::Foreign`] for none of the country's.
    fn whose(&self, address: IpAddr) -> Whose;
}
