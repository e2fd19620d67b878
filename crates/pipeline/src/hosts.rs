//! Lists of known malware hosts in the data folder, and what logs are held against.
//!
//! ```text
//! indicators/lists.json            every list: for what, when it was imported, how many lines of it count
//! indicators/<name>.csv            one list, in its normalised form
//! ```

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use constituency::Attributor;
use disk::Taken;
use event::time::Zone;
use indicators::finding::Finding;
use indicators::list::{self, Defaults, Format, Purpose, Reader, Reading};
use indicators::{Inside, Set, Watch};
use serde::{Deserialize, Serialize};

use crate::error::At as _;
use crate::folder::{Lock, read_text};
use crate::{DataFolder, PipelineError};

/// Bytes of a list read at a time.
const PIECE_BYTES: usize = 1 << 18;
/// Longest name of a list.
const NAME_MAX: usize = 100;
/// Most lists of one import and of a data folder.
pub const LISTS_MAX: usize = 10_000;

/// What the importer says of lists that do not say it themselves.
#[derive(Debug, Clone, Default)]
pub struct Said {
    /// The lists are of what is never an indicator.
    pub allowed: bool,
    /// Who keeps them.
    pub source: String,
    /// How sure he is, per cent.
    pub confidence: Option<u8>,
    /// Until when they count, microseconds since 1970.
    pub until: Option<i64>,
}

/// One list of the data folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct List {
    /// Of what is never an indicator.
    pub allowed: bool,
    /// When it was imported, microseconds since 1970.
    pub imported: i64,
    /// Who keeps it, as the importer said.
    pub source: String,
    /// Lines that are indicators.
    pub accepted: u64,
    /// Lines that are none.
    pub refused: u64,
    /// Other names of its family that it gives.
    pub aliases: Vec<String>,
}

/// A list that was imported.
#[derive(Debug)]
pub struct Imported {
    /// Its name: the file's, without its ending.
    pub name: String,
    /// What is kept of it.
    pub list: List,
    /// Why lines are none, the first of them.
    pub findings: Vec<Finding>,
}

/// The lists of a data folder, by name.
///
/// # Errors
/// The disk's; a damaged file.
pub fn lists(folder: &DataFolder) -> Result<BTreeMap<String, List>, PipelineError> {
    let path = folder.path("indicators/lists.json");
    if !path.exists() {
        return Ok(BTreeMap::new());
    }
    serde_json::from_str(&read_text(&path)?).map_err(|e| PipelineError::Form { path, wrong: e.to_string() })
}

/// Imports a list, or every `*.txt` and `*.csv` of a folder, each in place of the one of its name.
///
/// # Errors
/// The disk's; nothing to import; a list of which no line is an indicator, which leaves the one before in its place.
pub fn import(
    folder: &DataFolder,
    _lock: &Lock,
    path: &Path,
    said: &Said,
    now: i64,
) -> Result<Vec<Imported>, PipelineError> {
    let mut known = lists(folder)?;
    let mut imported = Vec::new();
    for file in files(path)? {
        let name = name_of(&file)?;
        let kept = folder.path(&format!("indicators/{name}.csv"));
        let mut out = folder.disk.create(&kept).at(&kept)?;
        let report = {
            let mut text = String::new();
            list::write_header(&mut text);
            let take = |indicator: indicators::Indicator<'_>| {
                list::write_row(&indicator, &mut text);
                if text.len() < PIECE_BYTES {
                    return Ok(());
                }
                let written = out.write_all(text.as_bytes());
                text.clear();
                written
            };
            let report = read(&file, reading(&file, said, folder.zone()), take)?;
            out.write_all(text.as_bytes()).at(&kept)?;
            report
        };
        if report.accepted == 0 {
            return Err(PipelineError::Missing(format!("any indicator in {}{}", file.display(), first(&report))));
        }
        out.publish(Taken::Replace).at(&kept)?;
        let list = List {
            allowed: said.allowed,
            imported: now,
            source: said.source.clone(),
            accepted: report.accepted,
            refused: report.refused,
            aliases: report.aliases,
        };
        known.insert(name.clone(), list.clone());
        store(folder, &known)?;
        imported.push(Imported { name, list, findings: report.findings });
    }
    Ok(imported)
}

/// What is wrong with the first line that was refused, for a message.
fn first(report: &list::Report) -> String {
    report
        .findings
        .first()
        .map_or_else(String::new, |finding| format!(" (line {}: {:?}: {})", finding.line, finding.text, finding.reason))
}

fn store(folder: &DataFolder, lists: &BTreeMap<String, List>) -> Result<(), PipelineError> {
    let path = folder.path("indicators/lists.json");
    let text = serde_json::to_vec_pretty(lists)
        .map_err(|e| PipelineError::Form { path: path.clone(), wrong: e.to_string() })?;
    folder.disk.write(&path, &text, Taken::Replace).at(&path)
}

/// The file itself, or the lists of a folder, in order of their names.
fn files(path: &Path) -> Result<Vec<PathBuf>, PipelineError> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut files = Vec::new();
    for entry in fs::read_dir(path).at(path)? {
        let file = entry.at(path)?.path();
        let is_list = file.extension().is_some_and(|ending| ending == "txt" || ending == "csv");
        if is_list && file.is_file() {
            files.push(file);
        }
    }
    files.sort();
    match files.len() {
        0 => Err(PipelineError::Missing(format!("any *.txt or *.csv in {}", path.display()))),
        1..=LISTS_MAX => Ok(files),
        _ => Err(PipelineError::Missing(format!("fewer than {LISTS_MAX} lists in {}", path.display()))),
    }
}

/// A list's name, fit for a file: small letters, digits, `-`, `_` and `.`.
fn name_of(file: &Path) -> Result<String, PipelineError> {
    let stem = file.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default().to_lowercase();
    let is_fit = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let name: String = stem.chars().map(|c| if is_fit(c) { c } else { '-' }).take(NAME_MAX).collect();
    match name.trim_matches(['-', '.']) {
        "" => Err(PipelineError::Missing(format!("a name for the list {}", file.display()))),
        name => Ok(name.to_owned()),
    }
}

fn reading<'z>(file: &Path, said: &Said, zone: &'z Zone) -> Reading<'z> {
    let stem = file.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
    let is_csv = file.extension().is_some_and(|ending| ending == "csv");
    Reading {
        format: if is_csv { Format::Csv } else { Format::Text },
        purpose: if said.allowed { Purpose::Allowed } else { Purpose::Indicators },
        defaults: Defaults {
            family: stem.to_owned(),
            source: said.source.clone(),
            confidence: said.confidence,
            from: None,
            until: said.until,
        },
        zone,
        most: list::INDICATORS_MAX,
    }
}

/// Reads a list piece by piece; the first error of `take` ends it.
fn read(
    file: &Path,
    reading: Reading<'_>,
    mut take: impl FnMut(indicators::Indicator<'_>) -> std::io::Result<()>,
) -> Result<list::Report, PipelineError> {
    let mut source = File::open(file).at(file)?;
    let mut reader = Reader::new(reading);
    let mut piece = vec![0; PIECE_BYTES];
    let mut taken = Ok(());
    let mut each = |indicator: indicators::Indicator<'_>| {
        if taken.is_ok() {
            taken = take(indicator);
        }
    };
    loop {
        let bytes = source.read(&mut piece).at(file)?;
        if bytes == 0 {
            break;
        }
        reader.feed(&piece[..bytes], &mut each);
    }
    let report = reader.finish(&mut each);
    taken.at(file)?;
    Ok(report)
}

/// Indicators, and what is never one.
#[derive(Debug, Clone, Default)]
pub struct Sets {
    /// Known malware hosts.
    pub indicators: Arc<Set>,
    /// What is never one.
    pub allowed: Arc<Set>,
}

impl Sets {
    /// Every list of a data folder.
    ///
    /// # Errors
    /// The disk's; more indicators than a set may have.
    pub fn load(folder: &DataFolder) -> Result<Self, PipelineError> {
        let (mut listed, mut allowed) = (Set::builder(), Set::builder());
        for (name, list) in lists(folder)? {
            let path = folder.path(&format!("indicators/{name}.csv"));
            let said = Said { allowed: list.allowed, ..Said::default() };
            let set = if list.allowed { &mut allowed } else { &mut listed };
            set.begin(&name, list.imported);
            read(&path, reading(&path, &said, folder.zone()), |indicator| {
                set.add(&indicator).map_err(std::io::Error::other)
            })?;
        }
        Ok(Self { indicators: Arc::new(listed.build()), allowed: Arc::new(allowed.build()) })
    }

    /// Lists that are in no data folder, with every one of their findings.
    ///
    /// # Errors
    /// As [`import`].
    pub fn of_files(path: &Path, zone: &Zone, now: i64) -> Result<(Self, Vec<(PathBuf, Finding)>), PipelineError> {
        let (mut listed, mut findings) = (Set::builder(), Vec::new());
        for file in files(path)? {
            listed.begin(&name_of(&file)?, now);
            let report = read(&file, reading(&file, &Said::default(), zone), |indicator| {
                listed.add(&indicator).map_err(std::io::Error::other)
            })?;
            findings.extend(report.findings.into_iter().map(|finding| (file.clone(), finding)));
        }
        Ok((Self { indicators: Arc::new(listed.build()), allowed: Arc::default() }, findings))
    }

    /// What the logs of a feed are held against: ours are the networks it names, else private ones and the
    /// constituency's.
    pub fn watch(&self, inside: &[(u128, u128)], owners: &Attributor) -> Arc<Watch> {
        let inside = match inside {
            [] => Inside::private().and(owners.networks()),
            inside => Inside::of(inside.iter().copied()),
        };
        Arc::new(Watch::new(Arc::clone(&self.indicators), Arc::clone(&self.allowed), inside))
    }
}
