//! `list`: the findings of an owner in a month, as files.

use std::collections::BTreeSet;
use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ::lake::Lake;
use ::lake::ask::{Filter, Listed, Months};
use constituency::{Attributor, OrgId, Places};
use disk::Taken;
use documents::csv::ListCsv;
use documents::list::{Counts, ListHead, ListRow, Status, samples_text};
use documents::local::Local;
use documents::xlsx::{ListBook, ROWS_MAX};
use event::time::{day_text, parse_day, parse_month};
use serde_json::{Value, json};

use crate::cli::{ListArgs, ListFormat};
use crate::commands::{Desk, filter};
use crate::exit;

/// Rows shown of a single list; the files have all.
const SHOWN_ROWS: usize = 15;
/// Levels of organisations above an owner that are looked at: no real tree is so high.
const DEPTH_MAX: usize = 64;
/// How a person is told when.
const SHOWN_TIME: &str = "%Y-%m-%d %H:%M";

/// A list that was written.
struct Made {
    /// What is told of it.
    told: Value,
    /// Its first rows, and how many it has.
    first: Vec<ListRow>,
    rows: usize,
}

/// What all lists of one run share.
struct Maker<'m> {
    desk: &'m Desk,
    args: &'m ListArgs,
    lake: Lake,
    owners: Arc<Attributor>,
    months: Months,
    places: Places,
    data_version: u64,
}

pub(crate) fn run(desk: &Desk, args: &ListArgs) -> anyhow::Result<i32> {
    let lake = desk.lake()?;
    let data_version = lake.standing()?.sightings;
    let owners = desk.owners(args.attribution)?;
    let maker =
        Maker { desk, args, lake, owners, months: months(&args.month)?, places: Places::shipped(), data_version };
    std::fs::create_dir_all(&args.out)?;
    let made = maker.make()?;
    if desk.out.json() {
        let lists: Vec<&Value> = made.iter().map(|list| &list.told).collect();
        desk.out.value(&json!({ "month": args.month, "lists": lists }))?;
    } else {
        show(desk, args, &made)?;
    }
    Ok(exit::OK)
}

/// The month of a list, `YYYY-MM`, and the one before.
pub(crate) fn months(text: &str) -> anyhow::Result<Months> {
    let wrong = || anyhow::anyhow!("{text:?} is not a month; wanted YYYY-MM");
    let (from, to) = parse_month(text).ok_or_else(wrong)?;
    let before = day_text(from - 1);
    let before = parse_day(&format!("{}-01", &before[..7])).ok_or_else(wrong)?;
    Ok(Months { before, from, to })
}

impl Maker<'_> {
    fn base(&self) -> Filter {
        Filter { kinds: filter::kinds(&self.args.kind), until: Some(self.months.to), ..Filter::default() }
    }

    fn make(&self) -> anyhow::Result<Vec<Made>> {
        if let Some(code) = &self.args.org {
            return Ok(vec![self.owner(code)?]);
        }
        if let Some(asn) = self.args.asn {
            let filter = Filter { asn: Some(asn), ..self.base() };
            return Ok(vec![self.list(&format!("AS{asn}"), "", &filter)?]);
        }
        let period = Filter { since: Some(self.months.before), ..self.base() };
        let (organisations, isps) = self.lake.owners(&self.owners, &period)?;
        let codes: BTreeSet<String> =
            organisations.iter().chain(&isps).flat_map(|code| self.with_parents(code)).collect();
        codes.iter().map(|code| self.owner(code)).collect()
    }

    /// An owner and those above it: what is below them counts as theirs, too.
    fn with_parents(&self, code: &str) -> Vec<String> {
        let day = self.months.to - 1;
        let parent = |id: &OrgId| self.owners.parent(*id, day);
        let above = std::iter::successors(self.owners.id(code).and_then(|id| parent(&id)), parent).take(DEPTH_MAX);
        std::iter::once(code.to_owned()).chain(above.map(|id| self.owners.code(id).to_owned())).collect()
    }

    fn owner(&self, code: &str) -> anyhow::Result<Made> {
        let mut filter = self.base();
        filter::own(&mut filter, &self.owners, code, self.desk.today())?;
        let name = self
            .owners
            .id(code)
            .and_then(|id| self.owners.organisation(id, self.months.to - 1))
            .map_or(String::new(), |organisation| organisation.name.clone());
        self.list(code, &name, &filter)
    }

    fn list(&self, code: &str, name: &str, filter: &Filter) -> anyhow::Result<Made> {
        let zone = self.desk.folder.zone();
        let base = self.args.out.join(format!("{}-{}", file_name(code), self.args.month));
        let csv_path = base.with_extension("csv");
        let wants = |format| self.args.format.contains(&format);
        let disk = &self.desk.folder.disk;
        let mut csv = wants(ListFormat::Csv).then(|| ListCsv::new(disk.create(&csv_path)?, zone)).transpose()?;
        let (mut counts, mut rows, mut many, mut first) = (Counts::default(), Vec::new(), false, Vec::new());
        self.lake.list(&self.owners, filter, self.months, |listed| {
            let row = self.row(listed);
            counts.add(row.status);
            if let Some(csv) = &mut csv {
                csv.push(&row)?;
            }
            if first.len() < SHOWN_ROWS {
                first.push(row.clone());
            }
            many |= rows.len() == ROWS_MAX as usize;
            if wants(ListFormat::Xlsx) && !many {
                rows.push(row);
            }
            Ok::<_, anyhow::Error>(())
        })?;
        let mut files = Vec::new();
        if let Some(csv) = csv {
            csv.finish()?.publish(Taken::Replace)?;
            files.push(csv_path);
        }
        if wants(ListFormat::Xlsx) && !many {
            files.push(self.book(&base.with_extension("xlsx"), code, name, counts, &rows)?);
        }
        let of = |status| counts.of(status);
        let told = json!({
            "owner": code, "name": name, "new": of(Status::New), "still": of(Status::Still), "back": of(Status::Back),
            "gone": of(Status::Gone), "files": files, "too_many_for_xlsx": many,
            "attribution_version": self.owners.version(), "sightings_version": self.data_version,
        });
        let rows = Status::ALL.into_iter().map(|status| counts.of(status) as usize).sum();
        Ok(Made { told, first, rows })
    }

    fn book(&self, path: &Path, code: &str, name: &str, counts: Counts, rows: &[ListRow]) -> anyhow::Result<PathBuf> {
        let head = ListHead {
            owner_code: code.to_owned(),
            owner_name: name.to_owned(),
            month: self.args.month.clone(),
            attribution_version: self.owners.version().into(),
            data_version: self.data_version,
            made_at: self.desk.now(),
            counts,
            definition: String::new(),
        };
        let mut book = ListBook::new(head, self.desk.folder.zone(), self.desk.out.lang())?;
        rows.iter().try_for_each(|row| book.push(row))?;
        let mut bytes = Vec::new();
        book.finish(Cursor::new(&mut bytes))?;
        self.desk.folder.disk.write(path, &bytes, Taken::Replace)?;
        Ok(path.to_owned())
    }

    fn row(&self, listed: Listed) -> ListRow {
        let local = Local::of(self.desk.folder.zone());
        let samples: Vec<_> = listed.samples.iter().map(|s| (s.time, (s.port >= 0).then_some(s.port))).collect();
        let status = status(&listed);
        let gone = status == Status::Gone;
        ListRow {
            status,
            port: listed.port,
            service: [listed.identifier.as_str(), listed.transport.as_str()]
                .into_iter()
                .filter(|text| !text.is_empty())
                .collect::<Vec<_>>()
                .join("/"),
            subject: listed.subject,
            family: listed.family,
            kind: listed.kind,
            first: listed.first,
            last: listed.last,
            count: listed.count,
            days: if gone { listed.days_before } else { listed.days },
            isp: listed.isp,
            organisation: listed.organisation,
            place: self.places.name(&listed.place).unwrap_or(&listed.place).to_owned(),
            feeds: listed.feeds.replace(' ', ", "),
            samples: samples_text(&samples, &local),
        }
    }
}

/// How a finding stands to the month before.
pub(crate) fn status(listed: &Listed) -> Status {
    match (listed.days > 0, listed.days_before > 0, listed.earlier) {
        (false, ..) => Status::Gone,
        (true, true, _) => Status::Still,
        (true, false, true) => Status::Back,
        (true, false, false) => Status::New,
    }
}

/// A code as part of a file name; two codes never share one.
fn file_name(code: &str) -> String {
    let letter =
        |c: char| if c.is_alphanumeric() || c == '-' { c.to_string() } else { format!("_{:x}_", u32::from(c)) };
    code.chars().map(letter).collect()
}

fn show(desk: &Desk, args: &ListArgs, made: &[Made]) -> anyhow::Result<()> {
    let mut table = desk.out.heads(["owner", "new", "still", "back", "gone"]);
    for Made { told, .. } in made {
        let number = |name: &str| desk.out.number(told[name].as_i64().unwrap_or(0));
        let owner = format!("{} {}", told["owner"].as_str().unwrap_or(""), told["name"].as_str().unwrap_or(""));
        table.row([owner.trim().to_owned(), number("new"), number("still"), number("back"), number("gone")]);
    }
    desk.out.table(&table)?;
    if let [one] = made {
        show_rows(desk, one)?;
    }
    let files: usize = made.iter().filter_map(|list| Some(list.told["files"].as_array()?.len())).sum();
    let out = args.out.display().to_string();
    desk.out.say("list.written", &[("files", &desk.out.number(files as i64)), ("out", &out)])?;
    if made.iter().any(|list| list.told["too_many_for_xlsx"] == true) {
        desk.out.say("list.too_many", &[("rows", &desk.out.number(ROWS_MAX.into()))])?;
    }
    Ok(())
}

/// The first rows of a list.
fn show_rows(desk: &Desk, list: &Made) -> anyhow::Result<()> {
    if list.first.is_empty() {
        return Ok(());
    }
    let local = Local::of(desk.folder.zone());
    let mut table = desk.out.heads(["state", "subject", "family", "what", "first", "last", "events", "day_count"]);
    for row in &list.first {
        table.row([
            desk.out.words.say_or_name("head", row.status.name()),
            row.port.map_or_else(|| row.subject.clone(), |port| format!("{} :{port}", row.subject)),
            row.family.clone(),
            row.service.clone(),
            local.format(row.first, SHOWN_TIME),
            local.format(row.last, SHOWN_TIME),
            desk.out.number(row.count),
            desk.out.number(row.days),
        ]);
    }
    desk.out.line("")?;
    desk.out.table(&table)?;
    if list.first.len() < list.rows {
        desk.out.say("list.more", &[("rows", &desk.out.number((list.rows - list.first.len()) as i64))])?;
    }
    Ok(())
}
