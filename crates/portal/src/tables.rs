//! The data of the portal: small CSV tables that an operator may replace by his own.

use std::fs;
use std::io::{self, Read as _};
use std::path::Path;

use crate::advice::Devices;
use crate::requests::Clocks;
use crate::verdict::Decisions;

/// Most bytes of a table.
const TABLE_MAX: u64 = 1 << 20;

/// A table that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BadTable(String);

impl BadTable {
    /// A line that is not of the table's form.
    pub fn line(line: usize, cells: &[&str]) -> Self {
        Self(format!("line {line}: {}", cells.join(",")))
    }

    /// Something the table must have.
    pub fn missing(what: &str) -> Self {
        Self(format!("missing: {what}"))
    }
}

/// A line of the privacy notice: how long something is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Its texts: `retention_what.<name>` and `retention_why.<name>` of `messages.toml`.
    pub name: String,
    /// How long: `retention_keep.<keep>`.
    pub keep: String,
}

/// Every table.
#[derive(Debug, Clone)]
pub struct Tables {
    /// What may be said of an address.
    pub decisions: Decisions,
    /// Which devices a family lives on.
    pub devices: Devices,
    /// What is kept, and how long.
    pub retention: Vec<Kept>,
    /// How soon a request is answered.
    pub clocks: Clocks,
}

impl Tables {
    /// Reads `verdicts.csv`, `families.csv`, `retention.csv` and `clocks.csv` of a folder; those shipped stand in for
    /// what is not there.
    ///
    /// # Errors
    /// The disk's; a table that cannot be used, by name.
    pub fn read(folder: Option<&Path>) -> io::Result<Self> {
        let text = |name: &str, shipped: &str| table(folder, name, shipped);
        let bad = |name: &str| {
            let name = name.to_owned();
            move |wrong: BadTable| io::Error::other(format!("{name}: {wrong}"))
        };
        Ok(Self {
            decisions: Decisions::parse(&text("verdicts.csv", Decisions::SHIPPED)?).map_err(bad("verdicts.csv"))?,
            devices: Devices::parse(&text("families.csv", Devices::SHIPPED)?).map_err(bad("families.csv"))?,
            retention: retention(&text("retention.csv", include_str!("../data/retention.csv"))?)
                .map_err(bad("retention.csv"))?,
            clocks: Clocks::parse(&text("clocks.csv", Clocks::SHIPPED)?).map_err(bad("clocks.csv"))?,
        })
    }
}

fn table(folder: Option<&Path>, name: &str, shipped: &str) -> io::Result<String> {
    let Some(path) = folder.map(|folder| folder.join(name)).filter(|path| path.exists()) else {
        return Ok(shipped.to_owned());
    };
    read_text(&path, TABLE_MAX)
}

/// Reads a file of at most `max` bytes.
pub(crate) fn read_text(path: &Path, max: u64) -> io::Result<String> {
    let named = |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", path.display()));
    let mut text = String::new();
    let file = fs::File::open(path).map_err(named)?;
    #[expect(clippy::disallowed_methods, reason = "bounded by take")]
    let read = file.take(max + 1).read_to_string(&mut text).map_err(named)?;
    if read as u64 > max {
        return Err(named(io::Error::other(format!("more than {max} bytes"))));
    }
    Ok(text)
}

fn retention(text: &str) -> Result<Vec<Kept>, BadTable> {
    let kept = |(line, cells): (usize, Vec<&str>)| match cells[..] {
        [name, keep] => Ok(Kept { name: name.to_owned(), keep: keep.to_owned() }),
        _ => Err(BadTable::line(line, &cells)),
    };
    rows(text).map(kept).collect()
}

/// The rows of a small table: no quotes, `#` comments, a header line first.
pub(crate) fn rows(text: &str) -> impl Iterator<Item = (usize, Vec<&str>)> {
    text.lines()
        .enumerate()
        .map(|(at, line)| (at + 1, line.trim()))
        .filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
        .skip(1)
        .map(|(at, line)| (at, line.split(',').map(str::trim).collect()))
}
