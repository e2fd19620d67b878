//! The power goes at every step, the disk is full at every step: afterwards everything is there, once.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use disk::{Disk, Step};
use lake::Lake;
use pipeline::compact::compact;
use pipeline::journal::Identity;
use pipeline::{PipelineError, Writer, spool};

use crate::house::{self, NOW, SINKHOLE, TELNET, clock, open, sinkhole, telnet};
use crate::picture::{self, Picture};
use crate::replay;

/// Most steps that are tried one by one; of more, some.
const TRIED_MAX: usize = 150;

/// `EIO`: what a disk that dies answers.
const INPUT_OUTPUT: i32 = 5;

/// A disk that fails every step in a range, and the steps it was asked for.
struct Faulty {
    disk: Disk,
    steps: Arc<Mutex<Vec<Step>>>,
}

impl Faulty {
    fn new(fails: std::ops::Range<usize>, kind: io::ErrorKind) -> Self {
        Self::saying(fails, move || kind.into())
    }

    /// A disk whose failures say something of their own.
    fn saying(fails: std::ops::Range<usize>, error: impl Fn() -> io::Error + Send + Sync + 'static) -> Self {
        let steps: Arc<Mutex<Vec<Step>>> = Arc::default();
        let seen = Arc::clone(&steps);
        let disk = Disk::watched(Arc::new(move |step| {
            let mut seen = seen.lock().expect("lock");
            seen.push(step.clone());
            if fails.contains(&(seen.len() - 1)) { Err(error()) } else { Ok(()) }
        }));
        Self { disk, steps }
    }

    fn steps(&self) -> Vec<Step> {
        self.steps.lock().expect("lock").clone()
    }
}

/// The steps to try: all, or some spread evenly and all around those that give or take names.
fn tried(steps: &[Step]) -> Vec<usize> {
    if steps.len() <= TRIED_MAX {
        return (0..steps.len()).collect();
    }
    let names = |step: &Step| matches!(step, Step::Link(_) | Step::Rename(_) | Step::Remove(_));
    let around = (0..steps.len()).filter(|at| names(&steps[*at])).flat_map(|at| [at, at + 1]);
    let spread = (0..steps.len()).step_by(steps.len().div_ceil(TRIED_MAX / 3));
    let tried: BTreeSet<usize> = around.chain(spread).filter(|at| *at < steps.len()).collect();
    tried.into_iter().collect()
}

fn files() -> [(&'static str, Vec<u8>); 2] {
    [(SINKHOLE, sinkhole()), (TELNET, telnet())]
}

/// One life of the program: accept what nobody has confirmed, become the writer, drain.
fn life(root: &Path, disk: &Disk, accepted: &AtomicUsize) -> Result<(), PipelineError> {
    let data = open(root, disk)?;
    for (name, bytes) in &files()[accepted.load(Ordering::SeqCst)..] {
        house::accept(&data, name, bytes, NOW)?;
        accepted.fetch_add(1, Ordering::SeqCst);
    }
    Writer::open(data, clock(NOW))?.drain(|_| {})
}

/// What a folder holds once its writer has swept it, some days later.
fn picture(root: &Path) -> Picture {
    let data = open(root, &Disk::default()).expect("open");
    drop(Writer::open(data.clone(), clock(NOW + 2 * spool::ORPHAN_AGE)).expect("writer"));
    let mut picture = picture::of(&data);
    picture.reports.sort_by(|a, b| (&a.0, a.1).cmp(&(&b.0, b.1)));
    picture
}

/// What is wanted, and the steps that lead there.
fn reference() -> (Picture, Vec<Step>) {
    let folder = house::folder();
    let healthy = Faulty::new(0..0, io::ErrorKind::Other);
    life(folder.path(), &healthy.disk, &AtomicUsize::new(0)).expect("a healthy life");
    let picture = picture(folder.path());
    assert_eq!((picture.events.len(), picture.quarantine.len(), picture.reports.len()), (7, 1, 2));
    assert_eq!(picture.spool, Vec::<String>::new());
    (picture, healthy.steps())
}

#[test]
fn a_process_that_dies_at_any_step_loses_and_doubles_nothing() {
    let (wanted, steps) = reference();
    for at in tried(&steps) {
        let folder = house::folder();
        let (dying, accepted) = (Faulty::new(at..usize::MAX, io::ErrorKind::Other), AtomicUsize::new(0));
        life(folder.path(), &dying.disk, &accepted).expect_err("it died");
        life(folder.path(), &Disk::default(), &accepted).expect("the next life");
        picture(folder.path()).assert_is(&wanted, &format!("died at step {at} of {}: {:?}", steps.len(), steps[at]));
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("folder");
    for entry in fs::read_dir(from).expect("folder").map(|entry| entry.expect("entry")) {
        let target = to.join(entry.file_name());
        if entry.file_type().expect("type").is_dir() {
            copy(&entry.path(), &target);
            continue;
        }
        match fs::copy(entry.path(), target) {
            // Another step of the ingest gave it its name in this moment; nothing rests on it yet.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            copied => drop(copied.expect("copy")),
        }
    }
}

/// What lay on the disk before a step, the line that is not yet synced being torn, and how much was confirmed by then.
struct Moment {
    step: Step,
    folder: PathBuf,
    accepted: usize,
}

/// A life with a copy of the data folder before every step that is not just more bytes.
fn moments(root: &Path, copies: &Path) -> Vec<Moment> {
    let moments: Arc<Mutex<Vec<Moment>>> = Arc::default();
    let accepted = Arc::new(AtomicUsize::new(0));
    let (taken, confirmed, root_of_copies) = (Arc::clone(&moments), Arc::clone(&accepted), copies.to_owned());
    let source = root.to_owned();
    let disk = Disk::watched(Arc::new(move |step| {
        if matches!(step, Step::Write(_)) {
            return Ok(());
        }
        let mut moments = taken.lock().expect("lock");
        let folder = root_of_copies.join(moments.len().to_string());
        copy(&source, &folder);
        if matches!(step, Step::SyncFile(path) if path.ends_with("journal.jsonl")) {
            tear(&folder.join("journal.jsonl"));
        }
        moments.push(Moment { step: step.clone(), folder, accepted: confirmed.load(Ordering::SeqCst) });
        Ok(())
    }));
    life(root, &disk, &accepted).expect("a healthy life");
    std::mem::take(&mut *moments.lock().expect("lock"))
}

/// Leaves half of the last line.
fn tear(journal: &Path) {
    let text = fs::read(journal).expect("journal");
    let last = text[..text.len() - 1].iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    fs::write(journal, &text[..last + (text.len() - last) / 2]).expect("torn");
}

#[test]
fn a_process_that_is_killed_at_any_step_loses_and_doubles_nothing() {
    let (wanted, _) = reference();
    let (folder, copies) = (house::folder(), house::folder());
    let moments = moments(folder.path(), copies.path());
    assert!(moments.len() > 50, "{}", moments.len());
    for moment in moments {
        let accepted = AtomicUsize::new(moment.accepted);
        life(&moment.folder, &Disk::default(), &accepted).expect("the next life");
        picture(&moment.folder).assert_is(&wanted, &format!("killed before {:?}", moment.step));
        let staged = staged(&moment.folder);
        assert_eq!(staged, Vec::<PathBuf>::new(), "killed before {:?}", moment.step);
    }
}

/// Files in the making that nobody will finish.
fn staged(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for path in fs::read_dir(folder).expect("folder").map(|entry| entry.expect("entry").path()) {
        if path.is_dir() {
            found.extend(staged(&path));
        } else if disk::is_staged(&path) {
            found.push(path);
        }
    }
    found
}

#[test]
fn a_full_disk_at_any_step_is_said_and_the_same_writer_goes_on_when_there_is_room() {
    let (wanted, steps) = reference();
    for at in tried(&steps) {
        let folder = house::folder();
        let (full, accepted) = (Faulty::new(at..at + 1, io::ErrorKind::StorageFull), AtomicUsize::new(0));
        let error = patient_life(folder.path(), &full.disk, &accepted).expect_err("full");
        let step = &steps[at];
        assert!(error.disk_full(), "full at step {at} of {}: {step:?}: {error:?}", steps.len());
        life(folder.path(), &Disk::default(), &accepted).expect("the next life");
        picture(folder.path()).assert_is(&wanted, &format!("full at step {at} of {}: {step:?}", steps.len()));
    }
}

#[test]
fn an_io_error_at_any_write_or_sync_is_said_and_the_same_writer_goes_on() {
    let (wanted, steps) = reference();
    for at in tried(&steps) {
        let (folder, step) = (house::folder(), &steps[at]);
        let broken = || io::Error::from_raw_os_error(INPUT_OUTPUT);
        let (broken, accepted) = (Faulty::saying(at..at + 1, broken), AtomicUsize::new(0));
        let error = patient_life(folder.path(), &broken.disk, &accepted).expect_err("broken");
        let said = format!("{error:?}");
        assert!(!error.disk_full() && said.contains("code: 5"), "broken at step {at}: {step:?}: {said}");
        life(folder.path(), &Disk::default(), &accepted).expect("the next life");
        picture(folder.path()).assert_is(&wanted, &format!("broken at step {at} of {}: {step:?}", steps.len()));
    }
}

/// A life in which the writer that failed drains again; the error it met.
fn patient_life(root: &Path, disk: &Disk, accepted: &AtomicUsize) -> Result<(), PipelineError> {
    let data = open(root, disk)?;
    for (name, bytes) in &files() {
        house::accept(&data, name, bytes, NOW)?;
        accepted.fetch_add(1, Ordering::SeqCst);
    }
    let mut writer = Writer::open(data, clock(NOW))?;
    writer.drain(|_| {}).inspect_err(|_| writer.drain(|_| {}).expect("there is room again"))
}

/// Tries the quarantined rows again, if that has not been done.
fn replayed(root: &Path, disk: &Disk) -> Result<(), PipelineError> {
    let mut writer = Writer::open(open(root, disk)?, clock(NOW))?;
    let journal = pipeline::journal::Journal::open(writer.folder())?;
    let identity: Identity = journal.reports()[0].identity.clone();
    if journal.find(&identity).is_some_and(|report| report.attempt == 1) { writer.replay(1).map(drop) } else { Ok(()) }
}

/// A report that comes in between takes the next number.
fn next_report(root: &Path) {
    let data = open(root, &Disk::default()).expect("open");
    let bytes = house::csv("timestamp,ip,version", &["2026-03-10 01:00:00,192.0.2.9,9"]);
    house::accept(&data, "2026-03-10-scan_version-made.csv", &bytes, NOW).expect("accept");
    Writer::open(data, clock(NOW)).expect("writer").drain(|_| {}).expect("drain");
}

#[test]
fn a_replay_that_dies_at_any_step_can_be_done_again() {
    let house = replay::before();
    let text = replay::schema(&house, false);
    house.writer().use_schema(&text).expect("schema");
    let start = house.data.root();
    let (reference, healthy) = (house::folder(), Faulty::new(0..0, io::ErrorKind::Other));
    copy(start, reference.path());
    replayed(reference.path(), &healthy.disk).expect("replay");
    next_report(reference.path());
    let (wanted, steps) = (picture(reference.path()), healthy.steps());
    assert_eq!((wanted.events.len(), wanted.reports.len()), (6, 3));
    for at in tried(&steps) {
        let folder = house::folder();
        copy(start, folder.path());
        let dying = Faulty::new(at..usize::MAX, io::ErrorKind::Other);
        replayed(folder.path(), &dying.disk).expect_err("it died");
        next_report(folder.path());
        replayed(folder.path(), &Disk::default()).expect("the next life");
        picture(folder.path()).assert_is(&wanted, &format!("died at step {at} of {}: {:?}", steps.len(), steps[at]));
    }
}

/// A folder with both reports, and a third that falls on the same days.
fn three_reports(root: &Path) {
    life(root, &Disk::default(), &AtomicUsize::new(0)).expect("a healthy life");
    let data = open(root, &Disk::default()).expect("open");
    house::accept(&data, "2026-03-10-event4_sinkhole-made.csv", &sinkhole(), NOW).expect("accept");
    Writer::open(data, clock(NOW)).expect("writer").drain(|_| {}).expect("drain");
}

/// A chore on the folder at a path.
type Chore = fn(&Path, &Disk) -> Result<(), PipelineError>;

fn lake(root: &Path, disk: &Disk) -> Lake {
    Lake::open(&root.join("lake"), disk).expect("open")
}

#[test]
fn a_chore_that_dies_at_any_step_changes_no_answer() {
    let start = house::folder();
    three_reports(start.path());
    let wanted = picture(start.path());
    let chores: [Chore; 2] = [
        |root, disk| Ok(lake(root, disk).rebuild(NOW).map(drop)?),
        |root, disk| compact(&open(root, disk)?, &clock(NOW), 0, |_| {}).map(drop),
    ];
    for run in chores {
        let all = Faulty::new(0..0, io::ErrorKind::Other);
        let healthy = house::folder();
        copy(start.path(), healthy.path());
        run(healthy.path(), &all.disk).expect("chore");
        let steps = all.steps();
        for at in tried(&steps) {
            let folder = house::folder();
            copy(start.path(), folder.path());
            let dying = Faulty::new(at..usize::MAX, io::ErrorKind::Other);
            run(folder.path(), &dying.disk).expect_err("it died");
            picture(folder.path()).assert_is(&wanted, &format!("died at step {at}: {:?}", steps[at]));
            run(folder.path(), &Disk::default()).expect("the next chore");
            picture(folder.path()).assert_is(&wanted, &format!("after step {at}: {:?}", steps[at]));
        }
    }
}

/// The first file below a folder whose path has both words, as it lies there, cut to its half.
fn cut(folder: &Path, words: [&str; 2]) {
    let mut paths: Vec<PathBuf> =
        fs::read_dir(folder).expect("folder").map(|entry| entry.expect("entry").path()).collect();
    paths.sort();
    while let Some(path) = paths.pop() {
        if path.is_dir() {
            paths.extend(fs::read_dir(&path).expect("folder").map(|entry| entry.expect("entry").path()));
        } else if words.iter().all(|word| path.to_string_lossy().contains(word)) {
            let bytes = fs::read(&path).expect("file");
            return fs::write(&path, &bytes[..bytes.len() / 2]).expect("file");
        }
    }
    panic!("no file has {words:?}");
}

/// Of the steps of a mending so many are left out between two that are tried.
const MENDING_STEP: usize = 5;

#[test]
fn a_mending_that_dies_at_any_step_can_be_done_again() {
    let start = house::folder();
    three_reports(start.path());
    let wanted = picture(start.path());
    let damages = [
        ["lake/events", ".parquet"],
        ["lake/sightings", ".parquet"],
        ["events/_delta_log", "2.json"],
        ["sightings/_delta_log", "2.json"],
    ];
    for damage in damages {
        let damaged = house::folder();
        copy(start.path(), damaged.path());
        cut(damaged.path(), damage);
        let run = |root: &Path, disk: &Disk| pipeline::mend::mend(open(root, disk)?, clock(NOW));
        let (all, healthy) = (Faulty::new(0..0, io::ErrorKind::Other), house::folder());
        copy(damaged.path(), healthy.path());
        let mended = run(healthy.path(), &all.disk).expect("mended");
        assert!(mended.is_whole(), "{mended:?}");
        picture(healthy.path()).assert_is(&wanted, &format!("{damage:?}"));
        let steps = all.steps();
        for at in tried(&steps).into_iter().step_by(MENDING_STEP) {
            let folder = house::folder();
            copy(damaged.path(), folder.path());
            let dying = Faulty::new(at..usize::MAX, io::ErrorKind::Other);
            run(folder.path(), &dying.disk).expect_err("it died");
            let mended = run(folder.path(), &Disk::default()).expect("the next mending");
            assert!(mended.is_whole(), "{damage:?}, died at {at}: {mended:?}");
            picture(folder.path()).assert_is(&wanted, &format!("{damage:?}: died at step {at}: {:?}", steps[at]));
        }
    }
}
