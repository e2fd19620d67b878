//! The thread that puts files of crowded days together, beside the one that takes in reports: neither waits for the other but
//! for the moment in which one of them commits.

use std::io;
use std::thread::JoinHandle;

use lake::together::Compacted;
use lake::{Lake, LakeError};
use pipeline::compact::compact;
use pipeline::writer::Clock;
use pipeline::{DataFolder, PipelineError};

use crate::service::keeper::Once;

/// Files that a day may have of one table; beyond, they are put together: questions open every file.
const FILES_OF_DAY_MAX: usize = 48;

/// One compaction at a time.
#[derive(Debug, Default)]
pub(crate) struct Tidying {
    under_way: Option<JoinHandle<Result<Compacted, PipelineError>>>,
    trouble: Once,
}

impl Tidying {
    /// Tells what came of the last compaction, and begins another if a day is crowded.
    pub(crate) fn look(&mut self, lake: &Lake, folder: &DataFolder, clock: &Clock) -> Result<(), PipelineError> {
        if let Some(ended) = self.under_way.take_if(|thread| thread.is_finished()) {
            let broken =
                |_| Err(LakeError::from(io::Error::other("the thread that puts files together broke off")).into());
            self.tell(ended.join().unwrap_or_else(broken));
        }
        if self.under_way.is_none() && lake.is_crowded(FILES_OF_DAY_MAX)? {
            let (folder, clock) = (folder.clone(), clock.clone());
            self.under_way = Some(std::thread::spawn(move || compact(&folder, &clock, FILES_OF_DAY_MAX, |_| {})));
        }
        Ok(())
    }

    fn tell(&mut self, ended: Result<Compacted, PipelineError>) {
        if let Ok(Compacted { done, dropped }) = ended {
            tracing::info!(target: "keeper", before = done.files_before, after = done.files_after, dropped, "files put together");
        }
        // Somebody who typed it is at it: what he leaves is looked at again.
        let trouble = ended.err().filter(|error| !matches!(error, PipelineError::Held { .. }));
        if let Some(error) = self.trouble.news(trouble) {
            tracing::error!(target: "keeper", error, "files of the lake cannot be put together");
        }
    }
}
