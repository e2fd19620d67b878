//! The sections of a release: which picture, which table, which words.

use crate::counts::{Basis, FeedState, Measure};
use crate::days;
use crate::front::{Fact, File, Front, Section};
use crate::number::{mean, ratio_tenths, tenths, whole};
use crate::picture::{Cell, Dated, Line, Picture, Table};
use crate::sheet::{Datum, Entry, HTML_ROWS_MAX, Sheet, Terms, common_notes};
use crate::svg::Caption;
use crate::svg::bars::{BARS_MAX, Bar, bars};
use crate::svg::line::line;
use crate::svg::spark::spark;
use crate::svg::tiles::{Tiles, tiles};
use crate::words::{Lang, Messages};

/// Names in the description of a picture.
const NAMED: usize = 3;

/// Renders a release.
pub(crate) fn front(picture: &Picture, lang: Lang) -> Front {
    let words = Messages::of(lang);
    let room = Room { picture, words: &words, days: picture.period.days() };
    let mut files = Vec::new();
    let sections = [room.daily(), room.families(), room.provinces(), room.isps(), room.exposed(), room.feeds()];
    let sections = sections.into_iter().map(|(svg, sheet)| room.section(svg, &sheet, &mut files)).collect();
    Front {
        period: period(picture, &words),
        headline: room.headline(),
        sections,
        notes: common_notes(&words, &room.terms()),
        files,
    }
}

/// The first and the last day, or the only one.
fn period(picture: &Picture, words: &Messages) -> String {
    let (first, last) = (days::long(picture.period.first, words), days::long(picture.period.last, words));
    if first == last { first } else { words.fill("picture.range", &[("low", &first), ("high", &last)]) }
}

struct Room<'p> {
    picture: &'p Picture,
    words: &'p Messages,
    days: u64,
}

impl<'p> Room<'p> {
    fn terms(&self) -> Terms<'p> {
        Terms { period: &self.picture.period, publisher: &self.picture.publisher, rule: &self.picture.rule }
    }

    fn section(&self, svg: String, sheet: &Sheet<'_>, files: &mut Vec<File>) -> Section {
        let (period, lang) = (&self.picture.period, self.words.lang().code());
        let stem = format!("{}-{}-{}.{lang}", sheet.key, days::iso(period.first), days::iso(period.last));
        let (csv, json) = (format!("{stem}.csv"), format!("{stem}.json"));
        let terms = self.terms();
        let file = |name: &str, media_type, bytes| File { name: name.to_owned(), media_type, bytes };
        files.push(file(&csv, "text/csv; charset=utf-8", sheet.csv(&terms)));
        files.push(file(&json, "application/json", sheet.json(&terms)));
        let mut notes = sheet.notes.clone();
        if sheet.entries.len() > sheet.html_rows {
            notes.push(self.words.fill("note.first_rows", &[("count", &sheet.html_rows.to_string())]));
        }
        notes.push(self.words.fill("note.attribution", &[("version", &sheet.attribution.to_string())]));
        let heading = sheet.title.clone();
        let definition = sheet.definition.clone();
        let table_label = self.words.fill("table.label", &[("count", &sheet.entries.len().to_string())]);
        let table_html = sheet.html(terms.rule);
        Section { key: sheet.key, heading, svg, table_label, table_html, definition, notes, csv, json }
    }

    fn sheet(&self, key: &'static str, basis: &Basis, columns: Vec<&'static str>) -> Sheet<'p> {
        Sheet {
            words: self.words,
            key,
            title: self.words.say(&format!("title.{key}")),
            definition: self.words.say(&basis.definition),
            notes: vec![self.words.say(&format!("sum.{key}"))],
            attribution: basis.attribution,
            code: None,
            columns,
            entries: Vec::new(),
            totals: Vec::new(),
            html_rows: HTML_ROWS_MAX,
        }
    }

    fn headline(&self) -> Vec<Fact> {
        let picture = self.picture;
        let definition = self.words.say(&picture.country_basis.definition);
        let fact = |key: &str, cell: Cell<Measure>, value: &dyn Fn(Measure) -> String| Fact {
            label: self.words.say(key),
            value: self.cell(cell, value),
            definition: definition.clone(),
        };
        let lang = self.words.lang();
        vec![
            fact("row.mean", picture.country, &|measure| mean(self.mean(measure), lang)),
            fact("row.unique", picture.country.beside_mean(), &|measure| whole(measure.unique, lang)),
        ]
    }

    /// The tenths of the mean per day.
    fn mean(&self, measure: Measure) -> u64 {
        ratio_tenths(u128::from(measure.day_sum), u128::from(self.days))
    }

    fn cell<T: Copy>(&self, cell: Cell<T>, value: impl FnOnce(T) -> String) -> String {
        match cell {
            Cell::Shown(count) => value(count),
            Cell::Under => self.words.fill("cell.under", &[("limit", &self.picture.rule.limit.to_string())]),
            Cell::Withheld => self.words.say("cell.withheld"),
        }
    }

    fn daily(&self) -> (String, Sheet<'p>) {
        let picture = self.picture;
        let mut sheet = self.sheet("daily", &picture.daily_basis, vec!["day", "addresses"]);
        sheet.html_rows = usize::MAX;
        let entry = |day: &Dated| {
            let addresses = day.addresses.map_or(Datum::NoData, |cell| datum(cell, Datum::Whole));
            Entry { code: None, cells: vec![Datum::Day(day.day), addresses] }
        };
        sheet.entries = picture.daily.iter().map(entry).collect();
        let total = |key: &str, value| Entry { code: None, cells: vec![Datum::Text(self.words.say(key)), value] };
        sheet.totals = vec![
            total("row.mean", datum(picture.country, |measure| Datum::Tenths(self.mean(measure)))),
            total("row.unique", datum(picture.country.beside_mean(), |measure| Datum::Whole(measure.unique))),
        ];
        let is_plain = |day: &Dated| matches!(day.addresses, Some(Cell::Shown(_)));
        let svg = self.daily_picture(&sheet.title);
        if !svg.is_empty() && !picture.daily.iter().all(is_plain) {
            sheet.notes.push(self.words.say("note.marks"));
        }
        (svg, sheet)
    }

    fn daily_picture(&self, title: &str) -> String {
        let days = &self.picture.daily;
        let shown = || days.iter().filter_map(|day| Some((day.addresses?.shown()?, day.day)));
        let (Some(low), Some(high), Some(last)) = (shown().min(), shown().max_by_key(|(n, _)| *n), shown().next_back())
        else {
            return String::new();
        };
        let number = |(value, _): (u64, i32)| whole(value, self.words.lang());
        let day = |(_, day): (u64, i32)| days::long(day, self.words);
        let (first, end) =
            (days::long(self.picture.period.first, self.words), days::long(self.picture.period.last, self.words));
        let description = self.words.fill(
            "picture.daily",
            &[
                ("first", &first),
                ("last", &end),
                ("low", &number(low)),
                ("low_day", &day(low)),
                ("high", &number(high)),
                ("high_day", &day(high)),
                ("value", &number(last)),
                ("value_day", &day(last)),
            ],
        );
        line(days, &number(last), self.words, &Caption { key: "daily", title, description: &description })
    }

    fn families(&self) -> (String, Sheet<'p>) {
        let table = &self.picture.families;
        let sheet = self.table_sheet("families", table, vec!["family", "mean", "unique"]);
        (self.mean_bars(&sheet, table), sheet)
    }

    fn exposed(&self) -> (String, Sheet<'p>) {
        let table = &self.picture.exposed;
        let mut sheet = self.table_sheet("exposed", table, vec!["service", "mean", "unique"]);
        sheet.code = Some("identifier");
        sheet.totals.clear();
        (self.mean_bars(&sheet, table), sheet)
    }

    fn provinces(&self) -> (String, Sheet<'p>) {
        let table = &self.picture.provinces;
        let mut sheet = self.table_sheet("provinces", table, vec!["province", "mean", "unique"]);
        sheet.code = Some("code");
        (self.map(&sheet.title), sheet)
    }

    fn isps(&self) -> (String, Sheet<'p>) {
        let table = &self.picture.isps;
        let mut sheet = self.table_sheet("isps", table, vec!["isp", "rate", "mean", "unique", "space"]);
        sheet.code = Some("code");
        for (entry, line) in sheet.entries.iter_mut().zip(&table.lines) {
            let rate = match line.cell {
                Cell::Shown(_) => line.per_space(self.days).map_or(Datum::None, Datum::Tenths),
                cell => datum(cell.beside_mean(), |_| Datum::None),
            };
            entry.cells.insert(1, rate);
            entry.cells.push(line.space.map_or(Datum::None, Datum::Whole));
        }
        for total in &mut sheet.totals {
            total.cells.insert(1, Datum::None);
            total.cells.push(Datum::None);
        }
        (self.bars(&sheet, table, |line| line.per_space(self.days)), sheet)
    }

    /// The table of a breakdown: names, mean per day, distinct addresses of the period.
    fn table_sheet(&self, key: &'static str, table: &Table, columns: Vec<&'static str>) -> Sheet<'p> {
        let mut sheet = self.sheet(key, &table.basis, columns);
        let cells = |name: String, cell: Cell<Measure>| {
            let mean = datum(cell, |measure| Datum::Tenths(self.mean(measure)));
            vec![Datum::Text(name), mean, datum(cell.beside_mean(), |measure| Datum::Whole(measure.unique))]
        };
        let entry = |line: &Line| Entry { code: line.code.clone(), cells: cells(self.name(line), line.cell) };
        sheet.entries = table.lines.iter().map(entry).collect();
        sheet.totals = vec![Entry { code: None, cells: cells(self.words.say("row.country"), self.picture.country) }];
        if table.lines.is_empty() {
            sheet.notes.push(self.words.say("note.empty"));
        }
        if table.more > 0 {
            sheet.notes.push(self.words.fill("note.more", &[("count", &table.more.to_string())]));
        }
        sheet
    }

    fn name(&self, line: &Line) -> String {
        let named = line.name.as_ref().map(|name| name.get(self.words.lang()).to_owned());
        named.or_else(|| line.code.clone()).unwrap_or_else(|| self.words.say("row.unknown"))
    }

    fn mean_bars(&self, sheet: &Sheet<'_>, table: &Table) -> String {
        self.bars(sheet, table, |line| line.cell.shown().map(|measure| self.mean(measure)))
    }

    /// The largest groups that have a name, by a number in tenths.
    fn bars(&self, sheet: &Sheet<'_>, table: &Table, value: impl Fn(&Line) -> Option<u64>) -> String {
        let named = table.lines.iter().filter(|line| line.code.is_some());
        let bar = |line: &Line| {
            let value = value(line)?;
            Some(Bar { name: self.name(line), value, number: mean(value, self.words.lang()) })
        };
        let shown: Vec<Bar> = named.filter_map(bar).take(BARS_MAX).collect();
        let items: Vec<String> = shown.iter().take(NAMED).map(|bar| format!("{} {}", bar.name, bar.number)).collect();
        let values = [("count", &*shown.len().to_string()), ("items", &*items.join("; "))];
        let description = self.words.fill("picture.bars", &values);
        bars(&shown, &Caption { key: sheet.key, title: &sheet.title, description: &description })
    }

    fn map(&self, title: &str) -> String {
        let lines = &self.picture.provinces.lines;
        let (lang, limit) = (self.words.lang(), self.picture.rule.limit.to_string());
        let cells = lines.iter().filter_map(|line| Some((line.code.as_deref()?, self.mean_cell(line.cell))));
        let unknown = lines.iter().find(|line| line.code.is_none()).map_or(Cell::Withheld, |line| line.cell);
        let unknown = self.with_share(unknown);
        let map = Tiles {
            cells: cells.collect(),
            unknown: [self.words.say("row.unknown"), unknown.clone()],
            under: self.words.fill("cell.under", &[("limit", &limit)]),
            withheld: self.words.say("cell.withheld"),
        };
        let named = lines.iter().filter(|line| line.code.is_some()).take(NAMED);
        let items = named.map(|line| {
            format!("{} {}", self.name(line), self.cell(self.mean_cell(line.cell), |mean| whole(mean, lang)))
        });
        let items = items.collect::<Vec<_>>().join("; ");
        let description = self.words.fill("picture.tiles", &[("items", &items), ("unknown", &unknown)]);
        tiles(&map, self.words, &Caption { key: "provinces", title, description: &description })
    }

    /// The mean per day, whole: a tile has no room for more.
    fn mean_cell(&self, cell: Cell<Measure>) -> Cell<u64> {
        match cell {
            Cell::Shown(measure) => Cell::Shown((self.mean(measure) + 5) / 10),
            Cell::Under => Cell::Under,
            Cell::Withheld => Cell::Withheld,
        }
    }

    /// A mean per day with its share of the country's, where both are shown.
    fn with_share(&self, cell: Cell<Measure>) -> String {
        let lang = self.words.lang();
        let mean = self.cell(self.mean_cell(cell), |mean| whole(mean, lang));
        match (cell.shown(), self.picture.country.shown()) {
            (Some(part), Some(country)) if country.day_sum > 0 => {
                let share = ratio_tenths(u128::from(part.day_sum) * 100, u128::from(country.day_sum));
                self.words.fill("picture.share", &[("value", &mean), ("share", &tenths(share, lang))])
            }
            _ => mean,
        }
    }

    fn feeds(&self) -> (String, Sheet<'p>) {
        let feeds = &self.picture.feeds;
        let mut sheet = self.sheet("feeds", &feeds.basis, vec!["state", "feeds"]);
        sheet.code = Some("code");
        let entry = |state: FeedState| {
            let number = feeds.states.iter().filter(|other| **other == state).count();
            let name = self.words.say(&format!("state.{}", state.name()));
            Entry { code: Some(state.name().to_owned()), cells: vec![Datum::Text(name), Datum::Whole(number as u64)] }
        };
        sheet.entries = FeedState::ALL.into_iter().map(entry).collect();
        let count = feeds.states.len().to_string();
        let value = feeds.delivered.last().copied().unwrap_or(0).to_string();
        let bound = |bound: Option<&u32>| bound.copied().unwrap_or(0).to_string();
        let period = &self.picture.period;
        let description = self.words.fill(
            "picture.feeds",
            &[
                ("first", &days::long(period.first, self.words)),
                ("last", &days::long(period.last, self.words)),
                ("low", &bound(feeds.delivered.iter().min())),
                ("high", &bound(feeds.delivered.iter().max())),
                ("value", &value),
                ("count", &count),
            ],
        );
        let last = self.words.fill("picture.last", &[("value", &value), ("count", &count)]);
        let caption = Caption { key: "feeds", title: &sheet.title, description: &description };
        let svg = spark(&feeds.delivered, feeds.states.len(), &last, &caption);
        (svg, sheet)
    }
}

fn datum<T: Copy>(cell: Cell<T>, shown: impl FnOnce(T) -> Datum) -> Datum {
    match cell {
        Cell::Shown(count) => shown(count),
        Cell::Under => Datum::Under,
        Cell::Withheld => Datum::Withheld,
    }
}
