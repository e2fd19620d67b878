//! What may be said of an address: the decision table `data/verdicts.csv`, applied.

use std::fmt;
use std::str::FromStr;

use event::rules::Kind;
use serde::Serialize;

use crate::seen::Finding;
use crate::tables::{BadTable, rows};

/// How an address is handed out, which decides what may be said of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reach {
    /// It stays with its customer.
    Static,
    /// It changes hands.
    Dynamic,
    /// Many customers behind one address.
    Shared,
    /// Of a mobile network: shared, and at home there is a better way to ask.
    Mobile,
    /// Of a VPN, a proxy or a relay service.
    Relay,
    /// Of the country, and nobody has said how it is handed out.
    Unknown,
    /// None of the country's networks.
    Foreign,
    /// No address of the Internet.
    Special,
}

impl Reach {
    /// Every one, in the order of the table.
    pub const ALL: [Self; 8] = [
        Self::Special,
        Self::Foreign,
        Self::Relay,
        Self::Mobile,
        Self::Shared,
        Self::Static,
        Self::Dynamic,
        Self::Unknown,
    ];

    /// Whether many people come from one such address.
    pub fn is_shared(self) -> bool {
        matches!(self, Self::Shared | Self::Mobile | Self::Relay)
    }

    /// The word of the table.
    pub fn name(self) -> &'static str {
        match self {
            Self::Static => "static",
            Self::Dynamic => "dynamic",
            Self::Shared => "shared",
            Self::Mobile => "mobile",
            Self::Relay => "relay",
            Self::Unknown => "unknown",
            Self::Foreign => "foreign",
            Self::Special => "special",
        }
    }
}

impl FromStr for Reach {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|reach| reach.name() == text).ok_or(())
    }
}

/// The three answers. *Not seen* is never *safe*.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Something is recorded.
    Seen,
    /// Nothing is recorded.
    NotSeen,
    /// Nothing can be said of this address.
    CannotTell,
}

impl Verdict {
    /// The word of the table.
    pub fn name(self) -> &'static str {
        match self {
            Self::Seen => "seen",
            Self::NotSeen => "not-seen",
            Self::CannotTell => "cannot-tell",
        }
    }
}

/// Which recorded things a row fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fits {
    /// The address alone decides.
    Address,
    /// Nothing is recorded that any row lets be said.
    Nothing,
    /// A finding of a kind, at most so many days old.
    Finding(Kind, i32),
}

#[derive(Debug, Clone)]
struct Row {
    fits: Fits,
    verdict: Verdict,
    shows: Shows,
    words: String,
}

/// What of a finding is shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Shows {
    first: bool,
    last: bool,
    count: bool,
}

/// A finding as far as it may be shown.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Shown {
    /// Malware family, or the finding's identifier.
    pub family: String,
    /// What it means.
    pub kind: Kind,
    /// First day.
    pub first: Option<i32>,
    /// Last day.
    pub last: Option<i32>,
    /// Days with a sighting.
    pub days: Option<u32>,
}

/// The judgement of one address.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Judged {
    /// The answer.
    pub verdict: Verdict,
    /// Which explanation of `messages.toml` goes with it.
    pub words: String,
    /// What may be shown, gravest kind first.
    pub shown: Vec<Shown>,
}

/// The decision table, read and checked.
#[derive(Debug, Clone, Default)]
pub struct Decisions {
    /// By [`Reach`].
    rows: [Vec<Row>; Reach::ALL.len()],
}

impl Decisions {
    /// The shipped table.
    pub const SHIPPED: &'static str = include_str!("../data/verdicts.csv");

    /// Reads a table. Every way of handing out addresses must have an answer for every case.
    ///
    /// # Errors
    /// The first line that is not of the table's form, or what is missing.
    pub fn parse(text: &str) -> Result<Self, BadTable> {
        let mut decisions = Self::default();
        for (line, cells) in rows(text) {
            let (reach, row) = row(&cells).ok_or_else(|| BadTable::line(line, &cells))?;
            decisions.rows[reach as usize].push(row);
        }
        let missing = Reach::ALL.into_iter().find(|reach| decisions.without_finding(*reach).is_none());
        match missing {
            Some(reach) => Err(BadTable::missing(&format!("a row `{},-` or `{0},*`", reach.name()))),
            None => Ok(decisions),
        }
    }

    /// Judges an address by what `find` has of it; `find` is not asked when the address alone decides.
    pub fn judge<'s>(&self, reach: Reach, today: i32, find: impl FnOnce() -> Vec<Finding<'s>>) -> Judged {
        let plain = |row: &Row| Judged { verdict: row.verdict, words: row.words.clone(), shown: Vec::new() };
        if let Some(row) = self.of(reach).iter().find(|row| row.fits == Fits::Address) {
            return plain(row);
        }
        let found = find();
        let mut fitting: Vec<_> =
            found.iter().filter_map(|found| Some((self.row_of(reach, found, today)?, found))).collect();
        fitting.sort_by(|(a_row, a), (b_row, b)| (a.kind, &a_row.words, b.last).cmp(&(b.kind, &b_row.words, a.last)));
        let Some((gravest, _)) = fitting.first() else {
            return self.without_finding(reach).map_or_else(unsure, plain);
        };
        let shown = fitting.iter().filter(|(row, _)| row.verdict == Verdict::Seen);
        let shown = shown.map(|(row, found)| row.shows.of(found)).collect();
        Judged { verdict: gravest.verdict, words: gravest.words.clone(), shown }
    }

    /// The keys of the explanations it names.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.rows.iter().flatten().map(|row| row.words.as_str())
    }

    fn of(&self, reach: Reach) -> &[Row] {
        &self.rows[reach as usize]
    }

    fn row_of(&self, reach: Reach, found: &Finding<'_>, today: i32) -> Option<&Row> {
        let age = today.saturating_sub(found.last);
        let fits = |row: &&Row| matches!(row.fits, Fits::Finding(kind, days) if kind == found.kind && age <= days);
        self.of(reach).iter().find(fits)
    }

    fn without_finding(&self, reach: Reach) -> Option<&Row> {
        self.of(reach).iter().find(|row| !matches!(row.fits, Fits::Finding(..)))
    }
}

/// No table without such a row is read; if one were, nothing could be told.
fn unsure() -> Judged {
    Judged { verdict: Verdict::CannotTell, words: "special".to_owned(), shown: Vec::new() }
}

impl Shows {
    fn of(self, found: &Finding<'_>) -> Shown {
        Shown {
            family: found.family.to_owned(),
            kind: found.kind,
            first: self.first.then_some(found.first),
            last: self.last.then_some(found.last),
            days: self.count.then_some(found.days),
        }
    }
}

impl FromStr for Shows {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let mut shows = Self::default();
        for word in text.split_whitespace().filter(|word| *word != "-") {
            match word {
                "first" => shows.first = true,
                "last" => shows.last = true,
                "count" => shows.count = true,
                _ => return Err(()),
            }
        }
        Ok(shows)
    }
}

fn row(cells: &[&str]) -> Option<(Reach, Row)> {
    let [reach, kind, days, verdict, shows, words] = cells[..] else { return None };
    let fits = match (kind, days) {
        ("*", "*") => Fits::Address,
        ("-", "-") => Fits::Nothing,
        (kind, "*") => Fits::Finding(Kind::parse(kind)?, i32::MAX),
        (kind, days) => Fits::Finding(Kind::parse(kind)?, days.parse().ok()?),
    };
    let verdict = [Verdict::Seen, Verdict::NotSeen, Verdict::CannotTell].into_iter().find(|v| v.name() == verdict)?;
    Some((reach.parse().ok()?, Row { fits, verdict, shows: shows.parse().ok()?, words: words.to_owned() }))
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TODAY: i32 = 20_000;

    fn found(kind: Kind, age: i32) -> Finding<'static> {
        Finding { family: "conficker", kind, first: TODAY - age - 10, last: TODAY - age, days: 4 }
    }

    fn judge(reach: Reach, kind: Kind, age: i32) -> Judged {
        Decisions::parse(Decisions::SHIPPED).expect("table").judge(reach, TODAY, || vec![found(kind, age)])
    }

    #[test]
    fn a_static_address_is_told_first_and_last_day_and_how_many() {
        let judged = judge(Reach::Static, Kind::Botnet, 5);
        assert_eq!(judged.verdict, Verdict::Seen);
        let shown = &judged.shown[0];
        assert_eq!((shown.first, shown.last, shown.days), (Some(TODAY - 15), Some(TODAY - 5), Some(4)));
        assert_eq!(judge(Reach::Static, Kind::Botnet, 40).words, "botnet_past");
        assert_eq!(judge(Reach::Static, Kind::Botnet, 181).verdict, Verdict::NotSeen);
    }

    #[test]
    fn a_changing_address_is_told_the_last_48_hours_and_neither_since_when_nor_how_often() {
        for reach in [Reach::Dynamic, Reach::Unknown] {
            let judged = judge(reach, Kind::Botnet, 1);
            assert_eq!(judged.verdict, Verdict::Seen);
            let shown = &judged.shown[0];
            assert_eq!((shown.first, shown.last, shown.days), (None, Some(TODAY - 1), None));
            let older = judge(reach, Kind::Botnet, 2);
            let never = Decisions::parse(Decisions::SHIPPED).expect("table").judge(reach, TODAY, Vec::new);
            assert_eq!(older, never, "older than two days looks like never");
        }
    }

    #[test]
    fn nothing_is_looked_up_where_the_address_alone_decides() {
        let decisions = Decisions::parse(Decisions::SHIPPED).expect("table");
        for reach in [Reach::Shared, Reach::Mobile, Reach::Relay, Reach::Foreign, Reach::Special] {
            let judged = decisions.judge(reach, TODAY, || unreachable!("looked up"));
            assert_eq!(judged.verdict, Verdict::CannotTell);
        }
    }

    #[test]
    fn the_gravest_finding_speaks() {
        let decisions = Decisions::parse(Decisions::SHIPPED).expect("table");
        let all = || vec![found(Kind::Exposed, 1), found(Kind::Victim, 0), found(Kind::Botnet, 3)];
        let judged = decisions.judge(Reach::Static, TODAY, all);
        assert_eq!((judged.words.as_str(), judged.shown.len()), ("botnet_static", 2));
    }

    #[test]
    fn a_table_with_a_hole_is_refused() {
        assert!(Decisions::parse("a,b,c,d,e,f\nstatic,-,-,not-seen,-,x\n").is_err());
        assert!(Decisions::parse(&Decisions::SHIPPED.replace("static,-,-", "static,-,3")).is_err());
        assert!(Decisions::parse(&Decisions::SHIPPED.replace("cannot-tell", "safe")).is_err());
    }
}
