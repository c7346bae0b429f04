//! The lines of a document by their length: which are prose, which could be a headline, where the
//! article lies, and whether all of it is the text of a whole page.
//!
//! Words are counted once for every line, no further than a headline has them; who asks for the
//! headline and who strikes its copies read the same counts. What the lines say is for others.

use crate::prose::{ends_with_stop, is_prose_of, words_up_to};
use crate::{Block, BlockKind, Document};

/// A headline has so many words: of the 926 titles of the development pages (aeb, fundus, wcxb) 98 %
/// have at least 3, and none has more than 30.
const HEADLINE_WORDS: std::ops::RangeInclusive<usize> = 3..=30;
/// Lines of more words are all alike.
const MOST_WORDS: usize = *HEADLINE_WORDS.end() + 1;
/// A title or a line of so many bytes is no headline: thirty words have 200 to 600.
pub(super) const LONG_LINE_BYTES: usize = 1000;
/// So many blocks that are not prose may stand inside the body: sub-heads, lists, labels.
const GAP: usize = 6;

/// What the length of every line of a document tells.
pub struct Lines {
    all: Vec<Line>,
}

#[derive(Clone, Copy)]
struct Line {
    words: u8,
    is_prose: bool,
    is_kept: bool,
}

/// The largest run of prose in a document.
#[derive(Clone, Copy)]
pub struct Body {
    /// Its first and its last block.
    pub first: usize,
    /// See `first`.
    pub last: usize,
    /// How many kept blocks stand above it.
    pub(super) place: usize,
}

impl Lines {
    /// Counts the words of all blocks.
    pub fn of(document: &Document) -> Self {
        Lines { all: document.blocks.iter().map(|block| Line::of(document.slice(block), block)).collect() }
    }

    /// Is the block a paragraph of running text?
    pub fn is_prose(&self, index: usize) -> bool {
        self.all[index].is_prose
    }

    /// The words of a block, counted no further than a headline has them.
    pub(super) fn words(&self, index: usize) -> usize {
        usize::from(self.all[index].words)
    }

    /// The kept blocks of prose, by index.
    pub(super) fn prose(&self) -> impl DoubleEndedIterator<Item = usize> {
        let lines = self.all.iter().enumerate();
        lines.filter(|(_, line)| line.is_kept && line.is_prose).map(|(index, _)| index)
    }

    /// The last kept block of prose.
    pub fn last_prose(&self) -> Option<usize> {
        self.prose().next_back()
    }

    /// Where the article is: a whole page has prose above its article, too (a notice on cookies, a
    /// teaser), and below it, but less. In a run, at most `GAP` other blocks stand between two of prose.
    pub fn body(&self, document: &Document) -> Option<Body> {
        let (mut best, mut most) = (None, 0);
        let mut run: Option<Body> = None;
        let (mut bytes, mut last_place) = (0, 0);
        let kept = self.all.iter().enumerate().filter(|(_, line)| line.is_kept);
        for (place, (index, _)) in kept.enumerate().filter(|(_, (_, line))| line.is_prose) {
            let goes_on = run.filter(|_| place - last_place <= GAP + 1);
            bytes = if goes_on.is_some() { bytes } else { 0 };
            bytes += document.blocks[index].span.range().len();
            let body = Body { last: index, ..goes_on.unwrap_or(Body { first: index, last: index, place }) };
            (run, last_place) = (Some(body), place);
            if bytes > most {
                (best, most) = (run, bytes);
            }
        }
        best
    }

    /// Is this the text of a whole page, menus and all? It begins with them, half of its lines are short, and a third have
    /// the three words or fewer of a menu's. In a text that a scraper cut out, lines below the first
    /// few come again for reasons of their own: ingredients, rows of tables, questions.
    pub fn is_whole_page(&self) -> bool {
        let all = self.all.len();
        let below = |words: u8| self.all.iter().filter(|line| line.words < words).count();
        all >= 40 && self.begins_with_menus() && below(6) * 2 >= all && below(4) * 3 >= all
    }

    fn begins_with_menus(&self) -> bool {
        let top = &self.all[..self.all.len().min(4)];
        let prose = top.iter().filter(|line| line.is_prose).count();
        prose < 2 && !top.first().is_some_and(|line| line.is_prose)
    }

    /// Could this be a headline, from its length, its end and its kind?
    pub(super) fn is_headline_like(&self, document: &Document, index: usize) -> bool {
        let line = self.all[index];
        HEADLINE_WORDS.contains(&usize::from(line.words))
            && !line.is_prose
            && is_line(document, &document.blocks[index])
    }
}

impl Line {
    fn of(text: &str, block: &Block) -> Self {
        let words = words_up_to(text, MOST_WORDS);
        let is_prose = is_prose_of(words, || ends_with_stop(text));
        Line { words: words as u8, is_prose, is_kept: block.is_kept() }
    }
}

/// No name, no caption, no row of a table.
fn is_line(document: &Document, block: &Block) -> bool {
    use BlockKind::{Byline, Caption, Dateline, Table};
    let line = document.slice(block);
    !matches!(block.kind, Byline | Dateline | Caption | Table)
        && !line.starts_with('|')
        && line.len() < LONG_LINE_BYTES
        && !line.contains('\t')
}
