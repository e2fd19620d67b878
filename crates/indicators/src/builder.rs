//! A set being built of any number of lists.

use std::cmp::Reverse;

use rustc_hash::FxHashMap;

use crate::cuts;
use crate::filter::{self, Filter};
use crate::indicator::Indicator;
use crate::record::{self, Record, Room, Terms};
use crate::set::{ListFacts, Set};

/// Most bytes of text in one set: places in it are 32 bits.
pub const TEXTS_MAX: usize = u32::MAX as usize;
/// Most indicators of one set, doubles included.
pub const SET_MAX: usize = 100_000_000;

/// Why an indicator cannot be added.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// The set holds [`SET_MAX`] indicators or [`TEXTS_MAX`] bytes already: it must be built of fewer lists.
    #[error("the set is full")]
    Full,
    /// The text is not what [`list`](crate::list) gives.
    #[error("the indicator is not in canonical form")]
    NotCanonical,
}

/// Takes indicators list by list.
#[derive(Debug, Default)]
pub struct Builder {
    texts: String,
    raws: Vec<Raw>,
    terms: Vec<Terms>,
    known_terms: FxHashMap<Terms, u32>,
    names: Vec<Box<str>>,
    known_names: FxHashMap<Box<str>, u32>,
    lists: Vec<ListFacts>,
}

#[derive(Debug, Clone, Copy)]
struct Raw {
    hash: u64,
    record: Record,
}

impl Builder {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Begins a list: its name, and when it was imported (microseconds since 1970). What is added next is its.
    pub fn begin(&mut self, name: &str, imported: i64) {
        self.lists.push(ListFacts { name: name.to_owned(), imported, indicators: 0 });
    }

    /// Adds one indicator as [`list`](crate::list) gives it.
    ///
    /// # Errors
    /// [`Unfit`]; the set being built is as it was.
    pub fn add(&mut self, indicator: &Indicator<'_>) -> Result<(), Unfit> {
        let text = &*indicator.text;
        let room = Room::of(indicator.kind, text);
        let hash = record::hash_text(room, text).ok_or(Unfit::NotCanonical)?;
        let length = u16::try_from(text.len()).map_err(|_| Unfit::NotCanonical)?;
        let at = u32::try_from(self.texts.len()).map_err(|_| Unfit::Full)?;
        if self.raws.len() == SET_MAX || self.texts.len() + text.len() > TEXTS_MAX {
            return Err(Unfit::Full);
        }
        let terms = self.terms(indicator);
        self.texts.push_str(text);
        self.raws.push(Raw { hash, record: Record { at, terms, length, room } });
        if let Some(list) = self.lists.last_mut() {
            list.indicators += 1;
        }
        Ok(())
    }

    fn terms(&mut self, indicator: &Indicator<'_>) -> u32 {
        let terms = Terms {
            family: self.name(&indicator.family),
            source: self.name(&indicator.source),
            confidence: indicator.confidence,
            from: indicator.from.unwrap_or(i64::MIN),
            until: indicator.until.unwrap_or(i64::MAX),
        };
        // Never more than there are indicators, whose number is below SET_MAX.
        let next = self.terms.len() as u32;
        let known = *self.known_terms.entry(terms).or_insert(next);
        if known == next {
            self.terms.push(terms);
        }
        known
    }

    fn name(&mut self, name: &str) -> u32 {
        if let Some(known) = self.known_names.get(name) {
            return *known;
        }
        let id = self.names.len() as u32;
        self.names.push(name.into());
        self.known_names.insert(name.into(), id);
        id
    }

    /// The set, for good.
    pub fn build(mut self) -> Set {
        drop((std::mem::take(&mut self.known_terms), std::mem::take(&mut self.known_names)));
        self.sort();
        let filter = self.filter();
        let starts = starts(&self.raws);
        let lengths = self.network_lengths();
        let has_urls = self.raws.iter().any(|raw| raw.record.room == Room::Url);
        let records = self.raws.iter().map(|raw| raw.record).collect();
        Set {
            filter,
            starts,
            records,
            lengths,
            has_urls,
            texts: self.texts.into_boxed_str(),
            terms: self.terms.into(),
            names: self.names.into(),
            lists: self.lists,
        }
    }

    /// By hash; the same indicator said again lies beside itself, in the order that [`Set`] promises, doubles left out.
    fn sort(&mut self) {
        let Self { raws, texts, terms, .. } = self;
        let key = |raw: &Raw| (raw.record.room, &texts[raw.record.at as usize..][..usize::from(raw.record.length)]);
        let sureness = |raw: &Raw| Reverse(terms[raw.record.terms as usize].confidence);
        raws.sort_unstable_by(|a, b| {
            let same_hash =
                || key(a).cmp(&key(b)).then((a.record.terms, a.record.at).cmp(&(b.record.terms, b.record.at)));
            a.hash.cmp(&b.hash).then_with(same_hash)
        });
        // Of doubles the first remains: the one that was added first.
        raws.dedup_by(|b, a| a.hash == b.hash && a.record.terms == b.record.terms && key(a) == key(b));
        for same in raws.chunk_by_mut(|a, b| a.hash == b.hash).filter(|same| same.len() > 1) {
            same.sort_unstable_by(|a, b| {
                key(a).cmp(&key(b)).then_with(|| (sureness(a), a.record.at).cmp(&(sureness(b), b.record.at)))
            });
        }
        raws.shrink_to_fit();
    }

    fn filter(&self) -> Filter {
        let marked = |raw: &&Raw| matches!(raw.record.room, Room::Url | Room::Path);
        let mut filter = Filter::for_keys(self.raws.len() + self.raws.iter().filter(marked).count());
        for Raw { hash, record } in &self.raws {
            filter.add(*hash);
            let text = &self.texts[record.at as usize..][..usize::from(record.length)];
            match record.room {
                Room::Url => filter.add(record::hash(Room::UrlHost, url_host(text).as_bytes())),
                Room::Path if text.contains('?') => {
                    filter.add(record::hash(Room::Query, &text.as_bytes()[..cuts::query(text.as_bytes())]));
                }
                _ => {}
            }
        }
        filter
    }

    fn network_lengths(&self) -> Box<[u8]> {
        let networks = self.raws.iter().filter(|raw| raw.record.room == Room::Network);
        let text = |record: &Record| &self.texts[record.at as usize..][..usize::from(record.length)];
        let mut lengths: Vec<u8> =
            networks.filter_map(|raw| record::network(text(&raw.record))).map(|(_, length)| length).collect();
        lengths.sort_unstable_by(|a, b| b.cmp(a));
        lengths.dedup();
        lengths.into()
    }
}

/// The host of a canonical URL, without its port.
fn url_host(text: &str) -> &str {
    let authority = text.split('/').next().unwrap_or_default();
    match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => host,
        _ => authority,
    }
}

/// For each of the places of the hashes, where its records begin.
fn starts(raws: &[Raw]) -> Box<[u32]> {
    let places = Set::places(raws.len());
    let mut starts = vec![0u32; places + 1];
    for raw in raws {
        starts[filter::place(raw.hash, places) + 1] += 1;
    }
    for place in 1..starts.len() {
        starts[place] += starts[place - 1];
    }
    starts.into()
}
