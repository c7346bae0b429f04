//! The names that a site goes by, and telling them from headlines and authors.

use copydesk_core::{Digits, fold};

use super::clues::{Clues, Field};
use super::plain::plain;
use super::{Found, Source, address};

/// Names that are longer are slogans.
const LONGEST: usize = 80;

/// What a site is called, by its own account.
pub(super) struct Names {
    /// As the page writes them, the most credible first.
    named: Vec<Found<String>>,
    /// Folded, without spaces.
    compact: Vec<String>,
    /// The host without its last part, folded, without spaces: `thetimes` of `www.thetimes.co.uk`.
    hosts: Vec<String>,
}

impl Names {
    pub(super) fn new(clues: &Clues<'_>, url: Option<&str>) -> Names {
        let named: Vec<Found<String>> = clues
            .of(Field::Site)
            .into_iter()
            .map(|clue| Found { value: plain(&clue.text), source: clue.source })
            .filter(|name| {
                !name.value.is_empty() && name.value.len() <= LONGEST && !name.value.contains("://")
            })
            .collect();
        let compact = named.iter().map(|name| compact(&name.value)).filter(|name| !name.is_empty()).collect();
        Names { named, compact, hosts: url.and_then(address::host).map(labels).unwrap_or_default() }
    }

    /// The name of the site: what the page calls it, else what the title has behind the headline, if the host is
    /// called so, too.
    pub(super) fn best(&self, clues: &Clues<'_>, title: Option<&str>) -> Option<Found<String>> {
        let in_title = || {
            let rest = clues.title_element.as_deref()?.strip_prefix(title?)?;
            let name = rest.trim_matches(|letter: char| !letter.is_alphanumeric());
            let is_name = name.len() <= LONGEST && self.has_one(name);
            is_name.then(|| Found { value: name.to_owned(), source: Source::TitleElement })
        };
        self.named.first().cloned().or_else(in_title)
    }

    /// Whether a text is a name of the site, and not more.
    pub(super) fn is_one(&self, text: &str) -> bool {
        let text = compact(text);
        if text.is_empty() {
            return false;
        }
        let text = text.strip_prefix("the").filter(|rest| rest.len() > 2).unwrap_or(&text);
        let is_name =
            |name: &String| name.strip_prefix("the").filter(|rest| rest.len() > 2).unwrap_or(name) == text;
        self.compact.iter().any(is_name)
            || self.hosts.iter().any(|host| is_name(host) || has_host(text, host))
    }

    /// Whether a text is exactly what the site or its host is called.
    pub(super) fn is_called(&self, text: &str) -> bool {
        let text = compact(text);
        !text.is_empty() && self.compact.iter().chain(&self.hosts).any(|name| *name == text)
    }

    /// Whether a text has a name of the site in it: `Rust Blog` of a site `Rust`.
    pub(super) fn has_one(&self, text: &str) -> bool {
        let text = compact(text);
        let has = |name: &String| name.chars().count() > 3 && text.contains(name.as_str());
        self.is_one(&text) || self.compact.iter().chain(&self.hosts).any(has)
    }
}

/// Whether a text is the host's name with a word more, as `Aune Courier Online` of `aunecourier`, or a part of it.
fn has_host(text: &str, host: &str) -> bool {
    let long = host.len() > 4 && text.len() > 4;
    long && (text.starts_with(host) && text.len() < 2 * host.len()
        || host.starts_with(text) && host.len() < 2 * text.len())
}

/// Letters and digits alone, in small letters.
fn compact(text: &str) -> String {
    let mut folded = fold(text, Digits::Keep);
    folded.retain(|letter| letter != ' ');
    folded
}

/// The parts of a host that can be a name, and all of it: of `news.aune-courier.co.uk`, `aunecourier` and so on.
fn labels(host: &str) -> Vec<String> {
    const COMMON: &[&str] = &[
        "com",
        "org",
        "net",
        "co",
        "gov",
        "edu",
        "ac",
        "blog",
        "blogs",
        "news",
        "en",
        "www2",
        "m",
        "info",
        "learn",
        "support",
        "help",
        "shop",
        "docs",
        "developer",
        "forum",
        "forums",
    ];
    let mut labels: Vec<String> = host
        .rsplit('.')
        .skip(1)
        .filter(|label| !COMMON.contains(label))
        .map(compact)
        .filter(|label| label.len() > 1)
        .take(4)
        .collect();
    labels.push(compact(host));
    labels
}
