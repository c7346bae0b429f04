//! The words by which pages name their fields: names of `meta`, of `itemprop`, and class names.
//!
//! Each list is in the order in which its entries are believed: the number beside an entry is its rank, and lower
//! ranks go first. The ranks of linked data are in `linked.rs`.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::Source::{self, Citation, DublinCore, Meta, OpenGraph};
use super::clues::Field::{self, *};
use crate::html::vocabulary::Recent;

/// What a `meta` of that name, in small letters, tells.
pub(super) fn of_meta(name: &str) -> Option<(Field, Source, u8)> {
    INDEX.get(name).copied().or_else(|| of_unknown_meta(name))
}

/// Names of systems that nobody has heard of still say what they mean.
fn of_unknown_meta(name: &str) -> Option<(Field, Source, u8)> {
    let has = |part: &str| name.contains(part);
    if has("author") {
        let is_beside = [
            "url", "link", "id", "image", "thumb", "photo", "avatar", "mail", "banner", "title", "twitter",
            "bio",
        ];
        return (!is_beside.into_iter().any(has)).then_some((Author, Meta, 7));
    }
    if !has("date") && !has("time") {
        return None;
    }
    if has("modif") || has("updat") {
        return Some((Modified, Meta, 7));
    }
    (has("publish") || has("publication") || has("pub")).then_some((Published, Meta, 7))
}

static INDEX: LazyLock<HashMap<&str, (Field, Source, u8)>> = LazyLock::new(|| {
    METAS.iter().map(|&(name, field, source, rank)| (name, (field, source, rank))).collect()
});

const METAS: &[(&str, Field, Source, u8)] = &[
    ("og:title", Title, OpenGraph, 2),
    ("citation_title", Title, Citation, 1),
    ("twitter:title", Title, Meta, 6),
    ("parsely-title", Title, Meta, 3),
    ("sailthru.title", Title, Meta, 4),
    ("dc.title", Title, DublinCore, 5),
    ("dcterms.title", Title, DublinCore, 5),
    ("title", Title, Meta, 6),
    ("citation_author", Author, Citation, 2),
    ("citation_authors", Author, Citation, 3),
    ("parsely-author", Author, Meta, 4),
    ("sailthru.author", Author, Meta, 4),
    ("cxenseparse:author", Author, Meta, 4),
    ("article:author", Author, OpenGraph, 5),
    ("article:author_name", Author, OpenGraph, 5),
    ("og:author", Author, OpenGraph, 5),
    ("author", Author, Meta, 6),
    ("authors", Author, Meta, 6),
    ("byl", Author, Meta, 6),
    ("dc.creator", Author, DublinCore, 7),
    ("dc.creator.name", Author, DublinCore, 7),
    ("dcterms.creator", Author, DublinCore, 7),
    ("dcterms.creator.name", Author, DublinCore, 7),
    ("article:published_time", Published, OpenGraph, 2),
    ("article:published", Published, OpenGraph, 2),
    ("og:published_time", Published, OpenGraph, 2),
    ("og:article:published_time", Published, OpenGraph, 2),
    ("og:pubdate", Published, OpenGraph, 2),
    ("datepublished", Published, Meta, 3),
    ("parsely-pub-date", Published, Meta, 3),
    ("sailthru.date", Published, Meta, 4),
    ("citation_publication_date", Published, Citation, 4),
    ("citation_online_date", Published, Citation, 4),
    ("citation_date", Published, Citation, 5),
    ("cxenseparse:recs:publishtime", Published, Meta, 4),
    ("cxenseparse:publishtime", Published, Meta, 5),
    ("dc.date.issued", Published, DublinCore, 4),
    ("dcterms.issued", Published, DublinCore, 4),
    ("dcterms.created", Published, DublinCore, 5),
    ("dc.date.created", Published, DublinCore, 5),
    ("dc.date", Published, DublinCore, 6),
    ("dcterms.date", Published, DublinCore, 6),
    ("article.published", Published, Meta, 4),
    ("published-date", Published, Meta, 4),
    ("publish-date", Published, Meta, 4),
    ("publish_date", Published, Meta, 4),
    ("publishdate", Published, Meta, 4),
    ("published_date", Published, Meta, 4),
    ("publication_date", Published, Meta, 4),
    ("publication-date", Published, Meta, 4),
    ("pubdate", Published, Meta, 4),
    ("date_published", Published, Meta, 4),
    ("article_date_original", Published, Meta, 4),
    ("originalpublicationdate", Published, Meta, 4),
    ("published", Published, Meta, 4),
    ("gsa_date", Published, Meta, 5),
    ("sort-date", Published, Meta, 6),
    ("ptime", Published, Meta, 6),
    ("creationdate", Published, Meta, 6),
    ("date", Published, Meta, 6),
    ("article:modified_time", Modified, OpenGraph, 2),
    ("article:modified", Modified, OpenGraph, 2),
    ("og:updated_time", Modified, OpenGraph, 3),
    ("og:modified_time", Modified, OpenGraph, 3),
    ("datemodified", Modified, Meta, 3),
    ("dcterms.modified", Modified, DublinCore, 4),
    ("dc.date.modified", Modified, DublinCore, 4),
    ("lastmod", Modified, Meta, 4),
    ("last-modified", Modified, Meta, 5),
    ("updated", Modified, Meta, 5),
    ("revised", Modified, Meta, 6),
    ("og:site_name", Site, OpenGraph, 1),
    ("citation_journal_title", Site, Citation, 2),
    ("application-name", Site, Meta, 5),
    ("apple-mobile-web-app-title", Site, Meta, 6),
    ("dc.publisher", Site, DublinCore, 6),
    ("og:locale", Language, OpenGraph, 2),
    ("content-language", Language, Meta, 4),
    ("language", Language, Meta, 5),
    ("dc.language", Language, DublinCore, 4),
    ("dcterms.language", Language, DublinCore, 4),
    ("citation_language", Language, Citation, 4),
    ("description", Description, Meta, 1),
    ("og:description", Description, OpenGraph, 2),
    ("dc.description", Description, DublinCore, 4),
    ("dcterms.description", Description, DublinCore, 4),
    ("dcterms.abstract", Description, DublinCore, 4),
    ("twitter:description", Description, Meta, 5),
    ("og:url", Canonical, OpenGraph, 2),
    ("twitter:url", Canonical, Meta, 3),
    ("article:tag", Tag, OpenGraph, 2),
    ("og:article:tag", Tag, OpenGraph, 2),
    ("parsely-tags", Tag, Meta, 3),
    ("sailthru.tags", Tag, Meta, 3),
    ("news_keywords", Tag, Meta, 3),
    ("citation_keywords", Tag, Citation, 3),
    ("keywords", Tag, Meta, 4),
    ("dc.subject", Tag, DublinCore, 5),
    ("og:image", Image, OpenGraph, 1),
    ("og:image:secure_url", Image, OpenGraph, 2),
    ("og:image:url", Image, OpenGraph, 2),
    ("twitter:image", Image, Meta, 3),
    ("twitter:image:src", Image, Meta, 3),
    ("parsely-image-url", Image, Meta, 4),
    ("sailthru.image.full", Image, Meta, 4),
    ("thumbnail", Image, Meta, 5),
    ("dcterms.license", Licence, DublinCore, 2),
    ("dc.rights.license", Licence, DublinCore, 2),
    ("license", Licence, Meta, 3),
];

/// Whether a label says that its value is who wrote the text, in the languages of systems that put it there.
pub(super) fn is_written_by(label: &str) -> bool {
    const LABELS: [&str; 16] = [
        "written by",
        "author",
        "verfasst von",
        "geschrieben von",
        "écrit par",
        "escrito por",
        "scritto da",
        "geschreven door",
        "skriven av",
        "skrevet av",
        "skrevet af",
        "kirjoittanut",
        "napisane przez",
        "yazan",
        "написано автором",
        "執筆者",
    ];
    label.len() <= 40 && LABELS.contains(&label.trim_end_matches(':').to_lowercase().as_str())
}

/// What an `itemprop` of that name tells.
pub(super) fn of_itemprop(name: &str) -> Option<(Field, u8)> {
    match name {
        "headline" => Some((Title, 3)),
        "author" | "creator" => Some((Author, 7)),
        "datePublished" => Some((Published, 5)),
        "dateCreated" => Some((Published, 7)),
        "dateModified" => Some((Modified, 4)),
        "description" => Some((Description, 6)),
        "image" | "thumbnailUrl" => Some((Image, 5)),
        "inLanguage" => Some((Language, 3)),
        "keywords" => Some((Tag, 4)),
        "license" => Some((Licence, 2)),
        _ => None,
    }
}

/// Whether a class or id has a word that means something here. Every element is asked this, so that most words are
/// told by three letters at a time; a quarter of the time of all metadata went into this question before.
fn may_mean(value: &str) -> bool {
    let bytes = &value.as_bytes()[..value.len().min(LONGEST)];
    let mut three = 0;
    bytes.iter().enumerate().any(|(last, byte)| {
        three = (three << 5 | usize::from(byte & 31)) % THREES;
        let may_begin = last >= 2 && BEGINNINGS[three / 8] & 1 << (three % 8) != 0;
        may_begin && WORDS.iter().any(|word| begins(&bytes[last - 2..], word))
    })
}

/// Bytes of a class that are looked at.
const LONGEST: usize = 500;
/// Words in classes that mean something here, or are looked at elsewhere.
const WORDS: [&str; 14] = [
    "author",
    "byline",
    "writer",
    "updated",
    "modif",
    "lastmod",
    "publish",
    "pubdate",
    "posted",
    "timestamp",
    "date",
    "comment",
    "disqus",
    "username",
];

fn begins(bytes: &[u8], word: &str) -> bool {
    bytes.get(..word.len()).is_some_and(|front| front.eq_ignore_ascii_case(word.as_bytes()))
}

/// How many times three letters there are.
const THREES: usize = 1 << 15;

/// The number of three letters, large or small.
const fn number(three: [u8; 3]) -> usize {
    ((three[0] & 31) as usize) << 10 | ((three[1] & 31) as usize) << 5 | (three[2] & 31) as usize
}

/// A bit for each three letters that one of the words begins with.
static BEGINNINGS: [u8; THREES / 8] = {
    let mut bits = [0; THREES / 8];
    let mut at = 0;
    while at < WORDS.len() {
        let word = WORDS[at].as_bytes();
        let three = number([word[0], word[1], word[2]]);
        bits[three / 8] |= 1 << (three % 8);
        at += 1;
    }
    bits
};

/// What an element is, going by its class or id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// It holds what readers wrote.
    Comments,
    /// It tells about the author, below an article.
    AuthorBox,
    /// It holds a field, which is to be believed so far.
    Holds(Field, u8),
}

/// What a class or an id means here.
pub(super) fn meaning(value: &str) -> Option<Meaning> {
    const COMMENTS: &str = "comments comments-area comment-list commentlist comments-section disqus_thread";
    if !may_mean(value) {
        return None;
    }
    let is_comments = |word: &str| COMMENTS.split(' ').any(|other| other == word);
    if value.split_ascii_whitespace().take(16).any(is_comments) {
        return Some(Meaning::Comments);
    }
    if is_author_box(value) {
        return Some(Meaning::AuthorBox);
    }
    of_class(value).map(|(field, rank)| Meaning::Holds(field, rank))
}

/// The meanings of the classes that were asked for last.
#[derive(Default)]
pub(super) struct Meanings {
    recent: Recent<Option<Meaning>>,
}

impl Meanings {
    /// What a class or an id means here.
    pub(super) fn of(&mut self, value: &str) -> Option<Meaning> {
        self.recent.get(0, value, || meaning(value))
    }
}

/// What an element holds, going by the words in its class or id, and how far that is to be believed.
///
/// Words are looked for in words: `post__authorName` is an author, `author-bio` is about one.
pub(super) fn of_class(class: &str) -> Option<(Field, u8)> {
    class.split_ascii_whitespace().take(16).find_map(of_class_word)
}

fn of_class_word(word: &str) -> Option<(Field, u8)> {
    if !may_mean(word) {
        return None;
    }
    let has = |part: &str| contains(word, part);
    if has("author") && is_name(word) {
        return Some((Author, 10));
    }
    if has("author") || has("byline") || has("writer") {
        let is_beside =
            ["bio", "box", "img", "image", "avatar", "photo", "social", "role", "job", "desc", "about"];
        let is_far = ["comment", "related", "widget", "follow", "share", "authori"];
        let is_name = !is_beside.into_iter().chain(is_far).any(has);
        return is_name.then_some((Author, 13));
    }
    if has("username") {
        return Some((Author, 13));
    }
    if has("updated") || has("modif") || has("lastmod") {
        return Some((Modified, 10));
    }
    let is_marked = ["publish", "pubdate", "posted", "timestamp", "dateline"].into_iter().any(has);
    let is_date =
        is_marked || has("date") && !["update", "candidate", "validate", "mandate"].into_iter().any(has);
    let is_far = ["comment", "related", "event", "publisher"];
    (is_date && !is_far.into_iter().any(has)).then_some((Published, 10))
}

/// Whether a class is that of something's name: `name`, `author-box__name`.
pub(super) fn is_name(class: &str) -> bool {
    let is_one = |word: &str| word.len() >= 4 && word[word.len() - 4..].eq_ignore_ascii_case("name");
    class
        .split_ascii_whitespace()
        .take(16)
        .any(|word| word.is_char_boundary(word.len().saturating_sub(4)) && is_one(word))
}

/// Whether a class is that of a box that tells about the author, which stands below articles.
fn is_author_box(class: &str) -> bool {
    let is_one = |word: &str| {
        may_mean(word)
            && contains(word, "author")
            && ["box", "bio", "info", "card"].into_iter().any(|part| contains(word, part))
    };
    class.split_ascii_whitespace().take(16).any(is_one)
}

/// Whether a word has a part, in letters of any case. Both are short.
fn contains(word: &str, part: &str) -> bool {
    word.as_bytes().windows(part.len()).any(|window| window.eq_ignore_ascii_case(part.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn meanings_are_remembered_and_not_mixed_up() {
        let mut meanings = Meanings::default();
        let classes =
            ["", "c", "comments", "author-box", "byline", "byline-x-byline", "byline-y-byline", "bxxxxxxxe"];
        for class in classes.iter().chain(&classes) {
            assert_eq!(meanings.of(class), meaning(class), "{class}");
        }
        assert_eq!(meaning("comments"), Some(Meaning::Comments));
        assert_eq!(meaning("author-box"), Some(Meaning::AuthorBox));
    }

    #[test]
    fn names_of_meta_are_known_once() {
        let mut names: Vec<&str> = METAS.iter().map(|(name, ..)| *name).collect();
        names.sort_unstable();
        let count = names.len();
        names.dedup();
        assert_eq!(names.len(), count);
        assert_eq!(of_meta("og:title"), Some((Title, OpenGraph, 2)));
        assert_eq!(of_meta("viewport"), None);
    }

    #[test]
    fn classes_tell_what_is_in_an_element() {
        for (class, field) in [
            ("c-article post__authorName", Author),
            ("byline", Author),
            ("ByLine--AUTHOR", Author),
            ("entry-date published", Published),
            ("Last-Updated", Modified),
            ("pubDate", Published),
        ] {
            assert_eq!(of_class(class).map(|(field, _)| field), Some(field), "{class}");
            assert!(may_mean(class), "{class}");
        }
        assert!(!may_mean("c-article wrapper"));
        for class in ["author-bio", "authorized", "candidate", "comment-author", "event-date", "wrapper", ""]
        {
            assert_eq!(of_class(class), None, "{class}");
        }
    }
}
