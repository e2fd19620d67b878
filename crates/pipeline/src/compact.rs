//! Files of the lake put together beside whoever writes: the long work needs no lock, and whoever does it becomes the writer
//! only for the moment in which what he made takes its place.

use lake::Lake;
use lake::care::Done;

use crate::writer::Clock;
use crate::{DataFolder, PipelineError};

/// What was put together, and what was not.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Compacted {
    /// In the lake.
    pub done: Done,
    /// Days whose files went while they were put together – forgotten, rebuilt, mended –: they are as others left them.
    pub dropped: u64,
}

/// Puts the files of all days together that have more than `files_max` of one table, so that at most so many are left. Others
/// write meanwhile.
///
/// # Errors
/// [`PipelineError::Held`] if somebody puts files together already; the disk's. Days done stay done; a file that was not put
/// in its place goes with a later vacuum.
pub fn compact(folder: &DataFolder, clock: &Clock, files_max: usize) -> Result<Compacted, PipelineError> {
    let _alone = folder.lock_lake()?;
    let mut lake = as_writer(folder, Ok)?;
    let mut compacted = Compacted::default();
    for crowd in lake.crowds(files_max)? {
        let together = lake.put_together(&crowd, clock());
        let done;
        (lake, done) = as_writer(folder, |mut lake| {
            let done = match together {
                Ok(together) => lake.replace(&crowd, together, clock())?,
                // Not to be read any more: they went.
                Err(_) if !lake.stands(&crowd)? => None,
                Err(error) => return Err(error),
            };
            Ok((lake, done))
        })?;
        match done {
            Some(done) => compacted.done += done,
            None => compacted.dropped += 1,
        }
    }
    Ok(compacted)
}

/// Does something with the newest lake while nobody else writes.
fn as_writer<T>(
    folder: &DataFolder,
    work: impl FnOnce(Lake) -> Result<T, lake::LakeError>,
) -> Result<T, PipelineError> {
    let lock = folder.lock_when_free()?;
    folder.settle_lake(&lock)?;
    Ok(work(Lake::open(&folder.path("lake"), &folder.disk)?)?)
}
