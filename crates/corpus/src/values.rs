//! Single values: times, subjects, and the rules of keys.

use std::borrow::Cow;

use event::{
    clean::{self, Cleaned},
    key::Rule,
    subject::Subject,
    time,
};

/// Every rule; the first byte of an input chooses.
const RULES: [Rule; 22] = [
    Rule::Accuracy,
    Rule::Address,
    Rule::Asn,
    Rule::Boolean,
    Rule::CountryCode,
    Rule::Float,
    Rule::Fqdn,
    Rule::Integer,
    Rule::Lower,
    Rule::LowerAscii(40),
    Rule::Ascii(40),
    Rule::Network,
    Rule::Registry,
    Rule::Severity,
    Rule::Taxonomy,
    Rule::Text,
    Rule::Time,
    Rule::Tlp,
    Rule::Transport,
    Rule::Type,
    Rule::Upper,
    Rule::Url,
];

/// The last instant that can be written, 9999-12-30T22:00:00Z: later ones would be in the year 10000 somewhere.
const WRITABLE_MAX: i64 = 253_402_207_200 * time::SECOND;
/// The year 0: earlier ones have another form when written.
const WRITABLE_MIN: i64 = -62_167_219_200 * time::SECOND;

/// A time in any spelling: what was read can be written and read again.
pub fn time(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    if let Some(micros) = time::parse(&text).filter(|micros| (WRITABLE_MIN..=WRITABLE_MAX).contains(micros)) {
        let written = time::to_text(micros);
        assert_eq!(time::parse(&written), Some(micros), "{text:?} was written {written:?}");
    }
    let _ = time::parse_day(&text).map(time::day_text);
    if let Some((first, next)) = time::parse_month(&text) {
        assert!((28..=31).contains(&(next - first)), "{text:?} has {} days", next - first);
    }
}

/// A subject as a person types it: what was read is read the same again.
pub fn subject(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let Some(subject) = Subject::parse(&text) else { return };
    let shown = subject.to_string();
    if has_blank_ends(&shown) {
        return;
    }
    assert_eq!(Subject::parse(&shown).as_ref(), Some(&subject), "{text:?} is shown as {shown:?}");
    let _ = (subject.domain(), subject.host_address());
}

/// A value and the rule of its key: what was cleaned is clean.
pub fn clean(data: &[u8]) {
    let Some((chosen, value)) = data.split_first() else { return };
    let rule = RULES[usize::from(*chosen) % RULES.len()];
    let value = String::from_utf8_lossy(value);
    let cleaned = clean::clean(rule, &value);
    let again = match &cleaned {
        Cleaned::Text(text) | Cleaned::Literal(text) if !has_blank_ends(text) && !clean::is_ignored(text) => {
            clean::clean(rule, text)
        }
        _ => return,
    };
    assert_eq!(plain(&again), plain(&cleaned), "{rule:?} of {value:?} does not stay as it is");
}

/// A blank that stood behind what was cut away, as in `name .`: the format trims once only, and so do we.
fn has_blank_ends(text: &str) -> bool {
    clean::trim(text) != text
}

/// A cleaned value without who owns its text.
fn plain<'t>(cleaned: &'t Cleaned<'_>) -> Option<Cow<'t, str>> {
    match cleaned {
        Cleaned::Text(text) | Cleaned::Literal(text) => Some(Cow::Borrowed(text)),
        _ => None,
    }
}
