//! What the sources say together: compact sorted stretches, one table for each series and day.

use std::cmp::Reverse;
use std::hash::Hash;

use rustc_hash::FxHashMap;

use super::{Country, Kind, Of, Origin, Row, Source};
use crate::block::{self, Block};
use crate::claim::Named;
use crate::owner::PlaceId;
use crate::sweep::Sweep;

/// What is known of an address or an autonomous system, each thing with the kind of source that says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Known<'b> {
    /// The origin of the address.
    pub asn: Option<(u32, Kind)>,
    /// The registered name.
    pub name: Option<(&'b str, Kind)>,
    /// Who holds it.
    pub holder: Option<(&'b str, Kind)>,
    /// The country.
    pub country: Option<(Country, Kind)>,
    /// The province.
    pub place: Option<(PlaceId, Kind)>,
}

/// Sources ready for look-ups. The empty one knows nothing.
#[derive(Debug, Default)]
pub struct Background {
    layers: Vec<Layer>,
    facts: Facts,
}

/// A text among [`Facts`].
type TextId = u32;
/// A fact among [`Facts`].
type FactId = u32;

/// What one source says of one thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
struct Fact {
    origin: Named<u32>,
    name: Named<TextId>,
    holder: Named<TextId>,
    country: Named<Country>,
    place: Named<PlaceId>,
}

impl Fact {
    /// Two rows about the same.
    fn and(self, other: Self) -> Self {
        Self {
            origin: self.origin.and(other.origin),
            name: self.name.and(other.name),
            holder: self.holder.and(other.holder),
            country: self.country.and(other.country),
            place: self.place.and(other.place),
        }
    }

    /// What is said of a part before what is said of the whole.
    fn or(self, whole: Self) -> Self {
        Self {
            origin: self.origin.or(whole.origin),
            name: self.name.or(whole.name),
            holder: self.holder.or(whole.holder),
            country: self.country.or(whole.country),
            place: self.place.or(whole.place),
        }
    }
}

/// Facts and their texts, each kept once; fact 0 says nothing.
#[derive(Debug, Default)]
struct Facts {
    all: Vec<Fact>,
    texts: Vec<Box<str>>,
}

/// Facts being gathered.
#[derive(Default)]
struct Gathered {
    facts: Pool<Fact>,
    texts: Pool<Box<str>>,
}

/// Things kept once, each with a number.
struct Pool<T> {
    all: Vec<T>,
    ids: FxHashMap<T, u32>,
}

impl<T> Default for Pool<T> {
    fn default() -> Self {
        Self { all: Vec::new(), ids: FxHashMap::default() }
    }
}

impl<T: Clone + Eq + Hash> Pool<T> {
    fn id(&mut self, one: &T) -> u32 {
        if let Some(id) = self.ids.get(one) {
            return *id;
        }
        // Four thousand million would not fit in memory.
        let id = self.all.len() as u32;
        self.all.push(one.clone());
        self.ids.insert(one.clone(), id);
        id
    }
}

/// The files of one series and day.
#[derive(Debug)]
struct Layer {
    kind: Kind,
    /// Its place among the series as they were given.
    series: usize,
    from: i32,
    /// From each address on to the next; the first from 0.
    ipv4: Vec<(u32, FactId)>,
    ipv6: Vec<(u128, FactId)>,
    /// From each number on to the next; the first from 0.
    systems: Vec<(u32, FactId)>,
}

impl Background {
    /// Makes sources ready. Of two series of one kind the one given first counts first.
    pub fn build(sources: &[Source]) -> Self {
        let mut series: Vec<(Kind, &str)> = Vec::new();
        let mut groups: FxHashMap<(usize, i32), Vec<&Source>> = FxHashMap::default();
        for source in sources {
            let name = (source.kind, source.series.as_str());
            let at = series.iter().position(|known| *known == name).unwrap_or_else(|| {
                series.push(name);
                series.len() - 1
            });
            groups.entry((at, source.day.unwrap_or(i32::MIN))).or_default().push(source);
        }
        let mut gathered = Gathered::default();
        gathered.facts.id(&Fact::default());
        let layer =
            |((at, from), files): (&(usize, i32), &Vec<&Source>)| gathered.layer(series[*at].0, *at, *from, files);
        let mut layers: Vec<_> = groups.iter().map(layer).collect();
        layers.sort_by_key(|layer| (layer.series, Reverse(layer.from)));
        Self { layers, facts: Facts { all: gathered.facts.all, texts: gathered.texts.all } }
    }

    /// Whether there is no source.
    pub fn is_empty(&self) -> bool {
        self.layers.is_empty()
    }

    /// What is known of an address (128 bits, IPv4 in `::ffff:0:0/96`) on a day.
    pub fn of_address(&self, bits: u128, day: i32) -> Known<'_> {
        self.known(day, |layer| layer.of_address(bits))
    }

    /// What is known of an autonomous system on a day.
    pub fn of_system(&self, asn: u32, day: i32) -> Known<'_> {
        self.known(day, |layer| at(&layer.systems, asn))
    }

    /// The origin of an address on a day.
    pub(crate) fn origin(&self, bits: u128, day: i32) -> Option<u32> {
        let found = self.first(day, Kind::FOR_ORIGIN, |layer| self.fact(layer.of_address(bits)).origin);
        found.map(|(asn, _)| asn)
    }

    /// The province of an address on a day.
    pub(crate) fn place(&self, bits: u128, day: i32) -> Option<PlaceId> {
        let found = self.first(day, Kind::FOR_HOLDER, |layer| self.fact(layer.of_address(bits)).place);
        found.map(|(place, _)| place)
    }

    fn known(&self, day: i32, find: impl Fn(&Layer) -> FactId) -> Known<'_> {
        let fact = |layer: &Layer| self.fact(find(layer));
        let text = |(id, kind): (TextId, Kind)| Some((&**self.facts.texts.get(id as usize)?, kind));
        Known {
            asn: self.first(day, Kind::FOR_ORIGIN, |layer| fact(layer).origin),
            name: self.first(day, Kind::FOR_HOLDER, |layer| fact(layer).name).and_then(text),
            holder: self.first(day, Kind::FOR_HOLDER, |layer| fact(layer).holder).and_then(text),
            country: self.first(day, Kind::FOR_HOLDER, |layer| fact(layer).country),
            place: self.first(day, Kind::FOR_HOLDER, |layer| fact(layer).place),
        }
    }

    fn fact(&self, id: FactId) -> Fact {
        self.facts.all.get(id as usize).copied().unwrap_or_default()
    }

    /// What the first source says that says anything; a conflict is not settled by those after it.
    fn first<T: Copy>(&self, day: i32, order: [Kind; 4], what: impl Fn(&Layer) -> Named<T>) -> Option<(T, Kind)> {
        let said = order.into_iter().flat_map(|kind| self.on(kind, day)).find_map(|layer| match what(layer) {
            Named::Unsaid => None,
            Named::Is(one) => Some(Some((one, layer.kind))),
            Named::Conflict => Some(None),
        });
        said.flatten()
    }

    /// The newest layer of every series of a kind that counts on a day.
    fn on(&self, kind: Kind, day: i32) -> impl Iterator<Item = &Layer> {
        // Sorted by series, the newest first.
        let counting = self.layers.iter().filter(move |layer| layer.kind == kind && layer.from <= day);
        let mut last = None;
        counting.filter(move |layer| last.replace(layer.series) != Some(layer.series))
    }
}

impl Layer {
    fn of_address(&self, bits: u128) -> FactId {
        if block::is_ipv4(bits) { at(&self.ipv4, bits as u32) } else { at(&self.ipv6, bits) }
    }
}

/// The fact of the stretch in which a number lies.
fn at<N: PartialOrd + Copy>(stretches: &[(N, FactId)], number: N) -> FactId {
    let next = stretches.partition_point(|(first, _)| *first <= number);
    next.checked_sub(1).and_then(|at| stretches.get(at)).map_or(0, |(_, fact)| *fact)
}

impl Gathered {
    fn layer(&mut self, kind: Kind, series: usize, from: i32, files: &[&Source]) -> Layer {
        let (mut ipv4, mut ipv6, mut systems) = (Vec::new(), Vec::new(), Vec::new());
        for row in files.iter().flat_map(|file| &file.rows) {
            let fact = self.fact(row);
            match row.of {
                Of::Addresses(first, last) => {
                    let block = Block { first, last };
                    if block.is_ipv4() { &mut ipv4 } else { &mut ipv6 }.push((block, fact));
                }
                Of::Systems(first, last) => {
                    systems.push((Block { first: first.into(), last: last.into() }, fact));
                }
            }
        }
        let narrow = |(first, fact): (u128, FactId)| (first as u32, fact);
        let ipv4 = self.stretches(&ipv4).into_iter().filter(|(first, _)| block::is_ipv4(*first)).map(narrow).collect();
        let systems = self.stretches(&systems).into_iter().filter(|(first, _)| *first <= u32::MAX.into());
        let systems = systems.map(narrow).collect();
        Layer { kind, series, from, ipv4, ipv6: self.stretches(&ipv6), systems }
    }

    fn fact(&mut self, row: &Row) -> Fact {
        let mut text = |text: &Option<Box<str>>| Named::of(text.as_ref().map(|text| self.texts.id(text)));
        let (name, holder) = (text(&row.name), text(&row.holder));
        let origin = match row.origin {
            None => Named::Unsaid,
            Some(Origin::One(asn)) => Named::Is(asn),
            Some(Origin::Several) => Named::Conflict,
        };
        Fact { origin, name, holder, country: Named::of(row.country), place: Named::of(row.place) }
    }

    /// From each address on to the next, what the longest prefixes say.
    fn stretches(&mut self, rows: &[(Block, Fact)]) -> Vec<(u128, FactId)> {
        let mut pieces: Vec<_> =
            rows.iter().flat_map(|(block, fact)| block.prefixes().map(|piece| (piece, *fact))).collect();
        pieces.sort_by_key(|(block, _)| (block.first, Reverse(block.last)));
        let mut sweep = Sweep::from(0);
        for same in pieces.chunk_by(|a, b| a.0 == b.0) {
            let block = same[0].0;
            sweep.close_before(block.first);
            let whole = self.facts.all[sweep.innermost() as usize];
            let said = same.iter().map(|(_, fact)| *fact).fold(Fact::default(), Fact::and);
            sweep.open(block, self.facts.id(&said.or(whole)));
        }
        sweep.finish()
    }
}
