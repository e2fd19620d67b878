//! Which rows of sightings a filter means, and whose their subjects are.

use constituency::{Asked, Attributor, Hints, Owner};
use event::address;
use event::rules::Kind;
use event::subject::Subject;

use crate::ask::Filter;
use crate::owner::owner_of_text;
use crate::scan::{Coded, Numbered, Rows, Whole};

/// Which rows a filter means, as far as no owner is asked.
pub(crate) struct Wanted<'b> {
    filter: &'b Filter,
    /// A column of words, whether each word is wanted, and whether none is.
    words: Vec<(Coded<'b>, Vec<bool>, bool)>,
    asn: Option<(Whole<'b>, i64)>,
}

impl<'b> Wanted<'b> {
    pub(crate) fn of(filter: &'b Filter, rows: &Rows<'b>) -> Self {
        let mut words = Vec::new();
        let mut only = |name, wants: &dyn Fn(&str) -> bool, none| {
            let column = rows.words(name);
            words.push((column, column.each(wants), none));
        };
        if !filter.kinds.is_empty() {
            only("kind", &|word| Kind::parse(word).is_some_and(|kind| filter.kinds.contains(&kind)), false);
        }
        if let Some(family) = &filter.family {
            only("family", &|word| word == family, false);
        }
        if !filter.not_families.is_empty() {
            only("family", &|word| !filter.not_families.iter().any(|family| family == word), true);
        }
        if let Some(feed) = &filter.feed {
            only("feed", &|word| word == feed, false);
        }
        Self { filter, words, asn: filter.asn.map(|asn| (rows.whole("feed_asn"), i64::from(asn))) }
    }

    pub(crate) fn wants(&self, row: usize, owned: &Owned<'_>) -> bool {
        self.words.iter().all(|(column, wanted, none)| column.code(row).map_or(*none, |code| wanted[code]))
            && self.asn.is_none_or(|(asns, asn)| asns.get(row) == Some(asn))
            && self.filter.subject.as_ref().is_none_or(|subject| owned.is(row, subject))
            && (self.filter.ranges.is_empty() || owned.is_in(row, &self.filter.ranges))
    }
}

/// The columns that tell a row's subject and owner.
pub(crate) struct Owned<'b> {
    high: Whole<'b>,
    low: Whole<'b>,
    kind: Coded<'b>,
    subject: Option<&'b arrow_array::StringArray>,
    asn: Whole<'b>,
    place: Coded<'b>,
}

impl<'b> Owned<'b> {
    pub(crate) fn of(rows: &Rows<'b>) -> Self {
        Self {
            high: rows.whole("ip_hi"),
            low: rows.whole("ip_lo"),
            kind: rows.words("subject_kind"),
            subject: rows.subject(),
            asn: rows.whole("feed_asn"),
            place: rows.words("feed_place"),
        }
    }

    pub(crate) fn bits(&self, row: usize) -> Option<u128> {
        self.high.get(row).zip(self.low.get(row)).map(|(high, low)| address::join(high, low))
    }

    pub(crate) fn text(&self, row: usize) -> (&'b str, &'b str) {
        (self.kind.get(row).unwrap_or_default(), self.subject.map_or("", |subjects| subjects.value(row)))
    }

    pub(crate) fn subject(&self, row: usize, texts: &Numbered) -> ((i64, i64), bool) {
        if let Some(halves) = self.high.get(row).zip(self.low.get(row)) {
            return (halves, false);
        }
        ((i64::from(self.number(row, texts)), 0), true)
    }

    /// The number of a text, behind its kind.
    pub(crate) fn number(&self, row: usize, texts: &Numbered) -> u32 {
        let (kind, text) = self.text(row);
        texts.number(&format!("{kind} {text}"))
    }

    pub(crate) fn is(&self, row: usize, subject: &Subject) -> bool {
        match subject {
            Subject::Address(ip) => self.bits(row) == Some(address::to_bits(*ip)),
            Subject::Account(text) | Subject::Url(text) | Subject::Name(text) => {
                self.text(row) == (subject.kind(), text.as_str())
            }
        }
    }

    /// Whether an address is in one of the ranges; what is no address always is.
    pub(crate) fn is_in(&self, row: usize, ranges: &[(u128, u128)]) -> bool {
        self.bits(row).is_none_or(|bits| ranges.iter().any(|(first, last)| (*first..=*last).contains(&bits)))
    }

    /// The owners of some rows, each with its address if it has one; addresses are looked up together.
    pub(crate) fn owners(&self, rows: &[(usize, Option<u128>)], day: i32, attributor: &Attributor) -> Vec<Owner> {
        let asked = |(row, bits): &(usize, Option<u128>)| Some(Asked { bits: (*bits)?, day, hints: self.hints(*row) });
        let asked: Vec<Asked<'_>> = rows.iter().filter_map(asked).collect();
        let owners = attributor.owners_of_addresses(&asked);
        if owners.len() == rows.len() {
            return owners;
        }
        let mut owners = owners.into_iter();
        let owner = |(row, bits): &(usize, Option<u128>)| match bits {
            Some(_) => owners.next().unwrap_or_default(),
            None => self.owner_of_text(*row, day, attributor),
        };
        rows.iter().map(owner).collect()
    }

    fn hints(&self, row: usize) -> Hints<'b> {
        Hints { asn: self.asn.get(row).and_then(|asn| u32::try_from(asn).ok()), place: self.place.get(row) }
    }

    fn owner_of_text(&self, row: usize, day: i32, attributor: &Attributor) -> Owner {
        let (kind, subject) = self.text(row);
        owner_of_text(attributor, kind, subject, day, self.hints(row))
    }
}
