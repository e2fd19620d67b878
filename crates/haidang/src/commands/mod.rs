//! One file per command.

mod constituency;
mod demo;
mod docs;
mod doctor;
mod events;
mod feeds;
mod filter;
mod indicators;
mod ingest;
mod lake;
mod list;
mod made;
mod quarantine;
mod reattribute;
mod reports;
pub(crate) mod serve;
mod stats;
mod timed;
mod whois;

use std::sync::Arc;
use std::time::Duration;

use ::lake::Lake;
use disk::Disk;
use pipeline::writer::Clock;
use pipeline::{DataFolder, PipelineError, Writer, spool};

use crate::cli::{Cli, Command, IndicatorsCommand};
use crate::clock;
use crate::exit;
use crate::out::Out;
use crate::service::keeper;

/// Between two looks whether a portal takes in what waits.
const LOOK: Duration = Duration::from_millis(100);
/// How long a portal that runs may take until it has begun: one of its looks, and to become the writer.
const PORTAL_BEGINS_WITHIN: Duration = keeper::LOOK.saturating_add(Duration::from_millis(500));

/// What every command works with.
pub(crate) struct Desk {
    pub(crate) folder: DataFolder,
    pub(crate) clock: Clock,
    pub(crate) out: Out,
}

impl Desk {
    /// This instant, microseconds since 1970.
    pub(crate) fn now(&self) -> i64 {
        (self.clock)()
    }

    /// The day it is in the reporting zone.
    pub(crate) fn today(&self) -> i32 {
        self.folder.zone().day(self.now())
    }

    /// The lake, for reading.
    pub(crate) fn lake(&self) -> anyhow::Result<Lake> {
        let path = self.folder.path("lake");
        // Only the writer makes tables.
        let is_there = ["events", "sightings"].iter().all(|table| path.join(table).join("_delta_log").exists());
        let lock = if is_there { None } else { Some(self.folder.lock()?) };
        lock.as_ref().map_or(Ok(()), |lock| self.folder.settle_lake(lock))?;
        let lake = self.folder.lake()?;
        drop(lock);
        Ok(lake)
    }

    /// Who owns what, by a version or the newest.
    pub(crate) fn owners(&self, version: Option<u32>) -> anyhow::Result<Arc<::constituency::Attributor>> {
        Ok(pipeline::owners::attributor(&self.folder, version)?)
    }

    /// The one writer.
    pub(crate) fn writer(&self) -> anyhow::Result<Writer> {
        Ok(Writer::open(self.folder.clone(), self.clock.clone())?)
    }
}

/// Runs what was typed; answers the exit code.
pub(crate) fn run(cli: &Cli) -> anyhow::Result<i32> {
    let out = Out::new(cli.json, cli.lang.into());
    match &cli.command {
        Command::Made(args) => return made::run(args),
        Command::Docs(args) => return docs::run(args),
        Command::Indicators(IndicatorsCommand::Match(args)) => return indicators::hold(cli, args, &out),
        _ => {}
    }
    let (zone, disk) = (cli.zone.as_deref(), Disk::default());
    let folder = match cli.command {
        Command::Ingest(_)
        | Command::Demo(_)
        | Command::Constituency(_)
        | Command::Indicators(_)
        | Command::Serve(_) => DataFolder::make(&cli.data, zone, None, disk)?,
        _ => DataFolder::open(&cli.data, zone, disk)?,
    };
    let lasts = match &cli.command {
        Command::Serve(_) | Command::Timed(_) => true,
        Command::Demo(args) => args.serve,
        _ => false,
    };
    let clock = if lasts { clock::running(cli.now) } else { clock::clock(cli.now) };
    let desk = Desk { folder, clock, out };
    let code = command(&desk, &cli.command)?;
    // Who held the lock takes in what others handed over meanwhile, unless a portal does.
    if writes(&cli.command) && is_left(&desk.folder)? {
        ingest::drain(&desk, |outcome| ingest::tell_outcome(&desk, outcome))?;
    }
    Ok(code)
}

/// Whether something waits in the spool, and nobody begins to take it in: a portal that runs does, and goes on for as long as
/// reports come.
fn is_left(folder: &DataFolder) -> Result<bool, PipelineError> {
    for _ in 0..PORTAL_BEGINS_WITHIN.as_millis() / LOOK.as_millis() {
        if spool::waiting(folder)?.is_empty() || matches!(folder.lock(), Err(PipelineError::Held { .. })) {
            return Ok(false);
        }
        std::thread::park_timeout(LOOK);
    }
    Ok(true)
}

/// Whether a command holds the lock.
fn writes(command: &Command) -> bool {
    matches!(
        command,
        Command::Constituency(_)
            | Command::Indicators(_)
            | Command::Reattribute(_)
            | Command::Quarantine(_)
            | Command::Lake(_)
    )
}

fn command(desk: &Desk, command: &Command) -> anyhow::Result<i32> {
    match command {
        Command::Ingest(args) => ingest::run(desk, args),
        Command::Events(args) => events::run(desk, args),
        Command::List(args) => list::run(desk, args),
        Command::Stats(args) => stats::run(desk, args),
        Command::Whois(args) => whois::run(desk, args),
        Command::Constituency(command) => constituency::run(desk, command),
        Command::Indicators(command) => indicators::run(desk, command),
        Command::Reattribute(args) => reattribute::run(desk, args),
        Command::Quarantine(command) => quarantine::run(desk, command),
        Command::Feeds(args) => feeds::run(desk, args),
        Command::Reports(args) => reports::run(desk, args),
        Command::Lake(command) => lake::run(desk, command),
        Command::Demo(args) => demo::run(desk, args),
        Command::Serve(args) => serve::run(desk, args),
        Command::Token(args) => serve::token(desk, args),
        Command::Doctor => doctor::run(desk),
        Command::Timed(args) => timed::run(desk, args),
        Command::Made(_) | Command::Docs(_) => Ok(exit::OK),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_waits_is_left_to_who_begins_within_a_look_of_the_portal() {
        let place = tempfile::tempdir().expect("a folder");
        let folder = DataFolder::make(place.path(), None, None, Disk::default()).expect("data");
        assert!(!is_left(&folder).expect("looks"), "nothing waits");
        spool::accept(&folder, "2026-09-30-event4_sinkhole-made.csv", std::io::Cursor::new("timestamp\n"), None, 0)
            .expect("accept");
        assert!(is_left(&folder).expect("looks"), "nobody begins");
        std::thread::scope(|scope| {
            let (done, is_done) = std::sync::mpsc::sync_channel::<()>(1);
            let portal = folder.clone();
            scope.spawn(move || {
                std::thread::park_timeout(keeper::LOOK);
                let lock = portal.lock_when_free(|_| {}).expect("the portal's");
                let _ = is_done.recv();
                drop(lock);
            });
            assert!(!is_left(&folder).expect("looks"), "the portal begins");
            drop(done);
        });
    }
}
