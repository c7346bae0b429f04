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
        let byte = bytes[at];
        let (folded, length) = if byte.is_ascii() {
            (ASCII[usize::from(byte)], 1)
        } else {
            let letter = text[at..].chars().next().expect("`at` is a boundary inside the text");
            if is_ignorable(letter) {
                at += letter.len_utf8();
                continue;
            }
            (class(letter), letter.len_utf8())
        };
        let folded = match folded {
            Class::Other => {
                gap = true;
                at += length;
                continue;
            }
            Class::Digit if digits == Digits::Fold => {
                at += length + digits_length(&text[at + length..]);
                '#'
            }
            Class::Digit | Class::Letter => {
                let letter = if byte.is_ascii() {
                    char::from(byte)
                } else {
                    text[at..].chars().next().unwrap_or_default()
                };
                at += length;
                letter
            }
        };
        if gap && out.len() > start {
            out.push(' ');
        }
        gap = false;
        push_lower(folded, out);
    }
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

fn push_lower(letter: char, out: &mut String) {
    let letter = narrow(letter);
    if letter.is_ascii() {
        out.push(letter.to_ascii_lowercase());
    } else {
        out.extend(letter.to_lowercase().filter(|letter| !is_ignorable(*letter)));
    }
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
