//! The watched folder: what is put there is taken once, whatever happens; what no feed can read stays, with the reason.

use std::ffi::OsStr;
use std::fs;
use std::io::{self, Write as _};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use disk::Disk;
use event::time::SECOND;
use pipeline::inbox::{AGAIN, Inbox, Look, QUIET, Refusal, TAKEN_MAX, Why};
use pipeline::journal::State;
use pipeline::writer::Outcome;
use pipeline::{DataFolder, PipelineError, spool};

use crate::house::{House, NOW, SINKHOLE, TELNET, open, sinkhole, telnet};

/// Most steps at which the power goes.
const TRIED_MAX: usize = 80;

fn note(refusal: &Refusal) -> String {
    format!("{refusal:?}")
}

/// A house with a watched folder.
struct Watching {
    house: House,
    path: PathBuf,
    inbox: Inbox,
    now: i64,
}

impl Watching {
    fn new() -> Self {
        let house = House::new();
        let path = house.data.path("inbox");
        let inbox = Inbox::open(&house.data, &path).expect("inbox");
        Self { house, path, inbox, now: NOW }
    }

    fn put(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path.join(name);
        fs::create_dir_all(path.parent().expect("parent")).expect("folder");
        fs::write(&path, bytes).expect("file");
        path
    }

    /// Looks when so much time has passed.
    fn look_after(&mut self, time: i64) -> Look {
        self.now += time;
        self.inbox.look(self.now, &note)
    }

    /// Looks now, and when everything that stays as it is is whole.
    fn look(&mut self) -> Look {
        let first = self.look_after(0);
        assert!(first.trouble.is_none() && first.taken == 0, "{first:?}");
        let mut look = self.look_after(QUIET);
        assert!(look.trouble.is_none(), "{look:?}");
        look.left.splice(0..0, first.left);
        look
    }

    fn refused(&self) -> Vec<String> {
        names(&self.path.join("refused"))
    }
}

fn names(folder: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut names: Vec<String> =
        entries.map(|entry| entry.expect("entry").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn a_report_is_taken_once_it_has_rested_and_only_once() {
    let mut watching = Watching::new();
    watching.put(SINKHOLE, sinkhole());
    watching.put("shadowserver/2026-03-09-scan_telnet-other.csv", telnet());
    assert_eq!(watching.look_after(0).taken, 0);
    assert_eq!(watching.look_after(QUIET - SECOND).taken, 0, "it may still grow");
    assert_eq!(watching.look_after(SECOND).taken, 2);
    assert_eq!(names(&watching.path), ["shadowserver"]);
    assert_eq!(watching.look_after(QUIET).taken, 0);
    let outcomes = watching.house.drain();
    let feeds: Vec<&str> = outcomes
        .iter()
        .map(|outcome| if let Outcome::Ingested { feed, .. } = outcome { feed.as_str() } else { "" })
        .collect();
    assert_eq!(feeds.len(), 2);
    assert!(feeds.contains(&"shadowserver"), "{outcomes:?}");
}

#[test]
fn a_file_that_grows_or_is_not_renamed_yet_waits() {
    let mut watching = Watching::new();
    let report = sinkhole();
    let (half, rest) = report.split_at(report.len() / 2);
    let path = watching.put(SINKHOLE, half);
    for name in [".2026-03-09-event4_sinkhole-x.csv", "2026-03-09-event4_sinkhole-y.csv.part", "a.tmp"] {
        watching.put(name, &report);
    }
    watching.look_after(0);
    fs::File::options().append(true).open(&path).and_then(|mut file| file.write_all(rest)).expect("append");
    assert_eq!(watching.look_after(QUIET).taken, 0, "it has grown");
    assert_eq!(watching.look_after(QUIET).taken, 1);
    assert!(matches!(&watching.house.drain()[..], [Outcome::Ingested { rows, .. }] if rows.rows == 6));
    fs::rename(watching.path.join("2026-03-09-event4_sinkhole-y.csv.part"), &path).expect("rename");
    assert_eq!(watching.look().taken, 1);
    assert_eq!(names(&watching.path), [".2026-03-09-event4_sinkhole-x.csv", "a.tmp"]);
}

#[test]
fn a_clock_that_is_set_back_keeps_nothing_waiting_for_ever() {
    let mut watching = Watching::new();
    watching.put(SINKHOLE, sinkhole());
    watching.look_after(0);
    assert_eq!(watching.look_after(-3600 * SECOND).taken, 0);
    assert_eq!(watching.look_after(QUIET).taken, 1);
}

#[test]
fn what_no_feed_can_read_is_kept_with_the_reason() {
    let mut watching = Watching::new();
    let bytes = b"somebody@example.org:secret\n";
    watching.put("odd.txt", bytes);
    watching.put("2026-03-09-event4_sinkhole-cut.csv.gz", [0x1f, 0x8b, 8, 0]);
    watching.put("shadowserver/notype.csv", sinkhole());
    let mut look = watching.look();
    look.refused.sort_by(|a, b| a.name.cmp(&b.name));
    let [cut, notype, odd] = &look.refused[..] else { panic!("{look:?}") };
    assert!(matches!(&cut.why, Why::Unreadable(_)), "{cut:?}");
    assert!(matches!(&notype.why, Why::Unreadable(why) if why.contains("notype")), "{notype:?}");
    assert_eq!((&odd.why, notype.feed.as_deref()), (&Why::NoFeed, Some("shadowserver")));
    assert_eq!(watching.refused().len(), 6);
    let refused = watching.path.join("refused");
    assert_eq!(fs::read(refused.join("odd.txt")).expect("kept"), bytes);
    assert_eq!(fs::read_to_string(refused.join("odd.txt.why.txt")).expect("note"), note(odd));
    assert!(spool::waiting(&watching.house.data).expect("spool").is_empty(), "nothing of it was copied");
    watching.put("odd.txt", b"another");
    watching.look();
    assert_eq!(fs::read(refused.join("odd.txt")).expect("kept"), bytes, "the first is not written over");
    assert_eq!(fs::read(refused.join("odd.txt.2")).expect("kept"), b"another");
}

#[test]
fn a_catalogue_that_cannot_be_read_refuses_nothing() {
    let mut watching = Watching::new();
    watching.put(SINKHOLE, sinkhole());
    fs::write(watching.house.data.path("feeds.toml"), "[feed.").expect("write");
    watching.look_after(0);
    let look = watching.look_after(QUIET);
    assert!(matches!(look.trouble, Some(PipelineError::Form { .. })), "{look:?}");
    assert_eq!(names(&watching.path), [SINKHOLE]);
    fs::remove_file(watching.house.data.path("feeds.toml")).expect("remove");
    assert_eq!(watching.look_after(SECOND).taken, 1);
}

#[test]
fn what_is_no_file_is_left_alone_and_told_once() {
    let mut watching = Watching::new();
    let outside = watching.house.write("outside.csv", sinkhole());
    symlink(&outside, watching.path.join(SINKHOLE)).expect("link");
    symlink("/", watching.path.join("root")).expect("link");
    watching.put("no-such-feed/2026-03-09-event4_sinkhole-x.csv", sinkhole());
    watching.put("shadowserver/deeper/2026-03-09-event4_sinkhole-x.csv", sinkhole());
    let look = watching.look();
    assert_eq!((look.taken, look.refused.len(), look.left.len()), (0, 0, 4), "{look:?}");
    for _ in 0..5 {
        let look = watching.look_after(QUIET);
        assert!(look.left.is_empty() && look.taken == 0, "{look:?}");
    }
    assert!(outside.exists());
}

#[test]
fn what_cannot_be_opened_or_removed_is_told_once_and_taken_later() {
    let mut watching = Watching::new();
    let path = watching.put(SINKHOLE, sinkhole());
    let may = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("mode");
    may(&path, 0o000);
    if fs::File::open(&path).is_ok() {
        println!("skipped: this user may open everything");
        return;
    }
    assert_eq!(watching.look().left.len(), 1);
    assert!(watching.look_after(QUIET).left.is_empty());
    may(&path, 0o600);
    assert_eq!(watching.look_after(QUIET).taken, 0, "others have its place for a while");
    may(&watching.path, 0o500);
    let look = watching.look_after(AGAIN);
    assert_eq!((look.taken, look.left.len()), (1, 0), "it was told of already: {look:?}");
    assert_eq!(watching.look_after(QUIET).taken, 0, "not taken again and again");
    may(&watching.path, 0o700);
    assert_eq!(watching.house.drain().len(), 1);
}

#[test]
fn odd_names_are_taken_like_others() {
    let mut watching = Watching::new();
    let odd = OsStr::from_bytes(b"2026-03-09-event4_sinkhole-\xff\n.csv");
    fs::write(watching.path.join(odd), sinkhole()).expect("file");
    let long = format!("{}.txt", "x".repeat(250));
    watching.put(&long, "x");
    let look = watching.look();
    assert_eq!((look.taken, look.refused.len()), (1, 1), "{look:?}");
    assert!(matches!(&watching.house.drain()[..], [Outcome::Ingested { .. }]));
    assert_eq!(watching.refused().len(), 2);
}

#[test]
fn many_files_are_taken_in_parts_and_a_file_that_goes_meanwhile_is_no_trouble() {
    let mut watching = Watching::new();
    for number in 0..TAKEN_MAX + 20 {
        watching.put(&format!("2026-03-09-event4_sinkhole-{number}.csv"), "timestamp,src_ip\n");
    }
    let look = watching.look();
    assert_eq!((look.taken, look.more), (TAKEN_MAX as u64, true));
    for name in &names(&watching.path)[..10] {
        fs::remove_file(watching.path.join(name)).expect("remove");
    }
    let look = watching.look_after(0);
    assert_eq!((look.taken, look.more, look.left.len()), (10, false, 0));
}

#[test]
fn of_an_archive_the_members_that_no_feed_knows_are_named() {
    let mut watching = Watching::new();
    watching.put("today.zip", zip(&[(SINKHOLE, &sinkhole()), ("odd.csv", b"a,b\n")]));
    let look = watching.look();
    assert_eq!(look.taken, 1);
    assert_eq!(look.refused[0].why, Why::Members(vec!["odd.csv".to_owned()]));
    assert_eq!(watching.refused(), ["today.zip.why.txt"]);
    assert_eq!(watching.house.drain().len(), 2);
}

/// An archive of stored members (APPNOTE.TXT 4.3), made by hand: this crate knows no writer of archives.
fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    for (name, bytes) in members {
        let mut crc = flate2::Crc::new();
        crc.update(bytes);
        let sizes = [bytes.len() as u32, bytes.len() as u32].map(u32::to_le_bytes).concat();
        let lengths = [(name.len() as u16).to_le_bytes(), [0, 0]].concat();
        let common = [&[20, 0, 0, 0, 0, 0, 0, 0, 0x21, 0x5c], &crc.sum().to_le_bytes()[..], &sizes, &lengths].concat();
        let at = out.len() as u32;
        out.extend([b"PK\x03\x04", &common[..], name.as_bytes(), bytes].concat());
        let tail = [&[0; 10][..], &at.to_le_bytes()].concat();
        directory.extend([b"PK\x01\x02\x14\x00", &common[..], &tail, name.as_bytes()].concat());
    }
    let (count, at, size) = (members.len() as u16, out.len() as u32, directory.len() as u32);
    out.extend(directory);
    out.extend([b"PK\x05\x06\0\0\0\0", &count.to_le_bytes()[..], &count.to_le_bytes()].concat());
    out.extend([&size.to_le_bytes()[..], &at.to_le_bytes(), &[0, 0]].concat());
    out
}

#[test]
fn folders_of_the_program_itself_are_not_watched() {
    let house = House::new();
    for name in ["", "spool", "raw/ab", ".."] {
        let path = house.data.root().join(name);
        assert!(Inbox::open(&house.data, &path).is_err(), "{}", path.display());
    }
}

/// A data folder whose disk gives up at a step and stays so.
fn failing(root: &Path, at: usize, steps: &Arc<AtomicUsize>) -> DataFolder {
    let count = Arc::clone(steps);
    let disk = Disk::watched(Arc::new(move |_| match count.fetch_add(1, Ordering::Relaxed) {
        step if step >= at => Err(io::ErrorKind::Other.into()),
        _ => Ok(()),
    }));
    open(root, &disk).expect("open")
}

/// The power goes at every step between the file in the inbox and the report in the lake; afterwards the program starts again.
#[test]
fn a_crash_at_any_step_loses_nothing_and_takes_nothing_twice() {
    let all = tries(usize::MAX);
    assert!(all > 20, "{all} steps");
    for at in (0..all).step_by(all.div_ceil(TRIED_MAX)) {
        tries(at);
    }
}

/// Goes through everything with a disk that fails from a step on, then again with a sound one; how many steps there were.
fn tries(at: usize) -> usize {
    let house = House::new();
    let path = house.data.path("inbox");
    let steps = Arc::new(AtomicUsize::new(0));
    let data = failing(house.data.root(), usize::MAX, &steps);
    let mut inbox = Inbox::open(&data, &path).expect("inbox");
    for (name, bytes) in [(SINKHOLE, sinkhole()), (TELNET, telnet()), ("odd.txt", b"odd".to_vec())] {
        fs::write(path.join(name), bytes).expect("file");
    }
    inbox.look(NOW, &note);
    let steps = Arc::new(AtomicUsize::new(0));
    let data = failing(house.data.root(), at, &steps);
    let mut inbox = Inbox::open(&data, &path).expect("inbox");
    inbox.look(NOW, &note);
    inbox.look(NOW + QUIET, &note);
    if let Ok(mut writer) = pipeline::Writer::open(data, crate::house::clock(NOW)) {
        let _ = writer.drain(|_| {});
    }
    let counted = steps.load(Ordering::Relaxed);
    let mut inbox = Inbox::open(&house.data, &path).expect("inbox");
    inbox.look(NOW, &note);
    inbox.look(NOW + QUIET, &note);
    house.drain();
    let journal = house.journal();
    let done: Vec<&str> = journal
        .reports()
        .iter()
        .filter(|report| report.state == State::Done)
        .map(|report| report.name.as_str())
        .collect();
    assert_eq!(done.len(), 2, "step {at}: {done:?}");
    assert_eq!(names(&path), ["refused"], "step {at}");
    assert_eq!(
        fs::read(path.join("refused/odd.txt")).or_else(|_| fs::read(path.join("refused/odd.txt.2"))).expect("kept"),
        b"odd"
    );
    counted
}
