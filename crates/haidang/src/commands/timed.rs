//! `timed`: a question asked several times with the lake open, for the benches: what each asking took, then the answer.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use ::lake::Lake;
use ::lake::LakeError;
use ::lake::ask::{By, Filter, Months};
use arrow_array::cast::AsArray as _;
use arrow_array::types::Int64Type;
use constituency::Attributor;
use event::rules::Kind;

use crate::cli::{TimedArg, TimedArgs};
use crate::commands::{Desk, filter, list};
use crate::exit;

/// Microseconds of a second.
const SECOND: f64 = 1e6;

/// Who asks.
struct Asker<'a> {
    desk: &'a Desk,
    args: &'a TimedArgs,
    lake: Lake,
    owners: Arc<Attributor>,
    months: Months,
}

pub(crate) fn run(desk: &Desk, args: &TimedArgs) -> anyhow::Result<i32> {
    let begun = desk.now();
    let (lake, owners, months) = (desk.lake()?, desk.owners(None)?, list::months(&args.month)?);
    let asker = Asker { desk, args, lake, owners, months };
    desk.out.line(&format!("open {}", seconds(begun, desk.now())))?;
    let (mut took, mut answers) = (String::new(), BTreeMap::new());
    for turn in 0..args.times {
        let begun = desk.now();
        let answer = asker.ask(turn)?;
        // Writing to a String cannot fail.
        let _ = write!(took, " {}", seconds(begun, desk.now()));
        answers.extend(answer);
    }
    desk.out.line(&format!("seconds{took}"))?;
    answers.iter().try_for_each(|(what, numbers)| desk.out.line(&format!("{what} {numbers}")))?;
    Ok(exit::OK)
}

fn seconds(from: i64, to: i64) -> String {
    format!("{:.6}", (to - from) as f64 / SECOND)
}

impl Asker<'_> {
    /// The question of a turn: lines of an answer, by what each is of.
    fn ask(&self, turn: usize) -> anyhow::Result<BTreeMap<String, String>> {
        match self.args.what {
            TimedArg::Stats => self.stats(),
            TimedArg::List => self.list(),
            TimedArg::Whois => self.whois(turn),
        }
    }

    /// A month by family and province: distinct subjects, subjects each day, events.
    fn stats(&self) -> anyhow::Result<BTreeMap<String, String>> {
        let Months { from, to, .. } = self.months;
        let filter = Filter { since: Some(from), until: Some(to), kinds: vec![Kind::Botnet], ..Filter::default() };
        let counts = self.lake.counts(&self.owners, &filter, (By::Family, Some(By::Place)), to - from)?;
        let word = |code: &Option<String>| code.clone().unwrap_or_else(|| "-".to_owned());
        let days = |mean: f64| (mean * f64::from(to - from)).round();
        let line = |count: &::lake::ask::Count| {
            let what = format!("{} {}", word(&count.group), word(&count.part));
            (what, format!("{} {} {}", count.unique, days(count.mean_per_day), count.events))
        };
        Ok(counts.iter().map(line).collect())
    }

    /// An organisation's month: findings new, still, back and gone, and events.
    fn list(&self) -> anyhow::Result<BTreeMap<String, String>> {
        let base = Filter { kinds: vec![Kind::Botnet], until: Some(self.months.to), ..Filter::default() };
        let (mut filter, mut counts) = (base, [0i64; 5]);
        filter::own(&mut filter, &self.owners, &self.args.org, self.desk.today())?;
        self.lake.list(&self.owners, &filter, self.months, |listed| {
            counts[list::status(&listed) as usize] += 1;
            counts[4] += listed.count;
            Ok::<_, LakeError>(())
        })?;
        Ok(BTreeMap::from([(self.args.org.clone(), counts.map(|count| count.to_string()).join(" "))]))
    }

    /// All that was seen of the turn's subject: sightings and events.
    fn whois(&self, turn: usize) -> anyhow::Result<BTreeMap<String, String>> {
        let Some(subject) = self.args.subject.get(turn % self.args.subject.len().max(1)) else {
            return Ok(BTreeMap::new());
        };
        let filter = Filter { subject: Some(filter::subject(subject)?), ..Filter::default() };
        let (mut rows, mut events) = (0, 0);
        for batch in self.lake.sightings(&self.owners, &filter)? {
            rows += batch.num_rows();
            let counts = batch.column_by_name("count").and_then(|counts| counts.as_primitive_opt::<Int64Type>());
            events += counts.map_or(0, |counts| counts.values().iter().sum::<i64>());
        }
        Ok(BTreeMap::from([(subject.clone(), format!("{rows} {events}"))]))
    }
}
