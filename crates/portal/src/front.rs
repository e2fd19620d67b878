//! The national picture: a rendered release and its files, made elsewhere and swapped whole.
//!
//! The shape is that of the crate which renders it, so that handing it over is renaming; nothing is computed here.

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
    /// The release in Vietnamese; `None` before the first.
    pub vi: Option<Picture>,
    /// The same in English.
    pub en: Option<Picture>,
    /// Rules for the classes its pictures and tables use, appended to the one stylesheet.
    pub css: String,
}

/// A release in one language.
#[derive(Debug, Clone, Default)]
pub struct Picture {
    /// `01/11/2026 – 30/11/2026`.
    pub period: String,
    /// The figures of the whole country.
    pub headline: Vec<Fact>,
    /// The pictures, in order.
    pub sections: Vec<Section>,
    /// What holds for all of them.
    pub notes: Vec<String>,
    /// The files behind them.
    pub files: Vec<OpenFile>,
}

/// One figure.
#[derive(Debug, Clone)]
pub struct Fact {
    /// What it is.
    pub label: String,
    /// The number as the language writes it, or why it is not shown.
    pub value: String,
    /// What is counted, and how.
    pub definition: String,
}

/// One picture with its table. `svg` and `table_html` are trusted and complete, without scripts and `style`
/// attributes: the pages' policy would not apply them. The other texts are plain.
#[derive(Debug, Clone)]
pub struct Section {
    /// Its anchor: small letters, digits and hyphens.
    pub key: String,
    /// Its heading.
    pub heading: String,
    /// The picture; empty if there is nothing to draw.
    pub svg: String,
    /// What to click to see the table.
    pub table_label: String,
    /// The table behind it.
    pub table_html: String,
    /// What is counted, and how.
    pub definition: String,
    /// What else is to be known.
    pub notes: Vec<String>,
    /// Name of its CSV among the files.
    pub csv: String,
    /// Name of its JSON among the files.
    pub json: String,
}

/// A file of open data.
#[derive(Debug, Clone)]
pub struct OpenFile {
    /// Its name in the path: letters, digits, hyphens, points.
    pub name: String,
    /// Its media type.
    pub media_type: &'static str,
    /// Its bytes.
    pub bytes: Arc<[u8]>,
}

impl Front {
    /// The file of a name, in whichever language.
    pub fn file(&self, name: &str) -> Option<&OpenFile> {
        let files = [&self.vi, &self.en].into_iter().flatten().flat_map(|picture| &picture.files);
        files.into_iter().find(|file| file.name == name)
    }
}

impl Picture {
    /// The definition of the figures of the whole country, if all have the same.
    pub fn one_definition(&self) -> Option<&str> {
        let first = self.headline.first()?.definition.as_str();
        self.headline.iter().all(|fact| fact.definition == first).then_some(first)
    }

    /// Kilobytes of a file, rounded up; 0 for one that is not there.
    pub fn kilobytes(&self, name: &str) -> usize {
        let file = self.files.iter().find(|file| file.name == name);
        file.map_or(0, |file| file.bytes.len().div_ceil(1024))
    }
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
