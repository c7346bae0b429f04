//! What a page says about its article: title, authors, dates, site, language and the like, each with its source.
//!
//! Pages say these things several times, in vocabularies of their own, and not always the same. One walk over the
//! tree gathers all of it as clues (`clues.rs`); for each field one file decides which clue is believed. What is
//! the text of the article is not known here; whoever asked puts the answer into a document.

mod address;
mod author;
mod clues;
mod date;
mod json;
mod language;
mod linked;
mod months;
mod names;
mod plain;
mod site;
mod title;
mod visible;
mod vocabulary;
mod when;

use copydesk_html::Document;

pub(super) use address::resolve;
pub use date::{Date, Order, Time};

use clues::{Clues, Field};

/// What a page says about its article.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Metadata {
    /// The headline, without the name of the site.
    pub title: Option<Found<String>>,
    /// Who wrote it, in the order of the page, nobody twice.
    pub authors: Option<Found<Vec<String>>>,
    /// When it was published first.
    pub published: Option<Found<Date>>,
    /// When it was changed last.
    pub modified: Option<Found<Date>>,
    /// The name of the site or its publisher.
    pub site: Option<Found<String>>,
    /// BCP 47 tag of the language: `en`, `pt-BR`, `zh-Hant`.
    pub language: Option<Found<String>>,
    /// What the page says in a sentence or two of itself.
    pub description: Option<Found<String>>,
    /// The address that the page wants to be known by.
    pub canonical: Option<Found<String>>,
    /// Keywords, in the order of the page.
    pub tags: Option<Found<Vec<String>>>,
    /// The address of the main picture.
    pub image: Option<Found<String>>,
    /// The address of the licence, or its name.
    pub licence: Option<Found<String>>,
}

/// A value, and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found<T> {
    /// What was found.
    pub value: T,
    /// Where.
    pub source: Source,
}

/// Where a page says something about itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    /// A script of linked data, in the vocabulary of schema.org.
    JsonLd,
    /// `meta property="og:..."` or `article:...`.
    OpenGraph,
    /// `meta name="citation_..."`, of scholarly journals.
    Citation,
    /// `meta name="dc..."`.
    DublinCore,
    /// Any other `meta`.
    Meta,
    /// `itemprop`.
    Microdata,
    /// The relation of a link: `rel=author`, `rel=canonical`.
    Link,
    /// The element `title`.
    TitleElement,
    /// A heading of the page.
    Heading,
    /// The element `time`.
    TimeElement,
    /// An element whose class says what it holds: `byline`, `post-date`.
    ClassName,
    /// Visible text beside the headline.
    Text,
    /// The attribute `lang` of the page.
    Lang,
    /// The address of the page.
    Url,
}

impl Source {
    /// The name that trails use: kebab-case, stable.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Source::JsonLd => "json-ld",
            Source::OpenGraph => "open-graph",
            Source::Citation => "citation",
            Source::DublinCore => "dublin-core",
            Source::Meta => "meta",
            Source::Microdata => "microdata",
            Source::Link => "link",
            Source::TitleElement => "title-element",
            Source::Heading => "heading",
            Source::TimeElement => "time-element",
            Source::ClassName => "class-name",
            Source::Text => "text",
            Source::Lang => "lang",
            Source::Url => "url",
        }
    }
}

/// What is known of a page beside its bytes.
#[derive(Debug, Clone, Copy, Default)]
pub struct Context<'c> {
    /// Where it was fetched.
    pub url: Option<&'c str>,
    /// When it was fetched: no date of the page is later.
    pub crawled: Option<Date>,
}

/// Reads what a page says about its article.
///
/// Any page has an answer, if an empty one; the same page always has the same.
///
/// ```
/// use copydesk_extract::html::metadata::{Context, Source, read};
/// let page = copydesk_html::parse(
///     b"<title>Old bridge opens - The Aune Courier</title><h1>Old bridge opens</h1>\
///       <p class=byline>By Ana Lund, 5 March 2024",
///     &copydesk_html::Options::default(),
/// );
/// let metadata = read(&page, &Context::default());
/// let title = metadata.title.unwrap();
/// assert_eq!((title.value.as_str(), title.source), ("Old bridge opens", Source::Heading));
/// assert_eq!(metadata.authors.unwrap().value, ["Ana Lund"]);
/// assert_eq!(metadata.published.unwrap().value.to_string(), "2024-03-05");
/// ```
#[must_use]
pub fn read(page: &Document<'_>, context: &Context<'_>) -> Metadata {
    let clues = Clues::gather(page, context.url);
    let canonical = address::first(&clues, Field::Canonical, context.url);
    let url = context.url.or(canonical.as_ref().map(|found| found.value.as_str()));
    let sites = site::Names::new(&clues, url);
    let title = title::choose(&clues, &sites);
    let spot = title.as_ref().and_then(|title| title.spot);
    let language = language::choose(&clues);
    let order = language::order(language.as_ref().map(|found| found.value.as_str()), url);
    let bounds = when::Bounds { order, url, crawled: context.crawled };
    let (published, modified) = when::choose(&clues, spot, bounds);
    let title = title.map(|title| Found { value: title.text, source: title.source });
    Metadata {
        authors: author::choose(&clues, &sites, spot),
        site: sites.best(&clues, title.as_ref().map(|title| title.value.as_str())),
        title,
        published,
        modified,
        language,
        description: plain::first(&clues, Field::Description),
        tags: plain::tags(&clues),
        image: address::first(&clues, Field::Image, url),
        licence: address::first(&clues, Field::Licence, url),
        canonical,
    }
}

#[cfg(test)]
mod tests;
