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
    let mut gap = false;
    let mut rest = text.chars();
    while let Some(letter) = rest.next() {
        let folded = match class(letter) {
            Class::Letter => letter,
            Class::Digit if digits == Digits::Fold => {
                rest = skip_digits(rest);
                '#'
            }
            Class::Digit => letter,
            Class::Other => {
                gap = true;
                continue;
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

enum Class {
    Letter,
    Digit,
    Other,
}

fn class(letter: char) -> Class {
    if letter.is_ascii() {
        return match letter {
            'a'..='z' | 'A'..='Z' => Class::Letter,
            '0'..='9' => Class::Digit,
            _ => Class::Other,
        };
    }
    match letter {
        _ if letter.is_alphabetic() || is_joiner(letter) => Class::Letter,
        _ if letter.is_numeric() => Class::Digit,
        _ => Class::Other,
    }
}

/// Marks that stand inside words of Indic scripts and are not alphabetic by themselves: nukta
/// (third column of each block) and virama.
fn is_joiner(letter: char) -> bool {
    matches!(u32::from(letter), 0x0900..=0x0D7F) && matches!(u32::from(letter) & 0x7F, 0x3C | 0x4D)
}

fn skip_digits(rest: std::str::Chars<'_>) -> std::str::Chars<'_> {
    let mut ahead = rest.clone();
    let mut last = rest;
    while let Some(letter) = ahead.next() {
        if !matches!(class(letter), Class::Digit) {
            break;
        }
        last = ahead.clone();
    }
    last
}

fn push_lower(letter: char, out: &mut String) {
    if letter.is_ascii() {
        out.push(letter.to_ascii_lowercase());
    } else {
        out.extend(letter.to_lowercase());
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
    fn folding_appends_without_a_leading_space() {
        let mut out = String::from("a");
        fold_into(" b", Digits::Keep, &mut out);
        assert_eq!(out, "ab");
    }
}
