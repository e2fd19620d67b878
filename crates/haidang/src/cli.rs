//! What can be typed.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use documents::message::Lang;

/// See which of the country's addresses are infected or exposed, know their owners, and prove the clean-up.
///
/// Exit codes: 0 done · 1 error · 2 wrong usage · 3 not all: some files were refused, or could not be read ·
/// 4 another process writes · 5 disk full · 6 the data folder is of a newer program · 7 doctor found something.
#[derive(Debug, Parser)]
#[command(name = "haidang", version, max_term_width = 100)]
pub(crate) struct Cli {
    /// The data folder; it is made if it is not there
    #[arg(long, global = true, env = "HAIDANG_DATA", default_value = "haidang-data")]
    pub(crate) data: PathBuf,
    /// Answer in JSON, for machines
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Language of what people read
    #[arg(long, global = true, env = "HAIDANG_LANG", default_value = "vi")]
    pub(crate) lang: LangArg,
    /// Zone in which days are cut; fixed when the data folder is made (if not said: Asia/Ho_Chi_Minh)
    #[arg(long, global = true, env = "HAIDANG_ZONE")]
    pub(crate) zone: Option<String>,
    /// Take this instant for now (for tests and for looking back)
    #[arg(long, global = true, env = "HAIDANG_NOW", value_parser = instant)]
    pub(crate) now: Option<i64>,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum LangArg {
    /// Vietnamese
    Vi,
    /// English
    En,
}

impl From<LangArg> for Lang {
    fn from(lang: LangArg) -> Self {
        match lang {
            LangArg::Vi => Self::Vi,
            LangArg::En => Self::En,
        }
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Take report files into the lake
    Ingest(IngestArgs),
    /// Show events
    Events(EventsArgs),
    /// Write the list of an organisation or operator for a month
    List(ListArgs),
    /// Count infected and exposed addresses
    Stats(StatsArgs),
    /// Tell who owns an address, name, URL or account, and what is known of it
    Whois(WhoisArgs),
    /// Import and check who owns what
    #[command(subcommand)]
    Constituency(ConstituencyCommand),
    /// Known malware hosts: import lists, see them, hold logs against them
    #[command(subcommand)]
    Indicators(IndicatorsCommand),
    /// Let the newest constituency count from a past day on
    Reattribute(ReattributeArgs),
    /// Look at rows that could not be read, and try them again
    #[command(subcommand)]
    Quarantine(QuarantineCommand),
    /// Show how the feeds live
    Feeds(FeedsArgs),
    /// Show the reports that came in
    Reports(ReportsArgs),
    /// Look after the lake
    #[command(subcommand)]
    Lake(LakeCommand),
    /// Make a small country, ingest its reports, show the result; with --serve its portal, too
    Demo(DemoArgs),
    /// Serve the portal: take in reports as they come, answer visitors and officers
    Serve(ServeArgs),
    /// Make a token with which a feed delivers to the portal; it is shown once
    Token(TokenArgs),
    /// Check the data folder
    Doctor,
    /// Make a large report and its constituency, for benches
    #[command(hide = true)]
    Made(MadeArgs),
    /// Ask one question several times with the lake open, for benches
    #[command(hide = true)]
    Timed(TimedArgs),
    /// Write the generated pages: formats, manual, completions
    #[command(hide = true)]
    Docs(DocsArgs),
}

#[derive(Debug, Args)]
pub(crate) struct IngestArgs {
    /// Report files: plain, gzip, zstd or zip
    #[arg(required = true)]
    pub(crate) files: Vec<PathBuf>,
    /// Shadowserver schema file; it is kept in the data folder and used from then on
    #[arg(long)]
    pub(crate) schema: Option<PathBuf>,
    /// The feed they belong to (if not said: by file name, see feeds.toml)
    #[arg(long)]
    pub(crate) feed: Option<String>,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct FilterArgs {
    /// First day, YYYY-MM-DD
    #[arg(long, value_parser = day)]
    pub(crate) since: Option<i32>,
    /// Last day, YYYY-MM-DD
    #[arg(long, value_parser = day)]
    pub(crate) until: Option<i32>,
    /// Kinds: botnet, exposed, abuse, victim, none, or all
    #[arg(long, value_delimiter = ',')]
    pub(crate) kind: Vec<KindArg>,
    /// Malware family
    #[arg(long)]
    pub(crate) family: Option<String>,
    /// Organisation or operator: its code; what is below it counts too
    #[arg(long)]
    pub(crate) org: Option<String>,
    /// Attribution version (if not said: the newest)
    #[arg(long)]
    pub(crate) attribution: Option<u32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum KindArg {
    Botnet,
    Exposed,
    Abuse,
    Victim,
    None,
    All,
}

#[derive(Debug, Args)]
pub(crate) struct EventsArgs {
    #[command(flatten)]
    pub(crate) filter: FilterArgs,
    /// Address or other subject
    #[arg(long)]
    pub(crate) ip: Option<String>,
    /// Autonomous system number that the feed gave
    #[arg(long)]
    pub(crate) asn: Option<u32>,
    /// intelmq: JSON lines in the names of the IntelMQ data format, our additions under haidang.*
    #[arg(long, default_value = "table")]
    pub(crate) format: EventsFormat,
    /// At most so many (if not said: all)
    #[arg(long)]
    pub(crate) limit: Option<u64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum EventsFormat {
    Intelmq,
    Csv,
    Table,
}

#[derive(Debug, Args)]
pub(crate) struct ListArgs {
    /// Organisation or operator: its code
    #[arg(long, required_unless_present_any = ["asn", "all"], conflicts_with_all = ["asn", "all"])]
    pub(crate) org: Option<String>,
    /// Autonomous system number that the feed gave
    #[arg(long, conflicts_with = "all")]
    pub(crate) asn: Option<u32>,
    /// Every organisation and operator that has something
    #[arg(long)]
    pub(crate) all: bool,
    /// The month, YYYY-MM
    #[arg(long)]
    pub(crate) month: String,
    /// Folder for the files
    #[arg(long, default_value = ".")]
    pub(crate) out: PathBuf,
    /// csv, xlsx or both; XLSX up to 100,000 rows (if not said: both, for an operator csv)
    #[arg(long, value_delimiter = ',')]
    pub(crate) format: Vec<ListFormat>,
    /// Kinds: botnet, exposed, abuse, victim, none, or all
    #[arg(long, value_delimiter = ',', default_value = "botnet")]
    pub(crate) kind: Vec<KindArg>,
    /// Attribution version (if not said: the newest)
    #[arg(long)]
    pub(crate) attribution: Option<u32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ListFormat {
    Csv,
    Xlsx,
}

#[derive(Debug, Args)]
pub(crate) struct StatsArgs {
    /// What to count by; of two, the second within the first
    #[arg(long, value_delimiter = ',', default_value = "family")]
    pub(crate) by: Vec<ByArg>,
    #[command(flatten)]
    pub(crate) filter: FilterArgs,
    /// Keep the answer under this name in the data folder, as published
    #[arg(long)]
    pub(crate) publish: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ByArg {
    Family,
    Kind,
    Isp,
    Asn,
    Org,
    Province,
    Day,
    Feed,
}

#[derive(Debug, Args)]
pub(crate) struct WhoisArgs {
    /// Address, domain name, URL or account
    pub(crate) subject: String,
    /// On this day or at this time (if not said: now)
    #[arg(long)]
    pub(crate) at: Option<String>,
    /// Attribution version (if not said: the newest)
    #[arg(long)]
    pub(crate) attribution: Option<u32>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ConstituencyCommand {
    /// Import organisations.csv, networks.csv, asns.csv and domains.csv of a folder
    Import {
        /// The folder
        folder: PathBuf,
        /// Only check, import nothing
        #[arg(long)]
        dry_run: bool,
    },
    /// What is wrong or in dispute in the newest snapshot
    Conflicts,
    /// The attribution versions
    Versions,
}

#[derive(Debug, Subcommand)]
pub(crate) enum IndicatorsCommand {
    /// Import lists, each in place of the one of its name; logs that come from now on are held against them
    Import {
        /// A list (*.csv: our CSV, else one indicator a line), or a folder of lists
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// The lists are of what is never an indicator
        #[arg(long)]
        allow: bool,
        /// Who keeps the lists
        #[arg(long, default_value = "")]
        source: String,
        /// How sure he is, per cent
        #[arg(long, value_parser = clap::value_parser!(u8).range(0..=100))]
        confidence: Option<u8>,
        /// Until which day they count, YYYY-MM-DD, the day itself not included
        #[arg(long, value_parser = day)]
        until: Option<i32>,
    },
    /// The lists
    List,
    /// Hold logs against indicators and tell what was found; nothing is stored
    Match(MatchArgs),
}

#[derive(Debug, Args)]
pub(crate) struct MatchArgs {
    /// Logs, also compressed
    #[arg(required = true)]
    pub(crate) files: Vec<PathBuf>,
    /// A list or a folder of lists (if not said: those of the data folder)
    #[arg(long)]
    pub(crate) indicators: Option<PathBuf>,
    /// What the logs are (if not said: by how each begins)
    #[arg(long)]
    pub(crate) format: Option<LogArg>,
    /// A network that is ours, in prefix notation (if not said: private ones and the constituency's)
    #[arg(long, value_delimiter = ',')]
    pub(crate) inside: Vec<String>,
    /// Zone of times that say none
    #[arg(long, default_value = "UTC")]
    pub(crate) log_zone: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogArg {
    Zeek,
    Suricata,
    Nfdump,
    DnsLog,
    Squid,
}

#[derive(Debug, Args)]
pub(crate) struct ReattributeArgs {
    /// First day, YYYY-MM-DD
    #[arg(long, value_parser = day)]
    pub(crate) since: i32,
}

#[derive(Debug, Subcommand)]
pub(crate) enum QuarantineCommand {
    /// Reports with rows that could not be read
    List,
    /// The rows of a report
    Show {
        /// Its number
        report: i64,
        /// At most so many
        #[arg(long, default_value_t = 50)]
        limit: usize,
    },
    /// Try the rows of a report again, with the schema and mappings of today
    Replay {
        /// Its number
        report: i64,
    },
    /// Try the files again that nobody knew how to read (see `reports --refused`), with the feeds of today
    Retry {
        /// Only those whose hash begins so
        #[arg(long, default_value = "")]
        hash: String,
    },
}

#[derive(Debug, Args)]
pub(crate) struct FeedsArgs {
    /// One feed, family by family
    pub(crate) feed: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct ReportsArgs {
    /// At most so many, newest first
    #[arg(long, default_value_t = 30)]
    pub(crate) limit: usize,
    /// Files that nobody knew how to read, and has not been able to read since
    #[arg(long)]
    pub(crate) refused: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum LakeCommand {
    /// Make few large files of many small ones
    Compact {
        /// Leave days with so many files or fewer
        #[arg(long, default_value_t = 1)]
        files: usize,
    },
    /// Delete files that are no longer needed
    Vacuum {
        /// Keep what versions of the last so many days need
        #[arg(long, default_value_t = 7)]
        keep_days: u32,
    },
    /// Fold all events into sightings again
    Rebuild,
    /// Find what is damaged in lake and journal and make it anew: sightings from events, events from the raw reports
    Mend,
    /// Forget events, sightings, raw reports and quarantine older than so many days; published counts stay
    Forget {
        /// Days to keep
        #[arg(long)]
        keep_days: i32,
    },
}

#[derive(Debug, Args)]
pub(crate) struct ServeArgs {
    /// Settings (TOML); see docs/CONFIG.md
    #[arg(long)]
    pub(crate) config: Option<PathBuf>,
    /// Address and port to listen on
    #[arg(long)]
    pub(crate) listen: Option<String>,
    /// Certificate chain, PEM
    #[arg(long, requires = "tls_key")]
    pub(crate) tls_cert: Option<String>,
    /// Private key, PEM
    #[arg(long, requires = "tls_cert")]
    pub(crate) tls_key: Option<String>,
    /// Any other setting, NAME=VALUE
    #[arg(long, value_parser = setting)]
    pub(crate) set: Vec<(String, String)>,
}

#[derive(Debug, Args)]
pub(crate) struct TokenArgs {
    /// The feed
    pub(crate) feed: String,
}

#[derive(Debug, Args)]
pub(crate) struct DemoArgs {
    /// Size of the country: 1 is about 4,000 infected machines at the start
    #[arg(long, default_value_t = 1.0)]
    pub(crate) scale: f64,
    /// Days of reports
    #[arg(long, default_value_t = 90)]
    pub(crate) days: u32,
    /// End after the printed result; without --serve it does
    #[arg(long, conflicts_with = "serve")]
    pub(crate) once: bool,
    /// After the printed result serve the made country's portal on this machine, with new reports coming, until Ctrl+C
    #[arg(long)]
    pub(crate) serve: bool,
    /// Port of the portal; if it is taken, the next free one of ten (0: any free one)
    #[arg(long, default_value_t = 8080, requires = "serve")]
    pub(crate) port: u16,
    /// The same seed makes the same country
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
}

#[derive(Debug, Args)]
pub(crate) struct MadeArgs {
    /// Folder to write to
    pub(crate) out: PathBuf,
    /// Rows of the report
    #[arg(long, default_value_t = 200_000)]
    pub(crate) rows: u64,
    /// Networks of the constituency
    #[arg(long, default_value_t = 100_000)]
    pub(crate) networks: u32,
    /// Instead of one report one a day for so many days, rows shared out, and a small country
    #[arg(long, conflicts_with = "dns_lines")]
    pub(crate) days: Option<u32>,
    /// Instead of a report a log of so many DNS queries, and the list of names it is held against
    #[arg(long)]
    pub(crate) dns_lines: Option<u64>,
    /// Names of that list
    #[arg(long, default_value_t = 1_500_000)]
    pub(crate) names: u64,
}

#[derive(Debug, Args)]
pub(crate) struct TimedArgs {
    /// The question
    pub(crate) what: TimedArg,
    /// The month, YYYY-MM
    #[arg(long)]
    pub(crate) month: String,
    /// The organisation of the list
    #[arg(long, default_value = "")]
    pub(crate) org: String,
    /// Addresses, one each time
    #[arg(long, value_delimiter = ',')]
    pub(crate) subject: Vec<String>,
    /// How often
    #[arg(long, default_value_t = 6)]
    pub(crate) times: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum TimedArg {
    /// A month by family and province
    Stats,
    /// An organisation's month
    List,
    /// An address's history
    Whois,
}

#[derive(Debug, Args)]
pub(crate) struct DocsArgs {
    /// Folder to write to
    pub(crate) out: PathBuf,
}

fn setting(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or_else(|| format!("{text:?} is no NAME=VALUE"))?;
    Ok((name.to_owned(), value.to_owned()))
}

fn day(text: &str) -> Result<i32, String> {
    event::time::parse_day(text).ok_or_else(|| format!("{text:?} is not a day; wanted YYYY-MM-DD"))
}

fn instant(text: &str) -> Result<i64, String> {
    event::time::parse(text)
        .ok_or_else(|| format!("{text:?} is not a time; wanted for example 2026-09-30T08:00:00+07:00"))
}
