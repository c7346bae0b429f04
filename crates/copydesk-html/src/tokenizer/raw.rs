//! Text that ends only with the end tag of its element: `script`, `style`, `title`, `textarea` and others.

use memchr::{memchr, memchr2};

use super::{Run, Tokenizer};
use crate::scan::{self, is_space};
use crate::span::Span;

/// How the text of an element is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RawText {
    /// Letters stand for themselves.
    Plain,
    /// Character references are read: `title` and `textarea`.
    References,
    /// What stands in `<!-- ... -->` may hold a whole other script.
    Script,
}

impl Tokenizer<'_> {
    /// The text of `element`, which ends with its end tag or with the page.
    pub(crate) fn raw_element(&mut self, how: RawText, element: &str) -> Run {
        let run = self.raw_text(how, element);
        if self.position < self.bytes.len() {
            self.end_tag();
        }
        run
    }

    /// The text up to the end tag of `element`, which comes next unless the page ends.
    pub(crate) fn raw_text(&mut self, how: RawText, element: &str) -> Run {
        let start = self.position;
        let end = match how {
            RawText::Script => end_of_script(self.bytes, start, element),
            _ => end_of_raw_text(self.bytes, start, element),
        };
        self.position = end;
        let span = match how {
            RawText::References => self.referenced(start, end),
            _ => self.cleaned(start, end),
        };
        Run { span, position: start as u32, has_nul: false }
    }

    /// A part of the page in which references are read.
    fn referenced(&mut self, start: usize, end: usize) -> Span {
        let Some(first) = memchr(b'&', &self.bytes[start..end]) else { return self.cleaned(start, end) };
        let top = self.texts.top();
        let mut plain = start;
        let mut at = start + if self.is_changed { 0 } else { first };
        loop {
            at = scan::find(&self.bytes[..end], at, [b'&', b'\r', 0]);
            let next = match self.bytes[..end].get(at) {
                None => break,
                Some(b'&') => match self.reference(at, false) {
                    None => {
                        at += 1;
                        continue;
                    }
                    Some(reference) => {
                        self.texts.copy_to_side(Span::new(plain, at));
                        self.texts.side.push_str(reference.text.as_str());
                        reference.end
                    }
                },
                Some(_) => {
                    self.texts.copy_to_side(Span::new(plain, at));
                    at + self.line_end_or_nul(at, end, '\u{fffd}')
                }
            };
            (plain, at) = (next, next);
        }
        if plain == start {
            return Span::new(start, end);
        }
        self.texts.copy_to_side(Span::new(plain, end));
        self.texts.since(top)
    }
}

/// Whether `rest` begins with a name and a byte that ends it.
fn begins_with_name(rest: &[u8], name: &str) -> bool {
    rest.get(..name.len()).is_some_and(|letters| letters.eq_ignore_ascii_case(name.as_bytes()))
        && rest.get(name.len()).is_some_and(|&next| is_space(next) || matches!(next, b'/' | b'>'))
}

/// Whether the end tag of `element` stands at the beginning.
fn is_end_tag(rest: &[u8], element: &str) -> bool {
    !element.is_empty() && rest.starts_with(b"</") && begins_with_name(&rest[2..], element)
}

fn end_of_raw_text(bytes: &[u8], start: usize, element: &str) -> usize {
    let mut at = start;
    while let Some(length) = memchr(b'<', &bytes[at..]) {
        if is_end_tag(&bytes[at + length..], element) {
            return at + length;
        }
        at += length + 1;
    }
    bytes.len()
}

/// A script ends with its end tag, but in a comment of the kind that hid scripts from old browsers, an end
/// tag may belong to a script that begins there.
fn end_of_script(bytes: &[u8], start: usize, element: &str) -> usize {
    let mut at = start;
    while let Some(length) = memchr(b'<', &bytes[at..]) {
        let rest = &bytes[at + length..];
        if is_end_tag(rest, element) {
            return at + length;
        }
        at += length + 1;
        if rest.starts_with(b"<!--") {
            match end_of_hiding(bytes, at + 1, element) {
                Hiding::ScriptEndsAt(end) => return end,
                Hiding::GoesOnAt(next) => at = next,
            }
        }
    }
    bytes.len()
}

enum Hiding {
    ScriptEndsAt(usize),
    GoesOnAt(usize),
}

/// Where the comment ends whose dashes stand at `start`, or the script in it.
fn end_of_hiding(bytes: &[u8], start: usize, element: &str) -> Hiding {
    let mut at = start;
    let mut is_in_another = false;
    while let Some(length) = memchr2(b'<', b'>', &bytes[at..]) {
        let place = at + length;
        let rest = &bytes[place..];
        if bytes[place] == b'>' {
            if place >= start + 2 && bytes[..place].ends_with(b"--") {
                return Hiding::GoesOnAt(place + 1);
            }
        } else if is_in_another {
            is_in_another = !is_end_tag(rest, "script");
        } else if is_end_tag(rest, element) {
            return Hiding::ScriptEndsAt(place);
        } else {
            is_in_another = begins_with_name(&rest[1..], "script");
        }
        at = place + 1;
    }
    Hiding::ScriptEndsAt(bytes.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn ends(script: &str, rest: &str) {
        let text = format!("{script}{rest}");
        assert_eq!(end_of_script(text.as_bytes(), 0, "script"), script.len(), "{text}");
    }

    #[test]
    fn a_script_ends_with_its_end_tag() {
        ends("a < b", "</script>");
        ends("</scripts>", "</SCRIPT/>");
        ends("<!--", "</script>");
        ends("<!-- <script> </script>", "</script>");
        ends("<!-- <script> -->", "</script></script>");
        ends("<!-->", "</script>");
        ends("<!--><script>", "</script>");
        ends("<!-- <scripts> ", "</script></script>");
        ends("<!-- <script>", "");
    }

    #[test]
    fn other_raw_text_knows_no_comments() {
        assert_eq!(end_of_raw_text(b"<!-- </style>", 0, "style"), 5);
        assert_eq!(end_of_raw_text(b"</style", 0, "style"), 7);
        assert_eq!(end_of_raw_text(b"</>", 0, ""), 3);
    }
}
