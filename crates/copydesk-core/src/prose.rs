//! Words and sentences, in any script: is this line prose, does it name an author?
//!
//! Stages tell the body of an article from what surrounds it by its prose. They have to agree on
//! what that is, so it is said here, once.

use crate::{Block, Document};

/// A line of so many words is prose. Set by hand: no title of the development pages (aeb, fundus,
/// wcxb) is as long but 1 %, and captions and pitches mostly are shorter.
const WORDS: usize = 25;
/// A line that ends like a sentence is prose from so many words on. With 12, headlines of two
/// sentences counted as prose, and repeats of them stayed (page dumps of aeb, development half).
const WORDS_OF_A_SENTENCE: usize = 15;

/// How many words a line has; in scripts without spaces two characters count as one.
pub fn words(line: &str) -> usize {
    words_up_to(line, usize::MAX)
}

/// How many words a line has, counted no further than `most`.
pub fn words_up_to(line: &str, most: usize) -> usize {
    let mut count = Count::default();
    let mut rest = line;
    // in pieces, so that a long line is given up early
    while !rest.is_empty() && count.words() < most {
        let (piece, behind) = rest.split_at(rest.floor_char_boundary(PIECE));
        count.add(piece);
        rest = behind;
    }
    count.words().min(most)
}

const PIECE: usize = 64;

/// Words as far as a line has been read.
#[derive(Default)]
struct Count {
    spaced: usize,
    unspaced: usize,
    is_inside: bool,
}

impl Count {
    fn words(&self) -> usize {
        self.spaced.max(self.unspaced / 2)
    }

    fn add(&mut self, piece: &str) {
        if piece.is_ascii() { self.add_ascii(piece.as_bytes()) } else { self.add_letters(piece) }
    }

    /// Counts where a word begins: the first byte by what stood before it, the others by pairs.
    fn add_ascii(&mut self, piece: &[u8]) {
        let begins = |before: bool, byte: u8| u8::from(before & !is_ascii_space(byte));
        let first = begins(!self.is_inside, piece[0]);
        let pairs = piece.iter().zip(&piece[1..]);
        let others: u8 = pairs.map(|(before, byte)| begins(is_ascii_space(*before), *byte)).sum();
        self.spaced += usize::from(first + others);
        self.is_inside = !is_ascii_space(piece[piece.len() - 1]);
    }

    fn add_letters(&mut self, piece: &str) {
        for letter in piece.chars() {
            let is_space = letter.is_whitespace();
            self.spaced += usize::from(!self.is_inside && !is_space);
            self.unspaced += usize::from(is_unspaced(letter));
            self.is_inside = !is_space;
        }
    }
}

/// What Unicode calls white space, of ASCII.
fn is_ascii_space(byte: u8) -> bool {
    byte == b' ' || byte.wrapping_sub(b'\t') < 5
}

/// Thai, Lao, Khmer and Burmese; kana and Han.
pub fn is_unspaced(letter: char) -> bool {
    let blocks = [
        0x0E00..=0x0EFF,
        0x1000..=0x109F,
        0x1780..=0x17FF,
        0x3040..=0x30FF,
        0x3400..=0x9FFF,
        0x20000..=0x3FFFF,
    ];
    letter >= '\u{0E00}' && blocks.iter().any(|block| block.contains(&u32::from(letter)))
}

/// Does the line end with a full stop, in any script, closing quotes and brackets aside? An
/// ellipsis is none. Question and exclamation marks end headlines too, and do not count.
pub fn ends_with_stop(line: &str) -> bool {
    let line = line.trim_end_matches(['"', '\'', '”', '’', '»', '“', ')', '」', '』', '）']);
    line.ends_with(['.', '。', '｡', '।', '۔', '։', '።']) && !line.ends_with("...")
}

/// Is the line a paragraph of running text, by its length and its end?
pub fn is_prose(line: &str) -> bool {
    is_prose_of(words_up_to(line, WORDS), || ends_with_stop(line))
}

/// The same of a line whose words have been counted, which `is_sentence` looks at the end of.
pub(crate) fn is_prose_of(words: usize, is_sentence: impl FnOnce() -> bool) -> bool {
    words >= WORDS || words >= WORDS_OF_A_SENTENCE && is_sentence()
}

/// Does the line name who wrote the text, and nothing else? `By Ana Lund and Max Muster`: a
/// preposition that no sentence without a verb begins with, two to eight words that are names or
/// join them, no end mark.
pub fn is_byline(line: &str) -> bool {
    const PREPOSITIONS: [&str; 14] = [
        "By ", "BY ", "by ", "Von ", "VON ", "Par ", "PAR ", "Por ", "POR ", "Door ", "DOOR ", "Di ", "Av ",
        "Af ",
    ];
    const JOINING: [&str; 14] =
        ["and", "und", "et", "y", "e", "en", "och", "og", "de", "da", "van", "von", "del", "di"];
    let Some(names) = PREPOSITIONS.iter().find_map(|preposition| line.strip_prefix(preposition)) else {
        return false;
    };
    let is_name = |word: &str| {
        let word = word.trim_matches([',', '.', '|', '&']);
        word.is_empty() || word.starts_with(char::is_uppercase) || JOINING.contains(&word)
    };
    let ends_like_a_byline = !names.ends_with(['.', '!', '?', ':', '"', '”']);
    ends_like_a_byline
        && (2..=8).contains(&names.split_whitespace().count())
        && names.split_whitespace().all(is_name)
}

/// The first and the last kept block of prose: what lies between is the body, what lies outside is
/// the top and the tail of the document.
pub fn body(document: &Document) -> Option<(usize, usize)> {
    let is_prose = |block: &Block| block.is_kept() && is_prose(document.slice(block));
    let first = document.blocks.iter().position(is_prose)?;
    let last = document.blocks.iter().rposition(is_prose)?;
    Some((first, last))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_counted_in_scripts_without_spaces() {
        assert_eq!(words("Old bridge opens"), 3);
        assert_eq!(words("大桥周一重新开放"), 4);
        assert_eq!(words("Brücke öffnet"), 2);
        assert_eq!(words("Brücke\u{a0}öffnet\u{3000}wieder"), 3);
        assert_eq!(words("Old\u{b}bridge"), 2);
        assert_eq!(words_up_to("one two three four", 3), 3);
        assert_eq!(words(""), 0);
    }

    #[test]
    fn words_are_counted_across_the_pieces_of_a_long_line() {
        let line = format!("{}bridge {}öffnet\u{a0}", "ab ".repeat(20), "x".repeat(90));
        for cut in line.char_indices().map(|(at, _)| at) {
            assert_eq!(words(&line[cut..]), line[cut..].split_whitespace().count(), "{:?}", &line[cut..]);
        }
    }

    #[test]
    fn prose_is_long_or_a_sentence() {
        assert!(is_prose(
            "The bridge over the Aune reopens on Monday morning, the council said on Friday night."
        ));
        assert!(!is_prose(
            "The bridge over the Aune reopens on Monday morning, the council said on Friday night"
        ));
        assert!(!is_prose("It opens."));
        assert!(is_prose("该市议会周五表示，横跨奥讷河的大桥将于周一重新开放，此前进行了十一个月的维修。"));
    }

    #[test]
    fn bylines_are_names_behind_a_preposition() {
        assert!(is_byline("By Ana Lund and Max Muster"));
        assert!(is_byline("Von Max Muster"));
        assert!(!is_byline("By noon the water had gone"));
        assert!(!is_byline("By Ana Lund."));
        assert!(!is_byline("By Jove"));
    }

    #[test]
    fn stops_stand_inside_quotes() {
        assert!(ends_with_stop("“We waited long enough.”"));
        assert!(!ends_with_stop("And then..."));
        assert!(!ends_with_stop("Did it open?"));
    }
}
