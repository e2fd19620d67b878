//! Lines of combo lists: `account:password`, or `url:account:password` as stealers write it.
//!
//! A password may hold any character, so only what stands *before* it is read, by place and by form.

use event::rows::Reason;

use super::canonical::Kept;
use super::shape;

/// What may end an account or a URL.
const ENDS: [char; 6] = [':', ';', '|', '\t', ',', ' '];
/// Schemes of what accounts are for. Any other word before `://` may be the start of a password.
const SCHEMES: [&str; 6] = ["http", "https", "ftp", "ftps", "sftp", "android"];
/// Schemes whose URLs are written down without user and password, so that what follows a bare host is an account.
const WEB: [&str; 2] = ["http", "https"];

/// What is kept of a line.
///
/// # Errors
/// Neither an account nor a URL stands first, or more than one account is there.
pub(super) fn row(line: &str) -> Result<Kept, Reason> {
    let line = line.trim();
    let (host, rest) = match url(line) {
        Some(Url { host, rest }) => (host, rest),
        None => (None, Some(line)),
    };
    let is_of_url = rest != Some(line);
    let (account, secret) = match rest.map(cut) {
        // After a URL, two fields are wanted: one alone may be the password.
        Some((_, None)) if is_of_url => (None, ""),
        Some((first, secret)) => (shape::account(unquoted(first)), secret.unwrap_or_default()),
        None => (None, ""),
    };
    if account.is_some() && secret.split(ENDS).any(|piece| shape::account(unquoted(piece)).is_some()) {
        return Err(Reason::Malformed);
    }
    if account.is_none() && host.is_none() {
        return Err(Reason::Malformed);
    }
    Ok(Kept { account: account.unwrap_or_default(), host: host.unwrap_or_default(), ..Kept::default() })
}

/// A first field, and what follows its end.
fn cut(text: &str) -> (&str, Option<&str>) {
    text.split_once(ENDS).map_or((text, None), |(first, rest)| (first, Some(rest)))
}

fn unquoted(text: &str) -> &str {
    text.trim_matches(['"', '\'', '<', '>'])
}

/// The URL a line begins with.
struct Url<'l> {
    host: Option<String>,
    /// What follows it, if its first field can be an account.
    rest: Option<&'l str>,
}

fn url(line: &str) -> Option<Url<'_>> {
    let Some((scheme, after)) = line.split_once("://") else { return bare_url(line) };
    let is = |known: &[&str]| known.iter().any(|known| known.eq_ignore_ascii_case(scheme));
    if !is(&SCHEMES) {
        return bare_url(line);
    }
    let end = after.find(|c| ENDS.contains(&c) || matches!(c, '/' | '?' | '#')).unwrap_or(after.len());
    let (host, path) = after.split_at(end);
    let path = without_port(path);
    let has_path = path.starts_with(['/', '?', '#']);
    let rest = path.split_once(ENDS).map(|(_, rest)| rest).filter(|_| has_path || is(&WEB));
    Some(Url { host: shape::name(host), rest })
}

/// `:8443/…` without its port. Digits that no path follows may be a login.
fn without_port(path: &str) -> &str {
    let Some(digits) = path.strip_prefix(':') else { return path };
    let after = digits.trim_start_matches(|c: char| c.is_ascii_digit());
    if after.starts_with('/') { after } else { path }
}

/// `host/path` without a scheme. Its host is not kept: it may be the start of a password.
fn bare_url(line: &str) -> Option<Url<'_>> {
    let (first, rest) = cut(line);
    shape::name(first.split_once('/')?.0)?;
    Some(Url { host: None, rest })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_stands_before_the_password_is_kept() {
        for (line, wanted) in [
            ("user@example.org:secret", Some(("user@example.org", ""))),
            ("user@example.org;se:cr,et", Some(("user@example.org", ""))),
            ("user@example.org|secret", Some(("user@example.org", ""))),
            ("user@example.org\tsecret", Some(("user@example.org", ""))),
            ("\"user@example.org\",\"secret\"", Some(("user@example.org", ""))),
            ("User@Example.ORG", Some(("User@example.org", ""))),
            ("https://a.example.org/x?y=z:user@example.org:secret", Some(("user@example.org", "a.example.org"))),
            ("https://a.example.org:8443/x:user@example.org:secret", Some(("user@example.org", "a.example.org"))),
            ("HTTPS://a.example.org:user@example.org:secret", Some(("user@example.org", "a.example.org"))),
            ("https://a.example.org/:login:secret", Some(("", "a.example.org"))),
            ("https://a.example.org/:p@ss.word", Some(("", "a.example.org"))),
            // A name that only looks like a host; it is no password either.
            ("ftp://a.user:p@ss.word:21", Some(("", "a.user"))),
            ("a.example.org/login:user@example.org:secret", Some(("user@example.org", ""))),
            ("a.example.org:user@example.org:secret", None),
            ("login:secret", None),
            ("p@ss.word:user@example.org", None),
            ("login:user@example.org:secret", None),
            ("pa://ss.word:user@example.org", None),
            ("user name@example.org:secret", None),
            (":", None),
        ] {
            let kept = row(line).ok();
            let found = kept.as_ref().map(|kept| (kept.account.as_str(), kept.host.as_str()));
            assert_eq!(found, wanted, "{line}");
        }
    }
}
