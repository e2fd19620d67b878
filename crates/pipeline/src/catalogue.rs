//! Which feed a delivered file belongs to, and the reader of its format.

use std::cell::RefCell;
use std::path::Path;
use std::sync::Arc;

use constituency::Attributor;
use event::rules::Rules;
use event::tlp::Tlp;
use feeds::catalogue::{Catalogue, Feed, Speaks};
use feeds::format::Format;
use feeds::generic::Mapping;
use feeds::logs;
use feeds::shadowserver::Schema;
use jiff::tz::TimeZone;
use rustc_hash::FxHashMap;

use crate::folder::read_text;
use crate::hosts::Sets;
use crate::{DataFolder, PipelineError};

/// The operator's Shadowserver schema, if he gave one.
pub const SCHEMA: &str = "schema/shadowserver.json";

/// The catalogue of a data folder with every schema and mapping read, and the rules.
#[derive(Debug)]
pub struct Feeds {
    folder: DataFolder,
    catalogue: Catalogue,
    formats: FxHashMap<String, Reader>,
    rules: Rules,
    sets: RefCell<Option<Sets>>,
}

/// How the files of a feed are read.
#[derive(Debug)]
enum Reader {
    Ready(Format),
    /// A log; the lists it is held against are read when the first one comes.
    Log {
        kind: logs::Kind,
        zone: TimeZone,
        inside: Vec<(u128, u128)>,
    },
}

impl Feeds {
    /// Reads `feeds.toml`, the schemas and the rules, or takes those shipped.
    ///
    /// # Errors
    /// The disk's; a file that is not of its form, with the place.
    pub fn open(folder: &DataFolder) -> Result<Self, PipelineError> {
        let catalogue = catalogue(folder)?;
        let default_schema = default_schema(folder)?;
        let mut formats = FxHashMap::default();
        for feed in catalogue.feeds() {
            formats.insert(feed.name.clone(), reader(folder, feed, &default_schema)?);
        }
        Ok(Self { folder: folder.clone(), catalogue, formats, rules: rules(folder)?, sets: RefCell::default() })
    }

    /// The feeds, in the order in which they are tried.
    pub fn all(&self) -> &[Feed] {
        self.catalogue.feeds()
    }

    /// Families and kinds.
    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    /// The feed named, or else the one whose files are called so, with its format. What is ours in logs is what
    /// `owners` know.
    ///
    /// # Errors
    /// The disk's, when lists of indicators are read.
    pub fn of(
        &self,
        named: Option<&str>,
        file: &str,
        owners: &Attributor,
    ) -> Result<Option<(&Feed, Format)>, PipelineError> {
        let Some(feed) = feed_of(&self.catalogue, named, file) else { return Ok(None) };
        let format = match self.formats.get(&feed.name) {
            None => return Ok(None),
            Some(Reader::Ready(format)) => format.clone(),
            Some(Reader::Log { kind, zone, inside }) => {
                let watch = self.sets()?.watch(inside, owners);
                Format::Log(logs::Log { kind: *kind, zone: zone.clone(), watch })
            }
        };
        Ok(Some((feed, format)))
    }

    /// Whether a file would be read, as far as its name tells; none if no feed has such files.
    pub fn would_read(&self, named: Option<&str>, file: &str) -> Option<Result<(), String>> {
        let feed = feed_of(&self.catalogue, named, file)?;
        Some(match self.formats.get(&feed.name) {
            Some(Reader::Ready(format)) => format.open(file).map(drop).map_err(|wrong| wrong.to_string()),
            Some(Reader::Log { .. }) | None => Ok(()),
        })
    }

    /// The lists of indicators, read once.
    fn sets(&self) -> Result<Sets, PipelineError> {
        if let Some(sets) = &*self.sets.borrow() {
            return Ok(sets.clone());
        }
        let sets = Sets::load(&self.folder)?;
        self.sets.replace(Some(sets.clone()));
        Ok(sets)
    }

    /// The mark of a feed's events that carry none.
    pub fn tlp(feed: &Feed) -> Tlp {
        feed.tlp
    }
}

fn form(path: &Path, wrong: &dyn std::fmt::Display) -> PipelineError {
    PipelineError::Form { path: path.to_owned(), wrong: wrong.to_string() }
}

fn default_schema(folder: &DataFolder) -> Result<Arc<Schema>, PipelineError> {
    let path = folder.path(SCHEMA);
    if path.exists() { read_schema(&path) } else { Ok(Arc::new(Schema::own())) }
}

/// Reads a Shadowserver schema file.
///
/// # Errors
/// The disk's; a file that is no schema.
pub fn read_schema(path: &Path) -> Result<Arc<Schema>, PipelineError> {
    Ok(Arc::new(Schema::parse(&read_text(path)?).map_err(|e| form(path, &e))?))
}

/// The catalogue of a data folder, or the one shipped.
///
/// # Errors
/// The disk's; a file that is no catalogue.
pub fn catalogue(folder: &DataFolder) -> Result<Catalogue, PipelineError> {
    let path = folder.path("feeds.toml");
    match path.exists() {
        true => Catalogue::parse(&read_text(&path)?).map_err(|e| form(&path, &e)),
        false => Ok(Catalogue::shipped()),
    }
}

/// The feed named, or else the one whose files are called so.
pub fn feed_of<'c>(catalogue: &'c Catalogue, named: Option<&str>, file: &str) -> Option<&'c Feed> {
    match named {
        Some(name) => catalogue.feed(name),
        None => catalogue.feed_for_file(file),
    }
}

fn reader(folder: &DataFolder, feed: &Feed, default: &Arc<Schema>) -> Result<Reader, PipelineError> {
    Ok(Reader::Ready(match &feed.speaks {
        Speaks::Log { kind, zone, inside } => {
            return Ok(Reader::Log { kind: *kind, zone: zone.clone(), inside: inside.clone() });
        }
        Speaks::N6 => Format::N6,
        Speaks::Leak => Format::Leak,
        Speaks::Shadowserver { schema: None } => Format::Shadowserver(Arc::clone(default)),
        Speaks::Shadowserver { schema: Some(path) } => Format::Shadowserver(read_schema(&folder.root().join(path))?),
        Speaks::Intelmq => Format::IntelMq,
        Speaks::Generic(mapping) => Format::Generic(Arc::clone(mapping)),
        Speaks::GenericFile(path) => {
            let path = folder.root().join(path);
            Format::Generic(Arc::new(Mapping::parse(&read_text(&path)?).map_err(|e| form(&path, &e))?))
        }
    }))
}

fn rules(folder: &DataFolder) -> Result<Rules, PipelineError> {
    let (families, kinds) = (folder.path("rules/families.csv"), folder.path("rules/kinds.csv"));
    if !families.exists() && !kinds.exists() {
        return Ok(Rules::shipped());
    }
    let text = |path: &Path, shipped: &str| if path.exists() { read_text(path) } else { Ok(shipped.to_owned()) };
    let (a, b) = (text(&families, Rules::FAMILIES)?, text(&kinds, Rules::KINDS)?);
    Rules::read(&a, &b).map_err(|bad| form(&folder.path("rules"), &format!("line {}: {:?}", bad.line, bad.text)))
}
