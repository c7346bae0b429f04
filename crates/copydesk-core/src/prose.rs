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
    if line.is_ascii() {
        return words_of_ascii(line.as_bytes(), most);
    }
    let (mut spaced, mut unspaced) = (0, 0);
    let mut is_space_before = true;
    for letter in line.chars() {
        let is_space = letter.is_whitespace();
        spaced += usize::from(is_space_before && !is_space);
        unspaced += usize::from(is_unspaced(letter));
        is_space_before = is_space;
        if spaced.max(unspaced / 2) >= most {
            return most;
        }
    }
    spaced.max(unspaced / 2)
}

/// Counts where a word begins, in pieces, so that a long line is given up early.
fn words_of_ascii(line: &[u8], most: usize) -> usize {
    const PIECE: usize = 64;
    let mut count = 0;
    let mut is_space_before = true;
    for piece in line.chunks(PIECE) {
        for byte in piece {
            let is_space = char::from(*byte).is_whitespace();
            count += usize::from(is_space_before & !is_space);
            is_space_before = is_space;
        }
        if count >= most {
            return most;
        }
    }
    count
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
    let words = words_up_to(line, WORDS);
    words >= WORDS || words >= WORDS_OF_A_SENTENCE && ends_with_stop(line)
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
