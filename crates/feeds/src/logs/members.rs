//! A few members of a JSON object, the others passed over. Nothing is copied.

use std::borrow::Cow;

use serde::de::{Deserializer as _, IgnoredAny, MapAccess, Visitor};
use serde_json::Deserializer;
use serde_json::value::RawValue;

use crate::json::Name;

/// The values of named members, as they are written, by the place of their names.
pub(super) type Picked<'t, const N: usize> = [Option<&'t str>; N];

/// The values of the members of these names; of a name that comes twice the last. `None` when the text is no object.
pub(super) fn pick<'t, const N: usize>(names: &[&str; N], text: &'t str) -> Option<Picked<'t, N>> {
    let mut reader = Deserializer::from_str(text);
    let picked = reader.deserialize_map(Pick { names }).ok()?;
    reader.end().ok()?;
    Some(picked)
}

struct Pick<'n, const N: usize> {
    names: &'n [&'n str; N],
}

impl<'t, const N: usize> Visitor<'t> for Pick<'_, N> {
    type Value = Picked<'t, N>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'t>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut picked = [None; N];
        while let Some(Name(name)) = map.next_key()? {
            match self.names.iter().position(|wanted| *wanted == name) {
                Some(at) => picked[at] = Some(map.next_value::<&RawValue>()?.get()),
                None => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(picked)
    }
}

/// The first element of an array.
pub(super) fn first(array: &str) -> Option<&str> {
    let inner = array.strip_prefix('[')?;
    Deserializer::from_str(inner).into_iter::<&RawValue>().next()?.ok().map(RawValue::get)
}

/// A string, a number, `true` or `false` as text; `None` for `null`, trees, and strings that are no text.
#[inline]
pub(super) fn text(value: &str) -> Option<Cow<'_, str>> {
    match value.as_bytes() {
        [b'"', inner @ .., b'"'] if memchr::memchr(b'\\', inner).is_none() => {
            Some(Cow::Borrowed(&value[1..value.len() - 1]))
        }
        [b'"', ..] => serde_json::from_str(value).ok().map(Cow::Owned),
        [b'{' | b'[' | b'n', ..] => None,
        _ => Some(Cow::Borrowed(value)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_wanted_is_picked() {
        let text = r#"{"a": 1.50, "x": {"b": [1, {"a": 7}]}, "b": {"c" : "d"}, "a": "é\/"}"#;
        assert_eq!(pick(&["a", "b", "c"], text), Some([Some(r#""é\/""#), Some(r#"{"c" : "d"}"#), None]));
        for text in ["[]", "1", "{\"a\":1", "{} {}", "", "{\"a\":\"\u{1}\"}"] {
            assert_eq!(pick(&["a"], text), None, "{text}");
        }
    }

    #[test]
    fn values_are_text() {
        for (value, wanted) in [
            ("\"a\"", Some("a")),
            ("\"\\u0061\"", Some("a")),
            ("\"\\ud800\"", None),
            ("1.50", Some("1.50")),
            ("null", None),
            ("[1]", None),
        ] {
            assert_eq!(text(value).as_deref(), wanted, "{value}");
        }
        assert_eq!(first("[ {\"a\": 1}, 2]"), Some("{\"a\": 1}"));
        assert_eq!(first("[]"), None);
        assert_eq!(first("{}"), None);
    }
}
