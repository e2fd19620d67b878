//! `indicators`: lists of known malware hosts, and logs held against them.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ::indicators::Watch;
use ::indicators::finding::Finding;
use anyhow::Context as _;
use arrow_array::RecordBatch;
use constituency::Attributor;
use disk::Disk;
use event::rows::{EventRows, Limits};
use event::time::{Zone, day_text};
use feeds::decode;
use feeds::format::{Format, Parser, RECORD_MAX, Sink};
use feeds::logs::{Kind, Log};
use jiff::tz::TimeZone;
use pipeline::DataFolder;
use pipeline::folder::DEFAULT_ZONE;
use pipeline::hosts::{self, Said, Sets};
use serde_json::{Value, json};

use crate::cli::{Cli, IndicatorsCommand, LogArg, MatchArgs};
use crate::clock::clock;
use crate::commands::Desk;
use crate::exit;
use crate::out::Out;
use crate::table::shorter;

/// Bytes of a log read at a time; larger than the longest record, so that every read makes progress.
const CHUNK: usize = 4 * RECORD_MAX;
/// Events gathered before they are counted.
const BATCH_EVENTS: usize = 16 * 1024;
/// Lines of each table shown to people, most hits first; machines get all.
const SHOWN: usize = 30;
/// Lines that are no indicators shown of one list.
const SHOWN_FINDINGS: usize = 10;
/// Longest text of such a line shown.
const SHOWN_TEXT: usize = 60;

pub(crate) fn run(desk: &Desk, command: &IndicatorsCommand) -> anyhow::Result<i32> {
    match command {
        IndicatorsCommand::Import { files, allow, source, confidence, until } => {
            let until = until.and_then(|day| desk.folder.zone().day_start(day));
            let said = Said { allowed: *allow, source: source.clone(), confidence: *confidence, until };
            import(desk, files, &said)
        }
        IndicatorsCommand::List => list(desk),
        IndicatorsCommand::Match(_) => Ok(exit::OK),
    }
}

/// Imports lists and tells what of them counts.
pub(crate) fn import(desk: &Desk, files: &[PathBuf], said: &Said) -> anyhow::Result<i32> {
    let lock = desk.folder.lock()?;
    let mut refused = 0;
    for file in files {
        for list in hosts::import(&desk.folder, &lock, file, said, desk.now())? {
            refused += list.list.refused;
            let findings: Vec<Value> = list.findings.iter().map(finding).collect();
            if desk.out.json() {
                desk.out.value(&json!({ "list": list.name, "facts": list.list, "findings": findings }))?;
                continue;
            }
            let number = |n: u64| desk.out.number(n as i64);
            desk.out.say(
                if said.allowed { "indicators.allowed" } else { "indicators.imported" },
                &[
                    ("list", &list.name),
                    ("accepted", &number(list.list.accepted)),
                    ("refused", &number(list.list.refused)),
                ],
            )?;
            show_findings(&desk.out, &list.findings)?;
        }
    }
    Ok(if refused > 0 { exit::PARTLY } else { exit::OK })
}

fn finding(finding: &Finding) -> Value {
    json!({ "line": finding.line, "text": finding.text, "why": finding.reason.to_string() })
}

fn show_findings(out: &Out, findings: &[Finding]) -> anyhow::Result<()> {
    if findings.is_empty() {
        return Ok(());
    }
    let mut table = out.heads(["line", "text", "why"]);
    for finding in findings.iter().take(SHOWN_FINDINGS) {
        let why = out.words.say_or_name("refusal", &format!("{:?}", finding.reason));
        table.row([finding.line.to_string(), shorter(&finding.text, SHOWN_TEXT), why]);
    }
    out.table(&table)
}

fn list(desk: &Desk) -> anyhow::Result<i32> {
    let lists = hosts::lists(&desk.folder)?;
    if desk.out.json() {
        desk.out.value(&lists)?;
        return Ok(exit::OK);
    }
    let mut table = desk.out.heads(["list", "purpose", "indicators", "refused", "source", "imported"]);
    for (name, list) in lists {
        let purpose = desk.out.words.say(if list.allowed { "purpose.allowed" } else { "purpose.indicators" });
        let number = |n: u64| desk.out.number(n as i64);
        let imported = day_text(desk.folder.zone().day(list.imported));
        table.row([name, purpose, number(list.accepted), number(list.refused), list.source, imported]);
    }
    desk.out.table(&table)?;
    Ok(exit::OK)
}

/// `indicators match`: needs no data folder, but takes owners and lists from it where it is there.
pub(crate) fn hold(cli: &Cli, args: &MatchArgs, out: &Out) -> anyhow::Result<i32> {
    let is_there = cli.data.join("haidang.json").exists();
    let folder = is_there.then(|| DataFolder::open(&cli.data, cli.zone.as_deref(), Disk::default())).transpose()?;
    let now = clock(cli.now)();
    let watch = watch(cli, args, folder.as_ref(), now, out)?;
    let zone = TimeZone::get(&args.log_zone).with_context(|| format!("no time zone {:?}", args.log_zone))?;
    let mut tally = Tally::default();
    for file in &args.files {
        let log = |kind| Format::Log(Log { kind, zone: zone.clone(), watch: Arc::clone(&watch) });
        let read = hold_file(file, args.format, log, now).with_context(|| format!("read {}", file.display()))?;
        tally.add(&read);
    }
    if out.json() {
        let mut told = tally.json();
        told["set_bytes"] = watch.indicators().bytes().into();
        out.value(&told)?
    } else {
        tally.show(out)?
    }
    Ok(exit::OK)
}

fn watch(cli: &Cli, args: &MatchArgs, folder: Option<&DataFolder>, now: i64, out: &Out) -> anyhow::Result<Arc<Watch>> {
    let sets = match (&args.indicators, folder) {
        (Some(path), folder) => {
            let named = cli.zone.as_deref().unwrap_or(DEFAULT_ZONE);
            let zone = folder.map_or_else(|| Zone::named(named), |folder| Some(folder.zone().clone()));
            let zone = zone.with_context(|| format!("no time zone {named:?}"))?;
            let (sets, findings) = Sets::of_files(path, &zone, now)?;
            if !findings.is_empty() {
                out.say("indicators.not_used", &[("lines", &out.number(findings.len() as i64))])?;
            }
            sets
        }
        (None, Some(folder)) => Sets::load(folder)?,
        (None, None) => anyhow::bail!(
            "no data folder at {} to take indicators from; name a list with --indicators",
            cli.data.display()
        ),
    };
    let owners = folder.map(|folder| pipeline::owners::attributor(folder, None)).transpose()?;
    let network = |text: &String| {
        feeds::catalogue::range(text).with_context(|| format!("{text:?} is no network in prefix notation"))
    };
    let inside = args.inside.iter().map(network).collect::<anyhow::Result<Vec<_>>>()?;
    Ok(sets.watch(&inside, &owners.unwrap_or_else(|| Arc::new(Attributor::empty()))))
}

/// What came of logs.
#[derive(Debug, Default)]
struct Tally {
    rows: u64,
    hits: u64,
    quarantined: u64,
    by_indicator: BTreeMap<(String, String, String), u64>,
    by_subject: BTreeMap<String, u64>,
    /// The first rows that could not be read: file, row, why.
    unread: Vec<(String, u64, String)>,
}

fn hold_file(path: &Path, format: Option<LogArg>, log: impl Fn(Kind) -> Format, now: i64) -> anyhow::Result<Tally> {
    let mut file = BufReader::with_capacity(CHUNK, File::open(path)?);
    let container = decode::kind_of(file.fill_buf()?);
    let mut log_bytes = decode::open(container, file, decode::Limits::default())?;
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let (mut buffer, mut held, mut parser) = (vec![0; CHUNK], 0, None);
    let mut sink = Sink { events: EventRows::new(Limits::at(now)), rejected: Vec::new() };
    let mut tally = Tally::default();
    loop {
        let mut last = false;
        while held < buffer.len() && !last {
            let read = log_bytes.read(&mut buffer[held..])?;
            last = read == 0;
            held += read;
        }
        let parser = match &mut parser {
            Some(parser) => parser,
            none => none.insert(open(name, format, &buffer[..held], &log)?),
        };
        let used = parser.parse(&buffer[..held], last, &mut sink);
        buffer.copy_within(used..held, 0);
        held -= used;
        let has_ended = last && (held == 0 || used == 0);
        if sink.events.len() >= BATCH_EVENTS || has_ended {
            tally.count(&sink.events.finish());
        }
        for rejected in sink.rejected.drain(..) {
            tally.quarantined += 1;
            if tally.unread.len() < SHOWN_FINDINGS {
                tally.unread.push((name.to_owned(), rejected.row, rejected.problem.reason.code().to_owned()));
            }
        }
        if has_ended {
            tally.rows = parser.rows();
            return Ok(tally);
        }
    }
}

fn open(name: &str, format: Option<LogArg>, head: &[u8], log: &impl Fn(Kind) -> Format) -> anyhow::Result<Parser> {
    let kind = match format {
        Some(LogArg::Zeek) => Kind::Zeek,
        Some(LogArg::Suricata) => Kind::Suricata,
        Some(LogArg::Nfdump) => Kind::Nfdump,
        Some(LogArg::DnsLog) => Kind::Dns,
        Some(LogArg::Squid) => Kind::Squid,
        None => Kind::of_head(head).unwrap_or(Kind::Dns),
    };
    Ok(log(kind).open(name)?)
}

impl Tally {
    fn add(&mut self, other: &Self) {
        self.rows += other.rows;
        self.hits += other.hits;
        self.quarantined += other.quarantined;
        for (key, hits) in &other.by_indicator {
            *self.by_indicator.entry(key.clone()).or_default() += hits;
        }
        for (key, hits) in &other.by_subject {
            *self.by_subject.entry(key.clone()).or_default() += hits;
        }
        let room = SHOWN_FINDINGS.saturating_sub(self.unread.len());
        self.unread.extend(other.unread.iter().take(room).cloned());
    }

    fn count(&mut self, batch: &RecordBatch) {
        self.hits += batch.num_rows() as u64;
        let mut lines = String::new();
        event::json::write_lines(batch, &mut lines);
        for event in lines.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok()) {
            let text = |name: &str| event[name].as_str().unwrap_or_default().to_owned();
            let indicator = (text("extra.indicator"), text("extra.indicator_kind"), text("malware.name"));
            *self.by_indicator.entry(indicator).or_default() += 1;
            *self.by_subject.entry(text("source.ip")).or_default() += 1;
        }
    }

    fn json(&self) -> Value {
        let indicators: Vec<Value> = most(&self.by_indicator)
            .into_iter()
            .map(|((indicator, kind, family), hits)| {
                json!({ "indicator": indicator, "kind": kind, "family": family, "hits": hits })
            })
            .collect();
        let subjects: Vec<Value> =
            most(&self.by_subject).into_iter().map(|(ip, hits)| json!({ "subject": ip, "hits": hits })).collect();
        json!({
            "rows": self.rows, "hits": self.hits, "quarantined": self.quarantined,
            "by_indicator": indicators, "by_subject": subjects,
        })
    }

    fn show(&self, out: &Out) -> anyhow::Result<()> {
        let number = |n: u64| out.number(n as i64);
        out.say(
            "indicators.matched",
            &[("rows", &number(self.rows)), ("hits", &number(self.hits)), ("quarantined", &number(self.quarantined))],
        )?;
        if self.hits > 0 {
            let mut table = out.heads(["indicator", "indicator_kind", "family", "hits"]);
            for ((indicator, kind, family), hits) in most(&self.by_indicator).into_iter().take(SHOWN) {
                let kind = out.words.say_or_name("indicator_kind", kind);
                table.row([shorter(indicator, SHOWN_TEXT), kind, family.clone(), number(hits)]);
            }
            out.table(&table)?;
            let mut table = out.heads(["subject", "hits"]);
            for (subject, hits) in most(&self.by_subject).into_iter().take(SHOWN) {
                table.row([subject.clone(), number(hits)]);
            }
            out.table(&table)?;
        }
        if self.unread.is_empty() {
            return Ok(());
        }
        let mut table = out.heads(["file", "row", "why"]);
        for (file, row, why) in &self.unread {
            table.row([file.clone(), row.to_string(), out.words.say_or_name("reason", why)]);
        }
        out.table(&table)
    }
}

/// By falling hits, then by name.
fn most<K: Ord>(hits: &BTreeMap<K, u64>) -> Vec<(&K, u64)> {
    let mut all: Vec<(&K, u64)> = hits.iter().map(|(key, hits)| (key, *hits)).collect();
    all.sort_by_key(|(_, hits)| std::cmp::Reverse(*hits));
    all
}
