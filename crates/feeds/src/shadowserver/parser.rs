//! The rows of one report, driven by the plan of its type.

use std::sync::Arc;

use event::key::{Key, Rule, Slot, TIME_SOURCE};
use event::rows::{EventRows, Outcome, Problem, Reason, Rest, push_json_string};
use rustc_hash::FxHashMap;

use super::functions::{Asides, Function, Named, Value, may_be_address, says_something, validate_to_none};
use super::schema::{Constant, Mapping, Plan, Target};
use crate::format::{Rejected, Sink};
use crate::record::{Found, Records, Row};

/// Most columns of a report. The widest of the public schema has 92.
const COLUMNS_MAX: usize = 1000;

/// A report being read. Made by [`Schema::open`](super::Schema::open).
#[derive(Debug)]
pub struct Parser {
    plan: Arc<Plan>,
    report: String,
    date: Option<i32>,
    records: Records,
    header: Option<Header>,
    rows: u64,
}

/// What the header says of all rows.
#[derive(Debug)]
enum Header {
    /// None of them can be read.
    Bad(Problem),
    /// This is how they are read.
    Good(Steps),
}

impl Parser {
    pub(super) fn new(plan: Arc<Plan>, report: &str, date: Option<i32>) -> Self {
        Self { plan, report: report.to_owned(), date, records: Records::csv(b',', Some(b'"')), header: None, rows: 0 }
    }

    /// The report type that the file's name says.
    pub fn report(&self) -> &str {
        &self.report
    }

    /// The date that the file's name begins with, in days since 1970-01-01.
    pub fn date(&self) -> Option<i32> {
        self.date
    }

    /// Data rows so far, accepted or not.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Reads the whole records of `bytes` into `sink`; with `last`, the end of the file ends a record.
    /// Returns the bytes used: what is left comes again, with more behind it.
    pub fn parse(&mut self, bytes: &[u8], last: bool, sink: &mut Sink) -> usize {
        let Self { plan, records, header, rows, .. } = self;
        let mut chunk = records.chunk(bytes, last);
        while let Some(found) = chunk.next_record() {
            let Some(header) = header.as_mut() else {
                *header = Some(Header::read(plan, &found));
                continue;
            };
            *rows += 1;
            if let Err((problem, text)) = header.put(&found, *rows, &mut sink.events) {
                sink.rejected.push(Rejected { row: *rows, problem, text });
            }
        }
        chunk.used()
    }
}

impl Header {
    fn read(plan: &Plan, found: &Found<'_>) -> Self {
        match found {
            Found::TooLong(text) => Self::Bad(Problem::new("", text, Reason::TooLong)),
            Found::Row(row) if row.len() > COLUMNS_MAX => Self::Bad(Problem::new("", &row.text(), Reason::Malformed)),
            Found::Row(row) => {
                let names: Vec<String> = (0..row.len()).filter_map(|n| row.get(n)).map(str::to_owned).collect();
                Steps::bind(plan, names).map_or_else(Self::Bad, Self::Good)
            }
        }
    }

    /// Makes an event of a record; else what is wrong with it, and its text.
    fn put(&mut self, found: &Found<'_>, number: u64, events: &mut EventRows) -> Result<(), (Problem, String)> {
        let row = match found {
            Found::Row(row) => row,
            Found::TooLong(text) => return Err((Problem::new("", text, Reason::TooLong), text.clone())),
        };
        let put = match self {
            Self::Bad(problem) => Err(problem.clone()),
            Self::Good(steps) => steps.put(*row, number, events),
        };
        put.map_err(|problem| (problem, row.text().into_owned()))
    }
}

/// A plan whose columns were found in a header.
#[derive(Debug)]
struct Steps {
    columns: Vec<Column>,
    steps: Vec<Step>,
    constants: Vec<Set>,
    asides: Asides,
    /// Where the time comes from.
    time: Option<usize>,
    /// Per column, for the row at hand: whether a step took its value.
    used: Vec<bool>,
}

#[derive(Debug)]
struct Column {
    name: String,
    extra: Extra,
}

#[derive(Debug)]
struct Step {
    column: usize,
    function: Option<Function>,
    required: bool,
    /// An empty cell changes nothing.
    skips_empty: bool,
    to: To,
}

#[derive(Debug)]
enum To {
    Key(Key),
    Extra(Extra),
    Nowhere,
}

#[derive(Debug)]
enum Set {
    Key(Key, String),
    Extra(Extra, String),
}

/// A name of the rest.
#[derive(Debug)]
struct Extra {
    name: String,
    /// The name as JSON writes it, its colon behind it.
    quoted: String,
    /// More than one step or column may set it.
    is_shared: bool,
}

impl Extra {
    fn set(&self, value: Rest<'_>, events: &mut EventRows) {
        match self.is_shared {
            true => events.set_rest(&self.name, value),
            false => events.push_quoted(&self.quoted, value),
        }
    }
}

impl Steps {
    fn bind(plan: &Plan, names: Vec<String>) -> Result<Self, Problem> {
        let mut index = FxHashMap::default();
        for (at, name) in names.iter().enumerate() {
            if index.insert(name.as_str(), at).is_some() {
                return Err(Problem::new(name, "", Reason::DuplicateColumn));
            }
        }
        let found = |mapping: &&Mapping| index.contains_key(mapping.column.as_str());
        if let Some(missing) = plan.rules.iter().find(|mapping| mapping.required && !found(mapping)) {
            return Err(Problem::new(&missing.column, "", Reason::MissingColumn));
        }
        let extras = Extras::count(plan, &names);
        let steps: Vec<Step> = plan
            .rules
            .iter()
            .filter_map(|mapping| Some(Step::bind(mapping, *index.get(mapping.column.as_str())?, &extras)))
            .collect();
        Ok(Self {
            asides: Asides::find(&names),
            time: steps.iter().find(|step| matches!(step.to, To::Key(TIME_SOURCE))).map(|step| step.column),
            constants: plan.constants.iter().map(|constant| Set::bind(constant, &extras)).collect(),
            steps,
            used: vec![false; names.len()],
            columns: names.into_iter().map(|name| Column { extra: extras.of(format!("extra.{name}")), name }).collect(),
        })
    }

    fn put(&mut self, row: Row<'_>, number: u64, events: &mut EventRows) -> Result<(), Problem> {
        self.used.fill(false);
        let row = Named { row, asides: &self.asides };
        for step in &self.steps {
            if step.skips_empty && row.row.is_blank(step.column) {
                continue;
            }
            match step.take(row.row.get(step.column), &row, events) {
                Ok(used) => self.used[step.column] = used,
                Err(NotReadable) => {
                    events.reject();
                    return Err(self.problem(step.column, &row, Reason::InvalidValue));
                }
            }
        }
        self.put_constants(events);
        self.put_unused(&row, events);
        // What a time's limits are about is the column it came from.
        let problem =
            |problem: Problem| self.time.map_or_else(|| problem.clone(), |at| self.problem(at, &row, problem.reason));
        events.accept(number).map_err(problem)
    }

    fn put_constants(&self, events: &mut EventRows) {
        for constant in &self.constants {
            match constant {
                Set::Key(key, text) => _ = events.set(*key, text),
                Set::Extra(extra, json) => extra.set(Rest::Json(json), events),
            }
        }
    }

    fn put_unused(&self, row: &Named<'_>, events: &mut EventRows) {
        let is_left = |at: usize| !self.used[at] && !row.row.is_blank(at);
        for (at, column) in self.columns.iter().enumerate().filter(|(at, _)| is_left(*at)) {
            match row.row.get(at) {
                Some(text) => column.extra.set(Rest::Text(text), events),
                None => column.extra.set(Rest::Json("null"), events),
            }
        }
    }

    fn problem(&self, column: usize, row: &Named<'_>, reason: Reason) -> Problem {
        Problem::new(&self.columns[column].name, row.row.get(column).unwrap_or_default(), reason)
    }
}

/// A cell that cannot be read as what it should be: the row is none.
struct NotReadable;

impl Step {
    fn bind(mapping: &Mapping, column: usize, extras: &Extras) -> Self {
        let to = match &mapping.target {
            Target::Key(key) => To::Key(*key),
            Target::Extra(name) => To::Extra(extras.of(name.clone())),
            Target::Dropped => To::Nowhere,
        };
        let skips_empty = mapping.function.map_or(!matches!(to, To::Extra(_)), Function::skips_empty);
        Self { column, function: mapping.function, required: mapping.required, skips_empty, to }
    }

    /// Takes the cell's value to its place; whether the column is used thereby.
    #[inline]
    fn take(&self, cell: Option<&str>, row: &Named<'_>, events: &mut EventRows) -> Result<bool, NotReadable> {
        if let (Some(Function::ValidateIp), To::Key(key), Some(cell)) = (self.function, &self.to, cell)
            && key.rule == Rule::Address
        {
            // The key asks what the function asks, and once is enough.
            let is_stored = may_be_address(cell) && events.set(*key, cell) == Outcome::Stored;
            return Ok(is_stored || !self.required);
        }
        if let (To::Key(key), Some(cell)) = (&self.to, cell)
            && self.takes_as_is(cell)
        {
            let known = if let Slot::Word(word) = key.slot { events.set_known(word, cell) } else { None };
            return self.outcome(known.unwrap_or_else(|| events.set(*key, cell)));
        }
        let value = match (cell, self.function) {
            (None, _) => Value::Nothing,
            (Some(cell), None) => Value::Text(cell.into()),
            // More than half of all steps are this one.
            (Some(cell), Some(Function::ValidateToNone)) => validate_to_none(cell),
            (Some(cell), Some(function)) => function.apply(cell, row),
        };
        match (value, &self.to) {
            (Value::Failure, _) => Err(NotReadable),
            (Value::Nothing, _) => Ok(!self.required),
            (_, To::Nowhere) => Ok(true),
            (Value::Text(text), To::Extra(extra)) => {
                extra.set(Rest::Text(&text), events);
                Ok(true)
            }
            (Value::Literal(json), To::Extra(extra)) => {
                extra.set(Rest::Json(&json), events);
                Ok(true)
            }
            (Value::Text(text) | Value::Literal(text), To::Key(key)) => self.outcome(events.set(*key, &text)),
        }
    }

    /// Whether the function, if there is one, leaves the cell alone.
    #[inline]
    fn takes_as_is(&self, cell: &str) -> bool {
        match self.function {
            None => true,
            Some(Function::ValidateToNone) => says_something(cell),
            Some(_) => false,
        }
    }

    fn outcome(&self, outcome: Outcome) -> Result<bool, NotReadable> {
        match outcome {
            Outcome::Stored | Outcome::Ignored => Ok(true),
            Outcome::Invalid if self.required => Err(NotReadable),
            Outcome::Invalid => Ok(false),
        }
    }
}

impl Set {
    fn bind(constant: &Constant, extras: &Extras) -> Self {
        match constant {
            Constant::Key(key, text) => Self::Key(*key, text.clone()),
            Constant::Extra(name, json) => Self::Extra(extras.of(name.clone()), json.clone()),
        }
    }
}

/// How many steps, constants and columns may set a name of the rest.
struct Extras(FxHashMap<String, usize>);

impl Extras {
    fn count(plan: &Plan, names: &[String]) -> Self {
        let mut counts = FxHashMap::default();
        let targets = plan.rules.iter().filter_map(|mapping| match &mapping.target {
            Target::Extra(name) => Some(name.clone()),
            _ => None,
        });
        let constants = plan.constants.iter().filter_map(|constant| match constant {
            Constant::Extra(name, _) => Some(name.clone()),
            Constant::Key(..) => None,
        });
        let left = names.iter().filter(|name| may_be_left(plan, name)).map(|name| format!("extra.{name}"));
        for name in targets.chain(constants).chain(left) {
            *counts.entry(name).or_default() += 1;
        }
        Self(counts)
    }

    fn of(&self, name: String) -> Extra {
        let is_shared = self.0.get(&name).is_some_and(|count| *count > 1);
        let mut quoted = String::new();
        push_json_string(&name, &mut quoted);
        quoted.push(':');
        Extra { name, quoted, is_shared }
    }
}

/// Whether a column may be unused at the end of a row: nothing maps it, or not all that maps it always takes its value.
fn may_be_left(plan: &Plan, column: &str) -> bool {
    let mut mappings = plan.rules.iter().filter(|mapping| mapping.column == column).peekable();
    mappings.peek().is_none() || mappings.any(|mapping| mapping.required || matches!(mapping.target, Target::Key(_)))
}
