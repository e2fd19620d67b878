//! Files that survive a power cut.
//!
//! A file is *there* only when its bytes, its name and the folder that holds the name have all reached
//! the disk. The few ways to get there are these, and everything that must not be lost goes through them:
//!
//! * [`Disk::create`] – a new file, invisible until [`NewFile::publish`] has synced and named it;
//! * [`Disk::write`] – the same for bytes at hand;
//! * [`Disk::append`] – lines added to a journal, synced before the call returns;
//! * [`Disk::rename`], [`Disk::remove`], [`Disk::create_folder`] – names, synced with their folder.
//!
//! A [`Probe`] sees every step before it happens and may fail it: that is how tests prove the order of
//! syncs and what a full disk or an I/O error does.

use std::collections::BTreeSet;
use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// One step towards the disk, told before it is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Bytes go into a file.
    Write(PathBuf),
    /// A file's bytes are forced to the disk.
    SyncFile(PathBuf),
    /// A file gets its name, which must be new.
    Link(PathBuf),
    /// A file gets its name, an older one of that name goes.
    Rename(PathBuf),
    /// A name is removed.
    Remove(PathBuf),
    /// A folder's names are forced to the disk.
    SyncFolder(PathBuf),
}

/// Sees every step; an error it returns is the step's error.
pub type Probe = Arc<dyn Fn(&Step) -> io::Result<()> + Send + Sync>;

/// The way to the disk. Cheap to clone.
#[derive(Clone, Default)]
pub struct Disk {
    probe: Option<Probe>,
}

impl fmt::Debug for Disk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Disk").field("watched", &self.probe.is_some()).finish()
    }
}

/// What [`NewFile::publish`] does when the name is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// The new file takes its place.
    Replace,
    /// `AlreadyExists` is returned and the old file stays.
    Refuse,
}

impl Disk {
    /// A disk whose every step is shown to `probe` first.
    pub fn watched(probe: Probe) -> Self {
        Self { probe: Some(probe) }
    }

    fn step(&self, step: impl FnOnce() -> Step) -> io::Result<()> {
        self.probe.as_ref().map_or(Ok(()), |probe| probe(&step()))
    }

    /// Begins a new file at `path`. Its folder is made if need be.
    ///
    /// # Errors
    /// As the operating system says.
    pub fn create(&self, path: &Path) -> io::Result<NewFile> {
        if let Some(folder) = path.parent() {
            self.create_folder(folder)?;
        }
        let staged = Staged::of(path);
        let file = OpenOptions::new().write(true).create_new(true).open(&staged.path)?;
        Ok(NewFile {
            disk: self.clone(),
            staged: Some(staged),
            path: path.to_owned(),
            file: BufWriter::with_capacity(WRITE_BUFFER, file),
        })
    }

    /// Writes a whole file.
    ///
    /// # Errors
    /// As the operating system says; `AlreadyExists` if the name is taken and `taken` is [`Taken::Refuse`].
    pub fn write(&self, path: &Path, bytes: &[u8], taken: Taken) -> io::Result<()> {
        let mut file = self.create(path)?;
        file.write_all(bytes)?;
        file.publish(taken)
    }

    /// Adds bytes to the end of a file and syncs it. A file that did not exist is made, its folder synced.
    ///
    /// After an error the file is cut back to what it was, if the disk allows that.
    ///
    /// # Errors
    /// As the operating system says.
    pub fn append(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let is_new = !path.exists();
        let mut file = OpenOptions::new().append(true).create(true).open(path)?;
        let before = file.seek(SeekFrom::End(0))?;
        let appended = self.append_to(&mut file, path, bytes);
        let done = appended.and_then(|()| if is_new { self.sync_folder_of(path) } else { Ok(()) });
        if done.is_err() {
            // Best effort: a torn last line is also cut off by the reader of the journal.
            let _ = file.set_len(before);
            if is_new {
                let _ = fs::remove_file(path);
            }
        }
        done
    }

    fn append_to(&self, file: &mut File, path: &Path, bytes: &[u8]) -> io::Result<()> {
        self.step(|| Step::Write(path.to_owned()))?;
        file.write_all(bytes)?;
        self.step(|| Step::SyncFile(path.to_owned()))?;
        file.sync_data()
    }

    /// Gives a file another name, on the same file system, and syncs both folders.
    ///
    /// # Errors
    /// As the operating system says.
    pub fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        if let Some(folder) = to.parent() {
            self.create_folder(folder)?;
        }
        self.step(|| Step::Rename(to.to_owned()))?;
        fs::rename(from, to)?;
        self.sync_folder_of(to)?;
        if from.parent() == to.parent() { Ok(()) } else { self.sync_folder_of(from) }
    }

    /// Removes a file; one that is not there is no error.
    ///
    /// # Errors
    /// As the operating system says.
    pub fn remove(&self, path: &Path) -> io::Result<()> {
        self.step(|| Step::Remove(path.to_owned()))?;
        match fs::remove_file(path) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => Err(e),
            _ => self.sync_folder_of(path),
        }
    }

    /// Makes a folder and those above it, each synced into its parent.
    ///
    /// # Errors
    /// As the operating system says.
    pub fn create_folder(&self, path: &Path) -> io::Result<()> {
        if path.as_os_str().is_empty() || path.is_dir() {
            return Ok(());
        }
        if let Some(parent) = path.parent() {
            self.create_folder(parent)?;
        }
        match fs::create_dir(path) {
            Err(e) if e.kind() != io::ErrorKind::AlreadyExists => Err(e),
            _ => self.sync_folder_of(path),
        }
    }

    fn sync_folder_of(&self, path: &Path) -> io::Result<()> {
        let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        self.step(|| Step::SyncFolder(folder.to_owned()))?;
        match File::open(folder) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(()),
            folder => folder?.sync_all(),
        }
    }

    /// Syncs a file that someone else wrote and named, and its folder.
    ///
    /// # Errors
    /// As the operating system says.
    pub fn sync(&self, path: &Path) -> io::Result<()> {
        self.step(|| Step::SyncFile(path.to_owned()))?;
        File::open(path)?.sync_all()?;
        self.sync_folder_of(path)
    }
}

/// Bytes gathered before they go to the file.
const WRITE_BUFFER: usize = 1 << 18;

/// Numbers of the files that this process has in the making.
static IN_THE_MAKING: Mutex<BTreeSet<u64>> = Mutex::new(BTreeSet::new());

fn in_the_making() -> MutexGuard<'static, BTreeSet<u64>> {
    IN_THE_MAKING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Digits of a file's number in the name it has in the making; those before it are of its process.
pub const STAGED_DIGITS: usize = 15;

/// The name of a file in the making, and its number.
#[derive(Debug)]
struct Staged {
    path: PathBuf,
    number: u64,
}

impl Staged {
    /// `name#<digits>`: the form that listings of object stores on a local folder leave out.
    fn of(path: &Path) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(format!("#{}{number:0STAGED_DIGITS$}", std::process::id()));
        in_the_making().insert(number);
        Self { path: path.with_file_name(name), number }
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        in_the_making().remove(&self.number);
    }
}

/// Whether a name is that of a file which was never published: what a crash leaves behind.
pub fn is_staged(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    name.rsplit_once('#').is_some_and(|(_, id)| !id.is_empty() && id.bytes().all(|b| b.is_ascii_digit()))
}

/// Whether this process is still at a file that was never published. One with its number may also be what another process
/// left that had the same.
pub fn is_in_the_making(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let digits = name.rsplit_once('#').and_then(|(_, id)| id.strip_prefix(&std::process::id().to_string()));
    digits.and_then(|digits| digits.parse().ok()).is_some_and(|number| in_the_making().contains(&number))
}

/// A file in the making; dropped unpublished, it is gone.
#[derive(Debug)]
pub struct NewFile {
    disk: Disk,
    staged: Option<Staged>,
    path: PathBuf,
    file: BufWriter<File>,
}

impl NewFile {
    /// Where it will be.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Gives the file another place to be published at, on the same file system.
    pub fn set_path(&mut self, path: PathBuf) {
        self.path = path;
    }

    /// Bytes to the disk, then the name, then the folder.
    ///
    /// # Errors
    /// As the operating system says; `AlreadyExists` as [`Taken`] says.
    pub fn publish(&mut self, taken: Taken) -> io::Result<()> {
        self.file.flush()?;
        let Some(staged) = &self.staged else { return Ok(()) };
        self.disk.step(|| Step::SyncFile(self.path.clone()))?;
        self.file.get_ref().sync_all()?;
        if let Some(folder) = self.path.parent() {
            self.disk.create_folder(folder)?;
        }
        match taken {
            Taken::Replace => {
                self.disk.step(|| Step::Rename(self.path.clone()))?;
                fs::rename(&staged.path, &self.path)?;
            }
            Taken::Refuse => {
                self.disk.step(|| Step::Link(self.path.clone()))?;
                fs::hard_link(&staged.path, &self.path)?;
                fs::remove_file(&staged.path)?;
            }
        }
        self.staged = None;
        self.disk.sync_folder_of(&self.path)
    }
}

impl Write for NewFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.disk.step(|| Step::Write(self.path.clone()))?;
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for NewFile {
    fn drop(&mut self) {
        if let Some(staged) = &self.staged {
            // Nothing to be done if even this fails: a sweep at start removes what is left.
            let _ = fs::remove_file(&staged.path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    type Steps = Arc<Mutex<Vec<&'static str>>>;

    fn recorded() -> (Disk, Steps) {
        let steps: Steps = Arc::default();
        let seen = Arc::clone(&steps);
        let probe: Probe = Arc::new(move |step| {
            let name = match step {
                Step::Write(_) => "write",
                Step::SyncFile(_) => "sync file",
                Step::Link(_) => "link",
                Step::Rename(_) => "rename",
                Step::Remove(_) => "remove",
                Step::SyncFolder(_) => "sync folder",
            };
            seen.lock().expect("lock").push(name);
            Ok(())
        });
        (Disk::watched(probe), steps)
    }

    #[test]
    fn bytes_reach_the_disk_before_the_name_and_the_name_before_the_end() {
        let folder = tempfile::tempdir().expect("folder");
        let (disk, steps) = recorded();
        disk.write(&folder.path().join("a"), b"x", Taken::Refuse).expect("write");
        assert_eq!(*steps.lock().expect("lock"), ["write", "sync file", "link", "sync folder"]);
    }

    #[test]
    fn a_taken_name_is_refused_or_replaced() {
        let folder = tempfile::tempdir().expect("folder");
        let (disk, path) = (Disk::default(), folder.path().join("a"));
        disk.write(&path, b"one", Taken::Refuse).expect("first");
        let again = disk.write(&path, b"two", Taken::Refuse).expect_err("taken");
        assert_eq!(again.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read(&path).expect("read"), b"one");
        disk.write(&path, b"two", Taken::Replace).expect("replace");
        assert_eq!(fs::read(&path).expect("read"), b"two");
        assert_eq!(fs::read_dir(folder.path()).expect("list").count(), 1, "nothing staged is left");
    }

    #[test]
    fn what_is_in_the_making_is_known_until_it_is_published_or_dropped() {
        let folder = tempfile::tempdir().expect("folder");
        let (disk, path) = (Disk::default(), folder.path().join("a"));
        for publishes in [true, false] {
            let mut file = disk.create(&path).expect("create");
            let staged = file.staged.as_ref().expect("staged").path.clone();
            assert!(is_staged(&staged) && is_in_the_making(&staged) && !is_in_the_making(&path));
            if publishes {
                file.publish(Taken::Replace).expect("publish");
            }
            drop(file);
            assert!(is_staged(&staged) && !is_in_the_making(&staged));
        }
    }

    #[test]
    fn a_failing_step_leaves_no_file_and_no_torn_line() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("journal");
        Disk::default().append(&path, b"one\n").expect("append");
        let full = Disk::watched(Arc::new(|step| match step {
            Step::SyncFile(_) => Err(io::ErrorKind::StorageFull.into()),
            _ => Ok(()),
        }));
        full.append(&path, b"two\n").expect_err("full");
        assert_eq!(fs::read(&path).expect("read"), b"one\n");
        let unnamed = Disk::watched(Arc::new(|step| match step {
            Step::SyncFolder(_) => Err(io::ErrorKind::StorageFull.into()),
            _ => Ok(()),
        }));
        unnamed.append(&folder.path().join("new"), b"one\n").expect_err("full");
        assert!(!folder.path().join("new").exists());
        full.write(&folder.path().join("b"), b"x", Taken::Replace).expect_err("full");
        assert_eq!(fs::read_dir(folder.path()).expect("list").count(), 1);
    }

    /// `EIO`: what a disk that dies answers.
    const INPUT_OUTPUT: i32 = 5;

    /// What is done with a folder that has `a` ("old") and a journal with one line.
    type Work = fn(&Disk, &Path) -> io::Result<()>;

    fn works() -> [(&'static str, Work); 7] {
        [
            ("write anew", |disk, at| disk.write(&at.join("deep/b"), b"new", Taken::Refuse)),
            ("replace", |disk, at| disk.write(&at.join("a"), b"new", Taken::Replace)),
            ("append", |disk, at| disk.append(&at.join("journal"), b"two\n")),
            ("begin a journal", |disk, at| disk.append(&at.join("other"), b"two\n")),
            ("rename", |disk, at| disk.rename(&at.join("a"), &at.join("moved/a"))),
            ("remove", |disk, at| disk.remove(&at.join("a"))),
            ("sync", |disk, at| disk.sync(&at.join("a"))),
        ]
    }

    fn folder() -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("folder");
        fs::write(folder.path().join("a"), b"old").expect("write");
        fs::write(folder.path().join("journal"), b"one\n").expect("write");
        folder
    }

    /// Every file below, by its path.
    fn files(at: &Path) -> Vec<(PathBuf, Vec<u8>)> {
        let mut found = Vec::new();
        for path in fs::read_dir(at).expect("list").map(|entry| entry.expect("entry").path()) {
            if path.is_dir() {
                found.extend(files(&path));
            } else {
                found.push((path.file_name().expect("name").into(), fs::read(&path).expect("read")));
            }
        }
        found.sort();
        found
    }

    #[test]
    fn an_io_error_at_every_step_in_turn_leaves_the_old_or_the_new_and_nothing_between() {
        for (name, work) in works() {
            let (before, after) = (folder(), folder());
            let (healthy, steps) = recorded();
            work(&healthy, after.path()).expect(name);
            let states = [files(before.path()), files(after.path())];
            let count = steps.lock().expect("lock").len();
            assert!(count > 0, "{name}");
            for fails in 0..count {
                let folder = folder();
                let seen = AtomicU64::new(0);
                let disk =
                    Disk::watched(Arc::new(move |_| match seen.fetch_add(1, Ordering::Relaxed) == fails as u64 {
                        true => Err(io::Error::from_raw_os_error(INPUT_OUTPUT)),
                        false => Ok(()),
                    }));
                let error = work(&disk, folder.path()).expect_err(name);
                assert_eq!(error.raw_os_error(), Some(INPUT_OUTPUT), "{name}, step {fails}");
                let left = files(folder.path());
                assert!(states.contains(&left), "{name}, step {fails}: {left:?}");
                // Done again on a healthy disk, it is as if nothing had been.
                let again = work(&Disk::default(), folder.path());
                assert!(again.is_ok() || left == states[1], "{name}, step {fails}: {again:?}");
            }
        }
    }
}
