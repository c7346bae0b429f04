//! Start and end tags with their attributes.

use super::{Tag, Token, Tokenizer};
use crate::attribute::{self, Attribute};
use crate::name::{self, Name, names};
use crate::scan::is_space;
use crate::span::Span;

/// What a byte means in a name.
const ENDS_TAG_NAME: u8 = 1;
const ENDS_ATTRIBUTE_NAME: u8 = 2;
const IS_CHANGED: u8 = 4;
static CLASSES: [u8; 256] = classes();

const fn classes() -> [u8; 256] {
    let mut classes = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        classes[byte] = match byte as u8 {
            b'\t' | b'\n' | 0x0c | b'\r' | b' ' | b'/' | b'>' => ENDS_TAG_NAME | ENDS_ATTRIBUTE_NAME,
            b'=' => ENDS_ATTRIBUTE_NAME,
            b'A'..=b'Z' | 0 => IS_CHANGED,
            _ => 0,
        };
        byte += 1;
    }
    classes
}

impl Tokenizer<'_> {
    /// A start tag; the position is at its `<`. One that the page ends in is none.
    #[inline]
    pub(super) fn start_tag(&mut self) -> Token {
        self.tag(1).map_or_else(|| self.end_of_page(), Token::Start)
    }

    /// An end tag; the position is at its `<`.
    #[inline]
    pub(super) fn end_tag(&mut self) -> Token {
        self.tag(2).map_or_else(|| self.end_of_page(), Token::End)
    }

    /// The page ends in a tag, which is none then.
    fn end_of_page(&mut self) -> Token {
        self.position = self.bytes.len();
        Token::EndOfPage
    }

    #[inline]
    fn tag(&mut self, skipped: usize) -> Option<Tag> {
        let position = self.position as u32;
        self.position += skipped;
        self.attributes.truncate(self.kept);
        let name = self.name(ENDS_TAG_NAME).unwrap_or(names::SPAN);
        self.tags = self.tags.wrapping_add(1);
        let is_self_closing = match self.byte(0) {
            Some(b'>') => {
                self.position += 1;
                false
            }
            _ => self.attributes()?,
        };
        Some(Tag { name, attributes: self.kept as u32, is_self_closing, position })
    }

    /// A name, which ends before a byte of the class `end`; nothing if there were too many.
    #[inline]
    fn name(&mut self, end: u8) -> Option<Name> {
        let start = self.position;
        let mut at = start;
        let mut classes = 0;
        while let Some(&byte) = self.bytes.get(at) {
            let class = CLASSES[usize::from(byte)];
            if class & end != 0 && (at > start || byte != b'=') {
                break;
            }
            classes |= class;
            at += 1;
        }
        self.position = at;
        if classes & IS_CHANGED != 0 {
            return self.changed_name(start, at);
        }
        name::find(&self.bytes[start..at]).or_else(|| self.unknown_name(Span::new(start, at)))
    }

    /// A name in which letters are not as they will be.
    fn changed_name(&mut self, start: usize, end: usize) -> Option<Name> {
        let mut small = [0; 32];
        if let Some(small) = small.get_mut(..end - start) {
            small.copy_from_slice(&self.bytes[start..end]);
            small.make_ascii_lowercase();
            if let Some(name) = name::find(small) {
                return Some(name);
            }
        }
        let letters = self.clean(start, end, str::to_ascii_lowercase);
        self.unknown_name(letters)
    }

    fn unknown_name(&mut self, letters: Span) -> Option<Name> {
        let name = self.names.intern(letters, &self.texts);
        self.capped.names = self.capped.names.saturating_add(u32::from(name.is_none()));
        name
    }

    /// The attributes up to the end of the tag. Says whether the tag closes itself; nothing if the page ends.
    fn attributes(&mut self) -> Option<bool> {
        loop {
            match self.byte(0)? {
                b'>' => {
                    self.position += 1;
                    return Some(false);
                }
                b'/' if self.byte(1)? == b'>' => {
                    self.position += 2;
                    return Some(true);
                }
                byte if is_space(byte) || byte == b'/' => self.position += 1,
                _ => self.attribute()?,
            }
        }
    }

    #[inline]
    fn attribute(&mut self) -> Option<()> {
        let name = self.name(ENDS_ATTRIBUTE_NAME);
        self.skip_space_in_tag();
        let value = if self.byte(0)? == b'=' {
            self.position += 1;
            self.skip_space_in_tag();
            self.value()?
        } else {
            Span::EMPTY
        };
        if let Some(name) = name {
            self.add(name, value);
        }
        Some(())
    }

    #[inline]
    fn skip_space_in_tag(&mut self) {
        while self.byte(0).is_some_and(is_space) {
            self.position += 1;
        }
    }

    #[inline]
    fn value(&mut self) -> Option<Span> {
        let quote = match self.byte(0)? {
            quote @ (b'"' | b'\'') => quote,
            b'>' => return Some(Span::EMPTY),
            _ => return self.unquoted(),
        };
        let start = self.position + 1;
        let end = self.next_special(start, quote);
        if *self.bytes.get(end)? == quote {
            self.position = end + 1;
            return Some(Span::new(start, end));
        }
        let value = self.changed_value(start, end, |tokenizer, at| tokenizer.next_special(at, quote))?;
        self.position += 1;
        Some(value)
    }

    /// A value up to white space or the end of the tag.
    fn unquoted(&mut self) -> Option<Span> {
        let next = |tokenizer: &Self, at: usize| {
            let is_special = |&byte: &u8| is_space(byte) || matches!(byte, b'>' | b'&' | 0);
            let rest = &tokenizer.bytes[at..];
            at + rest.iter().position(is_special).unwrap_or(rest.len())
        };
        let start = self.position;
        let end = next(self, start);
        if !matches!(self.bytes.get(end)?, b'&' | 0) {
            self.position = end;
            return Some(Span::new(start, end));
        }
        self.changed_value(start, end, next)
    }

    /// A value in which something has to be changed at `at`, or nothing has to after all. Ends at the first
    /// byte that `next` finds and that neither begins a reference nor is replaced.
    fn changed_value(
        &mut self,
        start: usize,
        at: usize,
        next: impl Fn(&Self, usize) -> usize,
    ) -> Option<Span> {
        let top = self.texts.top();
        // what was not written to the side yet begins here
        let mut plain = start;
        let mut at = at;
        // without quotes, a carriage return is white space, and ends the value
        let is_quoted = start != self.position;
        loop {
            match *self.bytes.get(at)? {
                b'&' => match self.reference(at, true) {
                    Some(reference) => {
                        self.texts.copy_to_side(Span::new(plain, at));
                        self.texts.side.push_str(reference.text.as_str());
                        plain = reference.end;
                        at = next(self, plain);
                    }
                    None => at = next(self, at + 1),
                },
                byte if byte == 0 || (byte == b'\r' && is_quoted) => {
                    self.texts.copy_to_side(Span::new(plain, at));
                    plain = at + self.line_end_or_nul(at, self.bytes.len(), '\u{fffd}');
                    at = next(self, plain);
                }
                _ => break,
            }
        }
        self.position = at;
        if plain == start {
            return Some(Span::new(start, at));
        }
        self.texts.copy_to_side(Span::new(plain, at));
        Some(self.texts.since(top))
    }

    /// Adds an attribute to the tag, unless it has one of that name.
    #[inline]
    fn add(&mut self, name: Name, value: Span) {
        let index = name.index();
        if index >= self.seen.len() {
            self.seen.resize((index + 1).max(self.names.len()), 0);
        }
        if std::mem::replace(&mut self.seen[index], self.tags) == self.tags {
            return;
        }
        if self.attributes.len() - self.kept >= self.attribute_limit {
            self.capped.attributes = self.capped.attributes.saturating_add(1);
            return;
        }
        let value = if value.len() > self.value_limit { self.cut(value) } else { value };
        if self.attributes.len() > self.kept
            && let Some(last) = self.attributes.last_mut()
        {
            last.has_more();
        }
        self.attributes.push(Attribute::new(name, value));
    }

    /// The beginning of a value that is too long.
    fn cut(&mut self, value: Span) -> Span {
        self.capped.values = self.capped.values.saturating_add(1);
        let kept = self.texts.get(value).floor_char_boundary(self.value_limit);
        value.take(kept)
    }

    /// Adds the attributes of the current tag to those of an element that begin at `old`, but for those that
    /// it has. Where they begin now; all of them belong to the tree.
    pub(crate) fn merge_attributes(&mut self, old: u32) -> u32 {
        let added = self.attributes.split_off(self.kept);
        let is_last = attribute::of_element(&self.attributes, old).len() + old as usize == self.kept;
        let start = if is_last { old } else { self.kept as u32 };
        if !is_last {
            let all = attribute::of_element(&self.attributes, old).to_vec();
            self.attributes.extend(all);
        }
        self.kept = start as usize;
        self.tags = self.tags.wrapping_add(1);
        for attribute in &self.attributes[self.kept..] {
            self.seen[attribute.name().index()] = self.tags;
        }
        for attribute in added {
            self.add(attribute.name(), attribute.value);
        }
        self.keep_attributes();
        start
    }
}
