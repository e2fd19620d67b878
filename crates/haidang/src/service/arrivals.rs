//! Reports that come by HTTP, into the pipeline's spool.

use std::fs::File;
use std::io::{BufReader, Cursor, Seek as _, Write as _};
use std::sync::Arc;

use feeds::catalogue::Speaks;
use pipeline::catalogue::catalogue;
use pipeline::journal::{self, Journal};
use pipeline::spool::Slip;
use pipeline::writer::Clock;
use pipeline::{DataFolder, PipelineError, spool};
use portal::desk::{Delivery, Desk as Door, Receipt, Refused, Report, State};

use crate::commands::Desk;
use crate::service::keeper::{Bell, Keeper};

/// Most bytes of a list of leaked accounts: it is held in memory, because its passwords must not touch the disk.
const LEAK_MAX: usize = 256 << 20;
/// Seconds after which a sender may come again when the disk is full.
const FULL_SECONDS: u32 = 600;

/// The door for reports. A delivery's id is the hash of its content; of an archive, that of its first member.
pub(crate) struct Arrivals {
    folder: DataFolder,
    clock: Clock,
    bell: Arc<Bell>,
}

impl Arrivals {
    pub(crate) fn new(desk: &Desk, keeper: &Keeper) -> Self {
        Self { folder: desk.folder.clone(), clock: desk.clock.clone(), bell: keeper.bell() }
    }
}

/// What was sent so far.
enum Held {
    /// A file without a name: gone with whoever holds it.
    File(File),
    /// A list of leaked accounts.
    Memory(Vec<u8>),
}

struct Arriving {
    folder: DataFolder,
    clock: Clock,
    bell: Arc<Bell>,
    feed: String,
    name: String,
    held: Held,
}

fn failed(error: impl std::fmt::Display) -> Refused {
    Refused::Failed(error.to_string())
}

fn of_pipeline(error: PipelineError) -> Refused {
    match error {
        error if error.disk_full() => Refused::Busy(FULL_SECONDS),
        PipelineError::Packed { wrong, .. } => Refused::Unreadable(wrong),
        error => failed(error),
    }
}

impl Door for Arrivals {
    fn knows(&self, feed: &str) -> bool {
        catalogue(&self.folder).is_ok_and(|catalogue| catalogue.feed(feed).is_some())
    }

    fn open(&self, feed: &str, name: &str) -> Result<Box<dyn Delivery>, Refused> {
        let catalogue = catalogue(&self.folder).map_err(of_pipeline)?;
        let is_leak = catalogue.feed(feed).is_some_and(|feed| matches!(feed.speaks, Speaks::Leak));
        let held = if is_leak {
            Held::Memory(Vec::new())
        } else {
            std::fs::create_dir_all(self.folder.path("spool")).map_err(failed)?;
            Held::File(tempfile::tempfile_in(self.folder.path("spool")).map_err(failed)?)
        };
        Ok(Box::new(Arriving {
            folder: self.folder.clone(),
            clock: self.clock.clone(),
            bell: Arc::clone(&self.bell),
            feed: feed.to_owned(),
            name: name.to_owned(),
            held,
        }))
    }

    fn report(&self, id: &str) -> Result<Option<Report>, Refused> {
        let waiting = spool::waiting(&self.folder).map_err(of_pipeline)?;
        if let Some(file) = waiting.iter().find(|file| file.slip.hash == id) {
            return Ok(Some(of_slip(&file.slip)));
        }
        let journal = Journal::open(&self.folder).map_err(of_pipeline)?;
        if let Some(report) = journal.reports().iter().rev().find(|report| report.identity.hash == id) {
            return Ok(Some(of_journal(report)));
        }
        Ok(journal.refused().iter().rev().find(|refused| refused.hash == id).map(of_refused))
    }

    fn ready(&self) -> bool {
        self.folder.path("haidang.json").exists()
    }
}

impl Delivery for Arriving {
    fn write(&mut self, bytes: &[u8]) -> Result<(), Refused> {
        match &mut self.held {
            Held::File(file) => file.write_all(bytes).map_err(|error| match error.kind() {
                std::io::ErrorKind::StorageFull => Refused::Busy(FULL_SECONDS),
                _ => failed(error),
            }),
            Held::Memory(held) if held.len() + bytes.len() > LEAK_MAX => {
                Err(Refused::Unreadable(format!("a list of leaked accounts has at most {} MiB", LEAK_MAX >> 20)))
            }
            Held::Memory(held) => {
                held.extend_from_slice(bytes);
                Ok(())
            }
        }
    }

    fn finish(self: Box<Self>) -> Result<Receipt, Refused> {
        let Self { folder, clock, bell, feed, name, held } = *self;
        let now = clock();
        let slips = match held {
            Held::File(mut file) => {
                file.rewind().map_err(failed)?;
                spool::accept(&folder, &name, BufReader::new(file), Some(&feed), now)
            }
            Held::Memory(bytes) => spool::accept(&folder, &name, Cursor::new(bytes), Some(&feed), now),
        }
        .map_err(of_pipeline)?;
        let first = slips.first().ok_or_else(|| Refused::Unreadable("an archive without a file".to_owned()))?;
        let journal = Journal::open(&folder).map_err(of_pipeline)?;
        let again = journal.reports().iter().any(|report| {
            report.identity.hash == first.hash && report.identity.feed == feed && report.state == journal::State::Done
        });
        bell.ring();
        Ok(Receipt { id: first.hash.clone(), again })
    }
}

fn of_slip(slip: &Slip) -> Report {
    Report {
        id: slip.hash.clone(),
        seq: None,
        feed: slip.feed.clone().unwrap_or_default(),
        name: slip.name.clone(),
        state: State::Waiting,
        why: None,
        received: slip.at,
        done: None,
        rows: 0,
        events: 0,
        quarantined: 0,
    }
}

/// A report of the journal, as the portal shows it.
pub(crate) fn of_journal(report: &journal::Report) -> Report {
    let (state, why) = match &report.state {
        journal::State::Done => (State::Done, None),
        journal::State::Failed(why) => (State::Failed, Some(why.clone())),
        journal::State::Accepted | journal::State::Prepared => (State::Waiting, None),
    };
    Report {
        id: report.identity.hash.clone(),
        seq: Some(report.seq),
        feed: report.identity.feed.clone(),
        name: report.name.clone(),
        state,
        why,
        received: report.at,
        done: (state == State::Done).then_some(report.at),
        rows: report.rows.rows,
        events: report.rows.events,
        quarantined: report.rows.quarantined,
    }
}

fn of_refused(refused: &journal::Refused) -> Report {
    Report {
        id: refused.hash.clone(),
        seq: None,
        feed: refused.feed.clone().unwrap_or_default(),
        name: refused.name.clone(),
        state: State::Failed,
        why: Some(refused.why.clone()),
        received: refused.at,
        done: None,
        rows: 0,
        events: 0,
        quarantined: 0,
    }
}
