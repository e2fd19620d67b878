//! What visitors ask of the authority, in one file of the data folder.

use std::fs::{self, File};
use std::io;
use std::net::IpAddr;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use disk::Taken;
use event::time::DAY;
use pipeline::DataFolder;
use pipeline::folder::read_text;
use portal::requests::{LIST_MAX, Request, Requests, Wish};
use portal::watch::Unanswered;
use serde::{Deserialize, Serialize};

use crate::commands::Desk;

/// How long an answered request is kept: `retention.csv` of the portal promises it.
const ANSWERED_KEPT: i64 = 90 * DAY;
/// Most requests kept: beyond it the portal says that it cannot take more.
const KEPT_MAX: usize = 20_000;
/// Most bytes of their texts and contacts; in the file they take at most twice as many, and its reader takes 64 MiB.
const TEXTS_MAX: usize = 16 << 20;

/// One request, as it lies in the file.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Kept {
    code: String,
    wish: String,
    address: Option<IpAddr>,
    contact: String,
    text: String,
    at: i64,
    due: i32,
    closed: Option<i64>,
}

/// The requests; written anew, whole and synced, with every change. Another portal on the folder may change them, too.
pub(crate) struct Wishes {
    folder: DataFolder,
    path: PathBuf,
    read: Mutex<Read>,
}

/// The file as it was read last, and what told it from others then: device, node, bytes, time of change.
#[derive(Default)]
struct Read {
    stamp: Option<[i128; 4]>,
    kept: Vec<Kept>,
}

impl Read {
    fn of(path: &Path) -> anyhow::Result<Self> {
        let stamp = stamp(path)?;
        let kept = if stamp.is_some() { serde_json::from_str(&read_text(path)?)? } else { Vec::new() };
        Ok(Self { stamp, kept })
    }
}

/// A file that is replaced has another node.
fn stamp(path: &Path) -> io::Result<Option<[i128; 4]>> {
    match fs::metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        found => {
            let found = found?;
            let changed = i128::from(found.mtime()) * 1_000_000_000 + i128::from(found.mtime_nsec());
            Ok(Some([found.dev().into(), found.ino().into(), found.len().into(), changed]))
        }
    }
}

fn unanswered(error: impl std::fmt::Display) -> Unanswered {
    Unanswered(error.to_string())
}

impl Wishes {
    /// Reads the file.
    pub(crate) fn open(desk: &Desk) -> anyhow::Result<Self> {
        Self::of(desk.folder.clone())
    }

    fn of(folder: DataFolder) -> anyhow::Result<Self> {
        let path = folder.path("portal/requests.json");
        Ok(Self { folder, read: Mutex::new(Read::of(&path)?), path })
    }

    /// The requests as the file has them now.
    fn read(&self) -> Result<MutexGuard<'_, Read>, Unanswered> {
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        if read.stamp != stamp(&self.path).map_err(unanswered)? {
            *read = Read::of(&self.path).map_err(unanswered)?;
        }
        Ok(read)
    }

    /// Changes the requests; what cannot be written has not happened.
    fn change(
        &self,
        now: i64,
        change: impl FnOnce(&mut Vec<Kept>) -> Result<(), Unanswered>,
    ) -> Result<(), Unanswered> {
        self.folder.disk.create_folder(&self.folder.path("portal")).map_err(unanswered)?;
        let alone = File::options().write(true).create(true).truncate(false).open(self.path.with_extension("lock"));
        let alone = alone.map_err(unanswered)?;
        alone.lock().map_err(unanswered)?;
        let mut read = self.read()?;
        let mut kept = read.kept.clone();
        kept.retain(|request| request.closed.is_none_or(|closed| now - closed < ANSWERED_KEPT));
        change(&mut kept)?;
        let text = serde_json::to_vec(&kept).map_err(unanswered)?;
        self.folder.disk.write(&self.path, &text, Taken::Replace).map_err(unanswered)?;
        *read = Read { stamp: stamp(&self.path).map_err(unanswered)?, kept };
        Ok(())
    }
}

fn of_kept(kept: &Kept) -> Option<Request> {
    Some(Request {
        code: kept.code.clone(),
        wish: Wish::ALL.into_iter().find(|wish| wish.name() == kept.wish)?,
        address: kept.address,
        contact: kept.contact.clone(),
        text: kept.text.clone(),
        at: kept.at,
        due: kept.due,
        closed: kept.closed,
    })
}

impl Requests for Wishes {
    fn file(&self, request: &Request) -> Result<(), Unanswered> {
        self.change(request.at, |kept| {
            let bytes: usize = kept.iter().map(|kept| kept.text.len() + kept.contact.len()).sum();
            if kept.len() >= KEPT_MAX || bytes + request.text.len() > TEXTS_MAX {
                return Err(Unanswered("more requests than are kept".to_owned()));
            }
            kept.push(Kept {
                code: request.code.clone(),
                wish: request.wish.name().to_owned(),
                address: request.address,
                contact: request.contact.clone(),
                text: request.text.clone(),
                at: request.at,
                due: request.due,
                closed: request.closed,
            });
            Ok(())
        })
    }

    fn find(&self, code: &str) -> Result<Option<Request>, Unanswered> {
        let read = self.read()?;
        Ok(read.kept.iter().find(|request| request.code == code).and_then(of_kept))
    }

    fn list(&self) -> Result<Vec<Request>, Unanswered> {
        let read = self.read()?;
        let mut requests: Vec<Request> = read.kept.iter().filter_map(of_kept).collect();
        requests.sort_by_key(|request| (request.closed.is_some(), request.due));
        requests.truncate(LIST_MAX);
        Ok(requests)
    }

    fn close(&self, code: &str, now: i64) -> Result<(), Unanswered> {
        self.change(now, |kept| {
            let request = kept.iter_mut().find(|request| request.code == code);
            request.map(|request| request.closed = Some(now)).ok_or_else(|| Unanswered("no such request".to_owned()))
        })
    }
}

#[cfg(test)]
mod tests {
    use disk::Disk;

    use super::*;

    fn request(code: &str, text: &str) -> Request {
        let (address, contact) = (None, "a@example.org".to_owned());
        Request {
            code: code.to_owned(),
            wish: Wish::Erase,
            address,
            contact,
            text: text.to_owned(),
            at: 0,
            due: 30,
            closed: None,
        }
    }

    #[test]
    fn two_portals_on_one_folder_lose_no_request() {
        let place = tempfile::tempdir().expect("folder");
        let folder = DataFolder::make(place.path(), None, None, Disk::default()).expect("data");
        let [one, other] = [0, 1].map(|_| Wishes::of(folder.clone()).expect("requests"));
        one.file(&request("A", "x")).expect("filed");
        other.file(&request("B", "y")).expect("filed");
        other.close("A", 7).expect("closed");
        for wishes in [&one, &other, &Wishes::of(folder.clone()).expect("requests")] {
            assert_eq!(wishes.list().expect("list").len(), 2);
            assert_eq!(wishes.find("A").expect("found").expect("kept").closed, Some(7));
        }
    }

    #[test]
    fn two_portals_that_file_at_once_lose_no_request() {
        let place = tempfile::tempdir().expect("folder");
        let folder = DataFolder::make(place.path(), None, None, Disk::default()).expect("data");
        std::thread::scope(|scope| {
            for portal in ["A", "B"] {
                let wishes = Wishes::of(folder.clone()).expect("requests");
                scope.spawn(move || {
                    (0..50).for_each(|number| wishes.file(&request(&format!("{portal}{number}"), "x")).expect("filed"));
                });
            }
        });
        assert_eq!(Wishes::of(folder).expect("requests").list().expect("list").len(), 100);
    }

    #[test]
    fn what_is_taken_can_be_read_at_the_next_start() {
        let place = tempfile::tempdir().expect("folder");
        let folder = DataFolder::make(place.path(), None, None, Disk::default()).expect("data");
        let wishes = Wishes::of(folder.clone()).expect("requests");
        // As JSON writes it each sign takes two bytes.
        let large = "\n".repeat(TEXTS_MAX / 4);
        let filed = (0..10).filter(|number| wishes.file(&request(&number.to_string(), &large)).is_ok()).count();
        assert_eq!(filed, 3);
        wishes.close("0", 7).expect("a full list can be worked off");
        assert_eq!(Wishes::of(folder).expect("requests").list().expect("list").len(), 3);
    }
}
