//! Addresses: made absolute, and taken apart as far as metadata needs it.

use super::Found;
use super::clues::{Clues, Field};

/// Longer addresses are data, or a mistake.
const LONGEST: usize = 2048;

/// The first clue that is an address, absolute where the page's own is known.
pub(super) fn first(clues: &Clues<'_>, field: Field, page: Option<&str>) -> Option<Found<String>> {
    clues.of(field).into_iter().find_map(|clue| {
        let value = resolve(&clue.text, page)?;
        Some(Found { value, source: clue.source })
    })
}

/// An address as it is meant on a page; nothing, where it is none.
pub(crate) fn resolve(address: &str, page: Option<&str>) -> Option<String> {
    let address = address.trim();
    if address.is_empty() || address.len() > LONGEST || address.contains(char::is_whitespace) {
        return None;
    }
    if is_absolute(address) {
        return Some(address.to_owned());
    }
    if address.starts_with('#') || address.split(['/', '?', '#']).next()?.contains(':') {
        return None;
    }
    let page = page.filter(|page| is_absolute(page))?;
    let scheme_end = page.find("://")? + 3;
    if let Some(rest) = address.strip_prefix("//") {
        return Some(format!("{}{rest}", &page[..scheme_end]));
    }
    let page = page.split(['?', '#']).next()?;
    let path_start = page[scheme_end..].find('/').map_or(page.len(), |at| scheme_end + at);
    if address.starts_with('/') {
        return Some(format!("{}{address}", &page[..path_start]));
    }
    if address.starts_with('?') {
        return Some(format!("{page}{address}"));
    }
    let folder = page[path_start..].rfind('/').map_or(page.len(), |at| path_start + at);
    Some(format!("{}/{}", &page[..folder], address.trim_start_matches("./")))
}

fn is_absolute(address: &str) -> bool {
    let starts =
        |scheme: &str| address.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme));
    starts("http://") || starts("https://")
}

/// The host of an address, without `www.`.
pub(super) fn host(address: &str) -> Option<&str> {
    let rest = &address[address.find("://")? + 3..];
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = authority.rsplit('@').next()?.split(':').next()?;
    let host = host.strip_prefix("www.").unwrap_or(host);
    (!host.is_empty()).then_some(host)
}

/// Whether two addresses have the same path: hosts and protocols of a site differ at times.
pub(super) fn is_same_path(one: &str, other: &str) -> bool {
    let path = |address: &str| -> Option<String> {
        let rest = &address[address.find("://")? + 3..];
        let path = &rest[rest.find('/')?..];
        let path = path.split(['?', '#']).next()?.trim_end_matches('/');
        (!path.is_empty()).then(|| path.to_owned())
    };
    path(one).is_some() && path(one) == path(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_become_absolute() {
        let page = Some("https://www.example.org/news/a.html?x=/y");
        let absolute = |address| resolve(address, page);
        assert_eq!(absolute("/b").as_deref(), Some("https://www.example.org/b"));
        assert_eq!(absolute("b?c").as_deref(), Some("https://www.example.org/news/b?c"));
        assert_eq!(absolute("?c").as_deref(), Some("https://www.example.org/news/a.html?c"));
        assert_eq!(absolute("//cdn.example.org/b").as_deref(), Some("https://cdn.example.org/b"));
        assert_eq!(absolute("HTTP://b.org").as_deref(), Some("HTTP://b.org"));
        assert_eq!(
            [absolute("data:x,y"), absolute("#top"), absolute("a b"), resolve("/b", None)],
            [const { None }; 4]
        );
        assert_eq!(resolve("b", Some("https://example.org")).as_deref(), Some("https://example.org/b"));
    }

    #[test]
    fn addresses_are_taken_apart() {
        assert_eq!(host("https://me@www.example.org:80/a"), Some("example.org"));
        assert_eq!(host("news.html"), None);
        assert!(is_same_path("https://a.org/b/?c", "http://www.a.org/b"));
        assert!(!is_same_path("https://a.org/", "https://a.org"));
    }
}
