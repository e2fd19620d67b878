//! One thread that empties the watched folder, takes in what waits in the spool, and renews what visitors are answered from.
//!
//! It becomes the writer only while something waits, so that commands typed beside it find the folder free.

use std::cell::Cell;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use event::time::{SECOND, day_text};
use lake::seen::Traces;
use lake::{Lake, LakeError};
use pipeline::catalogue::catalogue;
use pipeline::folder::read_text;
use pipeline::writer::{Clock, Outcome};
use pipeline::{DataFolder, PipelineError, Writer, owners, spool};
use portal::advice::Devices;
use portal::app::Slot;
use portal::config::Config;
use portal::front::Front;
use portal::seen::{Restricted, Seen, Sighted};

use crate::commands::Desk;
use crate::service::inbox::Watched;
use crate::service::owning::Owning;
use crate::service::picture;
use crate::service::tidying::Tidying;

/// Between two looks at the folder when nobody calls: a command that leaves what waits to the portal waits longer.
pub(crate) const LOOK: Duration = Duration::from_secs(2);
/// Reports taken in before visitors' answers are renewed and the watched folder is looked at again: seconds of work.
const ROUND: usize = 100;
/// Between two looks whether a day has too many files, microseconds.
const TIDY_EVERY: i64 = 60 * SECOND;
/// Between two looks whether files of the lake are damaged, microseconds: reading all of them takes a second for each gigabyte.
const LOOK_OVER_EVERY: i64 = 24 * 3600 * SECOND;
/// Days of sightings that are told from: what is older says nothing of today's machine.
const SEEN_DAYS: i32 = 181;
/// Between two tries to take in reports when the machine keeps them from it, microseconds: at first, and at most.
const TAKE_AGAIN: [i64; 2] = [2 * SECOND, 60 * SECOND];
/// Between two tries to make the pages when it went wrong, microseconds: it takes seconds of work.
const FRONT_AGAIN: i64 = 60 * SECOND;
/// Between two times that the index of what was seen is kept on the disk for the next start, microseconds.
const KEEP_EVERY: i64 = 10 * 60 * SECOND;

/// What the thread works with.
struct Work {
    folder: DataFolder,
    clock: Clock,
    restricted: Vec<String>,
    authority: [String; 2],
    ipv6_prefix: u8,
    seen: Arc<Slot<Option<Seen>>>,
    front: Arc<Slot<Front>>,
    owning: Arc<Owning>,
    bell: Arc<Bell>,
    watched: Option<Watched>,
    devices: Devices,
}

/// A trouble that is told once, until it is over or becomes another.
#[derive(Debug, Default)]
pub(crate) struct Once(Option<String>);

impl Once {
    /// The trouble's words if they are news.
    pub(crate) fn news(&mut self, trouble: Option<impl std::fmt::Display>) -> Option<String> {
        let trouble = trouble.map(|trouble| trouble.to_string());
        let is_news = trouble != self.0;
        self.0 = trouble;
        self.0.clone().filter(|_| is_news)
    }
}

/// How long reports are left alone when the machine kept them from being taken in: longer each time, as each try is told in
/// the journal.
#[derive(Debug, Default)]
struct Pause {
    since: i64,
    length: i64,
}

impl Pause {
    fn is_over(&self, now: i64) -> bool {
        is_due(self.since, now, self.length)
    }

    fn after(&mut self, has_failed: bool, now: i64) {
        self.since = now;
        self.length = if has_failed { (2 * self.length).clamp(TAKE_AGAIN[0], TAKE_AGAIN[1]) } else { 0 };
    }
}

/// Wakes the thread.
#[derive(Debug, Default)]
pub(crate) struct Bell {
    rung: Mutex<bool>,
    changed: Condvar,
    ends: AtomicBool,
    is_deaf: AtomicBool,
}

/// Says that the thread has ended, however it did.
struct Ended(Arc<Bell>);

impl Drop for Ended {
    fn drop(&mut self) {
        self.0.is_deaf.store(true, Ordering::Relaxed);
    }
}

impl Bell {
    /// Something waits.
    pub(crate) fn ring(&self) {
        *self.rung.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.changed.notify_all();
    }

    /// Whether the thread still works: without it reports would be taken and never read.
    pub(crate) fn is_heard(&self) -> bool {
        !self.is_deaf.load(Ordering::Relaxed)
    }

    fn wait(&self) {
        let rung = self.rung.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.changed.wait_timeout_while(rung, LOOK, |rung| !*rung);
        *waited.unwrap_or_else(PoisonError::into_inner).0 = false;
    }
}

/// The thread, and how to call it.
pub(crate) struct Keeper {
    bell: Arc<Bell>,
    thread: JoinHandle<()>,
}

/// What an answer depends on: another one, other answers.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Basis {
    versions: (u64, u64),
    attribution: u32,
    today: i32,
    /// The text of `feeds.toml`: which feeds may answer visitors stands there.
    feeds: Option<String>,
}

/// What visitors are answered from now: of what the check was made, of what the pages, and when those were tried last.
#[derive(Debug, Default)]
struct Stand {
    seen: Option<Basis>,
    front: Option<Basis>,
    tried: i64,
}

impl Keeper {
    /// Begins to work.
    pub(crate) fn start(
        desk: &Desk,
        config: &Config,
        seen: Arc<Slot<Option<Seen>>>,
        front: Arc<Slot<Front>>,
        owning: Arc<Owning>,
        watched: Option<Watched>,
        devices: Devices,
    ) -> Self {
        let bell = Arc::new(Bell::default());
        let work = Work {
            folder: desk.folder.clone(),
            clock: desk.clock.clone(),
            restricted: config.restricted_families.clone(),
            authority: [config.authority_vi.clone(), config.authority_en.clone()],
            ipv6_prefix: config.ipv6_prefix,
            seen,
            front,
            owning,
            bell: Arc::clone(&bell),
            watched,
            devices,
        };
        Self { bell, thread: std::thread::spawn(|| work.run()) }
    }

    /// What others ring when something waits.
    pub(crate) fn bell(&self) -> Arc<Bell> {
        Arc::clone(&self.bell)
    }

    /// Ends after what is under way.
    pub(crate) fn stop(self) {
        self.bell.ends.store(true, Ordering::Relaxed);
        self.bell.ring();
        if self.thread.join().is_err() {
            tracing::error!(target: "keeper", "the thread that takes in reports had ended before");
        }
    }
}

impl Work {
    fn run(mut self) {
        let _ended = Ended(Arc::clone(&self.bell));
        let (mut lake, mut traces, mut stand) = (None, None, Stand::default());
        let [mut waits, mut stands, mut crowds, mut keeps] = <[Once; 4]>::default();
        let (mut tidied, mut looked_over, mut kept) = ((self.clock)(), 0, 0);
        let (mut is_begun, mut pause) = (false, Pause::default());
        let mut tidying = Tidying::default();
        while !self.ends() {
            let now = (self.clock)();
            let mut is_more = self.watched.as_mut().is_some_and(|watched| watched.look(now));
            // Visitors are answered first: a round of reports takes many seconds.
            if is_begun && pause.is_over(now) {
                let taken = self.take_in();
                is_more |= taken.as_ref().is_ok_and(|taken| *taken >= ROUND);
                pause.after(taken.is_err(), now);
                if let Some(error) = waits.news(taken.err()) {
                    tracing::error!(target: "keeper", error, "reports wait and cannot be taken in");
                }
            }
            is_more |= !std::mem::replace(&mut is_begun, true);
            let renewed = self.renew(&mut lake, &mut traces, &mut stand);
            if let Err(error) = &renewed {
                lake = None;
                // Another lake may count its versions as this one did.
                if matches!(error.downcast_ref(), Some(LakeError::Replaced(_))) {
                    stand = Stand::default();
                }
            }
            if let Some(error) = stands.news(renewed.err()) {
                tracing::error!(target: "keeper", error, "visitors are answered from what was known before");
            }
            if !is_more && is_due(looked_over, now, LOOK_OVER_EVERY) {
                looked_over = now;
                look_over(lake.as_ref());
            }
            if is_due(kept, now, KEEP_EVERY) {
                kept = now;
                keep(lake.as_ref(), &mut traces, &mut keeps);
            }
            if is_due(tidied, now, TIDY_EVERY) {
                tidied = now;
                if let Some(error) = crowds.news(self.compact(lake.as_ref(), &mut tidying).err()) {
                    tracing::error!(target: "keeper", error, "how many files the lake has cannot be told");
                }
            }
            if !is_more {
                self.bell.wait();
            }
        }
        keep(lake.as_ref(), &mut traces, &mut keeps);
    }

    fn ends(&self) -> bool {
        self.bell.ends.load(Ordering::Relaxed)
    }

    /// Takes in a round of what waits in the spool, unless another process does; how many reports. Told to end, it finishes
    /// the one under way.
    fn take_in(&self) -> Result<usize, PipelineError> {
        if spool::waiting(&self.folder)?.is_empty() {
            return Ok(0);
        }
        let mut writer = match Writer::open(self.folder.clone(), self.clock.clone()) {
            Err(PipelineError::Held { .. }) => return Ok(0),
            writer => writer?,
        };
        let taken = Cell::new(0);
        writer.drain_until(
            || self.ends() || taken.get() >= ROUND,
            |outcome| {
                taken.set(taken.get() + 1);
                tell(outcome);
            },
        )?;
        Ok(taken.get())
    }

    /// Has the files of crowded days put together, by a thread of their own.
    fn compact(&self, lake: Option<&Lake>, tidying: &mut Tidying) -> Result<(), PipelineError> {
        lake.map_or(Ok(()), |lake| tidying.look(lake, &self.folder, &self.clock))
    }

    /// Makes new answers if what they are made of has changed.
    fn renew(&self, lake: &mut Option<Lake>, traces: &mut Option<Traces>, stand: &mut Stand) -> anyhow::Result<()> {
        let lake = match lake {
            Some(lake) => {
                lake.refresh()?;
                lake
            }
            None => lake.insert(self.open()?),
        };
        let now = (self.clock)();
        let today = self.folder.zone().day(now);
        let attribution = owners::attribution(&self.folder)?.current().map_or(0, |version| version.version);
        let feeds = read_text(&self.folder.path("feeds.toml")).ok();
        let found = Basis { versions: lake.versions(), attribution, today, feeds };
        let is_new = stand.seen.as_ref() != Some(&found);
        if !is_new && (stand.front.as_ref() == Some(&found) || !is_due(stand.tried, now, FRONT_AGAIN)) {
            return Ok(());
        }
        let owners = owners::attributor(&self.folder, None)?;
        if is_new {
            let traces = traces.get_or_insert_with(|| Traces::kept(lake));
            self.seen.set(Some(self.seen_of(lake, traces, today)?));
            self.owning.set(Arc::clone(&owners), today);
            stand.seen = Some(found.clone());
        }
        stand.tried = now;
        let authority = [self.authority[0].as_str(), self.authority[1].as_str()];
        match picture::front(&self.folder, lake, &owners, &self.restricted, authority, &self.devices, now) {
            Ok(front) => self.front.set(front),
            // Only mending changes that, and mending changes the versions.
            Err(error) if matches!(error.downcast_ref(), Some(LakeError::Damaged(_))) => {
                let error = error.to_string();
                tracing::error!(target: "keeper", error, "the last figures stay");
            }
            Err(error) => return Err(error),
        }
        stand.front = Some(found);
        Ok(())
    }

    /// The lake, for reading; only the writer makes its tables.
    fn open(&self) -> anyhow::Result<Lake> {
        let path = self.folder.path("lake");
        if ["events", "sightings"].iter().any(|table| !path.join(table).join("_delta_log").exists()) {
            drop(Writer::open(self.folder.clone(), self.clock.clone())?);
        }
        Ok(self.folder.lake()?)
    }

    fn seen_of(&self, lake: &Lake, traces: &mut Traces, today: i32) -> anyhow::Result<Seen> {
        let catalogue = catalogue(&self.folder)?;
        let gaps = traces.update(lake, today - SEEN_DAYS)?;
        let sighted = traces.iter().filter_map(|seen| {
            let feed = catalogue.feed(seen.feed)?;
            Some(Sighted {
                address: event::address::from_bits(seen.bits),
                family: seen.what,
                kind: seen.kind,
                first: seen.first,
                last: seen.last,
                days: seen.days,
                public: feed.public,
                // A mark stricter than the feed's own was put on the event itself.
                tlp: seen.mark.filter(|mark| *mark > feed.tlp),
            })
        });
        let restricted = Restricted::families(self.restricted.iter().cloned());
        let seen = Seen::build(sighted, &restricted, self.ipv6_prefix, today);
        let days: Vec<String> = gaps.iter().map(|day| day_text(*day)).collect();
        if !days.is_empty() {
            let days = days.join(" ");
            tracing::error!(target: "keeper", days, "files of sightings are damaged: what the check cannot know is told as unknown; run `haidang lake mend`");
        }
        Ok(if gaps.is_empty() { seen } else { seen.with_gaps() })
    }
}

/// Whether something is to be done again; at once when the clock was set back, or it would wait for the time that was.
fn is_due(last: i64, now: i64, every: i64) -> bool {
    now < last || now - last >= every
}

/// Keeps what was seen for the next start; without it, that takes longer.
fn keep(lake: Option<&Lake>, traces: &mut Option<Traces>, keeps: &mut Once) {
    let kept = lake.zip(traces.as_mut()).map_or(Ok(()), |(lake, traces)| traces.keep(lake));
    if let Some(error) = keeps.news(kept.err()) {
        tracing::warn!(target: "keeper", error, "what was seen of addresses cannot be kept for the next start");
    }
}

/// Logs every damaged file of the lake.
fn look_over(lake: Option<&Lake>) {
    let Some(lake) = lake else { return };
    match lake.damaged() {
        Ok(damaged) => {
            for file in lake.damaged_logs().into_iter().chain(damaged.iter().map(ToString::to_string)) {
                tracing::error!(target: "keeper", file, "a file of the lake is damaged; run `haidang lake mend`");
            }
        }
        Err(error) => tracing::error!(target: "keeper", error = error.to_string(), "the lake cannot be looked over"),
    }
}

/// Logs what became of a report.
fn tell(outcome: &Outcome) {
    match outcome {
        Outcome::Ingested { name, feed, seq, rows, .. } => {
            tracing::info!(target: "keeper", name, feed, seq, rows = rows.rows, events = rows.events, quarantined = rows.quarantined, "taken in");
        }
        Outcome::Again { name, feed, seq } => tracing::info!(target: "keeper", name, feed, seq, "known already"),
        Outcome::Refused { name, why } | Outcome::Failed { name, why } => {
            tracing::warn!(target: "keeper", name, why, "refused");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fails_is_tried_again_after_longer_and_longer_and_at_once_when_it_goes_well() {
        let (mut pause, mut now, mut tries) = (Pause::default(), 0, Vec::new());
        for second in 0..200 {
            now = second * SECOND;
            if pause.is_over(now) {
                tries.push(second);
                pause.after(true, now);
            }
        }
        assert_eq!(tries, [0, 2, 6, 14, 30, 62, 122, 182]);
        assert!(pause.is_over(now - 3_600 * SECOND), "a clock that was set back does not wait for the time that was");
        pause.after(false, now);
        assert!(pause.is_over(now));
    }

    #[test]
    fn chores_are_due_again_when_the_clock_was_set_back() {
        assert!(!is_due(100, 109, 10) && is_due(100, 110, 10) && is_due(100, 99, 10));
    }

    #[test]
    fn a_thread_that_has_ended_is_not_heard_any_more() {
        let bell = Arc::new(Bell::default());
        let ended = Ended(Arc::clone(&bell));
        assert!(bell.is_heard());
        drop(ended);
        assert!(!bell.is_heard());
    }
}
