//! What speaks for a line as the headline, and against it, and how much.
//!
//! Some of it is told by the line and its place (`Surroundings`), some by what the rest of the document
//! says again (`Echoes`), which has to be read for it. A sign of the second kind never speaks against a line.

use super::copies::Copies;
use super::lines::{Body, Lines};
use super::marker::without_marker;
use super::words::{Vocabulary, telling_words};
use crate::Document;
use crate::prose::ends_with_stop;

/// Where prose comes first, the headline may stand in one of so many lines.
const TOP: usize = 4;
/// The article is known by the words of so many bytes of its prose, its beginning by so many.
const ARTICLE_BYTES: usize = 3000;
const LEAD_BYTES: usize = 500;
/// A date belongs to a headline that stands so many lines above it.
const DATED_WITHIN: usize = 6;

/// Where the article lies, and what the URL says of it.
pub(super) struct Surroundings {
    body: Body,
    /// The blocks of prose, by index.
    prose: Vec<usize>,
    slug: Vec<u32>,
}

impl Surroundings {
    pub(super) fn of(document: &Document, lines: &Lines) -> Option<Self> {
        let slug = document.url.as_deref().map_or_else(Vec::new, slug_words);
        Some(Surroundings { body: lines.body(document)?, prose: lines.prose().collect(), slug })
    }

    /// The signs of a line that has so many words, from itself and its place.
    pub(super) fn signs(&self, line: &str, words: usize, index: usize, place: usize) -> Signs {
        let next_prose = self.prose.partition_point(|prose| *prose <= index);
        let mut signs = Signs {
            words,
            above_body: self.body.place.saturating_sub(place),
            above_prose: self.prose.get(next_prose).map_or(usize::MAX, |prose| prose - index),
            prose_above: next_prose,
            is_below_much: next_prose * 10 > self.prose.len(),
            is_below_most: next_prose * 2 > self.prose.len(),
            is_at_top: place < TOP,
            is_below_body: place > self.body.place.max(TOP),
            is_item: without_marker(line).len() < line.len(),
            is_sentence: ends_with_stop(line),
            ..Signs::default()
        };
        telling_words(line, |word| {
            signs.telling += 1;
            signs.in_slug += usize::from(self.slug.contains(&word));
        });
        signs.says_slug = self.is_slug(&signs);
        signs
    }

    /// Slugs leave short words out, are cut off, or tell an earlier version of the headline.
    fn is_slug(&self, signs: &Signs) -> bool {
        self.slug.len() >= 3
            && signs.in_slug >= 3
            && signs.in_slug * 3 >= signs.telling
            && signs.in_slug * 2 >= self.slug.len()
    }
}

/// What a document says again of its headline.
pub(super) struct Echoes {
    /// The kept blocks with a date or a time of day in them, by place.
    dates: Vec<usize>,
    /// The words of the first paragraph or two, and of more of the body.
    lead: Vocabulary,
    article: Vocabulary,
    copies: Copies,
}

impl Echoes {
    pub(super) fn of(document: &Document, lines: &Lines, surroundings: &Surroundings) -> Self {
        let prose = &surroundings.prose;
        let body = &prose[prose.partition_point(|index| *index < surroundings.body.first)..];
        let paragraphs = body.iter().map(|index| document.slice(&document.blocks[*index]));
        let kept = document.kept().map(|(_, block)| document.slice(block)).enumerate();
        Echoes {
            dates: kept.filter(|(_, line)| is_dated(line)).map(|(place, _)| place).collect(),
            lead: Vocabulary::of(paragraphs.clone(), LEAD_BYTES),
            article: Vocabulary::of(paragraphs, ARTICLE_BYTES),
            copies: Copies::of(document, lines),
        }
    }

    /// Adds what the document says again to the signs of a line.
    pub(super) fn add_to(&self, signs: &mut Signs, line: &str, index: usize, place: usize) {
        let next_date = self.dates.partition_point(|date| *date <= place);
        signs.is_dated = self.dates.get(next_date).is_some_and(|date| date - place <= DATED_WITHIN);
        telling_words(line, |word| {
            signs.in_lead += usize::from(self.lead.has(word));
            signs.in_article += usize::from(self.article.has(word));
        });
        self.copies.each_place(line, |copy| signs.comes_again |= copy != index);
    }
}

/// What speaks for a line as a headline, and against it.
#[derive(Default)]
pub(super) struct Signs {
    pub(super) words: usize,
    /// Words that tell something, and those of them that the body, its beginning and the URL say, too.
    telling: usize,
    in_article: usize,
    in_lead: usize,
    in_slug: usize,
    /// Enough of them to be the same headline.
    says_slug: bool,
    /// It stands in another place, too, alone or beside a site's name.
    pub(super) comes_again: bool,
    /// A date stands below it, in one of the next lines.
    is_dated: bool,
    /// Kept lines between it and the body; blocks between it and the next prose.
    above_body: usize,
    above_prose: usize,
    prose_above: usize,
    is_below_much: bool,
    is_below_most: bool,
    is_at_top: bool,
    is_below_body: bool,
    is_item: bool,
    is_sentence: bool,
}

impl Signs {
    pub(super) fn may_be_headline(&self, is_page: bool) -> bool {
        let is_in_place =
            !self.is_below_much || self.is_at_top || is_page && !self.is_below_body && !self.is_below_most;
        is_in_place && (is_page || self.says_slug || !self.is_sentence)
    }

    /// How much speaks for the line: a sum of whole weights, so that it is the same on every machine. It is no
    /// chance; it is compared with that of other lines and with a least one. The weights were set on the
    /// labelled dumps (aeb, fundus, wcxb), and no script fits them again: whoever changes one measures all three.
    pub(super) fn likeness(&self) -> i32 {
        self.in_itself() + self.by_place() + self.by_echoes()
    }

    fn in_itself(&self) -> i32 {
        4 * up_to(6, self.words) + 6 * up_to(4, self.in_slug) + weight(self.says_slug, 10)
            - weight(self.words > 12, 4)
            - weight(self.words > 20, 7)
            - weight(self.is_item, 9)
            - weight(self.is_sentence, 13)
            - weight(self.is_sentence && !self.says_slug, 12)
    }

    fn by_place(&self) -> i32 {
        weight(self.prose_above == 0, 18)
            - weight(self.is_below_much, 14)
            - weight(self.is_below_body, 11)
            - 3 * up_to(40, self.above_body) / 10
            - 7 * up_to(12, self.above_prose) / 10
    }

    /// Nothing, before the document has been read for echoes; never less.
    fn by_echoes(&self) -> i32 {
        let share = 6 * up_to(4, self.in_article) * self.in_article as i32 / (4 * self.telling.max(1)) as i32;
        let is_echoed = self.in_article >= 2 && self.in_article * 2 >= self.telling;
        let is_copied = self.comes_again && is_echoed;
        share
            + 4 * up_to(4, self.in_article)
            + 4 * up_to(4, self.in_lead)
            + weight(self.comes_again, 4)
            + weight(is_copied, 3)
            + weight(is_copied && self.above_body <= 15, 12)
            + weight(self.is_dated, 17)
    }
}

fn weight(sign: bool, weight: i32) -> i32 {
    if sign { weight } else { 0 }
}

fn up_to(most: usize, number: usize) -> i32 {
    number.min(most) as i32
}

/// A short line with a year or a time of day in it.
fn is_dated(line: &str) -> bool {
    let bytes = line.as_bytes();
    bytes.len() <= 120 && (0..bytes.len()).any(|at| is_year(bytes, at) || is_time(bytes, at))
}

fn is_year(line: &[u8], at: usize) -> bool {
    let begins = line[at..].starts_with(b"20") || line[at..].starts_with(b"19");
    begins
        && is_digit(line, at + 2)
        && is_digit(line, at + 3)
        && !is_digit(line, at + 4)
        && (at == 0 || !is_digit(line, at - 1))
}

fn is_time(line: &[u8], at: usize) -> bool {
    line[at] == b':' && at > 0 && is_digit(line, at - 1) && is_digit(line, at + 1) && is_digit(line, at + 2)
}

fn is_digit(line: &[u8], at: usize) -> bool {
    line.get(at).is_some_and(u8::is_ascii_digit)
}

/// The telling words of the part of a URL's path that has most of them.
fn slug_words(url: &str) -> Vec<u32> {
    let path =
        url.split_once("//").map_or(url, |(_, rest)| rest).split(['?', '#']).next().unwrap_or_default();
    let part =
        path.split('/').skip(1).max_by_key(|part| part.matches(['-', '_']).count()).unwrap_or_default();
    let mut slug = Vec::new();
    telling_words(part.strip_suffix(".html").unwrap_or(part), |word| slug.push(word));
    slug
}
