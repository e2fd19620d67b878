//! Files of the lake put together beside whoever writes: the long work needs no lock, and whoever does it becomes the writer
//! only for the moment in which what he made takes its place.

use lake::together::{Compacted, Compaction};
use lake::{Lake, LakeError};

use crate::writer::Clock;
use crate::{DataFolder, PipelineError};

/// Puts the files of all days together that have more than `files_max` of one table, so that at most so many are left. Others
/// write meanwhile; `waits` is told of whom is waited for, if he holds the folder long.
///
/// # Errors
/// [`PipelineError::Held`] if somebody puts files together already; the disk's. What was put together stays so.
pub fn compact(
    folder: &DataFolder,
    clock: &Clock,
    files_max: usize,
    waits: impl Fn(&str),
) -> Result<Compacted, PipelineError> {
    let _alone = folder.lock_lake()?;
    let mut lake = as_writer(folder, &waits, Ok)?;
    let mut compaction = Compaction::of(&lake, files_max)?;
    while let Some(made) = compaction.make(&mut lake, clock())? {
        lake = as_writer(folder, &waits, |mut lake| {
            compaction.put_in_place(&mut lake, made, clock())?;
            Ok(lake)
        })?;
    }
    Ok(compaction.done())
}

/// Does something with the newest lake while nobody else writes.
fn as_writer<T>(
    folder: &DataFolder,
    waits: impl Fn(&str),
    work: impl FnOnce(Lake) -> Result<T, LakeError>,
) -> Result<T, PipelineError> {
    let lock = folder.lock_when_free(waits)?;
    folder.settle_lake(&lock)?;
    Ok(work(folder.lake()?)?)
}
