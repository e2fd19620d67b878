//! A data folder of its own, and the program working in it.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

/// The instant of most tests: eight in the morning of Hanoi, the day after the made country's last.
pub(crate) const NOW: &str = "2026-10-01T01:00:00Z";
/// No run of a test takes longer.
const LONGEST: Duration = Duration::from_secs(150);
/// Between two looks at a child.
const BREATH: Duration = Duration::from_micros(200);

/// A folder with `data` in it, the data folder of the program.
pub(crate) struct Desk {
    folder: TempDir,
}

/// What a run of the program said.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Desk {
    pub(crate) fn new() -> Self {
        Self { folder: TempDir::new().expect("a folder") }
    }

    /// One whose data folder is made, and empty.
    pub(crate) fn empty() -> Self {
        let desk = Self::new();
        desk.run(&["constituency", "versions"]).well();
        desk
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.path("data")
    }

    /// Writes a file beside the data folder.
    pub(crate) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(&path, bytes).expect("a file");
        path
    }

    /// The program, ready to start, not heeding what the tester's shell says.
    pub(crate) fn command(&self, words: &[&str], files: &[PathBuf]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_haidang"));
        for name in ["HAIDANG_LANG", "HAIDANG_ZONE", "HAIDANG_DATA"] {
            command.env_remove(name);
        }
        command.env("HAIDANG_NOW", NOW).args(words).args(files).arg("--data").arg(self.data());
        command
    }

    pub(crate) fn run(&self, words: &[&str]) -> Said {
        self.run_on(words, &[])
    }

    pub(crate) fn run_on(&self, words: &[&str], files: &[PathBuf]) -> Said {
        said(&mut self.command(words, files))
    }

    /// A run that must go well, answered in JSON.
    pub(crate) fn ask(&self, words: &[&str]) -> Vec<Value> {
        self.run(&[words, &["--json"]].concat()).well().json()
    }

    /// Takes files in and gives the outcome of each, by name, and the total under `""`.
    pub(crate) fn ingest(&self, files: &[PathBuf]) -> BTreeMap<String, Value> {
        outcomes(&self.run_on(&["ingest", "--json"], files).well())
    }

    /// Every report as the journal knows it, by number.
    pub(crate) fn reports(&self) -> BTreeMap<i64, Value> {
        let reports = self.ask(&["reports", "--limit", "100000"]).remove(0);
        let reports = reports.as_array().expect("a list").iter();
        reports.map(|report| (number(&report["seq"]), report.clone())).collect()
    }
}

/// The outcomes of an ingest by the file's name, and the total under `""`.
pub(crate) fn outcomes(said: &Said) -> BTreeMap<String, Value> {
    said.json().into_iter().map(|line| (line["name"].as_str().unwrap_or("").to_owned(), line)).collect()
}

pub(crate) fn said(command: &mut Command) -> Said {
    let output = command.output().expect("the program starts");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("the program speaks UTF-8");
    Said { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
}

impl Said {
    /// It went well.
    pub(crate) fn well(self) -> Self {
        self.ended(0)
    }

    /// It ended with a code.
    #[track_caller]
    pub(crate) fn ended(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{}\n{}", self.out, self.err);
        self
    }

    /// Its lines as JSON.
    pub(crate) fn json(&self) -> Vec<Value> {
        self.out.lines().map(|line| serde_json::from_str(line).expect(line)).collect()
    }

    /// Its last line as JSON.
    pub(crate) fn last(&self) -> Value {
        self.json().pop().expect("an answer")
    }

    /// Everything it said.
    pub(crate) fn all(&self) -> String {
        format!("{}{}", self.out, self.err)
    }
}

/// A whole number of an answer.
#[track_caller]
pub(crate) fn number(value: &Value) -> i64 {
    value.as_i64().unwrap_or_else(|| panic!("{value} is no whole number"))
}

/// A text of an answer; nothing is an empty one.
pub(crate) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or("")
}

/// Looks again and again until something is there.
pub(crate) fn wait_until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(begun.elapsed() < LONGEST, "waited too long for {what}");
        thread::park_timeout(BREATH);
    }
}

/// Starts a run of which nobody hears what it says.
pub(crate) fn start(command: &mut Command) -> Child {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the program starts")
}

/// Every file below a folder.
pub(crate) fn files_below(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let mut files: Vec<_> =
        paths.flat_map(|path| if path.is_dir() { files_below(&path) } else { vec![path] }).collect();
    files.sort();
    files
}

/// The files of a folder with an ending.
pub(crate) fn files_called(folder: &Path, ending: &str) -> Vec<PathBuf> {
    files_below(folder).into_iter().filter(|path| path.extension() == Some(OsStr::new(ending))).collect()
}

/// The last part of a path.
pub(crate) fn base(path: &Path) -> String {
    path.file_name().expect("a name").to_string_lossy().into_owned()
}
