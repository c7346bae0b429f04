//! Byte positions as character positions, which is what other languages count.

/// Turns ascending byte positions into character positions, in one walk over the text.
pub(crate) struct Ruler<'a> {
    text: &'a str,
    bytes: usize,
    characters: usize,
}

impl<'a> Ruler<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Ruler { text, bytes: 0, characters: 0 }
    }

    /// How many characters stand before a byte; not before one that was asked for earlier.
    pub(crate) fn characters_before(&mut self, byte: usize) -> usize {
        self.characters += self.text[self.bytes..byte].chars().count();
        self.bytes = byte;
        self.characters
    }
}
