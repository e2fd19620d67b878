//! Three questions to a lake that is open, ours and DuckDB by turns, each answer compared.

use std::{ffi::OsString, fs, path::PathBuf};

use anyhow::{Context as _, Result, ensure};

use super::{Lake, MONTH, os};
use crate::{
    bench::{
        Typed,
        measure::{self, Run},
        sheet::{Asked, Sheet, middle},
    },
    places::Places,
    python,
};

/// The peer at the version compared with.
const PACKAGES: &[&str] = &["duckdb==2.0.0"];
const SCRIPT: &str = include_str!("asked.py");
/// The organisation whose month is asked for.
const ORGANISATION: &str = "B-0007";
/// How often a question is asked in one process; the first opens files.
const TIMES: &str = "6";

/// What is asked for.
const RATIO_WANTED: f64 = 1.0;
const ADDRESS_MS_WANTED: f64 = 50.0;
/// What each side reads for a month's statistics.
pub(super) const STATS_READ: &str = "statistics: ours counts sightings (one for each machine, finding and day) and looks up \
     whose an address was on that day; DuckDB groups events, which are more and say their province";

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Question {
    Stats,
    List,
    Whois,
}

/// All of them.
pub(super) const QUESTIONS: [Question; 3] = [Question::Stats, Question::List, Question::Whois];

impl Question {
    fn name(self) -> &'static str {
        match self {
            Self::Stats => "stats",
            Self::List => "list",
            Self::Whois => "whois",
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::Stats => "a month by family and province",
            Self::List => "an organisation's month",
            Self::Whois => "an address's history",
        }
    }
}

/// DuckDB, ready to run.
pub(super) struct Peer {
    python: PathBuf,
}

impl Peer {
    /// Installs it.
    pub(super) fn find(places: &Places) -> Result<Self> {
        Ok(Self { python: python::environment(&places.tools().join("duckdb"), PACKAGES)? })
    }
}

/// A question that was asked several times in one process.
pub(super) struct Answered {
    /// The process.
    run: Run,
    /// Seconds of each asking.
    seconds: Vec<f64>,
    /// Lines of the answer.
    answer: String,
}

impl Answered {
    /// All but the first, which opens files.
    pub(super) fn middle_ms(&self) -> f64 {
        1e3 * middle(self.seconds.iter().skip(1).copied())
    }

    fn first_ms(&self) -> f64 {
        1e3 * self.seconds.first().copied().unwrap_or_default()
    }

    fn read((run, said): (Run, String)) -> Option<Self> {
        let (head, answer) = said.split_once("seconds ")?;
        let (seconds, answer) = answer.split_once('\n')?;
        let seconds = seconds.split_whitespace().map(|number| number.parse().ok()).collect::<Option<_>>()?;
        let mut answer: Vec<&str> = answer.lines().collect();
        answer.sort_unstable();
        head.starts_with("open ").then(|| Self { run, seconds, answer: answer.join("\n") })
    }
}

/// Asks by turns; the answers must agree.
pub(super) fn beside(question: Question, lake: &Lake, peer: &Peer, typed: &Typed, sheet: &mut Sheet) -> Result<()> {
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..typed.pairs {
        let (our, their) = (ask_ours(question, lake)?, ask_peer(question, lake, peer)?);
        ensure!(
            our.answer == their.answer,
            "{} answers differ: {:.300} and {:.300}",
            question.name(),
            our.answer,
            their.answer
        );
        ensure!(!our.answer.is_empty(), "{} answers nothing", question.name());
        typed.progress(&format!(
            "{}: ours {:.1} ms, DuckDB {:.1} ms",
            question.title(),
            our.middle_ms(),
            their.middle_ms()
        ));
        ours.push(our);
        theirs.push(their);
    }
    let of = |asked: &[Answered], number: fn(&Answered) -> f64| format!("{:.1}", middle(asked.iter().map(number)));
    let ratio = middle(ours.iter().zip(&theirs).map(|(our, their)| our.middle_ms() / their.middle_ms()));
    sheet.ask([Asked::at_most(format!("ratio to DuckDB, {}", question.title()), RATIO_WANTED, ratio)]);
    if question == Question::Whois {
        sheet.ask([Asked::at_most(
            "ms of an address",
            ADDRESS_MS_WANTED,
            middle(ours.iter().map(Answered::middle_ms)),
        )]);
    }
    sheet.push(vec![
        ("question", question.title().to_owned()),
        ("events", lake.events.to_string()),
        ("ours ms", of(&ours, Answered::middle_ms)),
        ("DuckDB ms", of(&theirs, Answered::middle_ms)),
        ("ratio", format!("{ratio:.2}")),
        ("first, ours ms", of(&ours, Answered::first_ms)),
        ("first, DuckDB ms", of(&theirs, Answered::first_ms)),
        ("process, ours CPU s", of(&ours, |asked| asked.run.cpu)),
        ("DuckDB CPU s", of(&theirs, |asked| asked.run.cpu)),
        ("ours peak MB", of(&ours, |asked| asked.run.peak_mb)),
        ("DuckDB peak MB", of(&theirs, |asked| asked.run.peak_mb)),
    ]);
    Ok(())
}

/// Ours, in a process of the program.
pub(super) fn ask_ours(question: Question, lake: &Lake) -> Result<Answered> {
    let mut words = lake.words(&["timed", question.name(), "--month", MONTH, "--org", ORGANISATION, "--subject"]);
    let (asked, count) = asked(question, lake)?;
    words.push(asked.into());
    words.extend(os(&["--times", &count]));
    Answered::read(measure::heard(&words, lake.events)?).context("understand what ours said")
}

fn ask_peer(question: Question, lake: &Lake, peer: &Peer) -> Result<Answered> {
    let (asked, count) = asked(question, lake)?;
    let mut words: Vec<OsString> = vec![peer.python.clone().into(), "-c".into(), SCRIPT.into(), question.name().into()];
    words.extend([lake.data.join("lake").into(), lake.made("constituency").join("networks.csv").into()]);
    words.extend([ORGANISATION.into(), asked.into(), count.into()]);
    Answered::read(measure::heard(&words, lake.events)?).context("understand what DuckDB said")
}

/// The addresses that are asked for, and how often a question is asked: every address once.
fn asked(question: Question, lake: &Lake) -> Result<(String, String)> {
    let addresses = fs::read_to_string(lake.made("asked.txt")).context("read the addresses to ask for")?;
    let count = if question == Question::Whois { addresses.lines().count().to_string() } else { TIMES.to_owned() };
    Ok((addresses.lines().collect::<Vec<_>>().join(","), count))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_is_read() {
        let asked = Answered::read((Run::NONE, "open 0.5\nseconds 2.0 0.003 0.001 0.002\nb 2\na 1\n".to_owned()))
            .expect("read");
        assert_eq!((asked.first_ms(), asked.middle_ms(), asked.answer.as_str()), (2000.0, 2.0, "a 1\nb 2"));
    }
}
