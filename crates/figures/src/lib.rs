//! What the country may publish: from counts to pictures.
//!
//! Pure: no file, no network, no clock, no lake. In the order the data flows:
//!
//! * [`counts`] – what was counted, in plain structs;
//! * [`rule`] – which cells are too small to be published, as data;
//! * [`audit`] – what a reader can work out about cells that are not shown (a small linear program);
//! * `items`, `suppress` – the cells of a release, every relation between them, and which of them are not shown;
//! * [`picture`] – the release: counts without what may not be seen, and [`Picture::render`](picture::Picture::render);
//! * `sheet` – one table behind each picture, as HTML, CSV and JSON;
//! * `svg` – the pictures;
//! * [`front`] – a rendered release: sections and files;
//! * [`words`], [`number`], [`days`] – texts, numbers and dates in both languages.

pub mod audit;
pub mod counts;
pub mod days;
pub mod front;
mod items;
#[cfg(test)]
mod naive;
pub mod number;
pub mod picture;
mod places;
pub mod rule;
mod sections;
mod sheet;
mod simplex;
mod suppress;
mod svg;
pub mod words;

/// The style of the pictures and tables: class selectors that begin with `fig-`, light and dark.
pub const STYLE: &str = include_str!("../data/figures.css");
