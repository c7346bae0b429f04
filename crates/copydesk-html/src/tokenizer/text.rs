//! Runs of text: everything up to the next tag, comment or document type is one.

use memchr::memmem;

use super::reference::Reference;
use super::{Run, Token, Tokenizer};
use crate::scan;
use crate::span::Span;

impl Tokenizer<'_> {
    /// A run of text. Most runs are a piece of the page; one in which something stands for something else
    /// is copied to the side from there on.
    #[inline]
    pub(super) fn text(&mut self, allows_cdata: bool) -> Token {
        let start = self.position;
        let (end, reference) = self.plain_text(start);
        self.position = end;
        if reference.is_none() && (end == self.bytes.len() || self.begins_markup(allows_cdata)) {
            return Token::Text(Run { span: Span::new(start, end), position: start as u32, has_nul: false });
        }
        self.changed_text(start, reference, allows_cdata)
    }

    /// The place of the first byte that is not plain text, from `at` on, and the reference that begins there.
    #[inline]
    fn plain_text(&self, at: usize) -> (usize, Option<Reference>) {
        let mut at = self.next_special(at, b'<');
        loop {
            let stands_for_itself = match self.bytes[at..] {
                [b'<'] | [b'<', b'/'] => true,
                // as in `a < b`
                [b'<', next, ..] => !matches!(next, b'a'..=b'z' | b'A'..=b'Z' | b'/' | b'!' | b'?'),
                // as in `AT&T`
                [b'&', ..] => match self.reference(at, false) {
                    None => true,
                    reference => return (at, reference),
                },
                _ => false,
            };
            if !stands_for_itself {
                return (at, None);
            }
            at = self.next_special(at + 1, b'<');
        }
    }

    /// Whether the text ends here, at a byte that does not stand for itself.
    #[inline]
    fn begins_markup(&self, allows_cdata: bool) -> bool {
        match self.bytes[self.position..] {
            [b'<', b'/', next, ..] => next != b'>',
            [b'<', b'!', ..] => !(allows_cdata && self.bytes[self.position..].starts_with(b"<![CDATA[")),
            [b'<', next, ..] => next != b'/',
            _ => false,
        }
    }

    /// The rest of a run in which something has to be changed at the position.
    fn changed_text(&mut self, start: usize, reference: Option<Reference>, allows_cdata: bool) -> Token {
        let top = self.texts.top();
        let mut has_nul = false;
        let mut reference = reference;
        self.texts.copy_to_side(Span::new(start, self.position));
        while reference.is_some() || (self.position < self.bytes.len() && !self.begins_markup(allows_cdata)) {
            match reference {
                Some(reference) => {
                    self.texts.side.push_str(reference.text.as_str());
                    self.position = reference.end;
                }
                None => has_nul |= self.change(),
            }
            let plain = self.position;
            (self.position, reference) = self.plain_text(plain);
            self.texts.copy_to_side(Span::new(plain, self.position));
        }
        Token::Text(Run { span: self.texts.since(top), position: start as u32, has_nul })
    }

    /// Writes what the letters at the position stand for to the side. Says whether NUL is in it.
    fn change(&mut self) -> bool {
        match self.bytes[self.position] {
            b'<' if self.byte(1) == Some(b'/') => self.position += 3,
            b'<' => return self.cdata_from(self.position + "<![CDATA[".len()),
            byte => {
                self.position += self.line_end_or_nul(self.position, self.bytes.len(), '\0');
                return byte == 0;
            }
        }
        false
    }

    /// Writes the text of a `CDATA` section that begins at `start`. Says whether NUL is in it.
    pub(super) fn cdata_from(&mut self, start: usize) -> bool {
        let end =
            memmem::find(&self.bytes[start..], b"]]>").map_or(self.bytes.len(), |length| start + length);
        self.position = self.bytes.len().min(end + 3);
        let mut at = start;
        let mut has_nul = false;
        while at < end {
            let next = scan::find(&self.bytes[..end], at, [0, b'\r']);
            self.texts.copy_to_side(Span::new(at, next));
            has_nul |= self.bytes[..end].get(next) == Some(&0);
            at = next + self.line_end_or_nul(next, end, '\0');
        }
        has_nul
    }

    /// Everything up to the end of the page as text, for `plaintext`.
    pub(crate) fn plaintext(&mut self) -> Run {
        let start = std::mem::replace(&mut self.position, self.bytes.len());
        Run { span: self.cleaned(start, self.bytes.len()), position: start as u32, has_nul: false }
    }
}
