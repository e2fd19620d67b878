//! What stands behind the `?`: filters of lists and their pages.

use http::Uri;

/// A value of the query, trimmed; an empty one is none.
pub fn asked(uri: &Uri, name: &str) -> Option<String> {
    let pairs = form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
    let value = pairs.into_iter().find(|(key, _)| key == name).map(|(_, value)| value.trim().to_owned());
    value.filter(|value| !value.is_empty() && value.len() <= crate::desk::NAME_MAX)
}

/// The page of a list that is asked for, from 0; nonsense is the first.
pub fn page_asked(uri: &Uri) -> usize {
    let page = asked(uri, "trang").and_then(|page| page.parse::<usize>().ok()).unwrap_or(1);
    page.saturating_sub(1).min(crate::watch::PAGES_MAX)
}

/// The query of another page of the same list.
pub fn other_page(filters: &[(&str, &str)], page: usize) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(filters.iter().filter(|(_, value)| !value.is_empty()));
    query.append_pair("trang", &(page + 1).to_string());
    query.finish()
}
