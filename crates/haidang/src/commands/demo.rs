//! `demo`: a made country, its reports through the real pipeline, and what comes out.

use std::path::Path;

use country::Plan;
use event::rules::Kind;
use event::time::{SECOND, day_text, parse_day};
use lake::ask::{By, Filter};
use pipeline::folder::read_text;
use pipeline::hosts::Said;
use pipeline::writer::Outcome;

use crate::cli::{DemoArgs, FeedsArgs, ListArgs, ListFormat};
use crate::commands::{Desk, constituency, feeds, indicators, ingest, lake as care, list, stats};
use crate::exit;
use crate::service::tour;

/// How codes of provinces and of what is below them begin.
const PROVINCES: &str = "T-";
/// The province whose list is shown if none has anything.
const SHOWN_PROVINCE: &str = "T-01";
/// The list is of the month in which this many days before the end lie: a month that has just begun shows little.
const DAYS_OF_LIST: i32 = 7;
/// When reports are delivered, after midnight: eight in the morning.
const DELIVERED_AT: i64 = 8 * 3600 * SECOND;

pub(crate) fn run(desk: &Desk, args: &DemoArgs) -> anyhow::Result<i32> {
    let made_in = desk.folder.path("made");
    let is_real =
        !made_in.exists() && ["journal.jsonl", "feeds.toml"].iter().any(|name| desk.folder.path(name).exists());
    anyhow::ensure!(
        !is_real,
        "{} holds data of its own; the demo wants a folder for itself (--data)",
        desk.folder.root().display()
    );
    let plan = plan(desk, args, &made_in)?;
    desk.out.title(&desk.out.words.say("demo.making"))?;
    let made = country::write(&plan, &made_in)?;
    let (first, end) = (plan.first_day(), plan.end_day + 1);
    desk.out.say(
        "demo.made",
        &[
            ("files", &desk.out.number(made.files.len() as i64)),
            ("first", &day_text(first)),
            ("last", &day_text(plan.end_day)),
            ("path", &made_in.display().to_string()),
        ],
    )?;
    write_catalogue(desk)?;
    constituency::import(desk, &made_in.join("constituency"))?;
    for (lists, allowed) in [("indicators", false), ("allowed.txt", true)] {
        indicators::import(desk, &[made_in.join(lists)], &Said { allowed, ..Said::default() })?;
    }
    desk.out.title(&desk.out.words.say("demo.ingesting"))?;
    ingest::accept(desk, &made.files, None, |file| arrival(desk, file))?;
    let tally = ingest::drain(desk, |outcome| tell(desk, outcome))?;
    let number = |n: u64| desk.out.number(n as i64);
    desk.out.say(
        "ingest.total",
        &[
            ("files", &number(tally.files)),
            ("rows", &number(tally.rows)),
            ("events", &number(tally.events)),
            ("quarantined", &number(tally.quarantined)),
            ("again", &number(tally.again)),
            ("refused", &number(tally.refused)),
        ],
    )?;
    // As the operator does every night: few large files instead of a thousand small ones.
    care::compact(desk, 1)?;
    show(desk, first, end)?;
    if args.serve { tour::serve(desk, &plan, args.port) } else { Ok(exit::OK) }
}

/// Some hundred files are taken in: for people only those are told of which something is to be told.
fn tell(desk: &Desk, outcome: &Outcome) -> anyhow::Result<()> {
    let is_plain = match outcome {
        Outcome::Ingested { rows, .. } => rows.quarantined == 0,
        Outcome::Again { .. } => true,
        Outcome::Refused { .. } | Outcome::Failed { .. } => false,
    };
    if is_plain && !desk.out.json() { Ok(()) } else { ingest::tell_outcome(desk, outcome) }
}

/// What to make: the days until yesterday, so that questions about the last days have answers. What was made
/// here before is made again.
fn plan(desk: &Desk, args: &DemoArgs, made_in: &Path) -> anyhow::Result<Plan> {
    let truth = made_in.join("truth.json");
    let last_day = if truth.exists() {
        let truth: serde_json::Value = serde_json::from_str(&read_text(&truth)?)?;
        truth["last_day"].as_str().and_then(parse_day)
    } else {
        None
    };
    let end_day = last_day.unwrap_or(desk.today() - 1);
    Ok(Plan { seed: args.seed, scale: args.scale, end_day, days: args.days })
}

/// When a day's report is delivered: the morning after, in the reporting zone.
fn arrival(desk: &Desk, file: &Path) -> i64 {
    let day = file.to_str().and_then(::feeds::name::date);
    let midnight = day.and_then(|day| desk.folder.zone().day_start(day + 1));
    midnight.map_or(desk.now(), |midnight| (midnight + DELIVERED_AT).min(desk.now()))
}

/// The made country's feeds: those shipped, and its own.
fn write_catalogue(desk: &Desk) -> anyhow::Result<()> {
    let path = desk.folder.path("feeds.toml");
    Ok(desk.folder.disk.write(&path, include_bytes!("../../data/demo-feeds.toml"), disk::Taken::Replace)?)
}

fn show(desk: &Desk, first: i32, end: i32) -> anyhow::Result<()> {
    let (lake, owners) = (desk.lake()?, desk.owners(None)?);
    let labels = stats::Labels::on(desk, &owners, end - 1);
    let month = &day_text(end - DAYS_OF_LIST)[..7];
    let filter = Filter { since: Some(end - 30), until: Some(end), kinds: vec![Kind::Botnet], ..Filter::default() };
    for (by, group, title) in
        [(By::Family, "family", "demo.families"), (By::Isp, "isp", "demo.isps"), (By::Place, "place", "demo.places")]
    {
        desk.out.title(&desk.out.words.say(title))?;
        let counts = lake.count(&owners, &filter, by, 30)?;
        let total = lake.count(&owners, &filter, By::Total, 30)?;
        stats::show_counts(desk, &labels, (group, None), &counts, &total)?;
    }
    desk.out.title(&desk.out.words.say("demo.trend"))?;
    let whole = Filter { since: Some(first), ..filter.clone() };
    let days = lake.count(&owners, &whole, By::Day, 1)?;
    desk.out.line(&trend(desk, first, end, &days))?;
    desk.out.title(&desk.out.words.fill("demo.list", &[("month", month)]))?;
    let out = desk.folder.path("lists");
    let lists = ListArgs {
        org: Some(province(&lake.count(&owners, &filter, By::Organisation, 30)?)),
        asn: None,
        all: false,
        month: month.to_owned(),
        out: out.clone(),
        format: vec![ListFormat::Csv, ListFormat::Xlsx],
        kind: vec![crate::cli::KindArg::Botnet],
        attribution: None,
    };
    list::run(desk, &lists)?;
    desk.out.title(&desk.out.words.say("demo.feeds"))?;
    feeds::run(desk, &FeedsArgs { feed: None })?;
    desk.out
        .say("demo.end", &[("data", &desk.folder.root().display().to_string()), ("lists", &out.display().to_string())])
}

/// The province with the most to do.
fn province(bodies: &[lake::ask::Count]) -> String {
    let mut codes = bodies.iter().filter_map(|count| count.group.as_deref());
    codes.find(|code| code.starts_with(PROVINCES)).unwrap_or(SHOWN_PROVINCE).to_owned()
}

/// One line a week: the mean of its daily unique addresses, and a bar.
fn trend(desk: &Desk, first: i32, end: i32, days: &[lake::ask::Count]) -> String {
    let on = |day: i32| {
        let text = day_text(day);
        days.iter().find(|count| count.group.as_deref() == Some(text.as_str())).map_or(0, |count| count.unique)
    };
    let weeks: Vec<(i32, i64)> = (first..end)
        .step_by(7)
        .map(|week| (week, (week..(week + 7).min(end)).map(on).sum::<i64>() / i64::from((end - week).min(7))))
        .collect();
    let most = weeks.iter().map(|(_, mean)| *mean).max().unwrap_or(1).max(1);
    let line = |(week, mean): &(i32, i64)| {
        format!("{}  {:>8}  {}", day_text(*week), desk.out.number(*mean), "█".repeat((mean * 50 / most) as usize))
    };
    weeks.iter().map(line).collect::<Vec<_>>().join("\n")
}
