//! Reports that come by HTTP, into the pipeline's spool.

use std::fs::File;
use std::io::{BufReader, Cursor, Seek as _, Write as _};
use std::sync::Arc;

use feeds::catalogue::Speaks;
use pipeline::catalogue::catalogue;
use pipeline::delivery::{self, Delivery, Member};
use pipeline::journal::{self, Journal};
use pipeline::spool::{Slip, Waiting};
use pipeline::writer::Clock;
use pipeline::{DataFolder, PipelineError, spool};
use portal::desk::{self, Desk as Door, Receipt, Refused, Report, State};

use crate::commands::Desk;
use crate::service::keeper::{Bell, Keeper};

/// Most bytes of a list of leaked accounts: it is held in memory, because its passwords must not touch the disk.
const LEAK_MAX: usize = 256 << 20;
/// Seconds after which a sender may come again when the disk is full.
const FULL_SECONDS: u32 = 600;

/// The door for reports. A delivery's id is the hash of its content; of an archive with several reports, one under which
/// all of them are told.
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

    fn open(&self, feed: &str, name: &str) -> Result<Box<dyn desk::Delivery>, Refused> {
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

    fn report(&self, feed: Option<&str>, id: &str) -> Result<Option<Report>, Refused> {
        let archive = delivery::read(&self.folder, id).map_err(of_pipeline)?;
        if archive.as_ref().zip(feed).is_some_and(|(archive, feed)| archive.feed != feed) {
            return Ok(None);
        }
        // What leaves the spool is in the journal before: in this order nothing is missed between them.
        let known = Known {
            waiting: spool::waiting(&self.folder).map_err(of_pipeline)?,
            journal: Journal::open(&self.folder).map_err(of_pipeline)?,
        };
        Ok(archive.map_or_else(|| known.find(id, feed), |archive| Some(known.of_archive(id, &archive))))
    }

    fn ready(&self) -> bool {
        self.folder.path("haidang.json").exists() && self.bell.is_heard()
    }
}

impl desk::Delivery for Arriving {
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
        let id = delivery::record(&folder, &feed, &name, &slips, now).map_err(of_pipeline)?;
        let journal = Journal::open(&folder).map_err(of_pipeline)?;
        let again = slips.iter().all(|slip| {
            let is_it = |report: &&journal::Report| report.identity.hash == slip.hash && report.identity.feed == feed;
            journal.reports().iter().filter(is_it).any(|report| report.state == journal::State::Done)
        });
        bell.ring();
        Ok(Receipt { id, again })
    }
}

/// What is known of every report at one instant.
struct Known {
    waiting: Vec<Waiting>,
    journal: Journal,
}

impl Known {
    /// The newest report of a content, of a feed if it is said.
    fn find(&self, hash: &str, feed: Option<&str>) -> Option<Report> {
        let is_it = |found: &str, of: Option<&str>| found == hash && (feed.is_none() || of == feed);
        let slip = self.waiting.iter().map(|file| &file.slip).find(|slip| is_it(&slip.hash, slip.feed.as_deref()));
        let read = || {
            let mut newest = self.journal.reports().iter().rev();
            newest.find(|report| is_it(&report.identity.hash, Some(&report.identity.feed))).map(of_journal)
        };
        let refused = || {
            let mut newest = self.journal.refused().iter().rev();
            newest.find(|refused| is_it(&refused.hash, refused.feed.as_deref())).map(of_refused)
        };
        slip.map(of_slip).or_else(read).or_else(refused)
    }

    /// An archive: its reports, and their sums. It is done when all are, and failed when one is.
    fn of_archive(&self, id: &str, archive: &Delivery) -> Report {
        let member = |member: &Member| {
            let found = self.find(&member.hash, Some(&archive.feed));
            found.map(|report| Report { name: member.name.clone(), ..report }).unwrap_or_else(|| Report {
                feed: archive.feed.clone(),
                ..waiting(&member.hash, &member.name, archive.at)
            })
        };
        let members: Vec<Report> = archive.members.iter().map(member).collect();
        let any = |state| members.iter().any(|member| member.state == state);
        let state = match () {
            () if any(State::Waiting) => State::Waiting,
            () if any(State::Failed) => State::Failed,
            () => State::Done,
        };
        let sum = |count: fn(&Report) -> u64| members.iter().map(count).sum();
        let done = members.iter().filter_map(|member| member.done).max();
        Report {
            feed: archive.feed.clone(),
            state,
            why: members.iter().find_map(|member| member.why.clone()),
            done: done.filter(|_| state == State::Done),
            rows: sum(|member| member.rows),
            events: sum(|member| member.events),
            quarantined: sum(|member| member.quarantined),
            members,
            ..waiting(id, &archive.name, archive.at)
        }
    }
}

/// A report of which nothing is known but that it came.
fn waiting(id: &str, name: &str, received: i64) -> Report {
    Report {
        id: id.to_owned(),
        seq: None,
        feed: String::new(),
        name: name.to_owned(),
        state: State::Waiting,
        why: None,
        received,
        done: None,
        rows: 0,
        events: 0,
        quarantined: 0,
        members: Vec::new(),
    }
}

fn of_slip(slip: &Slip) -> Report {
    Report { feed: slip.feed.clone().unwrap_or_default(), ..waiting(&slip.hash, &slip.name, slip.at) }
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
        members: Vec::new(),
    }
}

fn of_refused(refused: &journal::Refused) -> Report {
    Report {
        feed: refused.feed.clone().unwrap_or_default(),
        state: State::Failed,
        why: Some(refused.why.clone()),
        ..waiting(&refused.hash, &refused.name, refused.at)
    }
}
