//! The names of the IntelMQ data format (version 3.5) and the rule each value obeys.
//!
//! Names that every query needs have a column of their own ([`Slot`]); all others are kept, lossless,
//! in the one column of the *rest*, as are all `extra.*`.

use rustc_hash::FxHashMap;
use std::sync::LazyLock;

/// What a value must look like; [`crate::clean`] applies it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// Percentage 0 to 100.
    Accuracy,
    /// An IPv4 or IPv6 address.
    Address,
    /// An autonomous system number, 1 to 4294967295, `AS` allowed before it.
    Asn,
    /// yes or no in one of many spellings.
    Boolean,
    /// Two letters or digits, upper case.
    CountryCode,
    /// A decimal number.
    Float,
    /// A domain name.
    Fqdn,
    /// A whole number.
    Integer,
    /// Text in lower case.
    Lower,
    /// Printable ASCII in lower case, at most so many characters.
    LowerAscii(usize),
    /// Printable ASCII, at most so many characters.
    Ascii(usize),
    /// An address range in prefix notation.
    Network,
    /// A regional internet registry.
    Registry,
    /// critical, high, medium, low, info or undefined.
    Severity,
    /// An RSIT taxonomy.
    Taxonomy,
    /// Any text.
    Text,
    /// An instant.
    Time,
    /// A sharing mark.
    Tlp,
    /// A transport protocol's IANA keyword.
    Transport,
    /// An RSIT type.
    Type,
    /// Text in upper case.
    Upper,
    /// A URL with a host.
    Url,
}

/// Where a value lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slot {
    /// The address columns, 0 source, 1 destination.
    Address(usize),
    /// A column of numbers.
    Number(usize),
    /// A column of texts that differ.
    Text(usize),
    /// A column of texts that repeat.
    Word(usize),
    /// The JSON object of everything else.
    Rest,
    /// Known, but not part of an event's own observation: dropped (`raw` is the kept file, `time.observation` and `feed.*` come from the delivery).
    Dropped,
}

/// One name of the format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key {
    /// As it is written in JSON.
    pub name: &'static str,
    /// What its values must look like.
    pub rule: Rule,
    /// Where they lie.
    pub slot: Slot,
}

const fn key(name: &'static str, rule: Rule, slot: Slot) -> Key {
    Key { name, rule, slot }
}

/// Number columns, by position: see [`Slot::Number`].
pub const NUMBERS: [&str; 5] = ["time.source", "source.port", "source.asn", "destination.port", "destination.asn"];
/// Text columns, by position: see [`Slot::Text`].
pub const TEXTS: [&str; 5] = ["source.reverse_dns", "source.fqdn", "source.url", "source.account", "destination.url"];
/// Word columns, by position: see [`Slot::Word`].
pub const WORDS: [&str; 15] = [
    "source.geolocation.cc",
    "source.geolocation.region",
    "source.geolocation.city",
    "destination.geolocation.cc",
    "destination.geolocation.region",
    "destination.geolocation.city",
    "destination.fqdn",
    "protocol.transport",
    "protocol.application",
    "classification.taxonomy",
    "classification.type",
    "classification.identifier",
    "malware.name",
    "severity",
    "tlp",
];

/// `time.source`, the one key every event has.
pub const TIME_SOURCE: Key = key("time.source", Rule::Time, Slot::Number(0));

/// Every name of the format but `extra` (whose parts, `extra.*`, are free), sorted by name.
pub const KEYS: [Key; 88] = [
    key("classification.identifier", Rule::Text, Slot::Word(11)),
    key("classification.taxonomy", Rule::Taxonomy, Slot::Word(9)),
    key("classification.type", Rule::Type, Slot::Word(10)),
    key("comment", Rule::Text, Slot::Rest),
    key("destination.abuse_contact", Rule::Lower, Slot::Rest),
    key("destination.account", Rule::Text, Slot::Rest),
    key("destination.allocated", Rule::Time, Slot::Rest),
    key("destination.as_name", Rule::Text, Slot::Rest),
    key("destination.asn", Rule::Asn, Slot::Number(4)),
    key("destination.domain_suffix", Rule::Fqdn, Slot::Rest),
    key("destination.fqdn", Rule::Fqdn, Slot::Word(6)),
    key("destination.geolocation.cc", Rule::CountryCode, Slot::Word(3)),
    key("destination.geolocation.city", Rule::Text, Slot::Word(5)),
    key("destination.geolocation.country", Rule::Text, Slot::Rest),
    key("destination.geolocation.latitude", Rule::Float, Slot::Rest),
    key("destination.geolocation.longitude", Rule::Float, Slot::Rest),
    key("destination.geolocation.region", Rule::Text, Slot::Word(4)),
    key("destination.geolocation.state", Rule::Text, Slot::Rest),
    key("destination.ip", Rule::Address, Slot::Address(1)),
    key("destination.local_hostname", Rule::Text, Slot::Rest),
    key("destination.local_ip", Rule::Address, Slot::Rest),
    key("destination.network", Rule::Network, Slot::Rest),
    key("destination.port", Rule::Integer, Slot::Number(3)),
    key("destination.registry", Rule::Registry, Slot::Rest),
    key("destination.reverse_dns", Rule::Fqdn, Slot::Rest),
    key("destination.tor_node", Rule::Boolean, Slot::Rest),
    key("destination.url", Rule::Url, Slot::Text(4)),
    key("destination.urlpath", Rule::Text, Slot::Rest),
    key("event_description.target", Rule::Text, Slot::Rest),
    key("event_description.text", Rule::Text, Slot::Rest),
    key("event_description.url", Rule::Url, Slot::Rest),
    key("event_hash", Rule::Upper, Slot::Rest),
    key("feed.accuracy", Rule::Accuracy, Slot::Dropped),
    key("feed.code", Rule::Text, Slot::Dropped),
    key("feed.documentation", Rule::Text, Slot::Dropped),
    key("feed.name", Rule::Text, Slot::Dropped),
    key("feed.provider", Rule::Text, Slot::Dropped),
    key("feed.url", Rule::Text, Slot::Dropped),
    key("malware.hash", Rule::Ascii(200), Slot::Rest),
    key("malware.hash.md5", Rule::Ascii(200), Slot::Rest),
    key("malware.hash.sha1", Rule::Ascii(200), Slot::Rest),
    key("malware.hash.sha256", Rule::Ascii(200), Slot::Rest),
    key("malware.name", Rule::LowerAscii(usize::MAX), Slot::Word(12)),
    key("malware.version", Rule::Ascii(usize::MAX), Slot::Rest),
    key("misp.attribute_uuid", Rule::Lower, Slot::Rest),
    key("misp.event_uuid", Rule::Lower, Slot::Rest),
    key("output", Rule::Text, Slot::Rest),
    key("product.full_name", Rule::Lower, Slot::Rest),
    key("product.name", Rule::Lower, Slot::Rest),
    key("product.vendor", Rule::Lower, Slot::Rest),
    key("product.version", Rule::Lower, Slot::Rest),
    key("product.vulnerabilities", Rule::Lower, Slot::Rest),
    key("protocol.application", Rule::LowerAscii(100), Slot::Word(8)),
    key("protocol.transport", Rule::Transport, Slot::Word(7)),
    key("raw", Rule::Text, Slot::Dropped),
    key("rtir_id", Rule::Integer, Slot::Rest),
    key("screenshot_url", Rule::Url, Slot::Rest),
    key("severity", Rule::Severity, Slot::Word(13)),
    key("source.abuse_contact", Rule::Lower, Slot::Rest),
    key("source.account", Rule::Text, Slot::Text(3)),
    key("source.allocated", Rule::Time, Slot::Rest),
    key("source.as_name", Rule::Text, Slot::Rest),
    key("source.asn", Rule::Asn, Slot::Number(2)),
    key("source.domain_suffix", Rule::Fqdn, Slot::Rest),
    key("source.fqdn", Rule::Fqdn, Slot::Text(1)),
    key("source.geolocation.cc", Rule::CountryCode, Slot::Word(0)),
    key("source.geolocation.city", Rule::Text, Slot::Word(2)),
    key("source.geolocation.country", Rule::Text, Slot::Rest),
    key("source.geolocation.cymru_cc", Rule::CountryCode, Slot::Rest),
    key("source.geolocation.geoip_cc", Rule::CountryCode, Slot::Rest),
    key("source.geolocation.latitude", Rule::Float, Slot::Rest),
    key("source.geolocation.longitude", Rule::Float, Slot::Rest),
    key("source.geolocation.region", Rule::Text, Slot::Word(1)),
    key("source.geolocation.state", Rule::Text, Slot::Rest),
    key("source.ip", Rule::Address, Slot::Address(0)),
    key("source.local_hostname", Rule::Text, Slot::Rest),
    key("source.local_ip", Rule::Address, Slot::Rest),
    key("source.network", Rule::Network, Slot::Rest),
    key("source.port", Rule::Integer, Slot::Number(1)),
    key("source.registry", Rule::Registry, Slot::Rest),
    key("source.reverse_dns", Rule::Fqdn, Slot::Text(0)),
    key("source.tor_node", Rule::Boolean, Slot::Rest),
    key("source.url", Rule::Url, Slot::Text(2)),
    key("source.urlpath", Rule::Text, Slot::Rest),
    key("status", Rule::Text, Slot::Rest),
    key("time.observation", Rule::Time, Slot::Dropped),
    TIME_SOURCE,
    key("tlp", Rule::Tlp, Slot::Word(14)),
];

/// The key of a name; `None` for `extra.*` and for names the format does not know.
pub fn find(name: &str) -> Option<Key> {
    static INDEX: LazyLock<FxHashMap<&'static str, Key>> =
        LazyLock::new(|| KEYS.iter().map(|key| (key.name, *key)).collect());
    INDEX.get(name).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_slot_is_the_column_of_its_name() {
        for key in KEYS {
            match key.slot {
                Slot::Number(at) => assert_eq!(NUMBERS[at], key.name),
                Slot::Text(at) => assert_eq!(TEXTS[at], key.name),
                Slot::Word(at) => assert_eq!(WORDS[at], key.name),
                Slot::Address(at) => assert_eq!(["source.ip", "destination.ip"][at], key.name),
                Slot::Rest | Slot::Dropped => {}
            }
        }
    }
}
