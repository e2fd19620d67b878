//! The data folder: everything of one installation.
//!
//! ```text
//! haidang.json          form of the folder, reporting zone, country: fixed when it is made
//! lock                  who writes
//! lake.lock             who puts files of the lake together
//! feeds.toml            the operator's catalogue of feeds, if he has one
//! schema/               schema files of feeds
//! rules/                the operator's families.csv and kinds.csv, if he has them
//! inbox/                watched by `serve`: files put here are accepted; inbox/refused/ with the reasons
//! spool/                accepted, waiting
//! deliveries/           which reports came in one archive by HTTP
//! journal.jsonl         every report ever accepted, and how it went
//! raw/ab/<hash>.zst     accepted reports as they came, unpacked
//! quarantine/           rows that are no events
//! constituency/         snapshots of who owns what, and which counts when
//! lake/events, lake/sightings
//! lake.mending          the lake being made anew; lake.damaged-<n> and journal.damaged-<n>: what it replaced
//! published/            counts that were published, as they were
//! ```

use std::fs::{self, File};
use std::io::{Read, Write as _};
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use disk::{Disk, Taken};
use event::time::Zone;
use lake::Lake;
use serde::{Deserialize, Serialize};

use crate::PipelineError;
use crate::error::At as _;
use crate::journal::Journal;
use crate::owners::Known;

/// The zone of a new folder if none is asked for.
pub const DEFAULT_ZONE: &str = "Asia/Ho_Chi_Minh";
/// The country of a new folder if none is asked for: ISO 3166-1.
pub const DEFAULT_COUNTRY: &str = "VN";
/// The form this program makes and knows.
pub const FORM: u32 = 1;
/// Longest name of a holder of the lock.
const HOLDER_MAX: u64 = 200;
/// How long the folder is waited for until whoever waits is told of it: longer than a commit takes.
const WAITS_UNTOLD: Duration = Duration::from_secs(3);
/// Largest file of settings that is read.
pub const SETTINGS_MAX: u64 = 64 << 20;

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Settings {
    form: u32,
    zone: String,
    country: String,
}

/// A data folder, opened. Reading needs no lock; writing needs [`DataFolder::lock`].
#[derive(Debug, Clone)]
pub struct DataFolder {
    root: PathBuf,
    zone: Zone,
    country: String,
    /// The way to its disk.
    pub disk: Disk,
    pub(crate) owners: Known,
}

impl DataFolder {
    /// Opens a folder that is there.
    ///
    /// # Errors
    /// No data folder there; and as [`DataFolder::make`].
    pub fn open(root: &Path, zone: Option<&str>, disk: Disk) -> Result<Self, PipelineError> {
        if !root.join("haidang.json").exists() {
            let wanted = format!(
                "a data folder at {}; `haidang ingest` and `haidang constituency import` make one",
                root.display()
            );
            return Err(PipelineError::Missing(wanted));
        }
        Self::make(root, zone, None, disk)
    }

    /// Opens a folder, or makes it with the given zone and country.
    ///
    /// # Errors
    /// A folder of a newer program, one with another zone than asked for, an unknown zone, the disk's.
    pub fn make(root: &Path, zone: Option<&str>, country: Option<&str>, disk: Disk) -> Result<Self, PipelineError> {
        let root = std::path::absolute(root).at(root)?;
        let path = root.join("haidang.json");
        let settings = if path.exists() {
            Self::stored(&path, zone)?
        } else {
            let settings = Settings {
                form: FORM,
                zone: zone.unwrap_or(DEFAULT_ZONE).to_owned(),
                country: country.unwrap_or(DEFAULT_COUNTRY).to_owned(),
            };
            let text = serde_json::to_vec_pretty(&settings).map_err(|e| form(&path, &e))?;
            known_zone(&settings.zone, &path)?;
            match disk.write(&path, &text, Taken::Refuse) {
                // Another process made it a moment ago.
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Self::stored(&path, zone)?,
                written => written.map(|()| settings).at(&path)?,
            }
        };
        let zone = known_zone(&settings.zone, &path)?;
        Ok(Self { root, zone, country: settings.country, disk, owners: Known::default() })
    }

    fn stored(path: &Path, zone: Option<&str>) -> Result<Settings, PipelineError> {
        #[derive(Deserialize)]
        struct FormOnly {
            form: u32,
        }
        let text = read_text(path)?;
        let FormOnly { form: found } = serde_json::from_str(&text).map_err(|e| form(path, &e))?;
        if found > FORM {
            return Err(PipelineError::Newer { found, known: FORM });
        }
        let settings: Settings = serde_json::from_str(&text).map_err(|e| form(path, &e))?;
        match zone {
            Some(asked) if asked != settings.zone => {
                Err(PipelineError::OtherZone { has: settings.zone, asked: asked.to_owned() })
            }
            _ => Ok(settings),
        }
    }

    /// Its path.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The reporting zone.
    pub fn zone(&self) -> &Zone {
        &self.zone
    }

    /// The country whose provinces the feeds' regions are read as.
    pub fn country(&self) -> &str {
        &self.country
    }

    /// A path within.
    pub fn path(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    /// Where a raw report of a hash lies.
    pub fn raw(&self, hash: &str) -> PathBuf {
        self.root.join("raw").join(&hash[..2.min(hash.len())]).join(format!("{hash}.zst"))
    }

    /// The lake, which has every report that the journal has in it.
    ///
    /// # Errors
    /// [`PipelineError::Behind`] if it has not, so that nobody is answered from part of what is known; the disk's.
    pub fn lake(&self) -> Result<Lake, PipelineError> {
        // The journal first: what is committed meanwhile is more than it tells.
        let journal = Journal::open(self)?;
        let told = journal.last_done();
        self.has_table("sightings", told)?;
        let lake = self.lake_with(&journal)?;
        reaches("sightings", lake.standing()?.folded, told)?;
        Ok(lake)
    }

    /// The lake, which has the events of every report that this journal has in it; sightings are folded again by the writer.
    ///
    /// # Errors
    /// As [`lake`](Self::lake).
    pub(crate) fn lake_with(&self, journal: &Journal) -> Result<Lake, PipelineError> {
        let told = journal.last_done();
        self.has_table("events", told)?;
        let lake = Lake::open(&self.path("lake"), &self.disk)?;
        reaches("events", lake.standing()?.committed, told)?;
        Ok(lake)
    }

    /// That a table is there, if it has to have anything: opening makes those that are not, and then nobody would miss it.
    fn has_table(&self, table: &'static str, told: i64) -> Result<(), PipelineError> {
        let is_there = self.path("lake").join(table).join("_delta_log").exists();
        if is_there { Ok(()) } else { reaches(table, 0, told) }
    }

    /// Puts a lake that was made anew in its place, if a crash kept [`crate::mend`] from doing so: the damaged one was taken
    /// out of the way when the other was whole.
    ///
    /// # Errors
    /// The disk's.
    pub fn settle_lake(&self, _lock: &Lock) -> Result<(), PipelineError> {
        let (lake, made) = (self.path("lake"), self.path(crate::mend::MENDING));
        if lake.exists() || !made.exists() {
            return Ok(());
        }
        self.disk.rename(&made, &lake).at(&lake)
    }

    /// Becomes the one writer. The lock goes with the returned value, and with the process.
    ///
    /// # Errors
    /// [`PipelineError::Held`] with the holder's name.
    pub fn lock(&self) -> Result<Lock, PipelineError> {
        self.lock_file("lock", File::try_lock)
    }

    /// Becomes the one writer as soon as whoever is has done: for what takes a moment. If he takes long, `waits` is told who he
    /// is, once.
    ///
    /// # Errors
    /// The disk's.
    pub fn lock_when_free(&self, waits: impl FnOnce(&str)) -> Result<Lock, PipelineError> {
        let holder = match self.lock() {
            Err(PipelineError::Held { holder }) => holder,
            lock => return lock,
        };
        thread::scope(|scope| {
            let (sender, locked) = mpsc::sync_channel(1);
            // Whoever asks again and again comes too late where reports come all the time.
            scope.spawn(move || {
                sender.send(self.lock_file("lock", |file| file.lock().map_err(fs::TryLockError::Error)))
            });
            let lock = locked.recv_timeout(WAITS_UNTOLD).or_else(|_| {
                waits(&holder);
                locked.recv()
            });
            lock.unwrap_or(Err(PipelineError::Held { holder }))
        })
    }

    /// Keeps the lake where it is, and others from putting its files together, without being the writer.
    ///
    /// # Errors
    /// [`PipelineError::Held`] with the holder's name.
    pub fn lock_lake(&self) -> Result<Lock, PipelineError> {
        self.lock_file("lake.lock", File::try_lock)
    }

    fn lock_file(
        &self,
        name: &str,
        lock: impl Fn(&File) -> Result<(), fs::TryLockError>,
    ) -> Result<Lock, PipelineError> {
        let path = self.path(name);
        let mut file = File::options().read(true).write(true).create(true).truncate(false).open(&path).at(&path)?;
        match lock(&file) {
            Ok(()) => {}
            Err(fs::TryLockError::WouldBlock) => return Err(PipelineError::Held { holder: holder(&mut file) }),
            Err(fs::TryLockError::Error(source)) => return Err(PipelineError::File { path, source }),
        }
        file.set_len(0).at(&path)?;
        write!(file, "process {}", std::process::id()).at(&path)?;
        Ok(Lock { _file: file })
    }
}

/// That a table has every report that the journal has in it.
fn reaches(table: &'static str, committed: i64, told: i64) -> Result<(), PipelineError> {
    if committed < told { Err(PipelineError::Behind { table, committed, told }) } else { Ok(()) }
}

fn holder(file: &mut File) -> String {
    // Only for the message: an unreadable name is no name.
    let bytes = bounded(file, HOLDER_MAX).unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes).into_owned();
    if text.is_empty() { "another process".to_owned() } else { text }
}

fn form(path: &Path, wrong: &dyn std::fmt::Display) -> PipelineError {
    PipelineError::Form { path: path.to_owned(), wrong: wrong.to_string() }
}

fn known_zone(name: &str, path: &Path) -> Result<Zone, PipelineError> {
    Zone::named(name)
        .ok_or_else(|| form(path, &format!("unknown time zone {name:?}; wanted an IANA name like {DEFAULT_ZONE}")))
}

/// Reads a file of settings, at most [`SETTINGS_MAX`] bytes.
///
/// # Errors
/// The disk's; a larger file; bytes that are no UTF-8.
pub fn read_text(path: &Path) -> Result<String, PipelineError> {
    let bytes = bounded(File::open(path).at(path)?, SETTINGS_MAX + 1).at(path)?;
    if bytes.len() as u64 > SETTINGS_MAX {
        return Err(form(path, &format!("larger than {} MiB", SETTINGS_MAX >> 20)));
    }
    String::from_utf8(bytes).map_err(|e| form(path, &e))
}

/// At most `limit` bytes of a reader.
///
/// # Errors
/// The reader's.
#[expect(clippy::disallowed_methods, reason = "bounded: the one place where a limit stands before it")]
pub fn bounded(reader: impl Read, limit: u64) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    reader.take(limit).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The right to write; given back when dropped.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}
