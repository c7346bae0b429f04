//! Foreign text on a terminal: nothing in a dump may move the cursor, change colours or reverse
//! the direction of what follows.

use std::fmt;

/// Shows text with control and direction-changing characters as visible escapes.
pub(crate) struct Escaped<'a>(pub(crate) &'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0;
        while let Some(at) = rest.find(is_unsafe) {
            let (plain, tail) = rest.split_at(at);
            let letter = tail.chars().next().unwrap_or_default();
            write!(f, "{plain}{}", letter.escape_unicode())?;
            rest = &tail[letter.len_utf8()..];
        }
        f.write_str(rest)
    }
}

fn is_unsafe(letter: char) -> bool {
    letter.is_control() && letter != '\t'
        || matches!(letter, '\u{61c}' | '\u{200e}' | '\u{200f}')
        || matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_shown_not_obeyed() {
        assert_eq!(Escaped("a\u{1b}[31mb\u{202e}c").to_string(), "a\\u{1b}[31mb\\u{202e}c");
        assert_eq!(Escaped("Łódź\tشارك").to_string(), "Łódź\tشارك");
    }
}
