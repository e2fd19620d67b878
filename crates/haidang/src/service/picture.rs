//! The national figures of the last month that is over, as they were when it was published.
//!
//! A month is counted once, some days after its end, and kept under `published/`: what comes late changes no figure that
//! was shown, and two releases of one month can never be subtracted from each other.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::sync::Arc;

use anyhow::Context as _;
use constituency::{Attributor, Role};
use disk::Taken;
use documents::message::Lang;
use event::rules::Kind;
use event::time::{day_text, parse_day};
use figures::counts::Counts;
use figures::picture::Picture;
use figures::rule::Rule;
use lake::Lake;
use lake::ask::{By, Count, Filter};
use pipeline::DataFolder;
use pipeline::catalogue::Feeds;
use pipeline::folder::read_text;
use pipeline::health;
use pipeline::journal::Journal;
use portal::advice::Devices;
use portal::front::{Fact, Front, OpenFile, Picture as Release, Section};
use portal::words::{self, Words};
use serde_json::{Value, json};

use crate::out::message;

/// Days after a month's end until it is counted: reports of its last days come the morning after.
const SETTLES: i32 = 2;
/// The prefix under which IPv4 lies among the addresses of 128 bits (RFC 4291 §2.5.5.2).
const MAPPED: u128 = 0xffff << 32;

/// The release of the last month that is over, or an empty front before there is one.
pub(crate) fn front(
    folder: &DataFolder,
    lake: &Lake,
    owners: &Arc<Attributor>,
    restricted: &[String],
    authority: [&str; 2],
    devices: &Devices,
    now: i64,
) -> anyhow::Result<Front> {
    let css = figures::STYLE.to_owned();
    let empty = Front { made: now, vi: None, en: None, css };
    let (first, end) = last_month(folder.zone().day(now) - SETTLES)?;
    let path = folder.path(&format!("published/portal-{}.json", &day_text(first)[..7]));
    if !path.exists() {
        let Some(counts) = count(folder, lake, owners, restricted, (first, end), now)? else { return Ok(empty) };
        folder.disk.write(&path, &serde_json::to_vec_pretty(&counts)?, Taken::Refuse)?;
    }
    let mut counts: Value = serde_json::from_str(&read_text(&path)?)?;
    counts["publisher"] = publisher(authority);
    name_rows(&mut counts["families"], |family, _| devices.name(family).to_owned());
    name_rows(&mut counts["exposed"], |service, lang| Words::of(lang).say_or_name("finding", service).to_owned());
    let counts: Counts = serde_json::from_value(counts).with_context(|| format!("read {}", path.display()))?;
    let picture = Picture::of(&counts, &Rule::shipped()).with_context(|| format!("publish {}", path.display()))?;
    let release = |lang| Some(release(picture.render(lang)));
    Ok(Front { vi: release(figures::words::Lang::Vi), en: release(figures::words::Lang::En), ..empty })
}

/// Names for people beside the codes of a table's rows.
fn name_rows(table: &mut Value, name: impl Fn(&str, words::Lang) -> String) {
    for row in table["rows"].as_array_mut().into_iter().flatten() {
        if let Some(code) = row["code"].as_str() {
            row["name"] = json!({ "vi": name(code, words::Lang::Vi), "en": name(code, words::Lang::En) });
        }
    }
}

fn publisher([vi, en]: [&str; 2]) -> Value {
    json!({
        "name": { "vi": vi, "en": en },
        "licence": { "vi": message(Lang::Vi, "serve.licence"), "en": message(Lang::En, "serve.licence") },
    })
}

/// First day of the month before that of a day, and the day after its last.
fn last_month(day: i32) -> anyhow::Result<(i32, i32)> {
    let first_of = |day: i32| parse_day(&format!("{}-01", &day_text(day)[..7])).context("a month begins on its first");
    let end = first_of(day)?;
    Ok((first_of(end - 1)?, end))
}

/// Everything that is published of a period, as [`Counts`] reads it; none if nothing came in it.
fn count(
    folder: &DataFolder,
    lake: &Lake,
    owners: &Arc<Attributor>,
    restricted: &[String],
    (first, end): (i32, i32),
    now: i64,
) -> anyhow::Result<Option<Value>> {
    let days = end - first;
    let filter = |kind| Filter {
        since: Some(first),
        until: Some(end),
        kinds: vec![kind],
        not_families: restricted.to_vec(),
        ..Filter::default()
    };
    let botnet = |by| lake.count(owners, &filter(Kind::Botnet), by, days);
    let Some(total) = botnet(By::Total)?.pop() else { return Ok(None) };
    let basis = |name: &str| json!({ "definition": format!("define.{name}"), "attribution": owners.version() });
    let measure = |count: &Count| json!({ "unique": count.unique, "day_sum": (count.mean_per_day * f64::from(days)).round() as i64 });
    let rows = |counts: Vec<Count>, more: &dyn Fn(&str) -> Value| -> Vec<Value> {
        let row = |count: &Count| {
            let mut row = measure(count);
            row["code"] = json!(count.group);
            if let Value::Object(more) = count.group.as_deref().map_or(Value::Null, more) {
                row.as_object_mut().into_iter().for_each(|row| row.extend(more.clone()));
            }
            row
        };
        counts.iter().map(row).collect()
    };
    let plain = |_: &str| Value::Null;
    let operator = |code: &str| {
        let Some(id) = owners.id(code) else { return Value::Null };
        let name = super::owning::name(owners, id, end - 1);
        json!({ "name": { "vi": name, "en": name }, "space": space(owners, id, first..end) })
    };
    let daily: Vec<Value> = botnet(By::Day)?
        .iter()
        .filter_map(|count| Some(json!([parse_day(count.group.as_deref()?)?, count.unique])))
        .collect();
    let mut country = measure(&total);
    country["basis"] = basis("country");
    Ok(Some(json!({
        "period": { "first": first, "last": end - 1, "zone": folder.zone().name() },
        "publisher": publisher(["", ""]),
        "country": country,
        "daily": { "basis": basis("daily"), "days": daily },
        "families": { "basis": basis("families"), "rows": rows(botnet(By::Family)?, &plain) },
        "provinces": { "basis": basis("provinces"), "rows": rows(botnet(By::Place)?, &plain) },
        "isps": { "basis": basis("isps"), "rows": rows(botnet(By::Isp)?, &operator) },
        "exposed": {
            "basis": basis("exposed"),
            "rows": rows(lake.count(owners, &filter(Kind::Exposed), By::Identifier, days)?, &plain),
        },
        "feeds": feeds(folder, lake, (first, end), &basis("feeds"), now)?,
    })))
}

/// IPv4 addresses of an operator's networks in the tables; none if only an ASN names it.
fn space(owners: &Attributor, id: constituency::OrgId, days: std::ops::Range<i32>) -> Option<u64> {
    let ranges = owners.space_of(&[id], Role::Isp, days);
    let last_v4 = MAPPED | u128::from(u32::MAX);
    let own = ranges.iter().filter(|(first, last)| *first >= MAPPED && *last <= last_v4);
    let sum: u64 = own.map(|(first, last)| u64::try_from(last - first + 1).unwrap_or(0)).sum();
    (sum > 0 && sum <= u64::from(Ipv4Addr::BROADCAST.to_bits())).then_some(sum)
}

/// How the feeds lived, none named.
fn feeds(folder: &DataFolder, lake: &Lake, period: (i32, i32), basis: &Value, now: i64) -> anyhow::Result<Value> {
    let (first, end) = period;
    let healths = health::feeds(folder, lake, &Journal::open(folder)?, &Feeds::open(folder)?, now)?;
    let state = |health: &health::FeedHealth| match () {
        () if health.delivered.is_none() => "never",
        () if health.late => "late",
        () if health.silent_families().next().is_some() => "silent",
        () if health.volume.off => "off",
        () => "well",
    };
    let states: Vec<&str> = healths.iter().map(state).collect();
    let mut by_day = BTreeMap::<i32, std::collections::BTreeSet<String>>::new();
    for day in lake.feed_days(first)? {
        by_day.entry(day.day).or_default().insert(day.feed);
    }
    let delivered: Vec<usize> = (first..end).map(|day| by_day.get(&day).map_or(0, |feeds| feeds.len())).collect();
    Ok(json!({ "basis": basis, "states": states, "delivered": delivered }))
}

/// The same release in the portal's shape.
fn release(front: figures::front::Front) -> Release {
    Release {
        period: front.period,
        headline: front
            .headline
            .into_iter()
            .map(|fact| Fact { label: fact.label, value: fact.value, definition: fact.definition })
            .collect(),
        sections: front.sections.into_iter().map(section).collect(),
        notes: front.notes,
        files: front
            .files
            .into_iter()
            .map(|file| OpenFile { name: file.name, media_type: file.media_type, bytes: file.bytes.into() })
            .collect(),
    }
}

fn section(section: figures::front::Section) -> Section {
    Section {
        key: section.key.to_owned(),
        heading: section.heading,
        svg: section.svg,
        table_label: section.table_label,
        table_html: section.table_html,
        definition: section.definition,
        notes: section.notes,
        csv: section.csv,
        json: section.json,
    }
}
