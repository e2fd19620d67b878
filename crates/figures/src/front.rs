//! A rendered release: what a page is made of.

/// A release in one language.
#[derive(Debug, Clone)]
pub struct Front {
    /// `01/11/2026 – 30/11/2026`.
    pub period: String,
    /// The figures of the whole country, to stand above everything.
    pub headline: Vec<Fact>,
    /// The pictures, in order.
    pub sections: Vec<Section>,
    /// What holds for all of them: the days, what is not shown, what is not in it.
    pub notes: Vec<String>,
    /// The files behind them.
    pub files: Vec<File>,
}

/// One figure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// What it is.
    pub label: String,
    /// The number as the language writes it, or why it is not shown.
    pub value: String,
    /// What is counted, and how.
    pub definition: String,
}

/// One picture with its table. `svg` and `table_html` are complete and escaped; the other texts are plain.
#[derive(Debug, Clone)]
pub struct Section {
    /// Its key: part of addresses and of the ids within (`fig-<key>-…`).
    pub key: &'static str,
    /// Its heading.
    pub heading: String,
    /// The picture; empty if there is nothing to draw.
    pub svg: String,
    /// What to click to see the table, where a page folds it away (`<details class="fig-details">`).
    pub table_label: String,
    /// The table behind it.
    pub table_html: String,
    /// What is counted, and how.
    pub definition: String,
    /// What else is to be known of it: which sums hold, marks in the picture, the attribution version.
    pub notes: Vec<String>,
    /// Name of its CSV among the files.
    pub csv: String,
    /// Name of its JSON among the files.
    pub json: String,
}

/// One file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Its name: letters, digits, hyphens, points.
    pub name: String,
    /// Its media type.
    pub media_type: &'static str,
    /// Its content.
    pub bytes: Vec<u8>,
}
