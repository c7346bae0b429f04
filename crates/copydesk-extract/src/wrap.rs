//! Was this text hard-wrapped, and where does a wrapped paragraph go on?
//!
//! A text that was filled to a width shows it: inside a paragraph, the first word of each line
//! would not have fitted on the line above. In a list, in verse, or where a line is a paragraph,
//! the next word nearly always would have.

use crate::plain::Line;

/// Widths, in characters, that text is filled to. Mail and news wires use 60 to 80; below 40 a
/// filled text cannot be told from verse; above 120 lines are paragraphs.
const WIDTHS: std::ops::RangeInclusive<usize> = 40..=120;
/// A word longer than this, a URL or a sentence in a script without spaces, says nothing of the
/// width: it would not have fitted on any line.
const LONG_WORD: usize = 25;
/// So many pairs of lines must be filled before a text counts as wrapped,
const FILLED_PAIRS: usize = 4;
/// and at least this share of all pairs. Verse and lists stay below a half: their longest line is
/// a chance, so most of the others leave room. Wrapped text without blank lines between its
/// paragraphs has one open pair a paragraph, which leaves 7 in 10.
const FILLED_SHARE: (usize, usize) = (7, 10);
/// Of the filled pairs, so many must break inside a sentence: the line above has no end mark, and
/// the one below begins with no capital. In gold bodies wrapped at 80 columns it is 84 % in English
/// (aeb) and 58 % in German (fundus), which has capital nouns; where every line is a paragraph, a headline or a verse, next to none.
const BROKEN_SHARE: (usize, usize) = (3, 10);
/// And at least so many, or a few long lines that chance to be equally long would do.
const BROKEN_PAIRS: usize = 3;

/// The width that the text was filled to, in characters, if it was.
pub(crate) fn width(text: &str, lines: &[Line]) -> Option<usize> {
    let mut width = 0;
    for line in lines {
        let line = &text[line.range.clone()];
        // most texts end here: four bytes a character is the most there can be
        if line.len() > WIDTHS.end() * 4 {
            return None;
        }
        let characters = line.chars().count();
        if characters > width && !has_long_word(line) {
            width = characters;
        }
        if width > *WIDTHS.end() {
            return None;
        }
    }
    let pairs = || lines.windows(2).filter(|pair| !pair[1].opens);
    let filled = || pairs().filter(|pair| is_filled(text, &pair[0], &pair[1], width));
    let broken = filled()
        .filter(|pair| breaks_a_sentence(&text[pair[0].range.clone()], &text[pair[1].range.clone()]))
        .count();
    let is_wrapped = WIDTHS.contains(&width)
        && filled().count() >= FILLED_PAIRS
        && reaches(filled().count(), pairs().count(), FILLED_SHARE)
        && broken >= BROKEN_PAIRS
        && reaches(broken, filled().count(), BROKEN_SHARE);
    is_wrapped.then_some(width)
}

/// Does `line` go on with the paragraph of the line above it?
pub(crate) fn continues(text: &str, above: &Line, line: &Line, width: usize) -> bool {
    !line.opens
        && is_filled(text, above, line, width)
        && !crate::kinds::is_list_item(&text[line.range.clone()])
}

/// The first word of `line` would not have fitted on the line above.
fn is_filled(text: &str, above: &Line, line: &Line, width: usize) -> bool {
    // scripts without spaces fill a line to its last column: nothing to tell it by
    if above.range.len() < 20 || text[above.range.clone()].matches(' ').count() < 3 {
        return false;
    }
    let word = text[line.range.clone()].split_whitespace().next().map_or(0, |word| word.chars().count());
    word <= LONG_WORD && text[above.range.clone()].chars().count() + 1 + word > width
}

fn reaches(count: usize, all: usize, (part, whole): (usize, usize)) -> bool {
    count * whole >= all * part
}

fn breaks_a_sentence(above: &str, below: &str) -> bool {
    let ends = above.ends_with(['.', '!', '?', ':', '…', '"', '”', '»', '؟', '۔', '।', '。']);
    !ends && !below.starts_with(|letter: char| letter.is_uppercase() || letter.is_numeric())
}

fn has_long_word(line: &str) -> bool {
    line.len() > LONG_WORD && line.split_whitespace().any(|word| word.chars().count() > LONG_WORD)
}
