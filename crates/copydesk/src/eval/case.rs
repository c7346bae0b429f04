//! A document whose outcome is known, and the group that it is counted in.

use std::ops::Range;

use copydesk::Document;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::align;

/// A document to clean, and what should come out.
pub(crate) struct Case {
    /// As it comes from a dump, before any extractor has seen it.
    pub(crate) payload: Document,
    /// How the text was made, if the row says: `page_htmltext`, `node_blocks`.
    pub(crate) kind: String,
    /// What it is counted with.
    pub(crate) group: String,
    /// What should come out.
    pub(crate) truth: Truth,
    /// There is a gold body and no document: nothing can come out.
    pub(crate) is_missing: bool,
}

/// What should come out of a document.
pub(crate) enum Truth {
    /// These lines, but for those that are noise.
    Lines(Vec<Line>),
    /// This text.
    Body(String),
}

/// A labelled line.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Line {
    pub(crate) text: String,
    pub(crate) label: Label,
}

impl Line {
    /// A line without words says nothing, and nothing is lost with it.
    pub(crate) fn is_blank(&self) -> bool {
        align::words(&self.text).next().is_none()
    }

    /// How many words it has; white space separates them.
    pub(crate) fn words(&self) -> u64 {
        align::words(&self.text).count() as u64
    }
}

/// What a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Label {
    Body,
    Headline,
    HeadlineRepeat,
    Boilerplate,
    Ambiguous,
}

impl Label {
    /// As rows have it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Label::Body => "body",
            Label::Headline => "headline",
            Label::HeadlineRepeat => "headline_repeat",
            Label::Boilerplate => "boilerplate",
            Label::Ambiguous => "ambiguous",
        }
    }

    /// Should the line go? Of an ambiguous one nobody knows.
    pub(crate) fn is_noise(self) -> bool {
        matches!(self, Label::Boilerplate | Label::HeadlineRepeat)
    }
}

/// By what documents are grouped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum By {
    /// A whole page, the node of an article, or what another extractor left: the beginning of the kind.
    Regime,
    /// The member `kind` of a row.
    Kind,
    /// The language that came with the record, as `language` or `lang`.
    Language,
    /// The host of the URL.
    Site,
    /// Any other member of a row.
    Member(String),
}

impl By {
    /// Where a document has nothing to be grouped by.
    pub(crate) const NONE: &str = "-";

    /// The grouping of that name.
    pub(crate) fn named(name: &str) -> Self {
        match name {
            "regime" => By::Regime,
            "kind" => By::Kind,
            "language" | "lang" => By::Language,
            "site" => By::Site,
            other => By::Member(other.to_owned()),
        }
    }

    /// The group of a document of some kind, with the rest of its row.
    pub(crate) fn group(&self, payload: &Document, kind: &str, rest: &Map<String, Value>) -> String {
        let group = match self {
            By::Regime => regime(kind),
            By::Kind => kind,
            By::Language => payload.language.as_deref().unwrap_or_default(),
            By::Site => payload.url.as_deref().map(site).unwrap_or_default(),
            By::Member(name) => return rest.get(name).map_or_else(|| By::NONE.to_owned(), shown),
        };
        if group.is_empty() { By::NONE.to_owned() } else { group.to_owned() }
    }
}

/// A value as a name: a string without its quotes.
pub(crate) fn shown(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// `page` is the text of a whole page, `node` that of the article's node, everything else the output of
/// an extractor.
fn regime(kind: &str) -> &str {
    match kind.split('_').next() {
        Some(regime @ ("page" | "node" | "")) => regime,
        _ => "extractor",
    }
}

/// The host of a URL, without `www.`.
fn site(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    host.strip_prefix("www.").unwrap_or(host)
}

/// The text of a document whose lines are known: one below the other.
pub(crate) fn text_of(lines: &[Line]) -> String {
    lines.iter().map(|line| line.text.as_str()).collect::<Vec<_>>().join("\n")
}

/// For each line, the blocks of the article that it lies in; none where an extractor made another text
/// of the payload.
pub(crate) fn blocks(lines: &[Line], payload: &Document, articles: &[Document]) -> Option<Vec<Range<usize>>> {
    let [article] = articles else { return None };
    let is_same = article.text == payload.text;
    is_same.then(|| align::blocks_of_lines(lines.iter().map(|line| line.text.len()), article))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_are_grouped() {
        let payload = Document { url: Some("https://www.example.org/a?b".into()), ..Document::default() };
        let rest = serde_json::json!({ "page_type": "article", "year": 2019 });
        let group = |by: &str, kind: &str| By::named(by).group(&payload, kind, rest.as_object().unwrap());
        assert_eq!(group("regime", "page_htmltext"), "page");
        assert_eq!(group("regime", "node_naive"), "node");
        assert_eq!(group("regime", "ex_goose3"), "extractor");
        assert_eq!(group("regime", ""), "-");
        assert_eq!(group("kind", "ex_goose3"), "ex_goose3");
        assert_eq!(group("site", ""), "example.org");
        assert_eq!(group("language", ""), "-");
        assert_eq!(group("page_type", ""), "article");
        assert_eq!(group("year", ""), "2019");
        assert_eq!(group("set", ""), "-");
    }
}
