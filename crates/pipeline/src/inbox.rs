//! The inbox: a watched folder. A file that lies in it whole goes into the spool as if `ingest` had been given it.
//!
//! It is looked at again and again. A file is whole once its size and time have stayed the same for [`QUIET`]; one whose
//! name begins with a dot, or ends as [`UNFINISHED`] says, waits until it is renamed. In a folder that is called like a
//! feed lie files of that feed. What no feed can read is moved to [`REFUSED`], with a note beside it.
//!
//! A file goes only when its bytes are in the spool. After a crash between the two it is accepted once more, and the
//! journal knows the same report by its content.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File, Metadata};
use std::io::{self, BufReader};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use disk::Taken;
use event::time::SECOND;
use feeds::catalogue::Catalogue;
use feeds::decode::{self, Container, HEAD_LEN};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::catalogue::{Feeds, catalogue, feed_of};
use crate::error::At as _;
use crate::folder::bounded;
use crate::spool;
use crate::{DataFolder, PipelineError};

/// How long a file must have stayed as it is, microseconds: copies over a slow line pause for less.
pub const QUIET: i64 = 5 * SECOND;
/// How long a file that cannot be read is left alone before it is tried again, microseconds: so long others have its place.
pub const AGAIN: i64 = 60 * SECOND;
/// The folder in the inbox for what no feed can read; nothing in it is looked at.
pub const REFUSED: &str = "refused";
/// What comes behind the name of a refused file in the name of its note.
pub const NOTE: &str = ".why.txt";
/// Endings that senders give to files they have not finished (curl, WinSCP, rsync).
pub const UNFINISHED: [&str; 4] = [".part", ".partial", ".filepart", ".tmp"];
/// Most files taken in one look; the writer reads them before the next.
pub const TAKEN_MAX: usize = 500;
/// Most names read in one look; further ones come when these have gone.
const LISTED_MAX: usize = 100_000;
/// Refused files of one name that are kept beside each other.
const SAME_NAME_MAX: u32 = 1_000;
/// Most bytes of a refused file's name, so that a number and [`NOTE`] fit behind it (255 on common file systems).
const NAME_MAX: usize = 200;

/// A watched folder, and what is known of the files in it.
#[derive(Debug)]
pub struct Inbox {
    folder: DataFolder,
    path: PathBuf,
    known: FxHashMap<PathBuf, Known>,
}

/// What one look brought.
#[derive(Debug, Default)]
pub struct Look {
    /// Files that are in the spool now.
    pub taken: u64,
    /// Files that no feed can read.
    pub refused: Vec<Refusal>,
    /// What is left alone, and why, in words of the system: each is told once as long as it stays.
    pub left: Vec<(PathBuf, String)>,
    /// Whether more could have been taken.
    pub more: bool,
    /// What ended the look early; the files stay and are tried again.
    pub trouble: Option<PipelineError>,
}

/// A file, or part of an archive, that no feed can read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The file's name.
    pub name: String,
    /// The feed in whose folder it lay.
    pub feed: Option<String>,
    /// Why.
    pub why: Why,
}

/// Why a file is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// No feed has files called so.
    NoFeed,
    /// It cannot be unpacked, or the feed has no such report.
    Unreadable(String),
    /// The archive is taken; of these members no feed knows, and they are kept as every refused report.
    Members(Vec<String>),
}

/// A file as far as its sender's work can be told by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stamp {
    file: (u64, u64),
    bytes: u64,
    changed: (i64, i64),
}

/// What is known of a name.
#[derive(Debug)]
struct Known {
    stamp: Option<Stamp>,
    since: i64,
    /// It could not be read: not before this instant.
    again: Option<i64>,
    is_told: bool,
    /// It was taken, or should have been moved, and could not be removed: not again until it changes.
    is_stuck: bool,
}

/// A name in the inbox.
struct Listed {
    path: PathBuf,
    feed: Option<String>,
    /// The file, or why there is none to take.
    what: Result<Stamp, &'static str>,
}

/// A file to take.
struct Whole {
    path: PathBuf,
    feed: Option<String>,
    stamp: Stamp,
}

impl Stamp {
    fn of(file: &Metadata) -> Self {
        Self { file: (file.dev(), file.ino()), bytes: file.len(), changed: (file.mtime(), file.mtime_nsec()) }
    }
}

impl Whole {
    /// Its name, as far as it is text.
    fn name(&self) -> String {
        self.path.file_name().unwrap_or_default().to_string_lossy().into_owned()
    }
}

impl Inbox {
    /// Watches a folder, which is made if it is not there.
    ///
    /// # Errors
    /// The disk's; a folder in which the program's own files lie.
    pub fn open(folder: &DataFolder, path: &Path) -> Result<Self, PipelineError> {
        folder.disk.create_folder(path).at(path)?;
        let (own, inbox) = (fs::canonicalize(folder.root()).at(folder.root())?, fs::canonicalize(path).at(path)?);
        let is_apart = !inbox.starts_with(&own) || inbox.starts_with(own.join("inbox"));
        if !is_apart || own.starts_with(&inbox) {
            let wrong = "the program's own files lie there; watch another folder".to_owned();
            return Err(PipelineError::Form { path: path.to_owned(), wrong });
        }
        Ok(Self { folder: folder.clone(), path: path.to_owned(), known: FxHashMap::default() })
    }

    /// Takes what is whole at this instant; `note` writes what is put beside a refused file.
    pub fn look(&mut self, now: i64, note: &dyn Fn(&Refusal) -> String) -> Look {
        let mut look = Look::default();
        if let Err(error) = self.take_whole(now, note, &mut look) {
            look.trouble = Some(error);
        }
        look
    }

    fn take_whole(
        &mut self,
        now: i64,
        note: &dyn Fn(&Refusal) -> String,
        look: &mut Look,
    ) -> Result<(), PipelineError> {
        let listed = self.list()?;
        let here: FxHashSet<&Path> = listed.iter().map(|file| file.path.as_path()).collect();
        self.known.retain(|path, _| here.contains(path.as_path()));
        let mut whole: Vec<Whole> = listed.into_iter().filter_map(|file| self.whole(file, now, look)).collect();
        if whole.is_empty() {
            return Ok(());
        }
        whole.sort_by(|a, b| (a.stamp.changed, &a.path).cmp(&(b.stamp.changed, &b.path)));
        let feeds = Feeds::open(&self.folder)?;
        whole.iter().take(TAKEN_MAX).try_for_each(|file| self.take(&feeds, file, now, note, look))?;
        look.more = whole.len() > TAKEN_MAX;
        Ok(())
    }

    /// Everything in the inbox and in its feeds' folders.
    fn list(&self) -> Result<Vec<Listed>, PipelineError> {
        let (mut listed, folders) = list(&self.path, None)?;
        let catalogue = if folders.is_empty() { None } else { Some(catalogue(&self.folder)?) };
        for path in folders {
            let name = path.file_name().and_then(OsStr::to_str);
            match name.and_then(|name| catalogue.as_ref()?.feed(name)) {
                Some(feed) => {
                    let (files, deeper) = list(&path, Some(&feed.name))?;
                    listed.extend(files);
                    listed.extend(deeper.into_iter().map(|path| odd(path, "a folder within a feed's folder")));
                }
                None => listed.push(odd(path, "a folder that is not called like a feed")),
            }
        }
        Ok(listed)
    }

    /// The file, if it has been as it is for long enough. What is none is told once.
    fn whole(&mut self, listed: Listed, now: i64, look: &mut Look) -> Option<Whole> {
        let Listed { path, feed, what } = listed;
        let (stamp, why) = (what.ok(), what.err());
        let fresh = || Known { stamp, since: now, again: None, is_told: false, is_stuck: false };
        let known = self.known.entry(path.clone()).or_insert_with(fresh);
        if known.stamp != stamp {
            *known = fresh();
        }
        if let Some(why) = why {
            tell_once(known, &path, why.to_owned(), look);
        }
        // A clock that was set back begins anew.
        known.since = known.since.min(now);
        known.again = known.again.filter(|again| (now..=now + AGAIN).contains(again));
        let is_whole = !known.is_stuck && known.again.is_none() && now - known.since >= QUIET;
        stamp.filter(|_| is_whole).map(|stamp| Whole { path, feed, stamp })
    }

    fn take(
        &mut self,
        feeds: &Feeds,
        file: &Whole,
        now: i64,
        note: &dyn Fn(&Refusal) -> String,
        look: &mut Look,
    ) -> Result<(), PipelineError> {
        let opened = match open(file) {
            Ok(Some(opened)) => opened,
            Ok(None) => return Ok(()),
            Err(error) => return self.leave(file, &error, Some(now + AGAIN), look),
        };
        let (name, feed) = (file.name(), file.feed.as_deref());
        let refusal = |why| Refusal { name: name.clone(), feed: file.feed.clone(), why };
        // Of an archive the names of its members count.
        let why = if opened.is_archive { None } else { why_not(feeds, feed, &name) };
        let gone = match why.map_or_else(|| spool::accept(&self.folder, &name, opened.bytes, feed, now), Err) {
            Ok(slips) => {
                look.taken += 1;
                let members: Vec<String> = slips.into_iter().map(|slip| slip.name).collect();
                let unknown = unknown(&catalogue(&self.folder)?, feed, members);
                let told =
                    if unknown.is_empty() { Ok(()) } else { self.note(&refusal(Why::Members(unknown)), note, look) };
                told.and_then(|()| self.remove(file))
            }
            Err(PipelineError::Missing(_)) => self.refuse(file, refusal(Why::NoFeed), note, look),
            Err(PipelineError::Packed { wrong, .. }) => self.refuse(file, refusal(Why::Unreadable(wrong)), note, look),
            Err(PipelineError::Unread { source, .. }) => return self.leave(file, &source, Some(now + AGAIN), look),
            Err(error) => return Err(error),
        };
        gone.or_else(|error| self.leave(file, &error, None, look))
    }

    /// Of a file that cannot be used as it should the reason is told, once; it is tried again then, or never as it is.
    fn leave(
        &mut self,
        file: &Whole,
        error: &io::Error,
        again: Option<i64>,
        look: &mut Look,
    ) -> Result<(), PipelineError> {
        if let Some(known) = self.known.get_mut(&file.path) {
            known.again = again;
            known.is_stuck |= again.is_none();
            tell_once(known, &file.path, error.to_string(), look);
        }
        Ok(())
    }

    /// Removes what is in the spool, unless its sender has gone on writing: then it comes again, whole.
    fn remove(&self, file: &Whole) -> io::Result<()> {
        match fs::symlink_metadata(&file.path) {
            Ok(found) if Stamp::of(&found) == file.stamp => self.folder.disk.remove(&file.path),
            Ok(_) => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// The note first, then the file: what lies there is never without its reason.
    fn refuse(
        &self,
        file: &Whole,
        refusal: Refusal,
        note: &dyn Fn(&Refusal) -> String,
        look: &mut Look,
    ) -> io::Result<()> {
        let (to, beside) = self.free(file.path.file_name().unwrap_or_default())?;
        self.folder.disk.write(&beside, note(&refusal).as_bytes(), Taken::Refuse)?;
        match self.folder.disk.rename(&file.path, &to) {
            Ok(()) => look.refused.push(refusal),
            Err(error) => {
                self.folder.disk.remove(&beside)?;
                return if error.kind() == io::ErrorKind::NotFound { Ok(()) } else { Err(error) };
            }
        }
        Ok(())
    }

    /// A note alone: the bytes are kept elsewhere.
    fn note(&self, refusal: &Refusal, note: &dyn Fn(&Refusal) -> String, look: &mut Look) -> io::Result<()> {
        let (_, beside) = self.free(OsStr::new(&refusal.name))?;
        self.folder.disk.write(&beside, note(refusal).as_bytes(), Taken::Refuse)?;
        look.refused.push(refusal.clone());
        Ok(())
    }

    /// Where a refused file and its note may lie: names that nobody has.
    fn free(&self, name: &OsStr) -> io::Result<(PathBuf, PathBuf)> {
        let folder = self.path.join(REFUSED);
        let name = short(name);
        let places = (1..=SAME_NAME_MAX).map(|number| {
            let mut name = name.clone();
            if number > 1 {
                name.push(format!(".{number}"));
            }
            let mut note = name.clone();
            note.push(NOTE);
            (folder.join(name), folder.join(note))
        });
        let is_free = |path: &Path| fs::symlink_metadata(path).is_err();
        let mut free = places.filter(|(file, note)| is_free(file) && is_free(note));
        free.next().ok_or_else(|| io::Error::other(format!("too many files of this name in {}", folder.display())))
    }
}

fn tell_once(known: &mut Known, path: &Path, why: String, look: &mut Look) {
    if !known.is_told {
        known.is_told = true;
        look.left.push((path.to_owned(), why));
    }
}

fn odd(path: PathBuf, why: &'static str) -> Listed {
    Listed { path, feed: None, what: Err(why) }
}

/// The files of a folder, and its folders. Links are never followed: they could lead anywhere.
fn list(folder: &Path, feed: Option<&str>) -> Result<(Vec<Listed>, Vec<PathBuf>), PipelineError> {
    let (mut files, mut folders) = (Vec::new(), Vec::new());
    for entry in fs::read_dir(folder).at(folder)?.take(LISTED_MAX) {
        let path = entry.at(folder)?.path();
        let name = path.file_name().unwrap_or_default();
        if is_unfinished(name) || (feed.is_none() && name == REFUSED) {
            continue;
        }
        // What went meanwhile is not here.
        let Ok(found) = fs::symlink_metadata(&path) else { continue };
        match found.file_type() {
            kind if kind.is_dir() => folders.push(path),
            kind if kind.is_file() => {
                files.push(Listed { path, feed: feed.map(str::to_owned), what: Ok(Stamp::of(&found)) });
            }
            kind if kind.is_symlink() => files.push(odd(path, "a link")),
            _ => files.push(odd(path, "neither file nor folder")),
        }
    }
    Ok((files, folders))
}

/// Whether a name says that its sender is still at it.
fn is_unfinished(name: &OsStr) -> bool {
    let name = name.to_string_lossy().to_ascii_lowercase();
    name.starts_with('.') || UNFINISHED.iter().any(|ending| name.ends_with(ending))
}

/// A file's bytes from their beginning.
struct Opened {
    bytes: BufReader<File>,
    is_archive: bool,
}

/// Opens a file; none if it went, or is another by now.
fn open(file: &Whole) -> io::Result<Option<Opened>> {
    let mut opened = match File::open(&file.path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        opened => opened?,
    };
    if Stamp::of(&opened.metadata()?) != file.stamp {
        return Ok(None);
    }
    let head = bounded(&mut opened, HEAD_LEN as u64)?;
    io::Seek::rewind(&mut opened)?;
    Ok(Some(Opened { bytes: BufReader::new(opened), is_archive: decode::kind_of(&head) == Container::Zip }))
}

/// Why the writer would refuse a report of this name.
fn why_not(feeds: &Feeds, feed: Option<&str>, name: &str) -> Option<PipelineError> {
    match feeds.would_read(feed, name) {
        None => Some(PipelineError::Missing(name.to_owned())),
        Some(Err(wrong)) => Some(PipelineError::Packed { name: name.to_owned(), wrong }),
        Some(Ok(())) => None,
    }
}

/// The members that no feed knows.
fn unknown(catalogue: &Catalogue, feed: Option<&str>, mut members: Vec<String>) -> Vec<String> {
    members.retain(|member| feed_of(catalogue, feed, member).is_none());
    members
}

/// A name that leaves room for what comes behind it.
fn short(name: &OsStr) -> OsString {
    if name.len() <= NAME_MAX {
        return name.to_owned();
    }
    let text = name.to_string_lossy();
    let end = (0..=NAME_MAX).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    OsString::from(&text[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_senders_give_to_half_files_wait() {
        for name in [".a.csv", "a.csv.part", "A.CSV.TMP", "a.filepart", ".part"] {
            assert!(is_unfinished(OsStr::new(name)), "{name}");
        }
        for name in ["a.csv", "part", "tmp.csv", "a.part.csv"] {
            assert!(!is_unfinished(OsStr::new(name)), "{name}");
        }
    }

    #[test]
    fn a_long_name_is_cut_between_two_letters() {
        let long = "ố".repeat(100);
        let cut = short(OsStr::new(&long));
        assert!(cut.len() <= NAME_MAX && long.starts_with(&*cut.to_string_lossy()) && cut.len() > NAME_MAX - 3);
    }
}
