//! Character references: `&amp;`, `&#39;`, `&#x20ac;`, and the names that need no semicolon.

use super::Tokenizer;
use super::entities::ENTITIES;

/// What a reference stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Expansion {
    Named(&'static str),
    Numbered([u8; 4], u8),
}

impl Expansion {
    fn of(letter: char) -> Expansion {
        let mut bytes = [0; 4];
        let length = letter.encode_utf8(&mut bytes).len();
        Expansion::Numbered(bytes, length as u8)
    }

    pub(super) fn as_str(&self) -> &str {
        match self {
            Expansion::Named(text) => text,
            Expansion::Numbered(bytes, length) => {
                str::from_utf8(&bytes[..usize::from(*length)]).expect("it was written as a letter")
            }
        }
    }
}

/// A reference that stands in the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Reference {
    pub(super) text: Expansion,
    /// Where the page goes on.
    pub(super) end: usize,
}

impl Tokenizer<'_> {
    /// The reference that begins with the `&` at `at`, if it is one.
    pub(super) fn reference(&self, at: usize, in_attribute: bool) -> Option<Reference> {
        let rest = &self.bytes[at + 1..];
        let (text, length) = match rest.first()? {
            b'#' => numeric(&rest[1..]).map(|(letter, length)| (Expansion::of(letter), 1 + length))?,
            byte if byte.is_ascii_alphabetic() => {
                let (text, length) = frequent(rest).or_else(|| longest(rest))?;
                if in_attribute && is_only_a_parameter(rest, length) {
                    return None;
                }
                (Expansion::Named(text), length)
            }
            _ => return None,
        };
        Some(Reference { text, end: at + 1 + length })
    }
}

/// Whether a name is the beginning of a parameter in an address: `?a=b&copy=1`.
fn is_only_a_parameter(rest: &[u8], length: usize) -> bool {
    rest[length - 1] != b';'
        && rest.get(length).is_some_and(|&next| next == b'=' || next.is_ascii_alphanumeric())
}

/// The names that stand on every page.
fn frequent(rest: &[u8]) -> Option<(&'static str, usize)> {
    match rest {
        [b'a', b'm', b'p', b';', ..] => Some(("&", 4)),
        [b'l', b't', b';', ..] => Some(("<", 3)),
        [b'g', b't', b';', ..] => Some((">", 3)),
        [b'n', b'b', b's', b'p', b';', ..] => Some(("\u{a0}", 5)),
        [b'q', b'u', b'o', b't', b';', ..] => Some(("\"", 5)),
        _ => None,
    }
}

/// Where the names begin that begin with a byte.
static BEGINNINGS: [u16; 257] = beginnings();

const fn beginnings() -> [u16; 257] {
    let mut beginnings = [0; 257];
    let (mut byte, mut row) = (0, 0);
    while byte < 257 {
        while row < ENTITIES.len() && (ENTITIES[row].0.as_bytes()[0] as usize) < byte {
            row += 1;
        }
        beginnings[byte] = row as u16;
        byte += 1;
    }
    beginnings
}

/// The longest name that stands here, and how long it is.
fn longest(rest: &[u8]) -> Option<(&'static str, usize)> {
    let first = usize::from(*rest.first()?);
    let mut rows = &ENTITIES[BEGINNINGS[first] as usize..BEGINNINGS[first + 1] as usize];
    let mut found = None;
    for (place, &byte) in rest.iter().enumerate().skip(1) {
        if rows.is_empty() {
            break;
        }
        let at = |row: &(&str, &str)| row.0.as_bytes()[place];
        rows = &rows[rows.partition_point(|row| at(row) < byte)..];
        rows = &rows[..rows.partition_point(|row| at(row) == byte)];
        // a name stands before the longer ones that begin with it
        if let Some((first, others)) = rows.split_first()
            && first.0.len() == place + 1
        {
            found = Some((first.1, place + 1));
            rows = others;
        }
    }
    found
}

/// The letter that digits behind `&#` stand for, and how many bytes they take.
fn numeric(rest: &[u8]) -> Option<(char, usize)> {
    let (base, start) = if matches!(rest.first()?, b'x' | b'X') { (16, 1) } else { (10, 0) };
    let digits = rest[start..].iter().take_while(|&&byte| char::from(byte).is_digit(base)).count();
    if digits == 0 {
        return None;
    }
    let number = rest[start..start + digits].iter().fold(0_u32, |number, &byte| {
        let digit = char::from(byte).to_digit(base).unwrap_or_default();
        number.saturating_mul(base).saturating_add(digit)
    });
    let length = start + digits;
    Some((letter(number), length + usize::from(rest.get(length) == Some(&b';'))))
}

/// The letter with a number; the standard reads those of control letters as Windows-1252 has them.
fn letter(number: u32) -> char {
    const WINDOWS: [u32; 32] = [
        0x20ac, 0x81, 0x201a, 0x192, 0x201e, 0x2026, 0x2020, 0x2021, 0x2c6, 0x2030, 0x160, 0x2039, 0x152,
        0x8d, 0x17d, 0x8f, 0x90, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x2dc, 0x2122,
        0x161, 0x203a, 0x153, 0x9d, 0x17e, 0x178,
    ];
    let number = match number {
        0 => 0xfffd,
        0x80..0xa0 => WINDOWS[number as usize - 0x80],
        _ => number,
    };
    char::from_u32(number).unwrap_or('\u{fffd}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_name_is_found() {
        assert_eq!(longest(b"notit;"), Some(("\u{ac}", 3)));
        assert_eq!(longest(b"notin;"), Some(("\u{2209}", 6)));
        assert_eq!(longest(b"nGt;"), Some(("\u{226b}\u{20d2}", 4)));
        assert_eq!(longest(b"nothing"), Some(("\u{ac}", 3)));
        assert_eq!(longest(b"zzz"), None);
        assert_eq!(longest(b"am"), None);
    }

    #[test]
    fn every_name_of_the_table_is_found() {
        for (name, text) in ENTITIES {
            assert_eq!(longest(format!("{name} ").as_bytes()), Some((text, name.len())));
        }
    }

    #[test]
    fn the_frequent_names_are_those_of_the_table() {
        for name in ["amp;", "lt;", "gt;", "nbsp;", "quot;"] {
            assert_eq!(frequent(name.as_bytes()), longest(name.as_bytes()));
        }
    }

    #[test]
    fn numbers_of_letters_that_are_none_are_replaced() {
        let letters: Vec<_> = ["38;", "x80", "0;", "xD800;", "x110000;", "99999999999999999999;", "13;"]
            .map(|text| numeric(text.as_bytes()).map(|(letter, _)| letter))
            .into_iter()
            .flatten()
            .collect();
        assert_eq!(letters, ['&', '\u{20ac}', '\u{fffd}', '\u{fffd}', '\u{fffd}', '\u{fffd}', '\r']);
        assert_eq!((numeric(b"x;"), numeric(b";")), (None, None));
    }
}
