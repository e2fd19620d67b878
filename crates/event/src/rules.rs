//! Dated data about findings: which family a malware name belongs to, and what *kind* a finding is.
//!
//! The tables are CSV (`data/families.csv`, `data/kinds.csv`); an operator may give his own in their place.

use rustc_hash::FxHashMap;

use crate::time;

/// What a finding means for its subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// An infected machine; the only kind that counts as infected.
    Botnet,
    /// An open or weak service.
    Exposed,
    /// A machine used against others.
    Abuse,
    /// The target of an attack or of a leak.
    Victim,
    /// Nothing its owner must act on.
    None,
}

impl Kind {
    /// Every kind, gravest first.
    pub const ALL: [Self; 5] = [Self::Botnet, Self::Exposed, Self::Abuse, Self::Victim, Self::None];

    /// The word used in tables and files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Botnet => "botnet",
            Self::Exposed => "exposed",
            Self::Abuse => "abuse",
            Self::Victim => "victim",
            Self::None => "none",
        }
    }

    /// The kind of a word.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == text)
    }
}

/// A line of a rules file that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadLine {
    /// Line, from 1.
    pub line: usize,
    /// Its text.
    pub text: String,
}

/// Both tables, ready for look-up.
#[derive(Debug, Clone)]
pub struct Rules {
    families: FxHashMap<String, String>,
    prefixes: Vec<(String, String)>,
    kinds: Vec<KindRow>,
}

#[derive(Debug, Clone)]
struct KindRow {
    report: String,
    class: String,
    identifier: String,
    kind: Kind,
    from: i32,
}

impl Rules {
    /// The shipped table of families.
    pub const FAMILIES: &'static str = include_str!("../data/families.csv");
    /// The shipped table of kinds.
    pub const KINDS: &'static str = include_str!("../data/kinds.csv");

    /// The tables shipped with the product.
    #[expect(clippy::expect_used, reason = "the shipped tables are read by a test")]
    pub fn shipped() -> Self {
        Self::read(Self::FAMILIES, Self::KINDS).expect("shipped tables")
    }

    /// Reads a table of families and one of kinds.
    ///
    /// # Errors
    /// The first line that is not of the table's form.
    pub fn read(families: &str, kinds: &str) -> Result<Self, BadLine> {
        let mut rules = Self { families: FxHashMap::default(), prefixes: Vec::new(), kinds: Vec::new() };
        for (line, text, cells) in rows(families) {
            let [alias, family] = cells[..] else { return Err(BadLine { line, text: text.to_owned() }) };
            match alias.strip_suffix('*') {
                Some(prefix) => rules.prefixes.push((prefix.to_owned(), family.to_owned())),
                None => drop(rules.families.insert(alias.to_owned(), family.to_owned())),
            }
        }
        rules.prefixes.sort_by_key(|(prefix, _)| std::cmp::Reverse(prefix.len()));
        for (line, text, cells) in rows(kinds) {
            let row = kind_row(&cells).ok_or_else(|| BadLine { line, text: text.to_owned() })?;
            rules.kinds.push(row);
        }
        Ok(rules)
    }

    /// The family of a malware name (lower case): by alias, else by the longest prefix, else the name itself.
    pub fn family<'a>(&'a self, name: &'a str) -> &'a str {
        if let Some(family) = self.families.get(name) {
            return family;
        }
        self.prefixes.iter().find(|(prefix, _)| name.starts_with(prefix.as_str())).map_or(name, |(_, family)| family)
    }

    /// The kind of a finding: report type, `classification.type`, `classification.identifier`, day of the event.
    pub fn kind(&self, report: &str, class: &str, identifier: &str, day: i32) -> Kind {
        let fits = |row: &&KindRow| {
            row.from <= day && glob(&row.report, report) && glob(&row.class, class) && glob(&row.identifier, identifier)
        };
        self.kinds.iter().find(fits).map_or(Kind::None, |row| row.kind)
    }
}

fn kind_row(cells: &[&str]) -> Option<KindRow> {
    let [report, class, identifier, kind, from] = cells[..] else { return None };
    Some(KindRow {
        report: report.to_owned(),
        class: class.to_owned(),
        identifier: identifier.to_owned(),
        kind: Kind::parse(kind)?,
        from: time::parse_day(from)?,
    })
}

fn glob(pattern: &str, text: &str) -> bool {
    pattern.strip_suffix('*').map_or(pattern == text, |prefix| text.starts_with(prefix))
}

/// The rows of a small table: no quotes, `#` comments, a header line first.
fn rows(text: &str) -> impl Iterator<Item = (usize, &str, Vec<&str>)> {
    text.lines()
        .enumerate()
        .map(|(at, line)| (at + 1, line.trim()))
        .filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
        .skip(1)
        .map(|(at, line)| (at, line, line.split(',').map(str::trim).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn aliases_lead_to_one_family() {
        let rules = Rules::shipped();
        for (name, family) in [
            ("cutwai", "cutwail"),
            ("gamarue", "andromeda"),
            ("gozi", "ursnif"),
            ("conficker.b", "conficker"),
            ("new-one", "new-one"),
        ] {
            assert_eq!(rules.family(name), family);
        }
    }

    #[test]
    fn an_open_port_and_a_victim_are_not_infected() {
        let rules = Rules::shipped();
        let kind = |report, class| rules.kind(report, class, "", 20_000);
        assert_eq!(kind("event4_sinkhole", "infected-system"), Kind::Botnet);
        assert_eq!(kind("scan_telnet", "potentially-unwanted-accessible"), Kind::Exposed);
        assert_eq!(kind("event4_honeypot_ddos", "infected-system"), Kind::Victim);
        assert_eq!(kind("x", "phishing"), Kind::Abuse);
        assert_eq!(kind("blocklist", "blacklist"), Kind::None);
    }

    #[test]
    fn a_bad_line_is_named() {
        let bad = Rules::read("alias,family\na,b,c\n", "").expect_err("three cells");
        assert_eq!(bad, BadLine { line: 2, text: "a,b,c".into() });
    }
}
