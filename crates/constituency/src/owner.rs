//! The answer: who owns a subject, where, and how sure that is.

use std::num::{NonZeroU8, NonZeroU32};

/// An organisation's code, interned. Means something only to the tables (or the attributor) that gave it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct OrgId(NonZeroU32);

impl OrgId {
    /// The id of a position, from 0; `None` past four thousand million.
    pub(crate) fn at(index: usize) -> Option<Self> {
        u32::try_from(index.checked_add(1)?).ok().and_then(NonZeroU32::new).map(Self)
    }

    /// Its position, from 0, dense: fit to index an array.
    pub fn index(self) -> usize {
        self.0.get() as usize - 1
    }
}

/// A province or city, by its two-digit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PlaceId(NonZeroU8);

/// The two digits of every number below 100, one after the other.
const DIGITS: &str = "00010203040506070809101112131415161718192021222324252627282930313233343536373839\
                      40414243444546474849505152535455565758596061626364656667686970717273747576777879\
                      8081828384858687888990919293949596979899";

impl PlaceId {
    /// The place of a code of two digits, `01` to `99`. Says nothing about whether there is such a place.
    pub fn parse(code: &str) -> Option<Self> {
        let [tens @ b'0'..=b'9', ones @ b'0'..=b'9'] = *code.as_bytes() else { return None };
        NonZeroU8::new((tens - b'0') * 10 + ones - b'0').map(Self)
    }

    /// Its code, two digits.
    pub fn code(self) -> &'static str {
        let at = 2 * usize::from(self.0.get());
        &DIGITS[at..at + 2]
    }

    /// Its code as a number, 1 to 99.
    pub fn number(self) -> u8 {
        self.0.get()
    }
}

/// Where the place of an owner comes from, surest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum PlaceSource {
    /// The organisation's own province, or that of the nearest one above it.
    Organisation,
    /// The row of a network.
    Network,
    /// What the feed said.
    Feed,
    /// A geographic database; see [`crate::sources`].
    Geo,
    /// There is no place.
    #[default]
    Unknown,
}

impl PlaceSource {
    /// The word used in tables and files: `organisation`, `network`, `feed`, `geo`, or empty.
    pub fn name(self) -> &'static str {
        match self {
            Self::Organisation => "organisation",
            Self::Network => "network",
            Self::Feed => "feed",
            Self::Geo => "geo",
            Self::Unknown => "",
        }
    }
}

/// Where the operator of an owner comes from, surest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum IspSource {
    /// The row of a network.
    Network,
    /// The row of the autonomous system that the feed said.
    Feed,
    /// The row of the autonomous system that announces the address; see [`crate::sources`].
    Routing,
    /// There is no operator.
    #[default]
    Unknown,
}

impl IspSource {
    /// The word used in tables and files: `network`, `feed`, `routing`, or empty.
    pub fn name(self) -> &'static str {
        match self {
            Self::Network => "network",
            Self::Feed => "feed",
            Self::Routing => "routing",
            Self::Unknown => "",
        }
    }
}

/// How a network hands out its addresses; a set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Flags(u8);

impl Flags {
    /// Many customers behind one address (CGNAT, mobile pools).
    pub const SHARED: Self = Self(1);
    /// An address changes hands.
    pub const DYNAMIC: Self = Self(2);
    /// An address stays with its customer.
    pub const STATIC: Self = Self(4);
    /// Every flag with its word in tables and files.
    pub const ALL: [(Self, &'static str); 3] =
        [(Self::SHARED, "shared"), (Self::DYNAMIC, "dynamic"), (Self::STATIC, "static")];

    /// The flag of a word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(_, name)| *name == word).map(|(flag, _)| flag)
    }

    /// Both sets together.
    #[must_use]
    pub fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether every flag of the other set is in this one.
    pub fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether many customers are behind one address.
    pub fn shared(self) -> bool {
        self.has(Self::SHARED)
    }

    /// Whether an address changes hands.
    pub fn dynamic(self) -> bool {
        self.has(Self::DYNAMIC)
    }

    /// Whether an address stays with its customer.
    pub fn static_(self) -> bool {
        self.has(Self::STATIC)
    }

    /// The words of the flags that are set, in the order of [`Flags::ALL`].
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        Self::ALL.into_iter().filter(move |(flag, _)| self.has(*flag)).map(|(_, name)| name)
    }
}

/// Who owns a subject on a day. What is not known stays `None`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Owner {
    /// The operator that carries the address; never one for a domain name.
    pub isp: Option<OrgId>,
    /// Where the operator comes from.
    pub isp_source: IspSource,
    /// The organisation that uses it.
    pub organisation: Option<OrgId>,
    /// Its province.
    pub place: Option<PlaceId>,
    /// Where the province comes from.
    pub place_source: PlaceSource,
    /// How the network hands out addresses.
    pub flags: Flags,
    /// The tables name two owners for the same thing on this day; the role in dispute is `None`.
    pub conflict: bool,
}

impl Owner {
    /// Takes a province if there is none yet.
    pub(crate) fn fill_place(&mut self, place: Option<PlaceId>, source: PlaceSource) {
        if self.place.is_none() && place.is_some() {
            self.place = place;
            self.place_source = source;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_its_two_digits() {
        for n in 1..100 {
            let code = format!("{n:02}");
            assert_eq!(PlaceId::parse(&code).map(PlaceId::code), Some(&*code));
        }
        for bad in ["00", "1", "001", "a1", "", "١"] {
            assert_eq!(PlaceId::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn an_owner_is_sixteen_bytes() {
        assert_eq!(size_of::<Owner>(), 16);
    }

    #[test]
    fn flags_are_a_set() {
        let both = Flags::SHARED.with(Flags::DYNAMIC);
        assert!(both.shared() && both.dynamic() && !both.static_());
        assert_eq!(both.names().collect::<Vec<_>>(), ["shared", "dynamic"]);
        assert_eq!(Flags::parse("mobile"), None);
    }
}
