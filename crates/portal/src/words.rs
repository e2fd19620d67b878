//! The words a person reads, from `data/messages.toml`, in Vietnamese and English.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Display;
use std::sync::LazyLock;

use event::time::date_of;
use rustc_hash::FxHashMap;
use serde::Deserialize;

static SOURCE: &str = include_str!("../data/messages.toml");
static VI: LazyLock<Words> = LazyLock::new(|| Words::read(SOURCE, Lang::Vi));
static EN: LazyLock<Words> = LazyLock::new(|| Words::read(SOURCE, Lang::En));

/// The language of an answer. A page's is in its path, so that an address can be shared: `/…` and `/en/…`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Lang {
    /// Vietnamese.
    Vi,
    /// English.
    En,
}

impl Lang {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Vi, Self::En];

    /// The BCP 47 tag.
    pub fn tag(self) -> &'static str {
        match self {
            Self::Vi => "vi",
            Self::En => "en",
        }
    }

    /// What stands before the path of a page.
    pub fn prefix(self) -> &'static str {
        match self {
            Self::Vi => "",
            Self::En => "/en",
        }
    }

    /// The other one.
    pub fn other(self) -> Self {
        match self {
            Self::Vi => Self::En,
            Self::En => Self::Vi,
        }
    }
}

#[derive(Deserialize)]
struct Text {
    vi: String,
    en: String,
}

/// Every message in one language.
#[derive(Debug)]
pub struct Words {
    lang: Lang,
    texts: FxHashMap<String, String>,
    /// The messages of each group, by their names' order.
    groups: FxHashMap<String, Vec<String>>,
}

impl Words {
    /// The messages in a language.
    pub fn of(lang: Lang) -> &'static Self {
        match lang {
            Lang::Vi => &VI,
            Lang::En => &EN,
        }
    }

    fn read(source: &str, lang: Lang) -> Self {
        let groups: BTreeMap<String, BTreeMap<String, Text>> = toml::from_str(source).unwrap_or_default();
        let choose = |text: Text| if lang == Lang::Vi { text.vi } else { text.en };
        let mut words = Self { lang, texts: FxHashMap::default(), groups: FxHashMap::default() };
        for (group, texts) in groups {
            let chosen: Vec<_> = texts.into_iter().map(|(name, text)| (name, choose(text))).collect();
            words.texts.extend(chosen.iter().map(|(name, text)| (format!("{group}.{name}"), text.clone())));
            words.groups.insert(group, chosen.into_iter().map(|(_, text)| text).collect());
        }
        words
    }

    /// Their language.
    pub fn lang(&self) -> Lang {
        self.lang
    }

    /// The message of a key; a missing one shows its key, which a test looks for.
    pub fn say(&self, key: &str) -> Cow<'_, str> {
        self.texts.get(key).map_or_else(|| Cow::Owned(format!("⟦{key}⟧")), |text| Cow::Borrowed(text.as_str()))
    }

    /// The message of `group.name`, or `name` itself if the house has no word for it.
    pub fn say_or_name<'a>(&'a self, group: &str, name: &'a str) -> &'a str {
        self.texts.get(&[group, ".", name].concat()).map_or(name, String::as_str)
    }

    /// The message of a key with the place `{name}` filled in.
    pub fn with(&self, key: &str, name: &str, value: impl Display) -> String {
        self.say(key).replace(&format!("{{{name}}}"), &value.to_string())
    }

    /// Every message of a group, by their names' order.
    pub fn list(&self, group: &str) -> &[String] {
        self.groups.get(group).map_or(&[], Vec::as_slice)
    }

    /// A whole number as the language writes it.
    pub fn number(&self, number: impl Display) -> String {
        let digits = number.to_string();
        let (sign, digits) = digits.strip_prefix('-').map_or(("", digits.as_str()), |rest| ("-", rest));
        let mark = if self.lang == Lang::Vi { '.' } else { ',' };
        let mut out = String::from(sign);
        for (at, digit) in digits.chars().enumerate() {
            if at > 0 && (digits.len() - at) % 3 == 0 {
                out.push(mark);
            }
            out.push(digit);
        }
        out
    }

    /// A day (number since 1970) as the language writes it: `20/11/2026`, `20 November 2026`.
    pub fn day(&self, day: i32) -> String {
        let Some(date) = date_of(day) else { return String::from("?") };
        match self.lang {
            Lang::Vi if date.year() >= 0 => in_digits([date.day().into(), date.month().into(), date.year()]),
            Lang::Vi => date.strftime("%d/%m/%Y").to_string(),
            Lang::En => date.strftime("%-d %B %Y").to_string(),
        }
    }

    /// Whether a key is there.
    pub fn has(&self, key: &str) -> bool {
        self.texts.contains_key(key)
    }
}

/// Day, month and year as `20/11/2026`: every finding shows two days, and a format string takes several times as long.
fn in_digits([day, month, year]: [i16; 3]) -> String {
    let pairs = [("", day), ("/", month), ("/", year / 100), ("", year % 100)];
    let mut text = String::with_capacity("20/11/2026".len());
    for (before, pair) in pairs {
        text.push_str(before);
        text.extend([pair / 10, pair % 10].map(|digit| char::from(b'0' + digit as u8)));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_message_has_both_languages_and_the_same_places_to_fill() {
        let groups: BTreeMap<String, BTreeMap<String, Text>> = toml::from_str(SOURCE).expect("messages.toml");
        let holes = |text: &str| {
            let ends = text.split('{').skip(1);
            let mut holes: Vec<_> = ends.filter_map(|rest| rest.split('}').next().map(str::to_owned)).collect();
            holes.sort();
            holes
        };
        for (key, text) in groups.into_values().flatten() {
            assert!(!text.vi.is_empty() && !text.en.is_empty(), "{key}");
            assert_eq!(holes(&text.vi), holes(&text.en), "{key}");
        }
    }

    #[test]
    fn numbers_and_days_are_written_as_the_language_does() {
        let (vi, en) = (Words::of(Lang::Vi), Words::of(Lang::En));
        assert_eq!(
            (vi.number(1_234_567), en.number(-1234), vi.number(999)),
            ("1.234.567".into(), "-1,234".into(), "999".into())
        );
        assert_eq!((vi.day(20_777), en.day(20_777)), ("20/11/2026".into(), "20 November 2026".into()));
        assert_eq!(en.day(i32::MAX), "?");
        for day in (-800_000..2_900_000).step_by(373) {
            let by_format = date_of(day).expect("a date").strftime("%d/%m/%Y").to_string();
            assert_eq!(vi.day(day), by_format);
        }
    }

    #[test]
    fn a_missing_message_is_seen() {
        assert_eq!(Words::of(Lang::Vi).say("no.such"), "⟦no.such⟧");
    }
}
