//! `feeds.toml`: which feed speaks which format, how its files are called, and how far it is trusted and shared.
//!
//! ```toml
//! [feed.partner-list]                # a name of small letters, digits and hyphens
//! format = "generic"                 # or "shadowserver", "intelmq", "n6", "leak"; of logs "zeek", "suricata", "nfdump",
//!                                    # "dns-log", "squid"
//! files = ["*-partner-??.csv"]       # base names without .gz, .zst, .zip; * any characters, ? any one
//! schema = "intelmq.json"            # shadowserver: a schema file in place of our own
//! mapping_file = "partner-list.toml" # generic: see crate::generic; or the mapping itself as the table `mapping`
//! zone = "Asia/Ho_Chi_Minh"          # logs: where times that do not say it are from; if not said: UTC
//! inside = ["203.0.113.0/24"]        # logs: the networks that are ours; a list of prefixes
//! tlp = "AMBER"                      # if not said: AMBER
//! public = false                     # whether citizens may be answered from it; if not said: no
//! reliability = "F"                  # Admiralty scale, "A" completely reliable … "E" unreliable, "F" cannot be judged
//! every = "1d"                       # how often a delivery is to be expected: days, hours (h) or minutes (m)
//! title = { vi = "…", en = "…" }     # if not said: the name
//! url = "https://…"                  # where it comes from
//! licence = "…"                      # what may be done with it
//! ```
//!
//! A file belongs to the first feed, in the order of `feeds.toml`, one of whose patterns it matches.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use event::tlp::Tlp;
use event::{address, clean};
use jiff::tz::TimeZone;
use serde::Deserialize;

use crate::generic::{Mapping, MappingError, Spec as MappingSpec};
use crate::logs;
use crate::name;
use crate::words::{FORMATS, FormatWord};

/// Why a catalogue cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {wrong}")]
pub struct CatalogueError {
    /// Where: `feed.<name>.<field>`, or a line.
    pub place: String,
    /// What is wrong there.
    pub wrong: String,
}

/// What a feed speaks, and what else its reader needs.
#[derive(Debug, Clone)]
pub enum Speaks {
    /// Shadowserver's CSV reports, with a schema file of the operator's or our own.
    Shadowserver {
        /// Path of the schema file, relative to `feeds.toml`.
        schema: Option<PathBuf>,
    },
    /// JSON in the IntelMQ data format.
    Intelmq,
    /// A list with a mapping that stands in the catalogue.
    Generic(Arc<Mapping>),
    /// A list with a mapping in a file of its own, relative to `feeds.toml`; for [`Mapping::parse`].
    GenericFile(PathBuf),
    /// Events of n6.
    N6,
    /// A log of connections; for [`logs::Log`].
    Log {
        /// Which log.
        kind: logs::Kind,
        /// The zone of times that say none.
        zone: TimeZone,
        /// The networks that are ours, first and last address as [`address::to_bits`] has them; empty if not said.
        inside: Vec<(u128, u128)>,
    },
    /// Lists of leaked accounts: what is delivered goes through [`crate::leak::Scrub`] before anything of it is kept.
    Leak,
}

impl Speaks {
    /// The word after `format =`.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Shadowserver { .. } => "shadowserver",
            Self::Intelmq => "intelmq",
            Self::Generic(_) | Self::GenericFile(_) => "generic",
            Self::N6 => "n6",
            Self::Log { kind, .. } => kind.name(),
            Self::Leak => "leak",
        }
    }
}

/// How far a source is trusted: the first half of the Admiralty scale (NATO AJP-2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Reliability {
    /// Completely reliable.
    A,
    /// Usually reliable.
    B,
    /// Fairly reliable.
    C,
    /// Not usually reliable.
    D,
    /// Unreliable.
    E,
    /// Cannot be judged.
    #[default]
    F,
}

impl Reliability {
    /// Every grade, best first.
    pub const ALL: [Self; 6] = [Self::A, Self::B, Self::C, Self::D, Self::E, Self::F];

    /// Its letter.
    pub fn letter(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::B => "B",
            Self::C => "C",
            Self::D => "D",
            Self::E => "E",
            Self::F => "F",
        }
    }

    /// The grade of a letter.
    pub fn parse(letter: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|grade| grade.letter() == letter)
    }
}

/// What a feed is called where people read it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Title {
    /// In Vietnamese.
    pub vi: String,
    /// In English.
    pub en: String,
}

/// One source of reports.
#[derive(Debug, Clone)]
pub struct Feed {
    /// Its name in tables and commands.
    pub name: String,
    /// What it speaks.
    pub speaks: Speaks,
    /// Patterns of its files' base names.
    pub files: Vec<String>,
    /// How far what it says may be passed on.
    pub tlp: Tlp,
    /// Whether citizens may be answered from it.
    pub public: bool,
    /// How far it is trusted.
    pub reliability: Reliability,
    /// How often a delivery is to be expected.
    pub every: Option<Duration>,
    /// What people call it.
    pub title: Title,
    /// Where it comes from.
    pub url: Option<String>,
    /// What may be done with it.
    pub licence: Option<String>,
}

impl Feed {
    /// Whether a file of this base name, `.gz`, `.zst` or `.zip` left out, is one of its files.
    pub fn has_file(&self, base_name: &str) -> bool {
        self.files.iter().any(|pattern| matches(pattern, name::without_container(base_name)))
    }
}

/// Every feed; see the module.
#[derive(Debug, Clone)]
pub struct Catalogue {
    feeds: Vec<Feed>,
}

impl Catalogue {
    /// Reads and checks a catalogue.
    ///
    /// # Errors
    /// The first thing that is wrong, by feed and field; two feeds with the same pattern among them.
    pub fn parse(text: &str) -> Result<Self, CatalogueError> {
        let written: Written = toml::from_str(text).map_err(|error| {
            let MappingError { place, wrong } = MappingError::of_toml(text, &error);
            CatalogueError { place, wrong }
        })?;
        let feeds: Vec<Feed> = written.feed.iter().map(|(name, value)| feed(name, value)).collect::<Result<_, _>>()?;
        let mut owners = BTreeMap::new();
        for (feed, pattern) in feeds.iter().flat_map(|feed| feed.files.iter().map(move |pattern| (feed, pattern))) {
            if let Some(other) = owners.insert(pattern, &feed.name) {
                return Err(wrong(&feed.name, "files", format!("{pattern:?} is a pattern of feed.{other}, too")));
            }
        }
        Ok(Self { feeds })
    }

    /// The text of the catalogue shipped with the product.
    pub const SHIPPED: &str = include_str!("../data/feeds.toml");

    /// The catalogue shipped with the product.
    #[expect(clippy::expect_used, reason = "the shipped catalogue is read by a test")]
    pub fn shipped() -> Self {
        Self::parse(Self::SHIPPED).expect("shipped catalogue")
    }

    /// Every feed, in the order of the file.
    pub fn feeds(&self) -> &[Feed] {
        &self.feeds
    }

    /// The feed of a name.
    pub fn feed(&self, name: &str) -> Option<&Feed> {
        self.feeds.iter().find(|feed| feed.name == name)
    }

    /// The first feed that a file of this base name belongs to.
    pub fn feed_for_file(&self, base_name: &str) -> Option<&Feed> {
        self.feeds.iter().find(|feed| feed.has_file(base_name))
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(default)]
    feed: toml::Table,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Spec {
    format: String,
    files: Vec<String>,
    schema: Option<PathBuf>,
    mapping: Option<MappingSpec>,
    mapping_file: Option<PathBuf>,
    zone: Option<String>,
    inside: Option<Vec<String>>,
    tlp: Option<String>,
    #[serde(default)]
    public: bool,
    reliability: Option<String>,
    every: Option<String>,
    title: Option<Title>,
    url: Option<String>,
    licence: Option<String>,
}

fn wrong(feed: &str, field: &str, wrong: impl Into<String>) -> CatalogueError {
    let dot = if field.is_empty() { "" } else { "." };
    CatalogueError { place: format!("feed.{feed}{dot}{field}"), wrong: wrong.into() }
}

fn feed(name: &str, value: &toml::Value) -> Result<Feed, CatalogueError> {
    if name.is_empty() || !name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-') {
        return Err(wrong(name, "", "a name is of small letters, digits and hyphens"));
    }
    let spec = read(name, value)?;
    let tlp = spec.tlp.as_deref().map_or(Some(Tlp::Amber), Tlp::parse);
    let reliability = spec.reliability.as_deref().map_or(Some(Reliability::F), Reliability::parse);
    Ok(Feed {
        name: name.to_owned(),
        speaks: speaks(name, &spec)?,
        files: files(name, &spec.files)?,
        tlp: tlp.ok_or_else(|| wrong(name, "tlp", "none of CLEAR, GREEN, AMBER, AMBER+STRICT, RED"))?,
        public: spec.public,
        reliability: reliability.ok_or_else(|| wrong(name, "reliability", "no letter from A to F"))?,
        every: spec.every.as_deref().map(|text| cadence(name, text)).transpose()?,
        title: spec.title.unwrap_or_else(|| Title { vi: name.to_owned(), en: name.to_owned() }),
        url: spec.url,
        licence: spec.licence,
    })
}

/// Field by field, so that what is wrong has a name.
fn read(name: &str, value: &toml::Value) -> Result<Spec, CatalogueError> {
    value.clone().try_into().map_err(|error: toml::de::Error| {
        let text = error.to_string();
        // The reader says "…\nin `path.to.field`\n".
        let field = text.split_once("\nin `").and_then(|(_, rest)| rest.split_once('`')).map_or("", |(field, _)| field);
        wrong(name, field, error.message())
    })
}

fn speaks(name: &str, spec: &Spec) -> Result<Speaks, CatalogueError> {
    refuse_foreign_fields(name, spec)?;
    match (spec.format.as_str(), &spec.mapping, &spec.mapping_file) {
        ("shadowserver", ..) => Ok(Speaks::Shadowserver { schema: spec.schema.clone() }),
        ("intelmq", ..) => Ok(Speaks::Intelmq),
        ("leak", ..) => Ok(Speaks::Leak),
        ("generic", Some(mapping), None) => {
            let mapping = Mapping::of(mapping).map_err(|error| wrong(name, "mapping", error.to_string()))?;
            Ok(Speaks::Generic(Arc::new(mapping)))
        }
        ("generic", None, Some(path)) => Ok(Speaks::GenericFile(path.clone())),
        ("generic", ..) => Err(wrong(name, "mapping", "wanted: either mapping or mapping_file")),
        ("n6", ..) => Ok(Speaks::N6),
        (format, ..) => match logs::Kind::parse(format) {
            Some(kind) => log(name, kind, spec),
            None => Err(wrong(name, "format", format!("none of {}", format_words(|_| true)))),
        },
    }
}

/// A field of another format is a misunderstanding and not to be passed over.
fn refuse_foreign_fields(name: &str, spec: &Spec) -> Result<(), CatalogueError> {
    let given = [
        ("schema", spec.schema.is_some()),
        ("mapping", spec.mapping.is_some()),
        ("mapping_file", spec.mapping_file.is_some()),
        ("zone", spec.zone.is_some()),
        ("inside", spec.inside.is_some()),
    ];
    let is_known = FORMATS.iter().any(|format| format.name == spec.format);
    let has = |field: &'static str| move |format: &FormatWord| format.fields.contains(&field);
    let is_foreign = |field| !FORMATS.iter().any(|format| format.name == spec.format && has(field)(format));
    match given.into_iter().find(|(field, is_given)| is_known && *is_given && is_foreign(field)) {
        Some((field, _)) => Err(wrong(name, field, format!("only of {}", format_words(has(field))))),
        None => Ok(()),
    }
}

/// The words of the formats that a test picks.
fn format_words(is_meant: impl Fn(&FormatWord) -> bool) -> String {
    FORMATS.iter().filter(|format| is_meant(format)).map(|format| format.name).collect::<Vec<_>>().join(", ")
}

fn log(name: &str, kind: logs::Kind, spec: &Spec) -> Result<Speaks, CatalogueError> {
    let zone = spec.zone.as_deref().map_or(Ok(TimeZone::UTC), TimeZone::get);
    let zone =
        zone.map_err(|_| wrong(name, "zone", format!("no time zone {:?}", spec.zone.as_deref().unwrap_or(""))))?;
    let network = |text: &String| {
        range(text).ok_or_else(|| wrong(name, "inside", format!("{text:?} is no network in prefix notation")))
    };
    let inside = spec.inside.iter().flatten().map(network).collect::<Result<_, _>>()?;
    Ok(Speaks::Log { kind, zone, inside })
}

/// First and last address of a network in prefix notation, as [`address::to_bits`] has them.
pub fn range(text: &str) -> Option<(u128, u128)> {
    let network = clean::network(text)?;
    let (ip, length) = network.split_once('/')?;
    let (ip, length): (IpAddr, u32) = (ip.parse().ok()?, length.parse().ok()?);
    let width = length + if ip.is_ipv4() { 96 } else { 0 };
    let first = address::to_bits(ip);
    Some((first, first | u128::MAX.checked_shr(width).unwrap_or(0)))
}

fn files(name: &str, patterns: &[String]) -> Result<Vec<String>, CatalogueError> {
    if patterns.is_empty() {
        return Err(wrong(name, "files", "no pattern: no file would ever be of this feed"));
    }
    match patterns.iter().find(|pattern| pattern.is_empty() || pattern.contains(['/', '\\', '['])) {
        Some(pattern) => {
            Err(wrong(name, "files", format!("{pattern:?}: a pattern is a base name with * and ?, nothing else")))
        }
        None => Ok(patterns.to_vec()),
    }
}

/// `1d`, `6h`, `30m`.
fn cadence(name: &str, text: &str) -> Result<Duration, CatalogueError> {
    let seconds = match text.chars().next_back() {
        Some('d') => 86_400,
        Some('h') => 3600,
        Some('m') => 60,
        _ => 0,
    };
    let digits = &text[..text.len().saturating_sub(usize::from(seconds > 0))];
    let number = digits.parse().ok().and_then(|number: u64| number.checked_mul(seconds));
    match number {
        Some(seconds @ 1..) => Ok(Duration::from_secs(seconds)),
        _ => Err(wrong(name, "every", format!("{text:?} is no number of days (d), hours (h) or minutes (m)"))),
    }
}

/// `*` any characters, `?` any one; after a mismatch only the last `*` can have taken too few.
fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    let (mut p, mut t, mut star) = (0, 0, None);
    while t < text.len() {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p, t));
                p += 1;
            }
            Some(&c) if c == '?' || c == text[t] => {
                p += 1;
                t += 1;
            }
            _ => {
                let Some((at, taken)) = star else { return false };
                star = Some((at, taken + 1));
                (p, t) = (at + 1, taken + 1);
            }
        }
    }
    pattern[p..].iter().all(|c| *c == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_catalogue_knows_its_files() {
        let catalogue = Catalogue::shipped();
        for (file, wanted) in [
            ("2026-11-20-event4_sinkhole_http-made-up-asn.csv.gz", Some("shadowserver-sinkhole")),
            ("2026-11-20-scan_telnet-made-up-asn.csv", Some("shadowserver")),
            ("2026-11-20-scan_telnet-made-up-asn.csv.zip", Some("shadowserver")),
            ("events.jsonl.zst", Some("intelmq")),
            ("export.intelmq.json", Some("intelmq")),
            ("2026-11-20-all.blocklist.txt", Some("blocklist-text")),
            ("2026-11-20-gov.leak.csv", Some("leaks")),
            ("made-up.leak.jsonl.gz", Some("leaks")),
            ("made-up.leak.txt", Some("leaks")),
            ("readme.txt", None),
        ] {
            assert_eq!(catalogue.feed_for_file(file).map(|feed| feed.name.as_str()), wanted, "{file}");
        }
        let public: Vec<_> =
            catalogue.feeds().iter().filter(|feed| feed.public).map(|feed| feed.name.as_str()).collect();
        assert_eq!(public, ["shadowserver-sinkhole"]);
        assert_eq!(catalogue.feed("shadowserver").and_then(|feed| feed.every), Some(Duration::from_secs(86_400)));
    }

    #[test]
    fn what_is_not_said_is_cautious() {
        let catalogue = Catalogue::parse("[feed.z]\nformat = \"intelmq\"\nfiles = [\"a\"]").expect("catalogue");
        let feed = &catalogue.feeds()[0];
        assert_eq!((feed.tlp, feed.public, feed.reliability, feed.every), (Tlp::Amber, false, Reliability::F, None));
        assert_eq!(feed.title.vi, "z");
    }

    #[test]
    fn a_log_says_its_zone_and_its_networks() {
        let text = "[feed.z]\nformat = \"dns-log\"\nfiles = [\"a\"]\nzone = \"Asia/Ho_Chi_Minh\"\n\
                    inside = [\"203.0.113.7/24\", \"2001:db8::/32\", \"192.0.2.1\"]\n\
                    [feed.b]\nformat = \"squid\"\nfiles = [\"b\"]";
        let catalogue = Catalogue::parse(text).expect("catalogue");
        let said = catalogue.feeds().iter().map(|feed| match &feed.speaks {
            Speaks::Log { kind, zone, inside } => (*kind, zone.iana_name().unwrap_or_default(), inside.clone()),
            other => panic!("{other:?}"),
        });
        let bits = |text: &str| address::to_bits(text.parse().expect(text));
        let ours = [
            ("203.0.113.0", "203.0.113.255"),
            ("2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"),
            ("192.0.2.1", "192.0.2.1"),
        ];
        let ours = ours.map(|(first, last)| (bits(first), bits(last))).to_vec();
        assert_eq!(
            said.collect::<Vec<_>>(),
            [(logs::Kind::Dns, "Asia/Ho_Chi_Minh", ours), (logs::Kind::Squid, "UTC", Vec::new())]
        );
    }

    #[test]
    fn the_first_feed_of_the_file_has_it() {
        let feed = |name: &str, pattern: &str| format!("[feed.{name}]\nformat = \"intelmq\"\nfiles = [{pattern:?}]\n");
        let text = [feed("z", "*.a"), feed("b", "x*"), feed("a", "*")].concat();
        let catalogue = Catalogue::parse(&text).expect("catalogue");
        for (file, wanted) in [("x.a", "z"), ("x.b", "b"), ("y.b", "a")] {
            assert_eq!(catalogue.feed_for_file(file).map(|feed| feed.name.as_str()), Some(wanted), "{file}");
        }
    }

    #[test]
    fn a_wrong_catalogue_says_what_is_wrong_and_where() {
        let good = "format = \"intelmq\"\nfiles = [\"a\"]\n";
        let log = "format = \"zeek\"\nfiles = [\"a\"]\n";
        let one = |lines: &str| format!("[feed.one]\n{lines}");
        for (text, wanted) in [
            ("[feed".to_owned(), "line 1: "),
            ("[feeds.one]".to_owned(), "line 1: unknown field `feeds`"),
            (format!("[feed.\"Một\"]\n{good}"), "feed.Một: a name is"),
            (one("format = \"intelmq\""), "feed.one: missing field `files`"),
            (one("format = \"xml\"\nfiles = [\"a\"]"), "feed.one.format: none of"),
            (one("format = \"intelmq\"\nfiles = []"), "feed.one.files: no pattern"),
            (one("format = \"intelmq\"\nfiles = [\"a/b\"]"), "feed.one.files: \"a/b\""),
            (one(&format!("{good}colour = 1")), "feed.one: unknown field `colour`"),
            (one(&format!("{good}public = \"yes\"")), "feed.one.public: invalid type"),
            (one(&format!("{good}tlp = \"PINK\"")), "feed.one.tlp: none of"),
            (one(&format!("{good}reliability = \"G\"")), "feed.one.reliability: "),
            (one(&format!("{good}every = \"1w\"")), "feed.one.every: \"1w\""),
            (one(&format!("{good}every = \"0d\"")), "feed.one.every: \"0d\""),
            (one(&format!("{good}every = \"ngày\"")), "feed.one.every: \"ngày\""),
            (one(&format!("{good}schema = \"a.json\"")), "feed.one.schema: only of shadowserver"),
            (one(&format!("{good}zone = \"UTC\"")), "feed.one.zone: only of zeek, suricata, nfdump"),
            (one(&format!("{good}inside = []")), "feed.one.inside: only of zeek, suricata, nfdump"),
            (one(&format!("{log}zone = \"Asia/Nowhere\"")), "feed.one.zone: no time zone \"Asia/Nowhere\""),
            (one(&format!("{log}inside = [\"192.0.2.0/33\"]")), "feed.one.inside: \"192.0.2.0/33\" is no network"),
            (one(&format!("{log}inside = [\"example.org\"]")), "feed.one.inside: \"example.org\" is no network"),
            (one(&format!("{log}inside = \"192.0.2.0/24\"")), "feed.one.inside: invalid type"),
            (one("format = \"generic\"\nfiles = [\"a\"]"), "feed.one.mapping: wanted: either"),
            (
                one(
                    "format = \"generic\"\nfiles = [\"a\"]\nmapping = { format = \"text\", fields = { \"a.b\" = \"value\" } }",
                ),
                "feed.one.mapping: fields.\"a.b\": no name of the event format",
            ),
            (
                one("format = \"generic\"\nfiles = [\"a\"]\nmapping = { format = \"text\", fields = { subject = 1 } }"),
                "feed.one.mapping.fields.subject: invalid type",
            ),
            (format!("[feed.one]\n{good}[feed.two]\n{good}"), "feed.two.files: \"a\" is a pattern of feed.one, too"),
        ] {
            let error = Catalogue::parse(&text).expect_err(&text).to_string();
            assert!(error.starts_with(wanted), "{text}\n→ {error}\nwanted {wanted}");
        }
    }

    #[test]
    fn patterns_take_as_much_as_they_need() {
        for (pattern, text, wanted) in [
            ("*", "", true),
            ("?", "ế", true),
            ("a*b*c", "a-b-b-c", true),
            ("a*b*c", "a-b-b-", false),
            ("a?c", "ac", false),
            ("", "a", false),
            ("**a", "aaa", true),
        ] {
            assert_eq!(matches(pattern, text), wanted, "{pattern} {text}");
        }
    }
}
