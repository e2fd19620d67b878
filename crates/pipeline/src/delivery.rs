//! What was delivered in one archive: its reports, under one id that their sender can follow.
//!
//! One small file for each, written before the sender is told the id. A file that is no archive, and an archive with one
//! member, have their report's hash as id and need none.

use std::fs;
use std::path::PathBuf;

use disk::Taken;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::error::At as _;
use crate::folder::read_text;
use crate::spool::{Slip, hex};
use crate::{DataFolder, PipelineError};

/// An archive and what was in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// The archive's name as delivered.
    pub name: String,
    /// The feed it was delivered for.
    pub feed: String,
    /// When it was first accepted, microseconds since 1970.
    pub at: i64,
    /// Its reports, in the archive's order.
    pub members: Vec<Member>,
}

/// One report of an archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// Its name in the archive.
    pub name: String,
    /// SHA-256 of its content, in hexadecimal: by it the spool and the journal know it.
    pub hash: String,
}

/// Writes down what came in one archive, and gives its id: the same for the same content of the same feed.
///
/// # Errors
/// The disk's; an archive without a report.
pub fn record(folder: &DataFolder, feed: &str, name: &str, slips: &[Slip], at: i64) -> Result<String, PipelineError> {
    match slips {
        [] => return Err(PipelineError::Packed { name: name.to_owned(), wrong: "no report in it".to_owned() }),
        [only] => return Ok(only.hash.clone()),
        _ => {}
    }
    let member = |slip: &Slip| Member { name: slip.name.clone(), hash: slip.hash.clone() };
    let delivery =
        Delivery { name: name.to_owned(), feed: feed.to_owned(), at, members: slips.iter().map(member).collect() };
    let id = id(&delivery);
    let path = path(folder, &id);
    if !path.exists() {
        let text = serde_json::to_vec(&delivery)
            .map_err(|wrong| PipelineError::Form { path: path.clone(), wrong: wrong.to_string() })?;
        folder.disk.write(&path, &text, Taken::Replace).at(&path)?;
    }
    Ok(id)
}

/// The archive of an id; none if it is another's.
///
/// # Errors
/// The disk's; a file that is none of ours.
pub fn read(folder: &DataFolder, id: &str) -> Result<Option<Delivery>, PipelineError> {
    let is_id = id.len() == 64 && id.bytes().all(|byte| byte.is_ascii_hexdigit());
    let path = path(folder, id);
    if !is_id || !path.exists() {
        return Ok(None);
    }
    let read = serde_json::from_str(&read_text(&path)?);
    read.map(Some).map_err(|wrong| PipelineError::Form { path, wrong: wrong.to_string() })
}

/// The files of deliveries before an instant.
///
/// # Errors
/// The disk's.
pub(crate) fn before(folder: &DataFolder, bound: i64) -> Result<Vec<PathBuf>, PipelineError> {
    let deliveries = folder.path("deliveries");
    if !deliveries.is_dir() {
        return Ok(Vec::new());
    }
    let mut old = Vec::new();
    for entry in fs::read_dir(&deliveries).at(&deliveries)? {
        let path = entry.at(&deliveries)?.path();
        let id = path.file_stem().and_then(|id| id.to_str()).unwrap_or_default();
        if read(folder, id)?.is_some_and(|delivery| delivery.at < bound) {
            old.push(path);
        }
    }
    Ok(old)
}

fn path(folder: &DataFolder, id: &str) -> PathBuf {
    folder.path("deliveries").join(format!("{id}.json"))
}

/// The hash of the feed, and of the members' names and hashes: not of the archive's bytes, in which times differ.
fn id(delivery: &Delivery) -> String {
    let mut hash = Sha256::new();
    hash.update(&delivery.feed);
    for member in &delivery.members {
        hash.update(format!("\n{}\0{}", member.name, member.hash));
    }
    hex(&hash.finalize())
}
