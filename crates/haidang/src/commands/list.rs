//! `list`: the findings of an owner in a month, as files.

use std::io::Cursor;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::{iter, thread};

use ::lake::Lake;
use ::lake::ask::{Filter, Listed, Months};
use ::lake::lists::Whose;
use constituency::{Attributor, Places};
use disk::{NewFile, Taken};
use documents::csv::ListCsv;
use documents::list::{Counts, ListHead, ListRow, Status, samples_text};
use documents::local::Local;
use documents::message::Lang;
use documents::xlsx::{ListBook, ROWS_MAX};
use event::time::{day_text, parse_day, parse_month};
use pipeline::DataFolder;
use serde_json::{Value, json};

use crate::cli::{ListArgs, ListFormat};
use crate::commands::{Desk, filter};
use crate::exit;

/// Rows shown of a single list; the files have all.
const SHOWN_ROWS: usize = 15;
/// How a person is told when.
const SHOWN_TIME: &str = "%Y-%m-%d %H:%M";

/// Lists made in one pass, each with a file open: with more owners there is a pass for each so many.
const LISTS_AT_ONCE: usize = 400;

/// Lists ended at a time, each with its workbook in memory.
const ENDED_AT_ONCE: usize = 2;

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
    folder: &'m DataFolder,
    now: i64,
    lang: Lang,
    args: &'m ListArgs,
    lake: Lake,
    owners: Arc<Attributor>,
    months: Months,
    places: Places,
    local: Local,
    data_version: u64,
}

/// A list to be made: what its files are called, and whose findings are in it.
struct Wish {
    code: String,
    name: String,
    whose: Whose,
    formats: Vec<ListFormat>,
}

/// A list being written.
struct Writing {
    csv: Option<(PathBuf, ListCsv<NewFile>)>,
    counts: Counts,
    first: Vec<ListRow>,
    /// Rows for a workbook, until they are too many for one.
    rows: Option<Vec<ListRow>>,
    is_too_long: bool,
}

pub(crate) fn run(desk: &Desk, args: &ListArgs) -> anyhow::Result<i32> {
    let lake = desk.lake()?;
    let data_version = lake.standing()?.sightings;
    let owners = desk.owners(args.attribution)?;
    let (months, places, local) = (months(&args.month)?, Places::shipped(), Local::of(desk.folder.zone()));
    let (folder, now, lang) = (&desk.folder, desk.now(), desk.out.lang());
    let maker = Maker { folder, now, lang, args, lake, owners, months, places, local, data_version };
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
        if let Some(asn) = self.args.asn {
            let formats = self.formats(true);
            let wish = Wish { code: format!("AS{asn}"), name: String::new(), whose: Whose::default(), formats };
            return self.write(&[wish], &Filter { asn: Some(asn), ..self.base() }, true);
        }
        if let Some(code) = &self.args.org {
            let (wish, filter) = self.wish(code)?;
            return self.write(&[wish], &filter, true);
        }
        let mut codes = self.owners.codes().to_vec();
        codes.sort_unstable();
        let mut made = Vec::new();
        for codes in codes.chunks(LISTS_AT_ONCE) {
            let wishes = codes.iter().map(|code| Ok(self.wish(code)?.0)).collect::<anyhow::Result<Vec<Wish>>>()?;
            made.extend(self.write(&wishes, &self.base(), false)?);
        }
        Ok(made)
    }

    /// The list of an owner, with what is below it, and the rows it can be in.
    fn wish(&self, code: &str) -> anyhow::Result<(Wish, Filter)> {
        let mut filter = self.base();
        filter::own(&mut filter, &self.owners, code, self.folder.zone().day(self.now))?;
        let last = self.months.to - 1;
        let organisation = self.owners.id(code).and_then(|id| self.owners.organisation(id, last));
        let name = organisation.map_or(String::new(), |organisation| organisation.name.clone());
        let (organisations, isps) = (filter.organisations.clone(), filter.isps.clone());
        let formats = self.formats(!isps.is_empty());
        Ok((Wish { code: code.to_owned(), name, whose: Whose { organisations, isps }, formats }, filter))
    }

    /// What was asked for; if nothing was, an operator gets what its machines read, anyone else a workbook, too.
    fn formats(&self, is_operator: bool) -> Vec<ListFormat> {
        match &self.args.format[..] {
            [] if is_operator => vec![ListFormat::Csv],
            [] => vec![ListFormat::Csv, ListFormat::Xlsx],
            asked => asked.to_vec(),
        }
    }

    /// Makes lists in one pass; one that has no row only if `empty`.
    fn write(&self, wishes: &[Wish], filter: &Filter, empty: bool) -> anyhow::Result<Vec<Made>> {
        let owners: Vec<Whose> = wishes.iter().map(|wish| wish.whose.clone()).collect();
        let begin = |wish: &Wish| if empty { Writing::begin(self, wish).map(Some) } else { Ok(None) };
        let mut lists = wishes.iter().map(begin).collect::<anyhow::Result<Vec<Option<Writing>>>>()?;
        self.lake.lists(&self.owners, filter, self.months, &owners, |list, listed| {
            let writing = match &mut lists[list] {
                Some(writing) => writing,
                none => none.insert(Writing::begin(self, &wishes[list])?),
            };
            writing.push(self.row(listed))
        })?;
        self.end_all(wishes.iter().zip(lists).filter_map(|(wish, list)| Some((wish, list?))))
    }

    /// Ends lists, some at a time: their workbooks are made only now.
    fn end_all<'w>(&self, lists: impl Iterator<Item = (&'w Wish, Writing)> + Send) -> anyhow::Result<Vec<Made>> {
        let lists = Mutex::new(lists.enumerate());
        let next = || lists.lock().unwrap_or_else(PoisonError::into_inner).next();
        let work = || {
            let ended = iter::from_fn(next).map(|(at, (wish, list))| Ok((at, self.end(wish, list)?)));
            ended.collect::<anyhow::Result<Vec<(usize, Made)>>>()
        };
        let made = thread::scope(|scope| {
            let threads: Vec<_> = (0..ENDED_AT_ONCE).map(|_| scope.spawn(work)).collect();
            let broken = |_| Err(anyhow::anyhow!("a thread that ends lists broke off"));
            let ended = threads.into_iter().map(|thread| thread.join().unwrap_or_else(broken));
            ended.collect::<anyhow::Result<Vec<_>>>()
        })?;
        let mut made: Vec<(usize, Made)> = made.into_iter().flatten().collect();
        made.sort_unstable_by_key(|(at, _)| *at);
        Ok(made.into_iter().map(|(_, made)| made).collect())
    }

    /// The path of a list's file, without what it ends in.
    fn path(&self, code: &str, extension: &str) -> PathBuf {
        // A code may have a point in it.
        self.args.out.join(format!("{}-{}.{extension}", file_name(code), self.args.month))
    }

    fn end(&self, wish: &Wish, list: Writing) -> anyhow::Result<Made> {
        let mut files = Vec::new();
        if let Some((path, csv)) = list.csv {
            csv.finish()?.publish(Taken::Replace)?;
            files.push(path);
        }
        if let Some(rows) = &list.rows {
            files.push(self.book(wish, list.counts, rows)?);
        }
        let of = |status| list.counts.of(status);
        let told = json!({
            "owner": wish.code, "name": wish.name, "new": of(Status::New), "still": of(Status::Still),
            "back": of(Status::Back), "gone": of(Status::Gone), "files": files, "too_many_for_xlsx": list.is_too_long,
            "attribution_version": self.owners.version(), "sightings_version": self.data_version,
        });
        let rows = Status::ALL.into_iter().map(|status| of(status) as usize).sum();
        Ok(Made { told, first: list.first, rows })
    }

    fn book(&self, wish: &Wish, counts: Counts, rows: &[ListRow]) -> anyhow::Result<PathBuf> {
        let head = ListHead {
            owner_code: wish.code.clone(),
            owner_name: wish.name.clone(),
            month: self.args.month.clone(),
            attribution_version: self.owners.version().into(),
            data_version: self.data_version,
            made_at: self.now,
            counts,
            definition: String::new(),
        };
        let mut book = ListBook::new(head, self.folder.zone(), self.lang)?;
        rows.iter().try_for_each(|row| book.push(row))?;
        let mut bytes = Vec::new();
        book.finish(Cursor::new(&mut bytes))?;
        let path = self.path(&wish.code, "xlsx");
        self.folder.disk.write(&path, &bytes, Taken::Replace)?;
        Ok(path)
    }

    fn row(&self, listed: Listed) -> ListRow {
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
            samples: samples_text(&samples, &self.local),
        }
    }
}

impl Writing {
    fn begin(maker: &Maker<'_>, wish: &Wish) -> anyhow::Result<Self> {
        let wants = |format| wish.formats.contains(&format);
        let csv = |path: PathBuf| {
            let file = maker.folder.disk.create(&path)?;
            Ok::<_, anyhow::Error>((path, ListCsv::new(file, maker.folder.zone())?))
        };
        Ok(Self {
            csv: wants(ListFormat::Csv).then(|| csv(maker.path(&wish.code, "csv"))).transpose()?,
            counts: Counts::default(),
            first: Vec::new(),
            rows: wants(ListFormat::Xlsx).then(Vec::new),
            is_too_long: false,
        })
    }

    fn push(&mut self, row: ListRow) -> anyhow::Result<()> {
        self.counts.add(row.status);
        if let Some((_, csv)) = &mut self.csv {
            csv.push(&row)?;
        }
        if self.first.len() < SHOWN_ROWS {
            self.first.push(row.clone());
        }
        self.is_too_long |= self.rows.take_if(|rows| rows.len() == ROWS_MAX as usize).is_some();
        if let Some(rows) = &mut self.rows {
            rows.push(row);
        }
        Ok(())
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
