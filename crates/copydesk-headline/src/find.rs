//! Which block is the headline?
//!
//! The title that came with the record says so, or else the words in the URL, or else the place:
//! the headline stands above the first prose of an article, or, in the text of a whole page, above
//! the largest run of it. What is done about copies of it is for `lib.rs` to say.

use copydesk_core::prose::{ends_with_stop, is_prose, words};
use copydesk_core::{Block, BlockKind, Digits, Document, fold, fold_into};

use crate::repeat::Headline;

/// A headline has so many words: of the 926 titles of the development pages (aeb, fundus, wcxb) 98 %
/// have at least 3, and none has more than 30.
const HEADLINE_WORDS: std::ops::RangeInclusive<usize> = 3..=30;
/// Without a title or a URL, only so many blocks above the body can be the headline.
const NEAR_BODY: usize = 40;
/// In a text that is no whole page, only the first so many lines can be a headline that comes again.
const TOP: usize = 4;
/// A title or a line of so many bytes is no headline: thirty words have 200 to 600.
pub(crate) const LONG_LINE_BYTES: usize = 1000;
/// So many blocks that are not prose may stand inside the body: sub-heads, lists, labels.
const GAP: usize = 6;
/// A copy of the headline has at most so many bytes beside it: the name of a site.
const BESIDE: usize = 60;
/// A title or a URL is looked for in so many blocks; below, only furniture repeats it.
const WITHIN: usize = 400;

/// The index of the headline among a document's blocks.
pub(crate) fn headline(document: &Document) -> Option<usize> {
    let marked = document.kept().find(|(_, block)| block.kind == BlockKind::Title).map(|(index, _)| index);
    marked.or_else(|| by_title(document)).or_else(|| by_likeness(document))
}

/// The first block that says the record's title, whole or in other dress.
fn by_title(document: &Document) -> Option<usize> {
    let title = Headline::new(document.title.as_deref().filter(|title| title.len() < LONG_LINE_BYTES)?);
    let mut folded = String::new();
    let says_title = |(_, block): &(usize, &Block)| {
        if block.span.range().len() > title.longest_copy() {
            return false;
        }
        let line = document.view(block);
        folded.clear();
        fold_into(crate::without_marker(&line), Digits::Keep, &mut folded);
        title.repeated_by(&line, &folded).is_some()
    };
    document.kept().take(WITHIN).find(says_title).map(|(index, _)| index)
}

/// The line that looks most like a headline, of those that stand above the body or say the words
/// of the URL; of equals, the first.
fn by_likeness(document: &Document) -> Option<usize> {
    let is_page = is_whole_page(document);
    let body = if is_page { start_of_body(document)? } else { first_prose(document)? };
    let near = document.kept().take_while(|(index, _)| *index <= body).count().saturating_sub(NEAR_BODY);
    let slug = document.url.as_deref().map_or_else(Vec::new, slug_words);
    let mut best = None;
    for (place, (index, block)) in document.kept().take(WITHIN).enumerate() {
        let may_repeat = is_page || place < TOP;
        let signs = Signs::of(document, index, block, &slug, may_repeat);
        let is_near = index <= body && place >= near;
        let likeness = signs.filter(|signs| is_near || signs.says_slug).map_or(0, |signs| signs.likeness());
        if likeness > best.map_or(0, |(most, _)| most) {
            best = Some((likeness, index));
        }
    }
    best.map(|(_, index)| first_copy(document, index))
}

/// The first line that says the headline, where a later copy of it looked more like one.
fn first_copy(document: &Document, index: usize) -> usize {
    let line = document.slice(&document.blocks[index]);
    let folded = fold(crate::without_marker(line), Digits::Keep);
    let says_it = |(_, block): &(usize, &Block)| {
        let other = document.slice(block);
        other.len().abs_diff(line.len()) <= BESIDE
            && is_line_like(document, block)
            && Headline::new(other).repeated_by(line, &folded).is_some()
    };
    document.kept().take_while(|(above, _)| *above < index).find(says_it).map_or(index, |(above, _)| above)
}

/// What speaks for a line as a headline.
struct Signs {
    words: usize,
    /// It stands again further down, alone or beside a site's name.
    comes_again: bool,
    /// Words that it shares with the URL; enough of them say the same.
    in_slug: usize,
    says_slug: bool,
    /// Most of its words have digits, as in a date, or commas behind them, as in a list of tags.
    is_list: bool,
}

impl Signs {
    fn of(
        document: &Document,
        index: usize,
        block: &Block,
        slug: &[String],
        may_repeat: bool,
    ) -> Option<Self> {
        if !is_line_like(document, block) {
            return None;
        }
        let line = document.slice(block);
        let folded = fold(line, Digits::Keep);
        let telling: Vec<&str> = folded.split(' ').filter(|word| is_telling(word)).collect();
        let in_slug = telling.iter().filter(|word| slug.iter().any(|part| part == *word)).count();
        let in_line = slug.iter().filter(|part| telling.contains(&part.as_str())).count();
        // slugs leave short words out, are cut off, or tell an earlier version of the headline
        let says_slug =
            slug.len() >= 4 && in_slug >= 3 && in_slug * 4 >= telling.len() && in_line * 2 >= slug.len();
        let comes_again = (may_repeat || says_slug) && comes_again(document, index, line);
        if ends_with_stop(line) && !comes_again {
            return None;
        }
        let words = words(line);
        let numbers =
            line.split_whitespace().filter(|word| word.bytes().any(|byte| byte.is_ascii_digit())).count();
        let items = numbers.max(line.matches([',', '،', '、']).count());
        Some(Signs { words, comes_again, in_slug, says_slug, is_list: items >= 2 && items * 4 >= words })
    }

    /// Weights by hand, on the page dumps of the labelled lines (aeb, development half): a second
    /// copy and a full match with the URL are the strongest signs, six words are as good as
    /// twenty, and a list of numbers is a date.
    fn likeness(&self) -> i32 {
        let weight = |sign: bool, weight: i32| if sign { weight } else { 0 };
        self.words.min(6) as i32
            + weight(self.comes_again, 8)
            + weight(self.says_slug, 6)
            + self.in_slug.min(4) as i32
            - weight(self.words > 20, 4)
            - weight(self.is_list, 6)
    }
}

/// The words of the part of a URL's path that has most of them.
fn slug_words(url: &str) -> Vec<String> {
    let path =
        url.split_once("//").map_or(url, |(_, rest)| rest).split(['?', '#']).next().unwrap_or_default();
    let part =
        path.split('/').skip(1).max_by_key(|part| part.matches(['-', '_']).count()).unwrap_or_default();
    fold(part, Digits::Keep).split(' ').filter(|word| is_telling(word)).map(str::to_owned).collect()
}

/// Short words and long numbers (the ids of a content system) tell nothing of a headline.
fn is_telling(word: &str) -> bool {
    word.len() >= 3 && !(word.len() >= 5 && word.bytes().all(|byte| byte.is_ascii_digit())) && word != "html"
}

/// In a text that a scraper cut out, nothing but labels stands above the headline.
fn first_prose(document: &Document) -> Option<usize> {
    document.kept().find(|(_, block)| is_prose(document.slice(block))).map(|(index, _)| index)
}

/// Where the largest run of prose begins: a whole page has prose above its article, too (a notice
/// on cookies, a teaser), but less of it. In a run, at most `GAP` other blocks stand between two of
/// prose.
fn start_of_body(document: &Document) -> Option<usize> {
    let (mut best, mut run) = ((0, None), (0, None));
    let mut last_prose = 0;
    for (place, (index, block)) in
        document.kept().enumerate().filter(|(_, (_, block))| is_prose(document.slice(block)))
    {
        if run.1.is_none() || place - last_prose > GAP {
            run = (0, Some(index));
        }
        run.0 += block.span.range().len();
        last_prose = place;
        if run.0 > best.0 {
            best = run;
        }
    }
    best.1
}

/// Is this the text of a whole page, menus and all? It begins with them, half of its lines are short, and a third have
/// the three words or fewer of a menu's. In a text that a scraper cut out, lines below the first
/// few come again for reasons of their own: ingredients, rows of tables, questions.
pub(crate) fn is_whole_page(document: &Document) -> bool {
    let all = document.blocks.len();
    let shorter_than =
        |most: usize| document.blocks.iter().filter(|block| words(document.slice(block)) < most).count();
    let is_prose = |block: &Block| is_prose(document.slice(block));
    let begins_with_menus = !document.blocks.first().is_some_and(is_prose)
        && document.blocks.iter().take(4).filter(|block| is_prose(block)).count() < 2;
    all >= 40 && begins_with_menus && shorter_than(6) * 2 >= all && shorter_than(4) * 3 >= all
}

/// Does the line stand again further down: alone, or at one end of a line that is little longer, or
/// shorter by as much? Three words and fewer recur by chance.
fn comes_again(document: &Document, index: usize, line: &str) -> bool {
    let line = bare(line);
    let again = |other: &Block| {
        let other = document.slice(other);
        if other.len() > line.len() + 2 * BESIDE {
            return false;
        }
        let other = bare(other);
        let (short, long) = if other.len() < line.len() { (other, line) } else { (line, other) };
        long.len() - short.len() <= BESIDE
            && stands_at_end(short, long)
            && words(short) > *HEADLINE_WORDS.start()
    };
    line.len() > 12 && document.blocks[index + 1..].iter().any(again)
}

fn stands_at_end(short: &str, long: &str) -> bool {
    let (short, long) = (short.as_bytes(), long.as_bytes());
    long[long.len() - short.len()..].eq_ignore_ascii_case(short)
        || long[..short.len()].eq_ignore_ascii_case(short)
}

fn bare(line: &str) -> &str {
    line.trim_matches(|c: char| !c.is_alphanumeric())
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
        && HEADLINE_WORDS.contains(&words(line))
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

    const PROSE: &str =
        "The bridge over the Aune reopens on Monday after eleven months of repairs, the council said.";

    #[test]
    fn the_line_above_the_prose_is_the_headline() {
        assert_eq!(headline(&document(&["Share", "Old bridge opens again", PROSE])), Some(1));
        assert_eq!(headline(&document(&["Share", PROSE, "Old bridge opens again"])), None);
    }

    #[test]
    fn the_records_title_decides() {
        let mut document = document(&["The best of the week", "Old bridge opens again", PROSE]);
        document.title = Some("Old Bridge Opens Again - The Harbour Courier".into());
        assert_eq!(headline(&document), Some(1));
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
        assert_eq!(headline(&document), Some(2));
    }
}
