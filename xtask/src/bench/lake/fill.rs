//! A lake of ninety days: reports made, taken in, put together as in every night.

use std::{
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context as _, Result, ensure};

use crate::{
    bench::{
        emptied,
        ingest::{NOW, prepare, taken_in},
        measure,
        measure::Run,
    },
    places::Places,
    steps,
};

/// Days of reports.
pub(super) const DAYS: u64 = 90;
/// After any file was written.
const LATER: &str = "2100-01-01T00:00:00Z";

/// A full lake, and what it cost.
pub(super) struct Lake<'p> {
    pub(super) places: &'p Places,
    /// All that is made for it.
    pub(super) folder: PathBuf,
    /// The program's data folder.
    pub(super) data: PathBuf,
    pub(super) events: u64,
    /// Taking in all reports.
    pub(super) filled: Run,
    /// Putting files together.
    pub(super) compacted: Run,
    /// Files of the tables before that.
    pub(super) files_before: usize,
    /// Bytes of the tables after it.
    pub(super) bytes: u64,
}

impl<'p> Lake<'p> {
    /// Makes the reports in a folder of a folder, takes them in, compacts. Each day has as many events as the others.
    pub(super) fn fill(places: &'p Places, folder: &Path, wanted: u64) -> Result<Self> {
        let events = wanted / DAYS * DAYS;
        ensure!(events > 0, "{wanted} events are less than one a day");
        let folder = emptied(&folder.join(events.to_string()))?;
        let made = folder.join("made");
        make(places, &made, &["--days", &DAYS.to_string(), "--rows", &events.to_string()])?;
        let data = folder.join("data");
        prepare(&places.program(), &data, &made.join("constituency"))?;
        let mut lake =
            Self { places, folder, data, events, filled: Run::NONE, compacted: Run::NONE, files_before: 0, bytes: 0 };
        lake.filled = lake.take_in(&reports(&made)?, events)?;
        lake.files_before = lake.files()?;
        lake.compacted = measure::run(&lake.words(&["lake", "compact"]), events)?;
        // Other readers take all files of the folder, also those that only older versions need: by this clock all are old.
        measure::run(&lake.words_at(LATER, &["lake", "vacuum", "--keep-days", "0"]), 0)?;
        lake.bytes = tables(&lake.data)?.iter().map(|(_, bytes)| bytes).sum();
        reports(&made)?.iter().try_for_each(fs::remove_file).context("remove the reports")?;
        Ok(lake)
    }

    /// The same lake as it was when it was filled.
    pub(super) fn copied(&self) -> Result<Self> {
        let folder = emptied(&self.folder.join("copy"))?;
        steps::run(Command::new("cp").arg("-a").arg(&self.data).arg(&folder)).context("copy the lake")?;
        Ok(Self { data: folder.join("data"), folder, ..*self })
    }

    /// One more report of so many rows.
    pub(super) fn take_in_another(&self, rows: u64) -> Result<Run> {
        let made = self.folder.join("another");
        make(self.places, &made, &["--rows", &rows.to_string(), "--networks", "1"])?;
        // What was written before must not hold this up.
        steps::run(&mut Command::new("sync")).context("wait for the disk")?;
        let run = self.take_in(&reports(&made)?, rows)?;
        fs::remove_dir_all(&made).context("remove the report")?;
        Ok(run)
    }

    fn take_in(&self, reports: &[PathBuf], rows: u64) -> Result<Run> {
        let mut words = self.words(&["ingest", "--json"]);
        words.extend(reports.iter().map(OsString::from));
        taken_in(&words, rows)
    }

    /// The program with these words, on this lake.
    pub(super) fn words(&self, words: &[&str]) -> Vec<OsString> {
        self.words_at(NOW, words)
    }

    fn words_at(&self, now: &str, words: &[&str]) -> Vec<OsString> {
        let mut all: Vec<OsString> = vec![self.places.program().into(), "--data".into(), self.data.clone().into()];
        all.extend(super::os(&["--now", now]));
        all.extend(super::os(words));
        all
    }

    /// Files of both tables.
    pub(super) fn files(&self) -> Result<usize> {
        Ok(tables(&self.data)?.len())
    }

    /// A file that was made beside the reports.
    pub(super) fn made(&self, name: &str) -> PathBuf {
        self.folder.join("made").join(name)
    }
}

fn make(places: &Places, folder: &Path, words: &[&str]) -> Result<()> {
    let mut make = Command::new(places.program());
    steps::run(make.arg("made").arg(folder).args(words).stdout(Stdio::null())).context("make the reports")
}

/// The made reports, oldest first: their names begin with a date.
fn reports(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).with_context(|| format!("read {}", folder.display()))?;
    let mut reports: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    reports.retain(|path| path.file_name().is_some_and(|name| name.as_encoded_bytes()[0].is_ascii_digit()));
    reports.sort();
    Ok(reports)
}

/// The tables' files and their bytes.
fn tables(data: &Path) -> Result<Vec<(PathBuf, u64)>> {
    let mut files = Vec::new();
    for table in ["events", "sightings"] {
        let table = data.join("lake").join(table);
        for day in fs::read_dir(&table).with_context(|| format!("read {}", table.display()))? {
            let day = day.context("read a day's folder")?;
            if day.file_name().as_encoded_bytes().starts_with(b"day=") {
                for file in fs::read_dir(day.path()).context("read a day's folder")? {
                    let file = file.context("read a day's folder")?;
                    files.push((file.path(), file.metadata().context("read a file's size")?.len()));
                }
            }
        }
    }
    Ok(files)
}
