//! The words of a text, as hashes.
//!
//! Words are those of Unicode's word segmentation (UAX #29) in lower case; what is between them is
//! passed over, and so is what nobody sees inside them. In scripts without spaces each character is a word
//! of its own. Runs of ASCII, which are most of most dumps, take a fast path that finds the same words.
//! Nothing is allocated but room in lists that the caller keeps. What the words are for is not known here.

use copydesk_core::prose::is_unspaced;
use unicode_segmentation::UnicodeSegmentation;

use crate::mix::{fold, hash_ascii, hash_lower, hash_short_ascii};

/// The words of one text.
#[derive(Debug, Default)]
pub(crate) struct Words {
    /// Each word, in order. Half of its hash is enough to compare the words of two texts.
    pub(crate) hashes: Vec<u32>,
    /// How many of them are characters of scripts without spaces.
    unspaced: usize,
    key: [u64; 2],
    lower: Vec<u8>,
}

impl Words {
    /// Begins a new text.
    pub(crate) fn clear(&mut self) {
        self.hashes.clear();
        self.unspaced = 0;
        self.key = [0x243f_6a88_85a3_08d3, 0x1319_8a2e_0370_7344];
    }

    /// Adds a piece of the text that no word reaches beyond, such as a block.
    pub(crate) fn read(&mut self, text: &str) {
        let bytes = text.as_bytes();
        let mut at = 0;
        while let Some(start) = next_word(bytes, at) {
            at = if let Some((hash, end)) = short_word(bytes, start) {
                self.push(hash);
                end
            } else if is_mark(&bytes[start..]) {
                start + MARK
            } else if let Some(end) = end_of_word(bytes, start) {
                self.push_ascii(&bytes[start..end]);
                end
            } else {
                self.read_foreign(text, start)
            };
        }
    }

    /// All words and their order as one number: equal for texts of the same words.
    pub(crate) fn key(&self) -> [u64; 2] {
        let length = self.hashes.len() as u64;
        self.key.map(|half| fold(half ^ length, 0xd6e8_feb8_6659_fd93))
    }

    /// Is most of the text in a script without spaces?
    pub(crate) fn is_unspaced(&self) -> bool {
        2 * self.unspaced > self.hashes.len()
    }

    #[inline]
    fn push(&mut self, hash: u64) {
        self.hashes.push(hash as u32);
        self.key[0] = fold(self.key[0] ^ hash, 0xa076_1d64_78bd_642f);
        self.key[1] = (self.key[1].rotate_left(23) ^ hash).wrapping_mul(0xe703_7ed1_a0b4_28db);
    }

    #[inline]
    fn push_ascii(&mut self, word: &[u8]) {
        // a line of underscores is no word
        if word[0] != b'_' || word.iter().any(|byte| *byte != b'_') {
            self.push(hash_ascii(word));
        }
    }

    /// Adds the words from `start` up to the next white space; where that is.
    fn read_foreign(&mut self, text: &str, start: usize) -> usize {
        let rest = &text[start..];
        let end = rest.find(|letter: char| letter.is_ascii_whitespace()).unwrap_or(rest.len());
        for word in rest[..end].unicode_words() {
            self.push_foreign(word);
        }
        start + end
    }

    fn push_foreign(&mut self, word: &str) {
        if word.chars().any(is_unspaced) {
            for letter in word.chars() {
                self.unspaced += 1;
                self.push(hash_lower(letter.encode_utf8(&mut [0; 4]).as_bytes()));
            }
            return;
        }
        self.lower.clear();
        word.chars().for_each(|letter| push_lower(letter, &mut self.lower));
        let hash = hash_lower(&self.lower);
        self.push(hash);
    }
}

/// Appends a letter in the form that words are compared in, which for ASCII is that of [`hash_ascii`].
fn push_lower(letter: char, lower: &mut Vec<u8>) {
    match letter {
        _ if letter.is_ascii() => lower.push(letter as u8 | 0x20),
        '\u{2019}' => lower.push(b'\''),
        '\u{ad}' | '\u{307}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' => {}
        _ => letter.to_lowercase().for_each(|letter| {
            lower.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
        }),
    }
}

/// What a byte is to a word.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Other,
    Letter,
    Digit,
    /// The low line: joins whatever it stands between.
    Join,
    /// Stands inside words between letters: `:`.
    MidLetter,
    /// Between digits: `,` and `;`.
    MidDigit,
    /// Between letters and between digits: `.` and `'`.
    MidBoth,
    /// Part of a character beyond ASCII.
    Foreign,
}

use Class::{Digit, Foreign, Join, Letter, MidBoth, MidDigit, MidLetter};

const CLASSES: [Class; 256] = {
    let mut classes = [Class::Other; 256];
    let mut byte: usize = 0;
    while byte < 256 {
        classes[byte] = match byte as u8 {
            b'a'..=b'z' | b'A'..=b'Z' => Letter,
            b'0'..=b'9' => Digit,
            b'_' => Join,
            b':' => MidLetter,
            b',' | b';' => MidDigit,
            b'.' | b'\'' => MidBoth,
            0x80.. => Foreign,
            _ => Class::Other,
        };
        byte += 1;
    }
    classes
};

/// Does a byte begin a word, or a character that may?
const STARTS: [bool; 256] = {
    let mut starts = [false; 256];
    let mut byte: usize = 0;
    while byte < 256 {
        starts[byte] = matches!(CLASSES[byte], Letter | Digit | Join | Foreign);
        byte += 1;
    }
    starts
};

#[inline]
fn class(byte: u8) -> Class {
    CLASSES[usize::from(byte)]
}

/// Where the next word begins, or a character beyond ASCII.
#[inline]
fn next_word(bytes: &[u8], from: usize) -> Option<usize> {
    let is_start = |byte: &u8| STARTS[usize::from(*byte)];
    bytes[from..].iter().position(is_start).map(|ahead| from + ahead)
}

/// Nothing that could belong to a word, but for the end of the text.
#[inline]
fn is_other(bytes: &[u8]) -> bool {
    bytes.first().is_some_and(|byte| class(*byte) == Class::Other) || is_mark(bytes)
}

/// Bytes of a dash or a quotation mark in UTF-8.
const MARK: usize = 3;

/// Dashes, quotation marks and the ellipsis, U+2010 to U+2026 but for those that can stand inside words: most of
/// what English has beyond ASCII.
#[inline]
fn is_mark(bytes: &[u8]) -> bool {
    matches!(bytes, [0xe2, 0x80, 0x90..=0x97 | 0x9a..=0xa3 | 0xa6, ..])
}

/// A word of up to eight letters or digits, as nearly all are, with where it ends. Eight bytes are looked at as
/// one number; whatever is not plain is left to [`end_of_word`].
#[inline]
fn short_word(bytes: &[u8], start: usize) -> Option<(u64, usize)> {
    let eight = u64::from_le_bytes(*bytes[start..].first_chunk()?);
    let length = (!is_letter_or_digit(eight) & HIGH).trailing_zeros() / 8;
    let end = start + length as usize;
    let mark = class(*bytes.get(end)?);
    let ends = mark == Class::Other || ends_at_mark(bytes, end, mark);
    (ends && length > 0).then(|| (hash_short_ascii(eight, length), end))
}

/// Does a word end before this mark, whatever stands behind the next byte? On a path of its own: most words end at a space,
/// and the processor foresees that.
#[inline(never)]
fn ends_at_mark(bytes: &[u8], at: usize, mark: Class) -> bool {
    match mark {
        MidLetter | MidDigit | MidBoth => is_other(&bytes[at + 1..]),
        Foreign => is_mark(&bytes[at..]),
        _ => false,
    }
}

/// The high bit of each of eight bytes.
const HIGH: u64 = 0x8080_8080_8080_8080;

/// Sets the high bit of each byte that is a letter or a digit of ASCII. No sum carries into the next byte.
#[inline]
fn is_letter_or_digit(eight: u64) -> u64 {
    const fn each(byte: u8) -> u64 {
        0x0101_0101_0101_0101 * byte as u64
    }
    let low = eight & !HIGH;
    let small = low | each(0x20);
    let letter = (small + each(0x80 - b'a')) & !(small + each(0x80 - b'z' - 1));
    let digit = (low + each(0x80 - b'0')) & !(low + each(0x80 - b'9' - 1));
    (letter | digit) & !eight & HIGH
}

/// Where a word of ASCII ends; `None` where it meets a character beyond ASCII, which may belong to it.
#[inline]
fn end_of_word(bytes: &[u8], start: usize) -> Option<usize> {
    let mut at = start;
    loop {
        let is_inside = |byte: &u8| matches!(class(*byte), Letter | Digit | Join);
        at += bytes[at..].iter().position(|byte| !is_inside(byte)).unwrap_or(bytes.len() - at);
        let Some(mark) = bytes.get(at) else { return Some(at) };
        let mark = class(*mark);
        if mark == Foreign {
            return is_mark(&bytes[at..]).then_some(at);
        }
        let ahead = bytes.get(at + 1).map_or(Class::Other, |byte| class(*byte));
        if mark == Class::Other || ahead == Class::Other || is_mark(&bytes[at + 1..]) {
            return Some(at);
        }
        match (class(bytes[at - 1]), mark, ahead) {
            (_, _, Foreign) => return None,
            (Letter, MidLetter | MidBoth, Letter) | (Digit, MidDigit | MidBoth, Digit) => at += 1,
            _ => return Some(at),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn words(text: &str) -> Words {
        let mut words = Words::default();
        words.clear();
        words.read(text);
        words
    }

    fn by_the_standard(text: &str) -> Vec<u32> {
        text.unicode_words().map(|word| hash_lower(&word_form(word)) as u32).collect()
    }

    fn word_form(word: &str) -> Vec<u8> {
        let mut lower = Vec::new();
        word.chars().for_each(|letter| push_lower(letter, &mut lower));
        lower
    }

    proptest! {
        /// The fast path finds what the standard calls words.
        #[test]
        fn words_of_ascii_are_those_of_the_standard(text in "[ -~\n\t]{0,60}|[aB0_.,:;' ]{0,30}") {
            prop_assert_eq!(words(&text).hashes, by_the_standard(&text));
        }

        /// So are those between dashes and quotation marks.
        #[test]
        fn marks_part_words(text in "[a-c.,'9 \u{2010}-\u{2026}]{0,30}") {
            prop_assert_eq!(words(&text).hashes, by_the_standard(&text));
        }

        /// Any text gives words, and a text beside white space the same ones.
        #[test]
        fn white_space_parts_words(left in "\\PC{0,30}", right in "\\PC{0,30}") {
            let mut together = words(&left).hashes;
            together.extend(words(&right).hashes);
            prop_assert_eq!(words(&format!("{left}\n{right}")).hashes, together);
        }
    }

    #[test]
    fn case_punctuation_and_what_nobody_sees_do_not_matter() {
        let one = words("The bridge, built in 1,851, doesn't open: “not yet”.");
        let two = words("the BRIDGE built in 1,851 — doesn’t open; not\u{a0}ye\u{ad}t");
        assert_eq!((one.hashes.len(), one.key()), (9, two.key()));
        assert_ne!(one.key(), words("The bridge, built in 1,851, doesn't open: not now.").key());
        assert_ne!(words("a b").key(), words("b a").key());
    }

    #[test]
    fn letters_beyond_ascii_stay_in_their_words() {
        assert_eq!(words("Café-Besuch in Łódź").hashes, by_the_standard("café besuch in łódź"));
        assert_eq!(words("a.é x").hashes, by_the_standard("a.é x"));
    }

    #[test]
    fn characters_are_words_where_there_are_no_spaces() {
        let text = words("大桥周一重新开放");
        assert_eq!((text.hashes.len(), text.is_unspaced()), (8, true));
        assert!(!words("The 大桥 bridge over the Aune").is_unspaced());
    }
}
