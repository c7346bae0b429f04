//! Which block is the headline, and does another line say it again?
//!
//! The stage that strikes repetitions has to know the headline, and a stage that strikes furniture
//! has to leave it alone. They have to agree on it, so it is found here, once: whoever asks first may
//! give the block the kind `title`, and is believed by whoever asks next.
//!
//! The title that came with the record says which line it is, or else the words of the URL, the words
//! of the article, a second copy, and the place: the headline stands above the first prose of an article,
//! or, in the text of a whole page, above the largest run of it. Every line is looked at a fixed number
//! of times. What becomes of copies is for the stage to say.

mod copies;
mod wording;
mod words;

use crate::prose::{ends_with_stop, is_prose, words, words_up_to};
use crate::{Block, BlockKind, Digits, Document, fold};

use copies::Copies;
pub use wording::{Headline, Variant};
use words::{Vocabulary, telling_words};

/// A headline has so many words: of the 926 titles of the development pages (aeb, fundus, wcxb) 98 %
/// have at least 3, and none has more than 30.
const HEADLINE_WORDS: std::ops::RangeInclusive<usize> = 3..=30;
/// Where prose comes first, the headline may stand in one of so many lines.
const TOP: usize = 4;
/// A title or a line of so many bytes is no headline: thirty words have 200 to 600.
const LONG_LINE_BYTES: usize = 1000;
/// So many blocks that are not prose may stand inside the body: sub-heads, lists, labels.
const GAP: usize = 6;
/// A title or a URL is looked for in so many blocks; below, only furniture repeats it.
const WITHIN: usize = 1000;
/// The article is known by the words of so many bytes of its prose, its beginning by so many.
const ARTICLE_BYTES: usize = 3000;
const LEAD_BYTES: usize = 500;
/// A date belongs to a headline that stands so many lines above it.
const DATED_WITHIN: usize = 6;
/// A headline, its kicker, its breadcrumb and its other wording stand within so many blocks.
const NEAR: usize = 6;
/// The first copy stays with so many words beside it.
const BESIDE: usize = 3;
/// A line is the dek of the one above it, not the headline, unless it is likelier by so much.
const DEK: i32 = 20;
/// Less likely lines are none.
const LIKELY: i32 = 30;

/// A headline that was found.
pub struct Found {
    /// The block that stays: the first copy.
    pub index: usize,
    /// Its wording, without what may stand beside it in that block.
    pub headline: Headline,
}

/// The headline of a document, among the blocks that are kept.
pub fn find(document: &Document) -> Option<Found> {
    if let Some((index, block)) = document.kept().find(|(_, block)| block.kind == BlockKind::Title) {
        let said =
            document.title.as_deref().map(Headline::new).filter(|said| says(document, block, said).is_some());
        return Some(Found { index, headline: said.unwrap_or_else(|| Headline::new(&document.view(block))) });
    }
    by_title(document).or_else(|| by_likeness(document))
}

/// How a block says the headline, if it does.
pub fn says(document: &Document, block: &Block, headline: &Headline) -> Option<Variant> {
    if block.kind == BlockKind::Table || block.span.range().len() > headline.longest_copy() {
        return None;
    }
    let line = document.view(block);
    headline.repeated_by(&line, &fold(without_marker(&line), Digits::Keep))
}

/// The first block that says the record's title, whole or in other dress; best without much beside it.
fn by_title(document: &Document) -> Option<Found> {
    let headline = Headline::new(document.title.as_deref().filter(|title| title.len() < LONG_LINE_BYTES)?);
    let says_it = |(_, block): &(usize, &Block)| says(document, block, &headline).is_some();
    let blocks = || document.kept().take(WITHIN);
    let copy = blocks().find(|(_, block)| may_stay(document, block, &headline, false));
    let (index, _) = copy.or_else(|| blocks().find(says_it))?;
    Some(Found { index, headline })
}

/// The line that looks most like a headline, of those that stand above the body or say the words
/// of the URL; of equals, the lowest, which is nearest to the body. Then the first copy of that.
fn by_likeness(document: &Document) -> Option<Found> {
    let surroundings = Surroundings::of(document)?;
    let is_page = is_whole_page(document);
    let mut best: Option<Candidate> = None;
    let mut above: Option<Candidate> = None;
    for (place, (index, block)) in document.kept().take(WITHIN).enumerate() {
        if !is_line_like(document, block) {
            continue;
        }
        let signs = surroundings.signs(document.slice(block), index, place);
        if !signs.may_be_headline(is_page) {
            continue;
        }
        let mut candidate = Candidate { place, index, likeness: signs.likeness() };
        if let Some(above) =
            above.filter(|above| candidate.is_dek_of(above) && !signs.comes_again && signs.words > 12)
        {
            candidate = above;
        }
        above = Some(candidate);
        if candidate.likeness >= best.as_ref().map_or(LIKELY, |best| best.likeness) {
            best = Some(candidate);
        }
    }
    let likeliest = best?.index;
    let index = plain_copy(document, likeliest).unwrap_or(likeliest);
    let headline = Headline::new(document.slice(&document.blocks[index]));
    Some(Found { index: first_copy(document, &headline, index), headline })
}

#[derive(Clone, Copy)]
struct Candidate {
    place: usize,
    index: usize,
    likeness: i32,
}

impl Candidate {
    /// The line below a headline may say more of what the article says.
    fn is_dek_of(&self, above: &Candidate) -> bool {
        self.place <= above.place + 2
            && self.likeness > above.likeness
            && self.likeness <= above.likeness + DEK
    }
}

/// Near a headline with sections or a site's name in its line, the line that is the headline alone.
fn plain_copy(document: &Document, index: usize) -> Option<usize> {
    let whole = without_marker(document.slice(&document.blocks[index]));
    let folded = fold(whole, Digits::Keep);
    let is_part = |(_, block): &(usize, &Block)| {
        let part = document.slice(block);
        let begins_or_ends = |part: &str| folded.ends_with(part) || folded.starts_with(part);
        part.len() < whole.len()
            && begins_or_ends(&fold(without_marker(part), Digits::Keep))
            && matches!(
                Headline::new(part).repeated_by(whole, &folded),
                Some(Variant::WithSite | Variant::Beside)
            )
    };
    let near = document.kept().filter(|(place, _)| place.abs_diff(index) <= NEAR);
    near.filter(|(_, block)| is_line_like(document, block)).find(is_part).map(|(place, _)| place)
}

/// The first block that may stay in the place of `index`.
fn first_copy(document: &Document, headline: &Headline, index: usize) -> usize {
    let mut above = document.kept().take_while(|(above, _)| *above < index);
    above
        .find(|(above, block)| may_stay(document, block, headline, index - above <= NEAR))
        .map_or(index, |(above, _)| above)
}

/// May the block be the copy that stays? It says the headline, and little else.
fn may_stay(document: &Document, block: &Block, headline: &Headline, is_near: bool) -> bool {
    let Some(variant) = says(document, block, headline) else { return false };
    let length = words_apart(headline.text());
    let others = || words_apart(without_marker(document.slice(block))).abs_diff(length);
    match variant {
        Variant::CutOff => false,
        Variant::WithoutSite => is_near || others() * 3 < length,
        _ => others() <= BESIDE.min(length / 3),
    }
}

/// What a document says about its headline.
struct Surroundings {
    /// Where the body begins, among the kept blocks.
    body: usize,
    /// The blocks of prose, by index.
    prose: Vec<usize>,
    /// The kept blocks with a date or a time of day in them, by place.
    dates: Vec<usize>,
    /// The words of the first paragraph or two, and of more of the body.
    lead: Vocabulary,
    article: Vocabulary,
    slug: Vec<u32>,
    copies: Copies,
}

impl Surroundings {
    fn of(document: &Document) -> Option<Self> {
        let body = body(document)?;
        let is_prose = |(_, block): &(usize, &Block)| is_prose(document.slice(block));
        let prose: Vec<usize> = document.kept().filter(is_prose).map(|(index, _)| index).collect();
        let paragraphs = prose[prose.partition_point(|index| *index < body.first)..]
            .iter()
            .map(|index| document.slice(&document.blocks[*index]));
        let is_dated = |(_, (_, block)): &(usize, (usize, &Block))| is_dated(document.slice(block));
        Some(Surroundings {
            body: body.place,
            dates: document.kept().enumerate().filter(is_dated).map(|(place, _)| place).collect(),
            lead: Vocabulary::of(paragraphs.clone(), LEAD_BYTES),
            article: Vocabulary::of(paragraphs, ARTICLE_BYTES),
            slug: document.url.as_deref().map_or_else(Vec::new, slug_words),
            copies: Copies::of(document, &prose),
            prose,
        })
    }

    fn signs(&self, line: &str, index: usize, place: usize) -> Signs {
        let next_prose = self.prose.partition_point(|prose| *prose <= index);
        let next_date = self.dates.partition_point(|date| *date <= place);
        let mut signs = Signs {
            words: words(line),
            is_dated: self.dates.get(next_date).is_some_and(|date| date - place <= DATED_WITHIN),
            above_body: self.body.saturating_sub(place),
            above_prose: self.prose.get(next_prose).map_or(usize::MAX, |prose| prose - index),
            prose_above: next_prose,
            is_below_much: next_prose * 10 > self.prose.len(),
            is_below_most: next_prose * 2 > self.prose.len(),
            is_at_top: place < TOP,
            is_below_body: place > self.body.max(TOP),
            is_item: without_marker(line).len() < line.len(),
            is_sentence: ends_with_stop(line),
            ..Signs::default()
        };
        telling_words(line, |word| {
            signs.telling += 1;
            signs.in_lead += usize::from(self.lead.has(word));
            signs.in_article += usize::from(self.article.has(word));
            signs.in_slug += usize::from(self.slug.contains(&word));
        });
        self.copies.each_place(line, |place| {
            signs.comes_again |= place != index;
        });
        // slugs leave short words out, are cut off, or tell an earlier version of the headline
        signs.says_slug = self.slug.len() >= 3
            && signs.in_slug >= 3
            && signs.in_slug * 3 >= signs.telling
            && signs.in_slug * 2 >= self.slug.len();
        signs
    }
}

/// What speaks for a line as a headline, and against it.
#[derive(Default)]
struct Signs {
    words: usize,
    /// Words that tell something, and those of them that the body, its beginning and the URL say, too.
    telling: usize,
    in_article: usize,
    in_lead: usize,
    in_slug: usize,
    /// Enough of them to be the same headline.
    says_slug: bool,
    /// It stands in another place, too, alone or beside a site's name.
    comes_again: bool,
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
    fn may_be_headline(&self, is_page: bool) -> bool {
        let is_in_place =
            !self.is_below_much || self.is_at_top || is_page && !self.is_below_body && !self.is_below_most;
        is_in_place && (is_page || self.says_slug || !self.is_sentence)
    }

    /// Weights of a logistic model, times ten, rounded: the chance of a line to be the headline,
    /// against all other lines of its document and against there being none, on the labelled dumps
    /// (aeb, fundus, wcxb). Fitted on half of the pages they agree with those fitted on the other.
    fn likeness(&self) -> i32 {
        let weight = |sign: bool, weight: i32| if sign { weight } else { 0 };
        let up_to = |most: usize, number: usize| number.min(most) as i32;
        let echo = 6 * up_to(4, self.in_article) * self.in_article as i32 / (4 * self.telling.max(1)) as i32;
        let is_echoed = self.in_article >= 2 && self.in_article * 2 >= self.telling;
        4 * up_to(6, self.words)
            + echo
            + 4 * up_to(4, self.in_article)
            + 4 * up_to(4, self.in_lead)
            + 6 * up_to(4, self.in_slug)
            + weight(self.says_slug, 10)
            + weight(self.comes_again, 4)
            + weight(self.comes_again && is_echoed, 3)
            + weight(self.comes_again && is_echoed && self.above_body <= 15, 12)
            + weight(self.is_dated, 17)
            + weight(self.prose_above == 0, 18)
            - weight(self.is_below_much, 14)
            - weight(self.is_below_body, 11)
            - weight(self.words > 12, 4)
            - weight(self.words > 20, 7)
            - weight(self.is_item, 9)
            - weight(self.is_sentence, 13)
            - weight(self.is_sentence && !self.says_slug, 12)
            - 3 * up_to(40, self.above_body) / 10
            - 7 * up_to(12, self.above_prose) / 10
    }
}

/// A short line with a year or a time of day in it.
fn is_dated(line: &str) -> bool {
    if line.len() > 120 {
        return false;
    }
    let bytes = line.as_bytes();
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let is_year = |at: usize| {
        (bytes[at..].starts_with(b"20") || bytes[at..].starts_with(b"19"))
            && digit(at + 2)
            && digit(at + 3)
            && !digit(at + 4)
            && (at == 0 || !digit(at - 1))
    };
    let is_time = |at: usize| bytes[at] == b':' && at > 0 && digit(at - 1) && digit(at + 1) && digit(at + 2);
    (0..bytes.len()).any(|at| is_year(at) || is_time(at))
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

/// The largest run of prose in a document.
pub struct Body {
    /// Its first and its last block.
    pub first: usize,
    /// See `first`.
    pub last: usize,
    /// How many kept blocks stand above it.
    place: usize,
}

/// Where the article is: a whole page has prose above its article, too (a notice on cookies, a
/// teaser), and below it, but less. In a run, at most `GAP` other blocks stand between two of prose.
pub fn body(document: &Document) -> Option<Body> {
    let (mut best, mut most) = (None, 0);
    let mut run: Option<Body> = None;
    let (mut bytes, mut last_place) = (0, 0);
    for (place, (index, block)) in document.kept().enumerate() {
        if !is_prose(document.slice(block)) {
            continue;
        }
        if run.as_ref().is_none_or(|_| place - last_place > GAP + 1) {
            run = Some(Body { first: index, last: index, place });
            bytes = 0;
        }
        bytes += block.span.range().len();
        last_place = place;
        if let Some(run) = run.as_mut() {
            run.last = index;
            if bytes > most {
                (best, most) = (Some(Body { ..*run }), bytes);
            }
        }
    }
    best
}

/// Is this the text of a whole page, menus and all? It begins with them, half of its lines are short, and a third have
/// the three words or fewer of a menu's. In a text that a scraper cut out, lines below the first
/// few come again for reasons of their own: ingredients, rows of tables, questions.
pub fn is_whole_page(document: &Document) -> bool {
    let all = document.blocks.len();
    if all < 40 {
        return false;
    }
    let is_prose = |block: &Block| is_prose(document.slice(block));
    let begins_with_menus = !document.blocks.first().is_some_and(is_prose)
        && document.blocks.iter().take(4).filter(|block| is_prose(block)).count() < 2;
    let (mut below_four, mut below_six) = (0, 0);
    for block in &document.blocks {
        let words = words_up_to(document.slice(block), 6);
        below_four += usize::from(words < 4);
        below_six += usize::from(words < 6);
    }
    begins_with_menus && below_six * 2 >= all && below_four * 3 >= all
}

/// A copy in a list keeps its bullet or number: `* Headline`, `3. Headline`.
pub fn without_marker(line: &str) -> &str {
    let line = without_bullet(line);
    let rest = line.trim_start_matches(|c: char| c.is_ascii_digit());
    let numbered = rest.len() < line.len() && line.len() - rest.len() <= 2;
    match rest.strip_prefix(". ").filter(|_| numbered) {
        Some(text) => text,
        None => line,
    }
}

/// Words, signs that stand by themselves aside.
fn words_apart(line: &str) -> usize {
    words(&fold(line, Digits::Keep))
}

fn without_bullet(line: &str) -> &str {
    ["* ", "+ ", "- ", "• ", "o "].iter().find_map(|bullet| line.strip_prefix(bullet)).unwrap_or(line)
}

/// Could this be a headline, from its length, its end and its kind?
fn is_line_like(document: &Document, block: &Block) -> bool {
    let line = document.slice(block);
    let kind = !matches!(
        block.kind,
        BlockKind::Byline | BlockKind::Dateline | BlockKind::Caption | BlockKind::Table
    );
    let is_row = line.starts_with('|') || line.contains('\t');
    kind && !is_row
        && line.len() < LONG_LINE_BYTES
        && HEADLINE_WORDS.contains(&words_up_to(line, HEADLINE_WORDS.end() + 1))
        && !is_prose(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(lines: &[&str]) -> Document {
        let mut document = Document::from_text(lines.join("\n"));
        let mut start = 0;
        for line in lines {
            document.blocks.push(Block::new(start..start + line.len(), BlockKind::Paragraph));
            start += line.len() + 1;
        }
        document
    }

    fn found(document: &Document) -> Option<usize> {
        find(document).map(|found| found.index)
    }

    const PROSE: &str =
        "The bridge over the Aune reopens on Monday after eleven months of repairs, the council said.";

    #[test]
    fn the_line_above_the_prose_is_the_headline() {
        assert_eq!(found(&document(&["Share", "Old bridge opens again", PROSE])), Some(1));
        assert_eq!(found(&document(&["Share", PROSE, "Old bridge opens again"])), None);
    }

    #[test]
    fn the_records_title_decides() {
        let mut document = document(&["The best of the week", "Old bridge opens again", PROSE]);
        document.title = Some("Old Bridge Opens Again - The Harbour Courier".into());
        assert_eq!(found(&document), Some(1));
    }

    #[test]
    fn the_words_of_the_url_decide() {
        let mut document = document(&[
            "The best of the week",
            "Home and garden news",
            "Old bridge over the Aune opens again",
            PROSE,
        ]);
        document.url =
            Some("https://courier.example/news/old-bridge-over-aune-opens-again-1234567.html?utm=1".into());
        assert_eq!(found(&document), Some(2));
    }
}
