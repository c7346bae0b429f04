//! Document types: their name and two identifiers, on which the mode of the document hangs.

use memchr::memchr;

use super::{Token, Tokenizer};
use crate::scan::{self, is_space};
use crate::span::Span;

/// The parts of a document type that were there.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct DoctypeToken {
    pub(crate) name: Option<Span>,
    pub(crate) public: Option<Span>,
    pub(crate) system: Option<Span>,
    pub(crate) forces_quirks: bool,
}

impl Tokenizer<'_> {
    /// A document type; the position is at its `<!DOCTYPE`.
    pub(super) fn doctype(&mut self) -> Token {
        let position = self.position as u32;
        self.position += "<!doctype".len();
        self.doctype = DoctypeToken::default();
        let is_whole = self.doctype_name().is_some_and(|()| self.identifiers().is_some());
        self.doctype.forces_quirks |= !is_whole;
        self.skip_to_end();
        Token::Doctype(position)
    }

    /// Everything up to the `>`, which may be behind already.
    fn skip_to_end(&mut self) {
        let rest = &self.bytes[self.position..];
        self.position += memchr(b'>', rest).map_or(rest.len(), |length| length + 1);
    }

    fn skip_space(&mut self) {
        self.position += scan::leading_space(&self.bytes[self.position..]);
    }

    /// The name; nothing if there is none.
    fn doctype_name(&mut self) -> Option<()> {
        self.skip_space();
        let start = self.position;
        let rest = &self.bytes[start..];
        let length = rest.iter().position(|&byte| is_space(byte) || byte == b'>').unwrap_or(rest.len());
        self.position += length;
        if length > 0 {
            self.doctype.name = Some(self.clean(start, start + length, str::to_ascii_lowercase));
        }
        (length > 0).then_some(())
    }

    /// The identifiers; nothing if they are not as they should be.
    fn identifiers(&mut self) -> Option<()> {
        self.skip_space();
        if self.byte(0)? == b'>' {
            return Some(());
        }
        let keyword = self.bytes.get(self.position..self.position + 6)?.to_ascii_lowercase();
        match keyword.as_slice() {
            b"public" => {
                self.position += 6;
                self.skip_space();
                self.public_identifier()?;
                self.skip_space();
                if self.byte(0)? == b'>' {
                    return Some(());
                }
            }
            b"system" => {
                self.position += 6;
                self.skip_space();
            }
            _ => return None,
        }
        self.system_identifier()?;
        self.skip_space();
        // anything else behind the identifiers is only an error
        self.byte(0).map(|_| ())
    }

    fn public_identifier(&mut self) -> Option<()> {
        let (span, is_whole) = self.quoted()?;
        self.doctype.public = Some(span);
        is_whole.then_some(())
    }

    fn system_identifier(&mut self) -> Option<()> {
        let (span, is_whole) = self.quoted()?;
        self.doctype.system = Some(span);
        is_whole.then_some(())
    }

    /// What stands between quotes, and whether the second one is there.
    fn quoted(&mut self) -> Option<(Span, bool)> {
        let quote = self.byte(0).filter(|byte| matches!(byte, b'"' | b'\''))?;
        let start = self.position + 1;
        let end = scan::find(self.bytes, start, [quote, b'>']);
        let is_whole = self.bytes.get(end) == Some(&quote);
        self.position = end + usize::from(is_whole);
        Some((self.cleaned(start, end), is_whole))
    }
}
