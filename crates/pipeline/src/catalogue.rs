//! Which feed a delivered file belongs to, and the reader of its format.

use std::path::Path;
use std::sync::Arc;

use event::rules::Rules;
use event::tlp::Tlp;
use feeds::catalogue::{Catalogue, Feed, Speaks};
use feeds::format::Format;
use feeds::generic::Mapping;
use feeds::shadowserver::Schema;
use rustc_hash::FxHashMap;

use crate::folder::read_text;
use crate::{DataFolder, PipelineError};

/// The operator's Shadowserver schema, if he gave one.
pub const SCHEMA: &str = "schema/shadowserver.json";

/// The catalogue of a data folder with every schema and mapping read, and the rules.
#[derive(Debug)]
pub struct Feeds {
    catalogue: Catalogue,
    formats: FxHashMap<String, Format>,
    rules: Rules,
}

impl Feeds {
    /// Reads `feeds.toml`, the schemas and the rules, or takes those shipped.
    ///
    /// # Errors
    /// The disk's; a file that is not of its form, with the place.
    pub fn open(folder: &DataFolder) -> Result<Self, PipelineError> {
        let path = folder.path("feeds.toml");
        let catalogue = if path.exists() {
            Catalogue::parse(&read_text(&path)?).map_err(|e| form(&path, &e))?
        } else {
            Catalogue::shipped()
        };
        let default_schema = default_schema(folder)?;
        let mut formats = FxHashMap::default();
        for feed in catalogue.feeds() {
            formats.insert(feed.name.clone(), format_of(folder, feed, &default_schema)?);
        }
        Ok(Self { catalogue, formats, rules: rules(folder)? })
    }

    /// The feeds, in the order in which they are tried.
    pub fn all(&self) -> &[Feed] {
        self.catalogue.feeds()
    }

    /// Families and kinds.
    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    /// The feed named, or else the one whose files are called so, with its format.
    pub fn of(&self, named: Option<&str>, file: &str) -> Option<(&Feed, &Format)> {
        let feed = match named {
            Some(name) => self.catalogue.feed(name),
            None => self.catalogue.feed_for_file(file),
        }?;
        Some((feed, self.formats.get(&feed.name)?))
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

fn format_of(folder: &DataFolder, feed: &Feed, default: &Arc<Schema>) -> Result<Format, PipelineError> {
    Ok(match &feed.speaks {
        Speaks::Shadowserver { schema: None } => Format::Shadowserver(Arc::clone(default)),
        Speaks::Shadowserver { schema: Some(path) } => Format::Shadowserver(read_schema(&folder.root().join(path))?),
        Speaks::Intelmq => Format::IntelMq,
        Speaks::Generic(mapping) => Format::Generic(Arc::clone(mapping)),
        Speaks::GenericFile(path) => {
            let path = folder.root().join(path);
            Format::Generic(Arc::new(Mapping::parse(&read_text(&path)?).map_err(|e| form(&path, &e))?))
        }
    })
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
