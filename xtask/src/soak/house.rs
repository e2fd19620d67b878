//! The data folder of a soak, the portal on it, and the commands beside it.

use std::{
    fs,
    io::Read as _,
    net::{SocketAddr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail, ensure};

use super::addresses::{NETWORKS, ORGANISATION, ORGANISATIONS};
use crate::{places::Places, steps};

/// The feed that the reports are of.
pub(super) const FEED: &str = "shadowserver-sinkhole";
/// When the portal believes it begins, each time anew: its clock jumps back with every kill.
const NOW: &str = "2026-10-01T00:00:00Z";
/// How long a portal may take until somebody listens.
const OPEN_WITHIN: Duration = Duration::from_secs(60);
/// Between two looks.
const LOOK: Duration = Duration::from_millis(50);
/// Between two looks at a command's memory.
const GLANCE: Duration = Duration::from_millis(10);
/// Files of a day that a compaction leaves.
const FILES: &str = "8";
/// Most bytes of an answer of a command.
const ANSWER_MAX: u64 = 1 << 30;

/// A data folder with a made constituency, and a token of its feed.
pub(super) struct House {
    program: PathBuf,
    folder: PathBuf,
    /// Where the portal listens, again after every kill.
    pub(super) address: SocketAddr,
    /// The token with which reports are delivered.
    pub(super) token: String,
}

/// How a command ended that may find the folder held.
pub(super) enum Ended {
    Done,
    Held,
    Killed,
}

/// What the program tells of the folder at the end.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Found {
    /// Reports in the lake; files delivered of which a report is in the lake twice.
    pub(super) reports: u64,
    pub(super) doubled: u64,
    /// Rows of the reports, as the journal tells.
    pub(super) rows: u64,
    pub(super) events: u64,
    pub(super) quarantined: u64,
    /// Events that the sightings add up to.
    pub(super) sighted: u64,
    /// Whether the doctor finds nothing: he counts the events of every report in the lake.
    pub(super) is_sound: bool,
}

/// Memory of a process, megabytes: now, and the most it ever had.
#[derive(Debug, Default, Clone, Copy, PartialEq)]
pub(super) struct Memory {
    pub(super) resident_mb: f64,
    pub(super) peak_mb: f64,
}

/// A running portal, killed when dropped.
pub(super) struct Portal {
    child: Child,
}

impl House {
    /// Makes the folder, imports who owns what.
    pub(super) fn make(places: &Places) -> Result<Self> {
        let folder = places.target.join("soak");
        if folder.exists() {
            fs::remove_dir_all(&folder).with_context(|| format!("empty {}", folder.display()))?;
        }
        fs::create_dir_all(&folder).with_context(|| format!("make {}", folder.display()))?;
        // A build beside the soak does not change the program.
        let program = folder.join("haidang");
        fs::copy(places.program(), &program).context("copy the program")?;
        let address = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).context("find a port")?;
        let mut house = Self { program, folder, address, token: String::new() };
        let owners = house.folder.join("owners");
        fs::create_dir_all(&owners).with_context(|| format!("make {}", owners.display()))?;
        for (name, text) in [("organisations.csv", ORGANISATIONS), ("networks.csv", NETWORKS)] {
            fs::write(owners.join(name), text).with_context(|| format!("write {name}"))?;
        }
        steps::run(house.command(&["constituency", "import"]).arg(owners).stdout(Stdio::null()))?;
        house.token = text(&house.ask(&["token", FEED])?, "token").context("find the token")?;
        // Whoever asks first makes the tables; later that is the portal's.
        house.ask(&["stats"])?;
        Ok(house)
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command.arg("--data").arg(self.data()).args(["--now", NOW]).args(words);
        command
    }

    /// What a command answers to programs.
    fn ask(&self, words: &[&str]) -> Result<String> {
        let mut child =
            self.command(words).arg("--json").stdout(Stdio::piped()).spawn().context("start the program")?;
        let mut said = Vec::new();
        let out = child.stdout.take().context("hear the program")?;
        #[expect(clippy::disallowed_methods, reason = "bounded by take")]
        out.take(ANSWER_MAX).read_to_end(&mut said).context("hear the program")?;
        child.wait().context("wait for the program")?;
        Ok(String::from_utf8_lossy(&said).into_owned())
    }

    /// Starts the portal and waits until it listens.
    pub(super) fn start(&self) -> Result<Portal> {
        let log =
            fs::File::options().create(true).append(true).open(self.folder.join("log")).context("open the log")?;
        let mut command = self.command(&["serve", "--listen", &self.address.to_string()]);
        command.args(["--set", "trusted_proxies=127.0.0.1/32"]);
        let child = command.stdout(Stdio::null()).stderr(log).spawn().context("start the portal")?;
        let portal = Portal { child };
        let begun = Instant::now();
        while TcpStream::connect(self.address).is_err() {
            ensure!(begun.elapsed() < OPEN_WITHIN, "the portal does not listen; see {}", self.folder.display());
            thread::park_timeout(LOOK);
        }
        Ok(portal)
    }

    /// Files that wait in the spool.
    pub(super) fn waiting(&self) -> usize {
        let slips = fs::read_dir(self.data().join("spool")).into_iter().flatten();
        slips
            .filter(|slip| slip.as_ref().is_ok_and(|slip| slip.path().extension().is_some_and(|e| e == "json")))
            .count()
    }

    /// Waits until nothing does; how many seconds that took.
    pub(super) fn wait_until_drained(&self, within: Duration) -> Result<f64> {
        let begun = Instant::now();
        while self.waiting() > 0 {
            ensure!(begun.elapsed() < within, "{} reports still wait after {within:?}", self.waiting());
            thread::park_timeout(LOOK);
        }
        Ok(begun.elapsed().as_secs_f64())
    }

    /// The list of who has all addresses, beside the portal: its rows, and the memory it took in megabytes.
    pub(super) fn list(&self) -> Result<(u64, f64)> {
        let mut command = self.command(&["list", "--org", ORGANISATION, "--month", "2026-09", "--json", "--out"]);
        let mut child =
            command.arg(self.folder.join("lists")).stdout(Stdio::piped()).spawn().context("start the list")?;
        let (status, peak_mb) = follow(&mut child, || false)?;
        ensure!(status.is_some_and(|status| status.success()), "the list ended with {status:?}");
        let mut said = Vec::new();
        let out = child.stdout.take().context("hear the list")?;
        #[expect(clippy::disallowed_methods, reason = "bounded by take")]
        out.take(ANSWER_MAX).read_to_end(&mut said).context("hear the list")?;
        Ok((rows(&String::from_utf8_lossy(&said))?, peak_mb))
    }

    /// Puts files together, beside the portal; killed when told so. How it ended, and the memory it took in megabytes.
    pub(super) fn compact(&self, killed: impl Fn() -> bool) -> Result<(Ended, f64)> {
        let mut child = self.command(&["lake", "compact", "--files", FILES]);
        let mut child = child.stdout(Stdio::null()).stderr(Stdio::null()).spawn().context("start the compaction")?;
        let (status, peak_mb) = follow(&mut child, killed)?;
        let ended = match status.map(|status| (status, status.code())) {
            None => Ended::Killed,
            Some((_, Some(0))) => Ended::Done,
            Some((_, Some(4))) => Ended::Held,
            Some((status, _)) => bail!("the compaction ended with {status}"),
        };
        Ok((ended, peak_mb))
    }

    /// Asks the program for everything that must add up.
    pub(super) fn look(&self) -> Result<Found> {
        let mut found = Found::default();
        let reports = self.ask(&["reports", "--limit", "100000000"])?;
        let mut names = std::collections::BTreeSet::new();
        for report in reports.split("{\"seq\":").skip(1).filter(|report| report.contains("\"state\":\"done\"")) {
            found.reports += 1;
            found.doubled += u64::from(!names.insert(text(report, "hash").context("read a report")?));
            let number = |name: &str| number(report, name).with_context(|| format!("read {name} of a report"));
            // Of the two numbers called so the first is the object's.
            found.rows += number_after(report, "\"rows\":{", "rows").context("read the rows of a report")?;
            found.events += number("events")?;
            found.quarantined += number("quarantined")?;
        }
        let counts = self.ask(&["stats", "--by", "kind", "--kind", "all", "--since", "2026-01-01"])?;
        let total = counts.split("\"total\":").nth(1).unwrap_or(&counts);
        found.sighted = number(total, "events").context("read the counts")?;
        found.is_sound = self.ask(&["doctor"])?.contains("\"sound\":true");
        Ok(found)
    }

    /// Removes the folder.
    pub(super) fn remove(&self) -> Result<()> {
        remove(&self.folder)
    }
}

fn remove(folder: &Path) -> Result<()> {
    fs::remove_dir_all(folder).with_context(|| format!("remove {}", folder.display()))
}

/// Waits for a command, or kills it when told so: how it ended by itself, and the most memory it had in megabytes.
fn follow(child: &mut Child, killed: impl Fn() -> bool) -> Result<(Option<ExitStatus>, f64)> {
    let mut peak_mb: f64 = 0.0;
    loop {
        peak_mb = peak_mb.max(Memory::of(child.id()).peak_mb);
        if let Some(status) = child.try_wait().context("wait for a command")? {
            return Ok((Some(status), peak_mb));
        }
        if killed() {
            child.kill().context("kill a command")?;
            child.wait().context("wait for a command")?;
            return Ok((None, peak_mb));
        }
        thread::park_timeout(GLANCE);
    }
}

/// Rows of a list, by what was told of it.
fn rows(json: &str) -> Result<u64> {
    let of = |status| number(json, status).with_context(|| format!("read how many are {status}"));
    ["new", "still", "back", "gone"].into_iter().map(of).sum()
}

/// The first text of a name in JSON.
pub(super) fn text(json: &str, name: &str) -> Option<String> {
    let (_, rest) = json.split_once(&format!("\"{name}\":\""))?;
    Some(rest.split('"').next()?.to_owned())
}

/// The first whole number of a name in JSON.
fn number(json: &str, name: &str) -> Option<u64> {
    let (_, rest) = json.split_once(&format!("\"{name}\":"))?;
    rest.split([',', '}', ']']).next()?.trim().parse().ok()
}

fn number_after(json: &str, mark: &str, name: &str) -> Option<u64> {
    let (_, rest) = json.split_once(mark)?;
    number(rest, name)
}

impl Memory {
    /// Of a process; nothing of one that has ended.
    fn of(process: u32) -> Self {
        Self::read(&fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default())
    }

    fn read(status: &str) -> Self {
        let of = |name| {
            let line = status.lines().find_map(|line| line.strip_prefix(name));
            line.and_then(|line| line.trim().split(' ').next()?.parse::<f64>().ok()).unwrap_or_default() / 1024.0
        };
        Self { resident_mb: of("VmRSS:"), peak_mb: of("VmHWM:") }
    }
}

impl Portal {
    /// What it takes.
    pub(super) fn memory(&self) -> Memory {
        Memory::of(self.child.id())
    }

    /// As a power cut ends it, but for what the kernel still writes.
    pub(super) fn kill(mut self) -> Result<()> {
        self.child.kill().context("kill the portal")?;
        self.child.wait().context("wait for the portal").map(drop)
    }

    /// Asks it to end.
    pub(super) fn stop(mut self) -> Result<()> {
        steps::run(Command::new("kill").args(["-TERM", &self.child.id().to_string()]))?;
        let status = self.child.wait().context("wait for the portal")?;
        ensure!(status.success(), "the portal ended with {status}");
        Ok(())
    }
}

impl Drop for Portal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_read() {
        let report = "7,\"identity\":{\"hash\":\"ab\"},\"rows\":{\"rows\":12,\"events\":10,\"quarantined\":2},\"state\":\"done\"}";
        assert_eq!(
            (text(report, "hash").as_deref(), number_after(report, "\"rows\":{", "rows")),
            (Some("ab"), Some(12))
        );
        assert_eq!((number(report, "events"), number(report, "none")), (Some(10), None));
    }

    #[test]
    fn a_list_has_the_rows_of_all_its_states() {
        let list =
            |still| format!("{{\"lists\":[{{\"owner\":\"B\",\"new\":2,\"still\":{still},\"back\":0,\"gone\":1}}]}}");
        assert_eq!((rows(&list(4)).ok(), rows(&list(0)).ok()), (Some(7), Some(3)));
        assert!(rows("{\"lists\":[]}").is_err());
    }

    #[test]
    fn a_process_that_has_ended_has_no_memory() {
        let status = "Name:\tx\nVmHWM:\t    4096 kB\nVmRSS:\t    2048 kB\n";
        assert_eq!(Memory::read(status), Memory { resident_mb: 2.0, peak_mb: 4.0 });
        assert_eq!(Memory::read("Name:\tx\nState:\tZ (zombie)\n"), Memory::default());
    }
}
