//! The kept lines of a document as numbers that can be counted: what each says, and beside what it
//! stands.
//!
//! A line is its folded form: case and punctuation do not matter, and runs of digits are all the same,
//! so that `12 comments` is `3 comments`. Furniture comes in runs, and so what stands beside what is
//! counted like a line. Both passes see a document through this file.

use copydesk_core::prose::{is_prose, words_up_to};
use copydesk_core::{Digits, Document, fold_into};
use foldhash::quality::FixedState;
use std::hash::BuildHasher;

use crate::count::Key;

/// A kept line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Line {
    /// Its index among the blocks.
    pub(crate) block: usize,
    pub(crate) says: u64,
    /// Too long to be furniture.
    pub(crate) is_long: bool,
    pub(crate) words: usize,
    pub(crate) is_prose: bool,
}

/// Stands for the number of pages among the lines of a site. Smaller than any line.
pub(crate) const PAGES: u64 = 0;
/// What stands above the first line, and below the last.
const TOP: u64 = 1;
const END: u64 = 2;
/// Numbers that no line has.
const RESERVED: u64 = 16;

/// The kept lines of a document. One of more than `max_words` is long: nothing stands beside it.
pub(crate) fn of(document: &Document, max_words: usize) -> Vec<Line> {
    let mut folded = String::new();
    let line = |(block, of): (usize, &copydesk_core::Block)| {
        let text = document.view(of);
        let words = words_up_to(&text, max_words + 1);
        let is_long = words > max_words;
        let says = if is_long { how_it_begins(&text) } else { what_it_says(&text, &mut folded) };
        Line { block, says, is_long, words, is_prose: is_prose(&text) }
    };
    document.kept().map(line).collect()
}

/// A line as a number. Lines without a letter are compared as they stand: numbers in tables are not
/// all the same.
pub(crate) fn what_it_says(text: &str, folded: &mut String) -> u64 {
    folded.clear();
    fold_into(text, Digits::Fold, folded);
    let has_letter = folded.bytes().any(|byte| !matches!(byte, b'#' | b' '));
    hash(if has_letter { folded } else { text.trim() })
}

/// A long line as a number: enough to tell copies of an article by, and no more to read.
fn how_it_begins(text: &str) -> u64 {
    hash(&text[..text.floor_char_boundary(100)])
}

/// A site as a number; no site is the largest.
pub(crate) fn site(name: &str) -> u64 {
    hash(name).min(u64::MAX - 1)
}

fn hash(text: &str) -> u64 {
    FixedState::default().hash_one(text).max(RESERVED)
}

/// What a line has above it and below it, as numbers; nothing beside a line that is too long.
pub(crate) fn beside(lines: &[Line], index: usize) -> [Option<u64>; 2] {
    let says = |at: usize| Some(lines[at].says).filter(|_| !lines[at].is_long);
    let above = if index == 0 { Some(TOP) } else { says(index - 1) };
    let below = if index + 1 == lines.len() { Some(END) } else { says(index + 1) };
    [pair(above, says(index)), pair(says(index), below)]
}

fn pair(above: Option<u64>, below: Option<u64>) -> Option<u64> {
    Some(FixedState::default().hash_one((above?, below?)).max(RESERVED))
}

/// The keys of a page: that it is one, its lines, and what stands beside what. Each once, however often
/// the page has it.
pub(crate) fn keys(site: u64, lines: &[Line]) -> Vec<Key> {
    let mut keys = Vec::with_capacity(2 * lines.len() + 2);
    keys.push(key(site, PAGES));
    for (index, line) in lines.iter().enumerate() {
        let [above, below] = beside(lines, index);
        let last = below.filter(|_| index + 1 == lines.len());
        keys.extend([Some(line.says), above, last].into_iter().flatten().map(|says| key(site, says)));
    }
    keys.sort_unstable();
    keys.dedup();
    keys
}

pub(crate) fn key(site: u64, says: u64) -> Key {
    Key::from(site) << 64 | Key::from(says)
}

/// Site and line of a key.
pub(crate) fn parts(key: Key) -> (u64, u64) {
    ((key >> 64) as u64, key as u64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::page;

    #[test]
    fn lines_are_the_same_but_for_case_and_numbers() {
        let says = |text: &str| what_it_says(text, &mut String::new());
        assert_eq!(says("12 Comments"), says("3 comments."));
        assert_ne!(says("Comments"), says("3 comments"));
        assert_ne!(says("12"), says("13"));
        assert_ne!(says("***"), says("|"));
    }

    #[test]
    fn a_line_counts_once_and_nothing_stands_beside_long_ones() {
        let lines = of(&page("", &["Home", "Home", "one two three four"]), 3);
        assert_eq!(lines.iter().map(|line| line.is_long).collect::<Vec<_>>(), [false, false, true]);
        // the page, both lines, the line at the top, the line beside itself
        assert_eq!(keys(7, &lines).len(), 5);
        assert_eq!(parts(keys(7, &lines)[0]), (7, PAGES));
    }

    #[test]
    fn neighbours_and_both_ends_are_counted() {
        let lines = of(&page("", &["Home", "News", "Sport"]), 60);
        assert_eq!(keys(7, &lines).len(), 1 + 3 + 4);
        let turned = of(&page("", &["News", "Home", "Sport"]), 60);
        assert_ne!(beside(&lines, 1), beside(&turned, 0));
    }
}
