//! One table behind each picture: as HTML for readers, as CSV and JSON for programs.
//!
//! The files say what they count in themselves, because a file travels without its page: definition, sums that hold, period,
//! attribution version, the rule on what is not shown, terms of use. In CSV these are lines that begin with `#`, each one
//! quoted cell ([RFC 4180](https://www.rfc-editor.org/rfc/rfc4180)) above the line of column names; column names and the
//! word of `status` (`shown`, `under_limit`, `withheld`, `no_data`) are fixed English, numbers plain, days ISO 8601.

use serde_json::{Map, Number, Value, json};

use crate::counts::{Period, Publisher};
use crate::days;
use crate::number::{mean, plain_tenths, whole};
use crate::rule::Rule;
use crate::svg::{escaped, is_unseen};
use crate::words::Messages;

/// Rows of a table on a page, but for the days and the provinces; the files have all.
pub(crate) const HTML_ROWS_MAX: usize = 50;
/// How a cell must not begin, or a spreadsheet takes it for a formula
/// ([OWASP, CSV injection](https://owasp.org/www-community/attacks/CSV_Injection)); the last four are full-width forms.
const FORMULA_STARTS: [char; 8] = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];

/// One cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Datum {
    /// Words.
    Text(String),
    /// A whole number.
    Whole(u64),
    /// A mean or rate in tenths.
    Tenths(u64),
    /// A day since 1970-01-01.
    Day(i32),
    /// Under the limit.
    Under,
    /// Not shown, because it would tell another.
    Withheld,
    /// Nothing was delivered for it.
    NoData,
    /// Does not apply.
    None,
}

/// One row; `cells[0]` is what it is called.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    /// Its code in the files, where the table has codes.
    pub(crate) code: Option<String>,
    /// Its cells, one for each column.
    pub(crate) cells: Vec<Datum>,
}

/// A table.
#[derive(Debug)]
pub(crate) struct Sheet<'w> {
    /// Words of the language.
    pub(crate) words: &'w Messages,
    /// Key of its section.
    pub(crate) key: &'static str,
    /// Its title.
    pub(crate) title: String,
    /// What is counted, and how.
    pub(crate) definition: String,
    /// Which sums hold, and what else is to be known of this table alone.
    pub(crate) notes: Vec<String>,
    /// Version of the attribution.
    pub(crate) attribution: u32,
    /// Name of the column of codes in the files, if the table has codes.
    pub(crate) code: Option<&'static str>,
    /// Columns: name in the files, which `column.<name>` says in words.
    pub(crate) columns: Vec<&'static str>,
    /// Its rows.
    pub(crate) entries: Vec<Entry>,
    /// Rows of the whole, which stand apart.
    pub(crate) totals: Vec<Entry>,
    /// Rows on a page.
    pub(crate) html_rows: usize,
}

/// What every file of a release says.
#[derive(Debug)]
pub(crate) struct Terms<'p> {
    /// The period.
    pub(crate) period: &'p Period,
    /// Who publishes.
    pub(crate) publisher: &'p Publisher,
    /// The rule.
    pub(crate) rule: &'p Rule,
}

impl Sheet<'_> {
    /// A cell as a reader sees it.
    fn read(&self, cell: &Datum, limit: u64) -> String {
        let lang = self.words.lang();
        match cell {
            Datum::Text(text) => text.clone(),
            Datum::Whole(number) => whole(*number, lang),
            Datum::Tenths(number) => mean(*number, lang),
            Datum::Day(day) => days::long(*day, self.words),
            Datum::Under => self.words.fill("cell.under", &[("limit", &limit.to_string())]),
            Datum::Withheld => self.words.say("cell.withheld"),
            Datum::NoData => self.words.say("cell.no_data"),
            Datum::None => self.words.say("cell.none"),
        }
    }

    /// The table as an HTML fragment; it scrolls by keyboard when it is wider than the screen.
    pub(crate) fn html(&self, rule: &Rule) -> String {
        let key = self.key;
        let mut html = format!(
            "<div class=\"fig-scroll\" role=\"region\" aria-labelledby=\"fig-{key}-c\" tabindex=\"0\">\
             <table class=\"fig-table\"><caption id=\"fig-{key}-c\">{}</caption>\n<thead><tr>",
            escaped(&self.title)
        );
        for column in &self.columns {
            html += &format!("<th scope=\"col\">{}</th>", escaped(&self.words.say(&format!("column.{column}"))));
        }
        html += "</tr></thead>\n<tbody>\n";
        self.entries.iter().take(self.html_rows).for_each(|entry| self.html_row(entry, rule, &mut html));
        html += "</tbody>";
        if !self.totals.is_empty() {
            html += "\n<tfoot>\n";
            self.totals.iter().for_each(|entry| self.html_row(entry, rule, &mut html));
            html += "</tfoot>";
        }
        html + "</table></div>"
    }

    fn html_row(&self, entry: &Entry, rule: &Rule, html: &mut String) {
        *html += "<tr>";
        for (at, cell) in entry.cells.iter().enumerate() {
            let text = escaped(&self.read(cell, rule.limit));
            *html += &if at == 0 { format!("<th scope=\"row\">{text}</th>") } else { format!("<td>{text}</td>") };
        }
        *html += "</tr>\n";
    }

    /// The table as CSV.
    pub(crate) fn csv(&self, terms: &Terms<'_>) -> Vec<u8> {
        // A byte order mark stands first, because Excel reads Vietnamese letters wrongly without it.
        let mut csv = String::from("\u{feff}");
        let mut remarks = vec![self.title.clone(), self.definition.clone()];
        remarks.extend(self.remarks(terms));
        remarks.extend(self.totals.iter().map(|entry| self.total_in_words(entry, terms.rule)));
        for remark in remarks {
            csv += &csv_cell(&format!("# {remark}"));
            csv += "\r\n";
        }
        let names: Vec<&str> = self.code.into_iter().chain(self.columns.iter().copied()).chain(["status"]).collect();
        csv += &names.join(",");
        csv += "\r\n";
        for entry in &self.entries {
            let code = self.code.map(|_| csv_cell(entry.code.as_deref().unwrap_or_default()));
            let cells = entry.cells.iter().map(|cell| csv_cell(&plain(cell)));
            let line: Vec<String> = code.into_iter().chain(cells).chain([status(entry).to_owned()]).collect();
            csv += &line.join(",");
            csv += "\r\n";
        }
        csv.into_bytes()
    }

    /// A row of the whole as one line of words: `Mean per day: 12.3`.
    fn total_in_words(&self, entry: &Entry, rule: &Rule) -> String {
        let cells: Vec<String> = entry.cells.iter().map(|cell| self.read(cell, rule.limit)).collect();
        let [name, numbers @ ..] = cells.as_slice() else { return String::new() };
        if self.columns.len() == 2 {
            return format!("{name}: {}", numbers.join(""));
        }
        let named = self.columns.iter().zip(&entry.cells).zip(&cells).skip(1);
        let told = named.filter(|((_, cell), _)| **cell != Datum::None);
        let numbers =
            told.map(|((column, _), number)| format!("{} {number}", self.words.say(&format!("column.{column}"))));
        format!("{name}: {}", numbers.collect::<Vec<_>>().join("; "))
    }

    /// What a file says of itself after title and definition.
    fn remarks(&self, terms: &Terms<'_>) -> Vec<String> {
        let mut remarks = self.notes.clone();
        remarks.extend(common_notes(self.words, terms));
        let lang = self.words.lang();
        remarks.push(self.words.fill("note.attribution", &[("version", &self.attribution.to_string())]));
        remarks.push(self.words.fill("note.publisher", &[("name", terms.publisher.name.get(lang))]));
        remarks.push(self.words.fill("note.licence", &[("licence", terms.publisher.licence.get(lang))]));
        remarks
    }

    /// The table as JSON.
    pub(crate) fn json(&self, terms: &Terms<'_>) -> Vec<u8> {
        let (words, lang) = (self.words, self.words.lang());
        let columns = self.columns.iter().map(|name| ((*name).to_owned(), words.say(&format!("column.{name}")).into()));
        let value = json!({
            "table": self.key,
            "title": self.title,
            "language": lang.code(),
            "definition": self.definition,
            "notes": self.notes,
            "period": {
                "first": days::iso(terms.period.first), "last": days::iso(terms.period.last),
                "days": terms.period.days(), "time_zone": terms.period.zone,
            },
            "attribution_version": self.attribution,
            "suppression": {
                "limit": terms.rule.limit, "spread": terms.rule.spread, "rule": suppression(words, terms.rule),
                "restricted": words.say("note.restricted"),
            },
            "publisher": terms.publisher.name.get(lang),
            "licence": terms.publisher.licence.get(lang),
            "columns": columns.collect::<Map<String, Value>>(),
            "totals": self.totals.iter().map(|entry| self.json_row(entry, None)).collect::<Vec<_>>(),
            "rows": self.entries.iter().map(|entry| self.json_row(entry, self.code)).collect::<Vec<_>>(),
        });
        // A value of our own making is always written.
        serde_json::to_vec_pretty(&value).unwrap_or_default()
    }

    fn json_row(&self, entry: &Entry, code: Option<&str>) -> Value {
        let mut row = Map::new();
        if let Some(name) = code {
            row.insert(name.to_owned(), entry.code.clone().map_or(Value::Null, Value::from));
        }
        let cells = self.columns.iter().zip(&entry.cells);
        row.extend(cells.map(|(name, cell)| ((*name).to_owned(), json_cell(cell))));
        row.insert("status".to_owned(), status(entry).into());
        Value::Object(row)
    }
}

/// What holds for every table of a release: its days, what is not shown, what is not in it.
pub(crate) fn common_notes(words: &Messages, terms: &Terms<'_>) -> Vec<String> {
    let (first, last) = (days::long(terms.period.first, words), days::long(terms.period.last, words));
    let period = words.fill("note.period", &[("first", &first), ("last", &last), ("zone", &terms.period.zone)]);
    vec![period, suppression(words, terms.rule), words.say("note.restricted")]
}

fn suppression(words: &Messages, rule: &Rule) -> String {
    let limit = rule.limit.to_string();
    let (under, withheld) = (words.fill("cell.under", &[("limit", &limit)]), words.say("cell.withheld"));
    words.fill("note.suppression", &[("limit", &limit), ("under", &under), ("withheld", &withheld)])
}

fn status(entry: &Entry) -> &'static str {
    let has = |cell: Datum| entry.cells.contains(&cell);
    if has(Datum::Under) {
        "under_limit"
    } else if has(Datum::Withheld) {
        "withheld"
    } else if has(Datum::NoData) {
        "no_data"
    } else {
        "shown"
    }
}

/// A cell as programs read it; empty for what is not shown.
fn plain(cell: &Datum) -> String {
    match cell {
        Datum::Text(text) => text.clone(),
        Datum::Whole(number) => number.to_string(),
        Datum::Tenths(number) => plain_tenths(*number),
        Datum::Day(day) => days::iso(*day),
        Datum::Under | Datum::Withheld | Datum::NoData | Datum::None => String::new(),
    }
}

fn json_cell(cell: &Datum) -> Value {
    match cell {
        Datum::Whole(number) => (*number).into(),
        Datum::Tenths(number) => Number::from_f64(*number as f64 / 10.0).map_or(Value::Null, Value::Number),
        Datum::Text(_) | Datum::Day(_) => plain(cell).into(),
        Datum::Under | Datum::Withheld | Datum::NoData | Datum::None => Value::Null,
    }
}

fn csv_cell(text: &str) -> String {
    let mut cell: String = text.chars().filter(|c| !is_unseen(*c)).collect();
    if cell.starts_with(FORMULA_STARTS) {
        cell.insert(0, '\'');
    }
    if cell.contains(['"', ',']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_quoted_and_never_begins_a_formula() {
        assert_eq!(csv_cell("a,\"b\""), "\"a,\"\"b\"\"\"");
        assert_eq!(csv_cell("\u{200b}=1+1\r\n"), "'=1+1");
        assert_eq!(csv_cell("mirai"), "mirai");
    }
}
