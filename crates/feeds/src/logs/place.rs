//! Where a request goes: hosts and URLs as logs write them.

use std::borrow::Cow;

use super::line::{Line, number};

/// The parts of a URL or of `host:port`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place<'t> {
    /// A name or an address, without brackets.
    pub(super) host: &'t str,
    /// The port that is written.
    pub(super) port: Option<u16>,
    /// From the first `/` on.
    pub(super) path: Option<&'t str>,
}

impl<'t> Place<'t> {
    /// The parts of `host`, `host:port`, `[2001:db8::1]:port`, users before an `@` left out; `None` without a host.
    pub(super) fn of_host(text: &'t str) -> Option<Self> {
        let text = text.rsplit_once('@').map_or(text, |(_, host)| host);
        let (host, port) = match text.strip_prefix('[') {
            Some(rest) => {
                let (host, rest) = rest.split_once(']')?;
                (host, rest.strip_prefix(':'))
            }
            // More than one colon and no brackets: an IPv6 address.
            None => match text.split_once(':') {
                Some((host, port)) if !port.contains(':') => (host, Some(port)),
                _ => (text, None),
            },
        };
        (!host.is_empty()).then(|| Self { host, port: port.and_then(number), path: None })
    }

    /// The parts of a URL with a host, and its scheme.
    pub(super) fn of_url(url: &'t str) -> Option<(&'t str, Self)> {
        let (scheme, rest) = url.split_once("://")?;
        if scheme.is_empty() || !scheme.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.')) {
            return None;
        }
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let path = if rest[end..].is_empty() { "/" } else { &rest[end..] };
        Some((scheme, Self { path: Some(path), ..Self::of_host(&rest[..end])? }))
    }
}

/// An HTTP request as sensors see it: the host of its header, and its target (RFC 9112 §3.2), which for a proxy is a
/// whole URL.
pub(super) fn request<'r>(line: &mut Line<'r>, host: Option<Cow<'r, str>>, target: Option<Cow<'r, str>>) {
    line.name = host.and_then(|host| part(host, |host| Place::of_host(host).map(|place| place.host)));
    let Some(target) = target else { return };
    if target.starts_with('/') {
        line.path = Some(target);
    } else if let Some((_, place)) = Place::of_url(&target) {
        line.name = Some(place.host.to_owned().into());
        line.path = place.path.map(|path| path.to_owned().into());
        line.url = Some(target);
    }
}

/// A part of a text, without a copy where the text is borrowed.
fn part<'r>(text: Cow<'r, str>, of: impl Fn(&str) -> Option<&str>) -> Option<Cow<'r, str>> {
    match text {
        Cow::Borrowed(text) => of(text).map(Cow::Borrowed),
        Cow::Owned(text) => of(&text).map(|part| Cow::Owned(part.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_and_urls_have_their_parts() {
        let place = |host, port, path| Some(Place { host, port, path });
        for (text, wanted) in [
            ("example.org", place("example.org", None, None)),
            ("example.org:8080", place("example.org", Some(8080), None)),
            ("example.org:http", place("example.org", None, None)),
            ("2001:db8::1", place("2001:db8::1", None, None)),
            ("[2001:db8::1]:443", place("2001:db8::1", Some(443), None)),
            (":80", None),
            ("[", None),
        ] {
            assert_eq!(Place::of_host(text), wanted, "{text}");
        }
        for (text, wanted) in [
            ("http://a@example.org:81/x?y", place("example.org", Some(81), Some("/x?y"))),
            ("https://[2001:db8::1]", place("2001:db8::1", None, Some("/"))),
            ("http://example.org?x", place("example.org", None, Some("?x"))),
            ("error:invalid-request", None),
            ("http:///x", None),
            ("/x?u=http://example.org", None),
        ] {
            assert_eq!(Place::of_url(text).map(|(_, place)| place), wanted, "{text}");
        }
    }
}
