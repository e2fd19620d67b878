//! `whois`: the owner of a subject on a day, why, and what was seen of it.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use arrow_array::RecordBatch;
use arrow_array::cast::AsArray as _;
use arrow_array::types::{Date32Type, Int64Type};
use constituency::sources::Kind;
use constituency::{Attributor, Hints, PlaceId};
use event::json::text_at;
use event::subject::Subject;
use event::time::day_text;
use lake::ask::Filter;
use serde_json::{Value, json};

use crate::cli::WhoisArgs;
use crate::commands::{Desk, filter};
use crate::exit;

/// Sightings shown to people, newest first; machines get all.
const SHOWN_SIGHTINGS: usize = 40;

pub(crate) fn run(desk: &Desk, args: &WhoisArgs) -> anyhow::Result<i32> {
    let subject = filter::subject(&args.subject)?;
    let day = day(desk, args.at.as_deref())?;
    let owners = desk.owners(args.attribution)?;
    let owner = owners.owner_at(&subject, day, Hints::default());
    let name = |id: Option<constituency::OrgId>| {
        id.map(|id| {
            let name = owners.organisation(id, day).map_or("", |organisation| &organisation.name);
            json!({ "code": owners.code(id), "name": name })
        })
    };
    let matches = owners.constituency(day).map(|tables| tables.explain(&subject, day)).unwrap_or_default();
    let wanted = Filter { subject: Some(subject.clone()), ..Filter::default() };
    let (seen, gaps) = desk.lake()?.sightings_left(&owners, &wanted)?;
    let gaps: Vec<String> = gaps.into_iter().map(day_text).collect();
    let answer = json!({
        "subject": subject.to_string(), "day": day_text(day), "attribution_version": owners.version(),
        "isp": name(owner.isp), "isp_source": owner.isp_source.name(), "organisation": name(owner.organisation), "place": owner.place.map(PlaceId::code),
        "place_source": owner.place_source.name(), "flags": owner.flags.names().collect::<Vec<_>>(), "conflict": owner.conflict,
        "because": matches.iter().map(|m| json!({ "file": m.file, "line": m.line, "text": m.text })).collect::<Vec<_>>(),
        "background": background(&owners, &subject, day), "sightings": sightings(&seen),
        "missing_days": gaps,
    });
    if desk.out.json() {
        desk.out.value(&answer)?;
    } else {
        show(desk, &answer)?;
        if !gaps.is_empty() {
            desk.out.say("whois.gaps", &[("days", &gaps.join(" "))])?;
        }
    }
    Ok(if gaps.is_empty() { exit::OK } else { exit::PARTLY })
}

/// What routing tables, registries and databases say of an address, each with the kind of source.
fn background(owners: &Attributor, subject: &Subject, day: i32) -> Vec<Value> {
    let Some((tables, ip)) = owners.constituency(day).zip(subject.host_address()) else { return Vec::new() };
    let known = tables.background().of_address(event::address::to_bits(ip), day);
    let said = |what: &str, value: Option<(String, Kind)>| {
        value.map(|(value, kind)| json!({ "what": what, "value": value, "source": kind.name() }))
    };
    [
        said("net_asn", known.asn.map(|(asn, kind)| (asn.to_string(), kind))),
        said("net_name", known.name.map(|(name, kind)| (name.to_owned(), kind))),
        said("net_holder", known.holder.map(|(holder, kind)| (holder.to_owned(), kind))),
        said("net_country", known.country.map(|(country, kind)| (country.code().to_owned(), kind))),
        said("net_place", known.place.map(|(place, kind)| (place.code().to_owned(), kind))),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn day(desk: &Desk, at: Option<&str>) -> anyhow::Result<i32> {
    let Some(text) = at else { return Ok(desk.folder.zone().day(desk.now())) };
    let day = event::time::parse_day(text).or_else(|| event::time::parse(text).map(|at| desk.folder.zone().day(at)));
    day.ok_or_else(|| anyhow::anyhow!("{text:?} is not a day or time; wanted for example 2026-09-30"))
}

/// Day, kind, family, identifier, feed: the newest day first.
type Seen = (Reverse<Option<i32>>, [Option<String>; 4]);

/// What was seen. Until files are put together each report has a row of its own; here they are one.
fn sightings(batches: &[RecordBatch]) -> Vec<Value> {
    let mut counts = BTreeMap::<Seen, i64>::new();
    for (batch, row) in batches.iter().flat_map(|batch| (0..batch.num_rows()).map(move |row| (batch, row))) {
        let said = ["kind", "family", "identifier", "feed"]
            .map(|name| batch.column_by_name(name).and_then(|column| text_at(column.as_ref(), row)).map(str::to_owned));
        let day = batch.column_by_name("day").map(|column| column.as_primitive::<Date32Type>().value(row));
        let count = batch.column_by_name("count").map(|column| column.as_primitive::<Int64Type>().value(row));
        *counts.entry((Reverse(day), said)).or_default() += count.unwrap_or_default();
    }
    let told = |((Reverse(day), [kind, family, identifier, feed]), count): (Seen, i64)| {
        let day = day.map(day_text);
        json!({ "day": day, "kind": kind, "family": family, "identifier": identifier, "feed": feed, "count": count })
    };
    counts.into_iter().map(told).collect()
}

fn show(desk: &Desk, answer: &Value) -> anyhow::Result<()> {
    let text = |value: &Value| match value {
        Value::String(text) if !text.is_empty() => text.clone(),
        Value::Object(owner) => {
            format!("{} – {}", owner["code"].as_str().unwrap_or(""), owner["name"].as_str().unwrap_or(""))
        }
        _ => desk.out.words.say("out.unknown"),
    };
    let named = |group: &str, name: &Value| desk.out.words.say_or_name(group, name.as_str().unwrap_or(""));
    let place = answer["place"].as_str().and_then(|code| {
        constituency::Places::shipped()
            .name(code)
            .map(|name| format!("{code} {name} ({})", named("place_source", &answer["place_source"])))
    });
    let mut isp = text(&answer["isp"]);
    if matches!(answer["isp_source"].as_str(), Some("feed" | "routing")) {
        isp = format!("{isp} ({})", named("isp_source", &answer["isp_source"]));
    }
    let flags: Vec<String> = answer["flags"].as_array().into_iter().flatten().map(|flag| named("flag", flag)).collect();
    desk.out.title(&format!("{} · {}", text(&answer["subject"]), text(&answer["day"])))?;
    for (key, value) in [
        ("isp", isp),
        ("org", text(&answer["organisation"])),
        ("place", place.unwrap_or_else(|| desk.out.words.say("out.unknown"))),
        ("flags", flags.join(", ")),
    ]
    .into_iter()
    .filter(|(_, value)| !value.is_empty())
    {
        desk.out.line(&format!("{}: {value}", desk.out.words.say(&format!("head.{key}"))))?;
    }
    if answer["conflict"] == true {
        desk.out.say("whois.conflict", &[])?;
    }
    for row in answer["because"].as_array().into_iter().flatten() {
        desk.out.line(&format!("  {}:{}  {}", text(&row["file"]), row["line"], text(&row["text"])))?;
    }
    for said in answer["background"].as_array().into_iter().flatten() {
        let what = named("head", &said["what"]);
        desk.out.line(&format!("  {what}: {} ({})", text(&said["value"]), text(&said["source"])))?;
    }
    let mut table = desk.out.heads(["day", "kind", "family", "what", "feed", "events"]);
    let seen = answer["sightings"].as_array().map_or(&[][..], Vec::as_slice);
    for row in seen.iter().take(SHOWN_SIGHTINGS) {
        let cell = |name: &str| row[name].as_str().unwrap_or("").to_owned();
        table.row([
            cell("day"),
            desk.out.kind(&cell("kind")),
            cell("family"),
            cell("identifier"),
            cell("feed"),
            desk.out.number(row["count"].as_i64().unwrap_or(0)),
        ]);
    }
    desk.out.title(&desk.out.words.say("whois.seen"))?;
    desk.out.table(&table)?;
    match seen.len().saturating_sub(SHOWN_SIGHTINGS) {
        0 => Ok(()),
        more => desk.out.say("whois.more", &[("rows", &desk.out.number(more as i64))]),
    }
}
