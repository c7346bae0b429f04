//! Where a piece of text lies: in the page itself, or in the side buffer that holds what had to be changed.
//!
//! Both are one space of 32-bit offsets: those of the page, a gap of one, those of the side buffer.
//! So a span says by itself where it lies, and two pieces that touch lie in the same buffer.

use std::borrow::Cow;

/// A half-open range of the space.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) start: u32,
    pub(crate) end: u32,
}

impl Span {
    pub(crate) const EMPTY: Span = Span { start: 0, end: 0 };

    pub(crate) fn new(start: usize, end: usize) -> Span {
        debug_assert!(start <= end && end <= u32::MAX as usize);
        Span { start: start as u32, end: end as u32 }
    }

    pub(crate) fn len(self) -> usize {
        (self.end - self.start) as usize
    }

    pub(crate) fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// The span without its first bytes.
    pub(crate) fn skip(self, bytes: usize) -> Span {
        Span { start: self.start + bytes as u32, end: self.end }
    }

    /// The first bytes of the span.
    pub(crate) fn take(self, bytes: usize) -> Span {
        Span { start: self.start, end: self.start + bytes as u32 }
    }
}

/// The two buffers.
#[derive(Clone, Debug)]
pub(crate) struct Texts<'s> {
    pub(crate) source: Cow<'s, str>,
    pub(crate) side: String,
}

impl<'s> Texts<'s> {
    pub(crate) fn new(source: impl Into<Cow<'s, str>>) -> Texts<'s> {
        Texts { source: source.into(), side: String::new() }
    }

    pub(crate) fn get(&self, span: Span) -> &str {
        let (start, end) = (span.start as usize, span.end as usize);
        match start.checked_sub(self.base()) {
            None => &self.source[start..end],
            Some(start) => &self.side[start..end - self.base()],
        }
    }

    pub(crate) fn bytes(&self, span: Span) -> &[u8] {
        let (start, end) = (span.start as usize, span.end as usize);
        match start.checked_sub(self.base()) {
            None => &self.source.as_bytes()[start..end],
            Some(start) => &self.side.as_bytes()[start..end - self.base()],
        }
    }

    /// Where the side buffer ends: the next change is written here.
    pub(crate) fn top(&self) -> usize {
        self.base() + self.side.len()
    }

    /// What was written to the side buffer since its end was `start`.
    pub(crate) fn since(&self, start: usize) -> Span {
        Span::new(start, self.top())
    }

    /// Writes what lies in `span` once more, behind the side buffer.
    pub(crate) fn copy_to_side(&mut self, span: Span) {
        let (start, end) = (span.start as usize, span.end as usize);
        match start.checked_sub(self.base()) {
            None => self.side.push_str(&self.source[start..end]),
            Some(start) => self.side.extend_from_within(start..end - self.base()),
        }
    }

    /// Leaves room for so many bytes behind the side buffer.
    pub(crate) fn make_room(&mut self, bytes: usize) {
        self.side.extend(std::iter::repeat_n('\0', bytes));
    }

    /// Writes what lies in `span` over the room at `at`.
    pub(crate) fn overwrite(&mut self, at: usize, span: Span) {
        let at = at - self.base();
        let added = self.get(span).to_owned();
        self.side.replace_range(at..at + added.len(), &added);
    }

    fn base(&self) -> usize {
        self.source.len() + 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_says_in_which_buffer_it_lies() {
        let mut texts = Texts::new("abc");
        let page = Span::new(1, 3);
        let start = texts.top();
        texts.copy_to_side(page);
        let side = texts.since(start);
        texts.copy_to_side(side);
        assert_eq!((texts.get(page), texts.get(side), texts.get(texts.since(start))), ("bc", "bc", "bcbc"));
        assert_ne!(page.end, side.start, "what ends the page does not touch what begins the side");
    }
}
