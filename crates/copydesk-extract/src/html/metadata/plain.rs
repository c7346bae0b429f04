//! Values as plain text: references and tags resolved, white space as one space. And the fields that need no more.

use std::borrow::Cow;

use copydesk_html::{Options, parse_fragment};

use super::Found;
use super::clues::{Clues, Field};

/// Words and tags beyond this many are a list of search words, not of the article's.
const TAGS: usize = 64;

/// A value as a reader would see it. Values of `meta` and of linked data often hold references and tags that
/// were escaped once too often.
pub(super) fn plain(value: &str) -> String {
    let value = if value.contains(['&', '<']) { unmarked(value) } else { Cow::Borrowed(value) };
    spaced(&value)
}

fn unmarked(value: &str) -> Cow<'_, str> {
    let has_reference = value.find('&').is_some_and(|at| value[at..].contains(';'));
    let has_tag = value.find('<').is_some_and(|at| value[at..].contains('>'));
    if has_reference || has_tag {
        Cow::Owned(parse_fragment(value, "div", &Options::default()).root().all_text())
    } else {
        Cow::Borrowed(value)
    }
}

/// White space as one space, none at either end, and nothing that nobody sees.
pub(super) fn spaced(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    push_spaced(text, &mut out);
    out
}

/// Adds a text to another one, a space between them if either has one there.
pub(super) fn push_spaced(text: &str, out: &mut String) {
    for letter in text.chars() {
        if letter.is_whitespace() {
            if !out.is_empty() && !out.ends_with(' ') {
                out.push(' ');
            }
        } else if !matches!(letter, '\u{ad}' | '\u{200b}' | '\u{feff}' | '\u{2060}') && !letter.is_control() {
            out.push(letter);
        }
    }
    if text.ends_with(char::is_whitespace) {
        return;
    }
    out.truncate(out.trim_end().len());
}

/// The first clue that has something to say.
pub(super) fn first(clues: &Clues<'_>, field: Field) -> Option<Found<String>> {
    clues.of(field).into_iter().find_map(|clue| {
        let value = plain(&clue.text).trim_end().to_owned();
        (!value.is_empty()).then_some(Found { value, source: clue.source })
    })
}

/// All keywords of the best source that has any.
pub(super) fn tags(clues: &Clues<'_>) -> Option<Found<Vec<String>>> {
    let clues = clues.of(Field::Tag);
    let best = clues.iter().find(|clue| !clue.text.trim().is_empty())?;
    let mut tags: Vec<String> = Vec::new();
    for clue in clues.iter().filter(|clue| (clue.source, clue.rank) == (best.source, best.rank)) {
        for tag in plain(&clue.text).split([',', ';', '，', '、']).map(str::trim) {
            if !tag.is_empty() && tags.len() < TAGS && !tags.iter().any(|known| known == tag) {
                tags.push(tag.to_owned());
            }
        }
    }
    (!tags.is_empty()).then_some(Found { value: tags, source: best.source })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_plain_text() {
        assert_eq!(plain("  The &#8216;old&#8217; <em>bridge</em> &amp;\n more"), "The ‘old’ bridge & more");
        assert_eq!(plain("R & D < 3"), "R & D < 3");
        assert_eq!(plain("Brü\u{ad}cke\u{200b}"), "Brücke");
    }
}
