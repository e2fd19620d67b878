//! A data folder with an injected clock, reports for it, and one run of its writer.

use std::fs;
use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use disk::Disk;
use event::time;
use pipeline::journal::{Journal, Rows};
use pipeline::spool::{self, Slip};
use pipeline::writer::{Clock, Outcome};
use pipeline::{DataFolder, PipelineError, Writer};
use tempfile::TempDir;

/// 2026-03-10T05:00:00Z, noon in the reporting zone.
pub(crate) const NOW: i64 = 1_773_118_800 * time::SECOND;
/// A report of infected machines: five events on two days and a row without a time.
pub(crate) const SINKHOLE: &str = "2026-03-09-event4_sinkhole-made.csv";
/// A report of open services without a bad row.
pub(crate) const TELNET: &str = "2026-03-09-scan_telnet-made.csv";

/// Its content.
pub(crate) fn sinkhole() -> Vec<u8> {
    let rows = [
        "2026-03-08 01:02:03,192.0.2.1,1025,64496,VN,sality",
        "2026-03-08 01:02:04,192.0.2.1,1026,64496,VN,sality",
        "2026-03-08 16:59:59,192.0.2.2,,64496,VN,conficker",
        "yesterday,192.0.2.3,1,64496,VN,conficker",
        "2026-03-08 17:00:00,198.51.100.9,4444,64497,VN,conficker.b",
        "2026-03-09 03:00:00,192.0.2.1,1027,64496,VN,\"gamarue\"",
    ];
    csv("timestamp,src_ip,src_port,src_asn,src_geo,infection", &rows)
}

/// Its content.
pub(crate) fn telnet() -> Vec<u8> {
    let rows = ["2026-03-09 02:00:00,192.0.2.7,tcp,23,open-telnet", "2026-03-09 02:00:00,2001:db8::7,tcp,2323,"];
    csv("timestamp,ip,protocol,port,tag", &rows)
}

/// A table as bytes.
pub(crate) fn csv(header: &str, rows: &[&str]) -> Vec<u8> {
    let lines: Vec<&str> = std::iter::once(header).chain(rows.iter().copied()).collect();
    format!("{}\n", lines.join("\n")).into_bytes()
}

/// A folder in memory where there is one: the order of the steps is tested, not the disk below.
pub(crate) fn folder() -> TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() }.expect("folder")
}

/// The clock of an instant.
pub(crate) fn clock(now: i64) -> Clock {
    Arc::new(move || now)
}

/// A day as a number.
pub(crate) fn day(text: &str) -> i32 {
    time::parse_day(text).expect("day")
}

/// Opens the data folder at `root`, or makes it.
pub(crate) fn open(root: &Path, disk: &Disk) -> Result<DataFolder, PipelineError> {
    DataFolder::make(root, None, None, disk.clone())
}

/// Puts a file into the spool.
pub(crate) fn accept(data: &DataFolder, name: &str, bytes: &[u8], now: i64) -> Result<Vec<Slip>, PipelineError> {
    spool::accept(data, name, Cursor::new(bytes), None, now)
}

/// A data folder, and what is done with it at an instant.
pub(crate) struct House {
    folder: TempDir,
    pub(crate) data: DataFolder,
    pub(crate) now: i64,
}

impl House {
    pub(crate) fn new() -> Self {
        let folder = folder();
        let data = open(&folder.path().join("data"), &Disk::default()).expect("open");
        Self { folder, data, now: NOW }
    }

    /// Writes a file beside the data folder.
    pub(crate) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::create_dir_all(path.parent().expect("parent")).expect("folder");
        fs::write(&path, bytes).expect("file");
        path
    }

    /// Becomes the writer.
    pub(crate) fn writer(&self) -> Writer {
        Writer::open(self.data.clone(), clock(self.now)).expect("writer")
    }

    /// Drains the spool.
    pub(crate) fn drain(&self) -> Vec<Outcome> {
        let mut outcomes = Vec::new();
        self.writer().drain(|outcome| outcomes.push(outcome.clone())).expect("drain");
        outcomes
    }

    /// Delivers one file for a feed, or for the one that its name says, and tells its outcome.
    pub(crate) fn deliver_for(&self, feed: Option<&str>, name: &str, bytes: &[u8]) -> Outcome {
        let slips = spool::accept(&self.data, name, Cursor::new(bytes), feed, self.now).expect("accept");
        assert_eq!(slips.len(), 1);
        let outcomes = self.drain();
        let [outcome] = &outcomes[..] else { panic!("{outcomes:?}") };
        outcome.clone()
    }

    /// Delivers one file.
    pub(crate) fn deliver(&self, name: &str, bytes: &[u8]) -> Outcome {
        self.deliver_for(None, name, bytes)
    }

    /// Delivers one file that becomes a report: its number and where its rows went.
    pub(crate) fn ingest(&self, name: &str, bytes: &[u8]) -> (i64, Rows) {
        match self.deliver(name, bytes) {
            Outcome::Ingested { seq, rows, .. } => {
                assert_eq!(rows.rows, rows.events + rows.quarantined + rows.passed, "{name}");
                (seq, rows)
            }
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn journal(&self) -> Journal {
        Journal::open(&self.data).expect("journal")
    }

    pub(crate) fn lake(&self) -> lake::Lake {
        lake::Lake::open(&self.data.path("lake"), &Disk::default()).expect("lake")
    }
}
