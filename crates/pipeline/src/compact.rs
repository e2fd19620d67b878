//! Files of the lake put together beside whoever writes: the long work needs no lock, and whoever does it becomes the writer
//! only for the moment in which what he made takes its place.

use lake::care::Done;
use lake::together::{Crowd, Together};
use lake::{Lake, LakeError};

use crate::writer::Clock;
use crate::{DataFolder, PipelineError};

/// Days of a table that are put together between two moments in which the folder is held: to open the lake anew takes longer
/// than a commit.
const AT_ONCE: usize = 32;

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
    for crowds in lake.crowds(files_max)?.chunks(AT_ONCE) {
        let made: Vec<_> = crowds.iter().map(|crowd| lake.put_together(crowd, clock())).collect();
        lake = as_writer(folder, |mut lake| {
            for (crowd, together) in crowds.iter().zip(made) {
                match replace(&mut lake, crowd, together, clock())? {
                    Some(done) => compacted.done += done,
                    None => compacted.dropped += 1,
                }
            }
            Ok(lake)
        })?;
    }
    Ok(compacted)
}

/// Puts what was made in its place, if its files still stand.
fn replace(
    lake: &mut Lake,
    crowd: &Crowd,
    together: Result<Together, LakeError>,
    now: i64,
) -> Result<Option<Done>, LakeError> {
    match together {
        Ok(together) => lake.replace(crowd, together, now),
        // Not to be read any more: they went.
        Err(_) if !lake.stands(crowd)? => Ok(None),
        Err(error) => Err(error),
    }
}

/// Does something with the newest lake while nobody else writes.
fn as_writer<T>(folder: &DataFolder, work: impl FnOnce(Lake) -> Result<T, LakeError>) -> Result<T, PipelineError> {
    let lock = folder.lock_when_free()?;
    folder.settle_lake(&lock)?;
    Ok(work(Lake::open(&folder.path("lake"), &folder.disk)?)?)
}
