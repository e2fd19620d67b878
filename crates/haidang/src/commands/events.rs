//! `events`: events as they are stored.

use anyhow::Context as _;
use arrow_array::RecordBatch;
use constituency::Places;
use documents::csv::cell;
use documents::local::Local;
use event::json::write_lines;
use serde_json::{Map, Value};

use crate::cli::{EventsArgs, EventsFormat};
use crate::commands::{Desk, filter};
use crate::exit;

/// The columns a person is shown, and the CSV has first.
const SHOWN: [&str; 10] = [
    "time.source",
    "subject",
    "source.port",
    "haidang.kind",
    "haidang.family",
    "haidang.isp",
    "haidang.organisation",
    "haidang.place",
    "feed.name",
    "classification.identifier",
];

/// How a person is told when.
const LOCAL_TIME: &str = "%Y-%m-%d %H:%M:%S";
/// Rows a person is shown without a limit of his own: a screenful is enough, a file is what CSV is for.
const SHOWN_ROWS: u64 = 200;

pub(crate) fn run(desk: &Desk, args: &EventsArgs) -> anyhow::Result<i32> {
    let owners = desk.owners(args.filter.attribution)?;
    let mut filter = filter::filter(&args.filter, &owners, desk.today())?;
    filter.subject = args.ip.as_deref().map(filter::subject).transpose()?;
    filter.asn = args.asn;
    let format = if desk.out.json() { EventsFormat::Intelmq } else { args.format };
    filter.limit = match format {
        EventsFormat::Table => Some(args.limit.unwrap_or(SHOWN_ROWS + 1)),
        _ => args.limit,
    };
    let lake = desk.lake()?;
    match format {
        EventsFormat::Intelmq => lake.events(&owners, &filter, |batch| print_lines(desk, &batch))?,
        EventsFormat::Csv => {
            desk.out.raw(&csv_line(SHOWN.iter().map(|name| (*name).to_owned())))?;
            lake.events(&owners, &filter, |batch| each_row(&batch, |row| desk.out.raw(&csv_line(shown(&row)))))?;
        }
        EventsFormat::Table => {
            let places = Places::shipped();
            let mut table =
                desk.out.heads(["time", "subject", "port", "kind", "family", "isp", "org", "place", "feed", "what"]);
            let mut rows = 0;
            lake.events(&owners, &filter, |batch| {
                each_row(&batch, |row| {
                    rows += 1;
                    if args.limit.is_some() || rows <= SHOWN_ROWS {
                        table.row(for_people(desk, &places, &row));
                    }
                    Ok(())
                })
            })?;
            desk.out.table(&table)?;
            if args.limit.is_none() && rows > SHOWN_ROWS {
                desk.out.say("events.more", &[("rows", &SHOWN_ROWS.to_string())])?;
            }
        }
    }
    Ok(exit::OK)
}

fn print_lines(desk: &Desk, batch: &RecordBatch) -> anyhow::Result<()> {
    let mut text = String::new();
    write_lines(batch, &mut text);
    desk.out.raw(&text)
}

fn each_row(batch: &RecordBatch, mut each: impl FnMut(Map<String, Value>) -> anyhow::Result<()>) -> anyhow::Result<()> {
    let mut text = String::new();
    write_lines(batch, &mut text);
    text.lines().try_for_each(|line| each(serde_json::from_str(line).context("an event as JSON")?))
}

fn shown(row: &Map<String, Value>) -> Vec<String> {
    let text = |name: &str| match row.get(name) {
        Some(Value::String(text)) => text.clone(),
        Some(value) => value.to_string(),
        None => String::new(),
    };
    let subject = ["source.ip", "source.account", "source.url", "source.fqdn", "source.network"];
    let subject = subject.iter().map(|name| text(name)).find(|text| !text.is_empty()).unwrap_or_default();
    SHOWN.iter().map(|name| if *name == "subject" { subject.clone() } else { text(name) }).collect()
}

/// The cells of a row in the words of a person: the clock on his wall, the name of the kind and of the province.
fn for_people(desk: &Desk, places: &Places, row: &Map<String, Value>) -> Vec<String> {
    let mut cells = shown(row);
    for (cell, name) in cells.iter_mut().zip(SHOWN) {
        let text = match name {
            "time.source" => event::time::parse(cell).map(|at| Local::of(desk.folder.zone()).format(at, LOCAL_TIME)),
            "haidang.kind" => Some(desk.out.kind(cell)),
            "haidang.place" => places.name(cell).map(str::to_owned),
            _ => None,
        };
        if let Some(text) = text {
            *cell = text;
        }
    }
    cells
}

fn csv_line(cells: impl IntoIterator<Item = String>) -> String {
    let cells: Vec<String> = cells.into_iter().map(|text| cell(&text)).collect();
    format!("{}\r\n", cells.join(","))
}
