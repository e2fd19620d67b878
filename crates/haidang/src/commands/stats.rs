//! `stats`: how many, by what.

use constituency::{Attributor, Places};
use disk::Taken;
use documents::message::Lang;
use event::rules::Kind;
use event::time::day_text;
use lake::ask::{By, Count, Filter};
use serde_json::{Value, json};

use crate::cli::{ByArg, StatsArgs};
use crate::commands::{Desk, filter};
use crate::exit;
use crate::table::shorter;

/// Days counted when no first day is said.
const DEFAULT_DAYS: i32 = 30;
/// Letters of an owner's code and name in a table.
const NAME_LONGEST: usize = 48;

pub(crate) fn run(desk: &Desk, args: &StatsArgs) -> anyhow::Result<i32> {
    let owners = desk.owners(args.filter.attribution)?;
    let mut filter = filter::filter(&args.filter, &owners, desk.today())?;
    let until = filter.until.unwrap_or(desk.today() + 1);
    let since = filter.since.unwrap_or(until - DEFAULT_DAYS);
    (filter.since, filter.until) = (Some(since), Some(until));
    anyhow::ensure!(args.by.len() <= 2, "counts are by one thing or by two");
    let by = (args.by.first().map_or(By::Total, |by| self::by(*by)), args.by.get(1).map(|by| self::by(*by)));
    if args.filter.kind.is_empty() && !args.by.contains(&ByArg::Kind) {
        filter.kinds = vec![Kind::Botnet];
    }
    let lake = desk.lake()?;
    let days = (until - since).max(1);
    // A day's own mean is over that day.
    let counts = lake.counts(&owners, &filter, by, if args.by.contains(&ByArg::Day) { 1 } else { days })?;
    let total = lake.count(&owners, &filter, By::Total, days)?;
    let standing = lake.standing()?;
    let answer = json!({
        "by": args.by.iter().map(|by| format!("{by:?}").to_lowercase()).collect::<Vec<_>>().join(","),
        "since": day_text(since), "until": day_text(until - 1), "days": days,
        "kinds": filter.kinds.iter().map(|kind| kind.name()).collect::<Vec<_>>(),
        "attribution_version": owners.version(), "sightings_version": standing.sightings, "reports": standing.folded,
        "definition": desk.out.words.say("stats.definition"),
        "rows": counts.iter().map(row).collect::<Vec<_>>(),
        "total": total.first().map_or_else(|| row(&Count { group: None, part: None, unique: 0, mean_per_day: 0.0, events: 0 }), row),
    });
    if let Some(name) = &args.publish {
        publish(desk, name, &answer)?;
    }
    if desk.out.json() {
        desk.out.value(&answer)?;
    } else {
        show(&Labels::on(desk, &owners, until - 1), args, &filter, &counts, &total)?;
        let versions = [("attribution", owners.version().to_string()), ("data", standing.sightings.to_string())];
        let versions: Vec<(&str, &str)> = versions.iter().map(|(name, text)| (*name, text.as_str())).collect();
        desk.out.say("stats.versions", &versions)?;
    }
    Ok(exit::OK)
}

fn by(by: ByArg) -> By {
    match by {
        ByArg::Family => By::Family,
        ByArg::Kind => By::Kind,
        ByArg::Isp => By::Isp,
        ByArg::Asn => By::Asn,
        ByArg::Org => By::Organisation,
        ByArg::Province => By::Place,
        ByArg::Day => By::Day,
        ByArg::Feed => By::Feed,
    }
}

fn row(count: &Count) -> Value {
    let mut row = json!({ "group": count.group, "unique": count.unique, "mean_per_day": (count.mean_per_day * 100.0).round() / 100.0, "events": count.events });
    if let Some(part) = &count.part {
        row["part"] = json!(part);
    }
    row
}

fn publish(desk: &Desk, name: &str, answer: &Value) -> anyhow::Result<()> {
    anyhow::ensure!(
        !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-'),
        "a published figure is named with letters, digits and hyphens, not {name:?}"
    );
    let path = desk.folder.path(&format!("published/{name}.json"));
    let done = desk.folder.disk.write(&path, serde_json::to_string_pretty(answer)?.as_bytes(), Taken::Refuse);
    done.map_err(|e| anyhow::anyhow!("publish {name}: {e}; what was published is never changed, take another name"))
}

fn show(
    labels: &Labels<'_>,
    args: &StatsArgs,
    filter: &Filter,
    counts: &[Count],
    total: &[Count],
) -> anyhow::Result<()> {
    let desk = labels.desk;
    let day = |day: Option<i32>, less| day.map(|day| day_text(day - less)).unwrap_or_default();
    desk.out.say("stats.title", &[("since", &day(filter.since, 0)), ("until", &day(filter.until, 1))])?;
    let groups = match &args.by[..] {
        [by] => (group(*by), None),
        [by, part, ..] => (group(*by), Some(group(*part))),
        [] => ("total", None),
    };
    show_counts(desk, labels, groups, counts, total)?;
    desk.out.say("stats.definition", &[])
}

/// What a group is called in messages.
fn group(by: ByArg) -> &'static str {
    match by {
        ByArg::Family => "family",
        ByArg::Kind => "kind",
        ByArg::Isp => "isp",
        ByArg::Asn => "asn",
        ByArg::Org => "org",
        ByArg::Province => "place",
        ByArg::Day => "day",
        ByArg::Feed => "feed",
    }
}

/// A table of counts, the head of the group (and of its parts) first, the total last.
pub(crate) fn show_counts(
    desk: &Desk,
    labels: &Labels<'_>,
    (group, part): (&'static str, Option<&'static str>),
    counts: &[Count],
    total: &[Count],
) -> anyhow::Result<()> {
    let heads: Vec<&'static str> = [group].into_iter().chain(part).chain(["unique", "mean", "events"]).collect();
    let mut table = desk.out.heads(heads);
    let mut row = |names: Vec<String>, count: &Count| {
        let (mean, events) = (desk.out.decimal(count.mean_per_day), desk.out.number(count.events));
        table.row(names.into_iter().chain([desk.out.number(count.unique), mean, events]));
    };
    let name = |group: &str, code: Option<&String>| {
        code.map_or_else(|| desk.out.words.say("out.unknown"), |code| labels.of(group, code))
    };
    for count in counts {
        let part = part.map(|part| name(part, count.part.as_ref()));
        row([name(group, count.group.as_ref())].into_iter().chain(part).collect(), count);
    }
    if let Some(count) = total.first().filter(|_| counts.len() > 1) {
        row([desk.out.words.say("out.total")].into_iter().chain(part.map(|_| String::new())).collect(), count);
    }
    desk.out.table(&table)
}

/// What codes are called for people.
pub(crate) struct Labels<'d> {
    desk: &'d Desk,
    owners: &'d Attributor,
    places: Places,
    /// Organisations are called as on this day.
    day: i32,
}

impl<'d> Labels<'d> {
    /// As on a day, by an attribution version.
    pub(crate) fn on(desk: &'d Desk, owners: &'d Attributor, day: i32) -> Self {
        Self { desk, owners, places: Places::shipped(), day }
    }

    fn of(&self, group: &str, code: &str) -> String {
        match group {
            "place" => self.places.name(code).map_or_else(|| code.to_owned(), |name| format!("{code} {name}")),
            "isp" | "org" => shorter(&format!("{code} {}", self.owner(code)), NAME_LONGEST).trim_end().to_owned(),
            "kind" => self.desk.out.kind(code),
            _ => code.to_owned(),
        }
    }

    /// The name of an organisation or operator; empty if it has none.
    fn owner(&self, code: &str) -> &str {
        let organisation = self.owners.id(code).and_then(|id| self.owners.organisation(id, self.day));
        organisation.map_or("", |owner| match self.desk.out.lang() {
            Lang::En if !owner.name_en.is_empty() => &owner.name_en,
            _ => &owner.name,
        })
    }
}
