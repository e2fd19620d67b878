//! Snapshots of the constituency on disk, and which of them counts on which day.
//!
//! ```text
//! constituency/attribution.json       the versions: day → snapshot
//! constituency/<n>/*.csv              snapshot n, as it was imported; kept as long as events are
//! constituency/<n>/sources/*          what routing tables, registries and databases say: see [`kind_of`]
//! ```

use std::fs::{self, File};
use std::io::BufReader;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use constituency::sources::{Background, Country, Home, Kind, Source};
use constituency::tables::FILES;
use constituency::{Attribution, AttributionVersion, Attributor, Constituency, Finding, Places, Severity, Tables};
use disk::Taken;
use feeds::decode;
use rustc_hash::FxHashMap;

use crate::error::At as _;
use crate::folder::{Lock, bounded, read_text};
use crate::{DataFolder, PipelineError};

/// What an import brought.
#[derive(Debug)]
pub struct Imported {
    /// The snapshot's number.
    pub snapshot: u32,
    /// The attribution version it made.
    pub version: u32,
    /// What is wrong with it.
    pub findings: Vec<Finding>,
    /// Whether the same tables are the newest snapshot already; nothing was made then.
    pub unchanged: bool,
}

type OfVersion = (AttributionVersion, Arc<Attributor>);

/// The owners that were asked for last, for all copies of an opened folder: to read their tables takes long, and a version
/// never changes.
#[derive(Debug, Clone, Default)]
pub(crate) struct Known(Arc<Mutex<Option<OfVersion>>>);

/// The versions of a data folder.
///
/// # Errors
/// The disk's; a damaged file.
pub fn attribution(folder: &DataFolder) -> Result<Attribution, PipelineError> {
    let path = folder.path("constituency/attribution.json");
    if !path.exists() {
        return Ok(Attribution::default());
    }
    serde_json::from_str(&read_text(&path)?).map_err(|e| PipelineError::Form { path, wrong: e.to_string() })
}

fn store(folder: &DataFolder, attribution: &Attribution) -> Result<(), PipelineError> {
    let path = folder.path("constituency/attribution.json");
    let text = serde_json::to_vec_pretty(attribution)
        .map_err(|e| PipelineError::Form { path: path.clone(), wrong: e.to_string() })?;
    folder.disk.write(&path, &text, Taken::Replace).at(&path)
}

/// The tables of a folder: those of [`FILES`] that are there.
fn read_tables(path: &Path) -> Result<Vec<(&'static str, String)>, PipelineError> {
    let there = FILES.iter().filter(|name| path.join(name).exists());
    let files =
        there.map(|name| Ok((*name, read_text(&path.join(name))?))).collect::<Result<Vec<_>, PipelineError>>()?;
    if files.is_empty() {
        return Err(PipelineError::Missing(format!("any of {} in {}", FILES.join(", "), path.display())));
    }
    Ok(files)
}

fn tables(files: &[(&'static str, String)]) -> (Tables, Vec<Finding>) {
    Tables::read(&by_name(files))
}

/// Tables that were taken in before.
fn judged(files: &[(&'static str, String)]) -> Tables {
    Tables::read_judged(&by_name(files))
}

fn by_name<'f>(files: &'f [(&'static str, String)]) -> Vec<(&'static str, &'f str)> {
    files.iter().map(|(name, text)| (*name, text.as_str())).collect()
}

/// Largest file of a source, unpacked: a database of the world's places has some 150 MB.
pub const SOURCE_MAX: u64 = 1 << 30;
/// Most files of sources in a folder.
const SOURCES_MAX: usize = 100;

/// What a file of the folder `sources` is, by its name, an ending `.gz` or `.zst` apart: `*.mmdb`; `*pfx2as*`;
/// `delegated-*`; `*.whois`, `*.rpsl` and `*.db`.
pub fn kind_of(name: &str) -> Option<Kind> {
    let name = name.trim_end_matches(".gz").trim_end_matches(".zst");
    let ends = |endings: &[&str]| endings.iter().any(|ending| name.ends_with(ending));
    match name {
        _ if ends(&[".mmdb"]) => Some(Kind::Mmdb),
        name if name.contains("pfx2as") => Some(Kind::Pfx2as),
        name if name.starts_with("delegated-") => Some(Kind::Delegated),
        _ if ends(&[".whois", ".rpsl", ".db"]) => Some(Kind::Whois),
        _ => None,
    }
}

/// The files of the folder `sources` in a folder of tables, unpacked, in order of their names.
fn read_sources(path: &Path) -> Result<Vec<(String, Vec<u8>)>, PipelineError> {
    let path = path.join("sources");
    let mut files = Vec::new();
    if !path.exists() {
        return Ok(files);
    }
    for entry in fs::read_dir(&path).at(&path)? {
        let file = entry.at(&path)?.path();
        let name = file.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
        if !disk::is_staged(&file) {
            files.push((name, unpacked(&file)?));
        }
        if files.len() > SOURCES_MAX {
            return Err(PipelineError::Form { path, wrong: format!("more than {SOURCES_MAX} files") });
        }
    }
    files.sort();
    Ok(files)
}

fn unpacked(path: &Path) -> Result<Vec<u8>, PipelineError> {
    let wrong = |wrong: String| PipelineError::Form { path: path.to_owned(), wrong };
    let head = bounded(File::open(path).at(path)?, decode::HEAD_LEN as u64).at(path)?;
    let file = BufReader::new(File::open(path).at(path)?);
    let limits = decode::Limits { decoded_max: SOURCE_MAX, ..decode::Limits::default() };
    let reader = decode::open(decode::kind_of(&head), file, limits).map_err(|e| wrong(e.to_string()))?;
    bounded(reader, SOURCE_MAX).map_err(|e| wrong(e.to_string()))
}

/// What the sources say, and what is wrong with them.
fn background(
    country: &str,
    files: &[(String, Vec<u8>)],
    path: &Path,
) -> Result<(Background, Vec<Finding>), PipelineError> {
    let places = Places::shipped();
    let wrong = |wrong: String| PipelineError::Form { path: path.join("sources"), wrong };
    let country = Country::parse(country).ok_or_else(|| wrong(format!("{country:?} is no code of a country")))?;
    let (mut sources, mut findings) = (Vec::new(), Vec::new());
    for (name, bytes) in files {
        let kind = kind_of(name).ok_or_else(|| {
            wrong(format!("{name} is no source; wanted *.mmdb, *pfx2as*, delegated-*, *.whois, *.rpsl or *.db"))
        })?;
        // Files of one series differ in their dates only.
        let series: String = name.chars().filter(|c| !c.is_ascii_digit()).collect();
        let (source, wrong) = Source::read(kind, &series, name, bytes, Home { country, places: &places });
        sources.push(source);
        findings.extend(wrong);
    }
    Ok((Background::build(&sources), findings))
}

/// What an import of a folder's tables and sources would find wrong, without importing.
///
/// # Errors
/// The disk's; a folder without tables.
pub fn check(path: &Path, country: &str) -> Result<Vec<Finding>, PipelineError> {
    let mut findings = tables(&read_tables(path)?).1;
    findings.extend(background(country, &read_sources(path)?, path)?.1);
    Ok(findings)
}

/// Imports the tables of a folder as a new snapshot, which counts from `today` on; the very first on all days.
/// A table with errors is imported without its bad rows, and says so.
///
/// # Errors
/// The disk's; a folder without tables.
pub fn import(folder: &DataFolder, _lock: &Lock, path: &Path, today: i32, now: i64) -> Result<Imported, PipelineError> {
    let (files, sources) = (read_tables(path)?, read_sources(path)?);
    let findings = check(path, folder.country())?;
    let mut attribution = attribution(folder)?;
    let newest = attribution.current().and_then(AttributionVersion::latest);
    if let Some(snapshot) = newest
        && read_tables(&snapshot_path(folder, snapshot)).is_ok_and(|stored| stored == files)
        && read_sources(&snapshot_path(folder, snapshot)).is_ok_and(|stored| stored == sources)
    {
        let version = attribution.current().map_or(0, |version| version.version);
        return Ok(Imported { snapshot, version, findings, unchanged: true });
    }
    let mut snapshot = newest.unwrap_or(0) + 1;
    // A crash in the middle of an import leaves a folder that no version names.
    while snapshot_path(folder, snapshot).exists() {
        snapshot += 1;
    }
    for (name, text) in &files {
        let path = snapshot_path(folder, snapshot).join(name);
        folder.disk.write(&path, text.as_bytes(), Taken::Replace).at(&path)?;
    }
    for (name, bytes) in &sources {
        let path = snapshot_path(folder, snapshot).join("sources").join(name);
        folder.disk.write(&path, bytes, Taken::Replace).at(&path)?;
    }
    let version = attribution.import(snapshot, today, now).map_err(|e| wrong(folder, &e))?;
    store(folder, &attribution)?;
    Ok(Imported { snapshot, version, findings, unchanged: false })
}

/// Makes the newest snapshot count from a past day on. The new version's number.
///
/// # Errors
/// The disk's; nothing imported yet.
pub fn reattribute(folder: &DataFolder, _lock: &Lock, since: i32, now: i64) -> Result<u32, PipelineError> {
    let mut attribution = attribution(folder)?;
    let version = attribution.reattribute(since, now).map_err(|e| wrong(folder, &e))?;
    store(folder, &attribution)?;
    Ok(version)
}

fn wrong(folder: &DataFolder, wrong: &dyn std::fmt::Display) -> PipelineError {
    PipelineError::Form { path: folder.path("constituency/attribution.json"), wrong: wrong.to_string() }
}

fn snapshot_path(folder: &DataFolder, snapshot: u32) -> std::path::PathBuf {
    folder.path(&format!("constituency/{snapshot}"))
}

/// What is wrong with a snapshot: the newest if none is named.
///
/// # Errors
/// The disk's; no such snapshot.
pub fn findings(folder: &DataFolder, snapshot: Option<u32>) -> Result<Vec<Finding>, PipelineError> {
    let newest = attribution(folder)?.current().and_then(AttributionVersion::latest);
    let Some(snapshot) = snapshot.or(newest) else { return Ok(Vec::new()) };
    check(&snapshot_path(folder, snapshot), folder.country())
}

/// Who owns what, by an attribution version: the newest if none is named. Before the first import nobody owns anything.
///
/// # Errors
/// The disk's; no such version.
pub fn attributor(folder: &DataFolder, version: Option<u32>) -> Result<Arc<Attributor>, PipelineError> {
    let attribution = attribution(folder)?;
    let version = match version {
        Some(number) => Some(attribution.version(number).ok_or_else(|| missing(number))?),
        None => attribution.current(),
    };
    let Some(version) = version else { return Ok(Arc::new(Attributor::empty())) };
    // Held while they are read: who asks meanwhile waits for the same ones.
    let mut known = folder.owners.0.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, owners)) = known.as_ref().filter(|(known, _)| known == version) {
        return Ok(Arc::clone(owners));
    }
    let owners = Arc::new(read(folder, version)?);
    *known = Some((version.clone(), Arc::clone(&owners)));
    Ok(owners)
}

fn read(folder: &DataFolder, version: &AttributionVersion) -> Result<Attributor, PipelineError> {
    let mut snapshots = FxHashMap::default();
    for snapshot in version.snapshots() {
        let path = snapshot_path(folder, snapshot);
        let tables = judged(&read_tables(&path)?);
        let (background, _) = background(folder.country(), &read_sources(&path)?, &path)?;
        snapshots.insert(snapshot, Arc::new(Constituency::build(tables).with_background(Arc::new(background))));
    }
    Attributor::new(version, &snapshots).map_err(|e| PipelineError::Missing(e.to_string()))
}

fn missing(version: u32) -> PipelineError {
    PipelineError::Missing(format!("attribution version {version}"))
}

/// Whether any finding is an error: rows were left out.
pub fn has_errors(findings: &[Finding]) -> bool {
    findings.iter().any(|finding| finding.severity == Severity::Error)
}
