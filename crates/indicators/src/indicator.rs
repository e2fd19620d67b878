//! One indicator with everything that is known of it.

use std::borrow::Cow;

use crate::watch::Kind;

/// A known malware host, or in an allow-list a known harmless one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Indicator<'t> {
    /// What it is. A network of an allow-list is a [`Kind::Address`] whose text has a prefix length.
    pub kind: Kind,
    /// Its canonical text: `example.org`, `192.0.2.1`, `[2001:db8::1]:443`, `example.org:8080/a/b`, `/gate.php`.
    pub text: Cow<'t, str>,
    /// The family as its list calls it; empty in an allow-list.
    pub family: Cow<'t, str>,
    /// Where it comes from.
    pub source: Cow<'t, str>,
    /// How sure the source is, per cent.
    pub confidence: Option<u8>,
    /// From when it counts, microseconds since 1970; always, if nothing is said.
    pub from: Option<i64>,
    /// Until when it counts, that instant not included.
    pub until: Option<i64>,
    /// What is written beside it.
    pub comment: Cow<'t, str>,
}

impl Indicator<'_> {
    /// The same, with texts of its own.
    pub fn into_owned(self) -> Indicator<'static> {
        let own = |text: Cow<'_, str>| Cow::Owned(text.into_owned());
        Indicator {
            text: own(self.text),
            family: own(self.family),
            source: own(self.source),
            comment: own(self.comment),
            kind: self.kind,
            confidence: self.confidence,
            from: self.from,
            until: self.until,
        }
    }
}
