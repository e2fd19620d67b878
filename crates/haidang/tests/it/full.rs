//! A disk that is full, or may not be written to: a real small file system, not a probe. Where the tester may not mount one,
//! these tests say so and pass: what they show of every single step stands in `pipeline`'s crash tests.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::desk::{Desk, files_below, number};

/// Bytes of the file system.
const SIZE: usize = 64 << 20;
/// Points at which it is full: after so many thousandths of what an ingest needs.
const FULL_AT: [usize; 12] = [0, 1, 5, 20, 60, 150, 300, 450, 600, 750, 900, 970];
/// Rows of each report.
const ROWS: u64 = 4_000;

/// A file system in memory, mounted on a desk's data folder.
struct Small {
    desk: Desk,
    mounted: PathBuf,
}

impl Small {
    /// `None` where the system does not let us mount.
    fn mount() -> Option<Self> {
        let desk = Desk::new();
        let mounted = desk.data();
        fs::create_dir_all(&mounted).expect("a folder");
        let is_mounted = mount(&["-t", "tmpfs", "-o", &format!("size={SIZE}"), "haidang-test"], &mounted);
        if !is_mounted {
            println!("skipped: no file system may be mounted here");
        }
        is_mounted.then_some(Self { desk, mounted })
    }

    fn is_writable(&self, yes: bool) {
        assert!(mount(&["-o", if yes { "remount,rw" } else { "remount,ro" }], &self.mounted), "remount");
    }

    /// A file that leaves only so many bytes free.
    fn fill(&self, free: usize) -> PathBuf {
        let df = Command::new("df").args(["-B1", "--output=avail"]).arg(&self.mounted).output().expect("df");
        let told = String::from_utf8_lossy(&df.stdout).into_owned();
        let room: usize = told.lines().nth(1).and_then(|line| line.trim().parse().ok()).expect("the room");
        let ballast = self.mounted.join("ballast");
        fs::write(&ballast, vec![1; room - free.min(room)]).expect("a ballast");
        ballast
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.mounted).status();
    }
}

fn mount(words: &[&str], at: &Path) -> bool {
    let mut mount = Command::new("mount");
    mount.args(words).arg(at).stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}

/// Two reports, one with a few broken rows.
fn reports(desk: &Desk) -> Vec<PathBuf> {
    let report = |name: &str, seed: u64, broken: usize| {
        let mut bytes = Vec::new();
        country::sinkhole_csv(ROWS, seed, &mut bytes).expect("memory");
        let text = String::from_utf8(bytes).expect("UTF-8").replacen("\n\"2026-", "\n\"2O26-", broken);
        desk.write(name, text)
    };
    vec![
        report("2026-09-29-event4_sinkhole-full1-geo.csv", 1, 0),
        report("2026-09-30-event4_sinkhole-full2-geo.csv", 2, 3),
    ]
}

/// Bytes that an ingest leaves, and what is stored then.
fn calm() -> (usize, Vec<String>) {
    let desk = Desk::new();
    desk.ingest(&reports(&desk));
    let bytes = files_below(&desk.data()).iter().map(|file| file.metadata().expect("a file").len() as usize).sum();
    (bytes, events(&desk))
}

/// All events, but for the number of their report: an interrupted attempt gave its number up.
fn events(desk: &Desk) -> Vec<String> {
    let lines = desk.run(&["events", "--format", "intelmq"]).well().json();
    let mut events: Vec<String> = lines
        .into_iter()
        .map(|mut event| {
            event.as_object_mut().expect("an event").remove("haidang.file");
            event.to_string()
        })
        .collect();
    events.sort_unstable();
    events
}

#[test]
fn a_full_disk_is_said_nothing_is_lost_and_the_same_command_ends_it_when_there_is_room() {
    let (needed, wanted) = calm();
    let mut codes = BTreeMap::<i32, usize>::new();
    for part in FULL_AT {
        let Some(small) = Small::mount() else { return };
        let files = reports(&small.desk);
        let ballast = small.fill(needed * part / 1000);
        let said = small.desk.run_on(&["--lang", "en", "ingest"], &files);
        assert_eq!(said.code, Some(5), "full at {part} of 1000: {}{}", said.out, said.err);
        assert!(said.err.contains("No space left"), "{}", said.err);
        fs::remove_file(ballast).expect("room");
        let total = small.desk.ingest(&files).remove("").expect("the total");
        assert_eq!(total["refused"], 0, "{total}");
        assert!(events(&small.desk) == wanted, "full at {part} of 1000: other events");
        let done = small.desk.reports().into_values().filter(|report| report["state"] == "done");
        let rows: Vec<(i64, i64)> =
            done.map(|r| (number(&r["rows"]["events"]), number(&r["rows"]["quarantined"]))).collect();
        assert_eq!(rows.iter().map(|r| r.0 + r.1).sum::<i64>(), 2 * ROWS as i64, "{rows:?}");
        small.desk.run(&["doctor"]).well();
        *codes.entry(5).or_default() += 1;
    }
    println!("full at {codes:?} points of an ingest of {needed} bytes");
}

/// Names and contents of a folder, but for the lock.
fn contents(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    files_below(folder).into_iter().map(|file| (file.clone(), fs::read(file).expect("a file"))).collect()
}

#[test]
fn a_folder_that_may_only_be_read_is_read_and_whoever_wants_to_write_is_told() {
    let Some(small) = Small::mount() else { return };
    let desk = &small.desk;
    let files = reports(desk);
    desk.ingest(&files[..1]);
    let before = contents(&desk.data());
    small.is_writable(false);
    for words in
        [&["stats", "--since", "2026-09-01"][..], &["events", "--limit", "1"], &["whois", "192.0.2.1"], &["doctor"]]
    {
        desk.run(words).well();
    }
    let said = desk.run_on(&["ingest"], &files[1..]).ended(1);
    assert!(said.err.contains("Read-only file system"), "{}", said.all());
    for words in [&["lake", "compact"][..], &["lake", "mend"], &["serve", "--listen", "127.0.0.1:0"]] {
        let said = desk.run(words).ended(1);
        assert!(said.err.contains("Read-only file system") && said.err.contains("data"), "{words:?}: {}", said.err);
    }
    assert!(contents(&desk.data()) == before, "something has changed");
    small.is_writable(true);
    assert_eq!(desk.ingest(&files[1..])[""]["events"], ROWS as i64 - 3);
    desk.run(&["doctor"]).well();
}
