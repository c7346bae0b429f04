//! How two lines are compared: case, punctuation and white space folded away.
//!
//! Stages that look for a line again (a phrase of a list, a headline, a line of another page)
//! compare folded forms. Folding writes into a buffer that the caller keeps, so that a pass over a
//! document allocates nothing.

/// What becomes of digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Digits {
    /// They stay: `Day 3` and `Day 4` differ.
    Keep,
    /// Every run of them becomes `#`: `3 min read` and `12 min read` are the same.
    Fold,
}

/// Appends the folded form of `text` to `out`: letters in lower case, each run of anything that is
/// neither letter nor digit as one space, none at either end.
pub fn fold_into(text: &str, digits: Digits, out: &mut String) {
    let start = out.len();
    let bytes = text.as_bytes();
    let mut at = 0;
    let mut gap = false;
    while at < bytes.len() {
        let (class, length) = class_at(text, at);
        match class {
            Class::Ignored => {}
            Class::Other => gap = true,
            Class::Letter | Class::Digit => {
                if gap && out.len() > start {
                    out.push(' ');
                }
                gap = false;
                at += match class {
                    Class::Digit if digits == Digits::Fold => {
                        out.push('#');
                        length + digits_length(&text[at + length..])
                    }
                    _ => push_lower(&text[at..], length, out),
                };
                continue;
            }
        }
        at += length;
    }
}

/// What the character at a byte is, and how many bytes it has.
fn class_at(text: &str, at: usize) -> (Class, usize) {
    let byte = text.as_bytes()[at];
    if byte.is_ascii() {
        return (ASCII[usize::from(byte)], 1);
    }
    let letter = text[at..].chars().next().expect("`at` is a boundary inside the text");
    (class(letter), letter.len_utf8())
}

/// The first `count` words of a text: what [`fold_into`] makes the first so many words of.
pub fn first_words(text: &str, count: usize) -> &str {
    &text[..end_of_words(text.char_indices(), count).unwrap_or(text.len())]
}

/// The last `count` words of a text.
pub fn last_words(text: &str, count: usize) -> &str {
    let end = end_of_words(text.char_indices().rev(), count);
    &text[end.map_or(0, |at| at + text[at..].chars().next().map_or(0, char::len_utf8))..]
}

/// Where the first character stands that belongs to none of the first `count` words.
fn end_of_words(letters: impl Iterator<Item = (usize, char)>, count: usize) -> Option<usize> {
    let mut in_word = false;
    let mut ended = 0;
    for (at, letter) in letters {
        match class(letter) {
            Class::Ignored => {}
            Class::Letter | Class::Digit => in_word = true,
            Class::Other if in_word => {
                ended += 1;
                if ended == count {
                    return Some(at);
                }
                in_word = false;
            }
            Class::Other => {}
        }
    }
    None
}

/// The folded form in a string of its own.
pub fn fold(text: &str, digits: Digits) -> String {
    let mut out = String::with_capacity(text.len());
    fold_into(text, digits, &mut out);
    out
}

#[derive(Clone, Copy)]
enum Class {
    Letter,
    Digit,
    Ignored,
    Other,
}

const ASCII: [Class; 128] = {
    let mut classes = [Class::Other; 128];
    let mut byte: u8 = 0;
    while byte < 128 {
        if byte.is_ascii_alphabetic() {
            classes[byte as usize] = Class::Letter;
        } else if byte.is_ascii_digit() {
            classes[byte as usize] = Class::Digit;
        }
        byte += 1;
    }
    classes
};

fn class(letter: char) -> Class {
    match letter {
        _ if letter.is_ascii() => ASCII[letter as usize],
        _ if is_ignorable(letter) => Class::Ignored,
        _ if letter.is_alphabetic() || is_joiner(letter) => Class::Letter,
        _ if letter.is_numeric() => Class::Digit,
        _ => Class::Other,
    }
}

/// What nobody sees inside a word: a soft hyphen, characters without width, and the dot that lower
/// case leaves on a Turkish capital I.
fn is_ignorable(letter: char) -> bool {
    matches!(letter, '\u{ad}' | '\u{307}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}')
}

/// Marks that stand inside words of Indic scripts and are not alphabetic by themselves: nukta
/// (third column of each block) and virama.
fn is_joiner(letter: char) -> bool {
    matches!(u32::from(letter), 0x0900..=0x0D7F) && matches!(u32::from(letter) & 0x7F, 0x3C | 0x4D)
}

/// Bytes of the digits that a text begins with.
fn digits_length(text: &str) -> usize {
    text.find(|letter| !matches!(class(letter), Class::Digit)).unwrap_or(text.len())
}

/// Full-width letters and digits, which Japanese and Chinese pages mix with the others.
fn narrow(letter: char) -> char {
    match letter {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(letter) - 0xfee0).unwrap_or(letter),
        _ => letter,
    }
}

/// Appends the first character of a text, `length` bytes, in lower case, and all ASCII letters behind it; says how many
/// bytes that were.
fn push_lower(text: &str, length: usize, out: &mut String) -> usize {
    if length > 1 {
        let lower = text[..length].chars().map(narrow).flat_map(char::to_lowercase);
        out.extend(lower.filter(|letter| !is_ignorable(*letter)));
        return length;
    }
    let more = text.as_bytes()[1..].iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    let from = out.len();
    out.push_str(&text[..1 + more]);
    out[from..].make_ascii_lowercase();
    1 + more
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_punctuation_and_space_are_folded() {
        assert_eq!(fold("  “Don’t – STOP!”  ", Digits::Keep), "don t stop");
        assert_eq!(fold("ÄRGER\u{a0}in Łódź…", Digits::Keep), "ärger in łódź");
        assert_eq!(fold("***", Digits::Keep), "");
    }

    #[test]
    fn digits_fold_by_runs() {
        assert_eq!(fold("12 min read, 1,024 shares", Digits::Fold), "# min read # # shares");
        assert_eq!(fold("3月15日", Digits::Fold), "#月#日");
        assert_eq!(fold("Day 10", Digits::Keep), "day 10");
        assert_eq!(fold("٢٠٢٤ م", Digits::Fold), "# م");
    }

    #[test]
    fn words_of_indic_scripts_stay_whole() {
        assert_eq!(fold("विज्ञापन", Digits::Keep), "विज्ञापन");
    }

    #[test]
    fn what_nobody_sees_is_passed_over() {
        assert_eq!(fold("Brü\u{ad}cke\u{200b}", Digits::Keep), "brücke");
        assert_eq!(fold("İSTANBUL", Digits::Keep), "istanbul");
    }

    #[test]
    fn words_are_taken_from_both_ends() {
        let line = "“Read more: 12 bridges”, said Ana";
        assert_eq!(fold(first_words(line, 2), Digits::Fold), "read more");
        assert_eq!(fold(first_words(line, 3), Digits::Fold), "read more #");
        assert_eq!(fold(last_words(line, 2), Digits::Fold), "said ana");
        assert_eq!(fold(last_words(line, 9), Digits::Fold), fold(line, Digits::Fold));
        assert_eq!(fold(first_words("Brü\u{ad}cke auf", 1), Digits::Fold), "brücke");
        assert_eq!(fold(last_words("auf Brü\u{ad}cke!", 1), Digits::Fold), "brücke");
    }

    #[test]
    fn full_width_letters_and_digits_are_narrow() {
        assert_eq!(fold("震度５弱、ＮＨＫ", Digits::Keep), "震度5弱 nhk");
        assert_eq!(fold("震度５弱", Digits::Fold), "震度#弱");
    }

    #[test]
    fn folding_appends_without_a_leading_space() {
        let mut out = String::from("a");
        fold_into(" b", Digits::Keep, &mut out);
        assert_eq!(out, "ab");
    }
}
