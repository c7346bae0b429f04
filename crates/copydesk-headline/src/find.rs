//! Which block is the headline?
//!
//! The title that came with the record says so, or else the words in the URL, or else the place:
//! the headline stands above the first paragraph of prose.

use copydesk_core::prose::{ends_with_stop, is_prose, words};
use copydesk_core::{Block, BlockKind, Digits, Document, fold};

/// A headline has so many words. Both ends from the titles of the development pages (aeb, fundus,
/// wcxb): 99 % have at least 3, and 99.5 % at most 30.
const HEADLINE_WORDS: std::ops::RangeInclusive<usize> = 3..=30;
/// Without a title or a URL, only so many blocks above the first prose can be the headline.
const NEAR_PROSE: usize = 8;
/// A title or a URL is looked for in so many blocks; below, only furniture repeats it.
const WITHIN: usize = 400;

/// The index of the headline among a document's blocks.
pub(crate) fn headline(document: &Document) -> Option<usize> {
    let marked = document.kept().find(|(_, block)| block.kind == BlockKind::Title).map(|(index, _)| index);
    marked.or_else(|| by_title(document)).or_else(|| by_url(document)).or_else(|| by_place(document))
}

/// The first block that says the record's title, whole or without the name of the site.
fn by_title(document: &Document) -> Option<usize> {
    let title = crate::repeat::Headline::new(document.title.as_deref()?);
    let mut folded = String::new();
    let says_title = |(_, block): &(usize, &Block)| {
        if block.span.range().len() > title.longest_copy() {
            return false;
        }
        let line = document.view(block);
        folded.clear();
        copydesk_core::fold_into(crate::without_marker(&line), Digits::Keep, &mut folded);
        title.repeated_by(&line, &folded).is_some()
    };
    document.kept().take(WITHIN).find(says_title).map(|(index, _)| index)
}

/// The first line whose words are those of the URL's last part:
/// `/2016/04/05/bridge-over-the-aune-reopens.html`.
fn by_url(document: &Document) -> Option<usize> {
    let slug = slug_words(document.url.as_deref()?)?;
    let says_slug = |(_, block): &(usize, &Block)| is_line_like(document, block) && shares_words(document.slice(block), &slug);
    document.kept().take(WITHIN).find(says_slug).map(|(index, _)| index)
}

/// The words of the longest part of a URL's path; at least four, or they could be anything.
fn slug_words(url: &str) -> Option<Vec<String>> {
    let path = url.split_once("//").map_or(url, |(_, rest)| rest).split(['?', '#']).next()?;
    let part = path.split('/').skip(1).max_by_key(|part| part.matches(['-', '_']).count())?;
    let words: Vec<_> = fold(part, Digits::Keep).split(' ').filter(|word| is_telling(word)).map(str::to_owned).collect();
    (words.len() >= 4).then_some(words)
}

/// Short words and long numbers (the ids of a content system) tell nothing of a headline.
fn is_telling(word: &str) -> bool {
    word.len() >= 3 && !(word.len() >= 5 && word.bytes().all(|byte| byte.is_ascii_digit())) && word != "html"
}

/// Most of a headline's words are in its URL, and the other way round. Slugs leave short words
/// out, are cut off at some length, and may tell an earlier version of the headline.
fn shares_words(line: &str, slug: &[String]) -> bool {
    let folded = fold(line, Digits::Keep);
    let words: Vec<&str> = folded.split(' ').filter(|word| is_telling(word)).collect();
    let in_slug = words.iter().filter(|word| slug.iter().any(|part| part == *word)).count();
    let in_line = slug.iter().filter(|part| words.contains(&part.as_str())).count();
    in_slug >= 3 && in_slug * 10 >= words.len() * 6 && in_line * 10 >= slug.len() * 6
}

/// The first line above the first prose that has the length of a headline; a line that comes
/// again further down is preferred, because pages repeat their headline.
fn by_place(document: &Document) -> Option<usize> {
    let prose = document.kept().position(|(_, block)| is_prose(document.slice(block)))?;
    let above: Vec<(usize, &Block)> = document.kept().take(prose).collect();
    let near = above.len().saturating_sub(NEAR_PROSE);
    let candidates = || above[near..].iter().filter(|(_, block)| is_line_like(document, block));
    let repeated = candidates().find(|(index, block)| comes_again(document, *index, block));
    repeated.or_else(|| candidates().next()).map(|&(index, _)| index)
}

fn comes_again(document: &Document, index: usize, block: &Block) -> bool {
    let line = document.slice(block);
    let same = |other: &Block| other.is_kept() && document.slice(other).eq_ignore_ascii_case(line);
    words(line) > *HEADLINE_WORDS.start() && document.blocks[index + 1..].iter().any(same)
}

/// Could this be a headline, from its length, its end and its kind?
fn is_line_like(document: &Document, block: &Block) -> bool {
    let line = document.slice(block);
    let kind = !matches!(block.kind, BlockKind::Byline | BlockKind::Dateline | BlockKind::Caption | BlockKind::Table);
    kind && line.len() < 1000 && HEADLINE_WORDS.contains(&words(line)) && !ends_with_stop(line)
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

    const PROSE: &str = "The bridge over the Aune reopens on Monday after eleven months of repairs, the council said.";

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
        let mut document = document(&["The best of the week", "Home and garden news", "Old bridge over the Aune opens again", PROSE]);
        document.url = Some("https://courier.example/news/old-bridge-over-aune-opens-again-1234567.html?utm=1".into());
        assert_eq!(headline(&document), Some(2));
    }
}
