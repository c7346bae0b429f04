//! The tokenizer of the standard: letters become tags, runs of text, comments and document types.
//!
//! It is asked for one token after the other and keeps none. A token is a few numbers; names are interned,
//! attributes go straight to the list of all attributes of the page, text is a span. What the states of the
//! standard do letter by letter happens here in runs: from one byte that means something to the next.
//!
//! It knows nothing of the tree. Whoever asks says what cannot be told from the letters: that the text of
//! a `script` follows, that a `CDATA` section is allowed here.

mod comment;
mod doctype;
mod entities;
mod raw;
mod reference;
mod tag;
mod text;

pub(crate) use doctype::DoctypeToken;
pub(crate) use raw::RawText;

use crate::attribute::Attribute;
use crate::interner::Interner;
use crate::limits::{Capped, Limits};
use crate::name::Name;
use crate::scan;
use crate::span::{Span, Texts};

/// A start or an end tag.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tag {
    pub(crate) name: Name,
    /// Its attributes are those from here on.
    pub(crate) attributes: u32,
    pub(crate) is_self_closing: bool,
    /// Where it begins.
    pub(crate) position: u32,
}

/// Text up to the next tag, comment or document type.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Run {
    pub(crate) span: Span,
    pub(crate) position: u32,
    /// Whether NUL stands in it, which each place in the tree treats differently.
    pub(crate) has_nul: bool,
}

/// What comes next.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Token {
    Start(Tag),
    End(Tag),
    Text(Run),
    Comment(Span, u32),
    /// It stands in [`Tokenizer::doctype`].
    Doctype(u32),
    EndOfPage,
}

/// The tokenizer, and what it collects.
#[derive(Debug)]
pub(crate) struct Tokenizer<'s> {
    source: &'s str,
    bytes: &'s [u8],
    position: usize,
    /// Whether NUL or carriage returns stand anywhere in the page.
    is_changed: bool,
    pub(crate) texts: Texts<'s>,
    pub(crate) names: Interner,
    pub(crate) attributes: Vec<Attribute>,
    /// How many of the attributes belong to the tree; later ones belong to the current tag.
    kept: usize,
    /// For each name, the last tag in which it was an attribute.
    seen: Vec<u32>,
    tags: u32,
    attribute_limit: usize,
    value_limit: usize,
    pub(crate) doctype: DoctypeToken,
    pub(crate) capped: Capped,
}

impl<'s> Tokenizer<'s> {
    pub(crate) fn new(source: &'s str, limits: &Limits) -> Tokenizer<'s> {
        Tokenizer {
            source,
            bytes: source.as_bytes(),
            position: 0,
            is_changed: memchr::memchr2(0, b'\r', source.as_bytes()).is_some(),
            texts: Texts::new(source),
            names: Interner::new(limits.names),
            attributes: Vec::with_capacity(source.len() / 64),
            kept: 0,
            seen: vec![0; crate::name::KNOWN.len()],
            tags: 0,
            attribute_limit: limits.attributes,
            value_limit: limits.value,
            doctype: DoctypeToken::default(),
            capped: Capped::default(),
        }
    }

    /// How many bytes of the page have been read.
    pub(crate) fn position(&self) -> usize {
        self.position
    }

    /// The current tag's attributes belong to the tree.
    #[inline]
    pub(crate) fn keep_attributes(&mut self) {
        self.kept = self.attributes.len();
    }

    /// Forgets the attributes of the current tag.
    pub(crate) fn attributes_of_no_tag(&mut self) {
        self.attributes.truncate(self.kept);
    }

    /// The next token. A `CDATA` section is text where one is allowed, else a comment.
    #[inline]
    pub(crate) fn next(&mut self, allows_cdata: bool) -> Token {
        if self.byte(0) == Some(b'<')
            && let Some(token) = self.markup(allows_cdata)
        {
            return token;
        }
        if self.position < self.bytes.len() { self.text(allows_cdata) } else { Token::EndOfPage }
    }

    /// What begins at a `<`, or nothing if it is only a letter.
    #[inline]
    fn markup(&mut self, allows_cdata: bool) -> Option<Token> {
        match self.byte(1)? {
            b'a'..=b'z' | b'A'..=b'Z' => Some(self.start_tag()),
            b'/' => match self.byte(2)? {
                b'a'..=b'z' | b'A'..=b'Z' => Some(self.end_tag()),
                b'>' => None,
                _ => Some(self.bogus_comment(2)),
            },
            b'!' => self.declaration(allows_cdata),
            b'?' => Some(self.bogus_comment(1)),
            _ => None,
        }
    }

    /// What begins with `<!`.
    fn declaration(&mut self, allows_cdata: bool) -> Option<Token> {
        let rest = &self.bytes[self.position + 2..];
        if rest.starts_with(b"--") {
            Some(self.comment())
        } else if rest.get(..7).is_some_and(|word| word.eq_ignore_ascii_case(b"doctype")) {
            Some(self.doctype())
        } else if rest.starts_with(b"[CDATA[") && allows_cdata {
            None
        } else {
            Some(self.bogus_comment(2))
        }
    }

    /// The byte that stands so many behind the position.
    #[inline]
    fn byte(&self, ahead: usize) -> Option<u8> {
        self.bytes.get(self.position + ahead).copied()
    }

    /// The place of the next `end`, or of a byte before it that may not stand for itself.
    #[inline]
    fn next_special(&self, at: usize, end: u8) -> usize {
        if self.is_changed {
            scan::find(self.bytes, at, [end, b'&', b'\r', 0])
        } else {
            scan::find(self.bytes, at, [end, b'&'])
        }
    }

    /// A part of the page in which a carriage return is a line end and NUL a replacement character.
    fn cleaned(&mut self, start: usize, end: usize) -> Span {
        let has_changes = self.is_changed && memchr::memchr2(0, b'\r', &self.bytes[start..end]).is_some();
        if has_changes { self.clean(start, end, str::to_owned) } else { Span::new(start, end) }
    }

    /// Copies a part of the page to the side, cleaned, and each piece through `change`.
    fn clean(&mut self, start: usize, end: usize, change: impl Fn(&str) -> String) -> Span {
        let top = self.texts.top();
        let mut at = start;
        while at < end {
            let next = scan::find(&self.bytes[..end], at, [0, b'\r']);
            self.texts.side.push_str(&change(&self.source[at..next]));
            at = next + self.line_end_or_nul(next, end, '\u{fffd}');
        }
        self.texts.since(top)
    }

    /// Writes what stands for a NUL or a line end at `at` to the side; how many bytes it takes in the page.
    fn line_end_or_nul(&mut self, at: usize, end: usize, nul: char) -> usize {
        match self.bytes[at..end] {
            [b'\r', b'\n', ..] => {
                self.texts.side.push('\n');
                2
            }
            [b'\r', ..] => {
                self.texts.side.push('\n');
                1
            }
            [0, ..] => {
                self.texts.side.push(nul);
                1
            }
            _ => 0,
        }
    }
}

#[cfg(test)]
impl Tokenizer<'_> {
    /// Whether the page is read to its end.
    pub(crate) fn is_at_end(&self) -> bool {
        self.position >= self.bytes.len()
    }

    /// The text of a `CDATA` section, up to its end or that of the page.
    pub(crate) fn cdata_section(&mut self) -> Run {
        let start = self.texts.top();
        let has_nul = self.cdata_from(0);
        Run { span: self.texts.since(start), position: 0, has_nul }
    }
}
