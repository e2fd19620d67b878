//! The words a person reads, from `data/messages.toml`.

use std::collections::HashMap;

use serde::Deserialize;

static SOURCE: &str = include_str!("../data/messages.toml");

/// The language of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lang {
    /// Vietnamese.
    Vi,
    /// English.
    En,
}

#[derive(Deserialize)]
struct Text {
    vi: String,
    en: String,
}

/// Every message in one language.
#[derive(Debug, Clone)]
pub struct Messages {
    lang: Lang,
    texts: HashMap<String, String>,
}

impl Messages {
    /// The messages of this crate in a language.
    pub fn of(lang: Lang) -> Self {
        Self::read(SOURCE, lang)
    }

    /// The messages of a file of the same form in a language; a file that cannot be read has none.
    pub fn read(source: &str, lang: Lang) -> Self {
        let groups: HashMap<String, HashMap<String, Text>> = toml::from_str(source).unwrap_or_default();
        let choose = |text: Text| if lang == Lang::Vi { text.vi } else { text.en };
        let texts = groups.into_iter().flat_map(|(group, texts)| {
            texts.into_iter().map(move |(name, text)| (format!("{group}.{name}"), choose(text)))
        });
        Self { lang, texts: texts.collect() }
    }

    /// Their language.
    pub fn lang(&self) -> Lang {
        self.lang
    }

    /// The message of a key; a missing one shows its key, which a test looks for.
    pub fn say(&self, key: &str) -> String {
        self.texts.get(key).cloned().unwrap_or_else(|| format!("⟦{key}⟧"))
    }

    /// The message of `group.name`, or `name` itself if the house has no word for it.
    pub fn say_or_name(&self, group: &str, name: &str) -> String {
        self.texts.get(&format!("{group}.{name}")).cloned().unwrap_or_else(|| name.to_owned())
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
        for (key, text) in groups.into_values().flatten() {
            assert!(!text.vi.is_empty() && !text.en.is_empty(), "{key}");
            assert_eq!(holes(&text.vi), holes(&text.en), "{key}");
        }
    }

    #[test]
    fn a_missing_message_is_seen() {
        assert_eq!(Messages::of(Lang::Vi).say("no.such"), "⟦no.such⟧");
        assert_eq!(Messages::of(Lang::En).say_or_name("kind", "botnet"), "Botnet");
        assert_eq!(Messages::of(Lang::En).say_or_name("kind", "rare"), "rare");
    }
}
