//! The words a person reads, from `data/messages.toml`.

use std::collections::HashMap;

use serde::Deserialize;

static SOURCE: &str = include_str!("../data/messages.toml");

/// The language of a rendering.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lang {
    /// Vietnamese.
    Vi,
    /// English.
    En,
}

impl Lang {
    /// Both, the country's own first.
    pub const ALL: [Self; 2] = [Self::Vi, Self::En];

    /// Its code after ISO 639-1.
    pub fn code(self) -> &'static str {
        match self {
            Self::Vi => "vi",
            Self::En => "en",
        }
    }
}

/// A text in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Text {
    /// Vietnamese.
    pub vi: String,
    /// English.
    pub en: String,
}

impl Text {
    /// The text in a language.
    pub fn get(&self, lang: Lang) -> &str {
        match lang {
            Lang::Vi => &self.vi,
            Lang::En => &self.en,
        }
    }
}

/// Every message of this crate in one language.
#[derive(Debug, Clone)]
pub struct Messages {
    lang: Lang,
    texts: HashMap<String, String>,
}

impl Messages {
    /// The messages in a language.
    pub fn of(lang: Lang) -> Self {
        let groups: HashMap<String, HashMap<String, Text>> = toml::from_str(SOURCE).unwrap_or_default();
        let texts = groups.into_iter().flat_map(|(group, texts)| {
            texts.into_iter().map(move |(name, text)| (format!("{group}.{name}"), text.get(lang).to_owned()))
        });
        Self { lang, texts: texts.collect() }
    }

    /// Their language.
    pub fn lang(&self) -> Lang {
        self.lang
    }

    /// Whether there is such a message.
    pub fn has(&self, key: &str) -> bool {
        self.texts.contains_key(key)
    }

    /// The message of a key; a missing one shows its key, which a test looks for.
    pub fn say(&self, key: &str) -> String {
        self.texts.get(key).cloned().unwrap_or_else(|| format!("⟦{key}⟧"))
    }

    /// The message of a key with each `{name}` filled in.
    pub fn fill(&self, key: &str, values: &[(&str, &str)]) -> String {
        values.iter().fold(self.say(key), |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_message_has_both_languages_and_the_same_places_to_fill() {
        let groups: HashMap<String, HashMap<String, Text>> = toml::from_str(SOURCE).expect("messages.toml");
        let holes = |text: &str| {
            let mut holes: Vec<_> =
                text.split('{').skip(1).filter_map(|rest| rest.split('}').next().map(str::to_owned)).collect();
            holes.sort();
            holes
        };
        for (group, texts) in groups {
            for (key, text) in texts {
                assert!(!text.vi.is_empty() && !text.en.is_empty(), "{group}.{key}");
                assert!(group == "date" || holes(&text.vi) == holes(&text.en), "{group}.{key}");
            }
        }
    }

    #[test]
    fn a_missing_message_is_seen() {
        assert_eq!(Messages::of(Lang::Vi).say("no.such"), "⟦no.such⟧");
    }
}
