//! What browsers and proxies send: where a visitor comes from, the head of a request, the body of a form.

use std::net::{IpAddr, Ipv4Addr};

use http::{HeaderMap, HeaderName, HeaderValue, Uri};
use ipnet::{IpNet, Ipv4Net};
use portal::actions::{form::Form, query};
use portal::guard::{host, site};
use portal::session::Sessions;
use portal::visitor::{self, HOPS_MAX, ProxyHeader};
use portal::watch::PAGES_MAX;

/// The proxies of the house.
const PROXIES: Ipv4Net = Ipv4Net::new_assert(Ipv4Addr::new(10, 0, 0, 0), 8);
/// One of them.
const PROXY: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 1));
/// Somebody nobody has declared.
const STRANGER: IpAddr = IpAddr::V4(Ipv4Addr::new(198, 51, 100, 9));
/// Fields of our forms, and one that no form has.
const FIELDS: [&str; 6] = ["text", "contact", "address", "website", "token", "no-such"];
/// What our lists are asked for.
const QUESTIONS: [&str; 7] = ["nguon", "tu", "bao-cao", "ly-do", "trang", "lang", "no-such"];

/// Lines of the header that proxies write: who invents them moves nobody but himself.
pub fn proxies(data: &[u8]) {
    let trusted = [IpNet::V4(PROXIES)];
    for (header, name) in [(ProxyHeader::XForwardedFor, "x-forwarded-for"), (ProxyHeader::Forwarded, "forwarded")] {
        let lines: Vec<HeaderValue> =
            data.split(|byte| *byte == b'\n').filter_map(|line| HeaderValue::from_bytes(line).ok()).collect();
        let headers = HeaderMap::from_iter(lines.iter().map(|line| (HeaderName::from_static(name), line.clone())));
        let ask = |peer, headers: &HeaderMap| visitor::visitor(peer, headers, &trusted, header);
        let stranger = ask(STRANGER, &headers);
        assert_eq!((stranger.address, stranger.counted), (Some(STRANGER), STRANGER), "a stranger was believed");
        let visitor = ask(PROXY, &headers);
        assert_eq!(visitor.counted, visitor.address.unwrap_or(PROXY));
        assert!(visitor.address.is_none_or(|address| !trusted[0].contains(&address)), "a proxy is no visitor");
        assert!(visitor.address.is_none_or(|address| address.to_canonical() == address), "{:?}", visitor.address);
        // RFC 9110 §5.3: several lines say what one line with commas says.
        let joined = HeaderValue::from_bytes(&lines.iter().map(HeaderValue::as_bytes).collect::<Vec<_>>().join(&b','));
        let joined = HeaderMap::from_iter(joined.ok().map(|line| (HeaderName::from_static(name), line)));
        assert_eq!(ask(PROXY, &joined).address, visitor.address, "lines and commas differ");
        let hops = lines.iter().flat_map(|line| line.as_bytes().split(|byte| *byte == b',')).count();
        assert!(visitor.address.is_none() || hops <= HOPS_MAX, "{hops} hops are believed");
    }
}

/// The head of a request: its target, and lines of headers – `Host`, `Cookie`, `Origin`, `Accept-Language` and what else
/// there is.
pub fn head(data: &[u8]) {
    let mut lines = data.split(|byte| *byte == b'\n');
    let Ok(uri) = Uri::try_from(lines.next().unwrap_or_default()) else { return };
    let headers = HeaderMap::from_iter(lines.filter_map(header));
    if let Some(name) = host::name(&uri, &headers) {
        assert!(!name.contains(['@', '/', ' ']), "{name:?} is no name");
        assert!(uri.host().is_none_or(|host| host.eq_ignore_ascii_case(&name)), "{name:?} is not what is asked for");
    }
    for question in QUESTIONS {
        let asked = query::asked(&uri, question);
        assert!(asked.is_none_or(|asked| !asked.is_empty() && asked.trim() == asked));
    }
    let page = query::page_asked(&uri);
    assert!(page <= PAGES_MAX, "page {page}");
    let next = query::other_page(&[("nguon", &query::asked(&uri, "nguon").unwrap_or_default())], page);
    assert!(Uri::try_from(format!("/?{next}")).is_ok_and(|uri| query::page_asked(&uri) == page), "{next}");
    let sessions = Sessions::new("made-token-of-the-officers-0123456789", false);
    assert_eq!(sessions.of(&headers, 0), None, "nobody has entered");
    if site::is_own_form(&headers) {
        assert!(headers.contains_key("origin") || headers.contains_key("sec-fetch-site"), "said by nobody");
    }
}

/// A line `Name: value`.
fn header(line: &[u8]) -> Option<(HeaderName, HeaderValue)> {
    let colon = line.iter().position(|byte| *byte == b':')?;
    let name = HeaderName::from_bytes(&line[..colon]).ok()?;
    Some((name, HeaderValue::from_bytes(line[colon + 1..].trim_ascii()).ok()?))
}

/// The body of a form: what was read of it, written and read again, is the same.
pub fn form(data: &[u8]) {
    let form = Form::of(data);
    let mut again = form_urlencoded::Serializer::new(String::new());
    again.extend_pairs(FIELDS.map(|field| (field, form.get(field))));
    let again = Form::of(again.finish().as_bytes());
    for field in FIELDS {
        assert_eq!(again.get(field), form.get(field), "{field}");
        assert_eq!(form.get(field).trim(), form.get(field), "{field}");
    }
}
