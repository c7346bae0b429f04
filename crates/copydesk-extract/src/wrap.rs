//! Was this text hard-wrapped, and where does a wrapped paragraph go on?
//!
//! A text that was filled to a width shows it: inside a paragraph, the first word of each line
//! would not have fitted on the line above. In a list, in verse, or where a line is a paragraph,
//! the next word nearly always would have.

use crate::plain::Line;

/// Widths, in characters, that text is filled to. Mail and news wires use 60 to 80; below 40 a
/// filled text cannot be told from verse; above 120 lines are paragraphs.
const WIDTHS: std::ops::RangeInclusive<usize> = 40..=120;
/// A word longer than this (a URL) cannot be broken and says nothing of the width.
const LONG_WORD: usize = 40;
/// So many pairs of lines must be filled before a text counts as wrapped,
const FILLED_PAIRS: usize = 3;
/// and at least this share of all pairs. Verse and lists stay below a half: their longest line is
/// a chance, so most of the others leave room. Wrapped text without blank lines between its
/// paragraphs has one open pair a paragraph, which leaves 7 in 10.
const FILLED_SHARE: (usize, usize) = (7, 10);

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
    let filled = pairs().filter(|pair| is_filled(text, &pair[0], &pair[1], width)).count();
    let (part, whole) = FILLED_SHARE;
    (WIDTHS.contains(&width) && filled >= FILLED_PAIRS && filled * whole >= pairs().count() * part).then_some(width)
}

/// Does `line` go on with the paragraph of the line above it?
pub(crate) fn continues(text: &str, above: &Line, line: &Line, width: usize) -> bool {
    !line.opens && is_filled(text, above, line, width) && !crate::kinds::is_list_item(&text[line.range.clone()])
}

/// The first word of `line` would not have fitted on the line above.
fn is_filled(text: &str, above: &Line, line: &Line, width: usize) -> bool {
    let word = text[line.range.clone()].split_whitespace().next().map_or(0, |word| word.chars().count());
    text[above.range.clone()].chars().count() + 1 + word > width
}

fn has_long_word(line: &str) -> bool {
    line.len() > LONG_WORD && line.split_whitespace().any(|word| word.chars().count() > LONG_WORD)
}
