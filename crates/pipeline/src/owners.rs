//! Snapshots of the constituency on disk, and which of them counts on which day.
//!
//! ```text
//! constituency/attribution.json       the versions: day → snapshot
//! constituency/<n>/*.csv              snapshot n, as it was imported; kept as long as events are
//! ```

use std::path::Path;
use std::sync::Arc;

use constituency::tables::FILES;
use constituency::{Attribution, AttributionVersion, Attributor, Constituency, Finding, Severity, Tables};
use disk::Taken;
use rustc_hash::FxHashMap;

use crate::error::At as _;
use crate::folder::{Lock, read_text};
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
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (*name, text.as_str())).collect();
    Tables::read(&files)
}

/// What an import of a folder's tables would find wrong, without importing.
///
/// # Errors
/// The disk's; a folder without tables.
pub fn check(path: &Path) -> Result<Vec<Finding>, PipelineError> {
    Ok(tables(&read_tables(path)?).1)
}

/// Imports the tables of a folder as a new snapshot, which counts from `today` on; the very first on all days.
/// A table with errors is imported without its bad rows, and says so.
///
/// # Errors
/// The disk's; a folder without tables.
pub fn import(folder: &DataFolder, _lock: &Lock, path: &Path, today: i32, now: i64) -> Result<Imported, PipelineError> {
    let files = read_tables(path)?;
    let (_, findings) = tables(&files);
    let mut attribution = attribution(folder)?;
    let newest = attribution.current().and_then(AttributionVersion::latest);
    if let Some(snapshot) = newest
        && read_tables(&snapshot_path(folder, snapshot)).is_ok_and(|stored| stored == files)
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
    check(&snapshot_path(folder, snapshot))
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
    let mut snapshots = FxHashMap::default();
    for snapshot in version.snapshots() {
        let files = read_tables(&snapshot_path(folder, snapshot))?;
        snapshots.insert(snapshot, Arc::new(Constituency::build(tables(&files).0)));
    }
    Attributor::new(version, &snapshots).map(Arc::new).map_err(|e| PipelineError::Missing(e.to_string()))
}

fn missing(version: u32) -> PipelineError {
    PipelineError::Missing(format!("attribution version {version}"))
}

/// Whether any finding is an error: rows were left out.
pub fn has_errors(findings: &[Finding]) -> bool {
    findings.iter().any(|finding| finding.severity == Severity::Error)
}
