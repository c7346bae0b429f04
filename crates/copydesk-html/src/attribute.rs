//! Attributes as they are stored: three words each, those of an element behind each other.

use crate::name::Name;
use crate::span::Span;

/// Set in a name if another attribute of the same element follows.
const HAS_MORE: u32 = 1 << 31;

/// A stored attribute.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Attribute {
    name: u32,
    pub(crate) value: Span,
}

impl Attribute {
    #[inline]
    pub(crate) fn new(name: Name, value: Span) -> Attribute {
        Attribute { name: name.bits(), value }
    }

    #[inline]
    pub(crate) fn name(self) -> Name {
        Name::from_bits(self.name)
    }

    /// The same attribute under another name.
    pub(crate) fn renamed(self, name: Name) -> Attribute {
        Attribute { name: name.bits() | (self.name & HAS_MORE), value: self.value }
    }

    /// Another one of the same element will follow.
    #[inline]
    pub(crate) fn has_more(&mut self) {
        self.name |= HAS_MORE;
    }
}

/// The attributes of an element, which begin at `start`.
pub(crate) fn of_element(all: &[Attribute], start: u32) -> &[Attribute] {
    let Some(rest) = all.get(start as usize..) else { return &[] };
    let more = rest.iter().take_while(|attribute| attribute.name & HAS_MORE != 0).count();
    &rest[..rest.len().min(more + 1)]
}
