//! What a kept value must look like: anything else could be a password.

use event::{clean, time};
use jiff::civil;
use jiff::fmt::strtime::BrokenDownTime;

/// Longest local part of an account, in characters (RFC 5321 §4.5.3.1.1 says 64 octets).
const LOCAL_MAX: usize = 64;
/// Longest domain name, in bytes (RFC 1035 §2.3.4).
const NAME_MAX: usize = 253;
/// Most characters of a source or kind: enough for the name of a breach or the address of a paste.
const WORDS_MAX: usize = 200;
/// The years in which accounts leak; any other number is no year.
const YEARS: std::ops::RangeInclusive<i16> = 1990..=2100;

/// `local@domain`: the local part as it is, the domain in lower case and ASCII.
pub(super) fn account(text: &str) -> Option<String> {
    let (local, domain) = text.trim().split_once('@')?;
    let is_short = (1..=LOCAL_MAX).contains(&local.chars().count());
    (is_short && local.chars().all(is_of_account)).then_some(())?;
    Some(format!("{local}@{}", name(domain)?))
}

/// A character of an account that is written without quotes (RFC 5322 §3.2.3, RFC 6531 §3.3), less `|`.
fn is_of_account(c: char) -> bool {
    !c.is_control() && !c.is_whitespace() && !"\"(),:;<>@[\\]|".contains(c)
}

/// A domain name of two labels or more, in lower case and ASCII; not an address.
pub(super) fn name(text: &str) -> Option<String> {
    let name = clean::fqdn(text.trim())?;
    let is_plain = name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-'));
    let (_, top) = name.rsplit_once('.')?;
    let is_name = is_plain && name.len() <= NAME_MAX && top.bytes().any(|b| b.is_ascii_alphabetic());
    is_name.then(|| name.into_owned())
}

/// The domain name of a host, or of the URL it stands in; nothing else of a URL.
pub(super) fn host(text: &str) -> Option<String> {
    let text = text.split_once("://").map_or(text, |(_, rest)| rest);
    let authority = text.split(['/', '?', '#']).next().unwrap_or_default();
    name(authority.split_once(':').map_or(authority, |(host, _)| host))
}

/// A date, perhaps with a time, as `YYYY-MM-DD`; a month or a year as it is.
pub(super) fn date(text: &str) -> Option<String> {
    let text = text.trim();
    let is_coarse = match text.len() {
        4 => text.parse().is_ok_and(|year| YEARS.contains(&year)),
        7 => {
            text.get(..4).and_then(|year| year.parse().ok()).is_some_and(|year| YEARS.contains(&year))
                && time::parse_month(text).is_some()
        }
        _ => false,
    };
    if is_coarse {
        return Some(text.to_owned());
    }
    let date = iso(text).or_else(|| european(text)).filter(|date| YEARS.contains(&date.year()))?;
    Some(date.to_string())
}

fn iso(text: &str) -> Option<civil::Date> {
    text.parse().ok().or_else(|| time::date_of(time::parse(text)?.div_euclid(time::DAY).try_into().ok()?))
}

/// `31/12/2018`, `31-12-2018`, `31.12.2018`: the day first, as in Vietnam.
fn european(text: &str) -> Option<civil::Date> {
    let parse = |form: &str| BrokenDownTime::parse(form, text).ok()?.to_date().ok();
    ["%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y"].into_iter().find_map(parse)
}

/// A few words on one line.
pub(super) fn words(text: &str) -> String {
    let plain: String = text.trim().chars().take(WORDS_MAX).map(|c| if c.is_control() { ' ' } else { c }).collect();
    plain.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_has_a_domain() {
        for (text, wanted) in [
            (" Can.Bo@So.Example.ORG. ", Some("Can.Bo@so.example.org")),
            ("o'neil+x#1@example.org", Some("o'neil+x#1@example.org")),
            ("người.dùng@ví-dụ.example", Some("người.dùng@xn--v-d-eja0671b.example")),
            ("login", None),
            ("a@b@example.org", None),
            ("a b@example.org", None),
            ("a@localhost", None),
            ("a@192.0.2.1", None),
            ("a@example.org:x", None),
            ("@example.org", None),
            ("a@exa mple.org", None),
            ("a@b.123", None),
        ] {
            let found = account(text);
            match wanted {
                Some(wanted) if !wanted.is_ascii() => assert!(found.is_some_and(|f| f.starts_with("người.dùng@xn--"))),
                wanted => assert_eq!(found.as_deref(), wanted, "{text}"),
            }
        }
        assert_eq!(account(&format!("{}@example.org", "x".repeat(65))), None);
    }

    #[test]
    fn only_the_name_of_a_host_is_kept() {
        for (text, wanted) in [
            ("https://Portal.example.org:8443/a?token=secret", Some("portal.example.org")),
            ("portal.example.org/login", Some("portal.example.org")),
            ("https://user:secret@example.org/", None),
            ("192.0.2.1", None),
            ("secret", None),
        ] {
            assert_eq!(host(text).as_deref(), wanted, "{text}");
        }
    }

    #[test]
    fn a_date_is_written_in_one_way() {
        for (text, wanted) in [
            ("2018-03-01", Some("2018-03-01")),
            ("2018-03-01T23:00:00Z", Some("2018-03-01")),
            ("01/03/2018", Some("2018-03-01")),
            ("2018-03", Some("2018-03")),
            ("2018", Some("2018")),
            ("1234", None),
            ("31/02/2018", None),
            ("secret", None),
        ] {
            assert_eq!(date(text).as_deref(), wanted, "{text}");
        }
    }
}
