//! What a command says: for people or for machines, in their language.

use std::cell::RefCell;
use std::io::{self, IsTerminal as _, Write as _};
use std::sync::Arc;

use documents::message::{Lang, Messages};
use indicatif::{ProgressBar, ProgressStyle};
use pipeline::ingest::Progress;
use serde::Serialize;

use crate::table::{Table, grouped, tame};

/// How far a work is, in the width of the terminal: no words, so that it needs no language.
const BAR: &str = "  {wide_bar:.cyan/dim} {percent:>3} %  {eta:>4}";

/// The words of the program in a language.
pub(crate) fn messages(lang: Lang) -> Messages {
    Messages::read(include_str!("../data/messages.toml"), lang)
}

/// A message in a language, for what is answered in both.
pub(crate) fn message(lang: Lang, key: &str) -> String {
    messages(lang).say(key)
}

/// Where a command's answer goes.
#[derive(Debug)]
pub(crate) struct Out {
    json: bool,
    colour: bool,
    /// The words of the program.
    pub(crate) words: Messages,
    /// The words of the documents it writes.
    documents: Messages,
    bar: RefCell<Option<ProgressBar>>,
}

impl Out {
    /// An answer in a language, as JSON if asked.
    pub(crate) fn new(json: bool, lang: Lang) -> Self {
        let colour = io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
        let words = messages(lang);
        Self { json, colour, words, documents: Messages::of(lang), bar: RefCell::default() }
    }

    /// Whether machines read it.
    pub(crate) fn json(&self) -> bool {
        self.json
    }

    /// The language.
    pub(crate) fn lang(&self) -> Lang {
        self.words.lang()
    }

    /// A kind of finding in words, as the documents have it.
    pub(crate) fn kind(&self, name: &str) -> String {
        self.documents.say_or_name("kind", name)
    }

    /// Shows how far a long work is, on a terminal only. Answers what to call with every part of it that is done.
    pub(crate) fn begin(&self, total: u64) -> Progress {
        if self.json || !io::stderr().is_terminal() {
            return Arc::new(|_| {});
        }
        let style = ProgressStyle::with_template(BAR).unwrap_or_else(|_| ProgressStyle::default_bar());
        let bar = ProgressBar::new(total).with_style(style);
        self.bar.replace(Some(bar.clone()));
        Arc::new(move |done| bar.inc(done))
    }

    /// The long work is over: its bar goes.
    pub(crate) fn end(&self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }

    /// One JSON value on a line of its own.
    pub(crate) fn value(&self, value: &impl Serialize) -> anyhow::Result<()> {
        let text = serde_json::to_string(value)?;
        self.raw(&format!("{text}\n"))
    }

    /// Text as it stands. A reader that has gone is no error: `| head` is normal.
    pub(crate) fn raw(&self, text: &str) -> anyhow::Result<()> {
        let write = || io::stdout().write_all(text.as_bytes());
        let written = self.bar.borrow().as_ref().map_or_else(write, |bar| bar.suspend(write));
        match written {
            Err(e) if e.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            done => Ok(done?),
        }
    }

    /// A line for people; machines do not get it.
    pub(crate) fn line(&self, text: &str) -> anyhow::Result<()> {
        if self.json { Ok(()) } else { self.raw(&format!("{text}\n")) }
    }

    /// A message for people with its places filled.
    pub(crate) fn say(&self, key: &str, values: &[(&str, &str)]) -> anyhow::Result<()> {
        let tamed: Vec<(&str, String)> = values.iter().map(|(name, value)| (*name, tame(value))).collect();
        let tamed: Vec<(&str, &str)> = tamed.iter().map(|(name, value)| (*name, value.as_str())).collect();
        self.line(&self.words.fill(key, &tamed))
    }

    /// A message beside the answer, on standard error.
    pub(crate) fn aside(&self, key: &str, values: &[(&str, &str)]) {
        let text = tame(&self.words.fill(key, values));
        #[expect(clippy::print_stderr, reason = "what is no part of the answer is told here")]
        if self.json {
            eprintln!("{}", serde_json::json!({ "note": text }));
        } else {
            eprintln!("haidang: {text}");
        }
    }

    /// A title for people.
    pub(crate) fn title(&self, text: &str) -> anyhow::Result<()> {
        if self.colour { self.line(&format!("\n\x1b[1;34m{text}\x1b[0m")) } else { self.line(&format!("\n{text}")) }
    }

    /// A table for people; an empty one says so.
    pub(crate) fn table(&self, table: &Table) -> anyhow::Result<()> {
        if table.is_empty() { self.say("out.nothing", &[]) } else { self.line(table.text(self.colour).trim_end()) }
    }

    /// A table with heads from the messages.
    pub(crate) fn heads<'k>(&self, keys: impl IntoIterator<Item = &'k str>) -> Table {
        Table::new(keys.into_iter().map(|key| self.words.say(&format!("head.{key}"))))
    }

    /// A number as the language writes it.
    pub(crate) fn number(&self, number: i64) -> String {
        grouped(number, if self.lang() == Lang::Vi { '.' } else { ',' })
    }

    /// A number with one decimal.
    pub(crate) fn decimal(&self, number: f64) -> String {
        let tenths = (number * 10.0).round() as i64;
        let mark = if self.lang() == Lang::Vi { ',' } else { '.' };
        format!("{}{mark}{}", self.number(tenths / 10), (tenths % 10).abs())
    }
}
