//! Text such that a reader of Markdown shows it letter by letter.
//!
//! Only what could mean something gets a backslash: a text without signs stays as it is. CommonMark and what GitHub adds
//! to it (tables, struck text, boxes to tick) are thought of. It knows nothing of blocks; `markdown.rs` does.

/// Where a text stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Place {
    /// A line begins with it.
    pub(crate) begins_line: bool,
    /// It is the text of a link or a picture.
    pub(crate) in_brackets: bool,
    /// It stands in a cell of a table.
    pub(crate) in_cell: bool,
}

/// Appends a text.
pub(crate) fn escape(text: &str, place: Place, out: &mut String) {
    let mut begins_line = place.begins_line;
    let mut before = None;
    let mut line = 0;
    for (at, letter) in text.char_indices() {
        let behind = &text[at + letter.len_utf8()..];
        if begins_line && matches!(letter, ' ' | '\t') {
            // an indented line would be code
            line = at + 1;
            continue;
        }
        if is_break(letter) {
            out.push(if place.in_brackets || place.in_cell { ' ' } else { letter });
            (begins_line, before, line) = (!place.in_brackets && !place.in_cell, None, at + 1);
            continue;
        }
        let means = begins_line && means_at_front(&text[at..])
            || ends_number(&text[line..at], letter, behind) && (line > 0 || place.begins_line)
            || means_in_line(letter, before, behind, place);
        if means {
            out.push('\\');
        }
        out.push(letter);
        (begins_line, before) = (false, Some(letter));
    }
}

fn is_break(letter: char) -> bool {
    matches!(letter, '\n' | '\r')
}

/// Would a line that begins so be a heading, a quote, an item, a rule, a table, a box?
fn means_at_front(text: &str) -> bool {
    let line = text.split(is_break).next().unwrap_or(text);
    let consists_of =
        |signs: &str| line.chars().all(|letter| signs.contains(letter) || letter.is_whitespace());
    let behind = |sign: char| line.trim_start_matches(sign);
    let ends = |rest: &str| rest.is_empty() || rest.starts_with(char::is_whitespace);
    match line.chars().next() {
        Some('#') => line.len() - behind('#').len() <= 6 && ends(behind('#')),
        Some('>') => true,
        Some('-') => ends(&line[1..]) || consists_of("-|:"),
        Some('+') => ends(&line[1..]),
        Some('*') => true,
        Some('=') => consists_of("="),
        Some('|' | ':') => consists_of("-|:"),
        Some('[') => ["[ ]", "[x]", "[X]"].iter().any(|tick| line.starts_with(tick)),
        _ => false,
    }
}

/// Is this the sign behind the number of an item?
fn ends_number(front: &str, letter: char, behind: &str) -> bool {
    let front = front.trim_start_matches([' ', '\t']);
    matches!(letter, '.' | ')')
        && (1..=9).contains(&front.len())
        && front.bytes().all(|byte| byte.is_ascii_digit())
        && (behind.is_empty() || behind.starts_with(char::is_whitespace))
}

fn means_in_line(letter: char, before: Option<char>, behind: &str, place: Place) -> bool {
    let next = behind.chars().next();
    let is_apart = |side: Option<char>| side.is_some_and(char::is_whitespace);
    let is_word = |side: Option<char>| side.is_some_and(char::is_alphanumeric);
    match letter {
        '\\' => next.is_none_or(|next| next.is_ascii_punctuation() || is_break(next)),
        '`' => true,
        '*' => !(is_apart(before) && is_apart(next)),
        '_' => !(is_word(before) && is_word(next) || is_apart(before) && is_apart(next)),
        '~' => next == Some('~') || before.is_some_and(|before| !before.is_whitespace()),
        '[' => place.in_brackets,
        ']' => place.in_brackets || matches!(next, Some('(' | ':')),
        '<' => next.is_some_and(|next| next.is_alphabetic() || matches!(next, '/' | '!' | '?')),
        '&' => is_reference(behind),
        '|' => place.in_cell,
        _ => false,
    }
}

/// Is `&` in front of this a character reference?
fn is_reference(behind: &str) -> bool {
    let Some((name, _)) = behind.split_once(';') else { return false };
    let letters = name.strip_prefix('#').unwrap_or(name);
    (1..=32).contains(&letters.len()) && letters.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// Appends an address as the destination of a link or a picture, in parentheses.
pub(crate) fn destination(address: &str, out: &mut String) {
    out.push('(');
    for (at, letter) in address.char_indices() {
        match letter {
            '(' | ')' | '<' | '>' | '\\' | '`' | '|' => percent(letter, out),
            _ if letter.is_whitespace() || letter.is_control() => percent(letter, out),
            '&' if is_reference(&address[at + 1..]) => out.push_str("&amp;"),
            _ => out.push(letter),
        }
    }
    out.push(')');
}

fn percent(letter: char, out: &mut String) {
    let mut bytes = [0; 4];
    letter.encode_utf8(&mut bytes).bytes().for_each(|byte| out.push_str(&format!("%{byte:02X}")));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn escaped(text: &str) -> String {
        let mut out = String::new();
        escape(text, Place { begins_line: true, ..Place::default() }, &mut out);
        out
    }

    #[test]
    fn a_text_without_signs_stays_as_it_is() {
        for text in [
            "It opens at 9:30; 2 * 3 is 6, snake_case is a name, and a < b & c.",
            "“No,” she said [laughing] – (1) for once, ~5 minutes late.",
            "R&D and AT&T #hashtag, -5 degrees, 1.5 litres, +47 22 33",
            "C:\\Users and a|b",
        ] {
            assert_eq!(escaped(text), text);
        }
    }

    #[test]
    fn what_would_be_a_block_is_text() {
        for (text, expected) in [
            ("# not a heading", "\\# not a heading"),
            ("> not a quote", "\\> not a quote"),
            ("- not an item", "\\- not an item"),
            ("+ not an item", "\\+ not an item"),
            ("1984. A year", "1984\\. A year"),
            ("3) a number", "3\\) a number"),
            ("---", "\\---"),
            ("***", "\\*\\*\\*"),
            ("One\n===", "One\n\\==="),
            ("a | b\n--- | ---", "a | b\n\\--- | ---"),
            ("[x] done", "\\[x] done"),
            ("One\n    four spaces", "One\nfour spaces"),
            ("One\n2. two", "One\n2\\. two"),
        ] {
            assert_eq!(escaped(text), expected);
        }
    }

    #[test]
    fn what_would_be_in_the_line_is_text() {
        for (text, expected) in [
            ("a *word* and __init__", "a \\*word\\* and \\_\\_init\\_\\_"),
            ("`code`", "\\`code\\`"),
            ("[a](b) ![c](d) [e]: f", "[a\\](b) ![c\\](d) [e\\]: f"),
            ("<b>x</b> <!-- -->", "\\<b>x\\</b> \\<!-- -->"),
            ("&amp; &#8230; &c.", "\\&amp; \\&#8230; &c."),
            ("5~6 and 7~8", "5\\~6 and 7\\~8"),
            ("a\\*b\\", "a\\\\\\*b\\\\"),
        ] {
            assert_eq!(escaped(text), expected);
        }
    }

    #[test]
    fn brackets_and_bars_are_text_in_links_and_cells() {
        let mut out = String::new();
        escape("[1]\nx", Place { in_brackets: true, ..Place::default() }, &mut out);
        escape("a|b\nc", Place { in_cell: true, ..Place::default() }, &mut out);
        assert_eq!(out, "\\[1\\] xa\\|b c");
    }

    #[test]
    fn a_destination_ends_where_the_address_does() {
        let mut out = String::new();
        destination("https://a.org/b_(c) d?e&f&amp;g", &mut out);
        assert_eq!(out, "(https://a.org/b_%28c%29%20d?e&f&amp;amp;g)");
    }
}
